#pragma once

#include <cstdint>
#include <optional>

#include "harness/match/matcher.h"
#include "harness/scan/candidate_log.h"
#include "harness/schedule/simulation.h"

/// The same rule without a schedule: an engine that looks at each event the moment it arrives.
/// What a detection costs in time by being scheduled is the difference to this.
namespace eqlab::schedule {

/// `local` looks only at what the new event can touch: the events with its join keys, within
/// maxspan of it where the query has one. `every` matches all that is visible anew. Same results,
/// which a test holds.
enum class StreamingEffort : std::uint8_t { local, every };

struct StreamingOptions {
  Duration refresh = std::chrono::seconds{1};      ///< from ingest until the event is seen
  Duration processing = Duration::zero();          ///< from then until the alert exists
  std::optional<Duration> maxspan = std::nullopt;  ///< instead of the query's own
  StreamingEffort effort = StreamingEffort::local;
};

/// An alert at the first instant at which its match stands among the events that have arrived:
/// there are no windows and no cap. Events that arrive at one instant are seen together. Late
/// events pair anew: a match that a later arrival replaces keeps its alert, and the new one gets
/// its own. With absent stages (`![…]`) a match stands no earlier than the end of maxspan, that is
/// its first event + maxspan on the wall clock: what arrives before then can still spoil it, what
/// arrives after comes too late.
///
/// The result reads as that of simulate(): `run` counts instants of arrival from 0, every alert has
/// one sighting, nothing is lost or cut. `searches` has a record for each instant with alerts and
/// for the last.
///
/// Cost: for each event, the events with its keys within twice maxspan; without maxspan, all with
/// its keys; for a query with pipes, and where events have keys without bound, all events.
[[nodiscard]] Simulation simulate_streaming(const scan::CandidateLog& log,
                                            const match::Matcher& matcher,
                                            const StreamingOptions& options);

}  // namespace eqlab::schedule
