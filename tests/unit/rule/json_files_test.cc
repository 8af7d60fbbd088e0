// Kibana's files as a whole: which lines are what, how rules find their lists, what an export says
// of itself.
#include <gtest/gtest.h>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "tests/unit/rule/rules_in_json.h"

namespace eqlab::rule {
namespace {

const std::string query = "process where true";

/// The text that a message points at, up to twelve characters.
std::string pointed_at(const Diagnostic& d) {
  if (d.place->column == 0) return {};
  const std::string text = d.place->source_line.substr(d.place->column - 1);
  return printable(text.substr(0, std::min(d.place->end_column - d.place->column, 12U)));
}
/// `name@line` of the rules; then skipped ones; then `CODE line [text] message` each.
std::string outcome(const RuleSet& set) {
  std::vector<std::string> parts;
  for (const Rule& rule : set.rules)
    parts.push_back(format("{}@{}", rule.name, rule.query.first_line));
  for (const Skipped& skipped : set.skipped)
    parts.push_back(format("skipped {} {}@{}", skipped.type, skipped.name, skipped.line));
  for (const Diagnostic& d : set.diagnostics)
    parts.push_back(format("{} {} [{}] {}", d.code, d.place->line, pointed_at(d), d.message));
  return join(parts, "\n");
}
std::string of_lines(const std::vector<Json>& lines) {
  return outcome(parse_rules(as_lines(lines), "e.ndjson"));
}
const Json brew = item("i1", Json::array({entry("process.name", "match", "brew")}));

Json summary(int rules, int lists, int items, int connectors) {
  return {{"exported_count", rules + lists + items + connectors},
          {"exported_rules_count", rules},
          {"exported_exception_list_count", lists},
          {"exported_exception_list_item_count", items},
          {"exported_action_connector_count", connectors},
          {"missing_rules", Json::array()},
          {"missing_exception_lists", Json::array()}};
}

Suppression suppression_in(const Json& given) {
  const RuleSet set =
      parse_rules(as_lines({json_rule(query, {{"alert_suppression", given}})}), "e.ndjson");
  EXPECT_EQ(outcome(set), "rule one@1");
  return set.rules.at(0).suppression.value_or(Suppression{});
}

TEST(JsonRule, AlertSuppressionIsRead) {
  const Suppression full = suppression_in({{"group_by", {"host.id", "user.id"}},
                                           {"duration", {{"value", 5}, {"unit", "h"}}},
                                           {"missing_fields_strategy", "doNotSuppress"}});
  EXPECT_EQ(full.group_by, (std::vector<std::string>{"host.id", "user.id"}));
  EXPECT_EQ(full.duration, std::chrono::hours{5});
  EXPECT_EQ(full.missing_fields_strategy, "doNotSuppress");
  EXPECT_EQ(suppression_in({{"group_by", {"host.id"}}}).duration, std::nullopt);
}

TEST(JsonRule, OnlyRepositoriesWantTheStrategyOfSuppressionSaid) {
  const RuleSet set = parse_rules(
      as_lines({json_rule(query, {{"alert_suppression", {{"group_by", {"host.id"}}}}})}),
      "e.ndjson");
  const Rule& rule = set.rules.at(0);
  const auto checked = compile(rule, event::Schema::builtin());
  ASSERT_TRUE(checked);
  for (const Diagnostic& found : lint(rule, *checked)) EXPECT_NE(found.code, "L312");
}

TEST(JsonRule, AlertSuppressionOutOfShapeIsRefused) {
  const auto refused = [](const Json& given) {
    return outcome(
        parse_rules(as_lines({json_rule(query, {{"alert_suppression", given}})}), "e.ndjson"));
  };
  EXPECT_EQ(refused("host.id"), "E303 1 [\"host.id\"] alert_suppression must be an object");
  for (const Json& fields : {Json::array(), Json({"a", "b", "c", "d"}), Json({1}), Json("host.id")})
    EXPECT_TRUE(refused({{"group_by", fields}})
                    .ends_with("group_by must be a list of one to three field names"))
        << fields;
  EXPECT_TRUE(refused({{"duration", nullptr}}).ends_with("one to three field names"));
  EXPECT_TRUE(refused({{"group_by", {"a"}}, {"missing_fields_strategy", "never"}})
                  .ends_with("missing_fields_strategy must be suppress or doNotSuppress"));
  for (const Json& duration :
       {Json({{"value", 0}, {"unit", "s"}}), Json({{"value", 1}, {"unit", "d"}}),
        Json({{"value", "1"}, {"unit", "s"}}), Json({{"value", 1.5}, {"unit", "s"}}),
        Json({{"unit", "s"}}), Json("5m"), Json({{"value", 99999999999}, {"unit", "h"}})}) {
    EXPECT_TRUE(refused({{"group_by", {"a"}}, {"duration", duration}})
                    .ends_with("duration must be an object of value (at least 1) and unit (s, m or "
                               "h)"))
        << duration;
  }
}

TEST(Export, PutsListsTogetherWithTheRulesBeforeThem) {
  const std::string text = as_lines(
      {json_rule(query, {{"exceptions_list",
                          Json::array({reference_to("L1"), reference_to("E", "endpoint")})}}),
       json_rule(query,
                 {{"rule_id", "r-2"}, {"name", "rule two"}, {"exceptions_list", Json::array()}}),
       container("L1"),
       brew,
       container("E", "endpoint"),
       item("e1", Json::array({entry("process.name", "match", "x")}), {{"list_id", "E"}}),
       {{"id", "a"}, {"type", "action"}, {"attributes", Json::object()}},
       summary(2, 2, 2, 1)});
  const RuleSet set = parse_rules(text, "e.ndjson");
  EXPECT_EQ(outcome(set), "rule one@1\nrule two@2");
  ASSERT_EQ(set.rules.size(), 2U);
  EXPECT_EQ(set.files, std::vector<std::string>{"e.ndjson"});
  ASSERT_EQ(set.rules[0].exceptions.size(), 1U) << "rules never see the endpoint's list";
  EXPECT_EQ(set.rules[0].exceptions[0]->items.at(0).item_id, "i1");
  EXPECT_EQ(set.rules[0].exception_references.size(), 2U);
  EXPECT_TRUE(set.rules[0].not_applied.empty());
  EXPECT_TRUE(set.rules[1].exceptions.empty());
}

/// What lint says of the first rule's lists.
std::string lint_of_lists(const std::vector<Json>& lines) {
  const RuleSet set = parse_rules(as_lines(lines), "e.ndjson");
  const auto compiled = compile(set.rules.at(0), event::Schema::builtin());
  std::string out;
  for (const Diagnostic& d : lint(set.rules[0], *compiled)) {
    if (d.code == "L314")
      out +=
          format("{} {} [{}] {}\n", to_string(d.severity), d.place->line, pointed_at(d), d.message);
  }
  return out;
}
const std::string lost =
    "error 1 [{\"id\":\"c-L1\"] the exception list L1 is not in the file: the rule is tested as "
    "though "
    "it were empty\n";

TEST(Export, ListsThatItLostAreSaidByLint) {
  const Json rule = json_rule(query, {{"exceptions_list", Json::array({reference_to("L1")})}});
  EXPECT_EQ(of_lines({rule}), "rule one@1");
  EXPECT_EQ(lint_of_lists({rule}), lost);
  EXPECT_EQ(lint_of_lists({rule, container("L1")}), "");
  Json shared = container("L1");
  shared["namespace_type"] = "agnostic";
  EXPECT_EQ(lint_of_lists({rule, shared}), lost) << "namespaces are apart";
}

TEST(Export, OtherTypesAreSkippedByName) {
  EXPECT_EQ(of_lines({{{"rule_id", "t"}, {"name", "logons"}, {"type", "threshold"}},
                      {{"rule_id", "q"}, {"type", "query"}},
                      json_rule(query)}),
            "rule one@3\nskipped threshold logons@1\nskipped query q@2");
  EXPECT_EQ(of_lines({{{"rule_id", "t"}, {"type", "sigma"}}, {{"rule_id", "t"}}}),
            "E303 1 [\"sigma\"] type must be eql or another rule type of Kibana\nE302 2 [{] rule "
            "has no type");
}

TEST(Export, BrokenLinesAreNamedAndTheRestIsUsed) {
  const std::string text =
      as_lines({json_rule(query)}) + "\n{\"rule_id\": \"x\", \n[1]\n{\"a\": 1}\n\"\xFF\"\n" +
      as_lines({json_rule(query, {{"query", ""}}), json_rule(query, {{"language", "kuery"}}),
                json_rule(query, {{"risk_score", 101}}), json_rule(query, {{"from", "now-9y"}}),
                json_rule(query, {{"tags", "a"}}), json_rule(query, {{"threat", 1}}),
                json_rule(query, {{"filters", 1}}), json_rule(query)});
  EXPECT_EQ(outcome(parse_rules(text, "e.ndjson")),
            "rule one@1\nrule one@14\n"
            "E311 3 [{] not JSON: document ends before its last bracket closes\n"
            "E311 4 [[] this line is no rule, exception, connector or summary of an export\n"
            "E311 5 [{] this line is no rule, exception, connector or summary of an export\n"
            "E311 6 [\\xff] byte 0xff is not UTF-8\n"
            "E303 7 [\"\"] query must be text that is not empty\n"
            "E303 8 [\"kuery\"] language must be \"eql\"\n"
            "E303 9 [101] risk_score must be a whole number from 0 to 100\n"
            "E303 10 [\"now-9y\"] from must be now or now-NUMBER and one of s m h d w, such as "
            "now-9m, up to now-3650d\n"
            "E303 11 [\"a\"] tags must be a list of texts\n"
            "E303 12 [1] threat must be a list\n"
            "E307 13 [1] filters must be a list");
}

TEST(Export, UnknownKeysAndNullsArePassedOver) {
  const RuleSet set = parse_rules(as_lines({json_rule(query, {{"made_up", 1},
                                                              {"timestamp_override", nullptr},
                                                              {"filters", nullptr},
                                                              {"exceptions_list", nullptr},
                                                              {"tags", nullptr},
                                                              {"note", 5}})}),
                                  "e.ndjson");
  EXPECT_EQ(outcome(set), "rule one@1");
  EXPECT_FALSE(set.rules[0].key_positions.contains("timestamp_override"));
}

TEST(Export, SaysWhatItLacks) {
  EXPECT_EQ(of_lines({json_rule(query), brew}),
            "rule one@1\nL314 2 [\"L1\"] this exception item belongs to no list of the file");
  EXPECT_EQ(of_lines({json_rule(query), container("L1"), brew, summary(2, 1, 1, 0)}),
            "rule one@1\nL314 4 [4] the export says 4 objects, but holds 3\n"
            "L314 4 [2] the export says 2 rules, but holds 1");
  EXPECT_EQ(of_lines({json_rule(query), summary(1, 1, 2, 3)}),
            "rule one@1\nL314 2 [7] the export says 7 objects, but holds 1\n"
            "L314 2 [1] the export says 1 exception lists, but holds 0\n"
            "L314 2 [2] the export says 2 exception items, but holds 0\n"
            "L314 2 [3] the export says 3 connectors, but holds 0");
  Json missing = summary(1, 0, 0, 0);
  missing["missing_rules"] = Json::array({{{"rule_id", "gone"}}});
  EXPECT_EQ(
      of_lines({json_rule(query), missing}),
      "rule one@1\nL314 2 [[{\"rule_id\":] the export says that 1 of its rules could not be found");
  EXPECT_EQ(of_lines({json_rule(query), container("L1"), brew}), "rule one@1")
      << "no summary: fine";
}

TEST(Export, ARuleWhoseListCannotBeReadIsNotUsed) {
  const Json rule = json_rule(query, {{"exceptions_list", Json::array({reference_to("L1")})}});
  EXPECT_EQ(of_lines({rule, json_rule(query, {{"name", "other"}}), container("L1"), brew,
                      item("bad", Json::array({entry("process.name", "regex", "x")}))}),
            "other@2\n"
            "E308 5 [\"regex\"] unknown type of entry regex\n"
            "E308 1 [{\"id\":\"c-L1\"] rule rule one cannot be used: the exception list L1 has an "
            "item that "
            "cannot be read");
}

TEST(Export, QueryErrorsPointIntoItsLine) {
  // The second line; the query's text has an escaped quote and a line end before the fault.
  const std::string text =
      as_lines({json_rule(query), json_rule("process where name == \"a\"\n  and $")});
  const RuleSet set = parse_rules(text, "e.ndjson");
  ASSERT_EQ(set.rules.size(), 2U);
  const auto compiled = compile(set.rules[1], event::Schema::builtin());
  ASSERT_FALSE(compiled);
  const Place& place = *compiled.error().place;
  EXPECT_EQ(place.line, 2U);
  EXPECT_EQ(place.source_line.substr(place.column - 1, 1), "$");
  for (const Diagnostic& finding :
       lint(set.rules[0], *compile(set.rules[0], event::Schema::builtin()))) {
    EXPECT_EQ(finding.place->line, 1U) << render(finding);
    EXPECT_EQ(finding.place->file, "e.ndjson");
  }
  const auto sound = compile(set.rules[0], event::Schema::builtin());
  for (Rule rule : set.rules) {
    rule.schedule.look_back = std::chrono::minutes{4};
    std::size_t at_from = 0;
    for (const Diagnostic& finding : lint(rule, *sound)) {
      EXPECT_EQ(finding.place->line, rule.query.first_line);
      if (finding.code != "L303") continue;
      ++at_from;
      EXPECT_EQ(finding.place->source_line.substr(finding.place->column - 1, 6), "\"from\"");
      EXPECT_EQ(finding.place->end_column, finding.place->column + 6) << "the key alone";
    }
    EXPECT_EQ(at_from, 1U);
  }
}

TEST(Export, TakesScheduleFieldsAndThreats) {
  const Json reference = {
      {"id", "TA0001"}, {"name", "n"}, {"reference", "https://attack.mitre.org/x/"}};
  Json technique = {{"id", "T1"}, {"name", "t"}, {"reference", "u"}};
  technique["subtechnique"] = Json::array({{{"id", "T1.001"}, {"name", "s"}, {"reference", "v"}}});
  const RuleSet set = parse_rules(
      as_lines({json_rule(query,
                          {{"interval", "1h"},
                           {"from", "now-2h"},
                           {"to", "now-1m"},
                           {"max_signals", 7},
                           {"timestamp_override", "event.ingested"},
                           {"timestamp_override_fallback_disabled", true},
                           {"timestamp_field", "t"},
                           {"tiebreaker_field", "event.sequence"},
                           {"event_category_override", "event.type"},
                           {"version", 3},
                           {"threat", Json::array({{{"framework", "f"},
                                                    {"tactic", reference},
                                                    {"technique", Json::array({technique})}}})}})}),
      "e.ndjson");
  ASSERT_EQ(set.rules.size(), 1U) << outcome(set);
  const Rule& rule = set.rules[0];
  EXPECT_EQ(rule.schedule, (Schedule{.interval = std::chrono::hours{1},
                                     .look_back = std::chrono::hours{2},
                                     .to = std::chrono::minutes{1},
                                     .max_signals = 7}));
  EXPECT_EQ(rule.format, RuleFormat::json);
  EXPECT_EQ(rule.timestamp_override, "event.ingested");
  EXPECT_EQ(rule.texts.at("timestamp_override_fallback_disabled"), "true");
  EXPECT_EQ(rule.timestamp_field, "t");
  EXPECT_EQ(rule.tiebreaker_field, "event.sequence");
  EXPECT_EQ(rule.event_category_field, "event.type");
  EXPECT_EQ(rule.version, 3U);
  EXPECT_EQ(rule.threat.at(0).techniques.at(0).subtechniques.at(0).id, "T1.001");
  const std::size_t at = rule.key_positions.at("threat.0.technique.0.subtechnique.0.reference");
  EXPECT_EQ(rule.query.file_text.substr(at, 15), "\"reference\":\"v\"");
}

TEST(Export, FallbackIsAFlag) {
  EXPECT_EQ(of_lines({json_rule(query, {{"timestamp_override_fallback_disabled", nullptr}})}),
            "rule one@1");
  EXPECT_EQ(of_lines({json_rule(query, {{"timestamp_override_fallback_disabled", "yes"}})}),
            "E303 1 [\"yes\"] timestamp_override_fallback_disabled must be true or false");
}

TEST(ApiAnswer, ArraysFindAnswersAndSingleRulesAreRead) {
  const Json rule = json_rule(query, {{"exceptions_list", Json::array({reference_to("L1")})}});
  const Json other = {{"rule_id", "t"}, {"name", "logons"}, {"type", "threshold"}};
  const auto read = [](const std::string& text) { return outcome(parse_rules(text, "a.json")); };
  EXPECT_EQ(read(rule.dump()), "rule one@1");
  EXPECT_EQ(read(rule.dump(2)), "rule one@1");
  EXPECT_EQ(read(Json::array({rule, other}).dump(2)), "rule one@2\nskipped threshold logons@24");
  EXPECT_EQ(read(Json({{"page", 1}, {"total", 2}, {"data", Json::array({other, rule})}}).dump(1)),
            "rule one@10\nskipped threshold logons@5");
  EXPECT_EQ(read(as_lines({rule, other})).substr(0, 10), "rule one@1") << "lines under any name";
  const RuleSet set = parse_rules(Json::array({rule}).dump(2), "a.json");
  EXPECT_EQ(set.rules.at(0).not_applied, std::vector<std::string>{"exceptions_list"})
      << "its list stands in no file";
}

TEST(ApiAnswer, WhatIsNoRuleIsAnError) {
  const auto read = [](const std::string& text) { return outcome(parse_rules(text, "a.json")); };
  EXPECT_EQ(read("{\"name\": \"package\"}"), "E301 1 [{] this is JSON, but no rule");
  EXPECT_EQ(read("[]"), "E301 1 [[] there is no rule in this file");
  EXPECT_EQ(read("[1, {\n}]"),
            "E301 1 [1] this is JSON, but no rule\nE301 1 [{] this is JSON, but no rule");
  EXPECT_EQ(read("{\n  \"rule_id\": }"), "E311 2 [}] not JSON: not a JSON value: }");
  EXPECT_EQ(outcome(parse_rules("", "a.ndjson")), "E311 1 [] not JSON: the document is empty");
}

TEST(ApiAnswer, QueryErrorsPointAtTheLineOfTheFile) {
  const std::string text = Json::array({json_rule(query), json_rule("process where $")}).dump(2);
  const RuleSet set = parse_rules(text, "a.json");
  ASSERT_EQ(set.rules.size(), 2U);
  const auto compiled = compile(set.rules[1], event::Schema::builtin());
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().place->line, 21U);
  EXPECT_EQ(compiled.error().place->column, 29U);
  EXPECT_EQ(compiled.error().place->source_line, "    \"query\": \"process where $\",");
}

TEST(RuleFileLimits, ObjectsOfOneFileAreBounded) {
  std::string text;
  for (std::size_t i = 0; i < limits::rules_per_file_max; ++i)
    text += "{\"rule_id\":\"a\",\"type\":\"esql\"}\n";
  RuleSet set = parse_rules(text, "e.ndjson");
  EXPECT_EQ(set.skipped.size(), limits::rules_per_file_max);
  EXPECT_TRUE(set.diagnostics.empty());
  set = parse_rules(text + "{\"rule_id\":\"a\",\"type\":\"esql\"}\n", "e.ndjson");
  EXPECT_EQ(set.skipped.size(), limits::rules_per_file_max);
  EXPECT_EQ(set.diagnostics.at(0).code, "E310");
}

TEST(RuleFileLimits, RulesOnOneLongLineKeepTheirOwnTextAlone) {
  // Else n rules on one line would keep n times all of it.
  Json rules = Json::array();
  const std::string bad = "process where $";
  const Json rule = json_rule(bad, {{"note", std::string(4'000, 'x')}});
  for (int i = 0; i < 20; ++i) rules.push_back(rule);
  const std::string text = rules.dump();
  const RuleSet set = parse_rules(text, "a.json");
  ASSERT_EQ(set.rules.size(), 20U);
  ASSERT_GT(text.size(), limits::shown_lines_bytes_max);
  std::size_t at = 0;
  for (const Rule& one : set.rules) {
    EXPECT_LE(one.query.file_text.size(), limits::shown_lines_bytes_max);
    const auto compiled = compile(one, event::Schema::builtin());
    ASSERT_FALSE(compiled);
    at = text.find('$', at) + 1;
    EXPECT_EQ(compiled.error().place->line, 1U);
    EXPECT_EQ(compiled.error().place->column, at);
  }
}

TEST(RuleFileLimits, ClausesOfOneRulesExceptionsAreBounded) {
  const Json rule = json_rule(
      query, {{"exceptions_list", Json::array({reference_to("L1"), reference_to("L2")})}});
  std::vector<Json> lines = {rule, container("L1"), container("L2")};
  Json entries = Json::array();
  for (std::size_t i = 0; i < limits::filter_clauses_max / 2; ++i)
    entries.push_back(entry("process.name", "exists"));
  lines.push_back(item("a", entries));
  EXPECT_EQ(of_lines(lines), "rule one@1");
  lines.push_back(item("b", entries, {{"list_id", "L2"}}));
  EXPECT_EQ(of_lines(lines), "E310 1 [{] rule rule one has exceptions of more than 10,000 clauses");
}

}  // namespace
}  // namespace eqlab::rule
