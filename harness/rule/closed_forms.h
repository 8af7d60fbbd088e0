#pragma once

#include <cstdint>
#include <optional>

#include "harness/base/time.h"
#include "harness/rule/rule.h"

/// What a schedule does to one sequence, by arithmetic instead of simulation: for lint, for
/// `check`, and to hold the simulator to. Assumes that the phase of the runs is uniform and
/// independent of the events, that no other event interferes, and that the cap is not reached.
/// Source: detection-engine spec, section 4 (F1 to F7).
namespace eqlab::rule {

/// One sequence: `span` from its first to its last event, and how long after its event time each of
/// the two became searchable (refresh and clock skew included). A single event: span 0, both delays
/// alike.
struct SequenceTiming {
  Duration span = Duration::zero();
  Duration first_delay = Duration::zero();
  Duration last_delay = Duration::zero();
};

/// From the first event until a run can see the whole (F1): no earlier than all are searchable,
/// and, with `to` before now, no earlier than the last event has passed it.
[[nodiscard]] Duration settle_time(const Schedule& schedule, const SequenceTiming& timing);

/// Share of all phases in which n runs see the sequence. At most two n have a share: `fewer` and
/// `fewer` + 1.
struct Sightings {
  std::uint64_t fewer = 0;
  double fewer_share = 1;  ///< of `fewer`; the rest sees it once more
  [[nodiscard]] double share(std::uint64_t n) const;
  [[nodiscard]] double mean() const;
};
[[nodiscard]] Sightings sightings(const Schedule& schedule,
                                  const SequenceTiming& timing);  // F2

/// From the last event to the alert, over the phases in which there is one (F4). `run_duration` as
/// in SimulationOptions. Nothing when no phase sees the sequence.
struct Latency {
  Duration mean = Duration::zero();
  Duration worst = Duration::zero();
};
[[nodiscard]] std::optional<Latency> latency(const Schedule& schedule, const SequenceTiming& timing,
                                             Duration run_duration);

/// The longest delay that every sequence of at most `maxspan` survives whatever the phase (F3),
/// with runs up to `interval + jitter` apart. Negative: even prompt events can be lost.
[[nodiscard]] Duration guaranteed_delay(const Schedule& schedule, Duration maxspan,
                                        Duration jitter);
/// The smallest look-back that guarantees `delay`.
[[nodiscard]] Duration sufficient_look_back(const Schedule& schedule, Duration maxspan,
                                            Duration delay, Duration jitter);

/// The earliest run after a pause searches back over the pause, but at most this many intervals
/// further than the look-back; a pause longer than the answer leaves time that is never searched
/// (F6).
inline constexpr std::int64_t catch_up_windows_max = 4;
[[nodiscard]] Duration longest_caught_up_spacing(const Schedule& schedule);

/// How much first-event time `failed_runs` failed searches in a row lose for good (F7).
[[nodiscard]] Duration blind_spot(const Schedule& schedule, Duration settle,
                                  std::uint32_t failed_runs);

}  // namespace eqlab::rule
