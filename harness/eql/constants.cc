#include "harness/eql/constants.h"

#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/event/date_format.h"

namespace eqlab::eql {
namespace {

constexpr std::int64_t millisecond = 1'000'000;
constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t day = 86'400 * second;

std::optional<TimeRange> epoch_milliseconds(std::int64_t count) {
  if (count > INT64_MAX / millisecond || count < INT64_MIN / millisecond) return std::nullopt;
  return TimeRange{count * millisecond, count * millisecond + millisecond - 1};
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<TimeRange> span_of(std::optional<std::int64_t> first,
                                 std::optional<std::int64_t> after) {
  if (!first || !after) return std::nullopt;
  return TimeRange{*first, *after - 1};
}

std::optional<TimeRange> whole_year(int year) {
  return span_of(parse_iso8601(format("{:04}-01-01", year)),
                 parse_iso8601(format("{:04}-01-01", year + 1)));
}

std::optional<TimeRange> whole_month(std::string_view text) {
  const auto year = parse_number<int>(text.substr(0, 4));
  const auto month = parse_number<int>(text.substr(5, 2));
  if (!year || !month || *month < 1 || *month > 12) return std::nullopt;
  const int next_year = *month == 12 ? *year + 1 : *year;
  return span_of(parse_iso8601(format("{:04}-{:02}-01", *year, *month)),
                 parse_iso8601(format("{:04}-{:02}-01", next_year, *month % 12 + 1)));
}

std::optional<TimeRange> iso_range(std::string_view text) {
  if (text.size() == 4 && all_digits(text)) return whole_year(*parse_number<int>(text));
  if (text.size() == 7 && text[4] == '-') return whole_month(text);
  const auto first = parse_iso8601(text);
  if (!first) return std::nullopt;
  // How much is written decides how much is meant.
  std::int64_t width = day;
  if (text.size() > 10) {
    std::string_view time = text.substr(11);
    time = time.substr(0, time.find_first_of("Zz+-"));
    const std::size_t dot = time.find_first_of(".,");
    if (dot != std::string_view::npos) {
      width = second;
      for (std::size_t i = dot + 1; i < time.size() && width > 1; ++i) width /= 10;
    } else {
      width = time.size() <= 2 ? 3'600 * second : time.size() <= 5 ? 60 * second : second;
    }
  }
  return TimeRange{*first, *first + width - 1};
}

/// How much one text in this pattern covers, by its smallest letter; names of formats are lower
/// case throughout, patterns have other signs.
std::int64_t pattern_width(std::string_view pattern) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units = {
      {{"S", millisecond}, {"s", second}, {"m", 60 * second}, {"Hh", 3'600 * second}, {"d", day}}};
  std::string letters;
  bool is_quoted = false;
  for (const char c : pattern) {
    if (c == '\'') is_quoted = !is_quoted;
    if (!is_quoted) letters += c;
  }
  for (const auto& [names, width] : units) {
    if (letters.find_first_of(names) != std::string::npos) return width;
  }
  return letters.find('M') == std::string::npos ? 365 * day : 28 * day;
}

/// By the first alternative of a mapping's format that reads it.
std::optional<TimeRange> formatted(std::string_view text, std::string_view format) {
  while (!format.empty()) {
    const std::size_t end = std::min(format.find("||"), format.size());
    const std::string_view alternative = format.substr(0, end);
    format.remove_prefix(std::min(end + 2, format.size()));
    const auto first = event::DateFormat(alternative).parse(text);
    if (!first) continue;
    const bool is_name =
        alternative.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
    if (alternative == "epoch_millis") return TimeRange{*first, *first + millisecond - 1};
    if (alternative == "epoch_second") return TimeRange{*first, *first + second - 1};
    if (is_name) return iso_range(text);
    return TimeRange{*first, *first + pattern_width(alternative) - 1};
  }
  return std::nullopt;
}

}  // namespace

std::optional<TimeRange> date_constant(const Operand& constant, std::string_view format) {
  if (!format.empty() && !std::holds_alternative<ScriptDate>(constant))
    return formatted(text_of(constant), format);
  if (const auto* const n = std::get_if<std::int32_t>(&constant)) return epoch_milliseconds(*n);
  if (const auto* const n = std::get_if<std::int64_t>(&constant)) return epoch_milliseconds(*n);
  if (const auto* const date = std::get_if<ScriptDate>(&constant))
    return TimeRange{date->nanoseconds, date->nanoseconds};
  const auto* const text = std::get_if<std::string>(&constant);
  if (text == nullptr) return std::nullopt;
  if (all_digits(*text) && text->size() != 4) {
    const auto count = parse_number<long>(*text);
    return count ? epoch_milliseconds(*count) : std::nullopt;
  }
  return iso_range(*text);
}

bool is_date_math(const Operand& constant) {
  const auto* const text = std::get_if<std::string>(&constant);
  return text != nullptr && (text->starts_with("now") || text->find("||") != std::string::npos);
}

std::optional<event::Value> numeric_constant(const Operand& constant) {
  struct Converter {
    std::optional<event::Value> operator()(std::monostate) const { return std::nullopt; }
    std::optional<event::Value> operator()(bool) const { return std::nullopt; }
    std::optional<event::Value> operator()(std::int32_t n) const {
      return event::Value{std::int64_t{n}};
    }
    std::optional<event::Value> operator()(std::int64_t n) const { return event::Value{n}; }
    std::optional<event::Value> operator()(std::uint64_t n) const { return event::Value{n}; }
    std::optional<event::Value> operator()(double n) const { return event::Value{n}; }
    std::optional<event::Value> operator()(const std::string& text) const {
      if (const auto whole = parse_number<long>(text)) return event::Value{std::int64_t{*whole}};
      if (const auto natural = parse_number<unsigned long>(text))
        return event::Value{std::uint64_t{*natural}};
      const bool is_written_out =
          text.find_first_not_of("+-.0123456789eE") == std::string::npos;  // not inf or nan
      if (const auto real = parse_number<double>(text); real && is_written_out)
        return event::Value{*real};
      return std::nullopt;
    }
    std::optional<event::Value> operator()(ScriptDate) const { return std::nullopt; }
  };
  return std::visit(Converter{}, constant);
}

}  // namespace eqlab::eql
