#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "harness/base/time.h"

/// What analysts get to see, hour by hour.
namespace eqlab::score {

/// Alerts of one hour or day of UTC.
struct LoadCell {
  WallTime start{};
  std::uint64_t alerts = 0;
  friend bool operator==(const LoadCell&, const LoadCell&) = default;
};

/// Over the hours from the one in which the corpus begins to the one in which it ends or, if later,
/// the last alert comes. Hours and days without alerts are counted, not listed.
struct Load {
  std::uint64_t hours = 0;  ///< 0: the others mean nothing
  double per_hour_mean = 0;
  std::optional<std::uint64_t> per_hour_p95;  ///< from 20 hours on
  std::uint64_t per_hour_max = 0;
  std::optional<WallTime> busiest_hour;  ///< the first of the busiest; nothing without alerts
  WallTime first_hour{};
  std::vector<LoadCell> by_hour;
  std::vector<LoadCell> by_day;
  std::array<std::uint64_t, 24> by_hour_of_day{};
  friend bool operator==(const Load&, const Load&) = default;
};

/// `times`: when each alert came. The corpus covers [from, to).
[[nodiscard]] Load load_of(const std::vector<WallTime>& times, EventTime from, EventTime to);

}  // namespace eqlab::score
