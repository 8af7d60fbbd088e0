#pragma once

#include <optional>
#include <string>

#include "harness/match/matcher.h"
#include "harness/schedule/simulation.h"
#include "harness/score/scorecard.h"

namespace eqlab::score {

/// A rule, or a variant of one, and what is needed to decide over candidates. All must outlive it.
struct EvaluatedRule {
  const eql::CheckedQuery& query;
  const scan::QueryBinding& binding;
  rule::Schedule schedule;
  std::optional<Duration> maxspan = std::nullopt;  ///< instead of the query's own
  std::string rule_id = {};
  std::optional<scan::KeySlot> host_slot = std::nullopt;  ///< as in ScoreInputs
  ScoreOptions scoring = {};
};

struct Evaluation {
  match::Matches matches;  ///< over all data: no cap, no runs
  schedule::Simulation simulation;
  Scorecard card;
};

/// What the rule comes to over a finished log: all its matches, its runs, its scorecard. The runs
/// cover the time of `truth`, and `options` says how they go; its start, end and maxspan are
/// overwritten. `candidates` as in ScoreInputs. Cost: that of Matcher::find, simulate and score.
[[nodiscard]] Evaluation evaluate(const scan::CandidateLog& log, const EvaluatedRule& rule,
                                  const truth::Truth& truth, const truth::TruthIndex& index,
                                  std::uint64_t candidates,
                                  schedule::SimulationOptions options = {});

}  // namespace eqlab::score
