// Completions and the manual page, which are read off the same definitions as --help.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/cli/program.h"

namespace eqlab::test {
namespace {

/// What bash offers for the last of `words`.
std::set<std::string> bash_offers(const std::vector<std::string>& words) {
  const TemporaryFolder folder;
  std::string script = eqlab({"completions", "bash"}).out;
  script += "COMP_WORDS=(";
  for (const std::string& word : words) script += " '" + word + "'";
  script += ")\nCOMP_CWORD=" + std::to_string(words.size() - 1) +
            "\n_eqlab\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
  const Outcome answer = run("bash", {folder.write("complete.sh", script)});
  EXPECT_EQ(answer.status, 0) << answer.err;
  EXPECT_EQ(answer.err, "");
  std::set<std::string> out;
  for (std::size_t at = 0; at < answer.out.size();) {
    const std::size_t end = answer.out.find('\n', at);
    if (end > at) out.insert(answer.out.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

TEST(Completions, BashOffersCommandsOptionsAndValues) {
  using Words = std::set<std::string>;
  EXPECT_EQ(bash_offers({"eqlab", "sco"}), Words{"score"});
  EXPECT_EQ(bash_offers({"eqlab", "corpus", ""}), (Words{"verify", "stats"}));
  EXPECT_EQ(bash_offers({"eqlab", "check", "--format", ""}), (Words{"text", "json", "sarif"}));
  EXPECT_EQ(bash_offers({"eqlab", "check", "--format", "s"}), Words{"sarif"});
  EXPECT_TRUE(bash_offers({"eqlab", "score", "rule.toml", "--"}).contains("--threads"));
  // A command's name as an argument of another is no command.
  EXPECT_TRUE(bash_offers({"eqlab", "check", "score", "--"}).contains("--version-lock"));
  EXPECT_EQ(bash_offers({"eqlab", "nonsense"}), Words{});
}

TEST(Completions, BashOffersFilesWhereNothingElseIsKnown) {
  const TemporaryFolder folder;
  const std::string rule = folder.write("a rule.toml", "");
  const std::string start = rule.substr(0, rule.size() - 6);
  EXPECT_EQ(bash_offers({"eqlab", "score", start}), std::set<std::string>{rule});
  EXPECT_EQ(bash_offers({"eqlab", "score", "--schema", start}), std::set<std::string>{rule});
}

/// Every command and option that --help-all names.
std::set<std::string> documented() {
  const std::string help = eqlab({"--help-all"}).out;
  std::set<std::string> out;
  const std::regex name("--[a-z][a-z-]+");
  for (auto it = std::sregex_iterator(help.begin(), help.end(), name); it != std::sregex_iterator();
       ++it)
    out.insert(it->str());
  return out;
}

TEST(Completions, NothingThatHelpNamesIsMissing) {
  const std::set<std::string> names = documented();
  ASSERT_GT(names.size(), 40U);
  const std::string bash = eqlab({"completions", "bash"}).out;
  const std::string zsh = eqlab({"completions", "zsh"}).out;
  const std::string fish = eqlab({"completions", "fish"}).out;
  std::string manual = eqlab({"manual"}).out;
  manual = std::regex_replace(manual, std::regex(R"(\\-)"), "-");
  for (const std::string& name : names) {
    EXPECT_NE(bash.find(name), std::string::npos) << name;
    EXPECT_NE(zsh.find(name + "["), std::string::npos) << name;
    EXPECT_NE(fish.find("-l " + name.substr(2)), std::string::npos) << name;
    EXPECT_NE(manual.find(name), std::string::npos) << name;
  }
}

TEST(Completions, ShellsReadTheirScripts) {
  const TemporaryFolder folder;
  std::size_t tried = 0;
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const std::string script = folder.write(shell, eqlab({"completions", shell}).out);
    const Outcome checked = run(shell, {"-n", script});
    if (checked.status == 127) continue;  // not installed here
    ++tried;
    EXPECT_EQ(checked.status, 0) << shell << ": " << checked.err;
  }
  EXPECT_GE(tried, 1U);  // bash is everywhere that ci/test runs
}

TEST(Completions, TheManualIsAManualPage) {
  const std::string manual = eqlab({"manual"}).out;
  EXPECT_NE(manual.find(".TH EQLAB 1"), std::string::npos);
  EXPECT_NE(manual.find(".SS eqlab corpus verify"), std::string::npos);
  // A line that only looks like a request would vanish from the page.
  const std::set<std::string> requests = {".TH", ".SH", ".SS", ".PP", ".TP", ".nf", ".fi", ".\\\""};
  for (std::size_t at = 0; at < manual.size(); at = manual.find('\n', at) + 1) {
    if (manual[at] != '.' && manual[at] != '\'') continue;
    EXPECT_TRUE(requests.contains(manual.substr(at, 3))) << manual.substr(at, 60);
  }
}

TEST(Completions, AnUnknownShellIsRefused) {
  const Outcome outcome = eqlab({"completions", "tcsh"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
}

}  // namespace
}  // namespace eqlab::test
