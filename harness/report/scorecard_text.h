#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "harness/report/run_info.h"
#include "harness/score/scorecard.h"

namespace eqlab::report {

/// Colour: ANSI sequences for strong lines; the text itself never brings any.
enum class Colour : std::uint8_t { off, on };

/// `summary` fits one screen: at most 45 lines of 100 columns. `full` adds all denominators,
/// percentiles by stratum, load and breakdowns below it.
enum class Detail : std::uint8_t { summary, full };

struct TextOptions {
  std::size_t columns = 100;  ///< lines are cut to this, except the command at the end
  Colour colour = Colour::off;
  std::size_t rows_max = 6;  ///< of each list; what is left out is counted
  Detail detail = Detail::summary;
};

/// The scorecard for a terminal: the answer first, then where the misses and the false alarms come
/// from, what to try, and the command that makes it again. Text from events and rules is shown with
/// control characters escaped.
[[nodiscard]] std::string scorecard_text(const score::Scorecard& card, const RunInfo& info,
                                         const TextOptions& options);

}  // namespace eqlab::report
