#pragma once

#include <vector>

#include "harness/rule/rule.h"

namespace eqlab::rule {

/// What the query says that its author hardly means: wildcards where they are literal, anchors
/// where they are letters, conditions that hold always. Also which fields were taken as mapped.
/// Appends to `out` in order of the query; L308, L331 to L339.
void lint_query_text(const Rule& rule, const eql::CheckedQuery& query,
                     std::vector<Diagnostic>& out);

}  // namespace eqlab::rule
