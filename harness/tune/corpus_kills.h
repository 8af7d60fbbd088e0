#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/eql/condition.h"
#include "harness/rule/rule.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"
#include "harness/truth/truth.h"

/// Which mutants of a rule a corpus notices.
namespace eqlab::tune {

/// A query of the plan that made the log. Both must outlive the call.
struct AskedQuery {
  const eql::CheckedQuery* query = nullptr;
  const scan::QueryBinding* binding = nullptr;
};

struct CorpusKill {
  bool alerts_differ = false;   ///< other alerts are raised than by the rule: it is noticed
  bool catches_others = false;  ///< other malicious incidents have an alert of their own
};

/// Runs the rule's schedule with every mutant and compares with the rule. `log` has all candidates
/// that matter to each of them. Cost: schedule::simulate for each.
[[nodiscard]] std::vector<CorpusKill> kill_by_corpus(const scan::CandidateLog& log,
                                                     const truth::Truth& truth,
                                                     const truth::TruthIndex& index,
                                                     const rule::Schedule& schedule,
                                                     const AskedQuery& original,
                                                     std::span<const AskedQuery> mutants);

}  // namespace eqlab::tune
