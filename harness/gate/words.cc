#include "harness/gate/words.h"

#include <cmath>

#include "harness/base/text.h"
#include "harness/score/scorecard.h"

namespace eqlab::gate {
namespace {

constexpr std::string_view minus = "\u2212";

std::string with_sign(double number, const std::string& magnitude) {
  // What rounds to nothing has no sign.
  const bool is_nothing = magnitude.find_first_of("123456789") == std::string::npos;
  return (is_nothing ? "" : number < 0 ? std::string(minus) : std::string("+")) + magnitude;
}

}  // namespace

std::string count_words(std::uint64_t count, std::string_view singular, std::string_view plural) {
  const std::string number = group_digits(static_cast<std::int64_t>(count));
  if (count == 1) return format("{} {}", number, singular);
  return plural.empty() ? format("{} {}s", number, singular) : format("{} {}", number, plural);
}

std::string percent(double share) { return format("{:.1f} %", share * 100); }

std::string percent_interval(const std::optional<score::Interval>& interval) {
  if (!interval) return "[?]";
  return format("[{:.1f} – {:.1f}]", interval->low * 100, interval->high * 100);
}

std::string points(double difference) {
  return with_sign(difference, format("{:.1f}", std::abs(difference) * 100));
}

std::string points_interval(const score::Interval& interval) {
  return format("[{}, {}]", points(interval.low), points(interval.high));
}

std::string figure(double number) {
  if (std::abs(number) >= 1e15) return format("{:.3g}", number);
  if (std::abs(number) >= 100 || number == std::round(number))
    return group_digits(static_cast<std::int64_t>(std::llround(number)));
  return format("{:.3g}", number);
}

std::string figure_interval(const std::optional<score::Interval>& interval) {
  if (!interval) return "[?]";
  return format("[{} – {}]", figure(interval->low), figure(interval->high));
}

std::string signed_figure(double number) { return with_sign(number, figure(std::abs(number))); }

std::string signed_interval(const score::Interval& interval) {
  return format("[{}, {}]", signed_figure(interval.low), signed_figure(interval.high));
}

std::string p_text(double p) {
  if (p < 0.0001) return "p < 0.0001";
  return p < 0.01 ? format("p = {:.4f}", p) : format("p = {:.2f}", p);
}

std::optional<score::Interval> shown_interval(const std::optional<score::Interval>& per_host_day) {
  if (!per_host_day) return std::nullopt;
  return score::Interval{.low = per_host_day->low * score::hosts_shown,
                         .high = per_host_day->high * score::hosts_shown};
}

}  // namespace eqlab::gate
