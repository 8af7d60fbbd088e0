#include "tests/unit/rule/linting.h"

namespace eqlab::rule::linting {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST(LintSchedule, AGoodRuleGetsOneNoteWithItsDelay) {
  EXPECT_EQ(shown(lint_text(good_sequence())),
            "L315 note 10:1 every match is seen if its events arrive within 450 s; the budget is "
            "120 s | \n");
}

TEST(LintSchedule, EachSlipIsSeenAndItsHintMendsIt) {
  const std::string good = good_sequence();
  const std::string long_span = with(good, "maxspan=30s", "maxspan=6m");
  const std::vector<Slip> slips = {
      {"an interval below the engine's", set(good, "interval = \"30s\""), "L302", Severity::error,
       "more often than once a minute"},
      {"an empty window", set(good, "from = \"now\""), "L302", Severity::error,
       "ends before it begins"},
      {"weeks", set(good, "from = \"now-1w\""), "L302", Severity::error, "the unit w of from"},
      {"hours written large", set(good, "from = \"now-1H\""), "L302", Severity::error,
       "the unit H of from"},
      {"a hole between windows", set(good, "from = \"now-4m\""), "L303", Severity::error,
       "60 s of every 300 s are never read"},
      {"a look-back without room for maxspan", set(good, "from = \"now-5m\""), "L303",
       Severity::error, "30 s too short; of those that use all of it 10.0 % are lost"},
      {"maxspan as long as the look-back", set(long_span, "from = \"now-6m\""), "L304",
       Severity::error, "maxspan 360 s is not shorter than the look-back 360 s"},
      {"no room for the delay", set(good, "from = \"now-6m\""), "L315", Severity::warning,
       "arrive more than 30 s late can be missed; the budget is 120 s late, where 30.0 % of the "
       "matches that come so late are missed, and a run 15 s late"},
      {"no room for a late run", set(good, "from = \"now-455s\""), "L315", Severity::warning,
       "the budget is 120 s late, where none of those is missed while runs keep time"},
      {"no room for a failed run", set(good, "from = \"now-9m\""), "L316", Severity::warning,
       "one failed run loses 210 s of events, two in a row 510 s; runs more than 1,740 s apart"},
      {"far back", set(good, "from = \"now-16m\""), "L317", Severity::warning,
       "found again in about 2.7 runs"},
      {"far back, and three intervals are no whole minutes",
       set(set(good, "from = \"now-16m\""), "interval = \"110s\""), "L317", Severity::warning,
       "found again"},
  };
  for (const Slip& slip : slips) expect_seen_and_mended(slip);
}

TEST(LintSchedule, ALongMaxspanKeepsItsLookBack) {
  const std::string hours = with(good_sequence(), "maxspan=30s", "maxspan=10h");
  const auto sighted = [&](std::string_view from) {
    for (const Diagnostic& d : lint_text(set(hours, format("from = \"{}\"", from))))
      if (d.code == "L317") return d.hint;
    return std::string();
  };
  // G + M + d = 315 + 36,000 + 120 = 36,435 s, far more than three intervals.
  EXPECT_EQ(sighted("now-12h"), "from = \"now-608m\"");
  EXPECT_EQ(sighted("now-36481s"), "from = \"now-608m\"");
  EXPECT_EQ(sighted("now-608m"), "");
}

TEST(LintSchedule, AdviceIsTheSmallestThatMends) {
  const std::string good = good_sequence();
  const auto warned = [&](const std::string& from, std::string_view code) {
    const auto found = lint_text(set(good, format("from = \"now-{}s\"", from)));
    return std::ranges::any_of(
        found, [&](const Diagnostic& d) { return d.code == code && d.severity != Severity::info; });
  };
  // G + M + d = 315 + 30 + 120; 2T + M + d = 600 + 30 + 120; 3T.
  EXPECT_TRUE(warned("464", "L315"));
  EXPECT_FALSE(warned("465", "L315"));
  EXPECT_TRUE(warned("749", "L316"));
  EXPECT_FALSE(warned("750", "L316"));
  EXPECT_TRUE(warned("901", "L317"));
  EXPECT_FALSE(warned("900", "L317"));
  EXPECT_TRUE(warned("329", "L303"));
  EXPECT_FALSE(warned("330", "L303"));
}

TEST(LintSchedule, AShorterMaxspanIsTheOtherWay) {
  const std::string text =
      with(set(good_sequence(), "from = \"now-9m\""), "maxspan=30s", "maxspan=3m");
  const auto found = lint_text(text);
  const Diagnostic* const seen = find(found, "L315", "can be missed");
  ASSERT_NE(seen, nullptr) << shown(found);
  EXPECT_EQ(seen->hint, "from = \"now-11m\", or maxspan=105s if the behaviour is that quick");
  EXPECT_EQ(find(lint_text(with(text, "maxspan=3m", "maxspan=105s")), "L315", "can be missed"),
            nullptr);
  EXPECT_NE(find(lint_text(with(text, "maxspan=3m", "maxspan=106s")), "L315", "can be missed"),
            nullptr);
}

TEST(LintSchedule, BudgetAndJitterAreTheCallers) {
  const std::string text = set(good_sequence(), "from = \"now-9m\"");
  LintOptions options = with_fields();
  EXPECT_EQ(find(lint_text(text, options), "L315", "can be missed"), nullptr);
  options.delay = minutes{5};
  const auto found = lint_text(text, options);
  const Diagnostic* const seen = find(found, "L315", "the budget is 300 s late");
  ASSERT_NE(seen, nullptr) << shown(found);
  // L - D = 540 - 330 of T = 300: 70 % are seen.
  EXPECT_NE(seen->message.find("30.0 %"), std::string::npos) << seen->message;
  EXPECT_EQ(find(lint_text(follow(text, seen->hint), options), "L315", "can be missed"), nullptr);
  options.delay = seconds{120};
  options.jitter = seconds{91};
  EXPECT_NE(find(lint_text(text, options), "L315", "a run 91 s late"), nullptr);
  options.jitter = seconds{90};
  EXPECT_EQ(find(lint_text(text, options), "L315", "can be missed"), nullptr);
}

TEST(LintSchedule, AWindowThatEndsInThePastNeedsNoDelayOnTop) {
  // Events settle while the window is still behind them, so `to` counts instead of the delay.
  const std::string text = set(set(good_sequence(), "to = \"now-5m\""), "from = \"now-645s\"");
  EXPECT_EQ(find(lint_text(text), "L315", "can be missed"), nullptr);
  const auto found = lint_text(with(text, "now-645s", "now-644s"));
  EXPECT_NE(find(found, "L315", "can be missed"), nullptr) << shown(found);
}

TEST(LintSchedule, AMissingEventAtTheEndMakesTheDelayAMust) {
  const std::string good = with(good_sequence(), "  [network", "  ![network");
  const std::string text = set(good, "from = \"now-7m\"");
  const auto found = lint_text(text);
  const Diagnostic* const seen = find(found, "L310", "needs the look-back 450 s");
  ASSERT_NE(seen, nullptr) << shown(found);
  EXPECT_EQ(find(lint_text(follow(text, seen->hint)), "L310", "needs the look-back"), nullptr);
}

}  // namespace
}  // namespace eqlab::rule::linting
