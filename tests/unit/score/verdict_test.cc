#include "harness/score/verdict.h"

#include <gtest/gtest.h>

#include "tests/unit/score/world.h"

namespace eqlab::score {
namespace {

using truth::Behaviour;
using truth::Intent;
using truth::Role;

std::vector<Verdict> verdicts(const Scorecard& card) {
  std::vector<Verdict> out;
  for (const JudgedAlert& judged : card.alerts) out.push_back(judged.verdict);
  return out;
}

tiny::Event background(const std::string& id, double at, std::uint32_t stage,
                       const std::string& host = "mac-1") {
  return {.id = id, .at = at, .stages = {stage}, .keys = {host, "0"}};
}

TEST(Verdict, CausalFollowsTheIntentOfTheIncident) {
  for (const auto& [intent, expected] :
       {std::pair{Intent::malicious, Verdict::causal_malicious},
        std::pair{Intent::benign, Verdict::causal_benign},
        std::pair{Intent::out_of_scope, Verdict::causal_out_of_scope}}) {
    const Scorecard card = score_of(tiny::World{
        .stories = {{.scenario = "S", .intent = intent, .events = tiny::install("i", 100)}}});
    EXPECT_EQ(verdicts(card), std::vector{expected});
  }
}

TEST(Verdict, AMaliciousScriptBesideAnUnrelatedConnectionIsACoincidence) {
  std::vector<tiny::Labelled> events = tiny::install("i", 100);
  events[1].stages = {};  // its own connection is not on the rule's list
  const Scorecard card = score_of(tiny::World{.stories = {{.scenario = "M", .events = events}},
                                              .background = {background("curl", 105, 1)}});
  EXPECT_EQ(verdicts(card), std::vector{Verdict::coincident_with_incident});
  EXPECT_EQ(card.recall.all, (Proportion{0, 1})) << "right rule, wrong reason: not caught";
}

TEST(Verdict, ABenignScriptBesideAnUnrelatedConnectionIsACoincidence) {
  const Scorecard card = score_of(tiny::World{.stories = {{.scenario = "B",
                                                           .intent = Intent::benign,
                                                           .behaviour = Behaviour::none,
                                                           .events = {tiny::install("i", 100)[0]},
                                                           .true_pairs = {}}},
                                              .background = {background("curl", 105, 1)}});
  EXPECT_EQ(verdicts(card), std::vector{Verdict::coincident_benign});
}

TEST(Verdict, BackgroundAloneIsACoincidence) {
  const Scorecard card = score_of(
      tiny::World{.stories = {}, .background = {background("a", 5, 0), background("b", 6, 1)}});
  EXPECT_EQ(verdicts(card), std::vector{Verdict::coincident_benign});
}

TEST(Verdict, AScriptAndAConnectionOfOneIncidentThatItDidNotCauseAreACoincidence) {
  // A benign package runs while the implant of the same story calls home.
  std::vector<tiny::Labelled> events = tiny::install("i", 100);
  const Scorecard card =
      score_of(tiny::World{.stories = {{.scenario = "E27", .events = events, .true_pairs = {}}}});
  EXPECT_EQ(verdicts(card), std::vector{Verdict::coincident_with_incident});
}

TEST(Verdict, OnlyTheFirstAlertOfAnIncidentCounts) {
  std::vector<tiny::Labelled> events = tiny::install("i", 100);
  for (const tiny::Labelled& event : tiny::install("j", 200)) events.push_back(event);
  const Scorecard card = score_of(tiny::World{
      .stories = {{.scenario = "M", .events = events, .true_pairs = {{0, 1}, {2, 3}}}}});
  EXPECT_EQ(verdicts(card), (std::vector{Verdict::causal_malicious, Verdict::duplicate}));
  EXPECT_EQ(card.alerts[1].original, 0U);
  EXPECT_EQ(card.alerts_per_incident, 2);
  EXPECT_EQ(card.precision, (Proportion{1, 1})) << "a duplicate is neither right nor wrong";
}

TEST(Verdict, CoincidencesAreGroupedByTheirFirstEvent) {
  // The late connection pairs with the same start in the next run.
  const Scorecard card = score_of(tiny::World{
      .stories = {},
      .background = {background("a", 280, 0),
                     {.id = "b1", .at = 281, .stages = {1}, .keys = {"mac-1", "0"}, .delay = 60},
                     background("b2", 282, 1)}});
  EXPECT_EQ(verdicts(card), (std::vector{Verdict::coincident_benign, Verdict::duplicate}));
  EXPECT_EQ(card.false_alarms.rate.count, 1U);
}

TEST(Verdict, CatchingTheIncidentAfterACoincidenceIsNoDuplicate) {
  std::vector<tiny::Labelled> events = tiny::install("i", 280, 5);
  events[1].delay = 60;
  const Scorecard card = score_of(tiny::World{.stories = {{.scenario = "M", .events = events}},
                                              .background = {background("curl", 286, 1)}});
  EXPECT_EQ(verdicts(card),
            (std::vector{Verdict::coincident_with_incident, Verdict::causal_malicious}));
}

TEST(Verdict, ASingleEventAlertIsTheIncidentsUnlessItIsNoise) {
  const tiny::Rule rule = tiny::rule_of({"network"}, std::nullopt);
  const std::vector<tiny::Labelled> events = {
      {.id = "n", .at = 10, .stages = {0}, .role = Role::network},
      {.id = "z", .at = 20, .stages = {0}, .role = Role::noise}};
  const Scorecard card = score_of(
      tiny::World{.stories = {{.scenario = "M", .events = events, .true_pairs = {}}}}, rule);
  EXPECT_EQ(verdicts(card),
            (std::vector{Verdict::causal_malicious, Verdict::coincident_with_incident}));
}

TEST(Verdict, AnAlertThatBreaksTheRuleIsTheMatchersFault) {
  const tiny::World world{.stories = {},
                          .background = {background("a", 0, 0), background("b", 31, 1),
                                         background("c", 32, 0), background("d", 33, 1, "mac-2")}};
  const tiny::Rule rule = tiny::rule_of(world);
  const scan::CandidateLog log = tiny::log_of(world);
  const JudgedRule judged{.bound = rule, .maxspan = rule.query.maxspan};
  const auto match_of = [&](scan::CandidateIndex a, scan::CandidateIndex b) {
    return match::Match{.events = {a, b}, .keys = {log.keys(a, 0)[0], log.keys(a, 1)[0]}};
  };
  EXPECT_FALSE(satisfies_rule(log, match_of(0, 1), judged)) << "31 s is over maxspan";
  EXPECT_FALSE(satisfies_rule(log, match_of(2, 1), judged)) << "the wrong order";
  EXPECT_FALSE(satisfies_rule(log, match_of(2, 3), judged)) << "two hosts";
  EXPECT_FALSE(satisfies_rule(log, match_of(0, 2), judged)) << "not a connection";
  JudgedRule wider = judged;
  wider.maxspan = std::chrono::seconds{31};
  EXPECT_TRUE(satisfies_rule(log, match_of(0, 1), wider)) << "exactly maxspan still counts";

  const truth::Truth truth = tiny::truth_of(world);
  const truth::TruthIndex index(truth);
  const std::vector<schedule::Alert> alerts = {{.match = match_of(0, 1)}};
  EXPECT_EQ(judge(log, alerts, judged, truth, index).at(0).verdict, Verdict::impossible);
}

}  // namespace
}  // namespace eqlab::score
