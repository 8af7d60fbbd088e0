// Sweeps give what scorecards give, value by value.
#include "harness/tune/sweep.h"

#include "harness/schedule/duration_list.h"
#include "harness/score/evaluate.h"
#include "harness/tune/decider.h"
#include "tests/unit/tune/fleet.h"

namespace eqlab::tune {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Installs of any gap, some on the same host shortly after one another, some late.
fleet::Fleet random_fleet(std::uint64_t seed) {
  fleet::Fleet fleet;
  Rng rng = Rng(seed).split("sweep");
  const std::vector<std::string> clients = {"curl", "wget", "python3.11", "ruby"};
  for (std::size_t i = 0; i < 160; ++i) {
    const std::size_t host = rng.below(12);
    const double at = static_cast<double>(rng.below(80'000));
    std::optional<truth::Intent> intent;
    if (rng.chance(0.6))
      intent = rng.chance(0.5) ? truth::Intent::malicious : truth::Intent::benign;
    const std::size_t before = fleet.events.size();
    fleet::install(fleet, host, at, rng.chance(0.5) ? "bash" : "sh", clients[rng.below(4)], intent,
                   static_cast<double>(rng.below(60'000)) / 1000);
    for (std::size_t e = before; e < fleet.events.size(); ++e)
      fleet.events[e].delay = rng.chance(0.1) ? 900 : static_cast<double>(rng.below(90));
    if (rng.chance(0.3))
      fleet::install(fleet, host, at + 3, "bash", clients[rng.below(2)], std::nullopt, 1);
  }
  fleet::close(fleet, 12);
  return fleet;
}

score::Scorecard card_of(const fleet::Scanned& world, const Setting& setting,
                         const PlannedVariant& planned,
                         const schedule::SimulationOptions& options = {}) {
  return score::evaluate({.log = *world.log, .truth = world.truth, .index = *world.index},
                         {.bound = planned.bound,
                          .schedule = setting.schedule.value_or(world.rule.schedule),
                          .maxspan = setting.maxspan},
                         {.simulation = options})
      .card;
}

void expect_same(const SweepPoint& point, const score::Scorecard& card) {
  EXPECT_EQ(point.figures.recall, card.recall.all);
  EXPECT_EQ(point.figures.precision, card.precision);
  EXPECT_EQ(point.figures.false_alarms, card.false_alarms.rate);
  EXPECT_EQ(point.figures.alerts, card.alert_count());
  EXPECT_EQ(point.figures.repeats, card.verdict(score::Verdict::duplicate));
  EXPECT_EQ(point.latency, point.latency_is_of_right ? card.latency_malicious.from_event
                                                     : card.latency.from_event);
  EXPECT_EQ(point.latency_is_of_right, card.verdict(score::Verdict::causal_malicious) > 0);
  EXPECT_EQ(point.reached_cap, card.runs.runs_at_cap > 0);
}

TEST(Sweep, EachPointIsTheScorecardOfThatSetting) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    TuningRequest request{.suggests = false};
    request.maxspans.emplace();
    for (int s = 1; s <= 70; s += 3) request.maxspans->emplace_back(seconds(s));
    request.schedules = default_schedules(fleet::rule_of(fleet::query).schedule);
    request.schedules->front().max_signals = 2;
    request.keys = {{"host.id", "user.id"}, {"host.id", "process.name"}, {}};
    const auto world = fleet::scanned(random_fleet(seed), fleet::query, request);
    const Tuning tuning = tune(world->inputs(), request);
    ASSERT_EQ(tuning.maxspans.size(), request.maxspans->size());
    ASSERT_EQ(tuning.schedules.size(), request.schedules->size());
    ASSERT_EQ(tuning.joins.size(), 3U);
    for (const SweepPoint& point : tuning.maxspans)
      expect_same(point, card_of(*world, point.setting, world->plan->original()));
    for (const SweepPoint& point : tuning.schedules)
      expect_same(point, card_of(*world, point.setting, world->plan->original()));
    for (std::size_t i = 0; i < tuning.joins.size(); ++i)
      expect_same(tuning.joins[i], card_of(*world, {}, *world->plan->keys()[i]));
    expect_same(tuning.current, card_of(*world, {}, world->plan->original()));
    EXPECT_GT(tuning.current.figures.recall.hits, 0U);
    EXPECT_GT(tuning.current.figures.false_alarms.count, 0U);
  }
}

/// Windows by ingest time, alerts suppressed by host, and what `--schedule` may say.
TEST(Sweep, TheRulesWindowsAndSuppressionCountEverywhere) {
  const auto change = [](rule::Rule& rule) {
    rule.timestamp_override = "event.ingested";
    rule.suppression = rule::Suppression{
        .group_by = {"host.id"}, .missing_fields_strategy = {}, .duration = std::chrono::hours{2}};
  };
  TuningRequest request{.suggests = true, .suggestions_max = 1};
  request.maxspans = {seconds(5), seconds(30), seconds(60)};
  request.schedules = default_schedules(fleet::rule_of(fleet::query).schedule);
  request.keys.emplace().push_back({"host.id", "user.id"});
  request.simulation.refresh = seconds(40);
  request.simulation.run_duration = seconds(9);
  request.simulation.phase = seconds(77);
  const auto world = fleet::scanned(random_fleet(2), fleet::query, request, change);
  const schedule::SimulationOptions options = world->plan->simulation(request.simulation);
  ASSERT_TRUE(options.range && options.suppression);
  const Tuning tuning = tune(world->inputs(), request);
  const auto card = [&](const Setting& setting, const PlannedVariant& planned) {
    return card_of(*world, setting, planned, options);
  };
  const score::Scorecard now = card({}, world->plan->original());
  expect_same(tuning.current, now);
  ASSERT_TRUE(now.suppression);
  EXPECT_GT(now.suppression->matches, 0U);
  EXPECT_GT(now.recall.all.hits, 0U);
  EXPECT_NE(now.alert_count(), card_of(*world, {}, world->plan->original()).alert_count());
  for (const SweepPoint& point : tuning.maxspans)
    expect_same(point, card(point.setting, world->plan->original()));
  for (const SweepPoint& point : tuning.schedules)
    expect_same(point, card(point.setting, world->plan->original()));
  expect_same(tuning.joins[0], card({}, *world->plan->keys()[0]));

  // Decided over the kept rows, as changes are: the rule unchanged gives what it gives.
  const Population population(world->truth);
  const DeciderInputs inputs{.rule = world->rule,
                             .schema = world->schema,
                             .plan = world->plan->plan(),
                             .rows = *world->rows,
                             .ties = scan::CandidateLog::Ties::by_input,
                             .index = *world->index,
                             .population = population,
                             .host_field = world->plan->host_field(),
                             .simulation = request.simulation};
  const auto same = with_maxspan(world->plan->text(), seconds(30));
  const Variant asked[] = {same.value_or(Variant{})};
  const auto outcomes = VariantDecider(inputs).decide(asked);
  ASSERT_TRUE(outcomes[0]);
  const Figures figures = figures_of(*outcomes[0], population, all_hosts(population));
  EXPECT_EQ(figures, tuning.current.figures);
}

TEST(Sweep, ChangesArePaired) {
  TuningRequest request{.suggests = false};
  request.maxspans = {seconds(1), seconds(30), seconds(60)};
  const auto world = fleet::scanned(random_fleet(3), fleet::query, request);
  const Tuning tuning = tune(world->inputs(), request);
  const SweepPoint& shorter = tuning.maxspans[0];
  const SweepPoint& own = tuning.maxspans[1];
  EXPECT_TRUE(own.is_current);
  EXPECT_EQ(own.figures, tuning.current.figures);
  EXPECT_EQ(own.change.gained + own.change.lost, 0U);
  EXPECT_EQ(own.change.recall_interval, (score::Interval{0, 0}));
  EXPECT_EQ(shorter.change.gained, 0U);
  EXPECT_EQ(shorter.change.lost, tuning.current.figures.recall.hits - shorter.figures.recall.hits);
  EXPECT_NEAR(*shorter.change.recall,
              *shorter.figures.recall.value() - *tuning.current.figures.recall.value(), 1e-12);
  EXPECT_NEAR(*shorter.change.false_alarms,
              *shorter.figures.false_alarms.value() - *tuning.current.figures.false_alarms.value(),
              1e-12);
  EXPECT_LT(shorter.change.recall_interval->low, *shorter.change.recall);
  EXPECT_GT(shorter.change.recall_interval->high, *shorter.change.recall);
}

TEST(Sweep, TheIntervalOfAChangeIsThatOfItsHosts) {
  // Four hosts, one incident each; two are gained: worked by hand.
  fleet::Fleet fleet;
  for (std::size_t host = 0; host < 4; ++host)
    fleet::install(fleet, host, 1000, "bash", "curl", truth::Intent::malicious);
  fleet::close(fleet, 4);
  const Population population(fleet.truth);
  const std::vector<std::uint32_t> none(5, 0);
  const Outcome before{.caught = {0, 0, 0, 0},
                       .false_by_host = {1, 0, 0, 0, 0},
                       .alerts_by_host = none,
                       .repeats_by_host = none};
  Outcome after = before;
  after.caught = {1, 1, 0, 0};
  after.false_by_host = {2, 1, 1, 0, 0};
  const Change change = compare(before, after, population, all_hosts(population));
  EXPECT_EQ(change.incidents, 4U);
  EXPECT_EQ(change.gained, 2U);
  EXPECT_DOUBLE_EQ(*change.recall, 0.5);
  // Residuals ±0.5 on 4 hosts: sqrt(4/3 × 4 × 0.25) / 4 = 0.288675.
  EXPECT_NEAR(change.recall_interval->high - 0.5, 1.959964 * 0.288675, 1e-5);
  EXPECT_DOUBLE_EQ(*change.false_alarms, 0.75);
  // Differences 1, 1, 1, 0 around 0.75: sqrt(4/3 × 0.75) / 4 = 0.25.
  EXPECT_NEAR(change.false_alarms_interval->high - 0.75, 1.959964 * 0.25, 1e-5);
}

TEST(Sweep, ValuesAreListsAndRanges) {
  const auto parsed = [](std::string_view text) {
    return schedule::parse_durations(text, "maxspan");
  };
  EXPECT_EQ(*parsed("30s, 5s,30s"), (std::vector<Duration>{seconds(5), seconds(30)}));
  EXPECT_EQ(parsed("1s..100s")->size(), 100U);
  EXPECT_EQ(parsed("2s..3s/500ms")->at(1), milliseconds(2500));
  EXPECT_EQ(*parsed("1m..2m/1m,10s"), (std::vector<Duration>{seconds(10), minutes(1), minutes(2)}));
  for (const char* const wrong :
       {"", "0s", "5", "5s..1s", "1s..5s/0s", "100ns", "1s..", "5s,", "1ms..10h", "1s..2s/100us"}) {
    const auto result = parsed(wrong);
    ASSERT_FALSE(result) << wrong;
    EXPECT_EQ(result.error().code, "E720") << wrong;
  }
}

TEST(Sweep, DefaultsAreRoundAndHoldTheRulesOwn) {
  EXPECT_EQ(default_maxspans(seconds(30)),
            (std::vector<Duration>{seconds(5), seconds(10), seconds(20), seconds(30), seconds(45),
                                   minutes(1), seconds(90), minutes(2)}));
  for (const Duration own : {Duration(milliseconds(1)), Duration(seconds(1)), Duration(minutes(5)),
                             Duration(std::chrono::hours(36))}) {
    const std::vector<Duration> values = default_maxspans(own);
    EXPECT_TRUE(std::ranges::binary_search(values, own));
    for (const Duration value : values) {
      EXPECT_EQ(value % milliseconds(1), Duration::zero());
      EXPECT_GT(value, Duration::zero());
    }
  }
  EXPECT_EQ(default_maxspans(std::nullopt).size(), 8U);
  const rule::Schedule own{.interval = minutes(5), .look_back = minutes(9)};
  const std::vector<rule::Schedule> schedules = default_schedules(own);
  EXPECT_EQ(std::ranges::count(schedules, own), 1);
  for (const rule::Schedule& schedule : schedules) EXPECT_GE(schedule.look_back, schedule.interval);
}

TEST(Sweep, JoinsKeepTheHost) {
  const event::Schema schema(event::Schema::builtin());
  const auto keys_for = [&](const std::string& text) {
    return default_keys(*rule::compile(rule::bare_query(text, "q.eql"), schema), schema);
  };
  const auto keys = keys_for(
      "sequence by host.id, user.id with maxspan=30s [process where true] [network where true]");
  EXPECT_EQ(keys, (std::vector<std::vector<std::string>>{{"host.id"},
                                                         {"host.id", "process.entity_id"},
                                                         {"host.id", "process.parent.entity_id"}}));
  EXPECT_TRUE(keys_for("process where true").empty());
}

}  // namespace
}  // namespace eqlab::tune
