#include <gtest/gtest.h>

#include <filesystem>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/rule/rule.h"

namespace eqlab::rule {
namespace {

Rule rule_of(const std::string& query, const std::string& more = {}) {
  auto rule = parse_rule_toml(
      "[rule]\nname = \"n\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n" + more + query,
      "rules/x.toml");
  EXPECT_TRUE(rule) << render(rule.error());
  return *rule;
}

TEST(CompileRule, SyntaxErrorsShowTheLineOfTheRuleFile) {
  const auto compiled =
      compile(rule_of("query = '''\nprocess where\n  process.name = \"a\"\n'''\n"),
              event::Schema::builtin());
  ASSERT_FALSE(compiled);
  EXPECT_TRUE(render(compiled.error()).starts_with("rules/x.toml:8:16: error E109: "))
      << render(compiled.error());
  EXPECT_NE(render(compiled.error()).find("    process.name = \"a\"\n                 ^\n"),
            std::string::npos)
      << render(compiled.error());
}

TEST(CompileRule, TypeErrorsToo) {
  const auto compiled =
      compile(rule_of("query = \"\"\"\nprocess where \\\n  procss.pid == 1\n\"\"\"\n"),
              event::Schema::builtin());
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().code, "E201");
  EXPECT_EQ(compiled.error().place->line, 8U);
  EXPECT_EQ(compiled.error().place->column, 3U);
  EXPECT_EQ(compiled.error().place->end_column, 13U);
}

TEST(CompileRule, CategoryAndTiebreakerAreThoseOfTheRule) {
  const auto compiled =
      compile(rule_of("query = 'start where true'\n", "event_category_override = \"event.type\"\n"),
              event::Schema::builtin());
  ASSERT_TRUE(compiled) << render(compiled.error());
  EXPECT_EQ(eql::print_condition(*compiled, compiled->stages[0].filter),
            "{event.type:keyword == \"start\"}");
  const auto unknown =
      compile(rule_of("query = 'any where true'\n", "tiebreaker_field = \"nowhere\"\n"),
              event::Schema::builtin());
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, "E201");
}

TEST(CompileRule, QueriesHaveALongestLengthAndOneEncoding) {
  const std::string longest = "any where true" + std::string(limits::query_bytes_max - 14, ' ');
  EXPECT_TRUE(compile(bare_query(longest, "q.eql"), event::Schema::builtin()));
  EXPECT_EQ(compile(bare_query(longest + " ", "q.eql"), event::Schema::builtin()).error().code,
            "E110");
  EXPECT_EQ(compile(bare_query("any where x == \"\xFF\"", "q.eql"), event::Schema::builtin())
                .error()
                .code,
            "E111");
}

TEST(RuleFolder, EveryRuleLoadsChecksAndLintsAlone) {
  std::size_t rules = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(EQLAB_SOURCE_DIR) + "/rules")) {
    if (entry.path().extension() != ".toml") continue;
    ++rules;
    const auto rule = load_rule(entry.path().string());
    ASSERT_TRUE(rule) << render(rule.error());
    const auto compiled = compile(*rule, event::Schema::builtin());
    ASSERT_TRUE(compiled) << render(compiled.error());
    for (const Diagnostic& finding : lint(*rule, *compiled))
      EXPECT_NE(finding.severity, Severity::error) << render(finding);
  }
  EXPECT_GT(rules, 0U);
}

TEST(RuleFolder, FirstRuleHasTwoStagesThatJoinByHostAndUser) {
  const auto rule = load_rule(std::string(EQLAB_SOURCE_DIR) +
                              "/rules/macos_installer_package_spawns_network_event.toml");
  ASSERT_TRUE(rule) << render(rule.error());
  const auto compiled = compile(*rule, event::Schema::builtin());
  ASSERT_TRUE(compiled) << render(compiled.error());
  ASSERT_EQ(compiled->stages.size(), 2U);
  EXPECT_EQ(compiled->maxspan, std::chrono::seconds{30});
  EXPECT_EQ(compiled->stages[1].keys.at(0).field.name, "host.id");
  EXPECT_EQ(compiled->stages[1].keys.at(1).field.name, "user.id");
}

}  // namespace
}  // namespace eqlab::rule
