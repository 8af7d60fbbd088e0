#pragma once

#include <string>

#include "harness/report/tuning_text.h"
#include "harness/tune/tuning.h"

namespace eqlab::report {

inline constexpr int tuning_schema_version = 1;

/// The tuning for programs: every figure with counts and interval; what was not measured is null.
/// Times in seconds, ratios rounded to six digits. Described by schemas/tuning.schema.json.
[[nodiscard]] std::string tuning_json(const tune::Tuning& tuning, const TuningInfo& info);

}  // namespace eqlab::report
