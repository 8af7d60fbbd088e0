#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/event/batch_rows.h"
#include "harness/explain/chain.h"
#include "harness/explain/explain.h"

/// The same events with a little changed, evaluated again by the scanner and the matcher that
/// evaluated them before. Nothing here guesses: what is said to match has matched.
namespace eqlab::explain {

/// What is other than it was.
struct Change {
  struct Event {
    event::RowIndex row = 0;  ///< of Sightings::rows
    std::vector<event::ChangedValue> values = {};
    std::optional<EventTime> time = {};
  };
  std::vector<Event> events = {};
  std::vector<CandidateIndex> without = {};    ///< events that did not happen
  std::optional<Duration> maxspan = {};        ///< of the query
  std::vector<std::size_t> dropped_keys = {};  ///< join keys that the query does not ask for
};

class WhatIf {
 public:
  explicit WhatIf(const ExplainInputs& inputs) : in_(inputs) {}

  /// Is there a match, before the query's pipes, that has all of `rows` in it (changed where the
  /// change says so)? O(log): the whole log is matched again.
  [[nodiscard]] bool matches(const Change& change, std::span<const event::RowIndex> rows) const;

  /// The smallest set of values with which the row satisfies a filter, each one value of one field;
  /// at most `changes_max`. Constants of the filter that are most like what the event has are
  /// tried first. Nothing when none is found (regular expressions and scripts offer no values).
  [[nodiscard]] std::optional<std::vector<event::ChangedValue>> values_for(
      scan::FilterIndex filter, event::RowIndex row, std::size_t changes_max) const;

 private:
  /// Values worth a try, each with which some leaf of the filter answers otherwise.
  [[nodiscard]] std::vector<event::ChangedValue> options_for(scan::FilterIndex filter,
                                                             event::RowIndex row) const;

  ExplainInputs in_;
};

}  // namespace eqlab::explain
