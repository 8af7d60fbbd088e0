#pragma once

#include <string>

#include "harness/eql/condition.h"
#include "harness/rule/rule.h"

namespace eqlab::gate {

/// When two rules are the same: not their texts, but what they ask and how they run. SHA-256 in hex
/// of the query's normal form (`eql/normal_form.h`), filters and exceptions included, and of what
/// else decides: fields of time, tiebreaker and category, indices, schedule, cap, suppression.
/// Names, texts, severity and dates are no part of it. Equal digests mean equal alerts on any
/// events. `query` is compiled from `rule`.
[[nodiscard]] std::string logic_digest(const rule::Rule& rule, const eql::CheckedQuery& query);

}  // namespace eqlab::gate
