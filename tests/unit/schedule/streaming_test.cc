#include "harness/schedule/streaming.h"

#include <gtest/gtest.h>

#include "tests/unit/schedule/random_world.h"

namespace eqlab::schedule {
namespace {

using tiny::Absent;
using tiny::seconds;

Simulation stream(const tiny::Rule& rule, const scan::CandidateLog& log,
                  const StreamingOptions& options = {}) {
  return simulate_streaming(log, match::Matcher(rule.query, rule.binding), options);
}

TEST(Streaming, AlertsWhenTheCompletingEventArrives) {
  const scan::CandidateLog log = tiny::log_of({{.id = "a", .at = 10, .stages = {0}, .delay = 50},
                                               {.id = "b", .at = 12, .stages = {1}, .delay = 20}});
  const Simulation out =
      stream(tiny::rule_of({"process", "network"}, 30), log, {.processing = seconds(2)});
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(out.alerts[0].started_at, tiny::wall(61)) << "the last to arrive is the first stage";
  EXPECT_EQ(out.alerts[0].alert_time, tiny::wall(63));
  EXPECT_EQ(out.alerts[0].run, 1U);
  EXPECT_EQ(out.counters.runs, 2U);
  EXPECT_EQ(out.searches.back().visible, 2U);
}

TEST(Streaming, ALateEventPairsAnew) {
  const scan::CandidateLog log = tiny::log_of({{.id = "a1", .at = 60, .stages = {0}},
                                               {.id = "a2", .at = 70, .stages = {0}, .delay = 300},
                                               {.id = "b", .at = 80, .stages = {1}}});
  const Simulation out = stream(tiny::rule_of({"process", "network"}, 30), log);
  ASSERT_EQ(out.alerts.size(), 2U);
  EXPECT_EQ(log.event_id(out.alerts[0].match.first()), "a1");
  EXPECT_EQ(log.event_id(out.alerts[1].match.first()), "a2");
  EXPECT_EQ(out.alerts[1].started_at, tiny::wall(371));
}

TEST(Streaming, AnAbsentEventIsAwaitedUntilTheEndOfMaxspan) {
  const tiny::Rule rule = tiny::rule_of(tiny::Shape{.stages = 2, .missing = {1}});
  const scan::CandidateLog in_time = tiny::log_of(
      {{.id = "a", .at = 10, .stages = {0}}, {.id = "b", .at = 30, .stages = {1}, .delay = 9}});
  EXPECT_TRUE(stream(rule, in_time).alerts.empty());
  const scan::CandidateLog late = tiny::log_of(
      {{.id = "a", .at = 10, .stages = {0}}, {.id = "b", .at = 30, .stages = {1}, .delay = 10}});
  const Simulation out = stream(rule, late);
  ASSERT_EQ(out.alerts.size(), 1U) << "what would have spoiled it arrived a second too late";
  EXPECT_EQ(out.alerts[0].started_at, tiny::wall(40));
}

TEST(Streaming, OneInstantIsSeenAtOnce) {
  // Whole-second ingest: a2 and b become visible together, so (a1, b) never stands.
  const scan::CandidateLog log = tiny::log_of({{.id = "a1", .at = 1, .stages = {0}},
                                               {.id = "a2", .at = 2, .stages = {0}, .delay = 8},
                                               {.id = "b", .at = 3, .stages = {1}, .delay = 7}});
  const Simulation out = stream(tiny::rule_of({"process", "network"}, 30), log);
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(log.event_id(out.alerts[0].match.first()), "a2");
}

TEST(Streaming, UndatedEventsAlertAloneAndNeverInSequences) {
  const std::vector<tiny::Event> events = {{.id = "a", .at = 1, .stages = {0}},
                                           {.id = "u", .at = 2, .stages = {0, 1}, .dated = false}};
  EXPECT_TRUE(
      stream(tiny::rule_of({"process", "network"}, 30), tiny::log_of(events)).alerts.empty());
  EXPECT_EQ(stream(tiny::rule_of({"process"}, std::nullopt), tiny::log_of(events)).alerts.size(),
            2U);
}

TEST(Streaming, NothingArrives) {
  EXPECT_EQ(stream(tiny::rule_of({"process", "network"}, 30), tiny::log_of({})), [] {
    Simulation nothing;
    nothing.refresh = seconds(1);
    return nothing;
  }());
}

void expect_equal_efforts(const tiny::Rule& rule, const scan::CandidateLog& log,
                          StreamingOptions options, std::uint64_t& alerts) {
  const Simulation quick = stream(rule, log, options);
  options.effort = StreamingEffort::every;
  const Simulation plain = stream(rule, log, options);
  ASSERT_EQ(quick, plain);
  ASSERT_EQ(plain.counters.returned, plain.alerts.size());
  alerts += plain.alerts.size();
}

TEST(Streaming, LookingNearByFindsWhatLookingEverywhereFinds) {
  Rng rng(41);
  std::uint64_t alerts = 0;
  std::uint64_t alerts_with_absence = 0;
  for (int round = 0; round < 20'000; ++round) {
    SCOPED_TRACE(round);
    tiny::Shape shape = tiny::random_shape(rng, Absent::sometimes);
    if (rng.chance(0.1) && shape.missing.empty()) shape.maxspan.reset();
    const tiny::Rule rule = tiny::rule_of(shape);
    const tiny::Crowd crowd = {.seconds = rng.chance(0.5) ? 60.0 : 300.0};
    const std::vector<tiny::Event> events = tiny::random_events(rng, shape.stages + 1, crowd);
    const scan::CandidateLog log = tiny::log_of(events, shape.stages + 1);
    StreamingOptions options{.refresh = seconds(rng.chance(0.5) ? 0 : 1)};
    if (rng.chance(0.2)) options.maxspan = seconds(static_cast<double>(rng.in_range(0, 40)));
    expect_equal_efforts(rule, log, options, shape.missing.empty() ? alerts : alerts_with_absence);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(alerts, 5'000U) << "the timelines must be busy enough to prove something";
  EXPECT_GT(alerts_with_absence, 1'000U);
}

TEST(Streaming, EventQueriesPipesAndSamplesToo) {
  Rng rng(42);
  std::uint64_t alerts = 0;
  for (int round = 0; round < 1'500; ++round) {
    SCOPED_TRACE(round);
    tiny::Rule rule = round % 3 == 0 ? tiny::rule_of({"process"}, std::nullopt)
                                     : tiny::rule_of(tiny::Shape{.stages = 2});
    if (round % 3 == 1) {
      rule.query.kind = eql::QueryKind::sample;
      rule.query.maxspan.reset();
    }
    if (round % 3 == 2) rule.query.limits.push_back({eql::Limit::Side::head, 2});
    std::vector<tiny::Event> events = tiny::random_events(rng, 3, {});
    for (tiny::Event& event : events) event.dated = rng.chance(0.9);
    expect_equal_efforts(rule, tiny::log_of(events, 3), {}, alerts);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(alerts, 1'500U);
}

// Whatever the runs of a schedule find, a stream over prompt events has found, and earlier.
TEST(Streaming, IsNeverLaterThanTheSchedule) {
  Rng rng(43);
  std::size_t compared = 0;
  for (int round = 0; round < 500; ++round) {
    const tiny::Rule rule = tiny::rule_of(tiny::Shape{});
    const std::vector<tiny::Event> events =
        tiny::random_events(rng, 3, {.late_chance = 0, .repeats = false});
    const scan::CandidateLog log = tiny::log_of(events, 3);
    const Simulation streamed = stream(rule, log);
    const Simulation scheduled =
        simulate(log, match::Matcher(rule.query, rule.binding), {}, {.start = tiny::at(-300)});
    for (const Alert& alert : scheduled.alerts) {
      const auto same = std::ranges::find(streamed.alerts, alert.match, &Alert::match);
      ASSERT_NE(same, streamed.alerts.end());
      ASSERT_LE(same->alert_time, alert.alert_time);
      ++compared;
    }
  }
  EXPECT_GT(compared, 300U);
}

}  // namespace
}  // namespace eqlab::schedule
