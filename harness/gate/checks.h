#pragma once

#include "harness/gate/policy.h"
#include "harness/gate/result.h"

namespace eqlab::gate {

/// Holds what is known of a rule against the demands on it and fills `checks`. Where a figure was
/// not measured its check is skipped, and says why; a demand is never met by not being measured
/// without being seen.
void check_rule(RuleResult& result, const Demands& demands, const BaseInfo& base);

}  // namespace eqlab::gate
