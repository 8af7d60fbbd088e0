#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/rng.h"
#include "harness/schedule/simulation.h"
#include "tests/unit/schedule/tiny_log.h"

/// Random rules, timelines and disturbed schedules: small, crowded, with ties, repeats and late
/// events, so that every path is met often.
namespace eqlab::tiny {

/// A sequence over key slot 0. Filter j is stage j's; `until` has the one behind them.
struct Shape {
  std::size_t stages = 2;
  std::vector<std::size_t> missing = {};  ///< stages that ask for no event
  bool until = false;
  bool optional_key = false;
  std::optional<double> maxspan = 30;
};

[[nodiscard]] inline Rule rule_of(const Shape& shape) {
  Rule rule = rule_of(std::vector<std::string>(shape.stages, "any"), shape.maxspan, {"k"});
  for (std::size_t j = 0; j < shape.stages && shape.stages > 1; ++j) {
    rule.query.stages[j].keys[0].optional = shape.optional_key;
    rule.binding.stages[j].optional_keys[0] = shape.optional_key;
  }
  for (const std::size_t j : shape.missing) rule.query.stages[j].missing = true;
  if (shape.until) {
    rule.query.until = rule.query.stages[0];
    rule.query.until->missing = false;
    rule.binding.until = rule.binding.stages[0];
    rule.binding.until->filter = static_cast<scan::FilterIndex>(shape.stages);
  }
  return rule;
}

/// 2 to 4 stages; `absent`: some of them ask for no event.
enum class Absent : std::uint8_t { never, sometimes, always };
[[nodiscard]] inline Shape random_shape(Rng& rng, Absent absent) {
  Shape shape{.stages = 2 + rng.below(3),
              .until = rng.chance(0.3),
              .optional_key = rng.chance(0.3),
              .maxspan = static_cast<double>(rng.in_range(3, 60))};
  if (absent == Absent::always || (absent == Absent::sometimes && rng.chance(0.3))) {
    // At the end, in the middle, or at the start; at least one stage asks for an event.
    const std::size_t place = rng.below(shape.stages);
    shape.missing.push_back(place);
    if (shape.stages > 2 && rng.chance(0.3)) shape.missing.push_back((place + 1) % shape.stages);
    std::ranges::sort(shape.missing);
  }
  return shape;
}

struct Crowd {
  std::size_t events_max = 24;
  double seconds = 400;  ///< event times lie in [0, seconds]
  double late_chance = 0.4;
  bool repeats = true;    ///< some events are delivered twice, some have no id
  bool many_keys = true;  ///< some events have several values of their key
};

[[nodiscard]] inline std::vector<Event> random_events(Rng& rng, std::size_t filters,
                                                      const Crowd& crowd) {
  std::vector<Event> events;
  const std::size_t count = 2 + rng.below(crowd.events_max - 1);
  const auto last = static_cast<std::int64_t>(crowd.seconds);
  for (std::size_t i = 0; i < count; ++i) {
    Event event;
    const std::size_t named = crowd.repeats && i > 0 && rng.chance(0.1) ? rng.below(i) : i;
    event.id = crowd.repeats && rng.chance(0.05) ? "" : "e" + std::to_string(named);
    event.at = static_cast<double>(rng.in_range(0, last));
    if (rng.chance(0.1)) event.at += 0.5;
    for (std::uint32_t filter = 0; filter < filters; ++filter) {
      if (rng.chance(filter + 1 == filters && filters > 2 ? 0.2 : 0.45))
        event.stages.push_back(filter);
    }
    event.keys = {rng.chance(0.1) ? "" : rng.chance(0.6) ? "k" : "l"};
    if (crowd.many_keys && rng.chance(0.1)) event.more_keys = {"l", "m"};
    if (rng.chance(crowd.late_chance)) event.delay = static_cast<double>(rng.in_range(0, 700));
    events.push_back(event);
  }
  return events;
}

[[nodiscard]] inline rule::Schedule random_schedule(Rng& rng) {
  return {.interval = std::chrono::seconds{rng.in_range(1, 6) * 60},
          .look_back = std::chrono::seconds{rng.in_range(1, 20) * 60},
          .to = std::chrono::seconds{rng.chance(0.2) ? 45 : 0},
          .max_signals = static_cast<std::uint32_t>(rng.in_range(1, 4))};
}

/// A schedule on which things go wrong: late, long, failing and throwing runs, pauses, lists of
/// times, manual runs; each now and then.
[[nodiscard]] inline schedule::SimulationOptions random_options(Rng& rng) {
  using schedule::RunOutcome;
  schedule::SimulationOptions out = {.start = at(-300),
                                     .phase = seconds(static_cast<double>(rng.below(300)))};
  if (rng.chance(0.2)) out.end = at(20'000);
  if (rng.chance(0.3)) out.drift_threshold = seconds(static_cast<double>(rng.below(120)));
  if (rng.chance(0.2)) out.run_duration = seconds(static_cast<double>(rng.below(900)));
  if (rng.chance(0.2)) out.search_delay = seconds(static_cast<double>(rng.below(40)));
  if (rng.chance(0.2)) out.previous_run = wall(-static_cast<double>(rng.in_range(300, 4'000)));
  std::uint64_t run = rng.below(4);
  while (rng.chance(0.5)) {
    schedule::Disturbance what{.run = run};
    const std::uint64_t outcome = rng.below(4);
    what.outcome = outcome == 0   ? RunOutcome::succeeds
                   : outcome == 1 ? RunOutcome::search_fails
                   : outcome == 2 ? RunOutcome::task_throws
                                  : RunOutcome::dies;
    if (rng.chance(0.5)) what.late = std::chrono::minutes{rng.in_range(0, 50)};
    if (rng.chance(0.2)) what.takes = std::chrono::minutes{rng.in_range(0, 20)};
    if (rng.chance(0.2)) what.retry_after = std::chrono::minutes{1};
    out.disturbances.push_back(what);
    run += 1 + rng.below(3);
  }
  double from = static_cast<double>(rng.in_range(-600, 600));
  while (rng.chance(0.25)) {
    const double to = from + static_cast<double>(rng.in_range(1, 3'000));
    out.pauses.push_back({.from = wall(from), .to = wall(to)});
    from = to + static_cast<double>(rng.in_range(1, 900));
  }
  if (rng.chance(0.15)) {
    double time = static_cast<double>(rng.in_range(-100, 100));
    for (std::uint64_t i = 0; i < 1 + rng.below(8); ++i) {
      out.run_times.push_back(wall(time));
      time += static_cast<double>(rng.in_range(1, 600));
    }
  }
  double executed = static_cast<double>(rng.in_range(100, 2'000));
  while (rng.chance(0.2)) {
    schedule::ManualRun manual{.executed_at = wall(executed)};
    for (std::uint64_t i = 0; i < 1 + rng.below(3); ++i)
      manual.slots.push_back(wall(static_cast<double>(rng.in_range(0, 1'200))));
    out.manual_runs.push_back(manual);
    executed += static_cast<double>(rng.in_range(0, 2'000));
  }
  return out;
}

/// By the key, for a while or for one run.
[[nodiscard]] inline schedule::SuppressionOptions random_suppression(Rng& rng) {
  schedule::SuppressionOptions out{.group_by = {0}};
  if (rng.chance(0.5)) out.missing = schedule::MissingFields::are_not_suppressed;
  if (rng.chance(0.5)) out.duration = std::chrono::minutes{rng.in_range(1, 30)};
  return out;
}

/// Windows by the dates in slots 1 and 2, as `random_events` have them after `add_random_dates`.
[[nodiscard]] inline schedule::RangeField random_range(Rng& rng) {
  using schedule::TimeSource;
  const auto source = [&] {
    const std::uint64_t kind = rng.below(4);
    if (kind == 0) return TimeSource{};
    if (kind == 1) return TimeSource{.kind = TimeSource::Kind::absent};
    return TimeSource{.kind = TimeSource::Kind::carried,
                      .slot = static_cast<scan::KeySlot>(1 + rng.below(2)),
                      .whole_seconds = rng.chance(0.5)};
  };
  schedule::RangeField range{.primary = source()};
  if (rng.chance(0.7)) range.fallback = source();
  return range;
}
inline void add_random_dates(Rng& rng, std::vector<Event>& events) {
  for (Event& event : events) {
    event.dated = rng.chance(0.9);
    for (int slot = 0; slot < 2; ++slot) {
      event.dates.emplace_back();
      if (rng.chance(0.8))
        event.dates.back() = event.at + event.delay + static_cast<double>(rng.below(90)) / 4;
    }
  }
}

}  // namespace eqlab::tiny
