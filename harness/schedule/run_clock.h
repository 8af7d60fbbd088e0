#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "harness/base/time.h"
#include "harness/rule/closed_forms.h"
#include "harness/rule/rule.h"

namespace eqlab::schedule {

/// What became of one run (task_runner.ts).
enum class RunOutcome : std::uint8_t {
  succeeds,
  /// Reported as failed, and yet "the previous run": its window is not searched again beyond the
  /// normal overlap.
  search_fails,
  /// The task itself throws: nothing is searched and the previous run stays what it was, so that
  /// the next one sees a larger gap and catches up.
  task_throws,
  /// The engine dies after it has written alerts: the previous run stays what it was.
  dies,
};

/// Something that happens to one run. Later runs are counted from when it started, unless it was
/// late by less than ClockOptions::drift_threshold.
struct Disturbance {
  std::uint64_t run = 0;             ///< counted from 0
  Duration late = Duration::zero();  ///< how much later than due it starts; not negative
  RunOutcome outcome = RunOutcome::succeeds;
  /// How long it takes, where that is longer than other runs; the next one waits for it.
  Duration takes = Duration::zero();
  /// When the next one follows instead of after the interval: the engine's retry after a throw (the
  /// interval, at most 5 minutes while Elasticsearch is unavailable, a minute when the cluster
  /// blocks).
  std::optional<Duration> retry_after = std::nullopt;
};

/// The rule is disabled in [from, to), and what was the previous run stays so: at `to` it runs at
/// once, catches up and perhaps leaves a gap (Kibana's getRuleRangeTuples).
struct Pause {
  WallTime from{};
  WallTime to{};
};

/// When a rule runs. The spans must outlive the clock.
struct ClockOptions {
  Duration interval = std::chrono::minutes{5};
  /// A run that starts less than this late leaves the grid where it is; 0: any delay moves it.
  Duration drift_threshold = Duration::zero();
  /// How long a run takes: runs never overlap.
  Duration run_duration = Duration::zero();
  std::span<const Disturbance> disturbances = {};  ///< rising by run
  std::span<const Pause> pauses = {};              ///< rising, apart from one another
  /// When runs are due, rising, instead of a grid; disturbances and pauses act on these too.
  std::span<const WallTime> times = {};
};

/// The times at which a rule runs. Source: get_next_run_at.ts. Moves forwards only,
/// in jumps of any length.
class RunClock {
 public:
  struct Run {
    std::uint64_t index = 0;
    WallTime scheduled_at{};
    WallTime started_at{};
    RunOutcome outcome = RunOutcome::succeeds;
    bool is_regular = true;  ///< nothing happens to it
  };
  /// `first` is when run 0 is due, unless `options.times` says.
  RunClock(WallTime first, const ClockOptions& options);

  [[nodiscard]] const Run& now() const { return run_; }
  /// There are no more runs: the list or the representable time is at its end, or the rule stays
  /// disabled.
  [[nodiscard]] bool is_done() const { return is_done_; }
  void advance();
  /// From one regular run to the next.
  [[nodiscard]] Duration spacing() const;
  /// Passes over regular runs to the first run at or after `time`, but stops at a run to which
  /// something happens: those matter even when nobody looks. Of a list it takes no run away.
  void skip_to(WallTime time);

 private:
  void begin(std::uint64_t index, WallTime due, WallTime earliest);
  [[nodiscard]] WallTime unless_disabled(WallTime time, WallTime earliest);
  [[nodiscard]] WallTime due_next() const;

  ClockOptions options_;  ///< disturbances and pauses: those that are still to come
  Run run_;
  Duration takes_ = Duration::zero();    ///< of this run
  std::optional<Duration> retry_after_;  ///< of this run
  bool is_done_ = false;
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

/// The engine's range tuples (Kibana's getRuleRangeTuples): the base window, preceded by up to four
/// copies an interval apart when the time since `previous` is longer than the window.
[[nodiscard]] WindowPlan plan_windows(const rule::Schedule& schedule, WallTime started_at,
                                      std::optional<WallTime> previous);

/// Sums that stop at the ends of the representable time instead of wrapping: events may carry any
/// date.
[[nodiscard]] WallTime saturating_add(WallTime time, Duration duration);
/// How long from `from` to `to`, likewise.
[[nodiscard]] Duration saturating_distance(WallTime from, WallTime to);
/// time + runs × interval, where the sum is representable although the product may not be.
[[nodiscard]] WallTime after_runs(WallTime time, Duration interval, std::uint64_t runs);

}  // namespace eqlab::schedule
