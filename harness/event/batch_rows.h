#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

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

/// Appends rows of one batch to another of the same projection. A value that was copied once costs
/// a look-up from then on. Both must outlive it; `to` must get no other rows meanwhile.
class RowCopier {
 public:
  RowCopier(const EventBatch& from, EventBatch& to);
  /// As append_row without changes.
  void append(RowIndex row);
  [[nodiscard]] const EventBatch& target() const { return to_; }

 private:
  const EventBatch& from_;
  EventBatch& to_;
  std::vector<std::vector<ValueCode>> codes_;  ///< of `to`, by column and code of `from`
  std::vector<ValueCode> scratch_;
};

/// The values of one row and column, at most `values_max` of them.
[[nodiscard]] std::vector<Value> values_of(const EventBatch& batch, ColumnIndex column,
                                           RowIndex row, std::size_t values_max);

}  // namespace eqlab::event
