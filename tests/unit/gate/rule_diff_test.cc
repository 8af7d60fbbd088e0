#include "harness/gate/rule_diff.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/gate/rules_in_toml.h"

namespace eqlab::gate {
namespace {

using test::Compiled;

std::vector<std::string> changes(const Compiled& before, const Compiled& after) {
  std::vector<std::string> out;
  for (const RuleChange& change : diff_rules(before.version(), after.version()).changes)
    out.push_back(std::string(to_string(change.kind)) + "  " + describe(change));
  return out;
}
using Lines = std::vector<std::string>;

const char* const base =
    "sequence by host.id, user.id with maxspan=30s\n"
    "  [process where event.type == \"start\" and process.parent.name : \"installer\" and\n"
    "   process.name : (\"bash\", \"sh\")]\n"
    "  [network where process.name : (\"curl\", \"wget\")]";

TEST(RuleDiff, NamesMembersOfLists) {
  const Compiled before(base);
  const Compiled after(
      "sequence by host.id, user.id with maxspan=30s\n"
      "  [process where process.name : (\"sh\", \"bash\", \"zsh\") and event.type == \"start\" "
      "and\n"
      "   process.parent.name : (\"installer\", \"package_script_service\")]\n"
      "  [network where process.name : \"wget\"]");
  EXPECT_EQ(
      changes(before, after),
      (Lines{"member-added  step 1: added \"package_script_service\" to process.parent.name :",
             "member-added  step 1: added \"zsh\" to process.name :",
             "member-removed  step 2: removed \"curl\" from process.name :"}));
}

TEST(RuleDiff, NamesTermsStepsAndShape) {
  const Compiled before(base);
  EXPECT_EQ(changes(before, Compiled("sequence by host.id with maxspan=1m\n"
                                     "  [process where event.type == \"start\" and "
                                     "process.parent.name : \"installer\" and process.pid > 5]\n"
                                     "  [network where process.name : (\"curl\", \"wget\")]\n"
                                     "until [process where event.type == \"end\"]")),
            (Lines{"term-removed  step 1: removed process.name : (\"bash\", \"sh\")",
                   "term-added  step 1: added process.pid > 5",
                   "keys  by: host.id, user.id → host.id", "maxspan  maxspan: 30s → 1m",
                   "until  until: added [process where event.type == \"end\"]"}));
  EXPECT_EQ(
      changes(Compiled("process where process.pid > 5"), Compiled("process where process.pid > 6")),
      (Lines{"term-changed  step 1: process.pid: process.pid > 5 → process.pid > 6"}));
  EXPECT_EQ(changes(Compiled("process where process.pid == 5"),
                    Compiled("file where process.pid == 5 | tail 3")),
            (Lines{"step-changed  step 1: category: process → file", "pipes  added | tail 3"}));
}

TEST(RuleDiff, TimesThatDifferReadDifferently) {
  const auto spans = [](const std::string& span) {
    return Compiled("sequence with maxspan=" + span + " [process where true] [network where true]");
  };
  EXPECT_EQ(changes(spans("30s"), spans("30001ms")), (Lines{"maxspan  maxspan: 30s → 30001ms"}));
  EXPECT_EQ(changes(spans("1h"), spans("3601s")), (Lines{"maxspan  maxspan: 1h → 3601s"}));
}

TEST(RuleDiff, AlignsStepsThatWereAddedBetween) {
  const Compiled before(base);
  const Compiled after(
      "sequence by host.id, user.id with maxspan=30s\n"
      "  [process where event.type == \"start\" and process.parent.name : \"installer\" and\n"
      "   process.name : (\"bash\", \"sh\")]\n"
      "  [file where file.extension == \"plist\"]\n"
      "  [network where process.name : (\"curl\")]");
  const RuleDiff diff = diff_rules(before.version(), after.version());
  EXPECT_EQ(diff.step_of, (std::vector<std::optional<std::uint32_t>>{0U, 2U}));
  EXPECT_EQ(changes(before, after),
            (Lines{"member-removed  step 3: removed \"wget\" from process.name :",
                   "step-added  step 2: added [file where file.extension == \"plist\"]"}));
  EXPECT_EQ(changes(after, before),
            (Lines{"step-removed  step 2: removed [file where file.extension == \"plist\"]",
                   "member-added  step 2: added \"wget\" to process.name :"}));
}

TEST(RuleDiff, WhatIsWrittenOtherwiseIsNoChange) {
  const Compiled before(base);
  const Compiled after(
      "sequence by user.id, host.id with maxspan=30s\n"
      "[process where process.name : (\"sh\", \"BASH\") and (event.type == \"start\") and\n"
      "process.parent.name : \"installer\"] [network where process.name : \"wget\" or process.name "
      ": \"curl\"] // tidied");
  const RuleDiff diff = diff_rules(before.version(), after.version());
  EXPECT_TRUE(diff.is_equivalent);
  EXPECT_TRUE(diff.changes.empty());
}

TEST(RuleDiff, SettingsAndMetadata) {
  const Compiled before(base,
                        "interval = \"5m\"\nfrom = \"now-9m\"\ntags = [\"a\", \"b\"]\n"
                        "version = 1");
  const Compiled after(base,
                       "interval = \"10m\"\nfrom = \"now-20m\"\ntags = [\"b\", \"c\"]\n"
                       "version = 2\nmax_signals = 10\nnote = \"look\"");
  const RuleDiff diff = diff_rules(before.version(), after.version());
  EXPECT_FALSE(diff.is_equivalent);
  EXPECT_EQ(changes(before, after),
            (Lines{"schedule  interval: 5m → 10m", "schedule  from: 9m → 20m",
                   "schedule  max_signals: 100 → 10", "metadata  version: 1 → 2",
                   "metadata  tags: removed a", "metadata  tags: added c",
                   "metadata  note: added look"}));
  for (const RuleChange& change : diff.changes) EXPECT_NE(change.span, Span{}) << change.subject;
  EXPECT_TRUE(is_metadata(diff.changes.back()));
}

TEST(RuleDiff, ShowsHowLongAlertsAreSuppressed) {
  Compiled before(base);
  Compiled after(base);
  before.rule.suppression = rule::Suppression{.group_by = {"host.id"},
                                              .missing_fields_strategy = "suppress",
                                              .duration = std::chrono::minutes(1)};
  after.rule.suppression = before.rule.suppression;
  after.rule.suppression->duration = std::chrono::hours(100);
  EXPECT_FALSE(diff_rules(before.version(), after.version()).is_equivalent);
  const Lines lines = changes(before, after);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].substr(0, 54), "suppression  alert_suppression: host.id (suppress) for");
  after.rule.suppression->duration.reset();
  EXPECT_NE(changes(before, after).at(0).find("→ host.id (suppress) within a run"),
            std::string::npos);
}

TEST(RuleDiff, PlacesPointAtWhatChanged) {
  const Compiled before(base);
  const Compiled after(std::string(base).replace(std::string(base).find("\"wget\""), 6, "\"nc\""));
  const RuleDiff diff = diff_rules(before.version(), after.version());
  ASSERT_EQ(diff.changes.size(), 2U);
  const Span span = diff.changes[1].span;
  EXPECT_EQ(document_of(after.rule).text.substr(span.begin, span.end - span.begin), "\"nc\"");
}

TEST(RuleDiff, KnowsWhichRemovalMissesWhom) {
  const Compiled before(base);
  const Compiled after(
      std::string(base).replace(std::string(base).find("(\"curl\", \"wget\")"), 16, "\"wget\""));
  const RuleDiff diff = diff_rules(before.version(), after.version());
  ASSERT_NE(removal_of(diff, 1, "CURL"), nullptr);
  EXPECT_EQ(removal_of(diff, 1, "curl")->before, "\"curl\"");
  EXPECT_EQ(removal_of(diff, 0, "curl"), nullptr);
  EXPECT_EQ(removal_of(diff, 1, "wget"), nullptr);
  EXPECT_EQ(removal_of(diff, 1, ""), nullptr);
}

TEST(RuleDiff, LongTextsAreCut) {
  const std::string name(10'000, 'x');
  const Compiled before("process where process.pid == 1");
  const Compiled after("process where process.pid == 1 and process.name == \"" + name + "\"");
  const RuleDiff diff = diff_rules(before.version(), after.version());
  ASSERT_EQ(diff.changes.size(), 1U);
  EXPECT_LT(diff.changes[0].after.size(), 300U);
}

}  // namespace
}  // namespace eqlab::gate
