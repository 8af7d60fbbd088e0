// The checkout against the rules of the house, and each rule against an example that breaks it: a
// checker that finds nothing must not pass for a tidy tree.

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/tidy/rules.h"

namespace eqlab::tidy {
namespace {

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> files = read_tree();
  return files;
}

std::string listed(const std::vector<Violation>& violations) {
  std::ostringstream out;
  for (const Violation& violation : violations) out << "\n  " << violation;
  return out.str();
}

void expect_clean(const std::vector<Violation>& violations) {
  EXPECT_TRUE(violations.empty()) << violations.size() << " violations:" << listed(violations);
}

// As many violations as `beginnings`, in order, each printed beginning as asked.
void expect_found(const std::vector<Violation>& violations,
                  const std::vector<std::string>& beginnings) {
  ASSERT_EQ(violations.size(), beginnings.size()) << listed(violations);
  for (std::size_t i = 0; i < violations.size(); ++i) {
    std::ostringstream printed;
    printed << violations[i];
    EXPECT_EQ(printed.str().substr(0, beginnings[i].size()), beginnings[i]);
  }
}

TEST(Tree, HoldsTheSources) {
  // Else everything below would pass on an empty list.
  EXPECT_GT(tree().size(), 20U);
  EXPECT_TRUE(std::ranges::any_of(
      tree(), [](const SourceFile& f) { return f.path == "harness/base/check.h"; }));
}

TEST(Tree, IncludesPointDown) { expect_clean(check_layers(tree())); }
TEST(Tree, LibrariesAreUsedInTheirPlace) { expect_clean(check_third_party(tree())); }
TEST(Tree, OnlyTheCommandLineTouchesTheWorld) { expect_clean(check_banned_calls(tree())); }
TEST(Tree, KnowsNoMachine) { expect_clean(check_machine_paths(tree())); }
TEST(Tree, CommentsCiteTestsThatExist) { expect_clean(check_comments_of_tests(tree())); }
TEST(Tree, LinksLeadSomewhere) { expect_clean(check_links(tree())); }
TEST(Tree, CodesAreListedAndTested) { expect_clean(check_codes(tree())); }
TEST(Tree, FoldersSayWhatTheyAreFor) { expect_clean(check_readmes(tree())); }

TEST(Codes, UnlistedUntestedAndUnusedOnesAreFound) {
  expect_found(
      check_codes(
          {{"harness/a.cc", "x\nfail(\"E101\");\nfail(\"E102\");\nfail(\"E103\");\n"},
           {"harness/base/ERRORS.md", "| E101 | a |\n| E103 | b |\n| E104 | c |\n| E101 | d |\n"},
           {"tests/cases/a.case", "error E101\nerror E102\n"}}),
      {"harness/base/ERRORS.md:4: E101 is listed twice",
       "harness/a.cc:3: E102 is not in harness/base/ERRORS.md",
       "harness/a.cc:4: E103 is produced by no test",
       "harness/base/ERRORS.md:3: E104 is used nowhere"});
}

TEST(Comments, TestsThatAreNotThereAndOtherStylesAreFound) {
  const std::string cited = std::string("// Tested in tests") + "/unit/";
  expect_found(check_comments_of_tests({{"harness/a.cc", cited + "a_test.cc.\n" + cited +
                                                             "b_test.cc.\n" + cited + "a_*.cc\n"},
                                        {"tests/unit/a_test.cc",
                                         "TEST(A, IsGood) {}\nTEST(A, is_"
                                         "not) {}\n"}}),
               {"harness/a.cc:2: no such test: tests"
                "/unit/b_test.cc",
                "tests/unit/a_test.cc:2: tests are named InThisWay: is_not"});
}

TEST(Layers, UpwardAndSidewaysIncludesAreFound) {
  expect_found(check_layers({
                   {"harness/event/a.cc",
                    "#include \"harness/base/text.h\"\n#include \"harness/eql/tree.h\"\n"},
                   {"harness/scan/b.cc", "#include \"harness/rule/rule.h\"\n"},
                   {"generators/draw/c.cc", "#include \"harness/eql/tree.h\"\n"},
                   {"harness/cases/d.cc",
                    "#include \"harness/rule/rule.h\"\n#include \"harness/score/score.h\"\n"},
               }),
               {"harness/event/a.cc:2: event must not include eql: harness/eql/tree.h",
                "harness/scan/b.cc:1: scan must not include rule: harness/rule/rule.h",
                "generators/draw/c.cc:1: generators must not include eql: harness/eql/tree.h",
                "harness/cases/d.cc:2: cases must not include score: harness/score/score.h"});
}

TEST(Layers, WhatLiesFurtherBelowIsAllowed) {
  expect_clean(
      check_layers({{"harness/score/a.cc",
                     "#include \"harness/score/card.h\"\n#include \"harness/truth/truth.h\"\n"
                     "#include \"harness/eql/tree.h\"\n#include \"harness/rule/rule.h\"\n"
                     "#include \"embedded/schema.h\"\n#include <vector>\n"}}));
}

TEST(Layers, TestsRelativePathsAndNewFoldersAreFound) {
  expect_found(check_layers({{"harness/match/a.cc",
                              "#include \"tests/reference/finder.h\"\n#include \"a.h\"\n"},
                             {"harness/novel/b.cc", "int x;\n"}}),
               {"harness/match/a.cc:1: the product must not include tests",
                "harness/match/a.cc:2: a header's path begins at the root",
                "harness/novel/b.cc:1: this folder has no place"});
}

TEST(Layers, TheBuildKeepsToTheSamePicture) {
  expect_found(
      check_layers({{"CMakeLists.txt",
                     "eqlab_layer(base harness/base DEPS fmt::fmt)\n"
                     "eqlab_layer(generators generators\n  DEPS eqlab::truth eqlab::match)\n"
                     "eqlab_layer(extra harness/extra DEPS eqlab::base)\n"}}),
      {"CMakeLists.txt:2: layer generators must not use match",
       "CMakeLists.txt:4: layer extra is not in the picture"});
}

TEST(Layers, AnIncludeInACommentIsNone) {
  expect_clean(check_layers(
      {{"harness/base/a.h", "// #include \"harness/eql/tree.h\"\n/*\n#include \"x.h\"\n*/\n"}}));
}

TEST(ThirdParty, LibrariesElsewhereAndUnknownOnesAreFound) {
  expect_found(
      check_third_party({
          {"harness/scan/a.cc",
           "#include <re2/re2.h>\n#include <fmt/format.h>\n#include <string>\n"},
          {"harness/match/b.cc", "#include <curl/curl.h>\n#include <unistd.h>\n"},
          {"tests/unit/base/c_test.cc", "#include <gtest/gtest.h>\n"},
      }),
      {"harness/scan/a.cc:2: <fmt/format.h> belongs elsewhere",
       "harness/match/b.cc:1: unknown header <curl/curl.h>", "harness/match/b.cc:2: only event"});
}

TEST(BannedCalls, EachKindIsFound) {
  for (const std::string line :
       {"std::cout << 1;", "fprintf(stderr, \"x\");", "exit(1);", "std::exit(1);",
        "auto v = std::getenv(\"A\");", "auto t = std::chrono::system_clock::now();",
        "time_t t = time(0);", "std::normal_distribution<> d;", "std::shuffle(a, b, g);",
        "std::mt19937 g(1);", "int x = rand() % 6;", "std::ranges::shuffle(a, g);",
        "auto same = std::ranges::unique(v);", "using namespace std;"}) {
    EXPECT_EQ(check_banned_calls({{"harness/score/a.cc", "int before;\n" + line + "\n"}}).size(),
              1U)
        << line;
  }
}

TEST(BannedCalls, NearMissesAreNot) {
  expect_clean(check_banned_calls(
      {{"harness/score/a.cc",
        "// std::cout, rand() and exit(1) in a comment\n"
        "auto a = \"std::cerr << rand()\"; auto b = R\"(exit(1))\"; int c = 1'000; char d = '\"';\n"
        "auto t = event.time(); EventTime time(x); Clock clock(now); run_time(x); on_exit(f); "
        "operand(x); first.exit(2); auto strand(int);\n"
        "fmt::format(\"x\"); snprintf_like(x);\n"}}));
}

TEST(BannedCalls, TheCommandLineMayPrintButNotRoll) {
  expect_found(
      check_banned_calls({{"harness/cli/a.cc", "std::cout << getenv(\"A\");\nstd::mt19937 g;\n"}}),
      {"harness/cli/a.cc:2: `mt19937`"});
}

TEST(MachinePaths, AreFoundInBuildFilesAndPages) {
  const std::string slash = "/";  // Else this file would break the rule that it tests.
  expect_found(
      check_machine_paths({
          {"ci/x", "cd " + slash + "home/ines/eqlab\n"},
          {"harness/base/README.md", "see " + slash + "workspace/main\n"},
          {"generators/population/user.cc", "auto home = \"/Users/\" + name;\n"},
          {"fixtures/a.ndjson", "{\"path\":\"" + slash + "home/ines\"}\n"},
          {"ci/y", "cd \"$root/builds/x\" && cat ../beside/x\n"},
      }),
      {"ci/x:1: a path of one machine", "harness/base/README.md:1: a path of one machine"});
}

TEST(Links, BrokenOnesAreFound) {
  expect_found(check_links({
                   {"README.md",
                    "# One two, three\n[a](harness/base/README.md) [b](harness/none.md) "
                    "[c](#one-two-three)\n[d](#four)\n"
                    "[e](https://example.com/x) `harness/base` `harness/none/` `rules/NAME.toml`\n"
                    "```\n[f](nowhere.md) `harness/nowhere`\n```\n"},
                   {"harness/base/README.md",
                    "# Base\n[up](../../README.md#one-two-three) [gone](../eql/README.md)\n"},
               }),
               {"README.md:2: link to nothing: harness/none.md",
                "README.md:3: no such heading: #four", "README.md:4: no such path: harness/none/",
                "harness/base/README.md:2: link to nothing: ../eql/README.md"});
}

TEST(Readmes, FoldersWithoutOneAreFound) {
  expect_found(check_readmes({{"README.md", ""},
                              {"harness/base/README.md", ""},
                              {"harness/base/a.h", ""},
                              {"harness/eql/a.h", ""},
                              {"generators/draw/a.h", ""}}),
               {"generators/README.md", "harness/eql/README.md"});
}

}  // namespace
}  // namespace eqlab::tidy
