#include "harness/gate/change_set.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace eqlab::gate {
namespace {

rule::Rule rule(const std::string& file, const std::string& id, const std::string& text = "t") {
  rule::Rule out;
  out.file = file;
  out.rule_id = id;
  out.query.text = text;
  return out;
}

std::vector<std::string> pairs(std::vector<rule::Rule> before, std::vector<rule::Rule> after) {
  std::vector<std::string> out;
  for (const RulePair& pair : pair_rules(std::move(before), std::move(after))) {
    out.push_back(std::string(to_string(pair.kind())) + " " +
                  (pair.before ? pair.before->file + "#" + pair.before->rule_id : "-") + " " +
                  (pair.after ? pair.after->file + "#" + pair.after->rule_id : "-") +
                  (pair.is_moved() ? " moved" : ""));
  }
  return out;
}
using Lines = std::vector<std::string>;

TEST(ChangeSet, FindsRulesAgain) {
  EXPECT_EQ(pairs({rule("a", "1"), rule("b", "2"), rule("c", "3")},
                  {rule("a", "1"), rule("b", "2", "other"), rule("d", "4")}),
            (Lines{"unchanged a#1 a#1", "modified b#2 b#2", "added - d#4", "deleted c#3 -"}));
}

TEST(ChangeSet, FollowsTheIdWhereAFileIsRenamed) {
  EXPECT_EQ(pairs({rule("a", "1")}, {rule("b", "1", "other")}), (Lines{"modified a#1 b#1 moved"}));
  // A copy under a new name does not take the place of its original, wherever it stands.
  EXPECT_EQ(pairs({rule("b", "1")}, {rule("a", "1"), rule("b", "1")}),
            (Lines{"added - a#1", "unchanged b#1 b#1"}));
}

TEST(ChangeSet, FollowsTheFileWhereTheIdIsNew) {
  EXPECT_EQ(pairs({rule("a", "1")}, {rule("a", "2")}), (Lines{"unchanged a#1 a#2"}));
  EXPECT_EQ(pairs({rule("a.eql", "")}, {rule("a.eql", "", "other")}),
            (Lines{"modified a.eql# a.eql#"}));
  EXPECT_EQ(pairs({rule("x", "1"), rule("x", "2")}, {rule("x", "3"), rule("x", "2")}),
            (Lines{"added - x#3", "unchanged x#2 x#2", "deleted x#1 -"}))
      << "a file of several rules does not say which became which";
}

TEST(ChangeSet, FollowsTheNameWhereFileAndIdAreNew) {
  const auto named = [](const std::string& file, const std::string& id, const std::string& name) {
    rule::Rule out = rule(file, id, id);
    out.name = name;
    return out;
  };
  EXPECT_EQ(pairs({named("a", "1", "Curl by Installer"), named("b", "2", "Other")},
                  {named("c", "3", "curl by installer"), named("b", "2", "Other")}),
            (Lines{"modified a#1 c#3 moved", "unchanged b#2 b#2"}));
  EXPECT_EQ(pairs({named("a", "1", "N"), named("b", "2", "N")}, {named("c", "3", "N")}),
            (Lines{"added - c#3", "deleted a#1 -", "deleted b#2 -"}))
      << "a name of two rules does not say which became which";
  EXPECT_EQ(pairs({rule("a", "1", "x")}, {rule("c", "3", "y")}),
            (Lines{"added - c#3", "deleted a#1 -"}))
      << "no name is no likeness";
}

}  // namespace
}  // namespace eqlab::gate
