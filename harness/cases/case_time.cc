// Tested in tests/unit/cases/case_time_test.cc.
#include "harness/cases/case_time.h"

#include <algorithm>
#include <limits>

#include "harness/base/text.h"

namespace eqlab::cases {
namespace {

constexpr std::int64_t day = 86'400'000'000'000;

std::int64_t base() { return *parse_iso8601(base_time); }

}  // namespace

std::optional<Duration> parse_offset(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const std::size_t unit_begin = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto unit = unit_of_time(text.substr(unit_begin));
  if (!unit) return std::nullopt;
  const std::string_view number = text.substr(0, unit_begin);
  const std::size_t dot = number.find('.');
  const auto whole = parse_number<long>(number.substr(0, dot));
  if (!whole || *whole > std::numeric_limits<std::int64_t>::max() / unit->count() / 2)
    return std::nullopt;
  std::int64_t total = *whole * unit->count();
  std::int64_t place = unit->count();
  for (const char digit :
       dot == std::string_view::npos ? std::string_view() : number.substr(dot + 1)) {
    if (digit == '.' || place % 10 != 0) return std::nullopt;  // finer than a nanosecond
    place /= 10;
    total += place * (digit - '0');
  }
  if (number.ends_with('.')) return std::nullopt;
  return Duration{is_negative ? -total : total};
}

std::optional<EventTime> parse_case_time(std::string_view text) {
  if (const auto offset = parse_offset(text)) {
    std::int64_t time = 0;
    if (__builtin_add_overflow(base(), offset->count(), &time)) return std::nullopt;
    return EventTime(Duration{time});
  }
  const bool is_time_of_day = text.size() >= 5 && text[2] == ':';
  std::string date(text);
  if (is_time_of_day) {
    if (text.find_first_not_of("0123456789:.") != std::string_view::npos) return std::nullopt;
    date = format("{}{}Z", base_time.substr(0, base_time.find('T') + 1), text);
  } else if (text.size() < 10) {
    return std::nullopt;  // a bare year is no time
  }
  const auto time = parse_iso8601(date);
  if (!time) return std::nullopt;
  return EventTime(Duration{*time});
}

std::string case_time_text(EventTime time) {
  const std::int64_t nanos = time.time_since_epoch().count();
  std::string text = format_iso8601(nanos, 9);
  text.pop_back();  // Z
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  if (nanos < base() || nanos >= base() + day) return text + "Z";
  text.erase(0, text.find('T') + 1);
  constexpr std::size_t minutes = 5;
  return text.ends_with(":00") && text.size() > minutes ? text.substr(0, minutes) : text;
}

}  // namespace eqlab::cases
