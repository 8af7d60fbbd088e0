#pragma once

#include <limits>
#include <string>

#include "harness/base/time.h"

namespace eqlab::match {

/// `to - from`, held at the longest duration there is: event times span more than a difference can.
[[nodiscard]] constexpr Duration elapsed(EventTime from, EventTime to) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(to.time_since_epoch().count(), from.time_since_epoch().count(),
                             &difference)) {
    return to < from ? Duration::min() : Duration::max();
  }
  return Duration{difference};
}

/// For people, to the millisecond while it is short: 30.001 s is over 30 s, and must not read as if
/// it were not.
[[nodiscard]] std::string precise_duration(Duration duration);

}  // namespace eqlab::match
