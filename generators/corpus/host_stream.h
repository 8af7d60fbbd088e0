#pragma once

#include <functional>
#include <string>
#include <vector>

#include "generators/background/background.h"
#include "generators/corpus/plan.h"
#include "generators/document/fields.h"
#include "generators/fault/delivery.h"
#include "generators/fault/host_clock.h"
#include "generators/fault/transport.h"

namespace eqlab::generators {

/// `I-000417`
[[nodiscard]] std::string incident_id(std::uint32_t number);

/// The documents of one host, made slice by slice of the plan's grid: events are simulated, then
/// come the faults of the profile, and what is left is handed over. Holds what happens around one
/// slice and the host's incidents, never the whole host. Not movable: tables refer to each other.
class HostStream {
 public:
  HostStream(const CorpusPlan& plan, std::uint32_t index);
  HostStream(const HostStream&) = delete;
  HostStream& operator=(const HostStream&) = delete;

  /// What an incident is called until all of them can be numbered; in order of `number`.
  [[nodiscard]] static std::string provisional_id(std::uint32_t host, std::uint32_t number);

  [[nodiscard]] const Host& host() const { return tables_.host; }
  /// Makes the next slice and hands its documents over in order of position.
  void advance(const std::function<void(const EventView&)>& take);
  /// After the last slice: adds the host, its incidents and the number of its events.
  void finish(truth::Truth& truth);

 private:
  void simulate_installs(EventTime to);
  void simulate_background(EventTime from, EventTime to, bool is_last);
  void fill(EventTime from, EventTime to);
  void send(EventTime from, EventTime to);
  void send_one(const Event& event, EventTime slice_begin);
  void label(const Event& event, std::string_view fault);
  void hand_over(EventTime to, bool is_last, const std::function<void(const EventView&)>& take);
  [[nodiscard]] std::uint64_t number_and_name(const Event& event);

  const CorpusPlan& plan_;
  Rng rng_;
  HostTables tables_;
  Background background_;
  Delivery delivery_;
  HostClock clock_;
  Transport transport_;
  /// On its way into the input.
  struct Document {
    Event event;
    std::uint64_t number = 0;
    bool is_copy = false;
    EventTime position{};
    IngestTime ingest{};
  };
  std::vector<Event> pending_;  ///< simulated and not yet sent
  std::vector<Document> sent_;  ///< and not yet handed over
  std::vector<truth::Incident> incidents_;
  std::size_t next_install_;
  std::size_t next_slice_ = 0;
  std::uint64_t numbered_ = 0;
  std::uint64_t handed_over_ = 0;
  truth::FaultCounts faults_;
  std::uint64_t ballast_made_ = 0;
  double activity_so_far_ = 0;
  double activity_total_ = 0;
  std::vector<std::pair<std::int64_t, std::uint32_t>> order_;  // scratch: (time, place in pending_)
  std::vector<Event> absorbed_;                                // scratch
};

}  // namespace eqlab::generators
