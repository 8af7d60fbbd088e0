// From candidates to alerts: what deciding costs once the scan is done. Two sizes that people have:
// the candidates of R0 over a realistic week (24 million events leave some 6,000 of them, 1,400
// matches), and a noisy rule over a month of 100 million events (a million candidates, 23 a
// minute). Before anything is timed, the quick ways are proved to give what the plain ones give.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "harness/base/rng.h"
#include "harness/rule/rule.h"
#include "harness/schedule/simulation.h"
#include "harness/schedule/streaming.h"
#include "harness/schedule/sweep.h"

namespace eqlab {
namespace {

struct World {
  World(std::size_t candidates, std::int64_t days)
      : query(*rule::compile(rule::bare_query("sequence by host.id with maxspan=2m\n"
                                              "  [process where true] [network where true]",
                                              "bench"),
                             event::Schema::builtin())),
        plan(scan::Plan::options_for(event::Schema::builtin(), "@timestamp", "")),
        binding(plan.add(query)),
        matcher(query, binding),
        log(plan.new_log()) {
    Rng rng(candidates);
    const std::int64_t milliseconds = days * 86'400'000;
    std::uint64_t ordinal = 0;
    std::int64_t time = 0;
    std::string host;
    for (; ordinal < candidates; ++ordinal) {
      // Every other one follows the one before it on the same host, within twice maxspan.
      const bool follows = ordinal % 2 == 1;
      time = follows ? time + rng.in_range(0, 240'000) : rng.in_range(0, milliseconds);
      if (!follows) host = "mac-" + std::to_string(rng.below(2'000));
      const std::uint64_t words[] = {follows ? 2U : 1U};
      const EventTime at{Duration{std::chrono::milliseconds{1'772'445'600'000 + time}}};
      const std::int64_t delay = rng.chance(0.05) ? rng.in_range(0, 3'600) : rng.in_range(1, 30);
      const std::string id = "e" + std::to_string(ordinal);
      log.add({.filter_words = words,
               .event_time = at,
               .full_time = at,
               .ingest_time = on_clock<IngestTime>(at) + std::chrono::seconds{delay},
               .line = ordinal + 1,
               .ordinal = ordinal,
               .id = id,
               .source = {}},
              std::vector<std::vector<event::Value>>{{host}});
    }
    log.finish();
  }

  eql::CheckedQuery query;
  scan::Plan plan;
  scan::QueryBinding binding;
  match::Matcher matcher;
  scan::CandidateLog log;
  rule::Schedule schedule = {.interval = std::chrono::minutes{5},
                             .look_back = std::chrono::minutes{9}};
};

const World& week() {
  static const World world(6'000, 7);
  return world;
}
const World& month() {
  static const World world(1'000'000, 30);
  return world;
}

std::vector<Duration> hundred_spans() {
  std::vector<Duration> out;
  for (int i = 1; i <= 100; ++i) out.push_back(std::chrono::milliseconds{1'200 * i});
  return out;
}

void prove(bool holds) {
  if (!holds) std::abort();
}

void simulate_month(benchmark::State& state) {
  const World& world = month();
  for (auto _ : state) {
    const schedule::Simulation out =
        schedule::simulate(world.log, world.matcher, world.schedule, {});
    state.counters["runs"] = static_cast<double>(out.counters.runs);
    state.counters["alerts"] = static_cast<double>(out.alerts.size());
  }
}
BENCHMARK(simulate_month)->Unit(benchmark::kMillisecond);

void simulate_month_by_ingest(benchmark::State& state) {
  // Slot 0 carries no dates: every event falls back, so that the sorted copy holds them all.
  const World& world = month();
  const schedule::RangeField range{.primary = {.kind = schedule::TimeSource::Kind::absent},
                                   .fallback = schedule::TimeSource{}};
  prove(schedule::simulate(week().log, week().matcher, week().schedule, {.range = range}).alerts ==
        schedule::simulate(week().log, week().matcher, week().schedule, {}).alerts);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        schedule::simulate(world.log, world.matcher, world.schedule, {.range = range}));
  }
}
BENCHMARK(simulate_month_by_ingest)->Unit(benchmark::kMillisecond);

void simulate_week(benchmark::State& state) {
  const World& world = week();
  prove(schedule::simulate(world.log, world.matcher, world.schedule, {}) ==
        schedule::simulate(world.log, world.matcher, world.schedule,
                           {.effort = schedule::Effort::every}));
  for (auto _ : state) {
    const schedule::Simulation out =
        schedule::simulate(world.log, world.matcher, world.schedule, {});
    state.counters["runs"] = static_cast<double>(out.counters.runs);
    state.counters["alerts"] = static_cast<double>(out.alerts.size());
  }
}
BENCHMARK(simulate_week)->Unit(benchmark::kMillisecond);

void sweep_week(benchmark::State& state) {
  const World& world = week();
  const std::vector<Duration> spans = hundred_spans();
  const schedule::Sweep proof =
      schedule::simulate_sweep(world.log, world.matcher, world.schedule, {}, spans);
  for (std::size_t i = 0; i < proof.size(); ++i) {
    prove(proof.simulation(i) == schedule::simulate(world.log, world.matcher, world.schedule,
                                                    {.maxspan = proof.maxspan(i)}));
  }
  for (auto _ : state) {
    const schedule::Sweep sweep =
        schedule::simulate_sweep(world.log, world.matcher, world.schedule, {}, spans);
    for (std::size_t i = 0; i < sweep.size(); ++i) benchmark::DoNotOptimize(sweep.simulation(i));
  }
}
BENCHMARK(sweep_week)->Unit(benchmark::kMillisecond);

void stream_month(benchmark::State& state) {
  prove(schedule::simulate_streaming(week().log, week().matcher, {}) ==
        schedule::simulate_streaming(week().log, week().matcher,
                                     {.effort = schedule::StreamingEffort::every}));
  for (auto _ : state) {
    benchmark::DoNotOptimize(schedule::simulate_streaming(month().log, month().matcher, {}));
  }
}
BENCHMARK(stream_month)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace eqlab
