#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/score/scorecard.h"
#include "harness/score/statistics.h"

/// Pieces that the writers share. Widths are counted in characters (code points), not bytes.
namespace eqlab::report {

[[nodiscard]] std::size_t width(std::string_view text);
/// Cut to `columns` characters, the last one `…` when something was left out.
[[nodiscard]] std::string cut(std::string_view text, std::size_t columns);
[[nodiscard]] std::string pad_right(std::string_view text, std::size_t columns);
[[nodiscard]] std::string pad_left(std::string_view text, std::size_t columns);
/// `part` of `whole` as filled and empty blocks; something that is not nothing shows at least one.
[[nodiscard]] std::string bar(std::uint64_t part, std::uint64_t whole, std::size_t columns);

[[nodiscard]] std::string grouped(std::uint64_t number);                      ///< 1,234,567
[[nodiscard]] std::string percent(double share);                              ///< 28.5 %
[[nodiscard]] std::string percent_interval(const score::Interval& interval);  ///< [22.9 – 34.9]
/// Three significant digits, thousands grouped: 0.0123, 4.56, 331, 12,345.
[[nodiscard]] std::string figure(double number);
[[nodiscard]] std::string count_of(std::uint64_t number, std::string_view singular,
                                   std::string_view plural);
/// `61 of 214`.
[[nodiscard]] std::string hits_of_total(const score::Proportion& proportion);

/// What the alerts are, so that it adds up: `210 right · 1,671 false · 15 repeats`. Without repeats
/// they go unsaid.
[[nodiscard]] std::string alerts_by_kind(const score::Scorecard& card);

/// The latency that is in the headline, from the completing event: of the right alerts, or of all
/// where none is right.
struct HeadlineLatency {
  std::string_view whose;         ///< `right alerts`, `all alerts`
  score::LatencySummary latency;  ///< count 0: there is none
};
[[nodiscard]] HeadlineLatency headline_latency(const score::Scorecard& card);

/// `every 5m, looks back 9m, cap 100`.
[[nodiscard]] std::string schedule_text(const rule::Schedule& schedule);
/// A rate per host-day as shown: per score::hosts_shown hosts a day.
[[nodiscard]] std::optional<double> shown(std::optional<double> per_host_day);

/// Rounded to six significant digits, so that results are the same bytes on machines whose
/// libraries of mathematics differ in the last place.
[[nodiscard]] double rounded(double number);

/// Why a figure is missing, for the places where a number is expected.
inline constexpr std::string_view no_malicious =
    "not measured: no malicious incidents in this corpus";
inline constexpr std::string_view no_alerts = "not measured: no alerts";
inline constexpr std::string_view no_exposure =
    "not measured: the corpus has no hosts or covers no time";

}  // namespace eqlab::report
