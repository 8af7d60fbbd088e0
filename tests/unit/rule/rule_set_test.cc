// Paths to rules: which files are looked at, what each of them is, which rule is meant.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "tests/unit/rule/rules_in_json.h"

namespace eqlab::rule {
namespace {

namespace fs = std::filesystem;

class RuleFolderOf : public testing::Test {
 protected:
  RuleFolderOf()
      : root_(fs::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  ~RuleFolderOf() override { fs::remove_all(root_); }

  std::string write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << text;
    return (root_ / name).string();
  }
  [[nodiscard]] std::string shown(const std::string& path) const {
    return path == root_ ? "." : fs::path(path).lexically_relative(root_).string();
  }
  /// Rules, skipped documents and errors, one a line, with paths from the folder.
  [[nodiscard]] std::string outcome(const std::vector<std::string>& paths) const {
    const RuleSet set = load_rules(paths);
    std::string out;
    for (const Rule& rule : set.rules) out += format("{} {}\n", shown(rule.file), rule.name);
    for (const Skipped& skipped : set.skipped)
      out += format("skipped {} {} {}\n", shown(skipped.file), skipped.type, skipped.name);
    for (const Diagnostic& d : set.diagnostics)
      out += format("{} {} {}\n", d.code, shown(d.place->file), d.message);
    return out;
  }
  [[nodiscard]] std::string all() const { return outcome({root_.string()}); }

  fs::path root_;
};

std::string toml(const std::string& name, const std::string& type = "eql") {
  return "[rule]\nname = \"" + name + "\"\ntype = \"" + type +
         "\"\nseverity = \"low\"\nrisk_score = 21\nquery = 'any where true'\n";
}

TEST_F(RuleFolderOf, MoreFilesThanTheLimitAreRefusedBeforeAnyIsRead) {
  const auto name = [&](std::size_t i) { return root_ / format("{:06}.json", i); };
  for (std::size_t i = 0; i <= limits::rule_files_max; ++i) {
    if (i % 30'000 == 0) {  // a file can have only so many names
      write(format("{:06}.json", i), "{}");
    } else {
      fs::create_hard_link(name(i / 30'000 * 30'000), name(i));
    }
  }
  const RuleSet set = load_rules({root_.string()});
  ASSERT_EQ(set.diagnostics.size(), 1U);
  EXPECT_EQ(set.diagnostics[0].code, "E310") << set.diagnostics[0].message;
  EXPECT_TRUE(set.skipped.empty());
}

TEST_F(RuleFolderOf, AllFormsAreFoundInOrderOfPath) {
  write("b/two.toml", toml("two"));
  write("a.ndjson", as_lines({json_rule("any where true"), {{"rule_id", "q"}, {"type", "query"}}}));
  write("c.eql", "any where true");
  write("d.json", json_rule("any where true", {{"name", "in json"}}).dump(2));
  write("notes.txt", "no rule");
  write("README.md", "[rule]");
  EXPECT_EQ(
      all(),
      "a.ndjson rule one\nb/two.toml two\nc.eql c.eql\nd.json in json\nskipped a.ndjson query q\n");
}

TEST_F(RuleFolderOf, HiddenAndDeprecatedFoldersArePassedOver) {
  write(".git/x.toml", toml("hidden"));
  write(".hidden.toml", toml("hidden"));
  write("_deprecated/old.toml", toml("old"));
  write("new.toml", toml("new"));
  EXPECT_EQ(all(), "new.toml new\nskipped _deprecated deprecated \n");
  EXPECT_EQ(outcome({(root_ / "_deprecated").string()}), "_deprecated/old.toml old\n")
      << "named, it is read";
  EXPECT_EQ(outcome({(root_ / ".hidden.toml").string()}), ".hidden.toml hidden\n");
}

TEST_F(RuleFolderOf, WhatIsNoRuleIsSkippedInAFolderAndAnErrorByName) {
  const std::string package = write("package.json", "{\"name\": \"x\", \"version\": \"1\"}");
  const std::string mapping = write("mapping.json", "{\"mappings\": {\"properties\": {}}}");
  const std::string project = write("pyproject.toml", "[project]\nname = \"x\"\n");
  write("broken.json", "{");
  write("fine.toml", toml("fine"));
  EXPECT_EQ(
      all(),
      "fine.toml fine\nskipped broken.json  \nskipped mapping.json  \nskipped package.json  \n"
      "skipped pyproject.toml  \n");
  EXPECT_EQ(outcome({package}), "E301 package.json this is JSON, but no rule\n");
  EXPECT_EQ(outcome({mapping}), "E301 mapping.json this is JSON, but no rule\n");
  EXPECT_EQ(outcome({project}), "E304 pyproject.toml unknown key project in the file\n");
}

TEST_F(RuleFolderOf, EveryRuleReportsItsOwnError) {
  write("a.toml", "[rule]\nname = 1\n");
  write("b.toml", toml("b"));
  write("c.toml", "[rule]\nname = \n");
  write("d.toml", toml("d", "threshold"));
  write("e.ndjson", as_lines({json_rule("any where true")}) + "{\"rule_id\": \n");
  const std::string out = all();
  EXPECT_TRUE(
      out.starts_with("b.toml b\ne.ndjson rule one\nskipped d.toml threshold d\n"
                      "E303 a.toml name must be a string that is not empty\nE301 c.toml"))
      << out;
  EXPECT_NE(out.find("E311 e.ndjson not JSON"), std::string::npos) << out;
}

TEST_F(RuleFolderOf, EmptyAndAbsentPathsAreErrors) {
  EXPECT_EQ(all(), "E301 . there is no .toml, .eql, .ndjson or .json file in this folder\n");
  EXPECT_EQ(outcome({(root_ / "nothing.toml").string()}),
            "E901 nothing.toml cannot be opened: No such file or directory\n");
}

TEST_F(RuleFolderOf, FilesAreOfABoundedSize) {
  const std::string path = write("big.toml", std::string(limits::rule_file_bytes_max + 1, '#'));
  EXPECT_EQ(outcome({path}), "E301 big.toml rule file is longer than 16,777,216 bytes\n");
}

TEST(RuleFileLimits, LongTextsAreRefused) {
  const RuleSet set = parse_rules(std::string(limits::rule_file_bytes_max + 1, ' '), "x.ndjson");
  EXPECT_EQ(set.diagnostics.at(0).code, "E301");
}

TEST_F(RuleFolderOf, OneRuleOfSeveralIsChosenByIdOrName) {
  const std::string two =
      write("two.ndjson",
            as_lines({json_rule("any where true"),
                      json_rule("any where false", {{"rule_id", "r-2"}, {"name", "rule two"}}),
                      {{"rule_id", "q"}, {"name", "other"}, {"type", "query"}}}));
  const auto problem = [](const std::string& path, const std::string& id = {}) {
    const auto rule = load_rule(path, id);
    return rule ? "found " + rule->name
                : format("{} {} / {}", rule.error().code, rule.error().message, rule.error().hint);
  };
  EXPECT_EQ(problem(two, "r-2"), "found rule two");
  EXPECT_EQ(problem(two, "rule one"), "found rule one");
  EXPECT_EQ(
      problem(two),
      "E312 this file holds 2 rules / choose one with --rule-id: r-1 (rule one); r-2 (rule two)");
  EXPECT_EQ(
      problem(two, "r-3"),
      "E312 no rule that can be used has the rule_id or name r-3 / the file has r-1 (rule one); "
      "r-2 (rule two)");
  EXPECT_EQ(problem(two, "other"), "E305 this is a rule of type query, not eql / ");
  const std::string twins =
      write("twins.ndjson", as_lines({json_rule("any where true"), json_rule("any where false")}));
  EXPECT_EQ(problem(twins, "rule one"),
            "E312 more than one rule is called rule one / name it by its rule_id");
  const std::string one = write(
      "one.ndjson", as_lines({json_rule("any where true"), {{"rule_id", "q"}, {"type", "query"}}}));
  EXPECT_EQ(problem(one), "found rule one") << "the one that can be used";
  const std::string none = write("none.ndjson", as_lines({{{"rule_id", "q"}, {"type", "query"}}}));
  EXPECT_EQ(problem(none), "E305 this is a rule of type query, not eql / ");
  const std::string lists = write("lists.ndjson", as_lines({container("L1")}));
  EXPECT_EQ(problem(lists), "E301 there is no rule in this file / ");
  const std::string bad =
      write("bad.ndjson", as_lines({json_rule("any where true", {{"from", 1}})}));
  EXPECT_EQ(problem(bad).substr(0, 4), "E303");
}

TEST_F(RuleFolderOf, ManyNamesAreCutShort) {
  std::vector<Json> rules;
  for (int i = 0; i < 12; ++i)
    rules.push_back(json_rule("any where true", {{"rule_id", format("r-{}", i)}, {"name", "n"}}));
  const auto rule = load_rule(write("many.ndjson", as_lines(rules)));
  ASSERT_FALSE(rule);
  EXPECT_TRUE(rule.error().hint.ends_with("r-9 (n); and 2 more")) << rule.error().hint;
}

TEST(RuleFields, AreThoseOfQuerySettingsFiltersAndExceptions) {
  RuleSet set = exported("process where user.id == \"0\"",
                         Json::array({{{"query", {{"term", {{"host.name", "a"}}}}}}}),
                         Json::array({item("i", Json::array({entry("process.name", "match", "x"),
                                                             entry("user.id", "exists")}))}));
  EXPECT_EQ(field_names(set.rules.at(0)),
            (std::vector<std::string>{"user.id", "@timestamp", "event.category", "host.name",
                                      "process.name"}));
}

TEST(RuleFixtures, AreWhatTheirReadmeSays) {
  const RuleSet set = load_rules({std::string(EQLAB_SOURCE_DIR) + "/fixtures/rules"});
  EXPECT_TRUE(set.diagnostics.empty());
  ASSERT_EQ(set.rules.size(), 3U);
  EXPECT_EQ(set.skipped.size(), 3U);
  EXPECT_EQ(set.rules[0].exceptions.at(0)->items.size(), 5U);
  EXPECT_EQ(set.rules[1].exceptions.at(0)->items.size(), 1U);
  EXPECT_EQ(set.rules[1].filters.size(), 2U) << "the third is disabled";
  for (const Rule& rule : set.rules) {
    const auto compiled = compile(rule, event::Schema::builtin());
    ASSERT_TRUE(compiled) << render(compiled.error());
    for (const Diagnostic& finding : lint(rule, *compiled))
      EXPECT_NE(finding.severity, Severity::error) << render(finding);
  }
}

}  // namespace
}  // namespace eqlab::rule
