#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/base/time.h"

namespace eqlab::rule {

/// `5m`, `1h`: a whole positive number and one of s m h d. Nothing when it is anything else.
[[nodiscard]] std::optional<Duration> parse_interval(std::string_view text);

/// How far before now `now`, `now-9m`, `now-2d` lie; units s m h H d w. Nothing when it is anything
/// else, or in the future.
[[nodiscard]] std::optional<Duration> parse_date_math(std::string_view text);

/// The shortest `now-…` that reaches at least `look_back` into the past, in whole minutes above one
/// minute.
[[nodiscard]] std::string now_minus(Duration look_back);

}  // namespace eqlab::rule
