#pragma once

#include <string>

#include "harness/explain/explained.h"
#include "harness/report/scorecard_text.h"

/// Why something matched or did not, for people and for programs.
namespace eqlab::report {

using explain::ExplainedRun;

struct ExplanationOptions {
  std::size_t columns = 100;  ///< lines are cut to this
  Colour colour = Colour::off;
  explain::Detail detail = explain::Detail::essential;
};

/// A few lines for each subject: the reason, then every step with its event and what failed, then
/// the nearest change. Terms that hold are counted, and long lists cut, unless Detail::full.
[[nodiscard]] std::string explanation_text(const explain::ExplainedRun& run,
                                           const ExplanationOptions& options);

/// Version of the JSON: as for the scorecard.
inline constexpr int explanation_schema_version = 1;
/// One indented document, ended by "\n". Times in ISO 8601, durations in seconds.
[[nodiscard]] std::string explanation_json(const explain::ExplainedRun& run);

}  // namespace eqlab::report
