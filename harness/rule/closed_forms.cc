#include "harness/rule/closed_forms.h"

#include <algorithm>

namespace eqlab::rule {
namespace {

double ratio(Duration part, Duration whole) {
  return static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

// A run sees the sequence when it falls into a closed interval of this length; runs are an interval
// apart, so it holds either the whole quotient of runs or one more.
Sightings sightings_within(const Schedule& schedule, Duration open) {
  if (open < Duration::zero()) return {};
  return {.fewer = static_cast<std::uint64_t>(open / schedule.interval),
          .fewer_share = 1 - ratio(open % schedule.interval, schedule.interval)};
}

/// The wait for the first of those runs, from when one could see the sequence, is uniform.
Latency latency_within(const Schedule& schedule, Duration open, Duration fixed) {
  const Duration longest_wait = std::min(open, schedule.interval);
  return {.mean = fixed + longest_wait / 2, .worst = fixed + longest_wait};
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

Sightings sightings(const Schedule& schedule, const SequenceTiming& timing) {
  return sightings_within(schedule, schedule.look_back - settle_time(schedule, timing));
}

std::optional<Latency> latency(const Schedule& schedule, const SequenceTiming& timing,
                               Duration run_duration) {
  const Duration settle = settle_time(schedule, timing);
  const Duration open = schedule.look_back - settle;
  if (open < Duration::zero()) return std::nullopt;
  return latency_within(schedule, open, settle - timing.span + run_duration);
}

Duration guaranteed_delay(const Schedule& schedule, Duration maxspan, Duration jitter) {
  return schedule.look_back - schedule.interval - jitter - maxspan;
}

Duration sufficient_look_back(const Schedule& schedule, Duration maxspan, Duration delay,
                              Duration jitter) {
  return schedule.interval + jitter + maxspan + std::max(delay, schedule.to);
}

double straddle_share(const Schedule& schedule, Duration span) {
  return std::min(1.0, ratio(span, schedule.interval));
}

double straddle_loss(const Schedule& schedule, Duration span) {
  return sightings(schedule, {.span = span}).share(0);
}

Duration straddle_slack(const Schedule& schedule, Duration maxspan) {
  return schedule.look_back - schedule.to - schedule.interval - maxspan;
}

Duration longest_caught_up_spacing(const Schedule& schedule) {
  return schedule.look_back - schedule.to + catch_up_windows_max * schedule.interval;
}

std::int64_t catch_up_windows(const Schedule& schedule, Duration spacing) {
  const Duration gap = spacing - (schedule.look_back - schedule.to);
  if (gap <= Duration::zero()) return 0;
  return std::min(catch_up_windows_max, (gap - Duration(1)) / schedule.interval + 1);
}

Duration delay_after_spacing(const Schedule& schedule, Duration spacing) {
  return schedule.look_back + catch_up_windows(schedule, spacing) * schedule.interval - spacing;
}

Duration unsearched_after_spacing(const Schedule& schedule, Duration spacing) {
  return std::max(Duration::zero(), schedule.to - delay_after_spacing(schedule, spacing));
}

Duration blind_spot(const Schedule& schedule, Duration settle, std::uint32_t failed_runs) {
  return std::max(Duration::zero(), (std::int64_t{failed_runs} + 1) * schedule.interval -
                                        schedule.look_back + settle);
}

CapOutcome cap_outcome(const Schedule& schedule, std::span<const std::uint64_t> completed,
                       std::uint64_t events) {
  CapOutcome out;
  for (const std::uint64_t count : completed) {
    const std::uint64_t kept = std::min<std::uint64_t>(count, schedule.max_signals);
    out.alerts += kept;
    out.lost += count - kept;
  }
  out.documents = out.alerts * (events > 1 ? events + 1 : 1);
  return out;
}

double steady_rate_max(const Schedule& schedule) {
  return schedule.max_signals / std::chrono::duration<double>(schedule.interval).count();
}

double newer_matches(const Schedule& schedule, double rate_per_second, Duration delay) {
  return rate_per_second * std::chrono::duration<double>(delay + schedule.interval).count();
}

Sightings sightings_by_ingest(const Schedule& schedule, Duration skew) {
  return sightings_within(schedule, schedule.look_back - std::max(skew, schedule.to));
}

Duration guaranteed_skew(const Schedule& schedule) {
  return schedule.look_back - schedule.interval;
}

SequenceTiming with_clock_ahead(const SequenceTiming& timing, Duration ahead) {
  return {.span = timing.span,
          .first_delay = timing.first_delay - ahead,
          .last_delay = timing.last_delay - ahead};
}

ScheduleFigures schedule_figures(const Rule& rule, Duration span, Duration delay) {
  const Schedule& schedule = rule.schedule;
  const SequenceTiming timing{.span = span, .first_delay = delay, .last_delay = delay};
  ScheduleFigures out{.span = span, .delay = delay};
  if (rule.timestamp_override == "event.ingested") {
    // Events that are alike late arrive as far apart as they happened.
    out.by_ingest = true;
    out.delay_max = guaranteed_skew(schedule);
    out.sightings = sightings_by_ingest(schedule, span).mean();
    const Duration settle = std::max(span, schedule.to);
    const Duration open = schedule.look_back - settle;
    if (open >= Duration::zero())
      out.latency = latency_within(schedule, open, delay + settle - span);
    out.failed_run_loss = blind_spot(schedule, settle, 1);
    return out;
  }
  out.delay_max = guaranteed_delay(schedule, span, Duration::zero());
  out.sightings = sightings(schedule, timing).mean();
  out.latency = latency(schedule, timing, Duration::zero());
  out.failed_run_loss = blind_spot(schedule, settle_time(schedule, timing), 1);
  return out;
}

}  // namespace eqlab::rule
