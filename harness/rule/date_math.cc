#include "harness/rule/date_math.h"

#include "harness/base/text.h"

namespace eqlab::rule {
namespace {

constexpr long units_max = std::chrono::floor<std::chrono::seconds>(schedule_length_max).count();

std::optional<Duration> parse_amount(std::string_view text, std::string_view units) {
  if (text.size() < 2) return std::nullopt;
  const char unit = text.back();
  text.remove_suffix(1);
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const auto amount = parse_number<long>(text);
  if (!amount || *amount > units_max || units.find(unit) == std::string_view::npos)
    return std::nullopt;
  long seconds = 1;
  if (unit == 'm') seconds = 60;
  if (unit == 'h' || unit == 'H') seconds = 60L * 60;
  if (unit == 'd') seconds = 24L * 60 * 60;
  if (unit == 'w') seconds = 7L * 24 * 60 * 60;
  if (*amount > units_max / seconds) return std::nullopt;
  return std::chrono::seconds{*amount * seconds};
}

}  // namespace

std::optional<Duration> parse_interval(std::string_view text) {
  const auto interval = parse_amount(text, "smhd");
  if (!interval || *interval == Duration::zero()) return std::nullopt;
  return interval;
}

std::optional<Duration> parse_date_math(std::string_view text) {
  if (text == "now") return Duration::zero();
  if (!text.starts_with("now-")) return std::nullopt;
  return parse_amount(text.substr(4), "smhHdw");
}

std::string now_minus(Duration look_back) {
  using std::chrono::seconds;
  const auto whole = std::chrono::ceil<seconds>(look_back).count();
  if (whole < 60) return format("now-{}s", whole);
  return format("now-{}m", (whole + 59) / 60);
}

}  // namespace eqlab::rule
