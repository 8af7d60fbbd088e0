#include <gtest/gtest.h>

#include "harness/schedule/simulation.h"
#include "tests/unit/schedule/tiny_log.h"

// Runs at 10:00, 10:05, 10:10, …; every 5 minutes, look-back 9 minutes, cap 100, maxspan 30 s;
// latencies without run time. The numbers are those of the engine's worked runs E1 to E13.
namespace eqlab::schedule {
namespace {

constexpr double minute = 60;

rule::Schedule every_five_minutes() {
  return {.interval = std::chrono::minutes{5},
          .look_back = std::chrono::minutes{9},
          .max_signals = 100};
}

SimulationOptions from_ten() {
  return {.start = tiny::at(0), .refresh = Duration::zero(), .run_duration = Duration::zero()};
}

Simulation run(const std::vector<tiny::Event>& events,
               const SimulationOptions& options = from_ten()) {
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  const scan::CandidateLog log = tiny::log_of(events);
  return simulate(log, match::Matcher(rule.query, rule.binding), every_five_minutes(), options);
}

std::vector<tiny::Event> pair(double a, double b, double delay_a, double delay_b) {
  return {{.id = "a", .at = a, .stages = {0}, .delay = delay_a},
          {.id = "b", .at = b, .stages = {1}, .delay = delay_b}};
}

double started(const Alert& alert) {
  return tiny::in_seconds(alert.started_at - tiny::wall(0)) / minute;
}
double latency_of(const Alert& alert, double completed_at) {
  return tiny::in_seconds(alert.alert_time - tiny::wall(completed_at));
}

TEST(WorkedRuns, E1AnEventOnTheWindowsFirstInstantIsSeenAgainAndNotWrittenAgain) {
  const Simulation out = run(pair(60, 64, 20, 20));
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(started(out.alerts[0]), 5);
  EXPECT_EQ(latency_of(out.alerts[0], 64), 236);
  EXPECT_EQ(out.alerts[0].sightings, 2U);
  EXPECT_EQ(out.counters.duplicates, 1U);
}

TEST(WorkedRuns, E2SeenOnce) {
  const Simulation out = run(pair(30, 40, 5, 5));
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(latency_of(out.alerts[0], 40), 260);
  EXPECT_EQ(out.alerts[0].sightings, 1U);
}

TEST(WorkedRuns, E3StraddlesTheEndOfAWindow) {
  const Simulation out = run(pair(4 * minute + 50, 5 * minute + 15, 0, 0));
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(started(out.alerts[0]), 10);
  EXPECT_EQ(out.alerts[0].sightings, 1U);
  EXPECT_EQ(latency_of(out.alerts[0], 5 * minute + 15), 285);
}

TEST(WorkedRuns, E4StraddlesTheStartOfTheNextWindow) {
  const Simulation out = run(pair(55, 80, 2, 2));
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(started(out.alerts[0]), 5);
  EXPECT_EQ(out.alerts[0].sightings, 1U);
}

TEST(WorkedRuns, E5LateButInTime) {
  const Simulation out = run(pair(87, 117, 215, 215));
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(started(out.alerts[0]), 10);
  EXPECT_EQ(latency_of(out.alerts[0], 117), 483);
}

TEST(WorkedRuns, E6LateAndLost) { EXPECT_TRUE(run(pair(57, 87, 215, 215)).alerts.empty()); }

TEST(WorkedRuns, E7TheFirstEventMayBeTheLateOne) {
  const Simulation out = run(pair(2 * minute, 2 * minute + 12, 360, 2));
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(started(out.alerts[0]), 10);
  EXPECT_EQ(latency_of(out.alerts[0], 2 * minute + 12), 468);
  EXPECT_TRUE(run(pair(30, 42, 360, 2)).alerts.empty());
}

TEST(WorkedRuns, E8AFailedSearchLosesWhatTheNextWindowDoesNotReach) {
  SimulationOptions options = from_ten();
  options.disturbances = {{.run = 0, .outcome = RunOutcome::search_fails}};
  EXPECT_TRUE(run(pair(40, 45, 3, 3), options).alerts.empty());
  const Simulation out = run(pair(70, 75, 3, 3), options);
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(started(out.alerts[0]), 10);
  EXPECT_EQ(latency_of(out.alerts[0], 75), 525);
  EXPECT_EQ(out.counters.failed_runs, 1U);
}

TEST(WorkedRuns, AThrownTaskIsCaughtUpByTheNextRun) {
  // Runs 10:05 and 10:10 throw: 10:15 counts its gap from 10:00, where the run before the timeline
  // stood.
  SimulationOptions options = from_ten();
  options.start = tiny::at(-5 * minute);
  options.disturbances = {{.run = 1, .outcome = RunOutcome::task_throws},
                          {.run = 2, .outcome = RunOutcome::task_throws}};
  const Simulation out = run(pair(40, 45, 3, 3), options);
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(started(out.alerts[0]), 15);
  EXPECT_EQ(out.counters.catch_up_searches, 2U);
}

TEST(WorkedRuns, E9ALateRunSearchesAnOverlappingCopyFirst) {
  const WindowPlan plan =
      plan_windows(every_five_minutes(), tiny::wall(12 * minute), tiny::wall(0));
  EXPECT_EQ(plan.windows,
            (std::vector<SearchWindow>{{tiny::at(-2 * minute), tiny::at(7 * minute)},
                                       {tiny::at(3 * minute), tiny::at(12 * minute)}}));
  EXPECT_EQ(plan.unsearched, Duration::zero());

  SimulationOptions options = from_ten();
  options.start = tiny::at(-5 * minute);
  options.disturbances = {{.run = 1, .late = std::chrono::minutes{7}}};
  const Simulation out = run(pair(60, 64, 0, 0), options);
  ASSERT_EQ(out.alerts.size(), 1U) << "without catching up the pair would lie before the window";
  EXPECT_EQ(started(out.alerts[0]), 12);
}

TEST(WorkedRuns, E10AVeryLateRunLeavesAGapAndSaysSo) {
  const WindowPlan plan =
      plan_windows(every_five_minutes(), tiny::wall(35 * minute), tiny::wall(0));
  EXPECT_EQ(plan.windows.size(), 5U);
  EXPECT_EQ(plan.windows.front().from, tiny::at(6 * minute));
  EXPECT_EQ(plan.unsearched, tiny::seconds(360));

  SimulationOptions options = from_ten();
  options.start = tiny::at(-5 * minute);
  options.disturbances = {{.run = 1, .late = std::chrono::minutes{30}}};
  EXPECT_TRUE(run(pair(5 * minute + 50, 5 * minute + 55, 0, 0), options).alerts.empty());
  const Simulation out = run(pair(6 * minute, 6 * minute + 10, 0, 0), options);
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(out.gaps,
            (std::vector<Gap>{{.run = 1, .from = tiny::wall(0), .to = tiny::wall(6 * minute)}}));
  EXPECT_EQ(out.counters.failed_runs, 1U);
}

TEST(WorkedRuns, E11TheCapKeepsTheNewestAndTheRestIsLostForGood) {
  std::vector<tiny::Event> events;
  for (int i = 0; i < 250; ++i) {
    const std::string key = "host-" + std::to_string(i);
    const double completed = 150 + i * 0.04;
    events.push_back(
        {.id = "a" + std::to_string(i), .at = completed - 1, .stages = {0}, .keys = {key}});
    events.push_back(
        {.id = "b" + std::to_string(i), .at = completed, .stages = {1}, .keys = {key}});
  }
  const Simulation out = run(events);
  ASSERT_EQ(out.alerts.size(), 100U);
  EXPECT_EQ(started(out.alerts.back()), 5);
  EXPECT_EQ(out.counters.duplicates, 100U)
      << "the run at 10:10 sees the same hundred again, cap before comparison";
  EXPECT_EQ(out.counters.runs_at_cap, 2U);
  EXPECT_EQ(out.lost_to_cap.size(), 150U);
  const scan::CandidateLog log = tiny::log_of(events);
  EXPECT_EQ(log.event_id(out.alerts.front().match.completing()), "b150")
      << "the oldest of the newest hundred";
  EXPECT_EQ(log.event_id(out.lost_to_cap.back().match.completing()), "b149");
}

TEST(WorkedRuns, ExactlyTheCapWarnsAndLosesNothing) {
  std::vector<tiny::Event> events;
  for (int i = 0; i < 100; ++i) {
    const std::string key = "host-" + std::to_string(i);
    events.push_back({.id = "a" + std::to_string(i), .at = 150, .stages = {0}, .keys = {key}});
    events.push_back({.id = "b" + std::to_string(i), .at = 151, .stages = {1}, .keys = {key}});
  }
  const Simulation out = run(events);
  EXPECT_EQ(out.alerts.size(), 100U);
  EXPECT_TRUE(out.lost_to_cap.empty());
  EXPECT_GT(out.counters.runs_at_cap, 0U);
}

TEST(WorkedRuns, E12ALateStartMakesASecondAlertForTheSameConnection) {
  const std::vector<tiny::Event> events = {
      {.id = "a1", .at = 60, .stages = {0}},
      {.id = "a2", .at = 70, .stages = {0}, .delay = 4 * minute + 50},
      {.id = "b", .at = 80, .stages = {1}}};
  const Simulation out = run(events);
  const scan::CandidateLog log = tiny::log_of(events);
  ASSERT_EQ(out.alerts.size(), 2U);
  EXPECT_EQ(log.event_id(out.alerts[0].match.first()), "a1");
  EXPECT_EQ(started(out.alerts[0]), 5);
  EXPECT_EQ(log.event_id(out.alerts[1].match.first()), "a2");
  EXPECT_EQ(started(out.alerts[1]), 10);
}

TEST(WorkedRuns, E13ByIngestTimeDelayDoesNotMatter) {
  // Both 45 minutes late, ingested 2 s apart; slot 1 carries event.ingested.
  const double late = 45 * minute;
  const std::vector<tiny::Event> events = {
      {.id = "a", .at = 60, .stages = {0}, .delay = late, .dates = {60 + late}},
      {.id = "b", .at = 64, .stages = {1}, .delay = late - 2, .dates = {62 + late}}};
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  const scan::CandidateLog log = tiny::log_of(events, 2, 1, 1);
  const match::Matcher matcher(rule.query, rule.binding);
  SimulationOptions options = from_ten();
  EXPECT_TRUE(simulate(log, matcher, every_five_minutes(), options).alerts.empty());
  options.range =
      RangeField{.primary = {.kind = TimeSource::Kind::carried, .slot = 1, .whole_seconds = true},
                 .fallback = TimeSource{}};
  const Simulation out = simulate(log, matcher, every_five_minutes(), options);
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(started(out.alerts[0]), 50) << "the first run after ingest at 10:46";
}

TEST(WorkedRuns, ThrownTasksAreRetriedAsTheyThrew) {
  // Run 1 at 10:05 throws and is tried again a minute later: 10:06 sees the pair.
  SimulationOptions options = from_ten();
  options.start = tiny::at(-5 * minute);
  options.disturbances = {
      {.run = 1, .outcome = RunOutcome::task_throws, .retry_after = std::chrono::minutes{1}}};
  const Simulation out = run(pair(60, 64, 0, 0), options);
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(started(out.alerts[0]), 6);
  EXPECT_EQ(out.counters.failed_runs, 1U);
}

TEST(WorkedRuns, AnEngineThatDiesHasWrittenItsAlertsAndCatchesUp) {
  SimulationOptions options = from_ten();
  options.start = tiny::at(-5 * minute);
  options.disturbances = {{.run = 1, .outcome = RunOutcome::dies}};
  const Simulation out = run(pair(60, 64, 0, 0), options);
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(started(out.alerts[0]), 5);
  // The next run counts its gap from 10:00 and searches an older copy too.
  EXPECT_EQ(out.counters.catch_up_searches, 1U);
  EXPECT_EQ(out.counters.failed_runs, 1U);
}

TEST(WorkedRuns, DisablingKeepsThePreviousRun) {
  // Runs 10:00 and 10:35, as in E10: enabled again it runs at once.
  SimulationOptions options = from_ten();
  options.start = tiny::at(-5 * minute);
  options.pauses = {{tiny::wall(2 * minute), tiny::wall(35 * minute)}};
  const Simulation out = run(pair(6 * minute, 6 * minute + 10, 0, 0), options);
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(started(out.alerts[0]), 35);
  EXPECT_EQ(out.gaps,
            (std::vector<Gap>{{.run = 1, .from = tiny::wall(0), .to = tiny::wall(6 * minute)}}));
}

TEST(WorkedRuns, ANewRuleHasNoGapAndAnOldOneHas) {
  SimulationOptions options = from_ten();
  options.run_times = {tiny::wall(35 * minute)};
  EXPECT_TRUE(run(pair(6 * minute, 6 * minute + 10, 0, 0), options).alerts.empty());
  options.previous_run = tiny::wall(0);
  const Simulation out = run(pair(6 * minute, 6 * minute + 10, 0, 0), options);
  EXPECT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(out.gaps.size(), 1U);
  EXPECT_EQ(out.counters.runs, 1U);
}

TEST(WorkedRuns, FillingGapsSearchesTheSlotsThatNeverRan) {
  const rule::Schedule schedule = every_five_minutes();
  EXPECT_EQ(fill_gaps({{.run = 1, .from = tiny::wall(0), .to = tiny::wall(6 * minute)},
                       {.run = 4, .from = tiny::wall(3'600), .to = tiny::wall(3'601)}},
                      schedule, tiny::wall(9'000))
                .slots,
            (std::vector<WallTime>{tiny::wall(300), tiny::wall(600), tiny::wall(3'900)}));
  EXPECT_TRUE(fill_gaps({}, schedule, tiny::wall(9'000)).slots.empty());
  const Gap age{.run = 0, .from = WallTime::min(), .to = WallTime::max()};
  EXPECT_EQ(fill_gaps({age}, schedule, tiny::wall(9'000)).slots.size(), 1'000'000U);
}

TEST(WorkedRuns, AManualRunFillsAGapAndWritesNothingTwice) {
  // The gap of E10, filled at 10:41; the pair at 10:07 has its alert already.
  std::vector<tiny::Event> events = pair(3 * minute, 3 * minute + 10, 0, 0);
  events.push_back({.id = "c", .at = 7 * minute, .stages = {0}});
  events.push_back({.id = "d", .at = 7 * minute + 10, .stages = {1}});
  SimulationOptions options = from_ten();
  options.start = tiny::at(-5 * minute);
  options.disturbances = {{.run = 1, .late = std::chrono::minutes{30}}};
  EXPECT_EQ(run(events, options).alerts.size(), 1U);
  options.manual_runs = {
      fill_gaps(run(events, options).gaps, every_five_minutes(), tiny::wall(41 * minute))};
  const Simulation out = run(events, options);
  ASSERT_EQ(out.alerts.size(), 2U);
  EXPECT_FALSE(out.alerts[0].manual);
  EXPECT_EQ(out.alerts[0].intended_at, out.alerts[0].alert_time);
  EXPECT_TRUE(out.alerts[1].manual);
  EXPECT_EQ(started(out.alerts[1]), 41);
  EXPECT_EQ(out.alerts[1].intended_at, tiny::wall(5 * minute));
  EXPECT_EQ(out.counters.manual_searches, 2U);
  EXPECT_EQ(out.gaps.size(), 1U) << "no scheduled run ever searched it";
}

TEST(WorkedRuns, OfOneInstantTheScheduledRunGoesFirst) {
  SimulationOptions options = from_ten();
  options.manual_runs = {{.executed_at = tiny::wall(300), .slots = {tiny::wall(300)}}};
  const Simulation out = run(pair(60, 64, 0, 0), options);
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_FALSE(out.alerts[0].manual);
  EXPECT_EQ(out.alerts[0].sightings, 3U) << "10:05, the manual run, and 10:10";
}

TEST(WorkedRuns, ASearchOfAManualRunSeesWhatHasArrivedSince) {
  SimulationOptions options = from_ten();
  const std::vector<tiny::Event> events = pair(60, 64, 3'600, 3'600);
  EXPECT_TRUE(run(events, options).alerts.empty());
  options.manual_runs = {{.executed_at = tiny::wall(60 * minute), .slots = {tiny::wall(300)}},
                         {.executed_at = tiny::wall(62 * minute), .slots = {tiny::wall(300)}}};
  const Simulation out = run(events, options);
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(out.alerts[0].run, 1U) << "the second of them";
}

}  // namespace
}  // namespace eqlab::schedule
