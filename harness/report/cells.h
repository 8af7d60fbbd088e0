#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/columns.h"
#include "harness/report/run_info.h"
#include "harness/score/scorecard.h"
#include "harness/score/statistics.h"

/// Pieces that the writers share. Widths are counted in characters (code points), not bytes.
namespace eqlab::report {

[[nodiscard]] std::string pad_right(std::string_view text, std::size_t columns);
[[nodiscard]] std::string pad_left(std::string_view text, std::size_t columns);
/// `part` of `whole` as filled and empty blocks; something that is not nothing shows at least one.
[[nodiscard]] std::string bar(std::uint64_t part, std::uint64_t whole, std::size_t columns);

[[nodiscard]] std::string grouped(std::uint64_t number);                      ///< 1,234,567
[[nodiscard]] std::string percent(double share);                              ///< 28.5 %
[[nodiscard]] std::string percent_interval(const score::Interval& interval);  ///< [22.9 – 34.9]
/// Three significant digits, thousands grouped: 0.0123, 4.56, 331, 12,345; `< 0.001`.
[[nodiscard]] std::string figure(double number);
/// `1 alert`, `0.5 alerts`: one only where the figure is shown as 1.
[[nodiscard]] std::string figure_of(double number, std::string_view singular,
                                    std::string_view plural);
/// A share that is mostly next to nothing: 0.012 %, 3.4 %, 28.5 %; `< 0.001 %`.
[[nodiscard]] std::string small_percent(double share);
/// `1 day`, `2.5 days`, `20,454 days`; below a tenth in smaller units.
[[nodiscard]] std::string days_text(double days);
[[nodiscard]] std::string count_of(std::uint64_t number, std::string_view singular,
                                   std::string_view plural);
/// `61 of 214`.
[[nodiscard]] std::string hits_of_total(const score::Proportion& proportion);

/// What the alerts are, so that it adds up: `210 right · 1,671 false · 15 repeats`. Without repeats
/// they go unsaid. What was suppressed is no alert, and stands in brackets.
[[nodiscard]] std::string alerts_by_kind(const score::Scorecard& card);

/// ` (40 more suppressed)`; empty where nothing was.
[[nodiscard]] std::string suppressed_text(const score::Scorecard& card);

/// The latency that is in the headline, from the completing event: of the right alerts, or of all
/// where none is right.
struct HeadlineLatency {
  std::string_view whose;         ///< `right alerts`, `all alerts`
  score::LatencySummary latency;  ///< count 0: there is none
};
[[nodiscard]] HeadlineLatency headline_latency(const score::Scorecard& card);

/// The command that explains the group's example; empty where none can be offered.
[[nodiscard]] std::string explain_command(const RunInfo& info, const score::MissGroup& group);

/// The interval to show where there is room for one: hosts resampled, or where the data does not
/// support that, by the counts alone.
[[nodiscard]] std::optional<score::Interval> best_interval(
    const score::Measured<score::Interval>& by_host, std::optional<score::Interval> by_counts);

/// `every 5m, looks back 9m, cap 100`.
[[nodiscard]] std::string schedule_text(const rule::Schedule& schedule);
/// The same of a card; of a streaming engine, that it has no schedule.
[[nodiscard]] std::string engine_text(const score::Scorecard& card);
/// A rate per host-day as shown: per score::hosts_shown hosts a day.
[[nodiscard]] std::optional<double> shown(std::optional<double> per_host_day);

/// Rounded to six significant digits, so that results are the same bytes on machines whose
/// libraries of mathematics differ in the last place.
[[nodiscard]] double rounded(double number);

/// `not measured: no alerts`, for the places where a number is expected.
[[nodiscard]] std::string not_measured(std::string_view reason);
/// `7.2 %` or `not measured: no alerts`.
[[nodiscard]] std::string percent_or_why(std::optional<double> share, std::string_view reason);

/// `133 by design · 8 by delay · 2 with nothing to see`: what the misses are lost to, most first.
[[nodiscard]] std::string losses_by_cause(const score::Recall& recall);

}  // namespace eqlab::report
