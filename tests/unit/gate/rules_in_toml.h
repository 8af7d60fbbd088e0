#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "harness/gate/rule_diff.h"
#include "harness/rule/rule.h"

/// Rules as the gate sees them, written in a line.
namespace eqlab::test {

inline rule::Rule rule_with(const std::string& query, const std::string& keys = {},
                            const std::string& file = "rules/a.toml") {
  auto rule = rule::parse_rule_toml(
      "[rule]\nname = \"A\"\nrule_id = \"id\"\ntype = \"eql\"\n"
      "language = \"eql\"\n" +
          (keys.find("index =") == std::string::npos ? std::string("index = [\"logs-*\"]\n")
                                                     : std::string()) +
          "description = \"d\"\nrisk_score = 47\nseverity = \"medium\"\n" + keys +
          "\nquery = '''\n" + query + "\n'''\n",
      file);
  EXPECT_TRUE(rule) << (rule ? "" : rule.error().message);
  return *rule;
}

/// A rule and its query; a value that stays where it is.
struct Compiled {
  explicit Compiled(rule::Rule given) : rule(std::move(given)) {
    auto checked = rule::compile(rule, event::Schema::builtin());
    EXPECT_TRUE(checked) << (checked ? "" : checked.error().message);
    query = std::move(*checked);
  }
  Compiled(const std::string& text, const std::string& keys = {})
      : Compiled(rule_with(text, keys)) {}
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  [[nodiscard]] gate::RuleVersion version() const { return {.rule = rule, .query = query}; }

  rule::Rule rule;
  eql::CheckedQuery query;
};

}  // namespace eqlab::test
