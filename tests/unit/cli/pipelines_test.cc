// What ci/ offers to other people's pipelines: the shell code of each step, run as GitHub, GitLab
// and pre-commit run it, and the files around it held against what they name.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/cli/program.h"

namespace eqlab::test {
namespace {

namespace fs = std::filesystem;

const std::string source = EQLAB_SOURCE_DIR;
const std::string program = EQLAB_BINARY;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string rule_with(const std::string& programs) {
  return "[rule]\nname = \"Package script connects\"\nrule_id = "
         "\"6f1f2a90-3c5e-4d7a-9b1e-0d2c4b6a8e10\"\ntype = \"eql\"\nlanguage = \"eql\"\nindex = "
         "[\"logs-endpoint.events.*\"]\nseverity = \"low\"\nrisk_score = 21\nfrom = \"now-9m\"\n"
         "interval = \"5m\"\nquery = '''\nsequence by host.id, user.id with maxspan=30s\n"
         "  [process where event.type == \"start\" and process.parent.name : "
         "\"package_script_service\"]\n"
         "  [network where event.type == \"start\" and process.name : (" +
         programs + ")]\n'''\n";
}

/// A repository of rules with one commit, in which curl is on the list, and a change that is not
/// committed.
class Checkout {
 public:
  Checkout() {
    folder.write("repo/rules/r.toml", rule_with("\"curl\", \"python*\""));
    folder.write("repo/eqlab.toml",
                 "[rules]\ninclude = [\"rules/*.toml\"]\n[corpus]\nhosts = 60\ndays = 1\nseed = 1\n"
                 "[lint]\nfail_on = \"never\"\n");
    git({"init", "--quiet", "--initial-branch=main", "."});
    git({"add", "."});
    git({"-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "--quiet", "-m", "base"});
    base = git({"rev-parse", "HEAD"});
    base.pop_back();
  }

  std::string git(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"-C", repository()});
    const Outcome outcome = run("git", arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.out;
  }
  [[nodiscard]] std::string repository() const { return folder.path("repo"); }
  void change(const std::string& programs) const {
    folder.write("repo/rules/r.toml", rule_with(programs));
  }

  /// A script in the checkout, told what a runner tells it.
  [[nodiscard]] Outcome step(const std::string& script,
                             const std::vector<std::string>& environment) const {
    Running how;
    how.environment = {"RUNNER_TEMP=" + folder.path("temp"),
                       "GITHUB_OUTPUT=" + folder.path("output"),
                       "GITHUB_STEP_SUMMARY=" + folder.path("summary.md"),
                       "CI_PROJECT_DIR=" + repository(),
                       "CI_MERGE_REQUEST_DIFF_BASE_SHA=",
                       "CI_COMMIT_BEFORE_SHA="};
    how.folder = repository();
    for (const std::string& variable : environment) how.environment.push_back(variable);
    return run("bash", {source + "/" + script}, how);
  }

  [[nodiscard]] std::map<std::string, std::string> outputs() const {
    std::map<std::string, std::string> out;
    std::istringstream lines(read_file(folder.path("output")));
    for (std::string line; std::getline(lines, line);)
      out[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
    return out;
  }

  TemporaryFolder folder;
  std::string base;
};

TEST(GithubAction, AHarmfulChangeFailsAndLeavesReportsSummaryAndOutputs) {
  const Checkout checkout;
  checkout.change("\"python*\"");
  const Outcome outcome =
      checkout.step("ci/github/gate", {"EQLAB_PROGRAM=" + program, "GITHUB_EVENT_NAME=pull_request",
                                       "EQLAB_PULL_REQUEST_BASE=" + checkout.base});
  EXPECT_EQ(outcome.status, 1) << outcome.out << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "::error ")) << outcome.out;
  std::map<std::string, std::string> outputs = checkout.outputs();
  EXPECT_EQ(outputs["verdict"], "fail");
  EXPECT_EQ(outputs["status"], "1");
  for (const char* const report : {"json", "junit", "sarif", "markdown"})
    EXPECT_GT(fs::file_size(outputs[report]), 0U) << report;
  EXPECT_EQ(read_file(checkout.folder.path("summary.md")), read_file(outputs["markdown"]));
}

TEST(GithubAction, InputsBecomeOptionsAndAFailureNeedNotFailTheStep) {
  const Checkout checkout;
  checkout.change("\"python*\"");
  const Outcome outcome = checkout.step(
      "ci/github/gate",
      {"EQLAB_PROGRAM=" + program, "EQLAB_BASE=" + checkout.base, "EQLAB_POLICY=eqlab.toml",
       "EQLAB_ARGUMENTS=  --seed \n\n7\r\n", "EQLAB_RULES=rules/r.toml", "EQLAB_FAIL=false",
       "EQLAB_ANNOTATIONS=false", "EQLAB_SUMMARY=false"});
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  EXPECT_EQ(checkout.outputs()["verdict"], "fail");
  EXPECT_TRUE(contains(outcome.out, "seed 7")) << outcome.out;
  EXPECT_FALSE(contains(outcome.out, "::error"));
  EXPECT_FALSE(fs::exists(checkout.folder.path("summary.md")));
}

TEST(GithubAction, APushThatReplacesNothingIsJudgedAlone) {
  const Checkout checkout;
  const Outcome outcome = checkout.step(
      "ci/github/gate", {"EQLAB_PROGRAM=" + program, "GITHUB_EVENT_NAME=push",
                         "EQLAB_PUSH_BEFORE=0000000000000000000000000000000000000000"});
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "::notice title=eqlab gate::nothing to compare with"));
  EXPECT_EQ(checkout.outputs()["verdict"], "pass");
}

TEST(GithubAction, AMissingBaseIsAnErrorThatSaysWhatToDo) {
  const Checkout checkout;
  const Outcome outcome = checkout.step(
      "ci/github/gate", {"EQLAB_PROGRAM=" + program, "GITHUB_EVENT_NAME=merge_group",
                         "EQLAB_MERGE_GROUP_BASE=1111111111111111111111111111111111111111"});
  EXPECT_GE(outcome.status, 2);
  EXPECT_TRUE(contains(outcome.out, "fetch-depth: 0")) << outcome.out;
  EXPECT_EQ(checkout.outputs()["verdict"], "error");
  EXPECT_TRUE(contains(read_file(checkout.folder.path("summary.md")), "could not judge"));
}

TEST(GithubAction, InputsAreNeverReadByAShell) {
  const Checkout checkout;
  const std::string evil = "$(touch pwned)`touch pwned`\"; touch pwned #";
  for (const std::string name : {"EQLAB_BASE", "EQLAB_POLICY", "EQLAB_RULES", "EQLAB_ARGUMENTS",
                                 "EQLAB_ANNOTATIONS", "EQLAB_PULL_REQUEST_BASE"}) {
    const Outcome outcome = checkout.step(
        "ci/github/gate",
        {"EQLAB_PROGRAM=" + program, "GITHUB_EVENT_NAME=pull_request", name + "=" + evil});
    EXPECT_GE(outcome.status, 2) << name << outcome.out;
  }
  EXPECT_FALSE(fs::exists(checkout.repository() + "/pwned"));
}

TEST(GithubAction, KeyAndInstallAnswerThroughOutputs) {
  const Checkout checkout;
  EXPECT_EQ(checkout.step("ci/github/key", {}).status, 0);
  std::map<std::string, std::string> outputs = checkout.outputs();
  EXPECT_TRUE(std::regex_match(outputs["key"], std::regex("eqlab-[A-Za-z0-9._-]+-[0-9a-f]{32}")))
      << outputs["key"];
  EXPECT_EQ(outputs["folder"], checkout.folder.path("temp") + "/eqlab-package");
  const Outcome given = checkout.step("ci/github/install", {"EQLAB_INSTALL=" + program});
  EXPECT_EQ(given.status, 0) << given.err;
  EXPECT_EQ(checkout.outputs()["program"], fs::canonical(program).string());
  // What is named must be eqlab.
  EXPECT_EQ(checkout.step("ci/github/install", {"EQLAB_INSTALL=/bin/true"}).status, 2);
  EXPECT_EQ(checkout.step("ci/github/install", {"EQLAB_INSTALL=/nowhere/eqlab"}).status, 2);
  EXPECT_EQ(checkout.step("ci/github/install", {"EQLAB_INSTALL=/nowhere/x.deb"}).status, 2);
}

TEST(GitlabJob, ComparesWithTheBaseOfTheMergeRequest) {
  const Checkout checkout;
  checkout.change("\"python*\"");
  const Outcome outcome =
      checkout.step("ci/gitlab/gate", {"EQLAB_INSTALL=" + program, "EQLAB_REPORTS=reports",
                                       "CI_MERGE_REQUEST_DIFF_BASE_SHA=" + checkout.base});
  EXPECT_EQ(outcome.status, 1) << outcome.out << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "FAIL  rules/r.toml"));
  EXPECT_TRUE(contains(outcome.out, "eqlab gate: fail (exit status 1)"));
  EXPECT_GT(fs::file_size(checkout.repository() + "/reports/gate.xml"), 0U);

  const Outcome alone = checkout.step("ci/gitlab/gate", {"EQLAB_INSTALL=" + program});
  EXPECT_EQ(alone.status, 0) << alone.out << alone.err;
  EXPECT_TRUE(contains(alone.out, "nothing to compare with"));
}

Outcome hook(const TemporaryFolder& folder, const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {source + "/ci/pre-commit/hook"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Running how;
  how.environment = {"EQLAB=" + program};
  how.folder = folder.path("");
  return run("bash", all, how);
}

TEST(PreCommitHook, TakesTheRulesOfACommitAndPassesOverTheRest) {
  const TemporaryFolder folder;
  folder.write("good rule.toml", rule_with("\"curl\""));
  folder.write("bad.eql", "process where");
  folder.write("-odd.eql", "any where true\n");
  folder.write("pyproject.toml", "[project]\nname = \"x\"\n");
  folder.write("events.ndjson", "{\"a\": 1}\n");
  EXPECT_EQ(hook(folder, {"check", "good rule.toml", "-odd.eql", "pyproject.toml", "events.ndjson"})
                .status,
            0);
  const Outcome broken = hook(folder, {"check", "good rule.toml", "bad.eql"});
  EXPECT_EQ(broken.status, 2);
  EXPECT_TRUE(contains(broken.err, "bad.eql:1:14: error E106")) << broken.err;
  EXPECT_EQ(hook(folder, {"check", "pyproject.toml", "gone.toml"}).out, "");
  EXPECT_EQ(hook(folder, {"sing", "bad.eql"}).status, 2);
}

TEST(PreCommitHook, LaysQueriesOut) {
  const TemporaryFolder folder;
  folder.write("untidy.eql", "any  where true");
  EXPECT_EQ(hook(folder, {"fmt", "untidy.eql"}).status, 0);
  EXPECT_EQ(read_file(folder.path("untidy.eql")), "any where true\n");
}

TEST(PreCommitHook, RunsTheCasesBesideARuleThatChanged) {
  const TemporaryFolder folder;
  folder.write("rules/r.eql", "process where process.name == \"a\"\n");
  folder.write(
      "rules/r.case",
      "rule: r.eql\n\nwhy: a is seen\nevents\n  1  @0s  process  process.name=a\nids\n  1\n");
  folder.write("rules/other.case",
               "why: parses\nquery\n  any where true\ntree\n  any where true\n");
  const Outcome passing = hook(folder, {"test", "rules/r.eql", "rules/r.case"});
  EXPECT_EQ(passing.status, 0) << passing.out << passing.err;
  EXPECT_TRUE(contains(passing.out, "1 passed, 0 failed  (1 file)")) << passing.out;
  folder.write("rules/r.eql", "process where process.name == \"b\"\n");
  EXPECT_EQ(hook(folder, {"test", "rules/r.eql"}).status, 1);
}

TEST(Canary, PassesWhenTheGateBites) {
  const Outcome outcome = run("bash", {source + "/ci/canary", program});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "the gate bites")) << outcome.err;
}

TEST(Canary, FailsWhenTheGateLetsEverythingOrNothingPass) {
  const TemporaryFolder folder;
  const auto stand_in = [&](const std::string& name, const std::string& script) {
    const std::string path = folder.write(name, "#!/bin/sh\n" + script);
    fs::permissions(path, fs::perms::owner_all);
    return run("bash", {source + "/ci/canary", path});
  };
  const Outcome lax =
      stand_in("lax", "echo '\"equivalent\": true' > \"$5\"; echo recall '\"curl\"'; exit 0\n");
  EXPECT_EQ(lax.status, 1);
  EXPECT_TRUE(contains(lax.err, "lets a rule pass that no longer sees curl")) << lax.err;
  const Outcome strict = stand_in("strict", "exit 1\n");
  EXPECT_EQ(strict.status, 1);
  EXPECT_TRUE(contains(strict.err, "although nothing was changed")) << strict.err;
  // Trouble is no bite.
  EXPECT_EQ(stand_in("broken",
                     "test -e \"$PWD/unchanged.json\" && exit 3\necho "
                     "'\"equivalent\": true' > \"$5\"\n")
                .status,
            1);
  EXPECT_EQ(run("bash", {source + "/ci/canary", folder.path("none")}).status, 2);
}

TEST(Canary, SaysThatThereIsNoGit) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path("bin"));
  for (const std::string tool : {"dirname", "basename", "fold"}) {
    for (const std::string from : {"/usr/bin/", "/bin/"}) {
      if (fs::exists(from + tool) && !fs::exists(folder.path("bin/" + tool)))
        fs::create_symlink(from + tool, folder.path("bin/" + tool));
    }
  }
  const Outcome outcome = run("/bin/bash", {source + "/ci/canary", program},
                              {.environment = {"PATH=" + folder.path("bin")}});
  EXPECT_EQ(outcome.status, 27) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "there is no git")) << outcome.err;
}

/// The lines of a file.
std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> out;
  std::istringstream text(read_file(source + "/" + path));
  for (std::string line; std::getline(text, line);) out.push_back(line);
  EXPECT_FALSE(out.empty()) << path;
  return out;
}

const std::vector<std::string> pipelines = {
    "ci/github/action.yml", "ci/github/example-workflow.yml", "ci/gitlab/eqlab-gate.yml",
    "ci/gitlab/example.gitlab-ci.yml"};

TEST(PipelineFiles, NoExpressionStandsInShellCode) {
  for (const std::string& path : pipelines) {
    bool in_shell = false;
    std::size_t indentation = 0;
    for (const std::string& line : lines_of(path)) {
      const std::size_t begin = line.find_first_not_of(' ');
      if (begin == std::string::npos) continue;
      if (in_shell && begin <= indentation) in_shell = false;
      const std::size_t run = line.find("run: ");
      if (run != std::string::npos) {
        in_shell = true;
        indentation = begin;
      }
      EXPECT_FALSE(in_shell && contains(line, "${{")) << path << ": " << line;
    }
  }
}

TEST(PipelineFiles, ActionsOfOthersArePinnedToACommit) {
  const std::regex pinned(
      R"(^ *(- )?uses: [A-Za-z0-9_./-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+$)");
  std::size_t found = 0;
  for (const std::string& path : pipelines) {
    for (const std::string& line : lines_of(path)) {
      if (!contains(line, "uses: ") || contains(line, "uses: OWNER/eqlab/")) continue;
      ++found;
      EXPECT_TRUE(std::regex_match(line, pinned)) << path << ": " << line;
    }
  }
  EXPECT_GE(found, 4U);
}

TEST(PipelineFiles, ScriptsThatTheyNameAreThere) {
  const std::vector<std::pair<std::string, std::regex>> named = {
      {"ci/github/action.yml", std::regex(R"(\$GITHUB_ACTION_PATH/([a-z]+))")},
      {"ci/gitlab/eqlab-gate.yml", std::regex(R"(\.eqlab/source/ci/gitlab/([a-z]+))")},
      {".pre-commit-hooks.yaml", std::regex(R"(entry: ci/pre-commit/([a-z]+) )")}};
  const std::vector<std::string> folders = {"ci/github", "ci/gitlab", "ci/pre-commit"};
  for (std::size_t i = 0; i < named.size(); ++i) {
    const std::string text = read_file(source + "/" + named[i].first);
    std::size_t found = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), named[i].second), end; at != end; ++at) {
      const fs::path script = fs::path(source) / folders[i] / (*at)[1].str();
      EXPECT_TRUE(fs::exists(script)) << script;
      EXPECT_NE(fs::status(script).permissions() & fs::perms::owner_exec, fs::perms::none)
          << script;
      ++found;
    }
    EXPECT_GE(found, 1U) << named[i].first;
  }
}

TEST(PipelineFiles, OptionsThatTheyUseExist) {
  const std::string help = eqlab({"gate", "--help"}).out;
  const std::regex option(R"((?:^|[ ("])(--(?:base|policy|annotations|output-[a-z]+))\b)");
  std::size_t found = 0;
  for (const std::string path : {"ci/pipeline/gate.sh", "ci/github/gate", "ci/gitlab/gate"}) {
    const std::string text = read_file(source + "/" + path);
    for (std::sregex_iterator at(text.begin(), text.end(), option), end; at != end; ++at) {
      EXPECT_TRUE(contains(help, (*at)[1].str() + " ")) << (*at)[1];
      ++found;
    }
  }
  EXPECT_GE(found, 8U);
}

TEST(PipelineFiles, TheExampleRepositoryHasTheExamples) {
  const std::string example = source + "/fixtures/example_rules_repo/";
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"ci/github/example-workflow.yml", ".github/workflows/eqlab.yml"},
      {"ci/gitlab/example.gitlab-ci.yml", ".gitlab-ci.yml"},
      {"ci/pre-commit/example.pre-commit-config.yaml", ".pre-commit-config.yaml"}};
  for (const auto& [ours, theirs] : pairs)
    EXPECT_EQ(read_file(source + "/" + ours), read_file(example + theirs)) << theirs;
}

std::set<std::string> found_in(const std::string& text, const std::string& pattern) {
  std::set<std::string> out;
  const std::regex expression(pattern);
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at)
    out.insert((*at)[1]);
  return out;
}

TEST(PipelineFiles, TheActionTellsItsScriptsAllThatTheyAsk) {
  const std::string action = read_file(source + "/ci/github/action.yml");
  // What `pipeline/install` reads is among them.
  const std::set<std::string> told = found_in(action, R"(\n        (EQLAB_[A-Z_]+): )");
  const std::set<std::string> asked =
      found_in(read_file(source + "/ci/github/gate") + read_file(source + "/ci/github/install") +
                   read_file(source + "/ci/pipeline/install"),
               R"(\$\{?(EQLAB_[A-Z_]+))");
  EXPECT_EQ(told, asked);
  // Each output that a step is asked for is one that its script gives.
  const std::set<std::string> wanted = found_in(action, R"(steps\.gate\.outputs\.([a-z]+))");
  const std::set<std::string> given =
      found_in(read_file(source + "/ci/github/gate"),
               R"( (verdict|status|reports|json|junit|sarif|markdown) ")");
  EXPECT_EQ(wanted, given);
}

TEST(PipelineFiles, EveryInputAndVariableIsReadAndExplained) {
  const std::string action = read_file(source + "/ci/github/action.yml");
  const std::string readme = read_file(source + "/ci/github/README.md");
  const std::regex input(R"(\n  ([a-z-]+):\n    description:)");
  std::size_t inputs = 0;
  for (std::sregex_iterator at(action.begin(), action.end(), input), end; at != end; ++at) {
    const std::string name = (*at)[1];
    EXPECT_TRUE(contains(readme, "`" + name + "`")) << name;
    ++inputs;
  }
  EXPECT_EQ(inputs, 17U);
  const std::string job = read_file(source + "/ci/gitlab/eqlab-gate.yml");
  const std::string job_readme = read_file(source + "/ci/gitlab/README.md");
  const std::string scripts =
      read_file(source + "/ci/gitlab/gate") + read_file(source + "/ci/pipeline/install") + job;
  const std::regex variable(R"(\n    (EQLAB_[A-Z]+): )");
  for (std::sregex_iterator at(job.begin(), job.end(), variable), end; at != end; ++at) {
    const std::string name = (*at)[1];
    EXPECT_TRUE(contains(job_readme, "`" + name + "`")) << name;
    EXPECT_TRUE(contains(scripts, "$" + name) || contains(scripts, "${" + name)) << name;
  }
}

}  // namespace
}  // namespace eqlab::test
