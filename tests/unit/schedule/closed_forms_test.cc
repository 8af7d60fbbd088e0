#include "harness/rule/closed_forms.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/base/rng.h"
#include "harness/schedule/run_clock.h"
#include "harness/schedule/simulation.h"
#include "tests/unit/schedule/tiny_log.h"

namespace eqlab::schedule {
namespace {

using rule::CapOutcome;
using rule::Latency;
using rule::ScheduleFigures;
using rule::SequenceTiming;
using rule::Sightings;
using tiny::in_seconds;
using tiny::seconds;

rule::Schedule nine_minutes() {
  return {.interval = std::chrono::minutes{5},
          .look_back = std::chrono::minutes{9},
          .max_signals = 100};
}

/// The published table: delays and span, probabilities of 0, 1, 2 sightings, mean and worst latency
/// (s).
struct Row {
  double first_delay, last_delay, span, settle, none, once, twice, mean, worst;
};
constexpr Row table[] = {
    {0, 0, 10, 10, 0, .2333, .7667, 150, 300},   {0, 0, 30, 30, 0, .3, .7, 150, 300},
    {60, 60, 10, 70, 0, .4333, .5667, 210, 360}, {120, 120, 30, 150, 0, .7, .3, 270, 420},
    {210, 210, 30, 240, 0, 1, 0, 360, 510},      {0, 240, 10, 250, .0333, .9667, 0, 385, 530},
    {300, 300, 30, 330, .3, .7, 0, 405, 510},    {400, 0, 20, 400, .5333, .4667, 0, 450, 520},
    {500, 500, 10, 510, .9, .1, 0, 515, 530},    {520, 520, 30, 550, 1, 0, 0, 0, 0},
};

SequenceTiming timing_of(const Row& row) {
  return {.span = seconds(row.span),
          .first_delay = seconds(row.first_delay),
          .last_delay = seconds(row.last_delay)};
}

TEST(ClosedForms, GiveThePublishedTable) {
  for (const Row& row : table) {
    SCOPED_TRACE(row.settle);
    EXPECT_EQ(in_seconds(settle_time(nine_minutes(), timing_of(row))), row.settle);
    const Sightings n = sightings(nine_minutes(), timing_of(row));
    EXPECT_NEAR(n.share(0), row.none, 1e-4);
    EXPECT_NEAR(n.share(1), row.once, 1e-4);
    EXPECT_NEAR(n.share(2), row.twice, 1e-4);
    EXPECT_NEAR(n.mean(), std::max(0.0, (540 - row.settle) / 300), 1e-9) << "F2: (L - D) / T";
    const std::optional<Latency> late = latency(nine_minutes(), timing_of(row), Duration::zero());
    ASSERT_EQ(late.has_value(), row.worst > 0);
    if (!late) continue;
    EXPECT_EQ(in_seconds(late->mean), row.mean);
    EXPECT_EQ(in_seconds(late->worst), row.worst);
  }
}

/// What a number of sequences came to.
struct Tally {
  std::uint64_t seen[3] = {};  ///< by number of sightings
  double sum = 0;
  double worst = 0;
  std::uint64_t total() const { return seen[0] + seen[1] + seen[2]; }
  double share(std::size_t n) const {
    return static_cast<double>(seen[n]) / static_cast<double>(total());
  }
  double mean() const { return sum / static_cast<double>(total() - seen[0]); }
};

void expect_row(const Tally& tally, const Row& row) {
  EXPECT_NEAR(tally.share(0), row.none, 0.005);
  EXPECT_NEAR(tally.share(1), row.once, 0.005);
  EXPECT_NEAR(tally.share(2), row.twice, 0.005);
  EXPECT_EQ(row.none == 1, tally.seen[0] == tally.total());
  if (row.none == 1) return;
  EXPECT_NEAR(tally.mean(), row.mean, 0.005 * 300) << "half a per cent of the interval";
  EXPECT_LE(tally.worst, row.worst);
  EXPECT_GT(tally.worst, row.worst - 1);
}

// Every cell of the table against the simulator, over 200,000 phases drawn at random. They are the
// phases of as many sequences of keys of their own, spread over the runs of one simulation: a
// sequence meets the grid where it happens to lie.
TEST(ClosedForms, AgreeWithTheSimulatorOverRandomPhases) {
  constexpr std::size_t phases = 200'000;
  constexpr double spacing = 23;  // 1.5 months of runs, some 25 sequences in each window
  rule::Schedule schedule = nine_minutes();
  schedule.max_signals = 10'000;  // no cap in the arithmetic
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  const match::Matcher matcher(rule.query, rule.binding);
  Rng rng(20260302);
  for (const Row& row : table) {
    SCOPED_TRACE(row.settle);
    std::vector<tiny::Event> events;
    events.reserve(2 * phases);
    for (std::size_t i = 0; i < phases; ++i) {
      // Whole milliseconds, as event times are.
      const double at =
          static_cast<double>(i) * spacing + static_cast<double>(rng.below(300'000)) / 1'000;
      // Sequences of the same key lie hours apart.
      const std::string key = std::to_string(i % 1'000);
      events.push_back(
          {.id = "", .at = at, .stages = {0}, .keys = {key}, .delay = row.first_delay});
      events.push_back(
          {.id = "", .at = at + row.span, .stages = {1}, .keys = {key}, .delay = row.last_delay});
    }
    const scan::CandidateLog log = tiny::log_of(events);
    const Simulation out = simulate(
        log, matcher, schedule,
        {.start = tiny::at(-600), .refresh = Duration::zero(), .run_duration = Duration::zero()});
    Tally tally;
    for (const Alert& alert : out.alerts) {
      ASSERT_LE(alert.sightings, 2U);
      ++tally.seen[alert.sightings];
      const double late = in_seconds(alert.alert_time -
                                     on_clock<WallTime>(log.event_time(alert.match.completing())));
      tally.sum += late;
      tally.worst = std::max(tally.worst, late);
    }
    tally.seen[0] = phases - out.alerts.size();
    expect_row(tally, row);
  }
}

// The same, phase by phase, for few phases: a grid that is moved rather than events.
TEST(ClosedForms, AgreeWithTheSimulatorOverEvenlySpacedPhases) {
  constexpr int phases = 1'000;
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  const match::Matcher matcher(rule.query, rule.binding);
  for (const Row& row : table) {
    SCOPED_TRACE(row.settle);
    const scan::CandidateLog log =
        tiny::log_of({{.id = "a", .at = 1'000, .stages = {0}, .delay = row.first_delay},
                      {.id = "b", .at = 1'000 + row.span, .stages = {1}, .delay = row.last_delay}});
    Tally tally;
    for (int i = 0; i < phases; ++i) {
      const Simulation out = simulate(log, matcher, nine_minutes(),
                                      {.start = tiny::at(0),
                                       .phase = seconds((i + 0.5) / phases * 300),
                                       .refresh = Duration::zero(),
                                       .run_duration = Duration::zero()});
      ASSERT_LE(out.alerts.size(), 1U);
      ++tally.seen[out.alerts.empty() ? 0 : out.alerts[0].sightings];
      if (out.alerts.empty()) continue;
      const double late = in_seconds(out.alerts[0].alert_time - tiny::wall(1'000 + row.span));
      tally.sum += late;
      tally.worst = std::max(tally.worst, late);
    }
    expect_row(tally, row);
  }
}

TEST(ClosedForms, GuaranteedDelayIsTheLargestThatNoPhaseLoses) {
  EXPECT_EQ(guaranteed_delay(nine_minutes(), seconds(30), Duration::zero()), seconds(210));
  EXPECT_EQ(guaranteed_delay(nine_minutes(), seconds(15), Duration::zero()), seconds(225));
  EXPECT_EQ(guaranteed_delay(nine_minutes(), Duration::zero(), Duration::zero()), seconds(240));
  EXPECT_EQ(sightings(nine_minutes(), {seconds(30), seconds(210), seconds(210)}).share(0), 0);
  EXPECT_GT(sightings(nine_minutes(), {seconds(30), seconds(211), seconds(211)}).share(0), 0);
  EXPECT_EQ(sufficient_look_back(nine_minutes(), seconds(30), seconds(300), Duration::zero()),
            seconds(630));
}

TEST(ClosedForms, AWindowThatEndsBeforeNowDelaysTheFirstSighting) {
  rule::Schedule schedule = nine_minutes();
  schedule.to = seconds(120);
  EXPECT_EQ(settle_time(schedule, {.span = seconds(10)}), seconds(130));
}

TEST(ClosedForms, ShortLookBackLosesPromptEvents) {
  const rule::Schedule schedule = {
      .interval = seconds(300), .look_back = seconds(300), .max_signals = 100};
  EXPECT_NEAR(sightings(schedule, {.span = seconds(30)}).share(0), 0.1, 1e-12) << "(T + s - L) / T";
  EXPECT_EQ(guaranteed_delay(schedule, seconds(30), Duration::zero()), seconds(-30));
}

/// The delay still guaranteed to events near the previous run when the next one follows after
/// `spacing` (F6), catch-up included, as the engine plans its windows: delay_after_spacing says the
/// same by arithmetic.
Duration guaranteed_after_spacing(const rule::Schedule& schedule, Duration spacing) {
  const WallTime previous{};
  const WallTime now = previous + spacing;
  return previous - on_clock<WallTime>(plan_windows(schedule, now, previous).windows.front().from);
}

TEST(ClosedForms, SpacingOfRuns) {
  EXPECT_EQ(guaranteed_after_spacing(nine_minutes(), seconds(300)), seconds(240));
  EXPECT_EQ(guaranteed_after_spacing(nine_minutes(), seconds(540)), seconds(0));
  EXPECT_EQ(guaranteed_after_spacing(nine_minutes(), seconds(541)), seconds(299))
      << "catching up begins";
  EXPECT_EQ(guaranteed_after_spacing(nine_minutes(), seconds(1'740)), seconds(0));
  EXPECT_EQ(guaranteed_after_spacing(nine_minutes(), seconds(2'100)), seconds(-360));
}

TEST(ClosedForms, FailedRunsLoseEventTime) {
  EXPECT_EQ(blind_spot(nine_minutes(), seconds(90), 0), Duration::zero());
  EXPECT_EQ(blind_spot(nine_minutes(), seconds(90), 1), seconds(150));
  EXPECT_EQ(blind_spot(nine_minutes(), seconds(90), 2), seconds(450));
}

/// Every half second past a second: no event of these tests, all on whole seconds, meets a run.
constexpr int phases_per_interval = 300;
template <class See>
void for_all_phases(const scan::CandidateLog& log, const tiny::Rule& rule,
                    const rule::Schedule& schedule, const See& see) {
  for (int i = 0; i < phases_per_interval; ++i) {
    see(simulate(log, match::Matcher(rule.query, rule.binding), schedule,
                 {.start = tiny::at(0),
                  .phase = seconds(i + 0.5),
                  .refresh = Duration::zero(),
                  .run_duration = Duration::zero()}));
  }
}

scan::CandidateLog pair_log(double first, double span, double first_delay, double last_delay) {
  return tiny::log_of({{.id = "a", .at = first, .stages = {0}, .delay = first_delay},
                       {.id = "b", .at = first + span, .stages = {1}, .delay = last_delay}});
}

/// Shares of phases by number of sightings, and the latencies, by simulation.
struct Observed {
  double share[4] = {};
  double mean = 0;
  double worst = 0;
};
Observed observe(const scan::CandidateLog& log, const tiny::Rule& rule,
                 const rule::Schedule& schedule, double completed) {
  Observed out;
  int alerts = 0;
  for_all_phases(log, rule, schedule, [&](const Simulation& run) {
    const std::uint32_t seen = run.alerts.empty() ? 0 : run.alerts[0].sightings;
    ASSERT_LT(seen, 4U);
    out.share[seen] += 1.0 / phases_per_interval;
    if (seen == 0) return;
    ++alerts;
    const double late = in_seconds(run.alerts[0].alert_time - tiny::wall(completed));
    out.mean += late;
    out.worst = std::max(out.worst, late);
  });
  if (alerts > 0) out.mean /= alerts;
  return out;
}

TEST(ClosedForms, F5SequencesAcrossTheStartOfAWindow) {
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 120);
  for (const double look_back : {300.0, 360.0, 540.0}) {
    for (const double span : {0.0, 10.0, 60.0, 120.0}) {
      SCOPED_TRACE(testing::Message() << look_back << " " << span);
      const rule::Schedule schedule = {
          .interval = seconds(300), .look_back = seconds(look_back), .max_signals = 100};
      const scan::CandidateLog log = pair_log(1'000, span, 0, 0);
      double cut = 0;
      double lost = 0;
      for_all_phases(log, rule, schedule, [&](const Simulation& run) {
        cut += std::ranges::any_of(run.searches,
                                   [&](const SearchRecord& search) {
                                     return search.window.from > tiny::at(1'000) &&
                                            search.window.from <= tiny::at(1'000 + span);
                                   })
                   ? 1.0 / phases_per_interval
                   : 0;
        lost += run.alerts.empty() ? 1.0 / phases_per_interval : 0;
      });
      EXPECT_NEAR(straddle_share(schedule, seconds(span)), cut, 1e-9);
      EXPECT_NEAR(straddle_loss(schedule, seconds(span)), lost, 1e-9);
      EXPECT_EQ(straddle_slack(schedule, seconds(span)) < Duration::zero(), lost > 0);
      EXPECT_NEAR(lost, std::max(0.0, (300 + span - look_back) / 300), 1e-9) << "as published";
    }
  }
  EXPECT_EQ(straddle_slack(nine_minutes(), seconds(30)), seconds(210));
}

/// Whether the rule alerts on a single event when its second run comes `spacing` after the first,
/// which is at second 0.
Simulation two_runs(double spacing, double at, double delay, const rule::Schedule& schedule) {
  const tiny::Rule rule = tiny::rule_of({"process"}, std::nullopt);
  const scan::CandidateLog log =
      tiny::log_of({{.id = "x", .at = at, .stages = {0}, .delay = delay}}, 1);
  return simulate(log, match::Matcher(rule.query, rule.binding), schedule,
                  {.start = tiny::at(0) - schedule.interval,
                   .end = tiny::at(spacing),
                   .refresh = Duration::zero(),
                   .disturbances = {{.run = 1, .late = seconds(spacing) - schedule.interval}}});
}

TEST(ClosedForms, F6RunsThatComeLate) {
  constexpr double millisecond = 1e-3;
  for (const double to : {0.0, 60.0}) {
    rule::Schedule schedule = nine_minutes();
    schedule.to = seconds(to);
    for (const double spacing :
         {300., 400., 480., 481., 540., 541., 840., 900., 1'140., 1'740., 1'800., 2'100., 4'000.}) {
      SCOPED_TRACE(testing::Message() << to << " " << spacing);
      const Duration guaranteed = delay_after_spacing(schedule, seconds(spacing));
      EXPECT_EQ(guaranteed, guaranteed_after_spacing(schedule, seconds(spacing)));
      EXPECT_EQ(catch_up_windows(schedule, seconds(spacing)) + 1,
                static_cast<std::int64_t>(
                    plan_windows(schedule, tiny::wall(spacing), tiny::wall(0)).windows.size()));
      const double delay = in_seconds(guaranteed);
      const Duration unsearched = unsearched_after_spacing(schedule, seconds(spacing));
      const Simulation run = two_runs(spacing, 0, 0, schedule);
      EXPECT_EQ(run.gaps.empty() ? Duration::zero() : run.gaps[0].to - run.gaps[0].from,
                unsearched);
      if (delay >= to) {
        // An event that the first run misses by a millisecond.
        const auto alerts = [&](double late) {
          return two_runs(spacing, -late + millisecond, late, schedule).alerts.size();
        };
        EXPECT_EQ(alerts(delay), 1U);
        EXPECT_EQ(alerts(delay + 2 * millisecond), 0U);
      } else {
        // The first run looked up to -to; the second begins so much later.
        const double begins = -to + in_seconds(unsearched);
        EXPECT_EQ(two_runs(spacing, begins, 0, schedule).alerts.size(), 1U);
        EXPECT_EQ(two_runs(spacing, begins - millisecond, 0, schedule).alerts.size(), 0U);
        EXPECT_EQ(two_runs(spacing, -to + millisecond, 0, schedule).alerts.size(), 0U);
      }
    }
  }
}

TEST(ClosedForms, F7FailedRunsLoseJustThatMuch) {
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  const match::Matcher matcher(rule.query, rule.binding);
  for (const double delay : {0.0, 20.0, 60.0}) {
    for (std::uint32_t failed = 0; failed <= 2; ++failed) {
      SCOPED_TRACE(testing::Message() << delay << " " << failed);
      std::vector<Disturbance> disturbances;
      for (std::uint32_t i = 0; i < failed; ++i)
        disturbances.push_back({.run = 4 + i, .outcome = RunOutcome::search_fails});
      int lost = 0;
      for (int first = 600; first < 2'400; ++first) {
        const Simulation run = simulate(
            pair_log(first + 0.5, 10, delay, delay), matcher, nine_minutes(),
            {.start = tiny::at(0), .refresh = Duration::zero(), .disturbances = disturbances});
        lost += run.alerts.empty() ? 1 : 0;
      }
      EXPECT_EQ(seconds(lost), blind_spot(nine_minutes(), seconds(10 + delay), failed));
    }
  }
}

/// Pairs that complete at these seconds, each under a key of its own.
scan::CandidateLog pairs_completing(const std::vector<std::pair<double, double>>& at_and_delay) {
  std::vector<tiny::Event> events;
  for (std::size_t i = 0; i < at_and_delay.size(); ++i) {
    const auto [at, delay] = at_and_delay[i];
    const std::string name = std::to_string(i);
    events.push_back(
        {.id = "a" + name, .at = at - 1, .stages = {0}, .keys = {name}, .delay = delay});
    events.push_back({.id = "b" + name, .at = at, .stages = {1}, .keys = {name}, .delay = delay});
  }
  return tiny::log_of(events);
}

TEST(ClosedForms, F8BurstsUnderTheCap) {
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  const match::Matcher matcher(rule.query, rule.binding);
  Rng rng(88);
  for (int round = 0; round < 200; ++round) {
    rule::Schedule schedule = nine_minutes();
    schedule.max_signals = static_cast<std::uint32_t>(rng.in_range(1, 6));
    std::vector<std::uint64_t> completed;
    std::vector<std::pair<double, double>> pairs;
    for (int slot = 0; slot < 6; ++slot) {
      completed.push_back(rng.below(12));
      for (std::uint64_t i = 0; i < completed.back(); ++i)
        pairs.emplace_back(slot * 300 + 5 + 20.0 * static_cast<double>(i), 0);
    }
    const Simulation run = simulate(pairs_completing(pairs), matcher, schedule,
                                    {.start = tiny::at(0), .refresh = Duration::zero()});
    const CapOutcome expected = cap_outcome(schedule, completed, 2);
    EXPECT_EQ(run.alerts.size(), expected.alerts);
    EXPECT_EQ(run.lost_to_cap.size(), expected.lost);
    EXPECT_EQ(expected.documents, 3 * expected.alerts);
  }
  EXPECT_EQ(cap_outcome(nine_minutes(), std::vector<std::uint64_t>{250}, 2),
            (CapOutcome{.alerts = 100, .lost = 150, .documents = 300}));
  EXPECT_EQ(cap_outcome(nine_minutes(), std::vector<std::uint64_t>{250}, 1).documents, 100U);
}

TEST(ClosedForms, F8SteadyArrivals) {
  EXPECT_NEAR(steady_rate_max(nine_minutes()), 100 / 300.0, 1e-12);
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  const match::Matcher matcher(rule.query, rule.binding);
  rule::Schedule schedule = nine_minutes();
  schedule.max_signals = 10;
  // One every so many seconds; at the limit nothing is lost although a look-back holds 18.
  const auto lost = [&](double every) {
    std::vector<std::pair<double, double>> pairs;
    for (double at = 3; at < 3'000; at += every) pairs.emplace_back(at, 0);
    return simulate(pairs_completing(pairs), matcher, schedule,
                    {.start = tiny::at(0), .refresh = Duration::zero()})
        .lost_to_cap.size();
  };
  EXPECT_EQ(lost(1 / steady_rate_max(schedule)), 0U);
  EXPECT_GT(lost(0.9 / steady_rate_max(schedule)), 0U);
}

TEST(ClosedForms, F8ADelayedMatchCompetesWithNewerOnes) {
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  const match::Matcher matcher(rule.query, rule.binding);
  // One every 30 s. The slow one completes at 1,211 and becomes searchable two minutes later, just
  // after a run.
  std::vector<std::pair<double, double>> pairs = {{1'211, 120}};
  for (double at = 600; at < 2'400; at += 30) pairs.emplace_back(at, 0);
  const double newer = newer_matches(nine_minutes(), 1 / 30.0, seconds(120));
  EXPECT_EQ(newer, 14);
  const auto is_lost = [&](double cap) {
    rule::Schedule schedule = nine_minutes();
    schedule.max_signals = static_cast<std::uint32_t>(cap);
    const Simulation run =
        simulate(pairs_completing(pairs), matcher, schedule,
                 {.start = tiny::at(0), .phase = seconds(130), .refresh = Duration::zero()});
    return std::ranges::any_of(run.lost_to_cap, [](const CappedMatch& lost) {
      return lost.match.keys.at(0) == 1;  // the first key of the log
    });
  };
  EXPECT_TRUE(is_lost(newer));
  EXPECT_FALSE(is_lost(newer + 1));
}

// What F9 says is F2 with ingest times in the place of event times: so they stand in the log.
TEST(ClosedForms, F9WindowsByIngestTime) {
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 1'000);
  EXPECT_EQ(guaranteed_skew(nine_minutes()), seconds(240));
  for (const double apart : {0.0, 2.0, 100.0, 239.0, 240.0, 400.0, 539.0, 600.0}) {
    SCOPED_TRACE(apart);
    const double refresh = apart > 0 ? 1 : 0;
    const Observed seen =
        observe(pair_log(1'000, apart, refresh, refresh), rule, nine_minutes(), 1'000 + apart);
    const Sightings expected = sightings_by_ingest(nine_minutes(), seconds(apart + refresh));
    for (std::uint64_t n = 0; n < 3; ++n)
      EXPECT_NEAR(seen.share[n], expected.share(n), 1.0 / phases_per_interval);
    EXPECT_EQ(seconds(apart + refresh) <= guaranteed_skew(nine_minutes()), seen.share[0] == 0);
  }
}

TEST(ClosedForms, F10ClocksThatAreWrong) {
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  const SequenceTiming honest{
      .span = seconds(20), .first_delay = seconds(60), .last_delay = seconds(60)};
  for (const double ahead : {-300.0, -60.0, 0.0, 45.0, 200.0}) {
    SCOPED_TRACE(ahead);
    // True times 1,000 and 1,020, ingested a true minute later.
    const Observed seen = observe(pair_log(1'000 + ahead, 20, 60 - ahead, 60 - ahead), rule,
                                  nine_minutes(), 1'020 + ahead);
    const SequenceTiming timing = with_clock_ahead(honest, seconds(ahead));
    const Sightings expected = sightings(nine_minutes(), timing);
    for (std::uint64_t n = 0; n < 3; ++n)
      EXPECT_NEAR(seen.share[n], expected.share(n), 1.0 / phases_per_interval);
    const auto late = latency(nine_minutes(), timing, Duration::zero());
    ASSERT_TRUE(late);
    EXPECT_NEAR(seen.mean, in_seconds(late->mean), 1);
    EXPECT_NEAR(seen.worst, in_seconds(late->worst), 1);
  }
  EXPECT_EQ(with_clock_ahead(honest, seconds(-60)).last_delay, seconds(120))
      << "behind adds to the delay";
}

TEST(ClosedForms, FiguresOfTheReferenceRule) {
  rule::Rule rule;
  rule.schedule = nine_minutes();
  const ScheduleFigures figures = schedule_figures(rule, seconds(30), seconds(120));
  EXPECT_EQ(figures,
            (ScheduleFigures{.span = seconds(30),
                             .delay = seconds(120),
                             .delay_max = seconds(210),
                             .sightings = 1.3,
                             .latency = Latency{.mean = seconds(270), .worst = seconds(420)},
                             .failed_run_loss = seconds(210)}));
}

TEST(ClosedForms, FiguresOfARuleThatCutsByIngestTime) {
  rule::Rule rule;
  rule.schedule = nine_minutes();
  rule.timestamp_override = "event.ingested";
  // 45 minutes late: no matter, only that the events come 30 s apart.
  const ScheduleFigures figures = schedule_figures(rule, seconds(30), seconds(2'700));
  EXPECT_TRUE(figures.by_ingest);
  EXPECT_EQ(figures.delay_max, seconds(240));
  EXPECT_NEAR(figures.sightings, 1.7, 1e-12);
  EXPECT_EQ(figures.latency,
            (Latency{.mean = seconds(2'700 + 150), .worst = seconds(2'700 + 300)}));
  EXPECT_EQ(figures.failed_run_loss, seconds(90));
}

TEST(ClosedForms, FiguresOfAScheduleThatSeesNothing) {
  rule::Rule rule;
  rule.schedule = {.interval = seconds(300), .look_back = seconds(60), .max_signals = 100};
  const ScheduleFigures figures = schedule_figures(rule, seconds(30), seconds(120));
  EXPECT_EQ(figures.sightings, 0);
  EXPECT_FALSE(figures.latency);
  EXPECT_EQ(figures.delay_max, seconds(-270));
}

}  // namespace
}  // namespace eqlab::schedule
