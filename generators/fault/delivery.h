#pragma once

#include <cstdint>
#include <vector>

#include "generators/document/model.h"
#include "generators/draw/distribution.h"

namespace eqlab::generators {

/// When the events of one host become searchable. A host is online, behind a congested link, or cut
/// off; cut off, its documents wait and are then flushed in order. Delays are drawn for a batch of
/// documents, not for each, and the three streams travel apart. Never before the event.
///
/// The shares of time come from the persona. This is the one fault that is always on; those that
/// are switched on by a profile (loss, duplicates, skew, merging) take their place beside it.
class Delivery {
 public:
  Delivery(const Host& host, const Rng& host_rng, EventTime from, EventTime to);
  /// Whole seconds, as the ingest pipeline writes them. Call in order of event time.
  [[nodiscard]] IngestTime ingest(EventTime time, Kind kind);

 private:
  enum class State : std::uint8_t { online, congested, offline };
  struct Period {
    EventTime begin{};
    EventTime end{};
    State state = State::online;
    Duration flush{};  ///< offline: how long sending takes once back
  };
  void plan(const Host& host, const Rng& host_rng, EventTime from, EventTime to, State state);
  void draw_batch(std::int64_t number, State state);

  Rng batches_;
  std::vector<Period> periods_;  ///< those that are not online, in order
  std::size_t period_ = 0;
  std::int64_t batch_ = -1;
  State batch_state_ = State::online;
  Duration delay_{};
  std::array<Duration, 3> stream_delay_ = {};
};

}  // namespace eqlab::generators
