#include "harness/schedule/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/base/rng.h"
#include "tests/unit/schedule/random_world.h"

namespace eqlab::schedule {
namespace {

using tiny::seconds;

rule::Schedule nine_minutes() {
  return {.interval = std::chrono::minutes{5},
          .look_back = std::chrono::minutes{9},
          .max_signals = 100};
}

Simulation run(const std::vector<tiny::Event>& events, const SimulationOptions& options,
               const rule::Schedule& schedule = nine_minutes()) {
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  const scan::CandidateLog log = tiny::log_of(events);
  return simulate(log, match::Matcher(rule.query, rule.binding), schedule, options);
}

TEST(Simulation, RefreshCountsTowardsTheDelay) {
  // Ingested at 10:04:59.5 and searchable a second later: too late for 10:05, in time for 10:10.
  const std::vector<tiny::Event> events = {{.id = "a", .at = 290, .stages = {0}, .delay = 9.5},
                                           {.id = "b", .at = 291, .stages = {1}, .delay = 8.5}};
  EXPECT_EQ(run(events, {.start = tiny::at(0), .refresh = seconds(0.5)}).alerts.at(0).started_at,
            tiny::wall(300));
  EXPECT_EQ(run(events, {.start = tiny::at(0), .refresh = seconds(1)}).alerts.at(0).started_at,
            tiny::wall(600));
}

TEST(Simulation, TheAlertExistsWhenTheRunIsDone) {
  const std::vector<tiny::Event> events = {{.id = "a", .at = 10, .stages = {0}},
                                           {.id = "b", .at = 11, .stages = {1}}};
  EXPECT_EQ(run(events, {.start = tiny::at(0)}).alerts.at(0).alert_time, tiny::wall(304))
      << "4 s unless told";
}

TEST(Simulation, SingleEventsAlertToo) {
  const tiny::Rule rule = tiny::rule_of({"process"}, std::nullopt);
  const scan::CandidateLog log = tiny::log_of(
      {{.id = "x", .at = 70, .stages = {0}}, {.id = "y", .at = 400, .stages = {0}}}, 1);
  const Simulation out = simulate(log, match::Matcher(rule.query, rule.binding), nine_minutes(),
                                  {.start = tiny::at(0)});
  ASSERT_EQ(out.alerts.size(), 2U);
  EXPECT_EQ(out.alerts[0].sightings, 2U);
  EXPECT_EQ(out.alerts[1].started_at, tiny::wall(600));
}

TEST(Simulation, TheSameEventDeliveredTwiceIsOneAlert) {
  const std::vector<tiny::Event> events = {{.id = "a", .at = 10, .stages = {0}},
                                           {.id = "b", .at = 11, .stages = {1}},
                                           {.id = "a", .at = 12, .stages = {0}},
                                           {.id = "b", .at = 13, .stages = {1}}};
  const Simulation out = run(events, {.start = tiny::at(0)});
  EXPECT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(out.counters.duplicates, 1U);
}

TEST(Simulation, EventsWithoutIdsAreTheirOwn) {
  const std::vector<tiny::Event> events = {{.id = "", .at = 10, .stages = {0}},
                                           {.id = "", .at = 11, .stages = {1}},
                                           {.id = "", .at = 12, .stages = {0}},
                                           {.id = "", .at = 13, .stages = {1}}};
  EXPECT_EQ(run(events, {.start = tiny::at(0)}).alerts.size(), 2U);
}

TEST(Simulation, ALateConnectionReplacesThePairThatWasSeenFirst) {
  const std::vector<tiny::Event> events = {{.id = "a", .at = 280, .stages = {0}},
                                           {.id = "b1", .at = 281, .stages = {1}, .delay = 60},
                                           {.id = "b2", .at = 282, .stages = {1}}};
  EXPECT_EQ(run(events, {.start = tiny::at(0)}).alerts.size(), 2U)
      << "(a, b2) at 10:05, (a, b1) at 10:10";
}

TEST(Simulation, EventsFromTheFutureWaitUntilTimeHasCaughtUp) {
  const std::vector<tiny::Event> events = {
      {.id = "a", .at = 7'200, .stages = {0}, .delay = -7'200},
      {.id = "b", .at = 7'201, .stages = {1}, .delay = -7'200}};
  const Simulation out = run(events, {.start = tiny::at(0)});
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(out.alerts[0].started_at, tiny::wall(7'500));
}

TEST(Simulation, NoEventsStillCountsTheRunsOfTheCorpus) {
  const Simulation out = run({}, {.start = tiny::at(0), .end = tiny::at(86'400)});
  EXPECT_EQ(out.counters.runs, 288U);
  EXPECT_EQ(out.last_run, tiny::wall(86'400));
  EXPECT_TRUE(out.alerts.empty());
}

TEST(Simulation, CenturiesBetweenTwoEventsCostNothing) {
  // Half the range of the clock apart, as a broken host clock may write them: 32 million runs.
  const std::vector<tiny::Event> events = {{.id = "a", .at = -9e9 / 2, .stages = {0}},
                                           {.id = "b", .at = 7e9, .stages = {1}},
                                           {.id = "c", .at = 7e9 + 1, .stages = {0}},
                                           {.id = "d", .at = 7e9 + 2, .stages = {1}}};
  const Simulation out = run(events, {});
  EXPECT_EQ(out.alerts.size(), 1U);
  EXPECT_GT(out.counters.runs, 30'000'000U);
}

TEST(Simulation, SkippingRunsChangesNothing) {
  Rng rng(7);
  std::uint64_t alerts = 0;
  std::uint64_t gaps = 0;
  std::uint64_t manual = 0;
  for (int round = 0; round < 12'000; ++round) {
    const tiny::Shape shape = tiny::random_shape(rng, tiny::Absent::sometimes);
    const tiny::Rule rule = tiny::rule_of(shape);
    std::vector<tiny::Event> events = tiny::random_events(rng, shape.stages + 1, {});
    SimulationOptions options = tiny::random_options(rng);
    if (rng.chance(0.3)) {
      options.range = tiny::random_range(rng);
      tiny::add_random_dates(rng, events);
    }
    if (rng.chance(0.2)) options.suppression = tiny::random_suppression(rng);
    const scan::CandidateLog log = tiny::log_of(events, shape.stages + 1, 1, 2);
    const match::Matcher matcher(rule.query, rule.binding);
    const rule::Schedule schedule = tiny::random_schedule(rng);
    const Simulation quick = simulate(log, matcher, schedule, options);
    options.effort = Effort::every;
    const Simulation plain = simulate(log, matcher, schedule, options);
    ASSERT_EQ(quick, plain) << "round " << round;
    ASSERT_EQ(plain.counters.returned, plain.alerts.size() + plain.counters.duplicates +
                                           plain.counters.suppressed + plain.counters.without_room);
    alerts += plain.alerts.size();
    for (const Gap& gap : plain.gaps) gaps += gap.times;
    manual += static_cast<std::uint64_t>(std::ranges::count(plain.alerts, true, &Alert::manual));
  }
  EXPECT_GT(alerts, 4'000U) << "the timelines must be busy enough to prove something";
  EXPECT_GT(gaps, 1'000U);
  EXPECT_GT(manual, 50U);
}

/// Every run leaves a gap where it searches less than lies between two runs.
rule::Schedule hasty() {
  return {.interval = std::chrono::seconds{1},
          .look_back = std::chrono::seconds{1},
          .max_signals = 100};
}

TEST(Simulation, GapsOfRunsAlikeAreOneRecord) {
  const std::vector<tiny::Event> events = {{.id = "a", .at = 0, .stages = {0}},
                                           {.id = "b", .at = 60, .stages = {1}}};
  SimulationOptions options{.start = tiny::at(0), .run_duration = seconds(7)};
  options.disturbances = {{.run = 4, .late = seconds(3)}, {.run = 6, .outcome = RunOutcome::dies}};
  const Simulation quick = run(events, options, hasty());
  options.effort = Effort::every;
  EXPECT_EQ(run(events, options, hasty()), quick);
  // 7 s apart, of which 5 are searched: 1 s and four more an interval apart.
  ASSERT_EQ(quick.gaps.size(), 5U);
  EXPECT_EQ(
      quick.gaps[0],
      (Gap{.run = 1, .from = tiny::wall(1), .to = tiny::wall(3), .times = 3, .every = seconds(7)}));
  EXPECT_EQ(quick.gaps[1], (Gap{.run = 4, .from = tiny::wall(22), .to = tiny::wall(27)}));
  const std::uint64_t runs = quick.counters.runs;
  EXPECT_EQ(quick.gaps.back().run + quick.gaps.back().times, runs);
  EXPECT_EQ(quick.counters.failed_runs, runs - 1) << "all but the first";
}

TEST(Simulation, GapsOverDecadesTakeNeitherTimeNorMemory) {
  constexpr double half_a_century = 50.0 * 365 * 86'400;
  const std::vector<tiny::Event> events = {
      {.id = "a", .at = -half_a_century, .stages = {0}},
      {.id = "b", .at = 10, .stages = {0}},
      {.id = "c", .at = 10.5, .stages = {1}},
  };
  const Simulation out = run(events, {.refresh = seconds(0), .run_duration = seconds(6)}, hasty());
  ASSERT_LE(out.gaps.size(), 4U);
  std::uint64_t gaps = 0;
  for (const Gap& gap : out.gaps) gaps += gap.times;
  EXPECT_EQ(gaps, out.counters.runs - 1);
  EXPECT_EQ(out.counters.failed_runs, gaps);
  EXPECT_GT(gaps, 250'000'000U);
  EXPECT_EQ(fill_gaps(out.gaps, hasty(), tiny::wall(100)).slots.size(), 1'000'000U);
}

// A lemma: with everything visible at once, what the runs find together is what the whole
// history holds, as long as every match fits into some window.
TEST(Simulation, PromptEventsAreFoundAsOnCompleteData) {
  Rng rng(11);
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  const match::Matcher matcher(rule.query, rule.binding);
  for (int round = 0; round < 300; ++round) {
    const std::vector<tiny::Event> events =
        tiny::random_events(rng, 2, {.late_chance = 0, .repeats = false, .many_keys = false});
    const scan::CandidateLog log = tiny::log_of(events);
    const Simulation out = simulate(log, matcher, nine_minutes(), {.start = tiny::at(-300)});
    std::vector<match::Match> alerted;
    for (const Alert& alert : out.alerts) alerted.push_back(alert.match);
    const auto by_events = [](const match::Match& match) { return match.events; };
    std::ranges::sort(alerted, {}, by_events);
    std::vector<match::Match> complete = matcher.find(log, log.dated(), {}).matches;
    std::ranges::sort(complete, {}, by_events);
    ASSERT_EQ(alerted, complete) << "round " << round;
  }
}

}  // namespace
}  // namespace eqlab::schedule
