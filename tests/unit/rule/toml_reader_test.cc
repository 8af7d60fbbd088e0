#include <gtest/gtest.h>

#include <fstream>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/rule/rule.h"

namespace eqlab::rule {
namespace {

const std::string minimal =
    "[rule]\nname = \"n\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 21\nquery = 'any where "
    "true'\n";

/// `minimal` with one more line at its end.
std::string with(const std::string& line) { return minimal + line + "\n"; }
/// `minimal` without the line of `key`.
std::string without(const std::string& key) {
  std::string text = minimal;
  const std::size_t at = text.find(key + " =");
  return text.erase(at, text.find('\n', at) + 1 - at);
}
/// `CODE line:column message`, and the hint after a slash.
std::string problem(const std::string& text) {
  const auto rule = parse_rule_toml(text, "r.toml");
  if (rule) return "none";
  const Diagnostic& error = rule.error();
  const Place place = error.place.value_or(Place{});
  return format("{} {}:{} {}{}{}", error.code, place.line, place.column, error.message,
                error.hint.empty() ? "" : " / ", error.hint);
}

TEST(RuleToml, DefaultsAreThoseOfKibana) {
  const auto rule = parse_rule_toml(minimal, "r.toml");
  ASSERT_TRUE(rule) << render(rule.error());
  EXPECT_EQ(rule->schedule, (Schedule{.interval = std::chrono::minutes{5},
                                      .look_back = std::chrono::minutes{6},
                                      .to = Duration::zero(),
                                      .max_signals = 100}));
  EXPECT_EQ(rule->timestamp_field, "@timestamp");
  EXPECT_EQ(rule->event_category_field, "event.category");
  EXPECT_EQ(rule->tiebreaker_field, "");
  EXPECT_EQ(rule->query.text, "any where true");
}

TEST(RuleToml, TakesScheduleFieldsAndMetadata) {
  const auto rule = parse_rule_toml(
      with("interval = \"1h\"\nfrom = \"now-130m\"\nto = \"now-1m\"\nmax_signals = "
           "7\ntimestamp_field = \"t\"\n"
           "tiebreaker_field = \"event.sequence\"\nevent_category_override = \"event.type\"\n"
           "exceptions_list = [{id = \"x\"}]\nfilters = []\n[metadata]\ncreation_date = "
           "\"2021/02/23\"\nintegration = [\"endpoint\", \"windows\"]"),
      "r.toml");
  ASSERT_TRUE(rule) << render(rule.error());
  EXPECT_EQ(rule->schedule, (Schedule{.interval = std::chrono::hours{1},
                                      .look_back = std::chrono::minutes{130},
                                      .to = std::chrono::minutes{1},
                                      .max_signals = 7}));
  EXPECT_EQ(rule->timestamp_field, "t");
  EXPECT_EQ(rule->tiebreaker_field, "event.sequence");
  EXPECT_EQ(rule->event_category_field, "event.type");
  EXPECT_EQ(rule->metadata.at("integration"), "endpoint, windows");
  EXPECT_EQ(rule->not_applied, std::vector<std::string>{"exceptions_list"});
}

TEST(RuleToml, NamesTheMissingKey) {
  for (const std::string key : {"name", "type", "query", "severity", "risk_score"}) {
    EXPECT_TRUE(problem(without(key)).starts_with("E302 1:2 rule has no " + key))
        << problem(without(key));
  }
  EXPECT_EQ(problem("[metadata]\nmaturity = \"beta\"\n"),
            "E302 0:0 there is no [rule] table / a rule file begins its rule with a line [rule]");
}

TEST(RuleToml, RefusesWrongTypesAndValuesAtTheKey) {
  EXPECT_EQ(problem(with("interval = \"5 minutes\"")),
            "E303 7:1 interval must be a whole number of at least 1 and one of s m h d, such as "
            "5m, up to 3650d");
  EXPECT_EQ(problem(with("interval = 5")),
            "E303 7:1 interval must be a whole number of at least 1 and one of s m h d, such as "
            "5m, up to 3650d");
  EXPECT_TRUE(problem(with("interval = \"0m\"")).starts_with("E303 7:1"));
  EXPECT_EQ(problem(with("interval = \"3650d\"")), "none");
  EXPECT_TRUE(problem(with("interval = \"3651d\"")).starts_with("E303 7:1"));
  EXPECT_TRUE(problem(with("from = \"now-87601h\"")).starts_with("E303 7:1"));
  EXPECT_EQ(problem(with("from = \"9m\"")),
            "E303 7:1 from must be now or now-NUMBER and one of s m h d w, such as now-9m, up to "
            "now-3650d");
  EXPECT_TRUE(problem(with("from = \"now-9y\"")).starts_with("E303"));
  EXPECT_TRUE(problem(with("to = \"now+1m\"")).starts_with("E303"));
  EXPECT_EQ(problem(with("max_signals = 0")),
            "E303 7:1 max_signals must be a whole number of at least 1");
  EXPECT_EQ(problem(with("tags = [\"a\", 1]")), "E303 7:1 tags must be a list of strings");
  EXPECT_EQ(problem(with("language = \"kuery\"")), "E303 7:1 language must be \"eql\"");
  EXPECT_EQ(problem(with("[metadata]\nupdated_date = \"2024-03-11\"")),
            "E303 8:1 updated_date must be a date written as YYYY/MM/DD");
  EXPECT_TRUE(problem(without("risk_score") + "risk_score = 101\n")
                  .starts_with("E303 6:1 risk_score must be a whole number from 0 to 100"));
  EXPECT_TRUE(problem(without("severity") + "severity = \"urgent\"\n")
                  .starts_with("E303 6:1 severity must be low, medium, high or critical"));
  EXPECT_TRUE(problem(without("query") + "query = ' '\n").starts_with("E303 6:1 query must be"));
}

TEST(RuleToml, AcceptsEveryUnitOfDateMath) {
  for (const auto& [text, seconds] : {std::pair("now", 0L),
                                      {"now-30s", 30L},
                                      {"now-9m", 540L},
                                      {"now-2h", 7200L},
                                      {"now-1d", 86400L},
                                      {"now-1w", 604800L}}) {
    const auto rule = parse_rule_toml(with(format("from = \"{}\"", text)), "r.toml");
    ASSERT_TRUE(rule) << text;
    EXPECT_EQ(rule->schedule.look_back, std::chrono::seconds{seconds}) << text;
  }
}

TEST(RuleToml, TakesAlertSuppression) {
  const auto rule = parse_rule_toml(
      with("[rule.alert_suppression]\ngroup_by = [\"host.id\"]\nduration = {value = 5, unit = "
           "\"h\"}\nmissing_fields_strategy = \"doNotSuppress\""),
      "r.toml");
  ASSERT_TRUE(rule) << render(rule.error());
  EXPECT_EQ(rule->suppression.value().group_by, std::vector<std::string>{"host.id"});
  EXPECT_EQ(rule->suppression->duration, std::chrono::hours{5});
  EXPECT_EQ(rule->suppression->missing_fields_strategy, "doNotSuppress");
  const auto duration = [](const std::string& text) {
    return problem(with("[rule.alert_suppression]\ngroup_by = [\"host.id\"]\nduration = " + text));
  };
  for (const std::string wrong : {"{value = 0, unit = \"h\"}", "{value = 1, unit = \"d\"}",
                                  "{value = 1}", "5", "{value = 4000000000, unit = \"h\"}"}) {
    EXPECT_TRUE(duration(wrong).starts_with(
        "E303 9:1 duration must be a table of value (at least 1) and unit (s, m or h)"))
        << duration(wrong);
  }
}

TEST(RuleToml, SuggestsTheKeyThatWasMeant) {
  EXPECT_EQ(problem(with("max_signal = 5")),
            "E304 7:1 unknown key max_signal in rule / did you mean max_signals?");
  EXPECT_EQ(problem("interval = \"5m\"\n" + minimal),
            "E304 1:1 unknown key interval in the file / interval belongs under [rule]");
  EXPECT_EQ(problem(with("[[rule.threat]]\nframework = \"MITRE ATT&CK\"\ntactic.id = "
                         "\"TA1\"\ntactic.name = \"x\"\ntactic.reference = \"y\"\ntactics = 1")),
            "E304 12:1 unknown key tactics in threat / did you mean tactic?");
  EXPECT_EQ(problem(without("type") + "typ = \"eql\"\n"),
            "E304 6:1 unknown key typ in rule / did you mean type?");
}

TEST(RuleToml, ReportsTheFirstMistakeInTheFile) {
  EXPECT_TRUE(problem(with("zzz = 1\naaa = 2")).starts_with("E304 7:1 unknown key zzz"));
}

TEST(RuleToml, RulesOfOtherTypesAreNamedBeforeTheirKeysAreJudged) {
  EXPECT_EQ(problem("[rule]\nname = \"n\"\nthreshold = {value = 5}\ntype = \"threshold\"\n"),
            "E305 4:1 this is a rule of type threshold, not eql");
  EXPECT_TRUE(problem(without("type") + "type = \"eqll\"\n")
                  .starts_with("E303 6:1 type must be eql or another"));
}

TEST(RuleToml, WhatIsNotTomlIsPointedAt) {
  EXPECT_TRUE(problem(with("note = \"open")).starts_with("E301 7:"))
      << problem(with("note = \"open"));
  EXPECT_EQ(problem(with("note = \"caf\xE9\"")),
            "E301 7:12 byte 0xe9 is not UTF-8 / save the file as UTF-8");
  EXPECT_TRUE(problem(std::string(limits::rule_file_bytes_max + 1, '\n'))
                  .starts_with("E301 0:0 rule file is longer than 16,777,216 bytes"));
}

/// The place, in the file, of the error that EQL reports for the query.
std::string error_place(const std::string& file_text) {
  const auto rule = parse_rule_toml(file_text, "r.toml");
  if (!rule) return render(rule.error());
  const std::size_t bad = rule->query.text.find("$");
  const Diagnostic located = locate(error_at({bad, bad + 1}, "E101", "x"), rule->query);
  return format("{}:{} {}", located.place->line, located.place->column, located.place->source_line);
}

TEST(RuleToml, QueryErrorsPointIntoTheFileForAllFourKindsOfString) {
  const std::string head = without("query");
  EXPECT_EQ(error_place(head + "query = 'any where $'\n"), "6:20 query = 'any where $'");
  EXPECT_EQ(error_place(head + "query = \"any where \\\"é\\\" $\"\n"),
            "6:26 query = \"any where \\\"é\\\" $\"");
  EXPECT_EQ(error_place(head + "query = '''\nany where\n  $ == 1\n'''\n"), "8:3   $ == 1");
  EXPECT_EQ(error_place(head + "query = \"\"\"\nany \\\n   where \\u0041 $\n\"\"\"\n"),
            "8:17    where \\u0041 $");
}

TEST(RuleToml, WindowsLineEndsAndByteOrderMarkShiftNothing) {
  std::string text =
      "\xEF\xBB\xBF" + without("query") + "query = '''\nany where\n  $ == 1\n'''\nfrm = 1\n";
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2))
    text.insert(at, "\r");
  EXPECT_EQ(problem(text), "E304 10:1 unknown key frm in rule / did you mean from?");
  text.erase(text.find("frm"));
  EXPECT_EQ(error_place(text), "8:3   $ == 1");
  EXPECT_EQ(parse_rule_toml(text, "r.toml")->query.text, "any where\n  $ == 1\n");
}

TEST(RuleFile, FirstRuleIsReadWhole) {
  const auto rule = load_rule(std::string(EQLAB_SOURCE_DIR) +
                              "/rules/macos_installer_package_spawns_network_event.toml");
  ASSERT_TRUE(rule) << render(rule.error());
  EXPECT_EQ(rule->name, "MacOS Installer Package Spawns Network Event");
  EXPECT_EQ(rule->version, 105U);
  EXPECT_EQ(rule->schedule.look_back, std::chrono::minutes{9});
  ASSERT_EQ(rule->threat.size(), 2U);
  EXPECT_EQ(rule->threat[1].techniques.at(0).subtechniques.at(0).id, "T1071.001");
  EXPECT_EQ(rule->query.origin.size(), rule->query.text.size() + 1);
}

TEST(RuleFile, BareQueriesAreKnownByExtensionOrContent) {
  const std::string folder = testing::TempDir();
  std::ofstream(folder + "/a.eql") << "\xEF\xBB\xBF"
                                      "any where true";
  std::ofstream(folder + "/b.rule") << minimal;
  const auto bare = load_rule(folder + "/a.eql");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->query.text, "any where true");
  EXPECT_EQ(bare->name, "a.eql");
  EXPECT_EQ(locate(error_at({4, 9}, "E101", "x"), bare->query).place->column, 6U)
      << "the mark counts as a character of the line";
  const auto toml = load_rule(folder + "/b.rule");
  ASSERT_TRUE(toml);
  EXPECT_EQ(toml->name, "n");
}

TEST(RuleFile, SaysWhenItCannotBeOpened) {
  EXPECT_EQ(load_rule("/nowhere/x.toml").error().code, "E901");
  EXPECT_EQ(load_rule(testing::TempDir()).error().code, "E901");
  const std::string exported = testing::TempDir() + "/export.ndjson";
  std::ofstream(exported) << "{\"type\":\"eql\",\"query\":\"any where true\"}\n";
  EXPECT_EQ(load_rule(exported).error().code, "E302") << "a Kibana export is not taken for a query";
}

}  // namespace
}  // namespace eqlab::rule
