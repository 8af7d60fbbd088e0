#include "harness/cases/runner.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "harness/base/text.h"
#include "harness/cases/io/files.h"

namespace eqlab::cases {
namespace {

CaseBlock block_of(const std::string& text) {
  auto blocks = parse_cases(text, "t.case");
  EXPECT_TRUE(blocks) << render(blocks.error());
  return blocks->at(0);
}

/// An engine that finds the given ids, whatever the query.
NamedEngine finds(const std::string& name,
                  std::vector<std::vector<std::optional<std::size_t>>> places) {
  return {name,
          [places](const CaseBlock&, const eql::CheckedQuery&) -> Result<std::vector<FoundMatch>> {
            std::vector<FoundMatch> found;
            for (const auto& events : places) found.push_back({.events = events, .keys = {"x"}});
            return found;
          }};
}

const std::string three_events =
    "why: w\nschema\n  k keyword\nevents\n  1  @0s  -  k=a\n  2  @1s  -  k=b\n  3  @2s  -  k=a\n";

TEST(Runner, EveryEngineMustGiveWhatIsExpected) {
  const CaseBlock block = block_of(three_events + "query\n  any where k == \"a\"\nids\n  1 3\n");
  const CaseResult result =
      run_block(block, {.engines = {finds("right", {{0}, {2}}), finds("wrong", {{0}})}});
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures[0].configuration, "wrong");
  EXPECT_EQ(result.failures[0].expected, "ids\n  1 3\n");
  EXPECT_EQ(result.failures[0].got, "ids\n  1\n");
}

TEST(Runner, FieldsOfUnknownFamiliesAreHeldAgainstTheQuery) {
  const auto outcome = [](const std::string& field) {
    const CaseBlock block = block_of("why: w\nevents\n  1  @0s  -  " + field +
                                     "=a\nquery\n  any where okta.actor.id == \"a\"\nids\n  1\n");
    const CaseResult result = run_block(block, {.engines = {finds("x", {{0}})}});
    return result.failures.empty() ? "" : result.failures[0].got;
  };
  EXPECT_EQ(outcome("okta.actor.id"), "");
  EXPECT_EQ(outcome("okta.client.city"), "") << "the query does not name it, which is no slip";
  EXPECT_EQ(outcome("okta.actr.id"),
            "t.case: error E451: event 1 has okta.actr.id, which neither the schema nor the query "
            "knows\n  did you mean okta.actor.id?\n");
}

TEST(Runner, AnOutcomeIsShownOnceForAllEnginesThatGotIt) {
  const CaseBlock block = block_of(three_events + "query\n  any where k == \"a\"\nids\n  1 3\n");
  const CaseResult same =
      run_block(block, {.engines = {finds("a", {{0}}), finds("b", {{0}}), finds("c", {{0}})}});
  ASSERT_EQ(same.failures.size(), 1U);
  EXPECT_EQ(same.failures[0].configuration, "") << "which engine it was says nothing";
  const CaseResult different =
      run_block(block, {.engines = {finds("a", {{0}}), finds("b", {{1}}), finds("c", {{0}}),
                                    finds("d", {{0}, {2}})}});
  ASSERT_EQ(different.failures.size(), 2U);
  EXPECT_EQ(different.failures[0].configuration, "a, c");
  EXPECT_EQ(different.failures[0].got, "ids\n  1\n");
  EXPECT_EQ(different.failures[1].configuration, "b");
  EXPECT_EQ(different.failures[1].got, "ids\n  2\n");
  const CaseResult some = run_block(
      block, {.engines = {finds("a", {{0}}), finds("b", {{0}}), finds("right", {{0}, {2}})}});
  ASSERT_EQ(some.failures.size(), 1U);
  EXPECT_EQ(some.failures[0].configuration, "a, b");
}

TEST(Runner, SkippedEnginesAreNotAskedAndReported) {
  const CaseBlock block = block_of(
      three_events + "skip wrong: it cannot do this\nquery\n  any where k == \"a\"\nids\n  1 3\n");
  const CaseResult result =
      run_block(block, {.engines = {finds("right", {{0}, {2}}), finds("wrong", {{0}})}});
  EXPECT_TRUE(result.passed());
  ASSERT_EQ(result.skipped.size(), 1U);
  EXPECT_EQ(result.skipped[0].reason, "it cannot do this");
}

TEST(Runner, KeysAreComparedOnlyWhereTheyAreWritten) {
  const std::string query = "query\n  sequence [any where k == \"a\"] [any where k == \"b\"]\n";
  EXPECT_TRUE(run_block(block_of(three_events + query + "matches\n  1 2\n"),
                        {.engines = {finds("e", {{0, 1}})}})
                  .passed());
  EXPECT_TRUE(run_block(block_of(three_events + query + "matches\n  1 2 / x\n"),
                        {.engines = {finds("e", {{0, 1}})}})
                  .passed());
  EXPECT_FALSE(run_block(block_of(three_events + query + "matches\n  1 2 / y\n"),
                         {.engines = {finds("e", {{0, 1}})}})
                   .passed());
  EXPECT_TRUE(run_block(block_of(three_events + query + "matches\n  1 -\n"),
                        {.engines = {finds("e", {{0, std::nullopt}})}})
                  .passed());
}

TEST(Runner, ErrorsAreComparedToTheColumn) {
  const std::string block = "why: w\nquery\n  any where a $ b\nerror E101\n";
  EXPECT_TRUE(run_block(block_of(block + "              ^\n"), {}).passed());
  const CaseResult moved = run_block(block_of(block + "             ^\n"), {});
  ASSERT_EQ(moved.failures.size(), 1U);
  EXPECT_EQ(moved.failures[0].got, "error E101\n              ^\n");
  EXPECT_TRUE(run_block(block_of(block), {}).passed()) << "without a caret line the place is free";
  EXPECT_FALSE(run_block(block_of(block + "  another message\n"), {}).passed());
}

TEST(Runner, ACaretUnderAnEarlierLineNamesThatLine) {
  const std::string query = "why: w\nquery\n  any where $\n    true\n";
  EXPECT_TRUE(run_block(block_of(query + "error E101 on line 1\n            ^\n"), {}).passed());
  EXPECT_FALSE(run_block(block_of(query + "error E101\n            ^\n"), {}).passed());
}

TEST(Runner, AnExpectedErrorThatDoesNotComeFails) {
  const CaseResult result =
      run_block(block_of(three_events + "query\n  any where k == \"a\"\nerror E203\n"),
                {.engines = {finds("e", {{0}})}});
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures[0].got, "no error\n");
}

TEST(Runner, AnUnexpectedErrorShowsItsPlaceInTheCaseFile) {
  const CaseResult result = run_block(block_of("why: w\nquery\n  any where $\nids\n  none\n"), {});
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_TRUE(result.failures[0].got.starts_with("t.case:3:13: error E101: "))
      << result.failures[0].got;
}

TEST(Runner, UpdateRewritesOnlyWhatAllEnginesAgreeOn) {
  const std::string text =
      three_events +
      "query\n  any where k == \"a\"\nids\n  2\n\nwhy: error\nquery\n  any where $\nerror E105\n   "
      "^\n\nwhy: last\nquery\n  any   where true\ntree\n  x\n";
  const auto blocks = parse_cases(text, "t.case");
  ASSERT_TRUE(blocks);
  const Rewritten agreed =
      rewrite(text, *blocks, {.engines = {finds("a", {{0}, {2}}), finds("b", {{0}, {2}})}});
  EXPECT_EQ(agreed.blocks, 3U);
  EXPECT_EQ(
      agreed.text,
      three_events +
          "query\n  any where k == \"a\"\nids\n  1 3\n\nwhy: error\nquery\n  any where $\nerror "
          "E101\n            ^\n\nwhy: last\nquery\n  any   where true\ntree\n  any where true\n");
  const auto again = parse_cases(agreed.text, "t.case");
  ASSERT_TRUE(again);
  EXPECT_EQ(rewrite(agreed.text, *again, {.engines = {finds("a", {{0}, {2}})}}).blocks, 0U);
  EXPECT_EQ(rewrite(text, *blocks, {.engines = {finds("a", {{0}}), finds("b", {{1}})}}).blocks, 2U)
      << "engines that disagree are left for a person";
}

TEST(Runner, UpdateKeepsWindowsLineEnds) {
  const std::string text = "why: w\r\nquery\r\n  any where (true)\r\ntree\r\n  x\r\n";
  const auto blocks = parse_cases(text, "t.case");
  ASSERT_TRUE(blocks);
  EXPECT_EQ(rewrite(text, *blocks, {}).text,
            "why: w\r\nquery\r\n  any where (true)\r\ntree\r\n  any where true\r\n");
}

TEST(Runner, FoldersAreWalkedInOrderOfPath) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / "cases_in_order";
  fs::remove_all(folder);
  fs::create_directories(folder / "b");
  const auto write = [&](const std::string& name, const std::string& why) {
    std::ofstream(folder / name) << "why: " << why
                                 << "\nquery\n  any where true\ntree\n  any where true\n";
  };
  write("c.case", "third");
  write("b/x.case", "second");
  write("a.case", "first");
  std::ofstream(folder / "note.txt") << "not a case";
  const auto report = run_cases({folder.string(), (folder / "a.case").string()}, {});
  ASSERT_TRUE(report) << render(report.error());
  EXPECT_EQ(report->files, 3U) << "a file named twice runs once";
  ASSERT_EQ(report->results.size(), 3U);
  EXPECT_EQ(report->results[0].why + report->results[1].why + report->results[2].why,
            "firstsecondthird");
  EXPECT_EQ(report->failed(), 0U);
  EXPECT_EQ(describe_failures(*report), "");
}

/// An empty folder of this name, and a way to fill it.
struct Folder {
  explicit Folder(const std::string& name)
      : path(std::filesystem::path(testing::TempDir()) / name) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return (path / name).string();
  }
  std::filesystem::path path;
};

TEST(Runner, RulesAreFoundBesideTheCaseFile) {
  const Folder folder("cases_with_rule");
  EXPECT_NE(folder.write("r.eql", "any where true"), "");
  const std::string file =
      folder.write("r.case", "why: found\nrule: r.eql\ntree\n  any where true\n");
  const auto report = run_cases({file}, {});
  ASSERT_TRUE(report) << render(report.error());
  EXPECT_EQ(report->results.size(), 1U);
  EXPECT_EQ(describe_failures(*report), "");
  EXPECT_TRUE(report->unusable.empty());
}

TEST(Runner, ARuleThatCannotBeReadMakesItsFileUnusable) {
  const Folder folder("cases_with_bad_rules");
  const std::string bad_rule = folder.write("bad.toml", "[rule]\nname = 3\n");
  const std::string gone = folder.write(
      "a.case", "why: expecting the failure does not help\nrule: gone.toml\nerror E901\n");
  const std::string bad =
      folder.write("b.case", "why: w\n# the line that is named\nrule: bad.toml\nids\n  none\n");
  const auto report = run_cases({folder.path.string()}, {});
  ASSERT_TRUE(report) << render(report.error());
  EXPECT_EQ(report->results.size(), 0U);
  ASSERT_EQ(report->unusable.size(), 2U);
  const std::string missing = render(report->unusable[0]);
  EXPECT_TRUE(missing.starts_with(
      gone + ":2:1: error E454: rule gone.toml cannot be used: cannot be opened"))
      << missing;
  EXPECT_TRUE(
      missing.ends_with(" (E901)\n  rule: gone.toml\n  ^^^^^^^^^^^^^^^\n  the path is relative to "
                        "this file, so it was looked for as " +
                        (folder.path / "gone.toml").string() + "\n"))
      << missing;
  const std::string text = render(report->unusable[1]);
  EXPECT_TRUE(
      text.starts_with(bad + ":3:1: error E454: rule bad.toml cannot be used: " + bad_rule + ":2:"))
      << text;
  EXPECT_NE(text.find("(E303)"), std::string::npos) << text;
}

TEST(Runner, ARuleWithAWrongQueryIsAResultThatACaseCanExpect) {
  const Folder folder("cases_with_wrong_query");
  EXPECT_NE(folder.write("r.eql", "any where $"), "");
  const std::string file = folder.write(
      "r.case",
      "why: expected\nrule: r.eql\nerror E101\n\nwhy: not expected\nrule: r.eql\nids\n  none\n");
  const auto report = run_cases({file}, {});
  ASSERT_TRUE(report) << render(report.error());
  EXPECT_TRUE(report->unusable.empty());
  ASSERT_EQ(report->results.size(), 2U);
  EXPECT_TRUE(report->results[0].passed());
  EXPECT_FALSE(report->results[1].passed());
}

TEST(Runner, AFileThatCannotBeUsedDoesNotStopTheOthers) {
  const Folder folder("cases_unusable");
  const std::string first = folder.write("a.case", "");
  EXPECT_NE(folder.write("b.case", "why: good\nquery\n  any where true\ntree\n  any where true\n"),
            "");
  const std::string third = folder.write("c.case", "why: w\nfrobnicate\n");
  EXPECT_NE(folder.write("d.case", "why: good too\nquery\n  any where true\ntree\n  other\n"), "");
  const auto report = run_cases({folder.path.string()}, {});
  ASSERT_TRUE(report) << render(report.error());
  EXPECT_EQ(report->files, 2U);
  ASSERT_EQ(report->results.size(), 2U);
  EXPECT_EQ(report->failed(), 1U);
  ASSERT_EQ(report->unusable.size(), 2U);
  EXPECT_TRUE(
      render(report->unusable[0]).starts_with(first + ": error E450: no case in this file\n"))
      << render(report->unusable[0]);
  EXPECT_TRUE(render(report->unusable[1]).starts_with(third + ":2:1: error E450: frobnicate"))
      << render(report->unusable[1]);
}

TEST(Runner, UpdateRewritesTheFilesThatCanBeUsed) {
  const Folder folder("cases_update_unusable");
  const std::string broken = folder.write("a.case", "why: w\nfrobnicate\n");
  const std::string stale = folder.write("b.case", "why: w\nquery\n  any where true\ntree\n  x\n");
  const auto report = update_cases({folder.path.string()}, {});
  ASSERT_TRUE(report) << render(report.error());
  EXPECT_EQ(report->changed, std::vector<std::string>{stale});
  EXPECT_EQ(*read_text(stale), "why: w\nquery\n  any where true\ntree\n  any where true\n");
  EXPECT_EQ(*read_text(broken), "why: w\nfrobnicate\n");
  EXPECT_EQ(report->after.failed(), 0U);
  ASSERT_EQ(report->after.unusable.size(), 1U);
  EXPECT_EQ(report->after.unusable[0].place->file, broken);
}

TEST(Runner, SaysWhatCannotBeOpened) {
  EXPECT_EQ(run_cases({"/nowhere"}, {}).error().code, "E901");
  const std::filesystem::path empty = std::filesystem::path(testing::TempDir()) / "no_cases";
  std::filesystem::create_directories(empty);
  EXPECT_EQ(run_cases({empty.string()}, {}).error().code, "E453");
}

}  // namespace
}  // namespace eqlab::cases
