#pragma once

#include <cstdint>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/time.h"

namespace eqlab::generators {

/// Puts documents that come in order of event time into the order in which they become searchable:
/// by ingest time, and among equal ones as they came. Holds what has not arrived yet: what waits on
/// hosts that are offline.
class ArrivalOrder {
 public:
  void add(IngestTime ingest, std::string_view document);
  /// Appends to `out`, in order, the documents that arrive before `until`; returns their number.
  std::uint64_t take(IngestTime until, std::string& out);

 private:
  struct Waiting {
    IngestTime ingest;
    std::uint64_t number;
    std::string document;
    bool operator>(const Waiting& other) const {
      return std::pair(ingest, number) > std::pair(other.ingest, other.number);
    }
  };
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;
  std::uint64_t number_ = 0;
};

}  // namespace eqlab::generators
