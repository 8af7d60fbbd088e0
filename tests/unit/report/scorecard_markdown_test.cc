#include "harness/report/scorecard_markdown.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/unit/report/cards.h"

namespace eqlab::report {
namespace {

TEST(ScorecardMarkdown, ShowsHeadlineMissesAlarmsAndScenarios) {
  const std::string out =
      scorecard_markdown(tiny::score_of(tiny::small_world()), tiny::small_info());
  EXPECT_NE(out.find("| malicious incidents caught | 1 of 3 | 33.3 % | [6.1 – 79.2] |"),
            std::string::npos)
      << out;
  EXPECT_NE(out.find("| 1 | no network event satisfies step 2 | python3.11 1 |"),
            std::string::npos);
  EXPECT_NE(out.find("| E09 | about E09 | malicious | 0 of 1 | 0 | fires | longer than maxspan (30 "
                     "s) (1) | **differs** |"),
            std::string::npos);
  EXPECT_NE(out.find("| B37 | about B37 | benign | 1 of 1 | 0 | – |  |  |"), std::string::npos)
      << out;
  EXPECT_NE(out.find("| from the last event to the alert (right alerts) | 1 | 3m 19s median |"),
            std::string::npos)
      << out;
  EXPECT_NE(out.find("```sh\neqlab score "), std::string::npos);
}

TEST(ScorecardMarkdown, RightFalseAndRepeatsAddUpToTheAlerts) {
  const std::string out =
      scorecard_markdown(tiny::score_of(tiny::repeating_world()), tiny::small_info());
  EXPECT_NE(out.find("| alerts raised | 4 | 1 right · 2 false · 1 repeat |  |"), std::string::npos)
      << out;
  EXPECT_NE(out.find("| false alarms per 1,000 hosts a day (repeats left out) | 2 | 200 |"),
            std::string::npos)
      << out;
}

TEST(ScorecardMarkdown, SuppressionAndStreamingAreSaid) {
  tiny::World world = tiny::small_world();
  world.suppression = {.group_by = {0}, .duration = std::chrono::hours{1}};
  const std::string counted = scorecard_markdown(tiny::score_of(world), tiny::small_info());
  EXPECT_NE(counted.find("| alerts raised | 2 | 1 right · 1 false (1 more suppressed) |"),
            std::string::npos)
      << counted;
  world.suppression.reset();
  world.engine = score::EngineKind::streaming;
  const std::string streamed = scorecard_markdown(tiny::score_of(world), tiny::small_info());
  EXPECT_NE(streamed.find(" · streaming, sees each event as it arrives\n"), std::string::npos);
  EXPECT_EQ(streamed.find("every 5m"), std::string::npos);
}

TEST(ScorecardMarkdown, ExpectationsOfAnotherRuleAreNotShown) {
  tiny::World world = tiny::small_world();
  world.rule_id = "another-rule";
  const std::string out = scorecard_markdown(tiny::score_of(world), tiny::small_info());
  EXPECT_NE(
      out.find(
          "| E09 | about E09 | malicious | 0 of 1 | 0 | – | longer than maxspan (30 s) (1) |  |"),
      std::string::npos)
      << out;
  EXPECT_EQ(out.find("differs"), std::string::npos);
}

// A cell ends at a bar that is not escaped, so every line of one table must have as many as its
// head.
TEST(ScorecardMarkdown, NothingFromEventsBreaksATable) {
  RunInfo info = tiny::small_info();
  info.rule_name = tiny::hostile;
  std::istringstream lines(scorecard_markdown(tiny::score_of(tiny::hostile_world()), info));
  std::ptrdiff_t columns = 0;
  int rows = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::ptrdiff_t bars = std::ranges::count(line, '|');
    if (line.starts_with("| ")) {
      if (columns == 0) columns = bars;
      EXPECT_EQ(bars, columns) << line;
      ++rows;
    } else {
      columns = 0;
    }
  }
  EXPECT_GT(rows, 15);
}

TEST(ScorecardMarkdown, NothingFromEventsIsMarkup) {
  const std::string out = markdown_text(tiny::hostile);
  for (const char c : std::string_view("|`<>*_[]@\n\x1b"))
    EXPECT_EQ(out.find(c), std::string::npos) << c;
  EXPECT_EQ(out.find("://"), std::string::npos);
  EXPECT_EQ(markdown_text("www.example.com"), "www&#46;example.com");
  EXPECT_EQ(markdown_text("python3.11"), "python3.11");
}

TEST(ScorecardMarkdown, ACommandCannotCloseItsBlock) {
  RunInfo info;
  info.command = "eqlab score '```'";
  EXPECT_NE(scorecard_markdown(tiny::score_of(tiny::World{}), info)
                .find("````sh\neqlab score '```'\n````\n"),
            std::string::npos);
}

TEST(ScorecardMarkdown, SaysWhatWasNotMeasured) {
  const std::string out = scorecard_markdown(tiny::score_of(tiny::World{}), {});
  EXPECT_NE(out.find("| malicious incidents caught | – | not measured: no malicious incidents in "
                     "this corpus |"),
            std::string::npos);
}

}  // namespace
}  // namespace eqlab::report
