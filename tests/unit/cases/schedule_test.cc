// Blocks with a schedule: how they are read, run, reported and rewritten. What schedules do is in
// tests/cases/schedule.
#include <gtest/gtest.h>

#include "harness/base/text.h"
#include "harness/cases/case_block.h"
#include "harness/cases/case_time.h"
#include "harness/cases/runner.h"

namespace eqlab::cases {
namespace {

const std::string head =
    "why: w\nschema\n  host.id keyword\nevents\n  a  @10:01:00+20s  process  host.id=h\n"
    "  b  @10:01:04+20s  network  host.id=h\nquery\n  sequence by host.id with maxspan=30s "
    "[process where true] [network where true]\n";

/// `CODE line:column-end message`.
std::string problem(const std::string& text) {
  const auto blocks = parse_cases(text, "t.case");
  if (blocks) return "none";
  const Place place = blocks.error().place.value_or(Place{});
  return format("{} {}:{}-{} {}", blocks.error().code, place.line, place.column, place.end_column,
                blocks.error().message);
}

CaseBlock block_of(const std::string& text) {
  auto blocks = parse_cases(text, "t.case");
  EXPECT_TRUE(blocks) << render(blocks.error());
  return blocks->at(0);
}

/// What the file would have to say.
std::string outcome(const std::string& text) {
  const CaseResult result = run_block(block_of(text), {});
  if (result.passed()) return "passes";
  EXPECT_EQ(result.failures.size(), 1U);
  return result.failures[0].configuration + result.failures[0].got;
}

TEST(CaseSchedule, IsReadOverTheRulesOwn) {
  const CaseBlock block = block_of(
      head +
      "schedule: interval=1m from=now-15m\n  to=now-2m cap=7 refresh=1s search-delay=250ms "
      "run-time=4s\nruns: 10:00 10:05=fails\n  10:12:00.5=throws\nalerts\n  none\n");
  EXPECT_EQ(block.rule->schedule, (rule::Schedule{.interval = std::chrono::minutes{1},
                                                  .look_back = std::chrono::minutes{15},
                                                  .to = std::chrono::minutes{2},
                                                  .max_signals = 7}));
  EXPECT_EQ(block.schedule.refresh, std::chrono::seconds{1});
  EXPECT_EQ(block.schedule.search_delay, std::chrono::milliseconds{250});
  EXPECT_EQ(block.schedule.run_time, std::chrono::seconds{4});
  ASSERT_EQ(block.runs.size(), 3U);
  EXPECT_EQ(case_time_text(on_clock<EventTime>(block.runs[2].at)), "10:12:00.5");
  EXPECT_EQ(block.runs[1].outcome, schedule::RunOutcome::search_fails);
  EXPECT_EQ(block.runs[2].outcome, schedule::RunOutcome::task_throws);
}

TEST(CaseSchedule, HoldsForAllBlocksOfTheFile) {
  const auto blocks = parse_cases("schedule: from=now-9m\nruns: 10:00\n" + head +
                                      "alerts\n  none\n\n" + head + "runs: 10:03\nalerts\n  none\n",
                                  "t.case");
  ASSERT_TRUE(blocks) << render(blocks.error());
  EXPECT_EQ(blocks->at(1).rule->schedule.look_back, std::chrono::minutes{9});
  EXPECT_EQ(case_time_text(on_clock<EventTime>(blocks->at(0).runs.at(0).at)), "10:00");
  EXPECT_EQ(case_time_text(on_clock<EventTime>(blocks->at(1).runs.at(0).at)), "10:03");
}

TEST(CaseSchedule, DelaysBecomeIngestTimes) {
  const CaseBlock block = block_of(head + "ids\n  none\n");
  EXPECT_EQ(block.events[0].fields.back().name, "event.ingested");
  EXPECT_EQ(block.events[0].fields.back().values.at(0).text, "2026-01-01T10:01:20.000000000Z");
  const auto ingested = [](const std::string& time) {
    const auto blocks = parse_cases(
        "why: w\nevents\n  a  @" + time + "  -\nquery\n  any where true\nids\n  none\n", "t.case");
    if (!blocks) return blocks.error().message;
    const CaseEvent& event = blocks->at(0).events[0];
    return event.fields.empty() ? "none" : event.fields[0].values[0].text.substr(0, 23);
  };
  EXPECT_EQ(ingested("4s"), "none");
  EXPECT_EQ(ingested("4s-1500ms"), "2026-01-01T00:00:02.500");
  EXPECT_EQ(ingested("2026-03-01T00:00:00+02:00"), "none") << "that is a time zone";
  EXPECT_EQ(ingested("2026-03-01T00:00:00Z+2s"), "2026-03-01T00:00:02.000");
  EXPECT_EQ(ingested("none+2s"), "'none+2s' is not a time");
  EXPECT_EQ(ingested("4s+20"), "'4s+20' is not a time");
  EXPECT_EQ(ingested("2262-01-01+4000d"), "'2262-01-01+4000d' is not a time");
  EXPECT_EQ(problem("why: w\nevents\n  a  @4s+1s  -  event.ingested=\"2026-01-01\"\nquery\n  any "
                    "where true\nids\n  none\n"),
            "E451 3:6-12 event.ingested is given twice");
}

TEST(CaseSchedule, ErrorsPointAtTheWord) {
  const std::string tail = "alerts\n  none\n";
  EXPECT_EQ(problem(head + "schedule: interval=5m fro=now-9m\nruns: 10:00\n" + tail),
            "E455 9:23-33 'fro=now-9m' says nothing about a schedule");
  for (const std::string wrong :
       {"interval=0m", "interval=x", "from=9m", "to=now+1m", "cap=0", "cap=-1", "refresh=-1s",
        "refresh=31d", "run-time=4", "search-delay=", "cap"}) {
    EXPECT_EQ(problem(head + "schedule: " + wrong + "\nruns: 10:00\n" + tail),
              format("E455 9:11-{} '{}' says nothing about a schedule", 11 + wrong.size(), wrong));
  }
  for (const std::string wrong :
       {"group-by=", "group-by=a,", "group-by=a,b,c,d", "suppress-for=0m", "missing=never"}) {
    EXPECT_EQ(problem(head + "schedule: " + wrong + "\nruns: 10:00\n" + tail),
              format("E455 9:11-{} '{}' says nothing about a schedule", 11 + wrong.size(), wrong));
  }
  EXPECT_EQ(problem(head + "schedule: suppress-for=1h\nruns: 10:00\n" + tail),
            "E455 9:11-26 suppression needs fields to group by");
  EXPECT_EQ(problem(head + "runs: 10:00 10:05=late\n" + tail),
            "E456 9:13-23 '10:05=late' is not a run");
  EXPECT_EQ(problem(head + "runs: soon\n" + tail), "E456 9:7-11 'soon' is not a run");
  EXPECT_EQ(problem(head + "runs: 10:00:00.0001\n" + tail),
            "E456 9:7-20 '10:00:00.0001' is not a run");
  EXPECT_EQ(problem(head + "runs: 10:00 2200-01-01\n" + tail),
            "E456 9:13-23 '2200-01-01' is more than ten years from the base");
  EXPECT_EQ(problem(head + "runs: 10:00\n  10:00\n" + tail),
            "E456 10:3-8 '10:00' is not after the run before it");
}

TEST(CaseSchedule, ExpectationsPointAtTheirLines) {
  const std::string runs = "runs: 10:00\n";
  EXPECT_EQ(problem(head + "alerts\n  none\n"), "E457 9:1-7 alerts need runs that write them");
  EXPECT_EQ(problem(head + runs + "alerts\n  10:05\n"),
            "E457 11:3-8 an alert needs its run and its events");
  EXPECT_EQ(problem(head + runs + "alerts\n  10:05 / a b / seen often\n"),
            "E457 11:17-27 'seen often' says nothing about an alert");
  EXPECT_EQ(problem(head + runs + "alerts\n  10:05 / a b /\n"),
            "E457 11:3-16 '10:05 / a b /' says nothing about an alert");
  EXPECT_EQ(problem(head + runs + "alerts\n  now / a b\n"), "E457 11:3-6 'now' is not a time");
  EXPECT_EQ(problem(head + runs + "alerts\n  10:05 / a c\n"), "E452 11:3-14 there is no event c");
  EXPECT_EQ(problem(head + runs + "gaps\n  none\nalerts\n  none\n"),
            "E457 10:1-5 gaps does not stand right below alerts");
  EXPECT_EQ(problem(head + runs + "alerts\n  none\nmissed\n  none\ngaps\n  none\n"),
            "E457 14:1-5 gaps does not stand right below alerts");
  EXPECT_EQ(problem(head + runs + "alerts\n  none\ngaps\nmissed\n  none\n"),
            "E457 12:1-5 gaps has no lines below it");
  EXPECT_EQ(problem(head + runs + "alerts\n  none\ngaps\n  10:00 - 10:06\n"),
            "E457 13:3-16 a gap needs its beginning and its end");
  EXPECT_EQ(problem(head + runs + "alerts\n  none\nmissed\n  a c\n"),
            "E452 13:3-6 there is no event c");
}

TEST(CaseSchedule, OnlyWhatIsStatedIsCompared) {
  const std::string under = head + "schedule: from=now-9m\nruns: 10:00\nalerts\n";
  EXPECT_EQ(outcome(under + "  10:05 / a b\n"), "passes");
  EXPECT_EQ(outcome(under + "  10:05:00 / a   b / after 236s / seen 2\ngaps\n  none\n"), "passes");
  EXPECT_EQ(outcome(under + "  none\n"), "alerts\n  10:05 / a b\n");
  EXPECT_EQ(outcome(under + "  10:05 / a b / seen 1\nmissed\n  a b\n"),
            "alerts\n  10:05 / a b / seen 2\nmissed\n  none\n");
  EXPECT_EQ(outcome(under + "  10:05 / a b / after 4m\n"), "alerts\n  10:05 / a b / after 236s\n");
}

TEST(CaseSchedule, UpdateRewritesAllThreeParts) {
  const std::string text =
      head +
      "runs: 10:00 10:35\nalerts\n  none\n\n# said here\ngaps\n  none\nmissed\n"
      "  none\n\nwhy: next\nquery\n  any where true\ntree\n  any where true\n";
  const auto blocks = parse_cases(text, "t.case");
  ASSERT_TRUE(blocks) << render(blocks.error());
  const Rewritten rewritten = rewrite(text, *blocks, {});
  EXPECT_EQ(rewritten.blocks, 1U);
  EXPECT_EQ(rewritten.text,
            head +
                "runs: 10:00 10:35\nalerts\n  none\ngaps\n  10:00 to 10:09\nmissed\n"
                "  a b\n\nwhy: next\nquery\n  any where true\ntree\n  any where "
                "true\n");
  const auto again = parse_cases(rewritten.text, "t.case");
  ASSERT_TRUE(again) << render(again.error());
  EXPECT_TRUE(run_block(again->at(0), {}).passed());
}

TEST(CaseSchedule, RunsThatNoRuleCanHaveAreAnError) {
  EXPECT_EQ(outcome(head + "runs: 10:00 10:04\nalerts\n  none\n"),
            "t.case: error E456: the runs 10:00 and 10:04 are closer than the interval of 300s\n"
            "  write schedule: interval=1m for a rule that runs more often\n");
  EXPECT_EQ(outcome(head + "runs: 10:00 2030-01-01\nalerts\n  none\n"),
            "t.case: error E456: the events need more than 10,000 runs\n"
            "  move them nearer to the first run, or lengthen the interval\n");
}

TEST(CaseSchedule, EveryEngineForSchedulesIsAsked) {
  std::vector<std::string> asked;
  RunOptions options;
  for (NamedEngine& engine : options.engines) {
    if (!engine.schedule) continue;
    engine.schedule = [&asked, name = engine.name](
                          const CaseBlock&, const eql::CheckedQuery&) -> Result<FoundAlerts> {
      asked.push_back(name);
      return FoundAlerts{};
    };
  }
  EXPECT_TRUE(run_block(block_of(head + "runs: 10:00\nalerts\n  none\n"), options).passed());
  EXPECT_EQ(asked, (std::vector<std::string>{"batch-1", "batch-7", "whole", "every-run"}));
  asked.clear();
  EXPECT_TRUE(run_block(block_of(head + "matches\n  a b\n"), options).passed());
  EXPECT_TRUE(asked.empty());
}

TEST(CaseSchedule, ARunsEngineThatDiffersIsNamed) {
  RunOptions options;
  options.engines.back().schedule = [](const CaseBlock&, const eql::CheckedQuery&) {
    return Result<FoundAlerts>(FoundAlerts{});
  };
  const CaseResult result = run_block(
      block_of(head + "schedule: from=now-9m\nruns: 10:00\nalerts\n  10:05 / a b\n"), options);
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures[0].configuration, "every-run");
  EXPECT_EQ(result.failures[0].got, "alerts\n  none\n");
}

}  // namespace
}  // namespace eqlab::cases
