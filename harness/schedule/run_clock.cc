#include "harness/schedule/run_clock.h"

#include <algorithm>
#include <limits>

namespace eqlab::schedule {

WallTime saturating_add(WallTime time, Duration duration) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(time.time_since_epoch().count(), duration.count(), &sum)) {
    sum = duration.count() < 0 ? std::numeric_limits<std::int64_t>::min()
                               : std::numeric_limits<std::int64_t>::max();
  }
  return WallTime(Duration(sum));
}

WallTime after_runs(WallTime time, Duration interval, std::uint64_t runs) {
  const auto ticks = static_cast<std::uint64_t>(time.time_since_epoch().count());
  return WallTime(Duration(
      static_cast<std::int64_t>(ticks + runs * static_cast<std::uint64_t>(interval.count()))));
}

RunClock::RunClock(WallTime first, Duration interval, std::span<const Disturbance> disturbances)
    : interval_(interval), disturbances_(disturbances), run_{.started_at = first} {
  EQLAB_ASSERT(interval > Duration::zero());
  EQLAB_ASSERT(std::ranges::is_sorted(disturbances, {}, &Disturbance::run));
  disturb();
}

void RunClock::disturb() {
  run_.outcome = RunOutcome::succeeds;
  while (!disturbances_.empty() && disturbances_.front().run <= run_.index) {
    run_.started_at = saturating_add(run_.started_at, disturbances_.front().late);
    run_.outcome = disturbances_.front().outcome;
    disturbances_ = disturbances_.subspan(1);
  }
}

void RunClock::advance() {
  ++run_.index;
  run_.started_at = saturating_add(run_.started_at, interval_);
  disturb();
}

void RunClock::skip_to(WallTime time) {
  if (time <= run_.started_at) return;
  const auto distance = static_cast<std::uint64_t>(time.time_since_epoch().count()) -
                        static_cast<std::uint64_t>(run_.started_at.time_since_epoch().count());
  const auto interval = static_cast<std::uint64_t>(interval_.count());
  std::uint64_t steps = distance / interval + (distance % interval == 0 ? 0 : 1);
  if (!disturbances_.empty()) steps = std::min(steps, disturbances_.front().run - run_.index);
  if (steps == 0) return;
  // All but the last step at once; the last one through `advance`, which applies what disturbs that
  // run.
  run_.started_at = after_runs(run_.started_at, interval_, steps - 1);
  run_.index += steps - 1;
  advance();
}

WindowPlan plan_windows(const rule::Schedule& schedule, WallTime started_at,
                        std::optional<WallTime> previous) {
  const WallTime from = saturating_add(started_at, -schedule.look_back);
  const WallTime to = saturating_add(started_at, -schedule.to);
  const Duration length = schedule.look_back - schedule.to;
  WindowPlan plan;
  std::int64_t copies = 0;
  if (previous) {
    const Duration gap = started_at - *previous - length;
    if (gap > Duration::zero()) {
      const std::int64_t wanted = (gap - Duration(1)) / schedule.interval + 1;
      copies = std::min(catch_up_windows_max, wanted);
      plan.unsearched = std::max(Duration::zero(), gap - copies * schedule.interval);
    }
  }
  for (std::int64_t back = copies; back >= 0; --back) {
    plan.windows.push_back(
        {.from = on_clock<EventTime>(saturating_add(from, -back * schedule.interval)),
         .to = on_clock<EventTime>(saturating_add(to, -back * schedule.interval))});
  }
  return plan;
}

}  // namespace eqlab::schedule
