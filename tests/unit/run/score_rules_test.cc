#include "harness/run/score_rules.h"

#include <gtest/gtest.h>

#include "tests/unit/run/files.h"

namespace eqlab::run {
namespace {

/// The ids of the events that alerts begin with, variant by variant.
Result<std::vector<std::vector<std::string>>> alerts_of(ScoreRequest request) {
  Scoring scoring(std::move(request));
  EQLAB_CHECK(scoring.prepare({}));
  std::vector<std::vector<std::string>> out(scoring.variants().size());
  std::size_t passes = 0;
  EQLAB_CHECK(scoring.run({}, {.scanned = [&](const ScannedEvents&) { ++passes; },
                               .decided =
                                   [&](const DecidedVariant& decided) {
                                     for (const auto& alert : decided.evaluation.simulation.alerts)
                                       out[decided.place].emplace_back(
                                           decided.events.log.event_id(alert.match.first()));
                                   }}));
  EXPECT_EQ(passes, scoring.pass_count());
  return out;
}

using Alerts = std::vector<std::vector<std::string>>;

ScoreRequest over_three_events(const std::vector<std::string>& rules) {
  ScoreRequest request;
  request.rules = rules;
  request.source.files = {test::written("e.ndjson", test::three_events)};
  request.score.bootstrap.resamples = 0;
  return request;
}

std::string by_ingest_time() {
  std::string text = test::curl_rule;
  text.replace(text.find("0001"), 4, "0002");
  text.insert(text.find("query ="), "timestamp_override = \"event.ingested\"\n");
  return text;
}

TEST(ScoreRules, WindowsGoByWhatEachRuleSays) {
  const std::string plain = test::written("plain.toml", test::curl_rule);
  const std::string by_ingest = test::written("by_ingest.toml", by_ingest_time());
  const auto alerts = alerts_of(over_three_events({plain, by_ingest}));
  ASSERT_TRUE(alerts) << alerts.error().message;
  EXPECT_EQ(*alerts, (Alerts{{"a"}, {"a", "b"}})) << "b arrived after its look-back";
}

TEST(ScoreRules, SchedulesAndMaxspansAreVariantsOfOnePass) {
  ScoreRequest request = over_three_events({test::written("plain.toml", test::curl_rule)});
  request.schedules = {"", "lookback=30m"};
  const auto alerts = alerts_of(request);
  ASSERT_TRUE(alerts) << alerts.error().message;
  EXPECT_EQ(*alerts, (Alerts{{"a"}, {"a", "b"}}));
}

TEST(ScoreRules, WhatCannotBeScoredIsSaidBeforeEventsAreRead) {
  const auto code_of = [](const ScoreRequest& request) {
    const auto alerts = alerts_of(request);
    return alerts ? std::string("none") : alerts.error().code;
  };
  const std::string rule = test::written("plain.toml", test::curl_rule);
  ScoreRequest request = over_three_events({rule});
  request.choice.rule_id = "another";
  EXPECT_EQ(code_of(request), "E312");
  request = over_three_events({rule});
  request.schedules = {"often"};
  EXPECT_EQ(code_of(request), "E905");
  request = over_three_events({rule});
  request.maxspans = "0s";
  EXPECT_EQ(code_of(request), "E720");
  request = over_three_events({rule});
  request.engine = score::EngineKind::streaming;
  request.runs_at = "+0m";
  EXPECT_EQ(code_of(request), "E905");
  request = over_three_events({rule});
  request.runs_at = "@/nowhere";
  EXPECT_EQ(code_of(request), "E901");
}

TEST(ScoreRules, InputWithoutAnEventIsNoSuccess) {
  ScoreRequest request = over_three_events({test::written("plain.toml", test::curl_rule)});
  request.source.files = {test::written("none.ndjson", "[1, 2]\n")};
  const auto alerts = alerts_of(request);
  ASSERT_FALSE(alerts);
  EXPECT_EQ(alerts.error().code, "E406");
}

}  // namespace
}  // namespace eqlab::run
