// The incidents of a report: what happened, which steps it met, where the sequence broke.
#include "harness/report/incident_list.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/score/evaluate.h"
#include "tests/unit/score/world.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;
using tiny::install;

Json list_of(const tiny::World& world, std::size_t count_max = incidents_listed_max) {
  truth::Truth truth = tiny::truth_of(world);
  for (truth::Incident& incident : truth.incidents) incident.first = incident.events.front().time;
  const truth::TruthIndex index(truth);
  const scan::CandidateLog log = tiny::log_of(world);
  const tiny::Rule rule = tiny::rule_of(world);
  const score::Evaluation done = score::evaluate({.log = log, .truth = truth, .index = index},
                                                 {.bound = rule, .schedule = world.schedule});
  return incident_list({.log = log,
                        .simulation = done.simulation,
                        .truth = truth,
                        .index = index,
                        .bound = rule,
                        .card = done.card},
                       count_max);
}

TEST(IncidentList, ACaughtIncidentNamesItsAlertAndTheEventsInIt) {
  const Json list = list_of({.stories = {{.scenario = "M01", .events = install("a", 60)}}});
  ASSERT_EQ(list.size(), 1U);
  const Json& incident = list[0];
  EXPECT_EQ(incident["outcome"], "caught");
  EXPECT_FALSE(incident.contains("reason"));
  EXPECT_EQ(incident["first"], "2026-03-02T10:01:00.000Z");
  EXPECT_EQ(incident["alert_time"], "2026-03-02T10:05:04.000Z");
  EXPECT_EQ(incident["steps"].dump(), R"([{"state":"met","event":0},{"state":"met","event":1}])");
  EXPECT_EQ(incident["events"][1]["at_seconds"], 1.0);
  EXPECT_EQ(incident["events"][1]["stages"].dump(), "[2]");
  EXPECT_EQ(incident["events"][1]["in_alert"], true);
}

TEST(IncidentList, AMissedOneSaysWhereTheSequenceBroke) {
  auto events = install("a", 60);
  events[1].stages = {};
  const Json list = list_of({.stories = {{.scenario = "M01", .events = events}}});
  const Json& incident = list[0];
  EXPECT_EQ(incident["outcome"], "missed");
  EXPECT_EQ(incident["alert_time"], nullptr);
  EXPECT_EQ(incident["reason"]["step"], 2);
  EXPECT_EQ(incident["steps"][0]["state"], "met");
  EXPECT_NE(incident["steps"][1]["state"], "met");
  EXPECT_EQ(incident["events"][1]["in_alert"], false);
}

TEST(IncidentList, MaliciousOnesComeFirstThenThoseWithAnAlert) {
  const tiny::World world{
      .stories = {
          {.scenario = "B01", .intent = truth::Intent::benign, .events = install("silent", 10, 40)},
          {.scenario = "B02", .intent = truth::Intent::benign, .events = install("loud", 100)},
          {.scenario = "M01", .events = install("bad", 200, 40)}}};
  const Json list = list_of(world);
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0]["scenario"], "M01");
  EXPECT_EQ(list[0]["outcome"], "missed");
  EXPECT_EQ(list[1]["scenario"], "B02");
  EXPECT_EQ(list[1]["outcome"], "alerted");
  EXPECT_EQ(list[2]["outcome"], "silent");
  EXPECT_EQ(list_of(world, 2).size(), 2U);
}

TEST(IncidentList, OfManyEventsThoseThatMeetAStepAreShown) {
  std::vector<tiny::Labelled> events;
  for (int i = 0; i < 500; ++i)
    events.push_back({.id = "noise" + std::to_string(i), .at = 1.0 + i * 0.01, .stages = {}});
  for (auto& event : install("a", 10)) events.push_back(event);
  const Json list =
      list_of({.stories = {{.scenario = "M01", .events = events, .true_pairs = {{500, 501}}}}});
  const Json& incident = list[0];
  EXPECT_EQ(incident["events"].size(), events_listed_max);
  EXPECT_EQ(incident["outcome"], "caught");
  EXPECT_EQ(incident["steps"].dump(),
            R"([{"state":"met","event":398},{"state":"met","event":399}])");
}

}  // namespace
}  // namespace eqlab::report
