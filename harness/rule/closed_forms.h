#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "harness/base/time.h"
#include "harness/rule/rule.h"

/// What a schedule does to one sequence, by arithmetic instead of simulation: for lint, for
/// `check`, and to hold the simulator to. Assumes that the phase of the runs is uniform and
/// independent of the events, that no other event interferes, and that the cap is not reached.
/// F1 to F10 are their numbers; all are held to the simulator by
/// tests/unit/schedule/closed_forms_test.cc.
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
  friend bool operator==(const Latency&, const Latency&) = default;
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

/// Sequences across the start of a window (F5). The share of phases in which some window begins
/// after the first event and not after the last, so that its run cannot see the sequence: harmless
/// where an earlier run did.
[[nodiscard]] double straddle_share(const Schedule& schedule, Duration span);
/// The share of phases in which no run sees a sequence of prompt events.
[[nodiscard]] double straddle_loss(const Schedule& schedule, Duration span);
/// By how much the window exceeds what sequences of prompt events up to `maxspan` need. Negative:
/// some are lost.
[[nodiscard]] Duration straddle_slack(const Schedule& schedule, Duration maxspan);

/// The earliest run after a pause searches back over the pause, but at most this many intervals
/// further than the look-back; a pause longer than the answer leaves time that is never searched
/// (F6).
inline constexpr std::int64_t catch_up_windows_max = 4;
[[nodiscard]] Duration longest_caught_up_spacing(const Schedule& schedule);
/// Copies of its window that a run searches besides its own, `spacing` after the run before.
[[nodiscard]] std::int64_t catch_up_windows(const Schedule& schedule, Duration spacing);
/// The delay still guaranteed to single events near the previous run. Negative: prompt events can
/// be lost.
[[nodiscard]] Duration delay_after_spacing(const Schedule& schedule, Duration spacing);
/// Event time between the two runs that neither searches.
[[nodiscard]] Duration unsearched_after_spacing(const Schedule& schedule, Duration spacing);

/// How much first-event time `failed_runs` failed searches in a row lose for good (F7).
[[nodiscard]] Duration blind_spot(const Schedule& schedule, Duration settle,
                                  std::uint32_t failed_runs);

/// What the cap leaves of matches of prompt events (F8): each run alerts the newest `max_signals`
/// that completed since the one before, and the others are lost, because the next run returns the
/// same ones again.
struct CapOutcome {
  std::uint64_t alerts = 0;
  std::uint64_t lost = 0;
  std::uint64_t documents = 0;  ///< as indexed: a sequence of n events makes n + 1
  friend bool operator==(const CapOutcome&, const CapOutcome&) = default;
};
/// `completed`: matches by the interval between two runs in which they complete; of `events` each.
[[nodiscard]] CapOutcome cap_outcome(const Schedule& schedule,
                                     std::span<const std::uint64_t> completed,
                                     std::uint64_t events);
/// Matches a second, arriving steadily, that lose nothing: max_signals per interval, not per
/// look-back.
[[nodiscard]] double steady_rate_max(const Schedule& schedule);
/// How many matches at most stand before one that became searchable `delay` after its neighbours,
/// when the first run can see it: it is lost if that is max_signals or more.
[[nodiscard]] double newer_matches(const Schedule& schedule, double rate_per_second,
                                   Duration delay);

/// Windows cut by ingest time, as with `timestamp_override: event.ingested` (F9): how late events
/// are is no matter, only how far apart. `skew`: from the ingest of the first to arrive to when the
/// last to arrive is searchable. Where a window cuts between events that arrive in another order
/// than they happened, pairs can appear that no query over all events gives: no closed form counts
/// those.
[[nodiscard]] Sightings sightings_by_ingest(const Schedule& schedule, Duration skew);
/// The longest skew that no phase loses.
[[nodiscard]] Duration guaranteed_skew(const Schedule& schedule);

/// The timing as the engine sees it when the host's clock is `ahead` of the true time (F10);
/// negative: behind, which adds to the delays. Latencies of such a timing count from the host's
/// time.
[[nodiscard]] SequenceTiming with_clock_ahead(const SequenceTiming& timing, Duration ahead);

/// What a schedule promises, in a few figures.
struct ScheduleFigures {
  bool by_ingest = false;             ///< F9 applies
  Duration span = Duration::zero();   ///< of the matches that they are about: the query's maxspan
  Duration delay = Duration::zero();  ///< after which all their events are searchable
  /// The longest delay (by ingest: skew) that no phase loses. Negative: even prompt events can be
  /// lost.
  Duration delay_max = Duration::zero();
  double sightings = 0;  ///< searches that see one such match, on average
  std::optional<Latency> latency =
      std::nullopt;  ///< without the run's own time; nothing where none is seen
  Duration failed_run_loss = Duration::zero();  ///< event time lost by one failed search
  friend bool operator==(const ScheduleFigures&, const ScheduleFigures&) = default;
};
/// `span`: zero for event queries, and where the query sets no limit.
[[nodiscard]] ScheduleFigures schedule_figures(const Rule& rule, Duration span, Duration delay);

}  // namespace eqlab::rule
