#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eqlab {

/// Clocks without now(): time comes from the data. The three never mix by accident.
template <class Tag>
struct SimulatedClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SimulatedClock>;
  static constexpr bool is_steady = false;
};

/// When an event happened (`@timestamp`), UTC nanoseconds since 1970.
using EventTime = std::chrono::time_point<SimulatedClock<struct EventTimeTag>>;
/// When an event became searchable (`event.ingested`), same unit.
using IngestTime = std::chrono::time_point<SimulatedClock<struct IngestTimeTag>>;
/// When the simulated detection engine does something, same unit.
using WallTime = std::chrono::time_point<SimulatedClock<struct WallTimeTag>>;
using Duration = std::chrono::nanoseconds;

/// Named crossings between the clocks, so that each is a decision that can be searched for.
template <class To, class From>
[[nodiscard]] constexpr To on_clock(From time) {
  return To(time.time_since_epoch());
}

/// Nanoseconds since 1970 of an ISO 8601 date or date-time: `2026-03-02`, `2026-03-02T09:14`,
/// seconds with any number of fraction digits (digits past the ninth are cut), `Z` or any offset
/// (`+02:00`,
/// `-0530`, `+01`); without an offset UTC, as Elasticsearch reads it. A space may stand for the
/// `T`. Nothing when malformed or outside 1677-09-21 to 2262-04-11.
[[nodiscard]] std::optional<std::int64_t> parse_iso8601(std::string_view text);

/// `2026-03-02T09:14:07.483Z` with `digits` (0 to 9) fraction digits, cut not rounded.
[[nodiscard]] std::string format_iso8601(std::int64_t nanoseconds, int digits = 3);
/// The same into `out`, which must hold 31 bytes; returns the length. For writers of millions.
std::size_t format_iso8601_into(char* out, std::int64_t nanoseconds, int digits);

/// One `ns`, `us`, `ms`, `s`, `m`, `h` or `d`; nothing for another text.
[[nodiscard]] std::optional<Duration> unit_of_time(std::string_view name);
/// `90s`, `1.5h`, `250ms`, `7d` as people write them on a command line, in these units.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

// How durations are written, by what they are for.

/// For people: `4m 52s`, `2.34 s`, `15 ms`; two significant parts.
[[nodiscard]] std::string human_duration(Duration duration);
/// For people, to the millisecond while it is short: 30.001 s is over 30 s, and must not read as if
/// it were not.
[[nodiscard]] std::string precise_duration(Duration duration);
/// For people, in columns: `2 h`, `5 min`, `30 s` where one unit says all, else as human_duration.
[[nodiscard]] std::string short_duration(Duration duration);
/// As queries, rules and options take it: `15s`, `1500ms`. In the largest unit that it is a whole
/// number of, at most `largest`; two durations that differ never read the same.
[[nodiscard]] std::string exact_duration(Duration duration,
                                         Duration largest = std::chrono::hours{24});
/// In seconds, exact: `236s`, `0.5s`.
[[nodiscard]] std::string exact_seconds(Duration duration);

}  // namespace eqlab
