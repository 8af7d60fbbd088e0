#include "harness/report/scorecard_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <utility>

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
  false     200 a day per 1,000 hosts [24.2 – 722]
  right     33.3 % of alerts [6.1 – 79.2] · 0.017 % where 0.1 attacks a day come to 1,000 hosts
  latency   right alerts come 3m 19s after the last event (median), 3m 19s worst
            on average 0 s to arrive + 3m 19s until a run + 0 s the run
  load      0.125 alerts an hour, 1 at p95, 2 in the busiest (2026-03-02T10:00:00Z)
  schedule  survives 3m 30s of delay · seen 1.7 times · 2m 34s later on average, 5m 4s at worst
  [ – ]     95 % intervals, by counts alone, too narrow where hosts differ

where the other 2 went: 2 by design
  ██████████░░░░░░░░░░    1  no network event satisfies step 2  python3.11 1                     I-1
  ██████████░░░░░░░░░░    1  longer than maxspan (30 s)         nearest 45 s, median 45 s        I-2

where the 2 false alarms come from
      1  coincidence: events of unrelated activity  agent-heavy 1
      1  benign activity that really does it        B37 about B37 1

scenarios that did not do what they promise
  E09   about E09                             1 should fire and did not: longer than maxspan (30 s)

try    why I-1 was missed, with the corpus as files
         eqlab generate --profile balanced --seed 1 --output corpus
         eqlab explain rules/installer.toml corpus --incident I-1
       whether a longer maxspan catches those that are too long
         eqlab score rules/installer.toml --profile balanced --seed 1 --maxspan 45s
again  eqlab score rules/installer.toml --profile balanced --seed 1
)");
}

/// Every reason, verdict and kind of note at once, on many hosts and under long names.
tiny::World crowded_world() {
  tiny::World world;
  world.hosts = 40;
  world.schedule.max_signals = 2;
  world.disturbances = {{.run = 60, .outcome = schedule::RunOutcome::search_fails}};
  const auto add = [&](tiny::Story story, int host) {
    for (tiny::Labelled& event : story.events) event.keys[0] = "mac-" + std::to_string(host);
    story.expected = truth::Expectation::fires;
    world.stories.push_back(std::move(story));
  };
  for (int i = 0; i < 40; ++i) {
    const std::string id = std::to_string(i);
    const double at = 400.0 * (i + 1);
    tiny::Story story{.scenario = "A scenario with a long name " + id,
                      .events = tiny::install(id, at)};
    switch (i % 8) {
      case 1:
        story.behaviour = truth::Behaviour::none;
        story.true_pairs = {};
        break;
      case 2:
        story.events[1].stages = {};
        story.events[1].what = "connect a-rather-long-name-of-a-process-" + id + " 203.0.113.8:443";
        break;
      case 3:
        story.events[1].keys[1] = "501";
        break;
      case 4:
        story.events = tiny::install(id, at, 31 + i);
        break;
      case 5:
        story.events[1].delay = 3'000;
        break;
      case 6:
        story.events[0].stages = {};
        story.events[0].faults = {"merged"};
        break;
      case 7:
        story.intent = truth::Intent::benign;
        break;
      default:
        break;
    }
    add(std::move(story), 1 + i);
  }
  for (int i = 0; i < 3; ++i) {  // they fill the cap of one run
    for (const auto& [stage, at] : {std::pair{0U, 3'610.0}, {1U, 3'611.0}}) {
      world.background.push_back({.id = "c" + std::to_string(i) + std::to_string(stage),
                                  .at = at + i,
                                  .stages = {stage},
                                  .keys = {"mac-" + std::to_string(20 + i), "8"}});
    }
  }
  for (int i = 0; i < 40; ++i) {
    for (const auto& [stage, at] : {std::pair{0U, 0.0}, {1U, 1.0}}) {
      world.background.push_back({.id = "x" + std::to_string(i) + std::to_string(stage),
                                  .at = 401.0 * (i + 1) + at,
                                  .stages = {stage},
                                  .keys = {"mac-" + std::to_string(40 - i), "7"}});
    }
  }
  return world;
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

TEST(ScorecardText, FitsOneScreenHoweverMuchWentWrong) {
  const auto card = tiny::score_of(crowded_world());
  ASSERT_GT(card.misses.size(), 6U);
  ASSERT_TRUE(card.by_host.recall_all) << card.by_host.recall_all.reason();
  RunInfo info = tiny::small_info();
  info.seconds = 12;
  const std::string text = scorecard_text(card, info, {});
  EXPECT_LE(lines_of(text), 45U) << text;
  EXPECT_NE(text.find("hosts resampled"), std::string::npos) << text;
  EXPECT_NE(text.find("  and 1 more reason\n"), std::string::npos) << text;
  EXPECT_NE(text.find("process event of step 1 merged away"), std::string::npos) << text;
  EXPECT_NE(text.find("lookback=19m"), std::string::npos) << text;
}

TEST(ScorecardText, FullDetailShowsAllFiguresBelowTheSameAnswer) {
  const auto card = tiny::score_of(crowded_world());
  const std::string summary = scorecard_text(card, tiny::small_info(), {});
  const std::string full = scorecard_text(card, tiny::small_info(), {.detail = Detail::full});
  EXPECT_EQ(summary.substr(0, summary.find("\nscenarios that")),
            full.substr(0, full.find("\nscenarios that")));
  for (const char* const part :
       {"… of those that some run could see", "F2, recall counts 2 times", "of it: until a run",
        "congested", "p99.9", "sightings", "by agent version", "by persona", "8.18.0",
        "unrelated activity", "by hour", "10h "}) {
    EXPECT_NE(full.find(part), std::string::npos) << part << "\n" << full;
  }
  std::istringstream lines(full.substr(0, full.find("\ntry ")));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(width(line), 100U) << line;
}

TEST(ScorecardText, WithoutLabelsItSaysSoAndShowsTheRest) {
  const std::string text = scorecard_text(tiny::unlabelled_score_of(tiny::small_world()), {}, {});
  EXPECT_NE(text.find("  catches   not measured: no labels\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  raises    3 alerts  on 2 of 10 hosts\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  rate      300 a day per 1,000 hosts [61.9 – 877]\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("  latency   all alerts come "), std::string::npos) << text;
  EXPECT_NE(text.find("where they come from\n  mac-1 2 · mac-2 1\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("false"), std::string::npos) << text;
  EXPECT_EQ(text.find("malicious"), std::string::npos) << text;
}

TEST(ScorecardText, RightFalseAndRepeatsAddUpToTheAlerts) {
  const std::string text =
      scorecard_text(tiny::score_of(tiny::repeating_world()), tiny::small_info(), {});
  EXPECT_NE(text.find("  raises    4 alerts                    1 right · 2 false · 1 repeat\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  false     200 a day per 1,000 hosts, repeats left out [24.2 – 722]\n"),
            std::string::npos)
      << text;
}

TEST(ScorecardText, WhatWasSuppressedStandsBesideTheAlerts) {
  tiny::World world = tiny::small_world();
  world.suppression = {.group_by = {0}, .duration = std::chrono::hours{1}};
  const auto card = tiny::score_of(world);
  const std::string text = scorecard_text(card, tiny::small_info(), {.detail = Detail::full});
  EXPECT_NE(text.find("  raises    2 alerts                    1 right · 1 false (1 more "
                      "suppressed)\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  counted   1 match suppressed into 1 alert · "), std::string::npos) << text;
  EXPECT_NE(scorecard_text(tiny::unlabelled_score_of(world), {}, {})
                .find("  raises    2 alerts  on 2 of 10 hosts (1 more suppressed)\n"),
            std::string::npos);
}

TEST(ScorecardText, AStreamingEngineHasNoScheduleToSpeakOf) {
  tiny::World world = tiny::small_world();
  world.engine = score::EngineKind::streaming;
  for (const Detail detail : {Detail::summary, Detail::full}) {
    const std::string text =
        scorecard_text(tiny::score_of(world), tiny::small_info(), {.detail = detail});
    EXPECT_TRUE(
        text.starts_with("Installer Spawns Network Event · v105 · streaming, sees each "
                         "event as it arrives\n"))
        << text;
    EXPECT_NE(text.find("+ 1 s until it is seen"), std::string::npos) << text;
    for (const char* const part : {"every 5m", "schedule", "sightings", "the run", "look-back"})
      EXPECT_EQ(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(ScorecardText, FullDetailSaysWhatHappenedToRuns) {
  tiny::World world = tiny::small_world();
  world.disturbances = {{.run = 3, .outcome = schedule::RunOutcome::search_fails},
                        {.run = 9, .late = std::chrono::hours{1}}};
  world.manual_runs = {{.executed_at = tiny::wall(9'000), .slots = {tiny::wall(300)}}};
  const std::string text =
      scorecard_text(tiny::score_of(world), tiny::small_info(), {.detail = Detail::full});
  EXPECT_NE(
      text.find("failed · 1 started late · 4 searches to catch up · 1 gap of 36m that no run"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("1 manual search\n"), std::string::npos) << text;
  EXPECT_EQ(scorecard_text(tiny::score_of(tiny::small_world()), tiny::small_info(),
                           {.detail = Detail::full})
                .find("  runs "),
            std::string::npos);
}

TEST(ScorecardText, WithoutARightAlertTheLatencyIsThatOfAllAndSaysSo) {
  tiny::World world = tiny::small_world();
  world.stories.erase(world.stories.begin());
  const std::string text = scorecard_text(tiny::score_of(world), tiny::small_info(), {});
  EXPECT_NE(text.find("  raises    2 alerts                    0 right · 2 false\n"),
            std::string::npos)
      << text;
  EXPECT_NE(
      text.find("  latency   all alerts come 3m 19s after the last event (median), 4m 59s worst\n"),
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
                "  1  its events went into other matches  first event to another completion 1 "),
            std::string::npos)
      << text(100);
  for (const std::size_t columns : {60U, 80U}) {
    EXPECT_NE(text(columns).find("  1  its events went into other matches\n"
                                 "                     first event to another completion 1"),
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
    info.explain.clear();
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
