#include "harness/report/scorecard_text.h"

#include <gtest/gtest.h>

#include <sstream>

#include "harness/base/text.h"
#include "harness/report/cells.h"
#include "tests/unit/report/cards.h"

namespace eqlab::report {
namespace {

TEST(ScorecardText, SaysFirstWhatTheRuleCatches) {
  EXPECT_EQ(scorecard_text(tiny::score_of(tiny::small_world()), tiny::small_info(), {}),
            R"(Installer Spawns Network Event · v105 · every 5m, looks back 9m, cap 100
balanced · 10 hosts · 1 day · 0 events · 3 malicious incidents · seed 1

  catches   1 of 3 malicious incidents  33.3 %   [6.1 – 79.2]
  raises    3 alerts                    1 right · 2 false
  false     200 a day per 1,000 hosts   [24.2 – 722]
  right alerts come 3m 19s after the last event (median), 3m 19s p95, 3m 19s worst

where the other 2 went
  ██████████░░░░░░░░░░    1  no network event satisfies step 2  python3.11 1
  ██████████░░░░░░░░░░    1  longer than maxspan (30 s)         nearest 45 s, median 45 s

where the 2 false alarms come from
      1  coincidence: events of unrelated activity  agent-heavy 1
      1  benign activity that really does it        B37 about B37 1

scenarios that did not do what they promise
  E09   about E09                             1 should fire and did not: longer than maxspan (30 s)

again  eqlab score rules/installer.toml --profile balanced --seed 1
)");
}

TEST(ScorecardText, RightFalseAndRepeatsAddUpToTheAlerts) {
  const std::string text =
      scorecard_text(tiny::score_of(tiny::repeating_world()), tiny::small_info(), {});
  EXPECT_NE(text.find("  raises    4 alerts                    1 right · 2 false · 1 repeat\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  false     200 a day per 1,000 hosts, repeats left out   [24.2 – 722]\n"),
            std::string::npos)
      << text;
}

TEST(ScorecardText, WithoutARightAlertTheLatencyIsThatOfAllAndSaysSo) {
  tiny::World world = tiny::small_world();
  world.stories.erase(world.stories.begin());
  const std::string text = scorecard_text(tiny::score_of(world), tiny::small_info(), {});
  EXPECT_NE(text.find("  raises    2 alerts                    0 right · 2 false\n"),
            std::string::npos)
      << text;
  EXPECT_NE(
      text.find(
          "  all alerts come 3m 19s after the last event (median), 4m 59s p95, 4m 59s worst\n"),
      std::string::npos)
      << text;
}

TEST(ScorecardText, AnotherRuleBreaksNoPromise) {
  tiny::World world = tiny::small_world();
  world.rule_id = "another-rule";
  const std::string text = scorecard_text(tiny::score_of(world), tiny::small_info(), {});
  EXPECT_EQ(text.find("promise"), std::string::npos) << text;
}

TEST(ScorecardText, PhrasesBesideAReasonAreShownWhole) {
  const tiny::World world{
      .stories = {{.scenario = "M", .events = tiny::install("i", 100, 10)}},
      .background = {{.id = "other", .at = 105, .stages = {1}, .keys = {"mac-1", "0"}}}};
  const auto text = [&](std::size_t columns) {
    return scorecard_text(tiny::score_of(world), {}, {.columns = columns});
  };
  EXPECT_NE(text(100).find(
                "  1  its events went into other matches  first event to another completion 1\n"),
            std::string::npos)
      << text(100);
  for (const std::size_t columns : {60U, 80U}) {
    EXPECT_NE(text(columns).find("  1  its events went into other matches\n"
                                 "                     first event to another completion 1\n"),
              std::string::npos)
        << text(columns);
  }
}

TEST(ScorecardText, SaysWhatWasNotMeasured) {
  const std::string text = scorecard_text(tiny::score_of(tiny::World{}), {}, {});
  EXPECT_NE(text.find("catches   not measured: no malicious incidents in this corpus"),
            std::string::npos);
  EXPECT_NE(text.find("latency   not measured: no alerts"), std::string::npos);
  EXPECT_EQ(text.find("100.0 %"), std::string::npos);
  EXPECT_EQ(text.find("nan"), std::string::npos);
}

TEST(ScorecardText, LinesFitTheTerminalWhateverTheEventsSay) {
  for (const std::size_t columns : {60U, 80U, 100U}) {
    RunInfo info = tiny::small_info();
    info.rule_name = tiny::hostile;
    info.command.clear();
    std::istringstream lines(
        scorecard_text(tiny::score_of(tiny::hostile_world()), info, {.columns = columns}));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(width(line), columns) << line;
  }
}

TEST(ScorecardText, NothingFromEventsReachesTheTerminalAsACommand) {
  RunInfo info = tiny::small_info();
  info.rule_name = tiny::hostile;
  const std::string text = scorecard_text(tiny::score_of(tiny::hostile_world()), info, {});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\xE2\x80\xAE"), std::string::npos);
  EXPECT_TRUE(is_utf8(text));
}

TEST(ScorecardText, ColourOnlyWhenAskedFor) {
  const auto card = tiny::score_of(tiny::small_world());
  const std::string plain = scorecard_text(card, tiny::small_info(), {});
  const std::string coloured = scorecard_text(card, tiny::small_info(), {.colour = Colour::on});
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
  EXPECT_NE(coloured.find('\x1b'), std::string::npos);
}

TEST(ScorecardText, WarnsThatTheCapCutMatches) {
  tiny::World world = tiny::small_world();
  world.schedule.max_signals = 1;
  const std::string text = scorecard_text(tiny::score_of(world), tiny::small_info(), {});
  EXPECT_NE(text.find("reached the cap"), std::string::npos);
}

TEST(Cells, BarsShowSomethingForSomething) {
  EXPECT_EQ(bar(0, 10, 4), "░░░░");
  EXPECT_EQ(bar(1, 1'000, 4), "█░░░");
  EXPECT_EQ(bar(5, 10, 4), "██░░");
  EXPECT_EQ(bar(10, 10, 4), "████");
}

TEST(Cells, CutsByCharacters) {
  EXPECT_EQ(cut("naïve café", 6), "naïve…");
  EXPECT_EQ(cut("naïve", 5), "naïve");
  EXPECT_EQ(width(pad_left("é", 4)), 4U);
}

}  // namespace
}  // namespace eqlab::report
