#pragma once

#include "harness/report/run_info.h"
#include "harness/score/scorecard.h"

namespace eqlab::report {

/// One of several scorecards that are shown together, and its run. Both must outlive it.
struct CardOfRun {
  const score::Scorecard& card;
  const RunInfo& info;
};

}  // namespace eqlab::report
