#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "harness/base/time.h"
#include "harness/rule/closed_forms.h"
#include "harness/rule/rule.h"

namespace eqlab::schedule {

/// What became of one run. A failed search is reported as failed and yet counts as "the previous
/// run": its window is not searched again beyond the normal overlap. A task that throws leaves the
/// previous run as it was, so that the next one sees a larger gap and catches up.
enum class RunOutcome : std::uint8_t { succeeds, search_fails, task_throws };

/// Something that happens to one run of the grid. The runs after a late one are counted from it.
struct Disturbance {
  std::uint64_t run = 0;             ///< counted from 0
  Duration late = Duration::zero();  ///< how much later than due it starts
  RunOutcome outcome = RunOutcome::succeeds;
};

/// The times at which a rule runs: every `interval`, moved by disturbances. Moves forwards only, in
/// jumps of any length.
class RunClock {
 public:
  struct Run {
    std::uint64_t index = 0;
    WallTime started_at{};
    RunOutcome outcome = RunOutcome::succeeds;
  };
  /// `first` is when run 0 is due. `disturbances` rise by run and must outlive the clock.
  RunClock(WallTime first, Duration interval, std::span<const Disturbance> disturbances);

  [[nodiscard]] Run now() const { return run_; }
  void advance();
  /// Moves to the first run at or after `time`, but stops at a disturbed run on the way: those
  /// matter even when nobody looks.
  void skip_to(WallTime time);

 private:
  void disturb();

  Duration interval_;
  std::span<const Disturbance> disturbances_;  ///< those of later runs
  Run run_;
};

/// One search of one run: event times from `from` to `to`, both included.
struct SearchWindow {
  EventTime from{};
  EventTime to{};
  friend bool operator==(const SearchWindow&, const SearchWindow&) = default;
};

/// The windows that a run searches, oldest first, and the event time that it never will.
struct WindowPlan {
  std::vector<SearchWindow> windows;
  Duration unsearched =
      Duration::zero();  ///< > 0: the run is reported as failed and a gap is recorded
};

/// Copies of the base window that a late run searches at most, besides its own.
using rule::catch_up_windows_max;

/// The engine's range tuples (detection-engine spec, 2.3): the base window, preceded by up to four
/// copies an interval apart when the time since `previous` is longer than the window.
[[nodiscard]] WindowPlan plan_windows(const rule::Schedule& schedule, WallTime started_at,
                                      std::optional<WallTime> previous);

/// Sums that stop at the ends of the representable time instead of wrapping: events may carry any
/// date.
[[nodiscard]] WallTime saturating_add(WallTime time, Duration duration);
/// time + runs × interval, where the sum is representable although the product may not be.
[[nodiscard]] WallTime after_runs(WallTime time, Duration interval, std::uint64_t runs);

}  // namespace eqlab::schedule
