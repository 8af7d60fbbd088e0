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

Duration saturating_distance(WallTime from, WallTime to) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(to.time_since_epoch().count(), from.time_since_epoch().count(),
                             &difference)) {
    return to < from ? Duration::min() : Duration::max();
  }
  return Duration{difference};
}

WallTime after_runs(WallTime time, Duration interval, std::uint64_t runs) {
  const auto ticks = static_cast<std::uint64_t>(time.time_since_epoch().count());
  return WallTime(Duration(
      static_cast<std::int64_t>(ticks + runs * static_cast<std::uint64_t>(interval.count()))));
}

RunClock::RunClock(WallTime first, const ClockOptions& options) : options_(options) {
  EQLAB_ASSERT(options_.interval > Duration::zero());
  EQLAB_ASSERT(std::ranges::is_sorted(options_.disturbances, {}, &Disturbance::run));
  EQLAB_ASSERT(std::ranges::is_sorted(options_.pauses, {}, &Pause::from));
  EQLAB_ASSERT(std::ranges::is_sorted(options_.times));
  const WallTime due = options_.times.empty() ? first : options_.times.front();
  while (!options_.pauses.empty() && options_.pauses.front().to <= due)
    options_.pauses = options_.pauses.subspan(1);
  begin(0, due, WallTime::min());
}

/// `time`, or when the rule is enabled again if it is disabled before; not before `earliest`.
WallTime RunClock::unless_disabled(WallTime time, WallTime earliest) {
  while (!options_.pauses.empty() && options_.pauses.front().from <= time) {
    time = std::max(options_.pauses.front().to, earliest);
    options_.pauses = options_.pauses.subspan(1);
  }
  return time;
}

void RunClock::begin(std::uint64_t index, WallTime due, WallTime earliest) {
  WallTime scheduled = unless_disabled(due, earliest);
  run_ = {.index = index, .is_regular = scheduled == due};
  takes_ = options_.run_duration;
  retry_after_.reset();
  WallTime start = scheduled;
  while (!options_.disturbances.empty() && options_.disturbances.front().run <= index) {
    const Disturbance& what = options_.disturbances.front();
    run_.is_regular = false;
    run_.outcome = what.outcome;
    start = saturating_add(start, std::max(Duration::zero(), what.late));
    takes_ = std::max(takes_, what.takes);
    if (what.retry_after) retry_after_ = what.retry_after;
    options_.disturbances = options_.disturbances.subspan(1);
  }
  run_.started_at = start;
  if (start > scheduled) {
    // Disabled before it came to run: what is enabled again is due at that moment.
    run_.started_at = unless_disabled(start, earliest);
    if (run_.started_at != start) scheduled = run_.started_at;
  }
  run_.scheduled_at = scheduled;
  if (run_.started_at == WallTime::max()) is_done_ = true;
}

// As in get_next_run_at.ts.
WallTime RunClock::due_next() const {
  const WallTime finished = saturating_add(run_.started_at, takes_);
  if (!options_.times.empty()) return std::max(options_.times[run_.index + 1], finished);
  const bool keeps_grid =
      saturating_distance(run_.scheduled_at, run_.started_at) < options_.drift_threshold;
  const WallTime base = keeps_grid ? run_.scheduled_at : run_.started_at;
  return std::max(saturating_add(base, retry_after_.value_or(options_.interval)), finished);
}

void RunClock::advance() {
  if (is_done_) return;
  if (!options_.times.empty() && run_.index + 1 >= options_.times.size()) {
    is_done_ = true;
    return;
  }
  const WallTime due = due_next();
  if (due == WallTime::max()) {
    is_done_ = true;
    return;
  }
  begin(run_.index + 1, due, saturating_add(run_.started_at, takes_));
}

Duration RunClock::spacing() const { return std::max(options_.interval, options_.run_duration); }

void RunClock::skip_to(WallTime time) {
  if (is_done_ || !run_.is_regular || !options_.times.empty()) return;
  if (!options_.pauses.empty()) time = std::min(time, options_.pauses.front().from);
  if (time <= run_.started_at) return;
  const auto distance = static_cast<std::uint64_t>(time.time_since_epoch().count()) -
                        static_cast<std::uint64_t>(run_.started_at.time_since_epoch().count());
  const auto step = static_cast<std::uint64_t>(spacing().count());
  std::uint64_t steps = distance / step + (distance % step == 0 ? 0 : 1);
  if (!options_.disturbances.empty())
    steps = std::min(steps, options_.disturbances.front().run - run_.index);
  if (steps == 0) return;
  // All but the last step at once; the last one through `advance`, which applies what happens to
  // that run.
  run_.started_at = after_runs(run_.started_at, spacing(), steps - 1);
  run_.scheduled_at = run_.started_at;
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
    const Duration gap = saturating_distance(*previous, started_at) - length;
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
