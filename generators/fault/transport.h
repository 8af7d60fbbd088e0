#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "generators/fault/delivery.h"
#include "generators/fault/fault_options.h"

namespace eqlab::generators {

/// What became of one document on its way.
struct Passage {
  bool is_lost = false;
  IngestTime ingest{};                  ///< when the first copy is searchable
  std::optional<IngestTime> duplicate;  ///< when the second copy is, if there is one
  Duration displaced{};                 ///< how much later than its time it stands in the input
};

/// Loss, duplicates and displacement, on top of when things arrive. One host's; deterministic in
/// the document's number.
class Transport {
 public:
  Transport(const FaultOptions& options, const Rng& host_rng, Delivery& delivery)
      : options_(options), rng_(host_rng.split("transport")), delivery_(delivery) {}

  /// `time`: when it happened. Cheapest in order of time.
  [[nodiscard]] Passage send(EventTime time, Kind kind, std::uint64_t number);

 private:
  const FaultOptions& options_;
  Rng rng_;
  Delivery& delivery_;
};

}  // namespace eqlab::generators
