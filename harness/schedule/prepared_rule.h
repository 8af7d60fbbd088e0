#pragma once

#include <optional>
#include <utility>

#include "harness/base/result.h"
#include "harness/event/schema.h"
#include "harness/rule/rule.h"
#include "harness/scan/plan.h"
#include "harness/schedule/range_field.h"
#include "harness/schedule/simulation.h"
#include "harness/schedule/suppression.h"

namespace eqlab::schedule {

/// What a rule says of its windows and of suppression, as a plan carries it.
struct CarriedFields {
  std::optional<RangeField> range = std::nullopt;
  std::optional<SuppressionOptions> suppression = std::nullopt;

  /// `options` with both.
  [[nodiscard]] SimulationOptions in(SimulationOptions options = {}) const {
    options.range = range;
    options.suppression = suppression;
    return options;
  }
};

/// Has the plan carry what the rule's windows and its suppression read. After all queries of the
/// plan. Errors: E660, located in the rule, as carry_range_field.
[[nodiscard]] Result<CarriedFields> carry_fields(const rule::Rule& rule,
                                                 const event::Schema& schema, scan::Plan& plan);

/// A rule that can be decided over the log of its plan. `rule` must outlive it.
struct PreparedRule {
  const rule::Rule* rule = nullptr;
  scan::BoundQuery bound;
  CarriedFields fields = {};
};

}  // namespace eqlab::schedule
