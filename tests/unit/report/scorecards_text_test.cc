#include "harness/report/scorecards_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "harness/base/text.h"
#include "harness/report/cells.h"
#include "tests/unit/report/cards.h"

namespace eqlab::report {
namespace {

struct Cards {
  score::Scorecard small = tiny::score_of(tiny::small_world());
  score::Scorecard empty = tiny::score_of(tiny::World{});
  score::Scorecard unlabelled = tiny::unlabelled_score_of(tiny::small_world());
  RunInfo small_info = tiny::small_info();
  RunInfo other_info;
  Cards() {
    small_info.variant = "maxspan 30 s";
    other_info.rule_name = tiny::hostile;
  }
  [[nodiscard]] std::vector<CardOfRun> all() const {
    return {{small, small_info}, {empty, other_info}, {unlabelled, other_info}};
  }
};

TEST(ScorecardsText, PutsVariantsSideBySideAndSaysWhatEachMissesMost) {
  const Cards cards;
  EXPECT_EQ(
      scorecards_text({{cards.small, cards.small_info}, {cards.empty, tiny::small_info()}}, {}),
      R"(rule or variant                              recall   false/day/1,000   right  latency  alerts
maxspan 30 s                    33.3 % [6.1 – 79.2]  200 [24.2 – 722]  33.3 %   3m 19s       3
Installer Spawns Network Event                    –       0 [0 – 369]       –        –       0

maxspan 30 s                    misses 1: no network event satisfies step 2, python3.11 1
Installer Spawns Network Event  not measured: no malicious incidents in this corpus
)");
}

TEST(ScorecardsText, FitsTheTerminalAndObeysNobodyElse) {
  const Cards cards;
  for (const std::size_t columns : {80U, 100U}) {
    const std::string text = scorecards_text(cards.all(), {.columns = columns});
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(width(line), columns) << line;
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_TRUE(is_utf8(text));
    EXPECT_NE(text.find("not measured: no labels"), std::string::npos);
  }
  EXPECT_NE(scorecards_text(cards.all(), {.colour = Colour::on}).find('\x1b'), std::string::npos);
}

TEST(ScorecardsText, NamesAreWholeWhereTheyFitAtAll) {
  const auto card = tiny::score_of(tiny::small_world());
  RunInfo one = tiny::small_info();
  RunInfo two = tiny::small_info();
  one.variant = "installer_2021_02_draft · 5m";
  two.variant = "installer_2024_03";
  const std::vector<CardOfRun> both = {{card, one}, {card, two}};
  ASSERT_EQ(width(one.variant), 28U);
  const std::string ample = scorecards_text(both, {.columns = 92});
  EXPECT_NE(ample.find(one.variant + "  33.3 % [6.1 – 79.2]  200 [24.2 – 722]"), std::string::npos)
      << ample;
  const std::string scarce = scorecards_text(both, {.columns = 89});
  EXPECT_NE(scarce.find(one.variant + "  33.3 % [6.1–79.2]"), std::string::npos) << scarce;
  EXPECT_NE(scorecards_text(both, {.columns = 80}).find("installer_2021_02_…"), std::string::npos)
      << scorecards_text(both, {.columns = 80});
}

TEST(ScorecardsText, WhatAllRowsMissAlikeIsSaidOnce) {
  const auto card = tiny::score_of(tiny::small_world());
  RunInfo one = tiny::small_info();
  RunInfo two = tiny::small_info();
  one.variant = "resting";
  two.variant = "hasty";
  const std::string text = scorecards_text({{card, one}, {card, two}}, {});
  EXPECT_TRUE(
      text.ends_with("\n\neach misses 1: no network event satisfies step 2, python3.11 1\n"))
      << text;
  EXPECT_EQ(std::ranges::count(text, '\n'), 5);
}

TEST(ScorecardsText, TheMarkdownTableHasARowForEach) {
  const Cards cards;
  const std::string text = scorecards_markdown(cards.all());
  EXPECT_EQ(std::ranges::count(text, '\n'), 5);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    EXPECT_EQ(std::ranges::count(line, '|'), 8) << line;
  EXPECT_NE(
      text.find("| maxspan 30 s | 33.3 % [6.1 – 79.2] | 200 [24.2 – 722] | 33.3 % | 3m 19s | 3 | "
                "misses 1: no network event satisfies step 2, python3.11 1 |\n"),
      std::string::npos)
      << text;
}

}  // namespace
}  // namespace eqlab::report
