// Tested in tests/unit/event/batch_builder_test.cc.
#include "harness/event/batch_builder.h"

#include <algorithm>
#include <span>

#include "harness/base/text.h"

namespace eqlab::event {
namespace {

std::string spelling(const Scalar& scalar) {
  switch (scalar.kind) {
    case Scalar::Kind::null:
      return "null";
    case Scalar::Kind::boolean:
      return scalar.boolean ? "true" : "false";
    case Scalar::Kind::integer:
      return format("{}", scalar.integer);
    case Scalar::Kind::natural:
      return format("{}", scalar.natural);
    case Scalar::Kind::real:
      return shortest(scalar.real);
    case Scalar::Kind::text:
    case Scalar::Kind::number_text:
      break;
  }
  return std::string(scalar.text);
}

std::optional<std::int64_t> time_of(const Scalar& scalar, const DateFormat& dates) {
  switch (scalar.kind) {
    case Scalar::Kind::text:
    case Scalar::Kind::number_text:
      return dates.parse(scalar.text);
    case Scalar::Kind::integer:
      return dates.parse(scalar.integer);
    case Scalar::Kind::real:
      return dates.parse(scalar.real);
    case Scalar::Kind::null:
    case Scalar::Kind::boolean:
    case Scalar::Kind::natural:
      break;
  }
  return std::nullopt;
}

}  // namespace

BatchBuilder::BatchBuilder(const Projection& projection)
    : timestamp_format_(projection.field_of(projection.timestamp_field).date_format),
      ingest_format_(projection.field_of(projection.ingest_field).date_format),
      codes_(projection.columns.size()),
      has_(projection.columns.size() + 3) {
  for (const Field& field : projection.columns) columns_.emplace_back(field);
}

void BatchBuilder::begin_row(EventBatch& batch) {
  batch_ = &batch;
  for (std::vector<ValueCode>& codes : codes_) codes.clear();
  std::ranges::fill(has_, std::uint8_t{0});
  event_time_.reset();
  ingest_time_.reset();
  id_.clear();
  unread_time_.clear();
  ill_typed_ = 0;
  cut_values_ = 0;
}

void BatchBuilder::store_object(Target target) {
  if (target < columns_.size() && !columns_[target].is_opaque()) ++ill_typed_;
}

void BatchBuilder::store_place(Target target, const Scalar& value) {
  if (value.kind == Scalar::Kind::null || has(target)) return;
  has_[target] = 1;
  if (target == id()) {
    id_ = spelling(value);
  } else if (target == ingest()) {
    if (const auto time = time_of(value, ingest_format_))
      ingest_time_ = IngestTime(Duration{*time});
  } else if (const auto time = time_of(value, timestamp_format_)) {
    event_time_ = EventTime(Duration{*time});
  } else {
    unread_time_ = spelling(value);
  }
}

void BatchBuilder::end_row(const RowPlace& place) {
  for (std::size_t i = 0; i < codes_.size(); ++i) {
    const std::vector<ValueCode>& codes = codes_[i];
    if (codes.size() == 1) {
      batch_->columns[i].push(codes[0]);
    } else {
      batch_->columns[i].push(std::span<const ValueCode>(codes));
    }
  }
  batch_->place_row(place);
}

}  // namespace eqlab::event
