// Calendar arithmetic is std::chrono's; only the reading and writing of text is here.
#include "harness/base/time.h"

#include <array>
#include <cmath>

#include "harness/base/text.h"

namespace eqlab {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// Takes exactly `count` digits from the front of `text`; -1 when they are not there.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char c = text[i];
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

/// Reads `Z`, `+hh`, `+hhmm`, `+hh:mm` or nothing; false when malformed.
bool take_offset(std::string_view& text, seconds& offset) {
  offset = seconds{0};
  if (text.empty()) return true;
  if (take(text, 'Z') || take(text, 'z')) return text.empty();
  const bool negative = text[0] == '-';
  if (!negative && text[0] != '+') return false;
  text.remove_prefix(1);
  const int hour = take_digits(text, 2);
  if (hour < 0 || hour > 18) return false;
  int minute = 0;
  if (!text.empty()) {
    take(text, ':');
    minute = take_digits(text, 2);
    if (minute < 0 || minute > 59) return false;
  }
  offset = hours{hour} + minutes{minute};
  if (negative) offset = -offset;
  return text.empty();
}

}  // namespace

std::optional<std::int64_t> parse_iso8601(std::string_view text) {
  const int year = take_digits(text, 4);
  if (year < 0 || !take(text, '-')) return std::nullopt;
  const int month = take_digits(text, 2);
  if (month < 0 || !take(text, '-')) return std::nullopt;
  const int day = take_digits(text, 2);
  if (day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || year < 1678 || year > 2261) return std::nullopt;
  nanoseconds time = std::chrono::sys_days{date}.time_since_epoch();
  if (text.empty()) return time.count();
  if (text[0] != 'T' && text[0] != 't' && text[0] != ' ') return std::nullopt;
  text.remove_prefix(1);
  const int hour = take_digits(text, 2);
  if (hour < 0 || hour > 23) return std::nullopt;
  time += hours{hour};
  if (take(text, ':')) {
    const int minute = take_digits(text, 2);
    if (minute < 0 || minute > 59) return std::nullopt;
    time += minutes{minute};
    if (take(text, ':')) {
      const int second = take_digits(text, 2);
      if (second < 0 || second > 59) return std::nullopt;
      time += seconds{second};
      if (take(text, '.') || take(text, ',')) {
        std::int64_t scale = 100'000'000;
        std::size_t digits = 0;
        while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
          time += nanoseconds{(text[digits] - '0') * scale};
          scale /= 10;
          ++digits;
        }
        if (digits == 0) return std::nullopt;
        text.remove_prefix(digits);
      }
    }
  }
  seconds offset{0};
  if (!take_offset(text, offset)) return std::nullopt;
  return (time - offset).count();
}

std::size_t format_iso8601_into(char* out, std::int64_t nanos, int digits) {
  const auto day = std::chrono::floor<days>(nanoseconds{nanos});
  const std::chrono::year_month_day date{std::chrono::sys_days{day}};
  std::int64_t rest = (nanoseconds{nanos} - day).count();
  const auto put = [&out](std::int64_t number, int width) {
    for (int i = width - 1; i >= 0; --i) {
      out[i] = static_cast<char>('0' + number % 10);
      number /= 10;
    }
    out += width;
  };
  const char* begin = out;
  put(static_cast<int>(date.year()), 4);
  *out++ = '-';
  put(static_cast<unsigned>(date.month()), 2);
  *out++ = '-';
  put(static_cast<unsigned>(date.day()), 2);
  *out++ = 'T';
  put(rest / 3'600'000'000'000, 2);
  *out++ = ':';
  put(rest / 60'000'000'000 % 60, 2);
  *out++ = ':';
  put(rest / 1'000'000'000 % 60, 2);
  if (digits > 0) {
    rest %= 1'000'000'000;
    for (int i = digits; i < 9; ++i) rest /= 10;
    *out++ = '.';
    put(rest, digits);
  }
  *out++ = 'Z';
  return static_cast<std::size_t>(out - begin);
}

std::string format_iso8601(std::int64_t nanos, int digits) {
  std::array<char, 32> buffer{};
  return {buffer.data(), format_iso8601_into(buffer.data(), nanos, digits)};
}

std::optional<Duration> parse_duration(std::string_view text) {
  const std::size_t digits = text.find_first_not_of("0123456789.");
  if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
  const auto number = parse_number<double>(text.substr(0, digits));
  if (!number) return std::nullopt;
  const std::string_view unit = text.substr(digits);
  double scale = 0;
  if (unit == "ns") scale = 1;
  if (unit == "us") scale = 1e3;
  if (unit == "ms") scale = 1e6;
  if (unit == "s") scale = 1e9;
  if (unit == "m") scale = 60e9;
  if (unit == "h") scale = 3'600e9;
  if (unit == "d") scale = 86'400e9;
  if (scale == 0 || *number * scale > 9e18) return std::nullopt;
  return Duration{std::llround(*number * scale)};
}

std::string human_duration(Duration duration) {
  const std::int64_t nanos = duration.count();
  if (nanos < 0) return "-" + human_duration(-duration);
  if (nanos == 0) return "0 s";
  if (nanos < 1'000) return format("{} ns", nanos);
  if (nanos < 1'000'000) return format("{:.3g} µs", static_cast<double>(nanos) / 1e3);
  if (nanos < 1'000'000'000) return format("{:.3g} ms", static_cast<double>(nanos) / 1e6);
  if (nanos < 59'950'000'000) return format("{:.3g} s", static_cast<double>(nanos) / 1e9);
  const std::int64_t whole = (nanos + 500'000'000) / 1'000'000'000;
  if (whole < 3'600)
    return whole % 60 == 0 ? format("{}m", whole / 60) : format("{}m {}s", whole / 60, whole % 60);
  const auto two = [whole](std::int64_t large, char of, std::int64_t small, char rest) {
    const std::int64_t over = whole % large / small;
    return format("{}{}", whole / large, of) + (over == 0 ? "" : format(" {}{}", over, rest));
  };
  return whole < 86'400 ? two(3'600, 'h', 60, 'm') : two(86'400, 'd', 3'600, 'h');
}

}  // namespace eqlab
