#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/report/card_of_run.h"
#include "harness/report/run_info.h"
#include "harness/score/scorecard.h"

namespace eqlab::report {

/// Version of the JSON below: rises when a key changes its meaning or goes away, not when one is
/// added.
inline constexpr int scorecard_schema_version = 2;

/// So many hours are listed one by one in `load.per_hour`; of longer corpora only days are.
inline constexpr std::uint64_t hours_listed_max = 20'000;

/// The scorecard as one JSON document, indented, ended by "\n". Every ratio stands with its counts
/// and intervals; what was not measured is null, with its reason beside it. Described by
/// schemas/scorecard.schema.json. Times in seconds, ratios rounded to six digits.
/// Nothing in it depends on the machine or on how long the run took.
[[nodiscard]] std::string scorecard_json(const score::Scorecard& card, const RunInfo& info);

/// An array of such documents, in the order given.
[[nodiscard]] std::string scorecards_json(const std::vector<CardOfRun>& cards);

}  // namespace eqlab::report
