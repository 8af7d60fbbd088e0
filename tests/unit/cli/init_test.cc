// `eqlab init` as its users meet it.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/gate/policy.h"
#include "tests/unit/cli/program.h"

namespace eqlab::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string rule_with(const std::string& name, const std::string& query) {
  return "[rule]\nname = \"" + name +
         "\"\ntype = \"eql\"\nlanguage = \"eql\"\nseverity = \"low\"\n" +
         "risk_score = 21\nquery = '''\n" + query + "\n'''\n";
}

const std::string simple = "process where process.name : (\"curl\", \"wget\")";

/// Everything in a folder, by path relative to it.
std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) out.push_back(entry.path().lexically_relative(folder).string());
  }
  std::ranges::sort(out);
  return out;
}

TEST(Init, WritesPolicyCaseAndPipelineForAFolderOfRules) {
  const TemporaryFolder folder;
  folder.write("repo/.git/config", "[remote \"origin\"]\n\turl = git@github.com:a/b.git\n");
  folder.write("repo/rules/one.toml", rule_with("One", simple));
  const Outcome outcome =
      eqlab({"init", "rules", "--source", "team/eqlab@v0.1.0"}, {.folder = folder.path("repo")});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "rules   1 in rules\n"
            "wrote   rules/eqlab.toml              what a change must keep\n"
            "        rules/one.case                first cases of One, which pass\n"
            "        .github/workflows/eqlab.yml   the gate on each change\n"
            "next    eqlab test rules/one.case\n"
            "          then put in what a real incident has\n"
            "        eqlab gate --policy rules/eqlab.toml\n"
            "          what the gate says of the rules as they are\n"
            "        git add rules/eqlab.toml rules/one.case .github/workflows/eqlab.yml\n"
            "          when you agree with them\n");
  EXPECT_EQ(
      read_file(folder.path("repo/rules/one.case")),
      "# What the rule sees and what it does not, one behaviour a block; `eqlab test` runs them.\n"
      "# The values are the rule's own: put in what a real incident has.\n\n"
      "rule: one.toml\n\n"
      "why: an event that the rule is for\nevents\n  1  @0s  process process.name=curl\n"
      "ids\n  1\n\n"
      "why: an event with another process.name is not seen\nevents\n"
      "  1  @0s  process process.name=curl-other\nids\n  none\n");
  EXPECT_EQ(eqlab({"test", folder.path("repo/rules")}).status, 0);
  const std::string workflow = read_file(folder.path("repo/.github/workflows/eqlab.yml"));
  EXPECT_TRUE(contains(workflow, "uses: team/eqlab/ci/github@v0.1.0\n"));
  EXPECT_TRUE(contains(workflow, "policy: 'rules/eqlab.toml'\n"));
  EXPECT_FALSE(contains(workflow, "OWNER") || contains(workflow, "RELEASE"));
}

TEST(Init, ThePolicyIsOneThatTheGateTakes) {
  const TemporaryFolder folder;
  folder.write("a.toml", rule_with("A", simple));
  folder.write("pyproject.toml", "[project]\nname = \"x\"\n");
  folder.write("sub \"folder\"/deep/b.toml", rule_with("B", simple));
  folder.write("sub \"folder\"/c.eql", simple);
  ASSERT_EQ(eqlab({"init", folder.path(""), "--ci", "none"}).status, 0);
  const std::string text = read_file(folder.path("eqlab.toml"));
  const auto policy = gate::parse_policy(text, "eqlab.toml");
  ASSERT_TRUE(policy) << policy.error().message << text;
  for (const char* const path : {"a.toml", "sub \"folder\"/deep/b.toml", "sub \"folder\"/c.eql"})
    EXPECT_TRUE(gate::is_rule_path(*policy, path)) << path;
  for (const char* const path : {"pyproject.toml", "eqlab.toml", "other/x.toml"})
    EXPECT_FALSE(gate::is_rule_path(*policy, path)) << path;
  EXPECT_TRUE(gate::is_case_path(*policy, "a.case"));
  EXPECT_TRUE(policy->demands.thresholds.recall_drop_max->certain);
  // What stands behind a # can be switched on.
  std::string on = text;
  for (std::size_t at = 0; (at = on.find("\n# ", at)) != std::string::npos; ++at) {
    const std::string line = on.substr(at + 3, on.find('\n', at + 1) - at - 3);
    if (contains(line, " = ") || line == "[[rule]]") on.erase(at + 1, 2);
  }
  const auto all = gate::parse_policy(on, "eqlab.toml");
  ASSERT_TRUE(all) << all.error().message << on;
  EXPECT_TRUE(all->demands.thresholds.mutation_score_min);
  EXPECT_EQ(all->rules.size(), 1U);
  // So can every level that it names.
  const std::size_t levels = text.find("fail_on = \"error\"");
  ASSERT_NE(levels, std::string::npos);
  const std::string named = text.substr(levels, text.find('\n', levels) - levels);
  std::size_t count = 0;
  for (std::size_t open = 0; (open = named.find('"', open)) != std::string::npos; ++count) {
    const std::size_t close = named.find('"', open + 1);
    ASSERT_NE(close, std::string::npos);
    const std::string level = named.substr(open, close + 1 - open);
    const auto other = gate::parse_policy("[lint]\nfail_on = " + level + "\n", "eqlab.toml");
    EXPECT_TRUE(other) << level;
    open = close + 1;
  }
  EXPECT_EQ(count, 4U);
}

TEST(Init, TheGateRunsOnWhatItWrote) {
  const TemporaryFolder folder;
  folder.write("rules/one.toml", rule_with("One", simple));
  ASSERT_EQ(eqlab({"init", folder.path("")}).status, 0);
  const Outcome outcome =
      eqlab({"gate", "--hosts", "20", "--days", "0.2"}, {.folder = folder.path("")});
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "rules/one.toml")) << outcome.out;
}

TEST(Init, MakesCasesForEveryRuleOfThisProject) {
  const std::string rules = EQLAB_SOURCE_DIR "/rules";
  std::size_t made = 0;
  for (const auto& entry : fs::recursive_directory_iterator(rules)) {
    if (entry.path().extension() != ".toml") continue;
    const TemporaryFolder folder;
    folder.write("r.toml", read_file(entry.path().string()));
    ASSERT_EQ(eqlab({"init", folder.path("")}).status, 0) << entry.path();
    const Outcome tested = eqlab({"test", folder.path("")});
    EXPECT_EQ(tested.status, 0) << tested.out;
    const bool has_maxspan = contains(read_file(entry.path().string()), "maxspan");
    EXPECT_EQ(tested.out,
              has_maxspan ? "3 passed, 0 failed  (1 file)\n" : "2 passed, 0 failed  (1 file)\n")
        << entry.path();
    ++made;
  }
  EXPECT_GE(made, 7U);
  const TemporaryFolder folder;
  fs::copy(rules, folder.path("rules"), fs::copy_options::recursive);
  const Outcome covered = eqlab({"init", folder.path("rules")});
  EXPECT_EQ(covered.status, 0) << covered.err;
  EXPECT_TRUE(contains(covered.out, "note    every rule has cases already\n")) << covered.out;
}

TEST(Init, NeverOverwritesUnlessAskedTo) {
  const TemporaryFolder folder;
  folder.write("one.toml", rule_with("One", simple));
  folder.write("two.toml", rule_with("Two", simple));
  folder.write("eqlab.toml", "mine\n");
  const Outcome refused = eqlab({"init", "--ci", "github"}, {.folder = folder.path("")});
  EXPECT_EQ(refused.status, 2);
  EXPECT_EQ(refused.err,
            "eqlab.toml: error E772: is there already; nothing was written\n"
            "  --force replaces what is there\n");
  EXPECT_EQ(files_in(folder.path("")),
            (std::vector<std::string>{"eqlab.toml", "one.toml", "two.toml"}));
  ASSERT_EQ(eqlab({"init", "--force"}, {.folder = folder.path("")}).status, 0);
  EXPECT_NE(read_file(folder.path("eqlab.toml")), "mine\n");
  // Cases are never replaced: the next rule without any gets its first ones.
  folder.write("one.case", read_file(folder.path("one.case")) + "# mine\n");
  ASSERT_EQ(eqlab({"init", "--force"}, {.folder = folder.path("")}).status, 0);
  EXPECT_TRUE(contains(read_file(folder.path("one.case")), "# mine"));
  EXPECT_TRUE(fs::exists(folder.path("two.case")));
}

TEST(Init, APipelineThatIsThereStays) {
  const TemporaryFolder folder;
  folder.write(".git/config", "");
  folder.write("one.toml", rule_with("One", simple));
  folder.write(".gitlab-ci.yml", "mine\n");
  const Outcome asked = eqlab({"init", folder.path(""), "--ci", "gitlab"});
  EXPECT_EQ(asked.status, 2);
  EXPECT_TRUE(contains(asked.err, "--ci none leaves the pipeline out")) << asked.err;
  EXPECT_FALSE(fs::exists(folder.path("eqlab.toml")));
  const Outcome suggested = eqlab({"init", folder.path("")});
  EXPECT_EQ(suggested.status, 0) << suggested.err;
  EXPECT_TRUE(contains(suggested.out, ".gitlab-ci.yml is there already")) << suggested.out;
  EXPECT_EQ(read_file(folder.path(".gitlab-ci.yml")), "mine\n");
}

TEST(Init, WritesAllOrNothing) {
  const TemporaryFolder folder;
  folder.write("rules/one.toml", rule_with("One", simple));
  folder.write("rules/.git/config", "");
  // The pipeline's folder cannot be made: a file has its name.
  folder.write("rules/.github", "");
  const Outcome outcome = eqlab({"init", folder.path("rules"), "--ci", "github"});
  EXPECT_EQ(outcome.status, 3) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "error E902"));
  EXPECT_EQ(files_in(folder.path("rules")),
            (std::vector<std::string>{".git/config", ".github", "one.toml"}));
  // What was there is put back.
  folder.write("rules/eqlab.toml", "mine\n");
  EXPECT_EQ(eqlab({"init", folder.path("rules"), "--ci", "github", "--force"}).status, 3);
  EXPECT_EQ(read_file(folder.path("rules/eqlab.toml")), "mine\n");
}

TEST(Init, FoldersThatHoldNothingToBeginWith) {
  const TemporaryFolder folder;
  folder.write("empty/readme.txt", "");
  folder.write("broken/a.toml", "[rule]\nname = \n");
  folder.write("other/pyproject.toml", "[project]\nname = \"x\"\n");
  const Outcome none = eqlab({"init", folder.path("empty")});
  EXPECT_EQ(none.status, 2);
  EXPECT_TRUE(contains(none.err, "error E771: there is no EQL rule in this folder or below"));
  EXPECT_EQ(eqlab({"init", folder.path("other")}).status, 2);
  const Outcome broken = eqlab({"init", folder.path("broken")});
  EXPECT_EQ(broken.status, 2);
  EXPECT_TRUE(contains(broken.err, "a.toml:2:")) << broken.err;
  const Outcome gone = eqlab({"init", folder.path("gone")});
  EXPECT_EQ(gone.status, 3);
  EXPECT_TRUE(contains(gone.err, "error E901: there is no such folder")) << gone.err;
  const Outcome file = eqlab({"init", folder.path("empty/readme.txt")});
  EXPECT_EQ(file.status, 2);
  EXPECT_TRUE(contains(file.err, "error E770: this is not a folder")) << file.err;
  if (::geteuid() != 0) {
    ASSERT_EQ(::chmod(folder.path("empty").c_str(), 0), 0);
    EXPECT_EQ(eqlab({"init", folder.path("empty")}).status, 3);
    ASSERT_EQ(::chmod(folder.path("empty").c_str(), 0700), 0);
  }
  EXPECT_EQ(
      files_in(folder.path("")),
      (std::vector<std::string>{"broken/a.toml", "empty/readme.txt", "other/pyproject.toml"}));
}

TEST(Init, BrokenRulesDoNotKeepTheOthersFromABeginning) {
  const TemporaryFolder folder;
  folder.write("a.toml", rule_with("A", "process where"));
  folder.write("b.toml", rule_with("B", simple));
  folder.write("c.toml", "[rule]\n");
  const Outcome outcome = eqlab({"init", folder.path("")});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "and 2 that cannot be used\n")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "eqlab check ")) << outcome.out;
  EXPECT_TRUE(fs::exists(folder.path("b.case")));
}

TEST(Init, ARuleForWhichNoMatchCanBeMadeGetsASkeletonThatPasses) {
  const TemporaryFolder folder;
  folder.write("never.toml", rule_with("Never",
                                       "sequence by host.id [process where process.pid > 5 and "
                                       "process.pid < 5] [file where true]"));
  const Outcome outcome = eqlab({"init", folder.path("")});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "where the cases of Never begin")) << outcome.out;
  std::string text = read_file(folder.path("never.case"));
  EXPECT_TRUE(
      contains(text, "# why: what the rule is for\n# events\n#   1  @0s  process  FIELD=VALUE"))
      << text;
  EXPECT_EQ(eqlab({"test", folder.path("")}).out, "1 passed, 0 failed  (1 file)\n");
  // Another rule for which a match can be made comes first, wherever it stands.
  folder.write("zebra.toml", rule_with("Zebra", simple));
  fs::remove(folder.path("never.case"));
  ASSERT_EQ(eqlab({"init", folder.path(""), "--force"}).status, 0);
  EXPECT_TRUE(fs::exists(folder.path("zebra.case")));
  EXPECT_FALSE(fs::exists(folder.path("never.case")));
}

TEST(Init, HostileNames) {
  const TemporaryFolder folder;
  folder.write("rules/-rf \x1b[31m\xe2\x80\xae.toml",
               rule_with("x\\u001b[2J\\u202e\\\"\\nwhy: pwned", simple));
  folder.write("rules/new\nline.toml", rule_with("n", simple));
  folder.write("rules/'; touch pwned; '$(touch pwned)/r.toml", rule_with("r", simple));
  const Outcome outcome = eqlab({"init", "rules"}, {.folder = folder.path("")});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* const raw : {"\x1b", "\xe2\x80\xae"})
    EXPECT_FALSE(contains(outcome.out + outcome.err, raw));
  EXPECT_EQ(eqlab({"test", folder.path("rules")}).status, 0);
  const auto policy = gate::parse_policy(read_file(folder.path("rules/eqlab.toml")), "eqlab.toml");
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_TRUE(gate::is_rule_path(*policy, "'; touch pwned; '$(touch pwned)/r.toml"));
  // A pipeline's file would not take such a path literally.
  const std::string evil = folder.path("rules/'; touch pwned; '$(touch pwned)");
  folder.write(".git/config", "");
  const Outcome refused = eqlab({"init", evil, "--ci", "gitlab"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_TRUE(contains(refused.err, "error E773")) << refused.err;
  for (const char* const source : {"a/b", "a@b", "a/b/c@d", "a/b@d\ne", "-a/b@c", "a/b@c/../d$"}) {
    const Outcome wrong =
        eqlab({"init", "rules", "--ci", "github", "--source", source}, {.folder = folder.path("")});
    EXPECT_EQ(wrong.status, 2) << source;
    EXPECT_TRUE(contains(wrong.err, "error E774")) << wrong.err;
  }
}

TEST(Init, Json) {
  const TemporaryFolder folder;
  folder.write("one.toml", rule_with("One", simple));
  const Outcome outcome =
      eqlab({"init", folder.path(""), "--ci", "pre-commit", "--format", "json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json result = Json::parse(outcome.out);
  EXPECT_EQ(result["eqlab_result"], "init");
  EXPECT_EQ(result["rules"], 1);
  ASSERT_EQ(result["written"].size(), 3U);
  EXPECT_EQ(result["written"][1]["kind"], "case");
  EXPECT_EQ(result["written"][2]["kind"], "pipeline");
  for (const Json& file : result["written"]) EXPECT_TRUE(fs::exists(std::string(file["file"])));
}

}  // namespace
}  // namespace eqlab::test
