#include "harness/tune/corpus_kills.h"

#include <gtest/gtest.h>

#include "tests/unit/schedule/tiny_log.h"

// A corpus judges mutants under all that the rule says of its windows and of suppression.
namespace eqlab::tune {
namespace {

using tiny::at;

/// The rule asks for category a, the mutant for a and b.
struct Asked {
  scan::BoundQuery rule = tiny::rule_of({"a"}, std::nullopt);
  scan::BoundQuery mutant = tiny::rule_of({"a"}, std::nullopt);
  Asked() { mutant.binding.stages[0].filter = 1; }
};

bool is_noticed(const scan::CandidateLog& log, schedule::SimulationOptions simulation) {
  const Asked asked;
  truth::Truth truth;
  truth.from = at(0);
  truth.to = at(7'200);
  const truth::TruthIndex index(truth);
  const rule::Schedule schedule;
  const std::vector<const scan::BoundQuery*> mutants = {&asked.mutant};
  return kill_by_corpus({.log = log,
                         .truth = truth,
                         .index = index,
                         .schedule = schedule,
                         .simulation = std::move(simulation)},
                        asked.rule, mutants)
      .at(0)
      .alerts_differ;
}

TEST(CorpusKills, AMutantThatDropsALateEventIsNoticedWhereWindowsGoByIngestTime) {
  // The only event satisfies the rule and not the mutant; it arrives an hour after it happened.
  const scan::CandidateLog log = tiny::log_of(
      {{.id = "late", .at = 60, .stages = {0}, .delay = 3'600, .dates = {3'660.0}}}, 2, 1, 1);
  EXPECT_FALSE(is_noticed(log, {})) << "by event time no run sees it, with or without the mutant";
  const schedule::RangeField by_ingest{
      .primary = {.kind = schedule::TimeSource::Kind::carried, .slot = 1}};
  EXPECT_TRUE(is_noticed(log, {.range = by_ingest}));
}

TEST(CorpusKills, WhatOnlyAddsToASuppressedAlertIsNoticedByItsCount) {
  // The mutant finds one event more, which joins the alert of the same group.
  const scan::CandidateLog log = tiny::log_of(
      {{.id = "first", .at = 60, .stages = {0, 1}}, {.id = "more", .at = 61, .stages = {1}}});
  EXPECT_TRUE(is_noticed(log, {}));
  const schedule::SuppressionOptions by_key{.group_by = {0}, .duration = std::chrono::hours{1}};
  EXPECT_TRUE(is_noticed(log, {.suppression = by_key}));
  // Of events that no rule finds nothing comes.
  EXPECT_FALSE(is_noticed(tiny::log_of({{.id = "same", .at = 60, .stages = {0, 1}}}),
                          {.suppression = by_key}));
}

}  // namespace
}  // namespace eqlab::tune
