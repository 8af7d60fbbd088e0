#pragma once

#include <string>

#include "harness/report/run_info.h"
#include "harness/report/view.h"
#include "harness/score/scorecard.h"

namespace eqlab::report {

/// The scorecard for a terminal: the answer first, then where the misses and the false alarms come
/// from, what to try, and the command that makes it again. The summary is at most 45 lines of 100
/// columns; `full` adds all denominators, percentiles by stratum, load and breakdowns below it.
/// Text from events and rules is shown with control characters escaped.
[[nodiscard]] std::string scorecard_text(const score::Scorecard& card, const RunInfo& info,
                                         const View& view);

}  // namespace eqlab::report
