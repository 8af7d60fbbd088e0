#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/base/time.h"

/// How case files spell times.
namespace eqlab::cases {

/// All offsets count from here, and times of day are this day's.
inline constexpr std::string_view base_time = "2026-01-01T00:00:00Z";

/// `0s`, `2m`, `1.5s`, `29.999999999s`, `-3s`; units ns us ms s m h d; exact. Nothing when
/// malformed.
[[nodiscard]] std::optional<Duration> parse_offset(std::string_view text);

/// An offset, a time of day (`10:05`, `10:05:30.5`), or a date. Nothing when malformed.
[[nodiscard]] std::optional<EventTime> parse_case_time(std::string_view text);
/// The time of day where it is that of the base, else a date; reads back as the same time.
[[nodiscard]] std::string case_time_text(EventTime time);

}  // namespace eqlab::cases
