#include "harness/match/elapsed.h"

#include "harness/base/text.h"

namespace eqlab::match {

std::string precise_duration(Duration duration) {
  if (duration < Duration::zero() && duration > Duration::min())
    return "-" + precise_duration(-duration);
  if (duration >= std::chrono::minutes{2}) return human_duration(duration);
  return format("{:.6g} s", static_cast<double>(duration.count() / 1'000'000) / 1e3);
}

}  // namespace eqlab::match
