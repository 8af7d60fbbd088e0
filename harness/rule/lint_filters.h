#pragma once

#include <vector>

#include "harness/rule/lint_findings.h"

namespace eqlab::rule {

/// What is doubtful about the filters and exceptions of a rule that compiled: L311 a part that
/// empties a stage (error), can never hold, asks a field that the schema does not have or is
/// applied only roughly; L314 a list that its export lost (error); L325 what of the exceptions is
/// not applied.
[[nodiscard]] std::vector<Diagnostic> lint_filters(const LintSubject& subject);

}  // namespace eqlab::rule
