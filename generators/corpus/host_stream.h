#pragma once

#include <functional>
#include <vector>

#include "generators/background/background.h"
#include "generators/corpus/plan.h"
#include "generators/document/fields.h"
#include "generators/fault/delivery.h"

namespace eqlab::generators {

/// The events of one host, made slice by slice of the plan's grid. Holds what happens around one
/// slice and the host's incidents, never the whole host. Not movable: tables refer to each other.
class HostStream {
 public:
  HostStream(const CorpusPlan& plan, std::uint32_t index);
  HostStream(const HostStream&) = delete;
  HostStream& operator=(const HostStream&) = delete;

  [[nodiscard]] const Host& host() const { return tables_.host; }
  /// Makes the next slice and hands its events over in order of time.
  void advance(const std::function<void(const EventView&)>& take);
  /// After the last slice: adds the host, its incidents and the number of its events.
  void finish(truth::Truth& truth);

 private:
  void tell_installs(EventTime to);
  void tell_background(EventTime from, EventTime to, bool is_last);
  void hand_over(EventTime to, const std::function<void(const EventView&)>& take);

  const CorpusPlan& plan_;
  Rng rng_;
  HostTables tables_;
  Background background_;
  Delivery delivery_;
  std::vector<Event> pending_;  ///< told and not yet handed over
  std::vector<truth::Incident> incidents_;
  std::size_t next_install_;
  std::size_t next_slice_ = 0;
  std::uint64_t handed_over_ = 0;
  std::uint64_t ballast_told_ = 0;
  double activity_so_far_ = 0;
  double activity_total_ = 0;
  std::vector<std::pair<std::int64_t, std::uint32_t>> order_;  // scratch: (time, place in pending_)
};

}  // namespace eqlab::generators
