#pragma once

#include <cstdint>

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

}  // namespace eqlab::match
