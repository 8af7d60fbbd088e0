#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/base/time.h"

namespace eqlab::rule {

/// No interval, look-back or the like is longer: ten years are a slip of the pen, and what is
/// computed with a few of them stays far from overflow.
inline constexpr Duration schedule_length_max = std::chrono::hours{24 * 3650};

/// `5m`, `1h`: a whole positive number and one of s m h d. Nothing when it is anything else
/// or longer than schedule_length_max.
[[nodiscard]] std::optional<Duration> parse_interval(std::string_view text);

/// How far before now `now`, `now-9m`, `now-2d` lie; units s m h H d w. Nothing when it is anything
/// else, in the future, or further than schedule_length_max.
[[nodiscard]] std::optional<Duration> parse_date_math(std::string_view text);

/// The shortest `now-…` that reaches at least `look_back` into the past, in whole minutes above one
/// minute.
[[nodiscard]] std::string now_minus(Duration look_back);

}  // namespace eqlab::rule
