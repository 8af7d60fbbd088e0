#pragma once

#include <optional>
#include <span>
#include <string>

#include "harness/event/batch.h"

/// Single rows taken out of batches, as they are or with a value changed.
namespace eqlab::event {

/// Another value for one field of a row: one value, or null for none.
struct ChangedValue {
  std::string field;
  Value value;
  friend bool operator==(const ChangedValue&, const ChangedValue&) = default;
};

/// The code of `value`, added to `values` if new; nothing when the column cannot hold it.
[[nodiscard]] std::optional<ValueCode> intern(Dictionary& values, const Value& value);

/// Appends row `row` of `from` (made for `have`) to `to` (made for `want`). Fields are found by
/// name; what `from` does not have is missing. Sources are left behind. A change that its column
/// cannot hold makes the field missing. O(values of the row).
void append_row(const EventBatch& from, const Projection& have, RowIndex row, EventBatch& to,
                const Projection& want, std::span<const ChangedValue> changes = {});

/// The values of one row and column, at most `values_max` of them.
[[nodiscard]] std::vector<Value> values_of(const EventBatch& batch, ColumnIndex column,
                                           RowIndex row, std::size_t values_max);

}  // namespace eqlab::event
