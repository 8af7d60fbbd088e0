#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "harness/eql/condition.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"

namespace eqlab::match {

/// The candidates that can take part in a match of `query`, so that a log of many events can be
/// kept small: with a maxspan, an event of a later stage counts only if a first event with the same
/// first join key came at most `horizon` before it, and an event of an earlier stage only if a last
/// one comes at most `horizon` after it. Event queries, samples, sequences without maxspan or with
/// `![…]` keep everything.
///
/// Matcher::find answers the same over what is left as over all, for every maxspan up to `horizon`
/// and for every subset that a search can see: what goes can neither complete nor extend a match,
/// and where it would have taken the place of an older partial match, that one was too old to be
/// completed. `log` must be finished. Candidates for which `must_keep` is true stay in any case.
/// Cost: O(candidates × stages). Held equal in tests/unit/match/relevant_test.cc.
[[nodiscard]] std::vector<scan::CandidateIndex> relevant(
    const scan::CandidateLog& log, const eql::CheckedQuery& query,
    const scan::QueryBinding& binding, Duration horizon,
    const std::function<bool(scan::CandidateIndex)>& must_keep);

}  // namespace eqlab::match
