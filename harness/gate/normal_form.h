#pragma once

#include <string>

#include "harness/eql/condition.h"
#include "harness/rule/rule.h"

/// When two rules are the same: not their texts, but what they ask and how they run. Digests are
/// SHA-256 in hex of a form in which order, repetition, nesting, De Morgan and the way a list is
/// written down make no difference. Equal digests mean equal alerts on any events; different ones
/// may still mean the same (patterns that overlap are not compared).
namespace eqlab::gate {

/// Of one stage's filter. O(size of the condition × log).
[[nodiscard]] std::string filter_digest(const eql::CheckedQuery& query, eql::ConditionId filter);

/// Of the whole: query with its filters and exceptions, join keys, maxspan, `until`, pipes, fields
/// of time, tiebreaker and category, indices, schedule, cap, suppression. Names, texts, severity
/// and dates are no part of it. `query` is compiled from `rule`.
[[nodiscard]] std::string logic_digest(const rule::Rule& rule, const eql::CheckedQuery& query);

}  // namespace eqlab::gate
