// Tested in tests/unit/event/coerce_test.cc.
#include "harness/event/date_format.h"

#include <array>
#include <chrono>
#include <cmath>

#include "harness/base/text.h"
#include "harness/base/time.h"

namespace eqlab::event {
namespace {

constexpr std::int64_t nanos_per_second = 1'000'000'000;
constexpr std::int64_t nanos_per_milli = 1'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A decimal number times `unit` nanoseconds, exactly; fraction digits below a nanosecond are cut.
std::optional<std::int64_t> parse_epoch(std::string_view text, std::int64_t unit) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty() || !is_digit(text[0])) return std::nullopt;
  std::int64_t nanos = 0;
  while (!text.empty() && is_digit(text[0])) {
    if (__builtin_mul_overflow(nanos, 10, &nanos) ||
        __builtin_add_overflow(nanos, text[0] - '0', &nanos)) {
      return std::nullopt;
    }
    text.remove_prefix(1);
  }
  if (__builtin_mul_overflow(nanos, unit, &nanos)) return std::nullopt;
  if (!text.empty()) {
    if (text[0] != '.') return std::nullopt;
    text.remove_prefix(1);
    for (std::int64_t scale = unit / 10; !text.empty() && is_digit(text[0]); scale /= 10) {
      if (__builtin_add_overflow(nanos, (text[0] - '0') * scale, &nanos)) return std::nullopt;
      text.remove_prefix(1);
    }
    if (!text.empty()) return std::nullopt;
  }
  return negative ? -nanos : nanos;
}

/// ISO 8601 as Elasticsearch's strict_date_optional_time has it: month and day may be missing too.
std::optional<std::int64_t> parse_iso(std::string_view text) {
  if (text.size() == 4 || (text.size() == 7 && text[4] == '-')) {
    return parse_iso8601(std::string(text) + (text.size() == 4 ? "-01-01" : "-01"));
  }
  return parse_iso8601(text);
}

constexpr std::array<std::string_view, 12> months = {"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};

/// What a pattern has read so far.
struct Parts {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t nanos = 0;
  std::int64_t offset_seconds = 0;
  bool afternoon = false;

  [[nodiscard]] std::optional<std::int64_t> time() const {
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok() || year < 1678 || year > 2261 || hour > 23 || minute > 59 || second > 59)
      return std::nullopt;
    const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
    const std::int64_t clock = (hour * 60 + minute) * 60 + second - offset_seconds;
    return (days * 86'400 + clock) * nanos_per_second + nanos;
  }
};

/// Reads `width` digits, or for a single letter one to `digits_max`.
bool take_number(std::string_view& text, std::size_t width, std::size_t digits_max, int& out) {
  std::size_t count = 0;
  const std::size_t wanted_max = width == 1 ? digits_max : width;
  int number = 0;
  while (count < wanted_max && count < text.size() && is_digit(text[count]))
    number = number * 10 + (text[count++] - '0');
  if (count == 0 || (width > 1 && count != width)) return false;
  text.remove_prefix(count);
  out = number;
  return true;
}

bool take_offset(std::string_view& text, std::int64_t& seconds) {
  if (text.starts_with('Z')) {
    text.remove_prefix(1);
    return true;
  }
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  const bool negative = text[0] == '-';
  text.remove_prefix(1);
  int hour = 0;
  int minute = 0;
  if (!take_number(text, 2, 2, hour)) return false;
  if (text.starts_with(':')) text.remove_prefix(1);
  if (!text.empty() && is_digit(text[0]) && !take_number(text, 2, 2, minute)) return false;
  seconds = (hour * 60 + minute) * 60;
  if (negative) seconds = -seconds;
  return true;
}

bool take_letters(std::string_view& text, std::string& out) {
  out.clear();
  while (!text.empty() && fold_ascii(text[0]) >= 'a' && fold_ascii(text[0]) <= 'z') {
    out += fold_ascii(text[0]);
    text.remove_prefix(1);
  }
  return !out.empty();
}

/// One run of a pattern letter, such as `yyyy`.
bool take_part(std::string_view& text, char letter, std::size_t width, Parts& parts) {
  std::string word;
  switch (letter) {
    case 'y':
    case 'u':
      if (width == 2) {
        if (!take_number(text, 2, 2, parts.year)) return false;
        parts.year += 2000;
        return true;
      }
      return take_number(text, width, 4, parts.year);
    case 'M':
      if (width < 3) return take_number(text, width, 2, parts.month);
      if (!take_letters(text, word)) return false;
      for (std::size_t i = 0; i < months.size(); ++i) {
        if (word.substr(0, 3) == months[i]) {
          parts.month = static_cast<int>(i) + 1;
          return true;
        }
      }
      return false;
    case 'd':
      return take_number(text, width, 2, parts.day);
    case 'H':
    case 'h':
      return take_number(text, width, 2, parts.hour);
    case 'm':
      return take_number(text, width, 2, parts.minute);
    case 's':
      return take_number(text, width, 2, parts.second);
    case 'S': {
      std::int64_t scale = nanos_per_second / 10;
      std::size_t count = 0;
      while (count < 9 && !text.empty() && is_digit(text[0])) {
        parts.nanos += (text[0] - '0') * scale;
        scale /= 10;
        text.remove_prefix(1);
        ++count;
      }
      return count > 0;
    }
    case 'a':
      if (!take_letters(text, word)) return false;
      parts.afternoon = word == "pm";
      return true;
    case 'E':
      return take_letters(text, word);
    case 'X':
    case 'x':
    case 'Z':
      return take_offset(text, parts.offset_seconds);
    default:
      return false;
  }
}

std::optional<std::int64_t> parse_pattern(std::string_view text, std::string_view pattern) {
  Parts parts;
  bool half_days = false;
  while (!pattern.empty()) {
    const char c = pattern[0];
    if (c == '\'') {  // quoted literal, '' is an apostrophe
      std::size_t end = pattern.find('\'', 1);
      if (end == std::string_view::npos) return std::nullopt;
      const std::string_view literal =
          end == 1 ? std::string_view("'") : pattern.substr(1, end - 1);
      if (!text.starts_with(literal)) return std::nullopt;
      text.remove_prefix(literal.size());
      pattern.remove_prefix(end + 1);
    } else if (fold_ascii(c) >= 'a' && fold_ascii(c) <= 'z') {
      std::size_t width = 1;
      while (width < pattern.size() && pattern[width] == c) ++width;
      half_days = half_days || c == 'h';
      if (!take_part(text, c, width, parts)) return std::nullopt;
      pattern.remove_prefix(width);
    } else {
      if (text.empty() || text[0] != c) return std::nullopt;
      text.remove_prefix(1);
      pattern.remove_prefix(1);
    }
  }
  if (!text.empty()) return std::nullopt;
  if (half_days) parts.hour = parts.hour % 12 + (parts.afternoon ? 12 : 0);
  return parts.time();
}

/// A format that is a name, not a pattern: lower case words joined by `_`.
bool is_name(std::string_view format) {
  return format.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") ==
             std::string_view::npos &&
         (format.find('_') != std::string_view::npos || format == "date" || format == "iso8601");
}

}  // namespace

DateFormat::DateFormat(std::string_view format) {
  if (format.empty()) format = "strict_date_optional_time||epoch_millis";
  while (!format.empty()) {
    const std::size_t bars = format.find("||");
    const std::string_view one = trim(format.substr(0, bars));
    format = bars == std::string_view::npos ? std::string_view{} : format.substr(bars + 2);
    if (one == "epoch_millis") {
      alternatives_.push_back({.kind = Kind::epoch_millis});
    } else if (one == "epoch_second") {
      alternatives_.push_back({.kind = Kind::epoch_second});
    } else if (one == "basic_date") {
      alternatives_.push_back({.kind = Kind::pattern, .pattern = "yyyyMMdd"});
    } else if (is_name(one)) {
      alternatives_.push_back({.kind = Kind::iso});
    } else if (!one.empty()) {
      alternatives_.push_back({.kind = Kind::pattern, .pattern = std::string(one)});
    }
  }
}

std::optional<std::int64_t> DateFormat::parse(std::string_view text) const {
  for (const Alternative& alternative : alternatives_) {
    std::optional<std::int64_t> time;
    switch (alternative.kind) {
      case Kind::iso:
        time = parse_iso(text);
        break;
      case Kind::epoch_millis:
        time = parse_epoch(text, nanos_per_milli);
        break;
      case Kind::epoch_second:
        time = parse_epoch(text, nanos_per_second);
        break;
      case Kind::pattern:
        time = parse_pattern(text, alternative.pattern);
        break;
    }
    if (time) return time;
  }
  return std::nullopt;
}

std::optional<std::int64_t> DateFormat::parse(std::int64_t number) const {
  for (const Alternative& alternative : alternatives_) {
    if (alternative.kind == Kind::iso) continue;
    std::int64_t nanos = 0;
    if (alternative.kind == Kind::pattern) {
      const auto time = parse_pattern(format("{}", number), alternative.pattern);
      if (time) return time;
    } else if (!__builtin_mul_overflow(
                   number,
                   alternative.kind == Kind::epoch_millis ? nanos_per_milli : nanos_per_second,
                   &nanos)) {
      return nanos;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> DateFormat::parse(double number) const {
  for (const Alternative& alternative : alternatives_) {
    if (alternative.kind != Kind::epoch_millis && alternative.kind != Kind::epoch_second) continue;
    const double whole = std::floor(number);
    const auto unit = alternative.kind == Kind::epoch_millis ? nanos_per_milli : nanos_per_second;
    if (std::abs(whole) * static_cast<double>(unit) > 9.2e18) return std::nullopt;
    // The fraction on its own keeps its digits.
    return static_cast<std::int64_t>(whole) * unit +
           std::llround((number - whole) * static_cast<double>(unit));
  }
  return std::nullopt;
}

}  // namespace eqlab::event
