#include "harness/rule/closed_forms.h"

#include <algorithm>

namespace eqlab::rule {
namespace {

double ratio(Duration part, Duration whole) {
  return static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

}  // namespace

Duration settle_time(const Schedule& schedule, const SequenceTiming& timing) {
  return std::max({timing.first_delay, timing.span + timing.last_delay, timing.span + schedule.to});
}

double Sightings::share(std::uint64_t n) const {
  if (n == fewer) return fewer_share;
  return n == fewer + 1 ? 1 - fewer_share : 0;
}

double Sightings::mean() const { return static_cast<double>(fewer) + 1 - fewer_share; }

// A run sees the sequence when it falls into a closed interval of length look-back − settle time;
// runs are an interval apart, so it holds either the whole quotient of runs or one more.
Sightings sightings(const Schedule& schedule, const SequenceTiming& timing) {
  const Duration open = schedule.look_back - settle_time(schedule, timing);
  if (open < Duration::zero()) return {};
  return {.fewer = static_cast<std::uint64_t>(open / schedule.interval),
          .fewer_share = 1 - ratio(open % schedule.interval, schedule.interval)};
}

std::optional<Latency> latency(const Schedule& schedule, const SequenceTiming& timing,
                               Duration run_duration) {
  const Duration settle = settle_time(schedule, timing);
  const Duration open = schedule.look_back - settle;
  if (open < Duration::zero()) return std::nullopt;
  const Duration longest_wait = std::min(open, schedule.interval);
  const Duration fixed = settle - timing.span + run_duration;
  return Latency{.mean = fixed + longest_wait / 2, .worst = fixed + longest_wait};
}

Duration guaranteed_delay(const Schedule& schedule, Duration maxspan, Duration jitter) {
  return schedule.look_back - schedule.interval - jitter - maxspan;
}

Duration sufficient_look_back(const Schedule& schedule, Duration maxspan, Duration delay,
                              Duration jitter) {
  return schedule.interval + jitter + maxspan + std::max(delay, schedule.to);
}

Duration longest_caught_up_spacing(const Schedule& schedule) {
  return schedule.look_back - schedule.to + catch_up_windows_max * schedule.interval;
}

Duration blind_spot(const Schedule& schedule, Duration settle, std::uint32_t failed_runs) {
  return std::max(Duration::zero(), (std::int64_t{failed_runs} + 1) * schedule.interval -
                                        schedule.look_back + settle);
}

}  // namespace eqlab::rule
