#include "harness/report/scorecard_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/report/cards.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;

TEST(ScorecardJson, CarriesCountsIntervalsReasonsAndTheWayBack) {
  const Json out =
      Json::parse(scorecard_json(tiny::score_of(tiny::small_world()), tiny::small_info()));
  EXPECT_EQ(out["eqlab_result"], "scorecard");
  EXPECT_EQ(out["schema_version"], 2);
  EXPECT_EQ(out["run"]["seed"], 1);
  EXPECT_EQ(out["run"]["command"], tiny::small_info().command);
  const Json recall = out["headline"]["incident_recall"];
  EXPECT_EQ(recall["hits"], 1);
  EXPECT_EQ(recall["total"], 3);
  EXPECT_EQ(recall["value"], 0.333333);
  EXPECT_LT(recall["low"], recall["value"]);
  EXPECT_GT(recall["high"], recall["value"]);
  EXPECT_EQ(out["headline"]["false_alarms_per_1000_hosts_a_day"]["value"], 200);
  EXPECT_EQ(out["misses"][0]["reason"], "stage-unmatched");
  EXPECT_EQ(out["misses"][0]["step"], 2);
  EXPECT_EQ(out["misses"][0]["examples"][0]["name"], "python3.11");
  EXPECT_EQ(out["scenarios"].size(), 4U);
  std::uint64_t alerts = 0;
  for (const auto& [verdict, count] : out["alerts"]["verdicts"].items())
    alerts += count.get<std::uint64_t>();
  EXPECT_EQ(out["alerts"]["total"], alerts);
}

TEST(ScorecardJson, WhatWasNotMeasuredIsNull) {
  const Json out = Json::parse(scorecard_json(tiny::score_of(tiny::World{}), {}));
  EXPECT_TRUE(out["headline"]["incident_recall"]["value"].is_null());
  EXPECT_TRUE(out["headline"]["alert_precision"]["low"].is_null());
  EXPECT_TRUE(out["headline"]["f1"].is_null());
  EXPECT_TRUE(out["headline"]["latency_from_event"]["p50_s"].is_null());
  EXPECT_EQ(out["headline"]["false_alarms_per_1000_hosts_a_day"]["value"], 0);
}

TEST(ScorecardJson, EveryFigureSaysHowItWasMade) {
  const Json out =
      Json::parse(scorecard_json(tiny::score_of(tiny::small_world()), tiny::small_info()));
  EXPECT_EQ(out["recall"]["all"]["method"], "wilson");
  EXPECT_EQ(out["recall"]["all"]["by_host"]["method"], "bootstrap-by-host");
  EXPECT_EQ(out["recall"]["all"]["by_host"]["unmeasured"],
            "only 1 host has a part in it; resampling needs 20");
  EXPECT_EQ(out["headline"]["false_alarms_per_1000_hosts_a_day"]["method"], "garwood");
  EXPECT_EQ(out["intervals"]["resamples"], 1'000);
  EXPECT_EQ(out["recall"]["lost_to"]["design"], 2);
  EXPECT_EQ(out["latency"]["all"]["from_event"]["p95_s"], nullptr) << "of three alerts";
  EXPECT_EQ(out["latency"]["by_stratum"][0]["from_event"]["count"], 3);
  EXPECT_EQ(out["latency"]["by_stratum"][2]["from_event"]["unmeasured"], "no alerts");
  EXPECT_EQ(out["load"]["per_hour"].size(), 24U);
  EXPECT_EQ(out["misses"][0]["repeat"], "eqlab explain rules/installer.toml corpus --incident I-1");
  EXPECT_EQ(out["run"]["before_repeat"], tiny::small_info().before_explain);
}

TEST(ScorecardJson, WithoutLabelsTheReasonStandsBesideEveryNull) {
  const Json out = Json::parse(scorecard_json(tiny::unlabelled_score_of(tiny::small_world()), {}));
  EXPECT_EQ(out["corpus"]["labelled"], false);
  EXPECT_EQ(out["headline"]["incident_recall"]["unmeasured"], "no labels");
  EXPECT_EQ(out["headline"]["alert_precision"]["unmeasured"], "no labels");
  EXPECT_EQ(out["headline"]["false_alarms_per_1000_hosts_a_day"]["value"], nullptr);
  EXPECT_EQ(out["headline"]["false_alarms_per_1000_hosts_a_day"]["unmeasured"], "no labels");
  EXPECT_EQ(out["at_prevalence"]["alert_precision"]["unmeasured"], "no labels");
  EXPECT_EQ(out["alerts"]["verdicts"]["unlabelled"], 3);
  EXPECT_EQ(out["alerts"]["per_1000_hosts_a_day"]["value"], 300);
  EXPECT_EQ(out["alerts"]["per_caught_incident"], nullptr);
}

TEST(ScorecardJson, WhatRunsAndSuppressionDid) {
  tiny::World world = tiny::small_world();
  world.suppression = {.group_by = {0}, .duration = std::chrono::hours{1}};
  world.disturbances = {{.run = 60, .late = std::chrono::hours{1}}};
  const Json out = Json::parse(scorecard_json(tiny::score_of(world), tiny::small_info()));
  EXPECT_EQ(out["engine"], "scheduled");
  EXPECT_EQ(out["alerts"]["suppression"]["matches"], 1);
  EXPECT_EQ(out["alerts"]["suppression"]["additions"], out["runs"]["matches_suppressed"]);
  EXPECT_EQ(out["alerts"]["suppression"]["alerts"], 1);
  EXPECT_EQ(out["runs"]["late"], 1);
  EXPECT_EQ(out["runs"]["failed"], 1);
  EXPECT_EQ(out["runs"]["gaps"], 1);
  EXPECT_EQ(out["runs"]["unsearched_s"], 36 * 60);
  EXPECT_EQ(out["runs"]["manual_searches"], 0);
}

TEST(ScorecardJson, AStreamingEngineHasNoSchedule) {
  tiny::World world = tiny::small_world();
  world.engine = score::EngineKind::streaming;
  const Json out = Json::parse(scorecard_json(tiny::score_of(world), tiny::small_info()));
  EXPECT_EQ(out["engine"], "streaming");
  EXPECT_TRUE(out["schedule"]["interval_s"].is_null());
  EXPECT_TRUE(out["schedule"]["max_signals"].is_null());
  EXPECT_EQ(out["schedule"]["maxspan_s"], 30);
  EXPECT_EQ(out["schedule"]["forecast"]["unmeasured"], "a streaming engine has no runs");
  EXPECT_TRUE(out["alerts"]["sightings"]["expected"].is_null());
  EXPECT_TRUE(out["alerts"]["suppression"].is_null());
}

TEST(ScorecardJson, SeveralAreAnArrayOfTheSame) {
  const auto card = tiny::score_of(tiny::small_world());
  const RunInfo info = tiny::small_info();
  const Json out = Json::parse(scorecards_json({{card, info}, {card, info}}));
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[1], Json::parse(scorecard_json(card, info)));
  EXPECT_EQ(scorecards_json({}), "[]\n");
}

TEST(ScorecardJson, TheSameRunIsTheSameBytesHoweverLongItTook) {
  RunInfo slow = tiny::small_info();
  slow.seconds = 99;
  EXPECT_EQ(scorecard_json(tiny::score_of(tiny::small_world()), tiny::small_info()),
            scorecard_json(tiny::score_of(tiny::small_world()), slow));
}

TEST(ScorecardJson, SurvivesHostileText) {
  RunInfo info = tiny::small_info();
  info.rule_name = tiny::hostile;
  const std::string text = scorecard_json(tiny::score_of(tiny::hostile_world()), info);
  EXPECT_TRUE(Json::accept(text));
  EXPECT_EQ(text.find("\xE2\x80\xAE"), std::string::npos);
}

}  // namespace
}  // namespace eqlab::report
