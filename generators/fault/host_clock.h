#pragma once

#include <vector>

#include "generators/fault/delivery.h"
#include "generators/fault/fault_options.h"

namespace eqlab::generators {

/// What a host's clock shows. Wrong by a constant, a little on most hosts and by up to two minutes
/// on a few, and stepped now and then when the host comes back from a spell offline, which can put
/// two events into the wrong order.
class HostClock {
 public:
  HostClock(const FaultOptions& options, const Rng& host_rng, const Delivery& delivery);
  [[nodiscard]] EventTime shown(EventTime time) const { return time + error_at(time); }
  [[nodiscard]] Duration offset() const { return offset_; }  ///< before any step

 private:
  [[nodiscard]] Duration error_at(EventTime time) const;

  Duration offset_{};
  std::vector<std::pair<EventTime, Duration>> steps_;  ///< from when, and the error from then on
};

}  // namespace eqlab::generators
