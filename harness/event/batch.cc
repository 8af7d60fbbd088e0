#include "harness/event/batch.h"

namespace eqlab::event {

ColumnIndex Projection::add(const Field& field) {
  const auto [known, is_new] =
      by_name.try_emplace(field.name, static_cast<ColumnIndex>(columns.size()));
  if (is_new) columns.push_back(field);
  return known->second;
}

EventBatch::EventBatch(const Projection& projection) {
  columns.reserve(projection.columns.size());
  for (const Field& field : projection.columns) columns.emplace_back(physical_of(field.type));
}

void EventBatch::clear() {
  for (Column& column : columns) column.clear();
  event_time.clear();
  has_event_time.clear();
  ingest_time.clear();
  line.clear();
  ordinal.clear();
  ids.clear();
  sources.clear();
}

}  // namespace eqlab::event
