#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/limits.h"
#include "harness/event/batch.h"
#include "harness/event/coerce.h"

namespace eqlab::event {

/// Makes the rows of batches from values as documents, case files and generators have them: each
/// value is brought to the type of its field, and a row enters the batch whole or not at all. The
/// only way from values to columns, so what a value becomes never depends on where it came from.
/// Thread-safe: no (scratch).
class BatchBuilder {
 public:
  /// Where a value goes: a column of the projection, by its ColumnIndex, or one of the three fields
  /// that a row is placed by.
  using Target = std::uint32_t;

  explicit BatchBuilder(const Projection& projection);

  [[nodiscard]] Target timestamp() const { return static_cast<Target>(columns_.size()); }
  [[nodiscard]] Target ingest() const { return timestamp() + 1; }
  [[nodiscard]] Target id() const { return timestamp() + 2; }
  [[nodiscard]] std::size_t target_count() const { return columns_.size() + 3; }
  /// A column whose values are kept as text.
  [[nodiscard]] bool is_text(Target target) const {
    return target < columns_.size() && columns_[target].physical() == Physical::text;
  }

  /// Begins a row of `batch`, which was made for the same projection and must outlive the row. A
  /// row that was begun before and not ended leaves no trace but values in dictionaries.
  void begin_row(EventBatch& batch);
  /// One value; several for one column make an array, of which limits::values_per_field_max are
  /// kept. Of the fields that a row is placed by the first value counts, and null is no value.
  Coercer::Outcome store(Target target, const Scalar& value);
  /// An object where the field should have a value.
  void store_object(Target target);
  /// Whether the target has a value in this row. A time that cannot be read is one.
  [[nodiscard]] bool has(Target target) const { return has_[target] != 0; }
  /// What was stored of the fields that a row is placed by; line and ordinal are 0. The id is valid
  /// until the next row begins.
  [[nodiscard]] RowPlace place() const {
    return {.event_time = event_time_, .ingest_time = ingest_time_, .id = id_};
  }
  /// The event time as the document spells it, if it has one that cannot be read.
  [[nodiscard]] std::string_view unread_time() const { return unread_time_; }
  /// Values of this row that their field's type cannot hold.
  [[nodiscard]] std::uint64_t ill_typed() const { return ill_typed_; }
  /// Values of this row beyond limits::values_per_field_max.
  [[nodiscard]] std::uint64_t cut_values() const { return cut_values_; }
  /// Ends the row: it is in the batch from now on.
  void end_row(const RowPlace& place);

  /// The code that `store` would keep for a value of `column`, for callers that keep codes and push
  /// them themselves. The dictionary is the column's.
  Coercer::Outcome code_of(ColumnIndex column, const Scalar& value, Dictionary& dictionary,
                           ValueCode& code) {
    return columns_[column].store(value, dictionary, code);
  }

 private:
  void store_place(Target target, const Scalar& value);

  std::vector<Coercer> columns_;
  DateFormat timestamp_format_;
  DateFormat ingest_format_;

  // The row that is being made
  EventBatch* batch_ = nullptr;
  std::vector<std::vector<ValueCode>> codes_;  ///< by column
  std::vector<std::uint8_t> has_;              ///< by target
  std::optional<EventTime> event_time_;
  std::optional<IngestTime> ingest_time_;
  std::string id_;
  std::string unread_time_;
  std::uint64_t ill_typed_ = 0;
  std::uint64_t cut_values_ = 0;
};

inline Coercer::Outcome BatchBuilder::store(Target target, const Scalar& value) {
  if (target >= columns_.size()) {
    store_place(target, value);
    return Coercer::Outcome::kept;
  }
  std::vector<ValueCode>& codes = codes_[target];
  if (codes.size() == limits::values_per_field_max) {
    ++cut_values_;
    return Coercer::Outcome::absent;
  }
  ValueCode code = no_value;
  const Coercer::Outcome outcome =
      columns_[target].store(value, batch_->columns[target].dictionary(), code);
  if (outcome == Coercer::Outcome::kept) {
    has_[target] = 1;
    codes.push_back(code);
  } else if (outcome == Coercer::Outcome::ill_typed) {
    ++ill_typed_;
  }
  return outcome;
}

}  // namespace eqlab::event
