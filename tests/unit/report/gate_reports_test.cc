#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <sstream>
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "harness/base/text.h"
#include "harness/report/gate_report.h"
#include "harness/report/junit.h"
#include "tests/unit/gate/results.h"
#include "tests/unit/report/cards.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::json;

gate::GateResult lossy() { return test::result_of(test::lossy_rule()); }

/// Every text of a rule, an event or a file is what an attacker may write.
gate::GateResult hostile(std::size_t repeats = 1) {
  std::string evil;
  for (std::size_t i = 0; i < repeats; ++i) {
    evil += tiny::hostile;
    evil += "\n::error file=x::y\n##[add-mask]z\r\n=1+1 </details> ::stop-commands::t \xC2\x9B";
  }
  gate::RuleResult rule = test::lossy_rule();
  for (std::string* const text : {&rule.file, &rule.name, &rule.rule_id, &rule.old_file})
    *text = evil;
  rule.place.file = evil;
  rule.place.source_line = evil;
  for (gate::RuleChange& change : rule.diff->changes) {
    for (std::string* const text : {&change.subject, &change.before, &change.after}) *text = evil;
  }
  for (gate::IncidentChange& lost : rule.effect->lost) {
    for (std::string* const text :
         {&lost.incident, &lost.scenario, &lost.title, &lost.family, &lost.host, &lost.why,
          &lost.subject, &lost.example.host, &lost.example.process, &lost.example.parent})
      *text = evil;
  }
  for (gate::ScenarioChange& scenario : rule.effect->scenarios) scenario.title = evil;
  for (gate::GroupRecall& scenario : rule.after->scenarios) scenario.title = evil;
  for (gate::CaseOutcome& outcome : rule.cases) {
    for (std::string* const text : {&outcome.file, &outcome.why, &outcome.detail}) *text = evil;
  }
  rule.notes = {evil};
  Diagnostic diagnostic = error_in(evil, "L316", evil, evil);
  diagnostic.place->line = 3;
  diagnostic.place->column = 2;
  diagnostic.place->end_column = 5;
  diagnostic.place->source_line = evil;
  rule.diagnostics = {diagnostic};
  rule.diagnostic_is_new = {true};
  gate::GateResult result = test::result_of(std::move(rule));
  result.diagnostics = {diagnostic};
  result.other_cases = {{.file = evil, .line = 1, .why = evil, .passed = false, .detail = evil}};
  result.skipped = {{.file = evil, .name = evil, .type = evil}};
  result.notes = {evil};
  result.base.name = evil;
  result.command = evil;
  conclude(result);
  return result;
}

bool has_control(const std::string& text) {
  for (const std::string_view character : split_characters(text)) {
    const auto first = static_cast<unsigned char>(character[0]);
    if (first < 0x20 && first != '\n') return true;
    if (character == "\xE2\x80\xAE" || character == "\xC2\x9B") return true;
    if (character.size() == 1 && first >= 0x80) return true;
  }
  return false;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

/// Empty when `text` is what the published schema says.
std::string against_schema(const std::string& text) {
  static const valijson::Schema* const schema = [] {
    static valijson::Schema parsed;
    std::ifstream in(EQLAB_SOURCE_DIR "/harness/report/schemas/gate.schema.json");
    static const Json document = Json::parse(in);
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(document),
                                            parsed);
    return &parsed;
  }();
  const Json document = Json::parse(text);
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(*schema, valijson::adapters::NlohmannJsonAdapter(document), &results))
    return {};
  std::string out = "invalid";
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    out += "\n";
    for (const std::string& part : error.context) out += part;
    out += ": " + error.description;
  }
  return out;
}

TEST(GateText, SaysTheVerdictAndWhy) {
  EXPECT_EQ(gate_text(lossy(), {.columns = 100}), R"(FAIL  rules/a.toml
      step 2: removed "curl" from process.name :
      metadata: version
      ✗ recall 60.0 % → 20.0 % (−40.0 [−50.0, −30.0], p < 0.0001, paired, 100 incidents); policy
        allows −1.0
      ✗ 1 scenario lost altogether: M02 Copper; policy allows 0
      ✗ 1 of 2 cases fail: rules/a.case:12 curl again
      ✓ 2 checks pass
      recall 60.0 % → 20.0 % · false alarms 62.5 → 56.2 per 1,000 hosts a day · p95 latency 5m 10s ·
      alerts 110 → 65
      lost 40: M01 Silver 30 · M02 Copper 10
               such as I-0: 2026-02-25T06:13:20.000Z mac-1 curl < bash
         40 by: step 2: removed "curl" from process.name :
      no longer raised: 45 alerts, such as 2026-02-25T06:13:20.000Z mac-1 curl < bash

FAIL  recall 60.0 % → 20.0 % (−40.0 [−50.0, −30.0], p < 0.0001, paired, 100 incidents); policy allows −1.0 (and 2 more checks)
      against the merge base of origin/main (0123456789)
      balanced · 400 hosts · 2 days · 2,000,000 events · 100 malicious incidents · seed 1
again eqlab gate --base origin/main
)");
}

TEST(GateText, MegabytesAreCut) {
  gate::GateResult huge = hostile(5'000);
  huge.command = "eqlab gate";  // is given whole: it must make the same again
  EXPECT_LT(gate_text(huge, {.columns = 100}).size(), 100'000U);
  EXPECT_LT(gate_annotations(huge).size(), 100'000U);
}

TEST(GateText, NothingMovesTheCursor) {
  const std::string text = gate_text(hostile(), {.columns = 100});
  EXPECT_FALSE(has_control(text));
}

TEST(GateJson, IsWhatTheSchemaSays) {
  EXPECT_EQ(against_schema(gate_json(lossy())), "");
  EXPECT_EQ(against_schema(gate_json(hostile())), "");
  gate::GateResult bare;
  conclude(bare);
  EXPECT_EQ(against_schema(gate_json(bare)), "");
  gate::RuleResult stored = test::lossy_rule();
  stored.effect.reset();
  stored.diff.reset();
  stored.baseline_effect = gate::BaselineEffect{.is_same_corpus = true,
                                                .scenarios = {},
                                                .recall_difference = -0.1,
                                                .recall_interval = score::Interval{-0.2, -0.1},
                                                .false_alarm_difference = {},
                                                .false_alarm_interval = {}};
  stored.mutation = gate::MutationScore{.noticed = 1, .of = 2};
  EXPECT_EQ(against_schema(gate_json(test::result_of(stored))), "");
  Json other = Json::parse(gate_json(lossy()));
  other["surprise"] = 1;
  EXPECT_NE(against_schema(other.dump()), "") << "the schema knows every key";
  other.erase("surprise");
  other["rules"][0].erase("checks");
  EXPECT_NE(against_schema(other.dump()), "") << "and asks for each";
}

TEST(GateJson, ShowsTheSameFigures) {
  const Json json = Json::parse(gate_json(lossy()));
  EXPECT_EQ(json["verdict"], "fail");
  EXPECT_EQ(json["exit_status"], 1);
  const Json& rule = json["rules"][0];
  EXPECT_EQ(rule["before"]["recall"]["hits"], 60);
  EXPECT_EQ(rule["effect"]["recall"]["lost"], 40);
  EXPECT_EQ(rule["effect"]["lost"].size(), 40U);
  EXPECT_EQ(rule["changes"][0]["step"], 2);
  EXPECT_EQ(rule["changes"][0]["place"]["line"], 14);
  EXPECT_FALSE(has_control(gate_json(hostile())));
}

TEST(GateJunit, HasASuiteForEachRuleAndATestForEachCheckAndScenario) {
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(gate_junit(lossy()).c_str()));
  const pugi::xml_node suite = document.child("testsuites").child("testsuite");
  EXPECT_STREQ(suite.attribute("name").value(), "rules/a.toml");
  std::string failed;
  for (const pugi::xml_node test : suite.children("testcase")) {
    if (test.child("failure")) failed += std::string(test.attribute("name").value()) + "\n";
  }
  EXPECT_EQ(failed,
            "recall-drop: recall does not drop below the base's\n"
            "scenarios-lost: no scenario is lost altogether\n"
            "cases: the rule's cases pass\n"
            "scenario M01 Silver\n"
            "scenario M02 Copper\n");
  EXPECT_EQ(suite.attribute("failures").as_uint(), 5U);
}

TEST(GateJunit, AScenarioFailsOnlyWhereTheGateDoes) {
  gate::RuleResult rule = test::lossy_rule();
  rule.cases.clear();
  gate::Demands lenient = gate::default_policy().demands;
  lenient.thresholds.recall_drop_max.reset();
  lenient.thresholds.scenarios_lost_max.reset();
  gate::GateResult result = lossy();
  check_rule(rule, lenient, result.base);
  result.rules = {rule};
  conclude(result);
  EXPECT_EQ(result.exit_status(), 0);
  EXPECT_EQ(gate_junit(result).find("<failure"), std::string::npos);
}

TEST(GateJunit, AnyTextGivesXmlThatReadsBack) {
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(gate_junit(hostile()).c_str()));
}

TEST(GateSarif, PointsAtTheChangeThatDidIt) {
  gate::GateResult result = lossy();
  result.repository_prefix = "detections/";
  const Json sarif = Json::parse(gate_sarif(result));
  const Json& run = sarif["runs"][0];
  ASSERT_EQ(run["results"].size(), 4U) << "two thresholds, the check of the cases, and the case";
  const Json& drop = run["results"][0];
  EXPECT_EQ(drop["ruleId"], "gate-recall-drop");
  const Json& where = drop["locations"][0]["physicalLocation"];
  EXPECT_EQ(where["artifactLocation"]["uri"], "detections/rules/a.toml");
  EXPECT_EQ(where["region"]["startLine"], 14);
  EXPECT_EQ(run["tool"]["driver"]["rules"][drop["ruleIndex"].get<std::size_t>()]["id"],
            "gate-recall-drop");
  EXPECT_TRUE(run["invocations"][0]["executionSuccessful"].get<bool>());
}

TEST(GateSarif, AnyTextGivesJson) {
  const Json sarif = Json::parse(gate_sarif(hostile()));
  for (const Json& found : sarif["runs"][0]["results"]) {
    const auto uri =
        found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].get<std::string>();
    EXPECT_EQ(uri.find_first_of(" \n<>\"|\x1b"), std::string::npos) << uri;
    EXPECT_FALSE(has_control(found["message"]["text"].get<std::string>()));
  }
}

TEST(GateMarkdown, IsShortAndFoldsTheRest) {
  const std::string text = gate_markdown(lossy());
  EXPECT_EQ(text.substr(0, text.find('\n')), "### FAIL · eqlab gate");
  EXPECT_LT(text.find("recall 60.0 %"), text.find("<details>"));
  EXPECT_LT(text.find("M02 Copper"), text.find("<details>"));
  EXPECT_NE(text.find("| **FAIL** | A rule | 60.0 % → 20.0 % | 62.5 → 56.2 |"), std::string::npos)
      << text;
  EXPECT_NE(text.find("</details>"), std::string::npos);
}

TEST(GateMarkdown, NothingBecomesMarkup) {
  const std::string text = gate_markdown(hostile());
  EXPECT_EQ(text.find("<img"), std::string::npos);
  EXPECT_EQ(text.find("@org"), std::string::npos);
  EXPECT_EQ(text.find("](http"), std::string::npos);
  EXPECT_FALSE(has_control(text));
  std::size_t opened = 0;
  std::size_t closed = 0;
  for (std::size_t at = 0; (at = text.find("<details>", at)) != std::string::npos; ++at) ++opened;
  for (std::size_t at = 0; (at = text.find("</details>", at)) != std::string::npos; ++at) ++closed;
  EXPECT_EQ(opened, 1U);
  EXPECT_EQ(closed, 1U);
}

TEST(GateMarkdown, NeverLongerThanGitHubTakes) {
  EXPECT_LE(gate_markdown(hostile(2'000)).size(), gate_markdown_bytes_max);
  gate::GateResult many = lossy();
  for (int i = 0; i < 2'000; ++i) {
    many.rules.push_back(many.rules.front());
    many.rules.back().name = "Rule " + std::to_string(i) + std::string(200, '*');
  }
  conclude(many);
  const std::string text = gate_markdown(many);
  EXPECT_LE(text.size(), gate_markdown_bytes_max);
  EXPECT_NE(text.find("did not fit"), std::string::npos);
}

TEST(GateAnnotations, AreCommandsAtTheirLines) {
  const std::vector<std::string> lines = lines_of(gate_annotations(lossy()));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0],
            "::error file=rules/a.toml,line=14,col=3,endColumn=20,title=eqlab gate%3A "
            "recall-drop::recall "
            "60.0 %25 → 20.0 %25 (−40.0 [−50.0, −30.0], p < 0.0001, paired, 100 incidents); policy "
            "allows −1.0");
  EXPECT_EQ(lines[3].substr(0, 38), "::notice title=eqlab gate%3A fail::rec");
}

TEST(GateAnnotations, NoTextIsAnotherCommand) {
  for (const std::string& line : lines_of(gate_annotations(hostile()))) {
    EXPECT_TRUE(line.starts_with("::error file=") || line.starts_with("::notice title=")) << line;
    const std::string properties = line.substr(2, line.find("::", 2) - 2);
    EXPECT_EQ(properties.find('\n'), std::string::npos);
    EXPECT_EQ(properties.find("x::"), std::string::npos);
  }
  gate::GateResult many = lossy();
  for (int i = 0; i < 30; ++i) many.rules.push_back(many.rules.front());
  std::size_t errors = 0;
  for (const std::string& line : lines_of(gate_annotations(many)))
    errors += line.starts_with("::error") ? 1U : 0U;
  EXPECT_EQ(errors, 10U);
}

TEST(GateAnnotations, PrintedTextIsInert) {
  EXPECT_EQ(inert_in_workflows("a ::error::b\n  ::error::c\n\u00a0::error::d\nx ##[group]y\n"),
            "a ::error::b\n  : :error::c\n\u00a0: :error::d\nx # #[group]y\n");
}

}  // namespace
}  // namespace eqlab::report
