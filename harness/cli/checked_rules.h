#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/base/diagnostic.h"
#include "harness/base/time.h"
#include "harness/event/schema.h"
#include "harness/report/check_result.h"
#include "harness/rule/rule.h"

namespace eqlab::cli {

/// Loads, compiles and lints every rule under the paths.
[[nodiscard]] report::CheckResult check_rules(const std::vector<std::string>& paths,
                                              const event::Schema& schema,
                                              const rule::LintOptions& lint,
                                              const std::optional<WallTime>& as_of);

/// A line about a rule, ready to print.
[[nodiscard]] std::string summary_line(const report::CheckedRule& rule);
/// What its schedule promises, below that line.
[[nodiscard]] std::string schedule_line(const rule::ScheduleFigures& figures);

}  // namespace eqlab::cli
