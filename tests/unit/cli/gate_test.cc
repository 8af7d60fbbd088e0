// The gate from end to end: a repository made of the example, and changes put to it.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/unit/cli/program.h"
#include "tests/unit/gate/repository.h"

namespace eqlab::test {
namespace {

using Json = nlohmann::json;

const std::string example = EQLAB_SOURCE_DIR "/fixtures/example_rules_repo";
const std::string rule = "rules/macos_package_script_connects.toml";

/// The example as a repository, its work tree the base.
class Example : public Repository {
 public:
  explicit Example(bool with_git = true) : Repository(with_git) {
    std::filesystem::copy(example, path(), std::filesystem::copy_options::recursive);
    if (with_git) commit("base");
  }
  [[nodiscard]] Outcome gate(std::vector<std::string> arguments,
                             const std::string& below = {}) const {
    arguments.insert(arguments.begin(), "gate");
    arguments.emplace_back("--hosts=200");  // half of what the policy says: enough here
    Running how{.folder = path(below)};
    for (const auto& [name, value] : variables()) how.environment.push_back(name + "=" + value);
    return eqlab(arguments, how);
  }
  [[nodiscard]] Json json(std::vector<std::string> arguments) const {
    arguments.emplace_back("--format=json");
    const Outcome out = gate(std::move(arguments));
    Json parsed = Json::parse(out.out, nullptr, false);
    EXPECT_FALSE(parsed.is_discarded()) << out.out << out.err;
    if (!parsed.is_discarded()) {
      EXPECT_EQ(parsed["exit_status"], out.status);
    }
    return parsed;
  }
};

const std::vector<std::string> against_head = {"--base", "HEAD"};

std::string outcome_of(const Json& result, const std::string& check) {
  for (const Json& one : result["rules"][0]["checks"]) {
    if (one["id"] == check) return one["outcome"];
  }
  return "none";
}

TEST(Gate, AGoodChangePassesAndSaysWhatItGains) {
  const Example repository;
  ASSERT_TRUE(repository.replace(rule, R"(("package_script_service"))",
                                 R"(("package_script_service", "installer", "system_installd"))"));
  const Json result = repository.json(against_head);
  EXPECT_EQ(result["verdict"], "pass") << result["reason"];
  ASSERT_EQ(result["rules"].size(), 1U);
  const Json& one = result["rules"][0];
  EXPECT_EQ(one["file"], rule);
  EXPECT_GT(one["effect"]["gained"].size(), 10U);
  EXPECT_EQ(one["effect"]["lost"].size(), 0U);
  EXPECT_EQ(one["changes"][0]["kind"], "member-added");
  const Json& event = one["effect"]["gained"][0]["event"];
  for (const char* const key : {"time", "host", "process", "parent", "id"})
    EXPECT_NE(event[key], "") << key;
  const Outcome text = repository.gate(against_head);
  EXPECT_EQ(text.status, 0);
  EXPECT_NE(text.out.find("gained "), std::string::npos);
  EXPECT_NE(text.out.find("Silver Sparrow"), std::string::npos) << text.out;
}

TEST(Gate, AHarmfulChangeFailsAndNamesWhatIsLost) {
  const Example repository;
  ASSERT_TRUE(repository.replace(rule, R"("curl", )", ""));
  const Json result = repository.json(against_head);
  EXPECT_EQ(result["verdict"], "fail");
  EXPECT_EQ(outcome_of(result, "recall-drop"), "failed");
  EXPECT_EQ(outcome_of(result, "scenarios-lost"), "failed");
  EXPECT_EQ(outcome_of(result, "cases"), "failed");
  const Json& one = result["rules"][0];
  EXPECT_LT(one["effect"]["recall"]["p_value"], 1e-6);
  for (const Json& lost : one["effect"]["lost"]) {
    EXPECT_EQ(lost["subject"], "curl");
    EXPECT_EQ(lost["cause"], 0);
  }
  EXPECT_EQ(one["changes"][0]["text"], "step 2: removed \"curl\" from process.name :");
  const Outcome text = repository.gate(against_head);
  EXPECT_EQ(text.status, 1);
  EXPECT_EQ(text.out.substr(0, 6), "FAIL  ");
  EXPECT_NE(text.out.find("by: step 2: removed \"curl\""), std::string::npos);
  EXPECT_NE(text.out.find("M11 oRAT style"), std::string::npos) << "a lost scenario is named";
}

TEST(Gate, ACosmeticChangeIsProvedEquivalentWithoutAScan) {
  const Example repository;
  ASSERT_TRUE(repository.replace(
      rule, "process.name : (\"bash\", \"sh\", \"zsh\", \"osascript\")]",
      "// shells\n      process.name : (\"zsh\", \"sh\",\n      \"osascript\", \"bash\")]"));
  const Json result = repository.json(against_head);
  EXPECT_EQ(result["verdict"], "pass");
  EXPECT_TRUE(result["rules"][0]["equivalent"].get<bool>());
  EXPECT_TRUE(result["corpus"].is_null()) << "nothing was scanned";
  EXPECT_EQ(result["reason"], "proved to raise the same alerts");
}

TEST(Gate, ABrokenChangeIsUnusableWithACaret) {
  const Example repository;
  ASSERT_TRUE(repository.replace(rule, "maxspan=30s", "maxspan=30 parsecs"));
  const Outcome out = repository.gate(against_head);
  EXPECT_EQ(out.status, 2);
  EXPECT_NE(out.err.find(rule + ":28:"), std::string::npos) << out.err;
  EXPECT_NE(out.err.find("\n  sequence by host.id, user.id with maxspan=30 parsecs\n"),
            std::string::npos);
  EXPECT_NE(out.err.find("^"), std::string::npos);
  EXPECT_EQ(out.out.substr(0, 6), "ERROR ");
  // A file whose header is gone holds no rule any more: that is no deletion.
  ASSERT_TRUE(repository.replace(rule, "[rule]", "[rule"));
  const Outcome ruined = repository.gate(against_head);
  EXPECT_EQ(ruined.status, 2);
  EXPECT_NE(ruined.err.find("E301"), std::string::npos);
  EXPECT_EQ(ruined.out.find("deleted"), std::string::npos);
}

TEST(Gate, CasesThatNoticeTooFewMutantsFail) {
  const Example repository;
  ASSERT_TRUE(repository.replace("eqlab.toml", "[thresholds]\n",
                                 "[thresholds]\nmutation_score_min = 0.999\n"));
  ASSERT_TRUE(repository.replace(rule, R"("zsh", "osascript")", R"("zsh", "osascript", "perl")"));
  const Json result = repository.json(against_head);
  EXPECT_EQ(outcome_of(result, "mutation"), "failed") << result.dump(1);
  EXPECT_EQ(result["verdict"], "fail");
}

TEST(Gate, RulesAddedDeletedAndRenamed) {
  const Example repository;
  ASSERT_TRUE(repository.replace("eqlab.toml", "[rules]\n", "[rules]\ndeleted = \"allowed\"\n"));
  ASSERT_EQ(repository.git({"mv", rule, "rules/renamed.toml"}), 0);
  ASSERT_EQ(
      repository.git({"mv", "rules/macos_package_script_connects.case", "rules/renamed.case"}), 0);
  ASSERT_TRUE(repository.replace("rules/renamed.case", "macos_package_script_connects.toml",
                                 "renamed.toml"));
  std::filesystem::remove(repository.path("rules/macos_package_script_curl_insecure.toml"));
  std::filesystem::remove(repository.path("rules/macos_package_script_curl_insecure.case"));
  std::string fresh = repository.read("rules/renamed.toml");
  fresh.replace(fresh.find("5c1f0f6e"), 8, "6d2a1a7f");
  fresh.replace(fresh.find("Package Script Followed by"), 26, "Another Script Followed by");
  repository.write("rules/zz_new.toml", fresh);
  const Json result = repository.json(against_head);
  EXPECT_EQ(result["verdict"], "pass") << result["reason"];
  ASSERT_EQ(result["rules"].size(), 3U);
  const Json& deleted = result["rules"][0];
  EXPECT_EQ(deleted["change"], "deleted");
  EXPECT_GT(deleted["before"]["recall"]["of"], 0);
  const Json& renamed = result["rules"][1];
  EXPECT_EQ(renamed["old_file"], rule);
  const Json& added = result["rules"][2];
  EXPECT_EQ(added["change"], "added");
  EXPECT_GT(added["after"]["recall"]["hits"], 0);
}

TEST(Gate, ARuleThatGoesIsHeldToWhatItCaught) {
  const Example repository;
  std::filesystem::remove(repository.path(rule));
  std::filesystem::remove(repository.path("rules/macos_package_script_connects.case"));
  const Json result = repository.json(against_head);
  EXPECT_EQ(result["verdict"], "fail") << result["reason"];
  EXPECT_EQ(outcome_of(result, "recall-drop"), "failed");
  EXPECT_EQ(outcome_of(result, "scenarios-lost"), "failed");
}

TEST(Gate, ARuleMovedUnderANewIdIsStillTheSameRule) {
  const Example repository;
  ASSERT_EQ(repository.git({"mv", rule, "rules/renamed.toml"}), 0);
  ASSERT_TRUE(repository.replace("rules/renamed.toml", "5c1f0f6e", "6d2a1a7f"));
  ASSERT_TRUE(repository.replace("rules/renamed.toml", R"("curl", )", ""));
  std::filesystem::remove(repository.path("rules/macos_package_script_connects.case"));
  const Json result = repository.json(against_head);
  EXPECT_EQ(result["verdict"], "fail") << result["reason"];
  ASSERT_EQ(result["rules"].size(), 1U);
  EXPECT_EQ(result["rules"][0]["old_file"], rule);
  EXPECT_EQ(outcome_of(result, "rule-id"), "failed");
  EXPECT_EQ(outcome_of(result, "recall-drop"), "failed");
}

TEST(Gate, SymbolicLinksAreNotFollowed) {
  const Example repository;
  repository.write("elsewhere/secret.txt", "[rule]\nroot:x:0:0\n");
  std::filesystem::create_symlink("../elsewhere/secret.txt", repository.path("rules/y.toml"));
  const Outcome out = repository.gate(against_head);
  EXPECT_EQ(out.status, 2);
  EXPECT_NE(out.err.find("rules/y.toml: error E743"), std::string::npos) << out.err;
  EXPECT_EQ((out.err + out.out).find("root:x"), std::string::npos) << "nor shown";
  std::filesystem::remove(repository.path("rules/y.toml"));
  std::filesystem::create_directory_symlink("../elsewhere", repository.path("rules/more"));
  const Outcome folder = repository.gate(against_head);
  EXPECT_EQ(folder.status, 0);
  EXPECT_NE(folder.out.find("rules/more is a symbolic link to a folder"), std::string::npos)
      << folder.out;
  repository.commit("without");
  std::filesystem::rename(repository.path(rule), repository.path("elsewhere/r.toml"));
  std::filesystem::create_symlink("../elsewhere/r.toml", repository.path(rule));
  EXPECT_EQ(repository.gate(against_head).status, 2) << "a rule that becomes a link";
}

TEST(Gate, FilesNamedInVainAreErrors) {
  const Example repository;
  const Outcome out = repository.gate({"rules/typo.toml", rule, "--base", "HEAD"});
  EXPECT_EQ(out.status, 3);
  EXPECT_NE(out.err.find("rules/typo.toml: error E901"), std::string::npos) << out.err;
  std::filesystem::remove(repository.path("rules/macos_package_script_curl_insecure.toml"));
  EXPECT_NE(
      repository.gate({"rules/macos_package_script_curl_insecure.toml", rule, "--base", "HEAD"})
          .out.find("(deleted)"),
      std::string::npos)
      << "it was there at the base";
}

TEST(Gate, WorkflowsTakeNoCommandsFromRulesAndPolicies) {
  const Example repository;
  const auto run = [&repository] {
    Running how{.folder = repository.path()};
    for (const auto& [name, value] : Repository::variables())
      how.environment.push_back(name + "=" + value);
    how.environment.emplace_back("GITHUB_ACTIONS=true");
    const Outcome out = eqlab({"gate", "--base", "HEAD"}, how);
    EXPECT_EQ(out.status, 2);
    return out.out + out.err;
  };
  repository.write("rules/evil.eql", "process where\n::stop-commands::x\n");
  ASSERT_TRUE(repository.replace("eqlab.toml", "rules/**/*.toml", "rules/**/*.eql"));
  const std::string of_rule = run();
  EXPECT_NE(of_rule.find(": :stop-commands"), std::string::npos) << of_rule;
  EXPECT_EQ(of_rule.find("::stop-commands"), std::string::npos);
  repository.write("eqlab.toml", "::stop-commands::x\n");
  const std::string of_policy = run();
  EXPECT_NE(of_policy.find(": :stop-commands"), std::string::npos) << of_policy;
  EXPECT_EQ(of_policy.find("::stop-commands"), std::string::npos);
}

TEST(Gate, AChangeOfPolicyOrCasesIsSaid) {
  const Example repository;
  const std::string said = "eqlab.toml differs from the base";
  EXPECT_EQ(repository.gate(against_head).out.find(said), std::string::npos);
  ASSERT_TRUE(repository.replace("eqlab.toml", "cap_hits_max = 0", "cap_hits_max = 9"));
  EXPECT_NE(repository.gate(against_head).out.find(said), std::string::npos);
  const std::string cases = "rules/macos_package_script_connects.case";
  repository.write(cases, repository.read(cases) + "\n# one word\n");
  EXPECT_NE(repository.gate(against_head).out.find(cases + ": changed since the base"),
            std::string::npos);
  std::filesystem::remove(repository.path(cases));
  EXPECT_NE(repository.gate(against_head).out.find(cases + ": gone since the base"),
            std::string::npos);
}

TEST(Gate, DemandsThatNothingCanMeet) {
  const Example repository;
  const std::string policy = repository.read("eqlab.toml");
  ASSERT_TRUE(repository.replace(rule, "maxspan=30s", "maxspan=20s"));
  repository.write("eqlab.toml", policy + "thresholds.recall_min_by_scenario.E9999 = 0.1\n");
  const Outcome unknown = repository.gate(against_head);
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("E742"), std::string::npos) << unknown.err;
  EXPECT_NE(unknown.err.find("names E9999, and the events have no such scenario"),
            std::string::npos);
  repository.write("eqlab.toml", policy);
  ASSERT_TRUE(
      repository.replace("eqlab.toml", "[thresholds]\n", "[thresholds]\nrecall_min = 0.1\n"));
  ASSERT_TRUE(repository.replace("eqlab.toml", "profile = \"balanced\"", "profile = \"clean\""));
  const Json clean = repository.json(against_head);
  EXPECT_EQ(clean["exit_status"], 1) << clean["reason"];
  EXPECT_EQ(outcome_of(clean, "recall"), "failed");
}

TEST(Gate, ABaseThatCannotBeReadLeavesAbsoluteThresholds) {
  const Example repository;
  const std::string good = repository.read(rule);
  ASSERT_TRUE(repository.replace(rule, "maxspan=30s", "maxspan=thirty"));
  repository.commit("broken");
  repository.write(rule, good);
  const Json result = repository.json(against_head);
  EXPECT_EQ(result["verdict"], "pass");
  EXPECT_FALSE(result["rules"][0]["base_usable"].get<bool>());
  EXPECT_EQ(outcome_of(result, "against-base"), "skipped");
  EXPECT_EQ(outcome_of(result, "latency"), "passed");
  repository.write(rule, "[rule]\n???\n");
  repository.commit("worse");
  repository.write(rule, good);
  EXPECT_FALSE(repository.json(against_head)["rules"][0]["base_usable"].get<bool>());
}

TEST(Gate, ARuleWhoseSearchFailsDoesNotKeepOthersFromBeingJudged) {
  const Example repository;
  ASSERT_TRUE(repository.replace(rule, R"("curl", )", ""));
  ASSERT_TRUE(repository.replace("rules/macos_package_script_curl_insecure.toml",
                                 "process.name : \"curl\"", "1 / (process.pid - process.pid) > 0"));
  const Json result = repository.json(against_head);
  EXPECT_EQ(result["exit_status"], 2);
  ASSERT_EQ(result["rules"].size(), 2U);
  EXPECT_GT(result["rules"][0]["effect"]["lost"].size(), 10U);
  EXPECT_FALSE(result["rules"][1]["usable"].get<bool>());
  EXPECT_EQ(result["rules"][1]["diagnostics"][0]["code"], "E216");
}

TEST(Gate, WithoutGitOnlyAbsoluteThresholdsAndThatIsSaid) {
  const Example folder(false);
  const Outcome out = folder.gate({});
  EXPECT_EQ(out.status, 0) << out.err;
  EXPECT_NE(out.out.find("no base: judged by absolute thresholds alone"), std::string::npos);
  const Outcome asked = folder.gate(against_head);
  EXPECT_EQ(asked.status, 3);
  EXPECT_NE(asked.err.find("E746"), std::string::npos);
  const Example repository;
  const Outcome unknown = repository.gate({"--base", "origin/main"});
  EXPECT_EQ(unknown.status, 3);
  EXPECT_NE(unknown.err.find("E744"), std::string::npos);
}

TEST(Gate, AFileCanBeTheBase) {
  const Example folder(false);
  folder.write("old.toml", folder.read(rule));
  ASSERT_TRUE(folder.replace(rule, R"("curl", )", ""));
  const Json result = folder.json({rule, "--base-file", "old.toml"});
  EXPECT_EQ(result["verdict"], "fail");
  EXPECT_EQ(result["base"]["kind"], "file");
  ASSERT_EQ(result["rules"].size(), 1U);
  EXPECT_GT(result["rules"][0]["effect"]["lost"].size(), 10U);
}

TEST(Gate, AStoredBaselineStandsInForTheBase) {
  const Example folder(false);
  const std::vector<std::string> with_baseline = {"--baseline", "baseline.json"};
  EXPECT_EQ(folder.gate(with_baseline).status, 3) << "it is not there yet";
  EXPECT_EQ(folder.gate({"--update-baseline"}).status, 2);
  const Outcome made = folder.gate({"--update-baseline", "--baseline", "baseline.json"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_NE(made.out.find(rule + "  recall 3"), std::string::npos) << made.out;
  const std::string text = folder.read("baseline.json");
  EXPECT_NE(text.find("\"scenarios\": {"), std::string::npos);
  ASSERT_EQ(folder.gate({"--update-baseline", "--baseline", "baseline.json"}).status, 0);
  EXPECT_EQ(folder.read("baseline.json"), text) << "the same again";
  const Json same = folder.json(with_baseline);
  EXPECT_EQ(same["verdict"], "pass");
  EXPECT_EQ(same["unchanged"], 2);
  ASSERT_TRUE(folder.replace(rule, R"("curl", )", ""));
  const Json result = folder.json(with_baseline);
  EXPECT_EQ(result["verdict"], "fail");
  EXPECT_EQ(outcome_of(result, "recall-drop"), "failed");
  EXPECT_TRUE(result["rules"][0]["baseline_effect"]["same_corpus"].get<bool>());
  folder.write("baseline.json", "{}");
  EXPECT_EQ(folder.gate(with_baseline).status, 2);
}

TEST(Gate, WorksBelowTheTopOfTheRepository) {
  const Repository repository;
  std::filesystem::copy(example, repository.path("detections"),
                        std::filesystem::copy_options::recursive);
  repository.commit("base");
  ASSERT_TRUE(repository.replace("detections/" + rule, R"("curl", )", ""));
  Running how{.folder = repository.path("detections/rules")};
  for (const auto& [name, value] : Repository::variables())
    how.environment.push_back(name + "=" + value);
  const Outcome out = eqlab({"gate", "--base", "HEAD", "--annotations"}, how);
  EXPECT_EQ(out.status, 1) << out.err;
  EXPECT_NE(out.out.find("\n::error file=detections/" + rule + ",line=33,"), std::string::npos)
      << out.out;
}

TEST(Gate, WritesAllOutputsInOneRun) {
  const Example repository;
  ASSERT_TRUE(repository.replace(rule, R"("curl", )", ""));
  const Outcome out =
      repository.gate({"--base", "HEAD", "--output-json", "gate.json", "--output-junit", "gate.xml",
                       "--output-sarif", "out/gate.sarif", "--output-markdown", "gate.md"});
  EXPECT_EQ(out.status, 1);
  EXPECT_EQ(Json::parse(repository.read("gate.json"))["verdict"], "fail");
  EXPECT_EQ(Json::parse(repository.read("out/gate.sarif"))["version"], "2.1.0");
  EXPECT_NE(repository.read("gate.xml").find("<testsuite name=\"" + rule), std::string::npos);
  EXPECT_EQ(repository.read("gate.md").substr(0, 8), "### FAIL");
}

TEST(Gate, PolicyAndArgumentsThatCannotBeUsed) {
  const Example repository;
  ASSERT_TRUE(repository.replace("eqlab.toml", "cap_hits_max", "cap_hit_max"));
  const Outcome policy = repository.gate(against_head);
  EXPECT_EQ(policy.status, 2);
  EXPECT_NE(policy.err.find("eqlab.toml:19:1: error E741"), std::string::npos) << policy.err;
  EXPECT_NE(policy.err.find("did you mean cap_hits_max?"), std::string::npos);
  ASSERT_TRUE(repository.replace("eqlab.toml", "cap_hit_max", "cap_hits_max"));
  ASSERT_TRUE(repository.replace("eqlab.toml", "curl_insecure", "curl_secure"));
  EXPECT_NE(repository.gate(against_head).out.find("[[rule]] means no rule that is there"),
            std::string::npos);
  const Repository empty(false);
  Running how{.folder = empty.path()};
  const Outcome nothing = eqlab({"gate"}, how);
  EXPECT_EQ(nothing.status, 2);
  EXPECT_NE(nothing.err.find("E743"), std::string::npos);
  EXPECT_EQ(eqlab({"gate", "--base", "x", "--base-file", "y"}, how).status, 2);
  EXPECT_EQ(eqlab({"gate", "/no/such/rule.toml"}, how).status, 2);
}

TEST(Gate, TheResultIsTheSameAtAnyNumberOfThreads) {
  const Example repository;
  ASSERT_TRUE(repository.replace(rule, "maxspan=30s", "maxspan=5s"));
  const Outcome one = repository.gate({"--base", "HEAD", "--format=json", "--threads=1"});
  const Outcome four = repository.gate({"--base", "HEAD", "--format=json", "--threads=4"});
  EXPECT_EQ(one.out, four.out);
  EXPECT_NE(one.out.find("\"kind\": \"maxspan\""), std::string::npos);
}

}  // namespace
}  // namespace eqlab::test
