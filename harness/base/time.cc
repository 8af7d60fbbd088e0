// Calendar arithmetic is std::chrono's; only the reading and writing of text is here.
#include "harness/base/time.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/base/text.h"

namespace eqlab {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
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

struct Unit {
  std::string_view name;
  Duration length;
};
/// Largest first.
constexpr std::array<Unit, 7> units = {{{"d", hours{24}},
                                        {"h", hours{1}},
                                        {"m", minutes{1}},
                                        {"s", seconds{1}},
                                        {"ms", milliseconds{1}},
                                        {"us", microseconds{1}},
                                        {"ns", nanoseconds{1}}}};

/// The largest unit that durations are written in and that this one is a whole number of: nothing
/// is written in microseconds, and no time at all in seconds.
const Unit* whole_unit(Duration duration, Duration largest) {
  return std::ranges::find_if(units, [&](const Unit& unit) {
    if (duration == Duration::zero()) return unit.length == seconds{1};
    return unit.length <= largest && unit.length != microseconds{1} &&
           duration % unit.length == Duration::zero();
  });
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

std::optional<Duration> unit_of_time(std::string_view name) {
  const auto* const unit = std::ranges::find(units, name, &Unit::name);
  if (unit == units.end()) return std::nullopt;
  return unit->length;
}

std::optional<Duration> parse_duration(std::string_view text) {
  const std::size_t digits = text.find_first_not_of("0123456789.");
  if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
  const auto number = parse_number<double>(text.substr(0, digits));
  const auto unit = unit_of_time(text.substr(digits));
  if (!number || !unit) return std::nullopt;
  const double nanos = *number * static_cast<double>(unit->count());
  if (nanos > 9e18) return std::nullopt;
  return Duration{std::llround(nanos)};
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

std::string precise_duration(Duration duration) {
  if (duration < Duration::zero() && duration > Duration::min())
    return "-" + precise_duration(-duration);
  if (duration >= minutes{2}) return human_duration(duration);
  return format("{:.6g} s", static_cast<double>(duration.count() / 1'000'000) / 1e3);
}

std::string short_duration(Duration duration) {
  const Unit* const unit = whole_unit(duration, hours{1});
  if (unit->length < seconds{1}) return human_duration(duration);
  return format("{} {}", duration / unit->length, unit->name == "m" ? "min" : unit->name);
}

std::string exact_duration(Duration duration, Duration largest) {
  const Unit* const unit = whole_unit(duration, largest);
  return format("{}{}", duration / unit->length, unit->name);
}

std::string exact_seconds(Duration duration) {
  constexpr std::uint64_t second = 1'000'000'000;
  const std::int64_t nanos = duration.count();
  // Its magnitude may not fit the signed type.
  const auto magnitude =
      nanos < 0 ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
  std::string out = format("{}{}", nanos < 0 ? "-" : "", magnitude / second);
  if (const std::uint64_t rest = magnitude % second; rest > 0) {
    std::string digits = format("{:09}", rest);
    digits.erase(digits.find_last_not_of('0') + 1);
    out += "." + digits;
  }
  return out + "s";
}

}  // namespace eqlab
