#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "harness/base/message_codes.h"
#include "harness/report/check_result.h"
#include "harness/rule/lint_codes.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::json;

Diagnostic at(std::string code, Severity severity, std::string message, Place place) {
  Diagnostic diagnostic = error_at({}, code, std::move(message), "from = \"now-13m\"");
  diagnostic.severity = severity;
  diagnostic.place = std::move(place);
  return diagnostic;
}

CheckResult one(Diagnostic diagnostic, std::string file = "rules/a.toml") {
  CheckResult result;
  result.tool_version = "1.2.3";
  result.rules.push_back({.file = std::move(file),
                          .name = "A",
                          .summary = "event query",
                          .diagnostics = {std::move(diagnostic)},
                          .usable = true});
  return result;
}

Json sarif(const CheckResult& result) { return Json::parse(write_check_sarif(result)); }

const Place somewhere = {.file = "rules/a.toml",
                         .line = 6,
                         .column = 1,
                         .end_column = 16,
                         .source_line = "from = \"now-9m\""};

/// What SARIF's schema asks of the parts that are written here: required keys, no others, types.
void expect_sound(const Json& log) {
  EXPECT_EQ(log.at("version"), "2.1.0");
  EXPECT_TRUE(log.at("$schema").is_string());
  ASSERT_EQ(log.at("runs").size(), 1U);
  const Json& run = log["runs"][0];
  EXPECT_EQ(run.at("columnKind"), "utf16CodeUnits");
  const Json& driver = run.at("tool").at("driver");
  EXPECT_EQ(driver.at("name"), "eqlab");
  std::set<std::string> ids;
  for (const Json& rule : driver.at("rules")) {
    EXPECT_TRUE(ids.insert(rule.at("id").get<std::string>()).second) << "ids are distinct";
    for (const char* key : {"shortDescription", "fullDescription", "help"})
      EXPECT_FALSE(rule.at(key).at("text").get<std::string>().empty());
    const std::string level = rule.at("defaultConfiguration").at("level");
    EXPECT_TRUE(level == "error" || level == "warning" || level == "note") << level;
  }
  for (const Json& result : run.at("results")) {
    EXPECT_EQ(driver["rules"][result.at("ruleIndex").get<std::size_t>()]["id"],
              result.at("ruleId"));
    EXPECT_FALSE(result.at("message").at("text").get<std::string>().empty());
    const std::string level = result.at("level");
    EXPECT_TRUE(level == "error" || level == "warning" || level == "note") << level;
    ASSERT_EQ(result.at("locations").size(), 1U);
    const Json& place = result["locations"][0].at("physicalLocation");
    const std::string uri = place.at("artifactLocation").at("uri");
    EXPECT_EQ(uri.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                    "/-._~%:"),
              std::string::npos)
        << uri;
    if (place.contains("region")) {
      const Json& region = place["region"];
      EXPECT_GE(region.at("startLine").get<int>(), 1);
      EXPECT_GE(region.at("startColumn").get<int>(), 1);
      EXPECT_GT(region.at("endColumn").get<int>(), region.at("startColumn").get<int>());
    }
    EXPECT_EQ(result.at("partialFingerprints").size(), 1U);
  }
  ASSERT_EQ(run.at("invocations").size(), 1U);
  EXPECT_TRUE(run["invocations"][0].at("executionSuccessful").is_boolean());
  EXPECT_TRUE(run["invocations"][0].at("exitCode").is_number_integer());
}

TEST(CheckSarif, AFindingHasItsPlaceLevelAndAdvice) {
  const Json log =
      sarif(one(at("L316", Severity::warning, "one failed run loses 210 s", somewhere)));
  expect_sound(log);
  const Json& result = log["runs"][0]["results"][0];
  EXPECT_EQ(result["ruleId"], "L316");
  EXPECT_EQ(result["level"], "warning");
  EXPECT_EQ(result["message"]["text"], "one failed run loses 210 s\nfrom = \"now-13m\"");
  const Json& place = result["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "rules/a.toml");
  EXPECT_EQ(place["region"], Json::parse(R"({"startLine": 6, "startColumn": 1, "endColumn": 16,
                                             "snippet": {"text": "from = \"now-9m\""}})"));
  const Json& rule = log["runs"][0]["tool"]["driver"]["rules"][0];
  EXPECT_EQ(rule["shortDescription"]["text"], "what one failed run loses");
  EXPECT_EQ(rule["help"]["text"], std::string(rule::find_lint_code("L316")->help));
}

TEST(CheckSarif, ACleanRunHasNoResultsButSaysWhatWasRead) {
  CheckResult result = one(at("L316", Severity::warning, "x", somewhere));
  result.rules[0].diagnostics.clear();
  const Json log = sarif(result);
  expect_sound(log);
  EXPECT_EQ(log["runs"][0]["results"], Json::array());
  EXPECT_EQ(log["runs"][0]["artifacts"][0]["location"]["uri"], "rules/a.toml");
  EXPECT_EQ(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
  EXPECT_EQ(log["runs"][0]["invocations"][0]["exitCode"], 0);
}

TEST(CheckSarif, AFileThatCannotBeReadMakesTheRunIncomplete) {
  CheckResult result = one(error_in("absent.toml", "E901", "cannot be opened"), "absent.toml");
  result.rules[0].usable = false;
  result.exit_status = 3;
  const Json log = sarif(result);
  expect_sound(log);
  EXPECT_FALSE(log["runs"][0]["results"][0]["locations"][0]["physicalLocation"].contains("region"));
  EXPECT_EQ(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
  EXPECT_EQ(log["runs"][0]["tool"]["driver"]["rules"][0]["shortDescription"]["text"],
            "a file that cannot be opened or read");
}

TEST(CheckSarif, ColumnsCountUtf16Units) {
  // 😀 is one character and two units, é one of each; the mark is on the last two characters.
  const Json log = sarif(one(at("E106", Severity::error, "x",
                                {.file = "a.eql",
                                 .line = 1,
                                 .column = 3,
                                 .end_column = 5,
                                 .source_line = "\xF0\x9F\x98\x80\xC3\xA9\xF0\x9F\x98\x80z"})));
  const Json& region = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
  EXPECT_EQ(region["startColumn"], 4);
  EXPECT_EQ(region["endColumn"], 7);
}

TEST(CheckSarif, AnyPathBecomesAUri) {
  const auto uri = [](const std::string& path) {
    const Json log =
        sarif(one(at("E106", Severity::error, "x",
                     {.file = path, .line = 1, .column = 1, .end_column = 2, .source_line = "y"}),
                  path));
    expect_sound(log);
    return log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
              ["uri"]
                  .get<std::string>();
  };
  EXPECT_EQ(uri("./rules/a.toml"), "rules/a.toml");
  EXPECT_EQ(uri("/srv/a b.toml"), "file:///srv/a%20b.toml");
  EXPECT_EQ(uri("a:b#c?d%e.toml"), "a%3Ab%23c%3Fd%25e.toml");
  EXPECT_EQ(uri("r\xC3\xA9gle\xFF.toml"), "r%C3%A9gle%FF.toml");
  EXPECT_EQ(uri("../x.toml"), "../x.toml");
}

TEST(CheckSarif, HostileTextStaysText) {
  const std::string evil = "\x1b[2J\u202e</script>\"\\ \xFF\n";
  CheckResult result = one(at("E201", Severity::error, evil, somewhere));
  result.rules[0].name = evil;
  const std::string text = write_check_sarif(result);
  expect_sound(Json::parse(text));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\u202e"), std::string::npos);
}

TEST(CheckSarif, FingerprintsSurviveLinesThatMoveAndTellEqualFindingsApart) {
  const auto prints = [](const CheckResult& result) {
    std::vector<std::string> out;
    const Json log = sarif(result);
    for (const Json& finding : log["runs"][0]["results"])
      out.push_back(finding["partialFingerprints"]["eqlabFinding/v1"]);
    return out;
  };
  Place moved = somewhere;
  moved.line = 60;
  moved.source_line = "  " + moved.source_line;
  CheckResult result = one(at("L316", Severity::warning, "x", somewhere));
  EXPECT_EQ(prints(result), prints(one(at("L316", Severity::warning, "y", moved))));
  EXPECT_NE(prints(result), prints(one(at("L315", Severity::warning, "x", somewhere))));
  result.rules[0].diagnostics.push_back(at("L316", Severity::warning, "x", moved));
  const auto both = prints(result);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_NE(both[0], both[1]);
}

TEST(CheckSarif, EveryCodeHasAShortDescription) {
  for (const rule::LintCode& code : rule::lint_codes())
    EXPECT_NE(find_message_code(code.code), nullptr) << code.code;
}

TEST(CheckJson, KeepsItsKeysAndCounts) {
  CheckResult result = one(at("L316", Severity::warning, "x", somewhere));
  result.rules[0].diagnostics.push_back(at("L315", Severity::info, "y", somewhere));
  result.ignored = 2;
  const Json json = Json::parse(write_check_json(result));
  EXPECT_EQ(json["eqlab_result"], "check");
  EXPECT_EQ(json["errors"], 0);
  EXPECT_EQ(json["warnings"], 1);
  EXPECT_EQ(json["notes"], 1);
  EXPECT_EQ(json["ignored"], 2);
  EXPECT_EQ(json["rules"][0]["diagnostics"][0],
            Json::parse(R"({"code": "L316", "severity": "warning", "message": "x",
                            "hint": "from = \"now-13m\"", "line": 6, "column": 1,
                            "end_column": 16})"));
}

}  // namespace
}  // namespace eqlab::report
