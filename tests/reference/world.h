#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "harness/base/result.h"
#include "harness/eql/ast.h"
#include "tests/reference/finder.h"
#include "tests/reference/interpreter.h"

namespace eqlab::reference {

/// Values of join keys, in written order.
using Key = std::vector<event::Value>;

/// Null first, then booleans, numbers, texts by byte.
[[nodiscard]] std::weak_ordering compare_values(const event::Value& left,
                                                const event::Value& right);
struct KeyLess {
  bool operator()(const Key& left, const Key& right) const;
};

/// A row in its place in time.
struct PlacedEvent {
  int row = 0;
  std::optional<std::int64_t> time;  ///< nanoseconds, cut to milliseconds for a `date`
  event::Value tiebreaker;
};

/// The rows in the order of their ordinals, undated ones last; a rank is a place in it.
[[nodiscard]] std::vector<PlacedEvent> place(const std::vector<Row>& rows,
                                             const event::Schema& schema, const Options& options);

/// A stage with `runs` expanded, and what each event is to it: none, or the keys under which it
/// passes. The filter is decided once per event.
struct StageEvents {
  bool missing = false;
  std::vector<std::vector<Key>> keys_of;  ///< by rank; empty where the event does not take part
};

[[nodiscard]] Result<StageEvents> stage_events(const Interpreter& interpreter,
                                               const eql::Query& query, const eql::Stage& stage,
                                               const event::Schema& schema,
                                               const std::vector<PlacedEvent>& placed,
                                               const std::vector<Row>& rows);

}  // namespace eqlab::reference
