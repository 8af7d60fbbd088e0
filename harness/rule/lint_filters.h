#pragma once

#include <vector>

#include "harness/rule/rule.h"

namespace eqlab::rule {

/// What is doubtful about the filters and exceptions of a rule that compiled (detection-engine
/// spec, section 6, items 11 and 25): L311 a part that empties a stage (error), can never hold or
/// is applied only roughly; L325 what of the exceptions is not applied.
[[nodiscard]] std::vector<Diagnostic> lint_filters(const Rule& rule,
                                                   const eql::CheckedQuery& query);

}  // namespace eqlab::rule
