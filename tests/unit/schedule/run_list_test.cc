#include "harness/schedule/run_list.h"

#include <gtest/gtest.h>

#include "tests/unit/schedule/tiny_log.h"

namespace eqlab::schedule {
namespace {

using std::chrono::minutes;
using Times = std::vector<WallTime>;

Times times(std::string_view text) {
  const auto moments = parse_runs_at(text);
  EXPECT_TRUE(moments) << text;
  return moments ? resolve(*moments, tiny::at(0)) : Times();
}

TEST(RunsAt, OffsetsAndDatesInAnyOrder) {
  EXPECT_EQ(times("+0m,+5m,+17m"), (Times{tiny::wall(0), tiny::wall(300), tiny::wall(17 * 60)}));
  EXPECT_EQ(times("+5m, 2026-03-02T10:00:00Z, -90s,2026-03-02T11:05:00+01:00"),
            (Times{tiny::wall(-90), tiny::wall(0), tiny::wall(300)}));
}

TEST(RunsAt, AFilesTextIsAsGood) {
  EXPECT_EQ(times("# the night of the outage\n+5m\r\n\n+1h  # late\n"),
            (Times{tiny::wall(300), tiny::wall(3'600)}));
}

TEST(RunsAt, Errors) {
  for (const char* text : {"", " ,\n# nothing", "5m", "+5x", "+", "-", "+-5m", "10:05", "noon"}) {
    const auto moments = parse_runs_at(text);
    ASSERT_FALSE(moments) << text;
    EXPECT_EQ(moments.error().code, "E661") << text;
    EXPECT_FALSE(moments.error().hint.empty());
  }
  const auto second = parse_runs_at("+1m,\nsoon");
  EXPECT_EQ(second.error().span, (Span{5, 9}));
  EXPECT_EQ(second.error().message, "soon is neither a date nor an offset");
  EXPECT_EQ(parse_runs_at("\x1b[31m").error().message, "\\x1b[31m is neither a date nor an offset");
}

TEST(RunsAt, ManyAreTooMany) {
  std::string text;
  for (std::size_t i = 0; i < listed_runs_max; ++i) text += "+1s,";
  EXPECT_EQ(times(text).size(), 1U);
  EXPECT_EQ(parse_runs_at(text + "+2s").error().message, "more than 1,000,000 runs");
}

std::vector<Disturbance> failures(std::string_view text, Duration interval = minutes{60}) {
  auto parsed = parse_failed_runs(text, interval);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : std::vector<Disturbance>();
}

TEST(FailedRuns, NumbersAndRangesRise) {
  const std::vector<Disturbance> all = failures("12:throws,7-9,3");
  ASSERT_EQ(all.size(), 5U);
  const std::uint64_t runs[] = {3, 7, 8, 9, 12};
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].run, runs[i]);
    EXPECT_EQ(all[i].outcome, i < 4 ? RunOutcome::search_fails : RunOutcome::task_throws);
    EXPECT_FALSE(all[i].retry_after.has_value());
  }
}

TEST(FailedRuns, WhatHappens) {
  EXPECT_EQ(failures("1:dies")[0].outcome, RunOutcome::dies);
  EXPECT_EQ(failures("1:fails")[0].outcome, RunOutcome::search_fails);
  EXPECT_EQ(failures("1:unavailable")[0].outcome, RunOutcome::task_throws);
  EXPECT_EQ(failures("1:unavailable")[0].retry_after, minutes{5});
  EXPECT_EQ(failures("1:unavailable", minutes{2})[0].retry_after, minutes{2});
  EXPECT_EQ(failures("1:blocked")[0].retry_after, minutes{1});
  const Disturbance late = failures("1:+7m")[0];
  EXPECT_EQ(late.late, minutes{7});
  EXPECT_EQ(late.outcome, RunOutcome::succeeds);
  const Disturbance both = failures("1:+7m:fails:takes=20m")[0];
  EXPECT_EQ(both.late, minutes{7});
  EXPECT_EQ(both.takes, minutes{20});
  EXPECT_EQ(both.outcome, RunOutcome::search_fails);
}

TEST(FailedRuns, Errors) {
  for (const char* text : {"", "x", "3-", "-3", "9-7", "3:", "3:explodes", "3:+", "3:takes=soon",
                           "3,3", "2-4,3", "0-1000000", "0-18446744073709551615", "1:-5m"}) {
    const auto parsed = parse_failed_runs(text, minutes{5});
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, "E662") << text;
    EXPECT_FALSE(parsed.error().hint.empty());
  }
  EXPECT_EQ(parse_failed_runs("1,3:late", minutes{5}).error().span, (Span{2, 8}));
  EXPECT_EQ(parse_failed_runs("2-4,3", minutes{5}).error().message,
            "run 3 stands in the list twice");
  EXPECT_EQ(failures("18446744073709551615").size(), 1U);
}

TEST(Pauses, PairsOfMomentsInAnyOrder) {
  const auto written = parse_pauses("2026-03-02T12:00:00Z.., +1h..+2h");
  ASSERT_TRUE(written);
  const auto pauses = resolve(*written, tiny::at(0));
  ASSERT_TRUE(pauses);
  ASSERT_EQ(pauses->size(), 2U);
  EXPECT_EQ((*pauses)[0].from, tiny::wall(3'600));
  EXPECT_EQ((*pauses)[0].to, tiny::wall(7'200));
  EXPECT_EQ((*pauses)[1].from, tiny::wall(7'200)) << "right after the one before";
  EXPECT_EQ((*pauses)[1].to, WallTime::max());
}

TEST(Pauses, Errors) {
  for (const char* text : {"", "+1h", "..", "..+1h", "+1h..soon", "+1h...+2h", "+1h-+2h"}) {
    const auto written = parse_pauses(text);
    ASSERT_FALSE(written) << text;
    EXPECT_EQ(written.error().code, "E663") << text;
    EXPECT_FALSE(written.error().hint.empty());
  }
  const auto message = [](std::string_view text) {
    return resolve(*parse_pauses(text), tiny::at(0)).error().message;
  };
  EXPECT_EQ(message("+2h..+1h"), "the pause from 2026-03-02T12:00:00.000Z ends before it begins");
  EXPECT_EQ(message("+1h..+1h"), "the pause from 2026-03-02T11:00:00.000Z ends before it begins");
  EXPECT_EQ(message("+1h..+3h,+2h..+4h"),
            "the pauses from 2026-03-02T11:00:00.000Z and from 2026-03-02T12:00:00.000Z overlap");
  std::string text;
  for (std::size_t i = 0; i < listed_runs_max + 1; ++i) text += "+1s..,";
  EXPECT_EQ(parse_pauses(text).error().message, "more than 1,000,000 pauses");
}

}  // namespace
}  // namespace eqlab::schedule
