#include "harness/run/prepare.h"

#include <gtest/gtest.h>

#include "tests/unit/run/files.h"

namespace eqlab::run {
namespace {

rule::Rule ordered_by(const std::string& timestamp, const std::string& tiebreaker) {
  rule::Rule rule = rule::bare_query("process where true", "q");
  rule.timestamp_field = timestamp;
  rule.tiebreaker_field = tiebreaker;
  return rule;
}

TEST(Prepare, RulesThatOrderEventsAlikeShareAGroup) {
  const rule::Rule a = ordered_by("@timestamp", "");
  const rule::Rule b = ordered_by("event.created", "");
  const rule::Rule c = ordered_by("@timestamp", "event.sequence");
  const rule::Rule d = ordered_by("@timestamp", "");
  using Groups = std::vector<std::vector<std::size_t>>;
  EXPECT_EQ(groups_by_order({&a, &b, &c, &d}), (Groups{{0, 3}, {1}, {2}}));
  EXPECT_EQ(groups_by_order({}), Groups{});
}

Result<RuleGroup> prepared(const rule::Rule& rule, const PrepareOptions& options = {}) {
  const event::Schema& schema = event::Schema::builtin();
  return prepare_group({{.rule = &rule, .query = *rule::compile(rule, schema)}}, schema, options);
}

TEST(Prepare, WindowsByAFieldThatIsNoDateAreAnErrorInTheRule) {
  std::string text = test::curl_rule;
  text.insert(text.find("query ="), "timestamp_override = \"process.name\"\n");
  const rule::Rule rule = *rule::parse_rule_toml(text, "r.toml");
  const auto group = prepared(rule);
  ASSERT_FALSE(group);
  EXPECT_EQ(group.error().code, "E660");
  ASSERT_TRUE(group.error().place);
  EXPECT_EQ(group.error().place->file, "r.toml");
  EXPECT_EQ(group.error().place->line, 12U);
}

TEST(Prepare, WhatTheRuleSaysOfWindowsAndSuppressionIsCarried) {
  std::string text = test::curl_rule;
  text.insert(text.find("query ="), "timestamp_override = \"event.ingested\"\n");
  text +=
      "[rule.alert_suppression]\ngroup_by = [\"host.id\"]\nduration = {value = 1, unit = \"h\"}\n";
  const rule::Rule rule = *rule::parse_rule_toml(text, "r.toml");
  const auto group = prepared(rule, {.carry = {"process.name"}, .addresses = true});
  ASSERT_TRUE(group) << group.error().message;
  const schedule::SimulationOptions options =
      group->rules.front().fields.in({.refresh = std::chrono::seconds{7}});
  EXPECT_EQ(options.refresh, std::chrono::seconds{7});
  ASSERT_TRUE(options.range);
  EXPECT_EQ(options.range->primary.kind, schedule::TimeSource::Kind::carried);
  ASSERT_TRUE(options.suppression);
  EXPECT_EQ(options.suppression->group_by, std::vector<scan::KeySlot>{group->host});
  EXPECT_EQ(group->carried.size(), 1U);
  EXPECT_NE(group->carried.front(), group->host);
  EXPECT_TRUE(group->addresses);
}

}  // namespace
}  // namespace eqlab::run
