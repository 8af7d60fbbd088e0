#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "generators/document/model.h"
#include "generators/draw/distribution.h"

namespace eqlab::generators {

/// When the events of one host become searchable. A host is online, behind a congested link, or cut
/// off; cut off, its documents wait and are then flushed in order. Delays are drawn for a batch of
/// documents, not for each, and the three streams travel apart. Never before the event.
///
/// The shares of time come from the persona. This is the one fault that is on unless a profile
/// scales it away.
class Delivery {
 public:
  /// `scale` multiplies every delay; 0: searchable at once.
  Delivery(const Host& host, const Rng& host_rng, EventTime from, EventTime to, double scale = 1);
  /// Whole seconds, as the ingest pipeline writes them. Cheapest in order of event time.
  [[nodiscard]] IngestTime ingest(EventTime time, Kind kind);
  /// How much of a spell offline had passed at the time that `ingest` was last asked for, of 1;
  /// nothing when the host was not offline.
  [[nodiscard]] std::optional<double> share_of_spell() const { return share_of_spell_; }
  /// When the host came back from a spell offline, in order.
  [[nodiscard]] std::vector<EventTime> returns() const;

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
  double scale_;
  std::optional<double> share_of_spell_;
  std::vector<Period> periods_;  ///< those that are not online, in order
  std::size_t period_ = 0;
  EventTime last_{};
  std::int64_t batch_ = -1;
  State batch_state_ = State::online;
  Duration delay_{};
  std::array<Duration, 3> stream_delay_ = {};
};

}  // namespace eqlab::generators
