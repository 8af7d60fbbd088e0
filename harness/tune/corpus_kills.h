#pragma once

#include <span>
#include <vector>

#include "harness/rule/rule.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"
#include "harness/schedule/simulation.h"
#include "harness/truth/truth.h"

/// Which mutants of a rule a corpus notices.
namespace eqlab::tune {

struct CorpusKill {
  bool alerts_differ = false;   ///< other alerts are raised than by the rule: it is noticed
  bool catches_others = false;  ///< other malicious incidents have an alert of their own
};

/// What the rule and its mutants are decided over. `log` has all candidates that matter to each of
/// them.
struct KillInputs {
  const scan::CandidateLog& log;
  const truth::Truth& truth;
  const truth::TruthIndex& index;
  const rule::Schedule& schedule;
  schedule::SimulationOptions simulation = {};  ///< with what the rule says of windows, suppression
};

/// Runs the rule's schedule with every mutant and compares with the rule. Cost: schedule::simulate
/// for each.
[[nodiscard]] std::vector<CorpusKill> kill_by_corpus(
    const KillInputs& inputs, const scan::BoundQuery& original,
    std::span<const scan::BoundQuery* const> mutants);

}  // namespace eqlab::tune
