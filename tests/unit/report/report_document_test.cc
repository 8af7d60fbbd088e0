// Documents of the report page are what its contract says, whatever they are made from.
#include "harness/report/report_document.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/report/incident_list.h"
#include "harness/report/scorecard_json.h"
#include "harness/report/tuning_json.h"
#include "harness/score/evaluate.h"
#include "tests/unit/gate/results.h"
#include "tests/unit/report/cards.h"
#include "tests/unit/report/page_schema.h"
#include "tests/unit/tune/fleet.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;

Json written(const ReportDocument& document) {
  const std::string text = document.write();
  EXPECT_EQ(test::page_problem(nlohmann::json::parse(text)), "");
  return Json::parse(text);
}

/// A run over a world, and its incidents.
Json scored(const tiny::World& world, const RunInfo& info) {
  truth::Truth truth = tiny::truth_of(world);
  for (truth::Incident& incident : truth.incidents) incident.first = incident.events.front().time;
  const truth::TruthIndex index(truth);
  const scan::CandidateLog log = tiny::log_of(world);
  const tiny::Rule rule = tiny::rule_of(world);
  const score::Evaluation done = score::evaluate({.log = log, .truth = truth, .index = index},
                                                 {.bound = rule, .schedule = world.schedule});
  ReportDocument document;
  document.add_scorecards(Json::parse(scorecard_json(done.card, info)));
  document.set_incidents(incident_list({.log = log,
                                        .simulation = done.simulation,
                                        .truth = truth,
                                        .index = index,
                                        .bound = rule,
                                        .card = done.card}));
  return written(document);
}

TEST(ReportDocument, AScorecardStandsInItAsPrinted) {
  const score::Scorecard card = tiny::score_of(tiny::small_world());
  const Json printed = Json::parse(scorecard_json(card, tiny::small_info()));
  ReportDocument document;
  const event::Schema schema(event::Schema::builtin());
  const rule::Rule rule = fleet::rule_of(fleet::query);
  document.add_scorecards(printed, {rule_text(rule, *rule::compile(rule, schema))});
  const Json out = written(document);
  EXPECT_EQ(out["scores"][0], printed);
  EXPECT_EQ(out["command"], printed["run"]["command"]);
  EXPECT_EQ(out["rules"][0]["name"], "Installer Spawns Network Event");
  EXPECT_EQ(out["rules"][0]["query"], rule.query.text);
  EXPECT_EQ(out["rules"][0]["steps"].size(), 2U);
  EXPECT_TRUE(out["rules"][0]["steps"][0].get<std::string>().starts_with("process where "));
}

TEST(ReportDocument, IncidentsAreThoseOfTheOneScorecard) {
  const Json out = scored(tiny::small_world(), tiny::small_info());
  EXPECT_EQ(out["incidents"].size(), 4U);
  ReportDocument several;
  several.add_scorecards(Json::array({out["scores"][0], out["scores"][0]}));
  several.set_incidents(out["incidents"]);
  const Json beside = written(several);
  EXPECT_EQ(beside["scores"].size(), 2U);
  EXPECT_FALSE(beside.contains("incidents"));
  EXPECT_EQ(beside["title"], "2 scorecards");
}

TEST(ReportDocument, HostileTextIsBoundedAndWhole) {
  tiny::World world = tiny::hostile_world();
  world.stories[0].events[0].what = std::string(1'000'000, 'x') + "\xE2\x82\xAC";
  world.stories[0].scenario = std::string(3'000, 'M') + "\xE2\x82\xAC\xE2\x82\xAC";
  for (int i = 0; i < 600; ++i) world.stories[0].scenario += "\xE2\x82\xAC";
  RunInfo info = tiny::small_info();
  info.rule_name = tiny::hostile;
  const Json out = scored(world, info);
  EXPECT_LT(out.dump().size(), 100'000U);
  const std::string cut = out["incidents"][0]["events"][0]["what"];
  EXPECT_TRUE(cut.ends_with("…"));
  EXPECT_LE(cut.size(), page_text_bytes_max + 3);
}

TEST(ReportDocument, ATuningBecomesSweepsAndVariants) {
  fleet::Fleet fleet;
  Rng rng = Rng(2).split("report");
  for (std::size_t host = 0; host < 60; ++host)
    fleet::install(fleet, host, 1'000 + static_cast<double>(rng.below(70'000)), "bash",
                   host % 2 == 0 ? "curl" : "python3", truth::Intent::malicious);
  fleet::close(fleet, 60);
  const event::Schema schema(event::Schema::builtin());
  const rule::Rule rule = fleet::rule_of(fleet::query);
  const auto request = tune::default_request(rule, *rule::compile(rule, schema), schema).request;
  const auto world = fleet::scanned(fleet, fleet::query, request);
  const tune::Tuning tuning = tune::tune(world->inputs(), request);
  TuningInfo info;
  info.run = tiny::small_info();
  for (std::size_t i = 0; i < tuning.suggestions.list.size(); ++i) {
    info.queries.emplace_back("any where true");
    info.diffs.emplace_back("-old\n+new\n");
  }
  const Json printed = Json::parse(tuning_json(tuning, info));
  ReportDocument document;
  document.add_tuning(printed);
  const Json out = written(document);
  std::vector<std::string> swept;
  for (const Json& sweep : out["sweeps"]) {
    swept.push_back(sweep["parameter"]);
    EXPECT_GE(sweep["points"].size(), 2U);
    double last = -1;
    bool has_current = false;
    for (const Json& point : sweep["points"]) {
      EXPECT_GT(point["value"], last);
      last = point["value"];
      has_current = has_current || point["value"] == sweep["current"];
    }
    EXPECT_TRUE(has_current) << sweep["parameter"];
  }
  EXPECT_EQ(swept, (std::vector<std::string>{"maxspan", "interval", "look-back"}));
  EXPECT_EQ(out["sweeps"][0]["points"][0]["recall"]["hits"],
            printed["maxspan"][0]["figures"]["incident_recall"]["hits"]);
  std::size_t current = 0;
  std::size_t with_diff = 0;
  std::size_t on_front = 0;
  for (const Json& variant : out["pareto"]) {
    current += variant["is_current"].get<bool>() ? 1U : 0U;
    on_front += variant["on_front"].get<bool>() ? 1U : 0U;
    with_diff += variant.contains("diff") ? 1U : 0U;
  }
  EXPECT_EQ(current, 1U);
  EXPECT_EQ(on_front, printed["frontier"].size());
  EXPECT_EQ(with_diff, printed["suggestions"]["list"].size());
  EXPECT_GT(with_diff, 0U);
  document.add_tuning(printed);
  EXPECT_EQ(written(document)["sweeps"][3]["parameter"], "Installer Spawns Network Event: maxspan");
}

TEST(ReportDocument, AGateBecomesChecksChangesAndWhatMoved) {
  const gate::GateResult result = test::result_of(test::lossy_rule());
  ReportDocument document;
  document.add_gate(result);
  const Json out = written(document);
  EXPECT_EQ(out["gate"]["verdict"], "fail");
  EXPECT_EQ(out["gate"]["reason"], result.reason);
  std::size_t failed = 0;
  for (const Json& check : out["gate"]["checks"]) failed += check["status"] == "fail" ? 1U : 0U;
  EXPECT_EQ(failed, 4U);  // three checks and the case that one of them is about
  EXPECT_EQ(out["diff"]["lost"].size(), 40U);
  EXPECT_EQ(out["diff"]["lost"][0]["reason"], "step 2: removed \"curl\" from process.name :");
  EXPECT_EQ(out["diff"]["changes"].size(), 2U);
  const Json& recall = out["diff"]["metrics"][0];
  EXPECT_EQ(recall["before"], 0.6);
  EXPECT_EQ(recall["after"], 0.2);
  EXPECT_EQ(recall["interval"]["low"], -0.5);
  EXPECT_EQ(recall["certain"], true);
  EXPECT_TRUE(out["diff"]["equivalent"].is_null());
}

TEST(ReportDocument, EqualVersionsAreSaidToBeEqual) {
  gate::RuleResult same = test::lossy_rule();
  same.effect.reset();
  same.diff = gate::RuleDiff{.changes = {}, .is_equivalent = true, .step_of = {}};
  ReportDocument document;
  document.add_gate(test::result_of(std::move(same)));
  EXPECT_EQ(written(document)["diff"]["equivalent"], true);
}

TEST(ReportDocument, CrookedResultsLoseTheirCrookedPartsAlone) {
  const Json nonsense[] = {nullptr, 0, -1, "", Json::array(), Json::object(), true, 1e300, "x"};
  const char* const keys[] = {"rule",    "run",       "corpus", "schedule", "current",
                              "maxspan", "schedules", "joins",  "frontier", "suggestions"};
  for (const Json& value : nonsense) {
    Json tuning = Json::object();
    for (const char* const key : keys) tuning[key] = value;
    ReportDocument document;
    document.add_tuning(tuning);
    document.add_tuning(value);
    written(document);
    // Of scorecards the frame is looked at by whoever reads them.
    ReportDocument scores;
    scores.add_scorecards(value);
    EXPECT_FALSE(scores.write().empty());
    for (const char* const key : keys) tuning[key] = Json::array({value, Json{{"setting", value}}});
    document.add_tuning(tuning);
    written(document);
  }
}

}  // namespace
}  // namespace eqlab::report
