#include "harness/rule/lint_filters.h"

#include <gtest/gtest.h>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "tests/unit/rule/rules_in_json.h"

namespace eqlab::rule {
namespace {

const std::string sequence =
    "sequence by process.entity_id with maxspan=30s [process where true] [network where true]";

/// `CODE severity message`, one a line.
std::string findings(Rule rule) {
  const auto compiled = compile(rule, event::Schema::builtin());
  if (!compiled) return render(compiled.error());
  std::string out;
  const LintOptions options{.schema = &event::Schema::builtin()};
  for (const Diagnostic& d : lint_filters({rule, *compiled, options}))
    out += format("{} {} {}\n", d.code, to_string(d.severity), d.message);
  return out;
}
Rule rule_with(const std::string& query, const Json& filters, const Json& items) {
  RuleSet set = exported(query, filters, items);
  EXPECT_EQ(set.rules.size(), 1U);
  set.rules.at(0).index = {"logs-endpoint.events.*"};
  return std::move(set.rules[0]);
}
std::string with_filter(const Json& filter) {
  return findings(rule_with(sequence, Json::array({filter}), Json::array()));
}
std::string with_item(const Json& entries, const Json& more = Json::object()) {
  return findings(rule_with(sequence, Json::array(), Json::array({item("x", entries, more)})));
}
Json on(const std::string& field, bool negate = false) {
  return {{"meta", {{"key", field}, {"negate", negate}}},
          {"query", {{"match_phrase", {{field, "v"}}}}}};
}

TEST(LintFilters, AFilterOnAFieldOfOneStageEmptiesTheOther) {
  EXPECT_EQ(with_filter(on("process.parent.executable", true)), "")
      << "negated, it keeps what lacks the field";
  EXPECT_EQ(with_filter(on("host.id")), "");
  EXPECT_EQ(
      with_filter(on("process.parent.executable")),
      "L311 error filter process.parent.executable leaves no event to stage 2 (network): it never "
      "has process.parent.executable\n");
}

TEST(LintFilters, OnlyDefendsOwnEventsAreKnownToLackAField) {
  Rule rule = rule_with(sequence, Json::array({on("process.parent.executable")}), Json::array());
  rule.index = {"logs-endpoint.events.*", "winlogbeat-*"};
  EXPECT_EQ(findings(rule), "");
  rule.index = {};
  EXPECT_EQ(findings(rule), "");
}

TEST(LintFilters, AFieldThatTheSchemaLacksIsNamed) {
  EXPECT_EQ(with_filter(on("no.such.field")),
            "L311 error filter no.such.field leaves no event to stage 1 (process): it never has "
            "no.such.field\n"
            "L311 error filter no.such.field leaves no event to stage 2 (network): it never has "
            "no.such.field\n");
  EXPECT_EQ(with_filter(on("no.such.field", true)),
            "L311 warning filter no.such.field asks for no.such.field, which the schema does not "
            "have: no "
            "event has it\n");
  EXPECT_EQ(
      with_item(Json::array({entry("no.such.field", "match", "v"), entry("host.id", "exists")})),
      "L311 warning exception item x is never true: no event has all of its fields\n");
}

TEST(LintFilters, AMatchNoneLeavesNothingAnywhere) {
  EXPECT_EQ(findings(rule_with("process where true",
                               Json::array({{{"query", {{"match_none", Json::object()}}}}}),
                               Json::array())),
            "L311 error filter number 1 leaves no event to the query (process)\n");
}

TEST(LintFilters, UntilIsAStageToo) {
  EXPECT_EQ(findings(rule_with(
                "sequence by host.id with maxspan=1m [process where true] [process where true] "
                "until [network where true]",
                Json::array({on("process.parent.executable")}), Json::array())),
            "L311 error filter process.parent.executable leaves no event to until: it never has "
            "process.parent.executable\n");
}

TEST(LintFilters, AnItemOfExcludedEntriesIsTrueWhereTheFieldIsAbsent) {
  EXPECT_EQ(
      with_item(Json::array({entry("process.parent.executable", "match", "v", "excluded")})),
      "L311 error exception item x is true for every event of stage 2 (network): it never has "
      "process.parent.executable\n");
  EXPECT_EQ(with_item(Json::array({entry("process.parent.executable", "match", "v", "excluded"),
                                   entry("host.id", "match", "v")})),
            "");
}

TEST(LintFilters, AnItemOverTwoStagesIsDead) {
  EXPECT_EQ(with_item(Json::array({entry("process.parent.executable", "match", "v"),
                                   entry("destination.ip", "match", "10.0.0.1")})),
            "L311 warning exception item x is never true: no event has all of its fields\n");
}

TEST(LintFilters, SaysWhatOfTheExceptionsIsNotApplied) {
  EXPECT_EQ(
      with_item(Json::array({{{"field", "host.ip"}, {"operator", "included"}, {"type", "list"}}})),
      "L325 warning exception item x asks a value list, which no export carries: the whole item is "
      "not applied\n");
  const Json entries = Json::array({entry("host.id", "match", "v")});
  const Json expiring = {{"expire_time", "2026-02-01T00:00:00Z"}};
  EXPECT_EQ(with_item(entries, expiring),
            "L325 note exception item x expires at 2026-02-01T00:00:00.000Z; it is applied as "
            "though it had "
            "not\n");
  Rule rule = rule_with(sequence, Json::array(), Json::array({item("x", entries, expiring)}));
  rule.as_of = WallTime(Duration{*parse_iso8601("2026-03-01")});
  EXPECT_EQ(
      findings(rule),
      "L325 warning exception item x has expired at 2026-02-01T00:00:00.000Z: it is not applied\n");
  rule.as_of = WallTime(Duration{*parse_iso8601("2026-01-01")});
  EXPECT_EQ(findings(rule), "") << "in force, and known to be";
  rule.exceptions.clear();
  rule.exception_references = {
      {.list_id = "endpoint_list", .type = "endpoint", .namespace_type = "agnostic"}};
  EXPECT_EQ(findings(rule),
            "L325 warning the endpoint's exception list endpoint_list is not applied: rules never "
            "see it\n");
}

TEST(LintFilters, NestedEntriesAreRough) {
  EXPECT_EQ(
      with_item(Json::array({{{"field", "process.Ext.code_signature"},
                              {"type", "nested"},
                              {"entries", Json::array({entry("subject_name", "match", "v")})}}}))
          .substr(0, 48),
      "L311 note exception item x has nested entries: t");
}

TEST(LintFilters, FindingsOnManyItemsAreCutShort) {
  Json items = Json::array();
  for (std::size_t i = 0; i < limits::reported_problems_max + 3; ++i)
    items.push_back(item("x", Json::array({entry("no.such.field", "match", "v")})));
  const std::string out = findings(rule_with(sequence, Json::array(), items));
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 11);
  EXPECT_TRUE(out.ends_with("L325 warning 3 more findings on exception items are not shown\n"))
      << out;
}

TEST(LintFilters, NamesTheFirstOfManyFields) {
  Json should = Json::array();
  for (int i = 0; i < 1'000; ++i)
    should.push_back({{"match_phrase", {{"no" + std::to_string(i) + ".field", "v"}}}});
  const std::string found = with_filter({{"query", {{"bool", {{"should", should}}}}}});
  EXPECT_NE(found.find("no0.field, no1.field, "), std::string::npos);
  EXPECT_NE(found.find("no7.field, … (992 more)\n"), std::string::npos) << found.substr(0, 400);
}

TEST(LintFilters, AreAmongTheFindingsOfLint) {
  const Rule rule =
      rule_with(sequence, Json::array({on("process.parent.executable")}), Json::array());
  const auto findings =
      lint(rule, *compile(rule, event::Schema::builtin()), {.schema = &event::Schema::builtin()});
  EXPECT_EQ(std::ranges::count(findings, "L311", &Diagnostic::code), 1);
}

TEST(LintFilters, WhatDefendIsKnownToLackIsSaidOfTheBuiltInSchemaAlone) {
  Rule rule = rule_with(sequence, Json::array({on("process.parent.executable")}), Json::array());
  const auto found = [&rule](const event::Schema* schema) {
    const LintOptions options{.schema = schema};
    const auto query = compile(rule, schema == nullptr ? event::Schema::builtin() : *schema);
    return lint_filters({rule, *query, options}).size();
  };
  const event::Schema own =
      event::Schema::of({{.name = "@timestamp", .type = event::FieldType::date},
                         {.name = "event.category"},
                         {.name = "process.entity_id"},
                         {.name = "process.parent.executable"}});
  EXPECT_EQ(found(&event::Schema::builtin()), 1U);
  EXPECT_EQ(found(&own), 0U);
  EXPECT_EQ(found(nullptr), 0U);
  rule.index = {"far:logs-endpoint.events.*", "-logs-other-*"};
  EXPECT_EQ(found(&event::Schema::builtin()), 1U) << "also on another cluster";
}

TEST(LintFilters, AFieldThatCountsAsMappedIsNamed) {
  Rule rule =
      rule_with("any where aws.foo == \"x\"", Json::array({on("aws.account"), on("proces.name")}),
                Json::array({item("x", Json::array({entry("aws.id", "match", "v")}))}));
  rule.index = {"logs-aws.cloudtrail-*"};
  EXPECT_EQ(findings(rule),
            "L311 warning filter aws.account asks for aws.account, which the built-in schema does "
            "not have: taken as mapped, its type from use\n"
            "L311 error filter proces.name leaves no event to the query: it never has proces.name\n"
            "L311 warning exception item x asks for aws.id, which the built-in schema does not "
            "have: taken as mapped, its type from use\n");
}

}  // namespace
}  // namespace eqlab::rule
