#pragma once

#include <string>
#include <vector>

#include "harness/report/run_info.h"
#include "harness/report/view.h"
#include "harness/tune/tuning.h"

namespace eqlab::report {

/// What a reader of a tuning is told besides.
struct TuningInfo {
  RunInfo run;
  /// `eqlab score RULE …`, to which a setting is added to measure it alone; the same of `tune`
  /// without any sweep of its own.
  std::string score_command;
  std::string tune_command;
  /// What each suggestion changes in the rule's file, as `patch` reads it; as many as suggestions.
  std::vector<std::string> diffs;
  /// The query with the suggestion's change.
  std::vector<std::string> queries;
  /// What the rule's cases say, one line each; empty where it has none.
  std::vector<std::string> cases = {};
  /// What a reader must know before believing a suggestion, one line each.
  std::vector<std::string> caveats = {};
};

/// The tuning for a terminal: what to change first, then the sweeps, then the trade. At most 50
/// lines in summary; `full` shows every value and everything that was tried. Text from rules and
/// events is escaped.
[[nodiscard]] std::string tuning_text(const tune::Tuning& tuning, const TuningInfo& info,
                                      const View& view);

/// What is added to TuningInfo::score_command to measure a point of a sweep: `--maxspan 15s`,
/// `--schedule interval=5m,lookback=9m`; of joins, `--by host.id` for tune_command.
[[nodiscard]] std::string setting_option(const tune::Setting& setting);

}  // namespace eqlab::report
