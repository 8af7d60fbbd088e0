#include "harness/schedule/sweep.h"

#include <gtest/gtest.h>

#include "tests/unit/schedule/random_world.h"

namespace eqlab::schedule {
namespace {

using tiny::Absent;
using tiny::seconds;

constexpr double spans[] = {0, 1, 5, 12, 13, 30, 60, 200};

std::vector<Duration> all_spans() {
  std::vector<Duration> out;
  for (const double span : spans) out.push_back(seconds(span));
  return out;
}

/// Every value's result against a simulation of its own.
void expect_equal_to_single_ones(const scan::CandidateLog& log, const match::Matcher& matcher,
                                 const rule::Schedule& schedule, const SimulationOptions& options,
                                 const Sweep& sweep) {
  for (std::size_t i = 0; i < sweep.size(); ++i) {
    SimulationOptions alone = options;
    alone.maxspan = sweep.maxspan(i);
    ASSERT_EQ(sweep.simulation(i), simulate(log, matcher, schedule, alone))
        << "maxspan " << tiny::in_seconds(sweep.maxspan(i));
  }
}

TEST(Sweep, GivesWhatSimulationsOfTheirOwnGive) {
  Rng rng(31);
  std::size_t shared = 0;
  std::uint64_t alerts = 0;
  std::uint64_t cut = 0;
  for (int round = 0; round < 3'000; ++round) {
    SCOPED_TRACE(round);
    const tiny::Shape shape = tiny::random_shape(rng, Absent::sometimes);
    const tiny::Rule rule = tiny::rule_of(shape);
    const std::vector<tiny::Event> events = tiny::random_events(rng, shape.stages + 1, {});
    const scan::CandidateLog log = tiny::log_of(events, shape.stages + 1);
    const match::Matcher matcher(rule.query, rule.binding);
    const rule::Schedule schedule = tiny::random_schedule(rng);
    SimulationOptions options = tiny::random_options(rng);
    if (rng.chance(0.3)) options.suppression = tiny::random_suppression(rng);
    const Sweep sweep = simulate_sweep(log, matcher, schedule, options, all_spans());
    ASSERT_EQ(sweep.is_shared(), shape.missing.empty());
    expect_equal_to_single_ones(log, matcher, schedule, options, sweep);
    if (HasFatalFailure()) return;
    shared += sweep.is_shared() ? 1U : 0U;
    const Simulation longest = sweep.simulation(sweep.size() - 1);
    alerts += longest.alerts.size();
    cut += longest.lost_to_cap.size();
  }
  EXPECT_GT(shared, 1'600U);
  EXPECT_GT(alerts, 1'000U) << "the timelines must be busy enough to prove something";
  EXPECT_GT(cut, 100U);
}

TEST(Sweep, EventQueriesHaveOneAnswerForAll) {
  const tiny::Rule rule = tiny::rule_of({"process"}, std::nullopt);
  const scan::CandidateLog log = tiny::log_of({{.id = "x", .at = 70, .stages = {0}}}, 1);
  const match::Matcher matcher(rule.query, rule.binding);
  const Sweep sweep = simulate_sweep(log, matcher, {}, {.start = tiny::at(0)}, all_spans());
  EXPECT_TRUE(sweep.is_shared());
  expect_equal_to_single_ones(log, matcher, {}, {.start = tiny::at(0)}, sweep);
  EXPECT_EQ(sweep.simulation(3).alerts.size(), 1U);
}

TEST(Sweep, PipesKeepEachValueToItself) {
  tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  rule.query.limits.push_back({eql::Limit::Side::head, 1});
  const scan::CandidateLog log = tiny::log_of({{.id = "a", .at = 10, .stages = {0}},
                                               {.id = "b", .at = 20, .stages = {1}},
                                               {.id = "c", .at = 30, .stages = {0}},
                                               {.id = "d", .at = 31, .stages = {1}}});
  const match::Matcher matcher(rule.query, rule.binding);
  const Sweep sweep = simulate_sweep(log, matcher, {}, {.start = tiny::at(0)}, all_spans());
  EXPECT_FALSE(sweep.is_shared());
  expect_equal_to_single_ones(log, matcher, {}, {.start = tiny::at(0)}, sweep);
  EXPECT_EQ(log.event_id(sweep.simulation(1).alerts.at(0).match.first()), "c");
  EXPECT_EQ(log.event_id(sweep.simulation(5).alerts.at(0).match.first()), "a");
}

TEST(Sweep, NoValuesNoSimulations) {
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  const scan::CandidateLog log = tiny::log_of({});
  EXPECT_EQ(simulate_sweep(log, match::Matcher(rule.query, rule.binding), {}, {}, {}).size(), 0U);
}

TEST(Sweep, SchedulesGiveWhatSimulationsOfTheirOwnGive) {
  Rng rng(32);
  for (int round = 0; round < 400; ++round) {
    const tiny::Shape shape = tiny::random_shape(rng, Absent::sometimes);
    tiny::Rule rule = tiny::rule_of(shape);
    if (rng.chance(0.1)) rule.query.limits.push_back({eql::Limit::Side::tail, 2});
    const scan::CandidateLog log =
        tiny::log_of(tiny::random_events(rng, shape.stages + 1, {}), shape.stages + 1);
    const match::Matcher matcher(rule.query, rule.binding);
    SimulationOptions options = tiny::random_options(rng);
    if (rng.chance(0.3)) options.suppression = tiny::random_suppression(rng);
    std::vector<rule::Schedule> schedules = {tiny::random_schedule(rng),
                                             tiny::random_schedule(rng)};
    for (std::uint32_t cap = 1; cap < 4; ++cap) {
      schedules.push_back(schedules[cap % 2]);
      schedules.back().max_signals = cap;
    }
    const std::vector<Simulation> together = simulate_schedules(log, matcher, schedules, options);
    ASSERT_EQ(together.size(), schedules.size());
    for (std::size_t i = 0; i < schedules.size(); ++i) {
      ASSERT_EQ(together[i], simulate(log, matcher, schedules[i], options))
          << "round " << round << ", schedule " << i;
    }
  }
}

}  // namespace
}  // namespace eqlab::schedule
