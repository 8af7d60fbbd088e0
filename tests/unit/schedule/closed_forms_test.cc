#include "harness/schedule/closed_forms.h"

#include <gtest/gtest.h>

#include "harness/base/rng.h"
#include "harness/schedule/simulation.h"
#include "tests/unit/schedule/tiny_log.h"

namespace eqlab::schedule {
namespace {

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

}  // namespace
}  // namespace eqlab::schedule
