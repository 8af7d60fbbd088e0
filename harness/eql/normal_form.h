#pragma once

#include <string>

#include "harness/eql/condition.h"

/// When two queries are the same. Order, repetition, nesting, De Morgan, the way in which a list is
/// written, folding the case of text without letters, and a `?` that changes nothing make no
/// difference. Two queries with one normal form find the same matches in every input; two with
/// different ones may still mean the same (patterns that overlap are not compared). Only the order
/// of matches that one event completes under several join keys is left open: it follows the order
/// of the keys.
namespace eqlab::eql {

/// Short whatever the size of the filters, which stand in it as digests; to be compared with
/// another one, or hashed. Rows: kind, stages, `until`, join keys, maxspan, pipes. O(size × log).
[[nodiscard]] std::string normal_form(const CheckedQuery& query);

/// Of one filter alone: SHA-256 in hex. A condition that is one leaf has the leaf's digest.
[[nodiscard]] std::string filter_digest(const CheckedQuery& query, ConditionId filter);

}  // namespace eqlab::eql
