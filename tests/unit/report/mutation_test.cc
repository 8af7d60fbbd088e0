#include "harness/report/mutation.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace eqlab::report {
namespace {

Place at(std::uint32_t line, std::uint32_t column) {
  return {.file = "r.toml",
          .line = line,
          .column = column,
          .end_column = column + 3,
          .source_line = {}};
}

MutationResult small_result() {
  MutationResult result;
  result.rule_name = "A rule";
  result.rule_file = "r.toml";
  result.blocks = 3;
  MutantRow noticed;
  noticed.kind = "member";
  noticed.what = "without \"a\" in step 1";
  noticed.place = at(3, 9);
  noticed.noticed_by = "r.case:5";
  MutantRow survivor = noticed;
  survivor.what = "\"b\" → \"b*\" in step 1";
  survivor.place = at(12, 10);
  survivor.noticed_by.clear();
  survivor.killing_case = "why: bx\nevents\n  1  @0s  process\nmatches\n  none\n";
  MutantRow hopeless = survivor;
  hopeless.what = "without maxspan";
  hopeless.killing_case.clear();
  result.mutants = {noticed, survivor, hopeless};
  result.equivalent = 2;
  result.left_out = 1'200;
  result.by_cases = score::Proportion{1, 3};
  CoverageTable table;
  table.matches = 4;
  table.alternatives = {{.what = "\"a\" in step 1", .place = at(3, 9), .matches = 4},
                        {.what = "\"b\" in step 1", .place = at(12, 10), .matches = 0}};
  table.exercised = {1, 2};
  table.pairs = {1, 4};
  result.case_coverage = table;
  result.command = "eqlab mutate r.toml";
  return result;
}

TEST(MutationText, TheAnswerStandsFirstAndEachSurvivorHasItsPlace) {
  EXPECT_EQ(mutation_text(small_result(), {}), R"(A rule

1 of 3 mutants are noticed by the cases: 33.3 %   (3 cases)
1 of 2 alternatives are exercised by the cases: 50.0 %
  never: "b" in step 1
  together, of two steps: 1 of 4

not noticed
  r.toml:12:10  "b" → "b*" in step 1  *
  r.toml:12:10  without maxspan

not counted: 2 mean the same as the rule, 1,200 beyond the limit were not tried
* a case that would notice it: --show-cases prints it, --write FILE keeps it
again  eqlab mutate r.toml
)");
  MutationResult single = small_result();
  single.equivalent = 1;
  single.left_out = 1;
  EXPECT_NE(mutation_text(single, {})
                .find("\nnot counted: 1 means the same as the rule, 1 beyond "
                      "the limit was not tried\n"),
            std::string::npos);
  const std::string shown =
      mutation_text(small_result(), {.detail = Detail::full, .shows_cases = true});
  EXPECT_NE(shown.find("\"b*\" in step 1\n      why: bx\n      events\n"), std::string::npos)
      << shown;
  EXPECT_NE(shown.find("\nnoticed\n  r.toml:3:9  without \"a\" in step 1  by r.case:5\n"),
            std::string::npos)
      << shown;
}

TEST(MutationText, OfACorpusItSaysWhatWasAsked) {
  MutationResult result = small_result();
  result.by_cases.reset();
  result.case_coverage.reset();
  for (MutantRow& row : result.mutants) row.noticed_by.clear();
  result.mutants[0].noticed_by_corpus = true;
  result.mutants[0].catches_others = true;
  result.mutants[1].noticed_by_corpus = false;
  result.mutants[2].is_too_wide = true;
  result.by_corpus = score::Proportion{1, 2};
  result.corpus = "balanced, 10 events";
  const std::string text = mutation_text(result, {});
  EXPECT_NE(text.find("1 of 2 are noticed by the corpus: 50.0 %   (1 catch other incidents; "
                      "balanced, 10 events)\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("1 accept too many events to be asked of the corpus"), std::string::npos);
  EXPECT_EQ(text.find("without maxspan"), std::string::npos) << "nobody knows of it";
  EXPECT_EQ(text.find("by the cases"), std::string::npos) << text;
}

TEST(MutationText, WithoutMutantsThereIsNoShare) {
  MutationResult result = small_result();
  result.mutants.clear();
  result.by_cases = score::Proportion{0, 0};
  EXPECT_NE(mutation_text(result, {}).find("0 of 0 mutants are noticed by the cases: not measured"),
            std::string::npos);
}

TEST(MutationText, TextOfRulesCannotMoveTheCursor) {
  MutationResult result = small_result();
  result.rule_name = "\x1b[2J";
  result.mutants[1].what = "\x1b[31m\n";
  result.mutants[1].killing_case = "why: \x1b[1m\n";
  result.case_coverage->alternatives[1].what = "\u202e";
  const std::string text = mutation_text(result, {.detail = Detail::full, .shows_cases = true});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\u202e"), std::string::npos);
}

TEST(MutationJson, KeepsCountsAndSaysNullForWhatWasNotAsked) {
  const auto json = nlohmann::json::parse(mutation_json(small_result()));
  EXPECT_EQ(json["schema_version"], 1);
  EXPECT_EQ(json["by_cases"]["hits"], 1);
  EXPECT_EQ(json["by_cases"]["value"], 0.333333);
  EXPECT_EQ(json["by_corpus"], nullptr);
  EXPECT_EQ(json["mutants"][0]["noticed_by"], "r.case:5");
  EXPECT_EQ(json["mutants"][1]["noticed_by"], nullptr);
  EXPECT_EQ(json["mutants"][1]["noticed_by_corpus"], nullptr);
  EXPECT_EQ(json["mutants"][1]["line"], 12);
  EXPECT_TRUE(json["mutants"][1].contains("killing_case"));
  EXPECT_EQ(json["not_counted"]["left_out"], 1'200);
  EXPECT_EQ(json["case_coverage"]["alternatives"][1]["matches"], 0);
}

}  // namespace
}  // namespace eqlab::report
