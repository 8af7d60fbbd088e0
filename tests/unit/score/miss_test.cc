#include "harness/score/miss.h"

#include <gtest/gtest.h>

#include <tuple>

#include "tests/unit/score/world.h"

namespace eqlab::score {
namespace {

using truth::Behaviour;
using truth::Role;

/// The only group of misses.
MissGroup only_group(const Scorecard& card) {
  EXPECT_EQ(card.misses.size(), 1U);
  return card.misses.empty() ? MissGroup{} : card.misses[0];
}

tiny::World one(std::vector<tiny::Labelled> events) {
  return {.stories = {{.scenario = "M", .events = std::move(events)}}};
}

TEST(Miss, APackageThatOpensNoConnection) {
  tiny::World world = one({tiny::install("i", 100)[0]});
  world.stories[0].behaviour = Behaviour::none;
  world.stories[0].true_pairs = {};
  const Scorecard card = score_of(world);
  EXPECT_EQ(only_group(card).reason, Reason::no_connection);
  EXPECT_EQ(only_group(card).examples, (std::vector<NamedCount>{{"none at all", 1}}));
  EXPECT_EQ(card.recall.all, (Proportion{0, 1}));
  EXPECT_EQ(card.recall.with_behaviour, (Proportion{0, 0}));
}

TEST(Miss, ARuleWithoutNetworkStepsDoesNotBlameTheNetwork) {
  tiny::World world = one({tiny::install("i", 100)[0]});
  world.stories[0].behaviour = Behaviour::none;
  world.stories[0].events[0].stages = {};
  const Scorecard card = score_of(world, tiny::rule_of({"process"}, std::nullopt));
  EXPECT_EQ(only_group(card).text, "no process event satisfies the query");
}

TEST(Miss, NamesWhatFailedTheSecondStep) {
  tiny::World world = one(tiny::install("i", 100));
  world.stories.push_back({.scenario = "M", .events = tiny::install("j", 1'000)});
  world.stories.push_back({.scenario = "E", .events = tiny::install("k", 2'000)});
  for (tiny::Story& story : world.stories) {
    story.events[1].stages = {};
    story.events[1].what = "connect python3.11 203.0.113.8:443";
  }
  world.stories[2].events[1].what = "connect ruby 2001:db8::1:443";
  const MissGroup group = only_group(score_of(world));
  EXPECT_EQ(group.text, "no network event satisfies step 2");
  EXPECT_EQ(group.count, 3U);
  EXPECT_EQ(group.examples, (std::vector<NamedCount>{{"python3.11", 2}, {"ruby", 1}}));
}

TEST(Miss, NamesWhatFailedTheFirstStep) {
  tiny::World world = one(tiny::install("i", 100));
  world.stories[0].events[0].stages = {};
  world.stories[0].events[0].what = "exec dash < package_script_service";
  const MissGroup group = only_group(score_of(world));
  EXPECT_EQ(group.text, "no process event satisfies step 1");
  EXPECT_EQ(group.examples, (std::vector<NamedCount>{{"dash < package_script_service", 1}}));
}

TEST(Miss, ThePairThatGetsFurthestSpeaksForTheIncident) {
  // dash runs the first script, bash the second; only the second one's connection has an unlisted
  // name.
  std::vector<tiny::Labelled> events = tiny::install("i", 100);
  events[0].stages = {};
  events[1].stages = {};
  for (tiny::Labelled event : tiny::install("j", 110)) {
    if (event.role == Role::network) {
      event.stages = {};
      event.what = "connect helper 203.0.113.8:443";
    }
    events.push_back(event);
  }
  tiny::World world = one(events);
  world.stories[0].true_pairs = {{0, 1}, {2, 3}};
  const MissGroup group = only_group(score_of(world));
  EXPECT_EQ(group.stage, 1U);
  EXPECT_EQ(group.examples, (std::vector<NamedCount>{{"helper", 1}}));
}

TEST(Miss, AnUnrelatedConnectionOfTheSameIncidentDoesNotMakeItReachable) {
  // helper is the one that the script started; curl is the implant's, running for hours.
  std::vector<tiny::Labelled> events = tiny::install("i", 100);
  events[1].stages = {};
  events[1].what = "connect helper 203.0.113.8:443";
  events.push_back({.id = "implant",
                    .at = 200,
                    .stages = {1},
                    .role = Role::network,
                    .what = "connect curl 203.0.113.9:443"});
  EXPECT_EQ(only_group(score_of(one(events))).examples, (std::vector<NamedCount>{{"helper", 1}}));
}

TEST(Miss, JoinKeysThatDiffer) {
  tiny::World world = one(tiny::install("i", 100));
  world.stories[0].events[1].keys = {"mac-1", "501"};
  const Scorecard card = score_of(world);
  EXPECT_EQ(only_group(card).reason, Reason::keys_differ);
  EXPECT_EQ(only_group(card).text, "user.id changes between the steps");
  EXPECT_EQ(only_group(card).examples, (std::vector<NamedCount>{{"0, then 501", 1}}));
  EXPECT_EQ(card.recall.with_behaviour, (Proportion{0, 1}));
  EXPECT_EQ(card.recall.reachable, (Proportion{0, 0}));
}

TEST(Miss, AMissingJoinKeyEqualsNothing) {
  tiny::World world = one(tiny::install("i", 100));
  world.stories[0].events[0].keys = {"mac-1", ""};
  world.stories[0].events[1].keys = {"mac-1", ""};
  EXPECT_EQ(only_group(score_of(world)).examples, (std::vector<NamedCount>{{"missing", 1}}));
}

TEST(Miss, LongerThanMaxspan) {
  tiny::World world = one(tiny::install("i", 100, 30.001));
  world.stories.push_back({.scenario = "M", .events = tiny::install("j", 1'000, 45)});
  world.stories.push_back({.scenario = "M", .events = tiny::install("k", 2'000, 60)});
  const MissGroup group = only_group(score_of(world));
  EXPECT_EQ(group.text, "longer than maxspan (30 s)");
  EXPECT_EQ(group.note, "nearest 30.001 s, median 45 s");
  EXPECT_EQ(group.count, 3U);
  EXPECT_EQ(score_of(one(tiny::install("i", 100, 30))).recall.all, (Proportion{1, 1}))
      << "30.000 s is within";
}

TEST(Miss, EventsInTheOtherOrder) {
  // The clock stepped back between the two: the connection is stamped first.
  tiny::World world = one(tiny::install("i", 100, -3));
  world.stories[0].expected = truth::Expectation::fires;
  const Scorecard card = score_of(world);
  EXPECT_EQ(only_group(card).reason, Reason::out_of_order);
  EXPECT_EQ(only_group(card).text, "its events are stamped out of order");
  EXPECT_EQ(card.recall.lost_to(Cause::telemetry), 1U) << "what is caused comes after its cause";
  EXPECT_FALSE(card.scenarios[0].disagrees()) << "promises assume clocks that are right";
}

TEST(Miss, TooLateForEveryRun) {
  tiny::World world = one(tiny::install("i", 100));
  world.stories[0].events[1].delay = 600;
  world.stories[0].persona = "offline laptop";
  const Scorecard card = score_of(world);
  EXPECT_EQ(only_group(card).reason, Reason::too_late);
  EXPECT_EQ(only_group(card).text, "arrived too late for any run");
  EXPECT_EQ(only_group(card).examples, (std::vector<NamedCount>{{"offline laptop", 1}}));
  EXPECT_EQ(card.recall.reachable, (Proportion{0, 1}));
  EXPECT_EQ(card.recall.visible, (Proportion{0, 0}));
}

TEST(Miss, PromptButInAHoleOfTheSchedule) {
  // Runs at 600 s and 1,200 s look back to 300 s and 900 s: nothing is late, and still no run sees
  // 100 s.
  tiny::World world = one(tiny::install("i", 100));
  world.schedule = {.interval = std::chrono::minutes{10},
                    .look_back = std::chrono::minutes{5},
                    .max_signals = 100};
  const Scorecard card = score_of(world);
  EXPECT_EQ(only_group(card).reason, Reason::look_back_too_short);
  EXPECT_EQ(only_group(card).text, "the look-back is too short for it")
      << "must not speak of lateness";
  EXPECT_EQ(card.recall.lost_to(Cause::schedule), 1U);
}

TEST(Miss, ItsRunFailedAndTheNextOneLooksBackTooLittle) {
  // Runs at 300 s and 600 s; the second looks back to 60 s.
  tiny::World world = one(tiny::install("i", 50));
  ASSERT_EQ(score_of(world).recall.all, (Proportion{1, 1}));
  world.disturbances = {{.run = 0, .outcome = schedule::RunOutcome::search_fails}};
  const Scorecard card = score_of(world);
  EXPECT_EQ(only_group(card).reason, Reason::runs_disturbed);
  EXPECT_EQ(only_group(card).text, "its run was late or failed");
  EXPECT_EQ(card.recall.lost_to(Cause::schedule), 1U);
  EXPECT_EQ(card.recall.lost_to(Cause::delay), 0U);
}

TEST(Miss, LateEventsAreLateThoughRunsFailToo) {
  // The failed run would not have seen the connection either, which comes at 651 s.
  tiny::World world = one(tiny::install("i", 50));
  world.stories[0].events[1].delay = 600;
  world.disturbances = {{.run = 0, .outcome = schedule::RunOutcome::search_fails}};
  const Scorecard card = score_of(world);
  EXPECT_EQ(only_group(card).reason, Reason::too_late);
  EXPECT_EQ(card.recall.lost_to(Cause::delay), 1U);
}

TEST(Miss, ADocumentThatWasLostOrMergedIsTheReason) {
  tiny::World world = one(tiny::install("i", 100));
  world.stories[0].events[0].stages = {};
  world.stories[0].events[0].faults = {"merged"};
  const Scorecard merged = score_of(world);
  EXPECT_EQ(only_group(merged).reason, Reason::document_missing);
  EXPECT_EQ(only_group(merged).text, "process event of step 1 merged away");
  EXPECT_EQ(only_group(merged).examples,
            (std::vector<NamedCount>{{"bash < package_script_service", 1}}));
  EXPECT_EQ(merged.recall.lost_to(Cause::telemetry), 1U);
  EXPECT_EQ(merged.recall.with_behaviour, (Proportion{0, 1}));
  EXPECT_EQ(merged.recall.reachable, (Proportion{0, 0}));
  world.stories[0].events[0].faults = {"offset", "lost"};
  EXPECT_EQ(only_group(score_of(world)).text, "process event of step 1 lost");
  world.stories[0].events[0].faults = {"displaced"};
  EXPECT_EQ(only_group(score_of(world)).reason, Reason::stage_unmatched)
      << "a document that came, be it late, can be judged";
}

TEST(Miss, ADocumentThatCameAndDoesNotFitSaysMoreThanOneThatNeverCame) {
  tiny::World world = one(tiny::install("i", 100));
  for (tiny::Labelled& event : world.stories[0].events) event.stages = {};
  world.stories[0].events[0].faults = {"lost"};
  world.stories[0].events[1].what = "connect python3.11 203.0.113.8:443";
  EXPECT_EQ(only_group(score_of(world)).reason, Reason::stage_unmatched);
  EXPECT_EQ(only_group(score_of(world)).examples[0].name, "python3.11");
}

TEST(Miss, ALostDocumentBreaksNoPromise) {
  tiny::World world = one(tiny::install("i", 100));
  world.stories[0].expected = truth::Expectation::fires;
  world.stories[0].events[1].stages = {};
  EXPECT_TRUE(score_of(world).scenarios[0].disagrees());
  world.stories[0].events[1].faults = {"lost"};
  EXPECT_FALSE(score_of(world).scenarios[0].disagrees());
}

TEST(Miss, ThreeStepsNameTheDocumentThatNeverCame) {
  tiny::World world = one(tiny::install("i", 100));
  world.stories[0].events.insert(world.stories[0].events.begin() + 1, {.id = "i-child",
                                                                       .at = 100.5,
                                                                       .stages = {},
                                                                       .role = Role::child,
                                                                       .what = "exec helper",
                                                                       .faults = {"lost"}});
  world.stories[0].events[0].faults = {};
  world.stories[0].true_pairs = {{0, 2}};
  world.stories[0].events[2].stages = {2};
  const tiny::Rule rule =
      tiny::rule_of({"process", "process", "network"}, 30, {"host.id", "user.id"});
  const Scorecard card = score_of(world, rule);
  EXPECT_EQ(only_group(card).reason, Reason::document_missing) << only_group(card).text;
  EXPECT_EQ(only_group(card).stage, 1U);
  EXPECT_EQ(only_group(card).examples[0].name, "helper");
}

TEST(Miss, EachGroupNamesAnIncidentThatShowsItsCommonestExample) {
  tiny::World world;
  for (const char* const name : {"ruby", "python3.11", "python3.11"}) {
    tiny::Story story{
        .scenario = "E",
        .events = tiny::install(std::to_string(world.stories.size()),
                                1'000.0 * static_cast<double>(world.stories.size() + 1))};
    story.events[1].stages = {};
    story.events[1].what = std::string("connect ") + name + " 203.0.113.8:443";
    world.stories.push_back(story);
  }
  EXPECT_EQ(only_group(score_of(world)).example_incident, "I-1");
  EXPECT_EQ(only_group(score_of(world)).cause, Cause::design);
}

/// Windows by slot 2, which stands for a field of the events.
const schedule::RangeField by_date{
    .primary = {.kind = schedule::TimeSource::Kind::carried, .slot = 2}};

TEST(Miss, WindowsByAnotherTimeSeeWhatThatTimeSays) {
  // By event time no run sees it; by the other time the run at 1,200 s does.
  tiny::World world = one(tiny::install("i", 100));
  for (tiny::Labelled& event : world.stories[0].events) event.delay = 1'000;
  for (tiny::Labelled& event : world.stories[0].events) event.date = event.at + event.delay;
  world.schedule.look_back = std::chrono::minutes{5};
  EXPECT_EQ(only_group(score_of(world)).reason, Reason::too_late);
  world.range = by_date;
  EXPECT_EQ(score_of(world).recall.all, (Proportion{1, 1}));
  world.disturbances = {{.run = 3, .outcome = schedule::RunOutcome::search_fails}};
  EXPECT_EQ(only_group(score_of(world)).reason, Reason::runs_disturbed);
  // Seen, and cut: not a question of windows.
  world.disturbances.clear();
  world.schedule.max_signals = 1;
  tiny::Story later{
      .scenario = "B", .intent = truth::Intent::benign, .events = tiny::install("j", 1'150)};
  for (tiny::Labelled& event : later.events) {
    event.keys = {"mac-2", "0"};
    event.date = event.at;
  }
  world.stories.push_back(later);
  EXPECT_EQ(only_group(score_of(world)).reason, Reason::cut_by_cap);
}

TEST(Miss, AManualRunSeesWhatItsSlotHolds) {
  // The run at 300 s fails; the one at 600 s looks back to 60 s.
  tiny::World world = one(tiny::install("i", 50));
  world.disturbances = {{.run = 0, .outcome = schedule::RunOutcome::search_fails}};
  ASSERT_EQ(only_group(score_of(world)).reason, Reason::runs_disturbed);
  world.manual_runs = {{.executed_at = tiny::wall(50'017), .slots = {tiny::wall(300)}}};
  const Scorecard filled = score_of(world);
  EXPECT_EQ(filled.recall.all, (Proportion{1, 1}));
  EXPECT_EQ(filled.runs.manual_searches, 1U);
  world.schedule.max_signals = 1;
  world.background = {{.id = "a", .at = 55, .stages = {0}, .keys = {"mac-2", "0"}},
                      {.id = "b", .at = 56, .stages = {1}, .keys = {"mac-2", "0"}}};
  EXPECT_EQ(only_group(score_of(world)).reason, Reason::cut_by_cap)
      << "a search saw it, days after all scheduled ones";
}

TEST(Miss, RunsThatEndBeforeTheEventsAreDisturbed) {
  tiny::World world = one(tiny::install("i", 1'000));
  world.run_times = {tiny::wall(300), tiny::wall(600)};
  EXPECT_EQ(only_group(score_of(world)).reason, Reason::runs_disturbed);
}

tiny::World suppressing(tiny::World world) {
  world.suppression = {.group_by = {0}, .duration = std::chrono::hours{1}};
  return world;
}

TEST(Miss, WhatAnotherAlertCountedIsSaid) {
  tiny::World world = one(tiny::install("i", 100));
  world.stories.push_back({.scenario = "N", .events = tiny::install("j", 200)});
  const Scorecard card = score_of(suppressing(world));
  EXPECT_EQ(only_group(card).reason, Reason::suppressed);
  EXPECT_EQ(only_group(card).text, "counted by another alert");
  EXPECT_EQ(only_group(card).examples, (std::vector<NamedCount>{{"alert about M about M", 1}}));
  EXPECT_EQ(card.incidents[1].miss->events, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(card.recall.lost_to(Cause::suppression), 1U);
  EXPECT_EQ(card.recall.visible, (Proportion{1, 2})) << "a run saw it";
  ASSERT_TRUE(card.suppression);
  EXPECT_EQ(card.suppression->matches, 1U);
  EXPECT_EQ(card.suppression->alerts, 1U);
  EXPECT_EQ(score_of(world).recall.all, (Proportion{2, 2}));
  EXPECT_FALSE(score_of(world).suppression);
  world.stories.erase(world.stories.begin());
  world.background = {{.id = "a", .at = 101, .stages = {0}, .keys = {"mac-1", "7"}},
                      {.id = "b", .at = 102, .stages = {1}, .keys = {"mac-1", "7"}}};
  EXPECT_EQ(only_group(score_of(suppressing(world))).examples,
            (std::vector<NamedCount>{{"alert of unrelated events", 1}}));
}

TEST(Miss, WhatAnAlertOfTheSameIncidentCountedIsCaught) {
  tiny::World world = one(tiny::install("i", 100));
  for (const tiny::Labelled& event : tiny::install("again", 140))
    world.stories[0].events.push_back(event);
  world.stories[0].true_pairs = {{0, 1}, {2, 3}};
  const Scorecard card = score_of(suppressing(world));
  EXPECT_EQ(card.recall.all, (Proportion{1, 1}));
  EXPECT_EQ(card.alert_count(), 1U);
  EXPECT_EQ(card.suppression->matches, 1U);
  EXPECT_EQ(card.verdict(Verdict::duplicate), 0U);
}

TEST(Miss, ALateEventThatIsTakenForACountedOneIsSuppressed) {
  // The alert of 1,180 s is made at 1,200 s; the older event comes at 1,251 s.
  tiny::World world;
  for (const auto& [id, at, delay] :
       {std::tuple{"first", 1'180.0, 0.0}, {"late", 1'150.0, 100.0}}) {
    world.stories.push_back({.scenario = id,
                             .events = {{.id = id,
                                         .at = at,
                                         .stages = {0},
                                         .delay = delay,
                                         .role = Role::script,
                                         .what = "exec bash"}},
                             .true_pairs = {}});
  }
  const tiny::Rule rule = tiny::rule_of({"process"}, std::nullopt);
  ASSERT_EQ(score_of(world, rule).recall.all, (Proportion{2, 2}));
  const Scorecard card = score_of(suppressing(world), rule);
  EXPECT_EQ(only_group(card).reason, Reason::suppressed);
  EXPECT_EQ(only_group(card).examples[0].name, "older than what was counted last");
}

TEST(Miss, CutByTheCap) {
  tiny::World world = one(tiny::install("i", 100));
  world.schedule.max_signals = 1;
  world.background = {{.id = "a", .at = 101, .stages = {0}, .keys = {"mac-2", "0"}},
                      {.id = "b", .at = 102, .stages = {1}, .keys = {"mac-2", "0"}}};
  const Scorecard card = score_of(world);
  EXPECT_EQ(only_group(card).reason, Reason::cut_by_cap);
  EXPECT_EQ(card.recall.visible, (Proportion{0, 1}));
}

TEST(Miss, PairedWithSomethingElse) {
  tiny::World world = one(tiny::install("i", 100, 10));
  world.background = {{.id = "other", .at = 105, .stages = {0}, .keys = {"mac-1", "0"}}};
  EXPECT_EQ(only_group(score_of(world)).reason, Reason::paired_elsewhere);
  EXPECT_EQ(only_group(score_of(world)).examples[0].name, "last event to another start");
  world.background = {{.id = "other", .at = 105, .stages = {1}, .keys = {"mac-1", "0"}}};
  EXPECT_EQ(only_group(score_of(world)).examples[0].name, "first event to another completion");
}

TEST(Miss, StoppedByUntil) {
  tiny::World world = one(tiny::install("i", 100, 10));
  world.background = {{.id = "stop", .at = 105, .stages = {2}, .keys = {"mac-1", "0"}}};
  tiny::Rule rule = tiny::rule_of(world);
  rule.query.until = rule.query.stages[0];
  rule.binding.until = rule.binding.stages[0];
  rule.binding.until->filter = 2;
  EXPECT_EQ(only_group(score_of(world, rule)).reason, Reason::stopped);
  world.background[0].keys = {"mac-2", "0"};
  EXPECT_EQ(score_of(world, rule).recall.all, (Proportion{1, 1}))
      << "another host's event stops nothing here";
}

TEST(Miss, ThreeStepsNameTheOneThatIsMissing) {
  const tiny::Rule rule =
      tiny::rule_of({"process", "process", "network"}, 30, {"host.id", "user.id"});
  std::vector<tiny::Labelled> events = {
      {.id = "s", .at = 100, .stages = {0}, .role = Role::script, .what = "exec bash < installer"},
      {.id = "c", .at = 101, .stages = {}, .role = Role::child, .what = "exec curl < bash"},
      {.id = "n",
       .at = 102,
       .stages = {2},
       .role = Role::network,
       .what = "connect curl 203.0.113.8:443"}};
  tiny::World world = one(events);
  world.stories[0].true_pairs = {{0, 2}};
  EXPECT_EQ(only_group(score_of(world, rule)).text, "no process event satisfies step 2");
  world.stories[0].events[1].stages = {1};
  EXPECT_EQ(score_of(world, rule).recall.all, (Proportion{1, 1}));
}

TEST(Miss, TheSubjectOfATruthEventLeavesVerbAndAddressOut) {
  EXPECT_EQ(subject_of("connect python3.11 203.0.113.8:443"), "python3.11");
  EXPECT_EQ(subject_of("connect Google Chrome Helper 203.0.113.8:443"), "Google Chrome Helper");
  EXPECT_EQ(subject_of("connect curl 2001:db8::1:443"), "curl");
  EXPECT_EQ(subject_of("exec dash < package_script_service"), "dash < package_script_service");
  EXPECT_EQ(subject_of("start"), "start");
}

}  // namespace
}  // namespace eqlab::score
