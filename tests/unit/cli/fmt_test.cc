// `eqlab fmt` as its users meet it.
#include <gtest/gtest.h>

#include "program.h"

namespace eqlab::test {
namespace {

const std::string tidy =
    "process where\n  host.os.type == \"macos\"\n  and event.type == \"start\"\n  and "
    "process.parent.name : \"installer\"\n  and process.name : \"curl\"\n";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string rule_with(const std::string& query) {
  return "[rule]\r\nname = \"n\"\r\ntype = \"eql\"\r\nseverity = \"low\"\r\nrisk_score = "
         "21\r\nquery = " +
         query + "\r\n# the end";
}

TEST(Fmt, PrintsTheQueryInCanonicalLayout) {
  const Outcome outcome = eqlab({"fmt", "--query", "process  where process.name==\"a\" // why"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "process where process.name == \"a\" // why\n");
}

TEST(Fmt, CheckNamesTheFilesThatDiffer) {
  const TemporaryFolder folder;
  const std::string good = folder.write("good.eql", tidy);
  const std::string bad = folder.write("bad.eql", "any  where true");
  const Outcome both = eqlab({"fmt", "--check", good, bad});
  EXPECT_EQ(both.status, 1);
  EXPECT_EQ(both.out, bad + "\n");
  EXPECT_EQ(eqlab({"fmt", "--check", good}).status, 0);
  EXPECT_EQ(read_file(bad), "any  where true");
}

TEST(Fmt, WriteChangesTheQueryAndNothingElse) {
  const TemporaryFolder folder;
  const std::string path = folder.write("r.toml", rule_with("'any  where true'"));
  const Outcome outcome = eqlab({"fmt", "--write", path});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "rewrote " + path + "\n");
  EXPECT_EQ(read_file(path), rule_with("'any where true'"));
  const Outcome again = eqlab({"fmt", "--write", path});
  EXPECT_EQ(again.status, 0);
  EXPECT_EQ(again.out, "");
}

TEST(Fmt, WriteKeepsPermissions) {
  namespace fs = std::filesystem;
  const TemporaryFolder folder;
  const std::string path = folder.write("q.eql", "any  where true");
  const fs::perms own = fs::perms::owner_read | fs::perms::owner_write;
  fs::permissions(path, own);
  EXPECT_EQ(eqlab({"fmt", "--write", path}).status, 0);
  EXPECT_EQ(read_file(path), "any where true\n");
  EXPECT_EQ(fs::status(path).permissions(), own);
}

TEST(Fmt, DiffShowsWhatWouldChange) {
  const TemporaryFolder folder;
  const std::string path = folder.write("q.eql", "// one\nany where\n  true");
  const Outcome outcome = eqlab({"fmt", "--diff", path});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out,
            "--- " + path + "\n+++ " + path +
                "\n@@ -1,3 +1,2 @@\n // one\n-any where\n-  true\n\\ No newline at end "
                "of file\n+any where true\n");
  EXPECT_EQ(eqlab({"fmt", "--diff", "--check", path}).status, 1);
}

TEST(Fmt, DistantChangesAreHunksOfTheirOwn) {
  const TemporaryFolder folder;
  std::string query = "sequence\n";
  for (int i = 0; i < 20; ++i) query += "  [any where a == " + std::to_string(i) + "]\n";
  std::string untidy = query;
  untidy.replace(untidy.find("a == 1]"), 4, "a==");
  untidy.replace(untidy.find("a == 18]"), 4, "a  ==");
  const Outcome outcome = eqlab({"fmt", "--diff", folder.write("q.eql", untidy)});
  EXPECT_TRUE(contains(outcome.out,
                       "@@ -1,6 +1,6 @@\n sequence\n   [any where a == 0]\n-  [any "
                       "where a== 1]\n+  [any where a == 1]\n"))
      << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "@@ -17,5 +17,5 @@\n")) << outcome.out;
}

TEST(Fmt, FoldersAreSearchedAndOtherRulesNamed) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path("in/deep"));
  const std::string bad = folder.write("in/deep/bad.eql", "any  where true");
  folder.write("in/other.toml", "[rule]\ntype = \"esql\"\n");
  folder.write("in/scenario.toml", "id = \"x\"\n");
  folder.write("in/notes.md", "any  where true");
  const Outcome outcome = eqlab({"fmt", "--check", folder.path("in")});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, bad + "\n");
  EXPECT_TRUE(contains(outcome.err, "other.toml: skipped: this is a rule of type esql, not eql"));
  EXPECT_TRUE(contains(outcome.err, "scenario.toml: skipped: this TOML file has no [rule] table"));
}

TEST(Fmt, AFolderWithNothingToLayOutIsAnError) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path("in"));
  folder.write("in/notes.md", "any  where true");
  const Outcome outcome = eqlab({"fmt", "--check", folder.path("in")});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(contains(outcome.err, "error E301: there is no .toml or .eql file in this folder"))
      << outcome.err;
}

TEST(Fmt, StandardInputComesBackWhole) {
  const Outcome query = eqlab({"fmt", "-"}, {.input = "any  where true"});
  EXPECT_EQ(query.out, "any where true\n");
  const Outcome rule = eqlab({"fmt", "-"}, {.input = rule_with("'any  where true'")});
  EXPECT_EQ(rule.out, rule_with("'any where true'")) << rule.err;
}

TEST(Fmt, AQueryThatCannotBeReadIsPointedAtAndTheOthersAreDone) {
  const TemporaryFolder folder;
  const std::string broken = folder.write("broken.eql", "any where and");
  const std::string bad = folder.write("q.eql", "any  where true");
  const Outcome outcome = eqlab({"fmt", "--write", broken, bad});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(contains(outcome.err, "broken.eql:1:11: error E106")) << outcome.err;
  EXPECT_EQ(read_file(bad), "any where true\n");
  EXPECT_EQ(read_file(broken), "any where and");
}

TEST(Fmt, ArgumentsThatExcludeEachOther) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"fmt"},
                                             {"fmt", "-", "--write"},
                                             {"fmt", "x.eql", "--query", "any where true"},
                                             {"fmt", "--check", "--write", "x.eql"}}) {
    EXPECT_EQ(eqlab(words).status, 2) << words.back();
  }
  EXPECT_EQ(eqlab({"fmt", "/nowhere/x.eql"}).status, 3);
}

TEST(Fmt, JsonHasTheSame) {
  const Outcome outcome =
      eqlab({"fmt", "--query", "any  where true", "--format", "json", "--diff", "--check"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(contains(outcome.out, "\"query\": \"any where true\\n\"")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "-any  where true\\n+any where true\\n")) << outcome.out;
}

}  // namespace
}  // namespace eqlab::test
