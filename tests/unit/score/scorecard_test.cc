#include "harness/score/scorecard.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "harness/base/rng.h"
#include "tests/unit/score/world.h"

namespace eqlab::score {
namespace {

using std::chrono::seconds;
using truth::Behaviour;
using truth::Expectation;
using truth::Intent;

TEST(Scorecard, AnEmptyCorpusMeasuresNothing) {
  const Scorecard card = score_of(tiny::World{});
  EXPECT_FALSE(card.recall.all.value().has_value());
  EXPECT_FALSE(card.precision.value().has_value());
  EXPECT_FALSE(card.f1.has_value());
  EXPECT_EQ(card.false_alarms.rate.value(), 0)
      << "ten hosts for a day and no alert is a measurement";
  EXPECT_EQ(card.runs.runs, 288U);
}

TEST(Scorecard, TheTwoAxesStayApart) {
  const Scorecard card = score_of(tiny::World{
      .stories =
          {{.scenario = "M", .events = tiny::install("m", 100)},
           {.scenario = "B37", .intent = Intent::benign, .events = tiny::install("b", 1'000)},
           {.scenario = "O", .intent = Intent::out_of_scope, .events = tiny::install("o", 2'000)}},
      .background = {{.id = "x", .at = 3'000, .stages = {0}, .keys = {"mac-2", "0"}},
                     {.id = "y", .at = 3'001, .stages = {1}, .keys = {"mac-2", "0"}}}});
  EXPECT_EQ(card.precision, (Proportion{1, 4}));
  EXPECT_EQ(card.behaviour_precision, (Proportion{3, 4}));
  EXPECT_EQ(card.recall.all, (Proportion{1, 1})) << "out of scope is never in recall";
  EXPECT_EQ(card.behaviour_recall, (Proportion{2, 2}));
  EXPECT_EQ(card.false_alarms.rate, (Rate{3, 10}));
  EXPECT_EQ(card.false_alarms.causal_benign, 1U);
  EXPECT_EQ(card.false_alarms.coincidence, 1U);
  EXPECT_EQ(card.false_alarms.out_of_scope, 1U);
  EXPECT_EQ(card.false_alarms.causal_by_scenario,
            (std::vector<NamedCount>{{"B37 about B37", 1}, {"O about O", 1}}));
  EXPECT_EQ(card.false_alarms.coincidence_by_persona,
            (std::vector<NamedCount>{{"agent-heavy", 1}}));
  EXPECT_DOUBLE_EQ(*card.f1, 0.4);
}

TEST(Scorecard, LatencyRunsFromTheCompletingEventAndFromTheLastIngest) {
  std::vector<tiny::Labelled> events = tiny::install("m", 100, 10);
  events[0].delay = 50;
  events[1].delay = 20;
  const Scorecard card = score_of(tiny::World{.stories = {{.scenario = "M", .events = events}}});
  EXPECT_EQ(card.latency.from_event.p50, seconds{190}) << "run at 300 s, connection at 110 s";
  EXPECT_EQ(card.latency.from_ingest.p50, seconds{150}) << "the script was ingested last, at 150 s";
  EXPECT_EQ(card.latency_malicious, card.latency);
}

TEST(Scorecard, TheDenominatorsOfRecallAreNested) {
  tiny::World world{
      .stories = {
          {.scenario = "hit", .events = tiny::install("a", 100)},
          {.scenario = "silent", .behaviour = Behaviour::none, .events = {}, .true_pairs = {}},
          {.scenario = "evades", .events = tiny::install("b", 1'000, 90)},
          {.scenario = "late", .events = tiny::install("c", 2'000)}}};
  world.stories[3].events[0].delay = 3'600;
  const Scorecard card = score_of(world);
  EXPECT_EQ(card.recall.all, (Proportion{1, 4}));
  EXPECT_EQ(card.recall.with_behaviour, (Proportion{1, 3}));
  EXPECT_EQ(card.recall.reachable, (Proportion{1, 2}));
  EXPECT_EQ(card.recall.visible, (Proportion{1, 1}));
  EXPECT_EQ(card.recall.lost_to(Cause::no_behaviour), 1U);
  EXPECT_EQ(card.recall.lost_to(Cause::design), 1U);
  EXPECT_EQ(card.recall.lost_to(Cause::delay), 1U);
}

TEST(Scorecard, ScenariosThatDisagreeWithTheirExpectationAreMarked) {
  tiny::World world{
      .stories = {
          {.scenario = "A", .events = tiny::install("a", 100), .expected = Expectation::fires},
          {.scenario = "B",
           .events = tiny::install("b", 1'000, 90),
           .expected = Expectation::fires},
          {.scenario = "C", .events = tiny::install("c", 2'000), .expected = Expectation::silent},
          {.scenario = "D", .events = tiny::install("d", 3'000), .expected = Expectation::fires}}};
  world.stories[3].events[1].delay = 3'600;
  const Scorecard card = score_of(world);
  ASSERT_EQ(card.scenarios.size(), 4U);
  EXPECT_FALSE(card.scenarios[0].disagrees());
  EXPECT_EQ(card.scenarios[1].fires_but_missed, 1U);
  EXPECT_EQ(card.scenarios[1].main_reason, "longer than maxspan (30 s)");
  EXPECT_EQ(card.scenarios[2].silent_but_alerted, 1U);
  EXPECT_FALSE(card.scenarios[3].disagrees()) << "expectations assume prompt events";
}

TEST(Scorecard, AnotherRuleIsNotHeldToTheExpectations) {
  tiny::World world{
      .stories = {
          {.scenario = "B",
           .events = tiny::install("b", 1'000, 90),
           .expected = Expectation::fires},
          {.scenario = "C", .events = tiny::install("c", 2'000), .expected = Expectation::silent},
          {.scenario = "D",
           .events = tiny::install("d", 3'000),
           .expected = Expectation::depends}}};
  const Scorecard held = score_of(world);
  EXPECT_TRUE(held.scenarios[0].disagrees() && held.scenarios[1].disagrees());
  EXPECT_EQ(held.scenarios[0].expected_because, "the story of B says so");
  for (const char* const rule_id : {"another-rule", ""}) {
    world.rule_id = rule_id;
    const Scorecard card = score_of(world);
    ASSERT_EQ(card.scenarios.size(), 3U);
    for (const ScenarioRow& row : card.scenarios) {
      EXPECT_EQ(row.expected_fires + row.expected_silent + row.expected_depends, 0U) << row.id;
      EXPECT_EQ(row.expected_because, "") << row.id;
      EXPECT_FALSE(row.disagrees()) << row.id;
    }
    EXPECT_EQ(card.recall, held.recall) << "only expectations are about one rule, truth is not";
  }
}

TEST(Scorecard, OnlyALossHasAMainReason) {
  const auto too_long = [](const std::string& name, double at) {
    return tiny::install(name, at, 90);
  };
  tiny::World world{
      .stories = {
          {.scenario = "silent benign",
           .intent = Intent::benign,
           .events = too_long("a", 1'000),
           .expected = Expectation::silent},
          {.scenario = "unstated benign", .intent = Intent::benign, .events = too_long("b", 2'000)},
          {.scenario = "missed benign",
           .intent = Intent::benign,
           .events = too_long("c", 3'000),
           .expected = Expectation::fires},
          {.scenario = "evasion",
           .events = too_long("d", 4'000),
           .expected = Expectation::silent}}};
  const auto reasons = [](const Scorecard& card) {
    std::map<std::string, std::pair<std::string, std::uint64_t>> out;
    for (const ScenarioRow& row : card.scenarios)
      out[row.id] = {row.main_reason, row.main_reason_count};
    return out;
  };
  const std::pair<std::string, std::uint64_t> none;
  const std::pair<std::string, std::uint64_t> maxspan = {"longer than maxspan (30 s)", 1};
  EXPECT_EQ(reasons(score_of(world)), (std::map<std::string, std::pair<std::string, std::uint64_t>>{
                                          {"silent benign", none},
                                          {"unstated benign", none},
                                          {"missed benign", maxspan},
                                          {"evasion", maxspan}}));
  world.rule_id = "another-rule";
  EXPECT_EQ(reasons(score_of(world))["missed benign"], none) << "nobody expects it of this rule";
  EXPECT_EQ(reasons(score_of(world))["evasion"], maxspan);
}

TEST(Scorecard, WhatFiredByChanceIsNotCountedUnderTheMainReason) {
  tiny::World world{
      .stories = {{.scenario = "E", .events = tiny::install("e", 1'000, 90)},
                  {.scenario = "E", .events = tiny::install("f", 2'000, 90)}},
      .background = {{.id = "x", .at = 1'005, .stages = {1}, .keys = {"mac-1", "0"}}}};
  const Scorecard card = score_of(world);
  ASSERT_EQ(card.scenarios.size(), 1U);
  EXPECT_EQ(card.scenarios[0].coincidences, 1U);
  EXPECT_EQ(card.scenarios[0].main_reason_count, 1U);
  ASSERT_EQ(card.misses.size(), 1U);
  EXPECT_EQ(card.misses[0].count, 2U) << "recall knows only alerts of its own";
}

TEST(Scorecard, FiringByChanceKeepsAPromiseToFireAndBreaksNoneToBeSilent) {
  tiny::World world{
      .stories = {},
      .background = {{.id = "x", .at = 105, .stages = {1}, .keys = {"mac-1", "0"}},
                     {.id = "y", .at = 1'005, .stages = {1}, .keys = {"mac-1", "0"}}}};
  for (const auto& [scenario, at, expected] : {std::tuple{"B12", 100.0, Expectation::fires},
                                               std::tuple{"B05", 1'000.0, Expectation::silent}}) {
    world.stories.push_back({.scenario = scenario,
                             .intent = Intent::benign,
                             .behaviour = Behaviour::none,
                             .events = {tiny::install(scenario, at)[0]},
                             .true_pairs = {},
                             .expected = expected});
  }
  const Scorecard card = score_of(world);
  ASSERT_EQ(card.scenarios.size(), 2U);
  for (const ScenarioRow& row : card.scenarios) {
    EXPECT_EQ(row.alerted, 0U);
    EXPECT_EQ(row.coincidences, 1U);
    EXPECT_FALSE(row.disagrees()) << row.id;
  }
}

TEST(Scorecard, AnotherMaxspanIsJudgedByThatMaxspan) {
  const tiny::World world{.stories = {{.scenario = "M", .events = tiny::install("m", 100, 45)}}};
  const tiny::Rule rule = tiny::rule_of(world);
  const truth::Truth truth = tiny::truth_of(world);
  const truth::TruthIndex index(truth);
  const scan::CandidateLog log = tiny::log_of(world);
  const match::Matcher matcher(rule.query, rule.binding);
  const auto simulation = schedule::simulate(log, matcher, world.schedule,
                                             {.start = truth.from, .maxspan = seconds{60}});
  const auto matches = matcher.find(log, log.dated(), {.maxspan = seconds{60}});
  const Scorecard card = score({.log = log,
                                .matches = matches,
                                .simulation = simulation,
                                .truth = truth,
                                .index = index,
                                .bound = rule,
                                .schedule = world.schedule,
                                .maxspan = seconds{60}});
  EXPECT_EQ(card.recall.all, (Proportion{1, 1}));
  EXPECT_EQ(card.verdict(Verdict::impossible), 0U);
}

TEST(Scorecard, WithoutLabelsNothingIsRightOrWrong) {
  const tiny::World world{.stories = {{.scenario = "M", .events = tiny::install("m", 100)},
                                      {.scenario = "N", .events = tiny::install("n", 7'300)}}};
  const Scorecard card = unlabelled_score_of(world);
  EXPECT_EQ(card.labels, Labels::none);
  EXPECT_EQ(card.alert_count(), 2U);
  EXPECT_EQ(card.verdict(Verdict::unlabelled), 2U);
  EXPECT_FALSE(card.recall.all.value().has_value());
  EXPECT_FALSE(card.precision.value().has_value());
  EXPECT_FALSE(card.f_beta.has_value());
  EXPECT_EQ(card.false_alarms.rate.count, 0U);
  EXPECT_EQ(why_no_recall(card), "no labels");
  EXPECT_EQ(why_no_precision(card), "no labels");
  EXPECT_EQ(why_no_alarm_rate(card), "no labels");
  EXPECT_EQ(card.at_prevalence.precision.reason(), "no labels");
  EXPECT_EQ(why_no_alert_rate(card), "");
  EXPECT_EQ(card.alert_rate, (Rate{2, 10}));
  EXPECT_EQ(card.latency.from_event.count, 2U);
  EXPECT_EQ(card.load.by_hour.size(), 2U);
  EXPECT_EQ(card.hosts_with_alerts, 1U);
  EXPECT_EQ(card.noisiest_hosts, (std::vector<NamedCount>{{"mac-1", 2}}));
  EXPECT_EQ(card.events, 1'000U);
  EXPECT_TRUE(card.misses.empty());
}

TEST(Scorecard, MeasuresAtAStatedPrevalence) {
  // One of two caught; one false alarm in 10 host-days.
  tiny::World world{
      .stories = {
          {.scenario = "M", .events = tiny::install("m", 100)},
          {.scenario = "E", .events = tiny::install("e", 1'000, 90)},
          {.scenario = "B", .intent = Intent::benign, .events = tiny::install("b", 2'000)}}};
  world.options.prevalence = 0.2;
  world.options.beta = 2;
  const Scorecard card = score_of(world);
  EXPECT_DOUBLE_EQ(*card.at_prevalence.precision, 0.2 * 0.5 / (0.2 * 0.5 + 0.1));
  EXPECT_DOUBLE_EQ(*card.f_beta, 0.5);
  EXPECT_EQ(card.by_host.recall_all.reason(), "only 1 host has a part in it; resampling needs 20");
}

TEST(Scorecard, NoFalseAlarmSeenIsNoCertaintyAtAnyPrevalence) {
  const tiny::World world{.stories = {{.scenario = "M", .events = tiny::install("m", 100)}}};
  const Scorecard card = score_of(world);
  EXPECT_EQ(card.precision.value(), 1.0);
  EXPECT_EQ(card.at_prevalence.precision.reason(),
            "no false alarm was seen, so how rare they are is not known");
  EXPECT_FALSE(card.at_prevalence.by_host);
}

TEST(Scorecard, OfLessThanAnHourNoDailyRateIsToldOf) {
  const tiny::World world{.stories = {{.scenario = "M", .events = tiny::install("m", 100)}}};
  Scorecard card = score_of(world);
  ASSERT_EQ(why_no_alarm_rate(card), "");
  card.from = tiny::at(0);
  card.to = tiny::at(3'599);
  card.days = 3'599 / 86'400.0;
  EXPECT_EQ(why_no_alarm_rate(card), "the events cover 59m 59s only");
  EXPECT_EQ(why_no_alert_rate(card), "the events cover 59m 59s only");
  card.days = 3'600 / 86'400.0;
  EXPECT_EQ(why_no_alarm_rate(card), "");
  card.labels = Labels::none;
  card.days = 0.001;
  EXPECT_EQ(why_no_alarm_rate(card), "no labels");
}

TEST(Scorecard, HostsAreResampledWhereThereAreEnough) {
  tiny::World world;
  world.hosts = 60;
  for (int host = 1; host <= 60; ++host) {
    tiny::Story story{
        .scenario = "M",
        .events = tiny::install("i" + std::to_string(host), 100.0 * host, host % 3 == 0 ? 90 : 1)};
    for (tiny::Labelled& event : story.events) event.keys = {"mac-" + std::to_string(host), "0"};
    world.stories.push_back(story);
    if (host % 2 == 0) {
      for (const auto& [id, stage, at] : {std::tuple{"x", 0U, 50'000.0}, {"y", 1U, 50'001.0}}) {
        world.background.push_back({.id = id + std::to_string(host),
                                    .at = at + 60.0 * host,
                                    .stages = {stage},
                                    .keys = {"mac-" + std::to_string(host), "0"}});
      }
    }
  }
  const Scorecard card = score_of(world);
  ASSERT_EQ(card.recall.all, (Proportion{40, 60}));
  ASSERT_EQ(card.false_alarms.rate, (Rate{30, 60}));
  const auto holds = [](const Measured<Interval>& interval, double value) {
    EXPECT_TRUE(interval) << interval.reason();
    return interval && interval->low < value && value < interval->high &&
           interval->high - interval->low < 0.4;
  };
  EXPECT_TRUE(holds(card.by_host.recall_all, 2.0 / 3));
  EXPECT_TRUE(holds(card.by_host.precision, 4.0 / 7));
  EXPECT_TRUE(holds(card.by_host.f1, *card.f1));
  EXPECT_TRUE(holds(card.by_host.f_beta, *card.f_beta));
  EXPECT_TRUE(holds(card.by_host.false_alarms, 0.5));
  EXPECT_TRUE(holds(card.by_host.alerts, 70.0 / 60));
  EXPECT_TRUE(card.at_prevalence.by_host);
  EXPECT_EQ(card.by_host.recall_visible.reason(), "all resamples give the same figure")
      << "all that could be seen were";
  world.options.bootstrap.threads = 3;
  EXPECT_EQ(card, score_of(world));
  world.options.bootstrap.resamples = 0;
  EXPECT_EQ(score_of(world).by_host.recall_all.reason(), "hosts were not resampled");
}

TEST(Scorecard, AnAlertWithoutAHostIsSaidNotGuessed) {
  tiny::World world;
  for (tiny::Labelled event : tiny::install("m", 100)) {
    world.background.push_back(
        {.id = event.id, .at = event.at, .stages = event.stages, .keys = {"elsewhere", "0"}});
  }
  const Scorecard card = score_of(world);
  EXPECT_EQ(card.alert_count(), 1U);
  EXPECT_EQ(card.alerts_without_host, 1U);
  EXPECT_EQ(card.by_host.alerts.reason(), "1 of the alerts and incidents name no host");
  EXPECT_EQ(card.false_alarms.coincidence_by_persona, (std::vector<NamedCount>{{"unknown", 1}}));
}

TEST(Scorecard, BreakdownsCountByPart) {
  tiny::World world{
      .stories = {{.scenario = "M",
                   .events = tiny::install("m", 100),
                   .family = "loader",
                   .tags = {"rename", "delay"}},
                  {.scenario = "E",
                   .events = tiny::install("e", 1'000, 90),
                   .family = "loader",
                   .tags = {"delay"}},
                  {.scenario = "B",
                   .intent = Intent::benign,
                   .events = tiny::install("b", 2'000),
                   .family = "vendor"}},
      .background = {{.id = "x", .at = 3'000, .stages = {0}, .keys = {"mac-2", "0"}},
                     {.id = "y", .at = 3'001, .stages = {1}, .keys = {"mac-2", "0"}}}};
  const Scorecard card = score_of(world);
  const auto rows = [&](Dimension dimension) {
    return card.breakdowns[static_cast<std::size_t>(dimension)];
  };
  EXPECT_EQ(rows(Dimension::family),
            (std::vector<BreakdownRow>{{"loader", {1, 2}, {0, 10}},
                                       {std::string(unrelated), {0, 0}, {1, 10}},
                                       {"vendor", {0, 0}, {1, 10}}}));
  EXPECT_EQ(rows(Dimension::tag),
            (std::vector<BreakdownRow>{{"delay", {1, 2}, {0, 10}}, {"rename", {1, 1}, {0, 10}}}));
  EXPECT_EQ(rows(Dimension::persona), (std::vector<BreakdownRow>{{"agent-heavy", {0, 0}, {1, 9}},
                                                                 {"office", {1, 2}, {1, 1}}}))
      << "each over the days of its own hosts";
}

TEST(Scorecard, SightingsAgreeWithTheClosedForms) {
  tiny::World world;
  Rng rng(9);
  for (int i = 0; i < 300; ++i) {
    tiny::Story story{.scenario = "M",
                      .events = tiny::install(std::to_string(i),
                                              250.0 * i + static_cast<double>(rng.below(200)), 5)};
    for (tiny::Labelled& event : story.events) event.delay = static_cast<double>(rng.below(120));
    world.stories.push_back(story);
  }
  const Scorecard card = score_of(world);
  ASSERT_EQ(card.recall.all, (Proportion{300, 300}));
  EXPECT_NEAR(*card.sightings.mean, *card.sightings.expected, 0.06);
  ASSERT_TRUE(card.forecast);
  EXPECT_EQ(card.forecast->guaranteed_delay, seconds{210});
  EXPECT_DOUBLE_EQ(card.forecast->sightings, 1.7);
  EXPECT_EQ(card.forecast->latency_mean, seconds{154}) << "150 s and 4 s of run";
  EXPECT_EQ(card.forecast->latency_worst, seconds{304});
  world.maxspan = std::nullopt;
  EXPECT_EQ(score_of(world).forecast.reason(), "without maxspan no delay is sure to be survived");
}

TEST(Scorecard, AStreamingEngineHasNoRunsToExpectAnythingOf) {
  tiny::World world{.stories = {{.scenario = "M", .events = tiny::install("m", 100)}}};
  world.engine = EngineKind::streaming;
  const Scorecard card = score_of(world);
  EXPECT_EQ(card.engine, EngineKind::streaming);
  EXPECT_EQ(card.recall.all, (Proportion{1, 1}));
  EXPECT_EQ(card.latency.from_event.p50, seconds{1}) << "until the event can be seen";
  EXPECT_EQ(card.forecast.reason(), "a streaming engine has no runs");
  EXPECT_FALSE(card.sightings.expected);
}

TEST(Scorecard, NothingIsForecastOfWindowsByAnotherTime) {
  tiny::World world{.stories = {{.scenario = "M", .events = tiny::install("m", 100)}}};
  for (tiny::Labelled& event : world.stories[0].events) event.date = event.at + 1'000;
  world.range =
      schedule::RangeField{.primary = {.kind = schedule::TimeSource::Kind::carried, .slot = 2}};
  const Scorecard card = score_of(world);
  EXPECT_EQ(card.recall.all, (Proportion{1, 1}));
  EXPECT_EQ(card.forecast.reason(), "windows go by another time than the events' own");
  EXPECT_FALSE(card.sightings.expected);
}

TEST(Scorecard, WhatWentWrongWithTheRunsIsCounted) {
  tiny::World world{.stories = {{.scenario = "M", .events = tiny::install("m", 100)}}};
  world.disturbances = {{.run = 3, .outcome = schedule::RunOutcome::search_fails},
                        {.run = 9, .late = std::chrono::hours{1}}};
  world.manual_runs = {
      {.executed_at = tiny::wall(9'000), .slots = {tiny::wall(300), tiny::wall(600)}}};
  const Scorecard card = score_of(world);
  EXPECT_EQ(card.runs.failed_runs, 2U) << "the late one leaves a gap";
  EXPECT_EQ(card.runs.late_runs, 1U);
  EXPECT_EQ(card.runs.manual_searches, 2U);
  // An hour and 5 minutes after the run before: 9 minutes of its own and four times 5 are searched.
  EXPECT_EQ(card.unsearched.gaps, 1U);
  EXPECT_EQ(card.unsearched.time, std::chrono::minutes{65 - 9 - 20});
}

TEST(Scorecard, LatencyIsTakenApartAndByStratum) {
  tiny::World world{.stories = {{.scenario = "A", .events = tiny::install("a", 1'000)},
                                {.scenario = "B", .events = tiny::install("b", 4'000)},
                                {.scenario = "C", .events = tiny::install("c", 8'000)}}};
  world.stories[1].events[0].delay = 70;
  world.stories[1].events[1].delay = 65;
  world.schedule.look_back = std::chrono::minutes{30};
  world.stories[2].events[1].delay = 700;
  const Scorecard card = score_of(world);
  ASSERT_EQ(card.alert_count(), 3U);
  const Latencies& all = card.latency;
  EXPECT_EQ(all.by_stratum[0].count, 1U);
  EXPECT_EQ(all.by_stratum[1].count, 1U);
  EXPECT_EQ(all.by_stratum[2].count, 1U);
  EXPECT_EQ(all.ingest.max, seconds{700});
  EXPECT_EQ(all.from_event.mean, all.ingest.mean + all.wait.mean + all.run.mean);
  EXPECT_EQ(all.by_stratum[1].p50, seconds{4'200 - 4'001});
  EXPECT_EQ(all.from_event.p95, std::nullopt) << "of three alerts";
  EXPECT_EQ(stratum_of(seconds{59}), Stratum::online);
  EXPECT_EQ(stratum_of(seconds{60}), Stratum::congested);
  EXPECT_EQ(stratum_of(seconds{600}), Stratum::offline);
}

/// Installs of all kinds, crowded onto few hosts and users so that they interfere.
tiny::World random_world(Rng& rng) {
  tiny::World world;
  world.schedule.max_signals = static_cast<std::uint32_t>(rng.in_range(1, 5));
  const auto stories = rng.in_range(0, 12);
  for (std::int64_t i = 0; i < stories; ++i) {
    tiny::Story story;
    story.scenario = "S" + std::to_string(rng.below(5));
    story.intent = rng.chance(0.6)   ? Intent::malicious
                   : rng.chance(0.8) ? Intent::benign
                                     : Intent::out_of_scope;
    const std::string host = "mac-" + std::to_string(rng.in_range(1, 2));
    const std::string user = rng.chance(0.7) ? "0" : "501";
    story.true_pairs.clear();
    const auto pairs = static_cast<std::uint32_t>(rng.below(4));
    for (std::uint32_t p = 0; p < pairs; ++p) {
      auto events =
          tiny::install("i" + std::to_string(i) + "-" + std::to_string(p),
                        static_cast<double>(rng.in_range(0, 1'800)), rng.uniform() * 50 - 2);
      for (tiny::Labelled& event : events) {
        event.keys = {host, rng.chance(0.9) ? user : "501"};
        if (rng.chance(0.2)) {
          event.stages.clear();
          if (rng.chance(0.3)) event.faults = {rng.chance(0.5) ? "lost" : "merged"};
        }
        if (rng.chance(0.2)) event.delay = static_cast<double>(rng.in_range(0, 900));
        story.events.push_back(event);
      }
      if (rng.chance(0.9)) story.true_pairs.emplace_back(2 * p, 2 * p + 1);
    }
    story.behaviour = story.true_pairs.empty() ? Behaviour::none : Behaviour::connects;
    story.family = "family-" + std::to_string(rng.below(3));
    if (rng.chance(0.5)) story.tags = {"tag-" + std::to_string(rng.below(3))};
    world.stories.push_back(story);
  }
  if (rng.chance(0.5)) {
    world.disturbances = {{.run = rng.below(3),
                           .late = std::chrono::seconds{rng.in_range(0, 900)},
                           .outcome = rng.chance(0.5) ? schedule::RunOutcome::search_fails
                                                      : schedule::RunOutcome::succeeds},
                          {.run = 3, .outcome = schedule::RunOutcome::task_throws}};
  }
  if (rng.chance(0.2)) {
    world.manual_runs = {{.executed_at = tiny::wall(static_cast<double>(rng.in_range(0, 9'000))),
                          .slots = {tiny::wall(300), tiny::wall(600), tiny::wall(900)}}};
  }
  if (rng.chance(0.3)) {
    world.suppression = {.group_by = {static_cast<scan::KeySlot>(rng.below(2))}};
    if (rng.chance(0.7)) world.suppression->duration = std::chrono::minutes{rng.in_range(1, 40)};
  }
  const auto noise = rng.in_range(0, 10);
  for (std::int64_t i = 0; i < noise; ++i) {
    world.background.push_back({.id = "n" + std::to_string(i),
                                .at = static_cast<double>(rng.in_range(0, 1'800)),
                                .stages = {static_cast<std::uint32_t>(rng.below(2))},
                                .keys = {"mac-1", "0"}});
  }
  return world;
}

TEST(Scorecard, EveryIncidentAndEveryAlertIsInExactlyOneCell) {
  Rng rng(3);
  std::array<std::uint64_t, verdict_count> verdicts{};
  std::array<std::uint64_t, explain::reason_count> reasons{};
  for (int round = 0; round < 800; ++round) {
    const tiny::World world = random_world(rng);
    const Scorecard card = score_of(world);
    ASSERT_EQ(card, score_of(world)) << "two runs, one result";
    const Scorecard unlabelled = unlabelled_score_of(world);
    ASSERT_EQ(unlabelled.verdict(Verdict::unlabelled), card.alert_count());
    ASSERT_EQ(unlabelled.load, card.load) << "labels change no alert";
    ASSERT_EQ(unlabelled.alert_rate.value(), card.alert_rate.value());

    ASSERT_EQ(std::accumulate(card.verdicts.begin(), card.verdicts.end(), std::uint64_t{0}),
              card.alert_count());
    const FalseAlarms& alarms = card.false_alarms;
    ASSERT_EQ(card.verdict(Verdict::causal_malicious) + card.verdict(Verdict::duplicate) +
                  alarms.rate.count,
              card.alert_count());
    ASSERT_EQ(alarms.causal_benign + alarms.coincidence + alarms.out_of_scope + alarms.impossible,
              alarms.rate.count);
    ASSERT_EQ(card.malicious_incidents + card.benign_incidents + card.out_of_scope_incidents,
              world.stories.size());
    std::uint64_t lost = 0;
    for (const std::uint64_t count : card.recall.lost) lost += count;
    ASSERT_EQ(card.recall.all.hits + lost, card.malicious_incidents);
    for (const Dimension dimension :
         {Dimension::family, Dimension::scenario, Dimension::persona, Dimension::agent_version}) {
      Proportion whole;
      std::uint64_t false_alarms = 0;
      for (const BreakdownRow& row : card.breakdowns[static_cast<std::size_t>(dimension)]) {
        whole.hits += row.caught.hits;
        whole.total += row.caught.total;
        false_alarms += row.false_alarms.count;
      }
      ASSERT_EQ(whole, card.recall.all) << to_string(dimension);
      ASSERT_EQ(false_alarms, alarms.rate.count) << to_string(dimension);
    }
    std::uint64_t in_hours = 0;
    for (const LoadCell& hour : card.load.by_hour) in_hours += hour.alerts;
    std::uint64_t seen = 0;
    for (const CountBucket& bucket : card.sightings.histogram) seen += bucket.count;
    std::uint64_t caught = 0;
    for (const CountBucket& bucket : card.alerts_per_incident_histogram) caught += bucket.count;
    ASSERT_EQ(in_hours, card.alert_count());
    ASSERT_EQ(seen, card.alert_count());
    ASSERT_EQ(caught, card.recall.all.hits);
    ASSERT_EQ(card.alerts_without_host, 0U);
    std::uint64_t missed = 0;
    for (const MissGroup& group : card.misses) {
      missed += group.count;
      reasons[static_cast<std::size_t>(group.reason)] += group.count;
    }
    ASSERT_EQ(card.recall.all.hits + missed, card.malicious_incidents);
    std::uint64_t in_rows = 0;
    for (const ScenarioRow& row : card.scenarios) in_rows += row.incidents;
    ASSERT_EQ(in_rows, world.stories.size());
    ASSERT_EQ(card.verdict(Verdict::impossible), 0U);
    const SuppressionCounts suppressed = card.suppression.value_or(SuppressionCounts{});
    ASSERT_EQ(suppressed.times, card.runs.suppressed);
    ASSERT_LE(suppressed.matches, suppressed.times);
    ASSERT_LE(suppressed.alerts, card.alert_count());
    ASSERT_EQ(
        card.alert_count() + card.runs.duplicates + card.runs.suppressed + card.runs.without_room,
        card.runs.returned);
    for (std::size_t v = 0; v < verdict_count; ++v) verdicts[v] += card.verdicts[v];
  }
  for (std::size_t v = 0; v < verdict_count; ++v) {
    const auto verdict = static_cast<Verdict>(v);
    if (verdict == Verdict::impossible || verdict == Verdict::unlabelled) continue;
    EXPECT_GT(verdicts[v], 20U) << to_string(verdict);
  }
  for (const Reason reason :
       {Reason::no_connection, Reason::stage_unmatched, Reason::out_of_order, Reason::keys_differ,
        Reason::over_maxspan, Reason::too_late, Reason::cut_by_cap, Reason::paired_elsewhere,
        Reason::document_missing, Reason::runs_disturbed, Reason::suppressed}) {
    EXPECT_GT(reasons[static_cast<std::size_t>(reason)], 5U) << to_string(reason);
  }
  EXPECT_EQ(reasons[static_cast<std::size_t>(Reason::unexplained)], 0U);
}

}  // namespace
}  // namespace eqlab::score
