#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/time.h"

namespace eqlab::schedule {

/// `5s,15s,30s`, `1s..100s` (in steps of its lower end), `1s..100s/500ms`, or a mixture. Rising and
/// distinct. Errors: E720 not understood, zero, not whole milliseconds, or more than
/// `sweep_points_max`.
[[nodiscard]] Result<std::vector<Duration>> parse_durations(std::string_view text,
                                                            std::string_view option);
inline constexpr std::size_t sweep_points_max = 1'000;

}  // namespace eqlab::schedule
