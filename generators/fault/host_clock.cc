// Tested in tests/unit/generators/fault_test.cc.
#include "generators/fault/host_clock.h"

#include <algorithm>
#include <cmath>

#include "generators/draw/portable_math.h"

namespace eqlab::generators {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double share_far_off = 0.01;
constexpr std::int64_t far_off_max = Duration(seconds(120)).count();
constexpr double small_error_sigma = 50e6;  ///< nanoseconds
constexpr std::int64_t step_max = Duration(seconds(5)).count();

/// Clocks show microseconds, as documents do.
Duration whole_microseconds(double nanoseconds) {
  return std::chrono::microseconds(std::llround(nanoseconds / 1000));
}

/// Standard normal: the sum of twelve uniform draws has its mean and variance, and its tails are
/// cut at six, which is right for a clock.
double normal(Rng& rng) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += rng.uniform();
  return sum;
}

}  // namespace

HostClock::HostClock(const FaultOptions& options, const Rng& host_rng, const Delivery& delivery) {
  Rng rng = host_rng.split("clock");
  if (options.clock_offset > 0) {
    const bool is_far_off = rng.chance(share_far_off);
    const double error = is_far_off ? static_cast<double>(rng.in_range(-far_off_max, far_off_max))
                                    : small_error_sigma * normal(rng);
    offset_ = whole_microseconds(error * options.clock_offset);
  }
  if (options.clock_steps <= 0) return;
  Duration error = offset_;
  for (const EventTime woken : delivery.returns()) {
    if (!rng.chance(options.clock_steps)) continue;
    error += whole_microseconds(static_cast<double>(rng.in_range(-step_max, step_max)));
    steps_.emplace_back(woken, error);
  }
}

Duration HostClock::error_at(EventTime time) const {
  const auto after =
      std::ranges::upper_bound(steps_, time, {}, &std::pair<EventTime, Duration>::first);
  return after == steps_.begin() ? offset_ : std::prev(after)->second;
}

}  // namespace eqlab::generators
