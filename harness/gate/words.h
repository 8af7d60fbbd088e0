#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/score/statistics.h"

/// Figures in words, as checks and reports of the gate say them.
namespace eqlab::gate {

[[nodiscard]] std::string count_words(std::uint64_t count, std::string_view singular,
                                      std::string_view plural = {});  ///< 1 case, 3 cases
[[nodiscard]] std::string percent(double share);                      ///< 28.5 %
[[nodiscard]] std::string percent_interval(const std::optional<score::Interval>& interval);
/// A difference of shares in points: −7.5; `[−10.9, −4.4]`.
[[nodiscard]] std::string points(double difference);
[[nodiscard]] std::string points_interval(const score::Interval& interval);
[[nodiscard]] std::string figure(double number);  ///< three significant digits or whole, grouped
[[nodiscard]] std::string figure_interval(const std::optional<score::Interval>& interval);
[[nodiscard]] std::string signed_figure(double number);  ///< +12, −0.3
[[nodiscard]] std::string signed_interval(const score::Interval& interval);
[[nodiscard]] std::string p_text(double p);  ///< p = 0.012, p < 0.0001
/// Per host-day, as shown: per 1,000 hosts a day.
[[nodiscard]] std::optional<score::Interval> shown_interval(
    const std::optional<score::Interval>& per_host_day);

}  // namespace eqlab::gate
