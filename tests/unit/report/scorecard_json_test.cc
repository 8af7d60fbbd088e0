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
  EXPECT_EQ(out["schema_version"], 1);
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
