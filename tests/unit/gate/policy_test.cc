#include "harness/gate/policy.h"

#include <gtest/gtest.h>

#include <string>

namespace eqlab::gate {
namespace {

/// `code line:column message` of the error.
std::string error_of(const std::string& text) {
  const auto policy = parse_policy(text, "eqlab.toml");
  if (policy) return "no error";
  const Place place = policy.error().place.value_or(Place{});
  return policy.error().code + " " + std::to_string(place.line) + ":" +
         std::to_string(place.column) + " " + policy.error().message;
}

TEST(Policy, NothingWrittenIsTheDefaults) {
  const auto policy = parse_policy("", "eqlab.toml");
  ASSERT_TRUE(policy);
  const Thresholds& thresholds = policy->demands.thresholds;
  EXPECT_EQ(thresholds.recall_drop_max, (Limit{.value = 0.01, .certain = true}));
  EXPECT_EQ(thresholds.scenarios_lost_max, (Limit{.value = 0}));
  EXPECT_FALSE(thresholds.recall_min);
  EXPECT_FALSE(policy->demands.deletions_allowed);
  EXPECT_EQ(policy->demands.lint.fail_on, Severity::error);
  EXPECT_TRUE(is_rule_path(*policy, "rules/macos/a.toml"));
  EXPECT_FALSE(is_rule_path(*policy, "rules/_deprecated/a.toml"));
  EXPECT_TRUE(is_case_path(*policy, "rules/a.case"));
}

TEST(Policy, ReadsEveryKey) {
  const auto policy = parse_policy(R"(
[rules]
include = ["detections/*.toml"]
exclude = "detections/old_*"
cases = ["detections/*.case"]
deleted = "allowed"
[corpus]
profile = "realistic"
seed = 7
hosts = 1000
days = 1.5
scenarios = "scenarios"
[thresholds]
recall_min = 0.25
recall_drop_max = false
scenarios_lost_max = 2
false_alarms_max = { value = 400, certain = true }
false_alarms_rise_max = 12.5
false_alarms_growth_max = 0.2
latency_p95_max = "8m"
cap_hits_max = 0
mutation_score_min = 0.9
[thresholds.recall_min_by_family]
evasion = 0.1
[thresholds.recall_min_by_scenario]
M02 = { value = 0.9 }
[lint]
fail_on = "warning"
ignore = ["L316"]
only_new = true
[[rule]]
match = "detections/noisy_*.toml"
lint = { fail_on = "never", ignore = ["L317"], only_new = false }
[rule.thresholds]
false_alarms_max = 4000
cap_hits_max = false
recall_min_by_family = { evasion = 0.2 }
[[rule]]
rule_id = "abc"
thresholds.recall_min = 0.9
thresholds.recall_min_by_scenario.M02 = false
)",
                                   "eqlab.toml");
  ASSERT_TRUE(policy) << policy.error().message;
  const Thresholds& all = policy->demands.thresholds;
  EXPECT_EQ(all.recall_min, (Limit{.value = 0.25}));
  EXPECT_FALSE(all.recall_drop_max);
  EXPECT_EQ(all.false_alarms_max, (Limit{.value = 400, .certain = true}));
  EXPECT_EQ(all.latency_p95_max, (Limit{.value = 480}));
  EXPECT_EQ(all.recall_min_by_scenario.at("M02"), (Limit{.value = 0.9}));
  EXPECT_EQ(policy->corpus.days, 1.5);
  EXPECT_FALSE(is_rule_path(*policy, "detections/old_a.toml"));

  const Demands noisy = demands_on(*policy, "detections/noisy_a.toml", "x");
  EXPECT_EQ(noisy.thresholds.false_alarms_max, (Limit{.value = 4000}));
  EXPECT_EQ(noisy.thresholds.false_alarms_growth_max, (Limit{.value = 0.2}));
  EXPECT_FALSE(noisy.thresholds.cap_hits_max) << "false takes a demand away";
  EXPECT_EQ(noisy.thresholds.recall_min_by_family.at("evasion"), (Limit{.value = 0.2}));
  EXPECT_FALSE(noisy.lint.fail_on);
  EXPECT_FALSE(noisy.lint.only_new);
  EXPECT_EQ(noisy.lint.ignore, (std::vector<std::string>{"L316", "L317"}));
  const Demands by_id = demands_on(*policy, "detections/a.toml", "abc");
  EXPECT_EQ(by_id.thresholds.recall_min, (Limit{.value = 0.9}));
  EXPECT_TRUE(by_id.thresholds.cap_hits_max);
  EXPECT_TRUE(by_id.thresholds.recall_min_by_scenario.empty()) << "also one of a table's";
  EXPECT_EQ(by_id.thresholds.recall_min_by_family.size(), 1U);
  EXPECT_TRUE(by_id.deletions_allowed);
}

TEST(Policy, MistakesAreShownAtTheirPlace) {
  EXPECT_EQ(error_of("[rules\n").substr(0, 7), "E740 1:");
  EXPECT_EQ(error_of("[ruls]\n"), "E741 1:2 there is no key ruls here");
  EXPECT_EQ(error_of("[thresholds]\nrecal_min = 1\n"), "E741 2:1 thresholds has no key recal_min");
  EXPECT_EQ(error_of("[thresholds]\nrecall_min = 30\n"),
            "E742 2:14 recall_min must be a share from 0 to 1");
  EXPECT_EQ(error_of("[thresholds]\nrecall_min = \"much\"\n"),
            "E742 2:14 recall_min must be a share from 0 to 1");
  EXPECT_EQ(error_of("[thresholds]\nfalse_alarms_max = -1\n"),
            "E742 2:20 false_alarms_max must be a number that is not negative");
  EXPECT_EQ(error_of("[thresholds]\nfalse_alarms_max = inf\n"),
            "E742 2:20 false_alarms_max must be a number that is not negative");
  EXPECT_EQ(error_of("[thresholds]\nlatency_p95_max = 5\n"),
            "E742 2:19 latency_p95_max must be a length of time such as \"10m\"");
  EXPECT_EQ(error_of("[thresholds]\nscenarios_lost_max = 0.5\n"),
            "E742 2:22 scenarios_lost_max must be a whole number");
  EXPECT_EQ(error_of("[thresholds]\ncap_hits_max = { value = 1, certain = true }\n"),
            "E742 2:39 cap_hits_max has no interval to be certain by");
  EXPECT_EQ(error_of("[thresholds]\nrecall_min = { certain = true }\n"),
            "E742 2:14 recall_min lacks its value");
  EXPECT_EQ(error_of("[lint]\nfail_on = \"info\"\n").substr(0, 10), "E742 2:11 ");
  EXPECT_EQ(error_of("[lint]\nignore = [\"X1\"]\n"), "E742 2:10 X1 is no code of lint");
  EXPECT_EQ(error_of("[corpus]\nfolder = \"c\"\nseed = 1\n").substr(0, 5), "E742 ");
  EXPECT_EQ(error_of("[corpus]\nseed = -1\n").substr(0, 10), "E742 2:8 s");
  EXPECT_EQ(error_of("[[rule]]\nlint.fail_on = \"never\"\n").substr(0, 7), "E742 1:");
  EXPECT_EQ(error_of("[rule]\nmatch = \"a\"\n").substr(0, 5), "E742 ");
  EXPECT_EQ(error_of("[corpus]\nprofile = \"/etc/passwd\"\n"),
            "E742 2:11 profile lies outside the policy's folder");
  EXPECT_EQ(error_of("[corpus]\nfolder = \"a/../../x\"\n").substr(0, 10), "E742 2:10 ");
  EXPECT_EQ(error_of("[corpus]\nscenarios = \"..\"\n").substr(0, 10), "E742 2:13 ");
  EXPECT_EQ(error_of("[corpus]\nscenarios = \"a/../b\"\n"), "no error");
  EXPECT_EQ(error_of("[rules]\ndeleted = true\n"),
            "E742 2:11 deleted must be \"judged\" or \"allowed\"");
  EXPECT_EQ(error_of("rules = 3\n").substr(0, 5), "E742 ");
  EXPECT_EQ(error_of(std::string(2U << 20, '#')).substr(0, 5), "E740 ");
}

TEST(Policy, TheHintNamesTheNearestKey) {
  const auto policy = parse_policy("[thresholds]\nrecal_min = 1\n", "eqlab.toml");
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().hint, "did you mean recall_min?");
  EXPECT_EQ(policy.error().place->source_line, "recal_min = 1");
}

}  // namespace
}  // namespace eqlab::gate
