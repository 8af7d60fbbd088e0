#include "harness/event/batch_rows.h"

#include <algorithm>
#include <cmath>

namespace eqlab::event {
namespace {

std::optional<std::int64_t> as_integer(const Value& value) {
  if (const auto* const n = std::get_if<std::int64_t>(&value)) return *n;
  if (const auto* const n = std::get_if<std::uint64_t>(&value);
      n != nullptr && *n <= static_cast<std::uint64_t>(INT64_MAX)) {
    return static_cast<std::int64_t>(*n);
  }
  constexpr double limit = 0x1p63;
  if (const auto* const n = std::get_if<double>(&value);
      n != nullptr && std::floor(*n) == *n && *n >= -limit && *n < limit) {
    return static_cast<std::int64_t>(*n);
  }
  return std::nullopt;
}

std::optional<double> as_real(const Value& value) {
  if (const auto* const n = std::get_if<double>(&value)) return *n;
  if (const auto* const n = std::get_if<std::int64_t>(&value)) return static_cast<double>(*n);
  if (const auto* const n = std::get_if<std::uint64_t>(&value)) return static_cast<double>(*n);
  return std::nullopt;
}

std::optional<ColumnIndex> column_named(const Projection& projection, const std::string& name) {
  const auto found = std::ranges::find(projection.columns, name, &Field::name);
  if (found == projection.columns.end()) return std::nullopt;
  return static_cast<ColumnIndex>(found - projection.columns.begin());
}

/// Sources are left behind.
void place_as(const EventBatch& from, RowIndex row, EventBatch& to) {
  RowPlace place = from.place_of(row);
  place.source.reset();
  to.place_row(place);
}

}  // namespace

std::optional<ValueCode> intern(Dictionary& values, const Value& value) {
  switch (values.physical()) {
    case Physical::text:
      if (const auto* const text = std::get_if<std::string>(&value))
        return values.intern_text(*text);
      return std::nullopt;
    case Physical::integer:
      if (const auto n = as_integer(value)) return values.intern_integer(*n);
      return std::nullopt;
    case Physical::natural:
      if (const auto* const n = std::get_if<std::uint64_t>(&value))
        return values.intern_natural(*n);
      if (const auto n = as_integer(value); n && *n >= 0)
        return values.intern_natural(static_cast<std::uint64_t>(*n));
      return std::nullopt;
    case Physical::real:
      if (const auto n = as_real(value)) return values.intern_real(*n);
      return std::nullopt;
    case Physical::boolean:
      if (const auto* const truth = std::get_if<bool>(&value)) return values.intern_boolean(*truth);
      return std::nullopt;
  }
  return std::nullopt;
}

void append_row(const EventBatch& from, const Projection& have, RowIndex row, EventBatch& to,
                const Projection& want, std::span<const ChangedValue> changes) {
  std::vector<ValueCode> codes;
  for (ColumnIndex c = 0; c < want.columns.size(); ++c) {
    Dictionary& dictionary = to.columns[c].dictionary();
    codes.clear();
    const auto changed = std::ranges::find(changes, want.columns[c].name, &ChangedValue::field);
    if (changed != changes.end()) {
      if (const auto code = intern(dictionary, changed->value)) codes.push_back(*code);
    } else if (const auto source = column_named(have, want.columns[c].name)) {
      const Column& column = from.columns[*source];
      for (const ValueCode code : column.codes(row)) {
        if (const auto here = intern(dictionary, column.dictionary().value(code)))
          codes.push_back(*here);
      }
    }
    to.columns[c].push(codes);
  }
  place_as(from, row, to);
}

RowCopier::RowCopier(const EventBatch& from, EventBatch& to)
    : from_(from), to_(to), codes_(from.columns.size()) {
  for (std::size_t c = 0; c < codes_.size(); ++c)
    codes_[c].assign(from.columns[c].dictionary().size(), no_value);
}

void RowCopier::append(RowIndex row) {
  for (std::size_t c = 0; c < codes_.size(); ++c) {
    const Column& column = from_.columns[c];
    scratch_.clear();
    for (const ValueCode code : column.codes(row)) {
      ValueCode& here = codes_[c][code];
      if (here == no_value) {
        // Of the same physical type, so it can be held.
        here = *intern(to_.columns[c].dictionary(), column.dictionary().value(code));
      }
      scratch_.push_back(here);
    }
    to_.columns[c].push(scratch_);
  }
  place_as(from_, row, to_);
}

std::vector<Value> values_of(const EventBatch& batch, ColumnIndex column, RowIndex row,
                             std::size_t values_max) {
  std::vector<Value> out;
  for (const ValueCode code : batch.columns[column].codes(row)) {
    if (out.size() == values_max) break;
    out.push_back(batch.columns[column].dictionary().value(code));
  }
  return out;
}

}  // namespace eqlab::event
