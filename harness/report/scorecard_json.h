#pragma once

#include <string>

#include "harness/report/run_info.h"
#include "harness/score/scorecard.h"

namespace eqlab::report {

/// Version of the JSON below: rises when a key changes its meaning or goes away, not when one is
/// added.
inline constexpr int scorecard_schema_version = 1;

/// The scorecard as one JSON document, indented, ended by "\n". Every ratio stands with its counts
/// and interval; what was not measured is null. Times in seconds, ratios rounded to six digits.
/// Nothing in it depends on the machine or on how long the run took.
[[nodiscard]] std::string scorecard_json(const score::Scorecard& card, const RunInfo& info);

}  // namespace eqlab::report
