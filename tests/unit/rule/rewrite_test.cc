#include "harness/rule/rewrite.h"

#include <gtest/gtest.h>

#include "harness/base/text.h"

namespace eqlab::rule {
namespace {

/// A rule whose query is the string `written`, with something before and after it.
std::string rule_with(const std::string& written, const std::string& line_end = "\n") {
  std::string text;
  for (const std::string& line :
       {std::string("# query = 'not this one'"), std::string("[rule]"), std::string("name = \"n\""),
        std::string("type = \"eql\""), std::string("severity = \"low\""), "query  = " + written,
        std::string("risk_score = 21 # the query = above")})
    text += line + line_end;
  return text;
}

void expect_string(const std::string& written, const std::string& query, const std::string& wanted,
                   const std::string& line_end = "\n") {
  const auto rule = parse_rule_toml(rule_with(written, line_end), "r.toml");
  ASSERT_TRUE(rule) << render(rule.error());
  const auto text = with_query(*rule, query);
  ASSERT_TRUE(text) << render(text.error());
  EXPECT_EQ(*text, rule_with(wanted, line_end)) << written;
}

const std::string short_query = "any where a == \"x\"\n";
const std::string long_query = "any where\n  a == \"C:\\\\x\"\n  and b\n";

TEST(Rewrite, TheStringKeepsItsFormWhereItCan) {
  expect_string("'any where true'", short_query, R"('any where a == "x"')");
  expect_string(R"("any where true")", short_query, R"("any where a == \"x\"")");
  expect_string("'''\nany where true\n'''", short_query, "'''\nany where a == \"x\"\n'''");
  expect_string("\"\"\"any where true\"\"\"", short_query, "\"\"\"\nany where a == \"x\"\n\"\"\"");
}

TEST(Rewrite, SeveralLinesGoBetweenThreeQuotes) {
  for (const std::string written :
       {"'any where true'", R"("any where true")", "'''any where true'''"})
    expect_string(written, long_query, "'''\n" + long_query + "'''");
  expect_string("\"\"\"\\\n  any where true\"\"\"", long_query,
                "\"\"\"\nany where\n  a == \"C:\\\\\\\\x\"\n  and b\n\"\"\"");
}

TEST(Rewrite, WhatALiteralCannotHoldIsEscaped) {
  expect_string("'any where true'", "any where a == \"it's\"\n", R"("any where a == \"it's\"")");
  expect_string("'''any where true'''", "any where a == \"'''\"\n",
                "\"\"\"\nany where a == \"'''\"\n\"\"\"");
  expect_string("'''any where true'''", "any where a == \"\x01\"\n",
                "\"\"\"\nany where a == \"\\u0001\"\n\"\"\"");
  expect_string("\"\"\"any where true\"\"\"", "any where a == \"\"\"C:\\\"\"\"\n",
                "\"\"\"\nany where a == \"\"\\\"C:\\\\\"\"\\\"\n\"\"\"");
}

TEST(Rewrite, LineEndsAreThoseOfTheFile) {
  expect_string("'''\r\nany where true\r\n'''", "any where\n  a\n",
                "'''\r\nany where\r\n  a\r\n'''", "\r\n");
}

TEST(Rewrite, KeysMayBeQuotedOrInline) {
  const std::string inline_rule =
      R"(rule = {name = "n", type = "eql", severity = "low", "query" = "any where true", risk_score = 21})";
  const auto rule = parse_rule_toml(inline_rule, "r.toml");
  ASSERT_TRUE(rule) << render(rule.error());
  const auto text = with_query(*rule, short_query);
  ASSERT_TRUE(text) << render(text.error());
  EXPECT_EQ(
      *text,
      R"(rule = {name = "n", type = "eql", severity = "low", "query" = "any where a == \"x\"", risk_score = 21})");
}

TEST(Rewrite, ABareQueryKeepsItsMarkAndLineEnds) {
  EXPECT_EQ(*with_query(bare_query("any where true", "q.eql"), "any where\n  a\n"),
            "any where\n  a\n");
  EXPECT_EQ(*with_query(bare_query("\xEF\xBB\xBF"
                                   "any where\r\ntrue",
                                   "q.eql"),
                        "any where\n  a\n"),
            "\xEF\xBB\xBF"
            "any where\r\n  a\r\n");
}

TEST(Rewrite, JsonIsNotWrittenBack) {
  const std::string line =
      R"({"rule_id":"a","name":"n","type":"eql","language":"eql","severity":"low","risk_score":21,"description":"d","query":"any where true"})";
  const RuleSet set = parse_rules(line + "\n", "export.ndjson");
  ASSERT_EQ(set.rules.size(), 1U);
  const auto text = with_query(set.rules[0], short_query);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, "E303");
  EXPECT_EQ(text.error().message, "a JSON export is not written back");
}

TEST(Rewrite, AStringThatIsNotFoundAgainIsAnError) {
  auto rule = parse_rule_toml(rule_with("'any where true'"), "r.toml");
  ASSERT_TRUE(rule);
  rule->key_positions["query"] = rule->key_positions["name"] - 3;
  const auto text = with_query(*rule, short_query);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, "E303");
}

}  // namespace
}  // namespace eqlab::rule
