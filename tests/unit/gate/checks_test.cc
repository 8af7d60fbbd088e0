#include "harness/gate/checks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/unit/gate/results.h"

namespace eqlab::gate {
namespace {

using test::figures;
using test::lossy_rule;

constexpr BaseInfo no_base{};
const BaseInfo git_base{.kind = BaseKind::git, .name = "main", .commit = "abc"};

std::string outcome(RuleResult rule, const Demands& demands, const std::string& id,
                    const BaseInfo& base = git_base) {
  check_rule(rule, demands, base);
  const auto found = std::ranges::find(rule.checks, id, &Check::id);
  return found == rule.checks.end() ? "none" : std::string(to_string(found->outcome));
}
std::string text(RuleResult rule, const Demands& demands, const std::string& id) {
  check_rule(rule, demands, git_base);
  const auto found = std::ranges::find(rule.checks, id, &Check::id);
  return found == rule.checks.end() ? "none" : found->text;
}

Demands with(std::optional<Limit> Thresholds::*member, Limit limit) {
  Demands out;
  out.thresholds.*member = limit;
  return out;
}

TEST(Checks, ADropIsWhatThePolicySaysItIs) {
  const auto drop = [](double allowed, bool certain) {
    return with(&Thresholds::recall_drop_max, {.value = allowed, .certain = certain});
  };
  EXPECT_EQ(outcome(lossy_rule(), drop(0.39, false), "recall-drop"), "failed");
  EXPECT_EQ(outcome(lossy_rule(), drop(0.4, false), "recall-drop"), "passed") << "the limit is in";
  EXPECT_EQ(outcome(lossy_rule(), drop(0.29, true), "recall-drop"), "failed");
  EXPECT_EQ(outcome(lossy_rule(), drop(0.31, true), "recall-drop"), "passed") << "not certain";
  EXPECT_EQ(text(lossy_rule(), drop(0.01, true), "recall-drop"),
            "recall 60.0 % → 20.0 % (−40.0 [−50.0, −30.0], p < 0.0001, paired, 100 incidents); "
            "policy allows −1.0");
  RuleResult doubtful = lossy_rule();
  doubtful.effect->recall.p_value = 0.2;
  EXPECT_EQ(outcome(doubtful, drop(0.01, true), "recall-drop"), "passed");
  EXPECT_EQ(outcome(doubtful, drop(0.01, false), "recall-drop"), "failed");
  RuleResult few_hosts = lossy_rule();
  few_hosts.effect->recall.interval = score::Unmeasured{"too few hosts"};
  EXPECT_EQ(outcome(few_hosts, drop(0.01, true), "recall-drop"), "failed")
      << "the exact test decides where hosts are too few";
  few_hosts.effect->recall.p_value = 0.5;
  EXPECT_EQ(outcome(few_hosts, drop(0.01, true), "recall-drop"), "passed");
}

TEST(Checks, AbsoluteThresholds) {
  const auto check = [](std::optional<Limit> Thresholds::*member, Limit limit,
                        const std::string& id) {
    return outcome(lossy_rule(), with(member, limit), id);
  };
  // 20 of 100: Wilson's interval is [13.3, 28.9] per cent.
  EXPECT_EQ(check(&Thresholds::recall_min, {.value = 0.2}, "recall"), "passed");
  EXPECT_EQ(check(&Thresholds::recall_min, {.value = 0.21}, "recall"), "failed");
  EXPECT_EQ(check(&Thresholds::recall_min, {.value = 0.21, .certain = true}, "recall"), "passed");
  EXPECT_EQ(check(&Thresholds::recall_min, {.value = 0.3, .certain = true}, "recall"), "failed");
  // 45 in 800 host-days: 56 per 1,000 hosts a day, exact Poisson [41.0, 75.3].
  EXPECT_EQ(check(&Thresholds::false_alarms_max, {.value = 56.25}, "false-alarms"), "passed");
  EXPECT_EQ(check(&Thresholds::false_alarms_max, {.value = 56}, "false-alarms"), "failed");
  EXPECT_EQ(check(&Thresholds::false_alarms_max, {.value = 42, .certain = true}, "false-alarms"),
            "passed");
  EXPECT_EQ(check(&Thresholds::false_alarms_max, {.value = 40, .certain = true}, "false-alarms"),
            "failed");
  EXPECT_EQ(check(&Thresholds::latency_p95_max, {.value = 310}, "latency"), "passed");
  EXPECT_EQ(check(&Thresholds::latency_p95_max, {.value = 309}, "latency"), "failed");
  EXPECT_EQ(check(&Thresholds::cap_hits_max, {.value = 0}, "cap-hits"), "passed");
}

TEST(Checks, GroupsByNameAndOnesThatTheCorpusLacks) {
  Demands demands;
  demands.thresholds.recall_min_by_family["stealer"] = {.value = 0.5};
  demands.thresholds.recall_min_by_scenario["M01"] = {.value = 0.1};
  demands.thresholds.recall_min_by_scenario["M99"] = {.value = 0.1};
  EXPECT_EQ(outcome(lossy_rule(), demands, "recall-family:stealer"), "failed");
  EXPECT_EQ(outcome(lossy_rule(), demands, "recall-scenario:M01"), "passed");
  EXPECT_EQ(outcome(lossy_rule(), demands, "recall-scenario:M99"), "failed")
      << "what an author asks for and cannot be measured is not met";
  EXPECT_EQ(text(lossy_rule(), demands, "recall-scenario:M99"),
            "recall of scenario M99 cannot be measured, though the policy asks for it: the corpus "
            "has no malicious incident of that kind");
  EXPECT_EQ(text(lossy_rule(), demands, "recall-scenario:M01"),
            "recall of scenario M01 20.0 % [13.3 – 28.9] (20 of 100); policy asks for 10.0 %");
}

TEST(Checks, AbsoluteDemandsOnACorpusWithoutFigures) {
  RuleResult rule = lossy_rule();
  rule.after = figures(0, 0, 0);
  rule.after->false_alarms.exposure = 0;
  EXPECT_EQ(outcome(rule, with(&Thresholds::recall_min, {.value = 0.9}), "recall"), "failed");
  EXPECT_EQ(outcome(rule, with(&Thresholds::false_alarms_max, {.value = 9}), "false-alarms"),
            "failed");
}

TEST(Checks, ScenariosLostAltogether) {
  const Demands demands = with(&Thresholds::scenarios_lost_max, {.value = 0});
  EXPECT_EQ(text(lossy_rule(), demands, "scenarios-lost"),
            "1 scenario lost altogether: M02 Copper; policy allows 0");
  EXPECT_EQ(
      outcome(lossy_rule(), with(&Thresholds::scenarios_lost_max, {.value = 1}), "scenarios-lost"),
      "passed");
}

TEST(Checks, FalseAlarmsThatRise) {
  RuleResult rule = lossy_rule();
  rule.after = figures(60, 100, 70);
  rule.effect->false_alarms.change = 20.0 / 800;
  rule.effect->false_alarms.interval = score::Interval{0.01, 0.04};
  const auto growth = [](double share, bool certain) {
    return with(&Thresholds::false_alarms_growth_max, {.value = share, .certain = certain});
  };
  EXPECT_EQ(outcome(rule, growth(0.39, false), "false-alarms-growth"), "failed");
  EXPECT_EQ(outcome(rule, growth(0.41, false), "false-alarms-growth"), "passed");
  EXPECT_EQ(outcome(rule, growth(0.15, true), "false-alarms-growth"), "failed");
  EXPECT_EQ(outcome(rule, growth(0.17, true), "false-alarms-growth"), "passed");
  EXPECT_EQ(
      outcome(rule, with(&Thresholds::false_alarms_rise_max, {.value = 24}), "false-alarms-rise"),
      "failed");
  EXPECT_EQ(
      outcome(rule, with(&Thresholds::false_alarms_rise_max, {.value = 25}), "false-alarms-rise"),
      "passed");
}

TEST(Checks, ARiseOnTooFewHostsIsJudgedAsTwoSamples) {
  RuleResult rule = lossy_rule();
  rule.effect->false_alarms.interval = score::Unmeasured{"3 hosts have alarms; 20 are needed"};
  const Demands tenth = with(&Thresholds::false_alarms_growth_max, {.value = 0.1, .certain = true});
  const auto from_to = [&rule](std::uint64_t before, std::uint64_t after) {
    rule.before = figures(60, 100, before);
    rule.after = figures(60, 100, after);
    rule.effect->false_alarms.change =
        (static_cast<double>(after) - static_cast<double>(before)) / 800;
    return rule;
  };
  EXPECT_EQ(outcome(from_to(6, 746), tenth, "false-alarms-growth"), "failed");
  EXPECT_NE(text(from_to(6, 746), tenth, "false-alarms-growth").find("hosts too few to resample"),
            std::string::npos);
  EXPECT_EQ(outcome(from_to(6, 9), tenth, "false-alarms-growth"), "passed");
  EXPECT_NE(text(from_to(6, 9), tenth, "false-alarms-growth").find("not certain"),
            std::string::npos);
  check_rule(rule, tenth, git_base);
  EXPECT_TRUE(std::ranges::any_of(rule.checks, &Check::undecided)) << "reports must show it";
  EXPECT_EQ(outcome(from_to(6, 6), tenth, "false-alarms-growth"), "passed");
}

TEST(Checks, CertaintyWithoutAnIntervalIsNoPass) {
  RuleResult rule = lossy_rule();
  rule.effect.reset();
  rule.baseline_effect.emplace();
  rule.baseline_effect->recall_difference = -0.4;
  const Demands point = with(&Thresholds::recall_drop_max, {.value = 0.01, .certain = true});
  EXPECT_EQ(outcome(rule, point, "recall-drop"), "skipped");
  EXPECT_NE(text(rule, point, "recall-drop").find("for want of an interval"), std::string::npos);
  rule.baseline_effect->recall_difference = -0.005;
  EXPECT_EQ(outcome(rule, point, "recall-drop"), "passed") << "within the limit all the same";
}

TEST(Checks, ADeletionIsHeldToWhatItTakesAlong) {
  RuleResult rule = lossy_rule();
  rule.change = ChangeKind::deleted;
  rule.after.reset();
  rule.effect.reset();
  rule.diff.reset();
  Demands demands = default_policy().demands;
  EXPECT_EQ(text(rule, demands, "deleted"),
            "the rule is gone; it caught 60 of 100 malicious incidents");
  EXPECT_EQ(text(rule, demands, "recall-drop"),
            "recall 60.0 % → none, as the rule is gone; policy allows −1.0");
  EXPECT_EQ(outcome(rule, demands, "recall-drop"), "failed");
  EXPECT_EQ(text(rule, demands, "scenarios-lost"),
            "1 scenario lost altogether: M01 Silver; policy allows 0");
  EXPECT_EQ(outcome(rule, demands, "scenarios-lost"), "failed");
  demands.deletions_allowed = true;
  check_rule(rule, demands, git_base);
  EXPECT_EQ(rule.outcome(), Outcome::passed);
  EXPECT_EQ(rule.checks.size(), 1U);
  demands.deletions_allowed = false;
  RuleResult idle = rule;
  idle.before = figures(0, 100, 5);
  check_rule(idle, demands, git_base);
  EXPECT_EQ(idle.outcome(), Outcome::passed) << "it caught nothing";
  RuleResult unknown = rule;
  unknown.before.reset();
  EXPECT_EQ(outcome(unknown, demands, "against-base"), "skipped");
}

TEST(Checks, CasesLintAndIdentity) {
  Demands demands;
  EXPECT_EQ(text(lossy_rule(), demands, "cases"), "1 of 2 cases fail: rules/a.case:12 curl again");
  RuleResult rule = lossy_rule();
  Diagnostic found = error_in("rules/a.toml", "L316", "m");
  found.severity = Severity::warning;
  rule.diagnostics = {found};
  rule.diagnostic_is_new = {false};
  EXPECT_EQ(outcome(rule, demands, "lint"), "passed");
  demands.lint.fail_on = Severity::warning;
  EXPECT_EQ(outcome(rule, demands, "lint"), "failed");
  demands.lint.only_new = true;
  EXPECT_EQ(outcome(rule, demands, "lint"), "passed");
  demands.lint.fail_on.reset();
  EXPECT_EQ(outcome(rule, demands, "lint"), "none");
  rule.diff->changes.push_back({.kind = RuleChangeKind::identity,
                                .step = {},
                                .subject = "rule_id",
                                .before = "1",
                                .after = "2"});
  EXPECT_EQ(outcome(rule, demands, "rule-id"), "failed");
}

TEST(Checks, MutationIsSeenEvenWhereItIsNotMeasured) {
  const Demands demands = with(&Thresholds::mutation_score_min, {.value = 0.9});
  RuleResult rule = lossy_rule();
  EXPECT_EQ(text(rule, demands, "mutation"), "not measured: the rule's cases fail already");
  EXPECT_EQ(outcome(rule, demands, "mutation"), "skipped");
  rule.cases.clear();
  EXPECT_EQ(outcome(rule, demands, "mutation"), "failed");
  EXPECT_NE(text(rule, demands, "mutation").find("no case names the rule"), std::string::npos);
  rule.mutation = MutationScore{.noticed = 89, .of = 100};
  EXPECT_EQ(outcome(rule, demands, "mutation"), "failed");
  rule.mutation = MutationScore{.noticed = 90, .of = 100};
  EXPECT_EQ(outcome(rule, demands, "mutation"), "passed");
}

TEST(Checks, WithoutABaseItIsSaid) {
  RuleResult rule = lossy_rule();
  rule.effect.reset();
  rule.before.reset();
  EXPECT_EQ(outcome(rule, default_policy().demands, "against-base", no_base), "skipped");
  EXPECT_EQ(outcome(rule, default_policy().demands, "recall-drop", no_base), "none");
}

TEST(Checks, AnEquivalentChangePassesAtOnce) {
  RuleResult rule = lossy_rule();
  rule.cases.clear();
  rule.diff->is_equivalent = true;
  rule.before.reset();
  rule.after.reset();
  rule.effect.reset();
  check_rule(rule, default_policy().demands, git_base);
  EXPECT_EQ(rule.outcome(), Outcome::passed);
  EXPECT_EQ(outcome(rule, default_policy().demands, "equivalent"), "passed");
}

TEST(Checks, TheVerdictTellsRegressionFromTrouble) {
  GateResult failed = test::result_of(lossy_rule());
  EXPECT_EQ(failed.verdict, Verdict::fail);
  EXPECT_EQ(failed.exit_status(), 1);
  EXPECT_EQ(failed.reason,
            "recall 60.0 % → 20.0 % (−40.0 [−50.0, −30.0], p < 0.0001, paired, 100 incidents); "
            "policy allows −1.0 (and 2 more checks)");
  RuleResult broken;
  broken.file = "rules/b.toml";
  broken.usable = false;
  Diagnostic error = error_in("rules/b.toml", "E106", "expected a condition");
  error.place->line = 7;
  broken.diagnostics = {error};
  failed.rules.push_back(broken);
  conclude(failed);
  EXPECT_EQ(failed.exit_status(), 2) << "an unusable rule outweighs a regression";
  EXPECT_EQ(failed.reason, "rules/b.toml:7: expected a condition");
  failed.diagnostics.push_back(error_in("x.case", "E901", "cannot be opened"));
  conclude(failed);
  EXPECT_EQ(failed.exit_status(), 3);
  GateResult nothing;
  nothing.unchanged = 3;
  conclude(nothing);
  EXPECT_EQ(nothing.exit_status(), 0);
  EXPECT_EQ(nothing.reason, "no rule changed: 3 rules are as before");
}

}  // namespace
}  // namespace eqlab::gate
