#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/match/matcher.h"
#include "harness/schedule/simulation.h"
#include "harness/score/scorecard.h"

namespace eqlab::score {

/// A rule, or a variant of one, as it lies in the plan that the candidates were found with. What it
/// refers to must outlive it.
struct EvaluatedRule {
  const scan::BoundQuery& bound;
  rule::Schedule schedule;
  std::optional<Duration> maxspan = std::nullopt;  ///< instead of the query's own
  std::string rule_id = {};
};

/// What it is decided over. Without labels `truth` holds hosts, events and the time that they
/// cover, and no incidents.
struct EvaluatedEvents {
  const scan::CandidateLog& log;
  const truth::Truth& truth;
  const truth::TruthIndex& index;
  std::uint64_t candidates = 0;  ///< as in ScoreInputs
  Labels labels = Labels::given;
  std::optional<scan::KeySlot> host_slot = std::nullopt;  ///< as in ScoreInputs
};

struct EvaluateOptions {
  EngineKind engine = EngineKind::scheduled;
  /// Start, end and maxspan are overwritten: the runs cover the time of the events. A streaming
  /// engine takes from it how long a search needs to see an event, and nothing else.
  schedule::SimulationOptions simulation = {};
  ScoreOptions score = {};
};

struct Evaluation {
  match::Matches matches;  ///< over all data: no cap, no runs
  schedule::Simulation simulation;
  Scorecard card;
};

/// What the rule comes to over a finished log: all its matches, its runs, its scorecard. Cost: that
/// of Matcher::find, simulate (or simulate_streaming) and score.
[[nodiscard]] Evaluation evaluate(const EvaluatedEvents& events, const EvaluatedRule& rule,
                                  const EvaluateOptions& options = {});

}  // namespace eqlab::score
