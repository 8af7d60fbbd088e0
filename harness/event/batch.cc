#include "harness/event/batch.h"

namespace eqlab::event {

ColumnIndex Projection::add(const Field& field) {
  for (ColumnIndex i = 0; i < columns.size(); ++i) {
    if (columns[i].name == field.name) return i;
  }
  columns.push_back(field);
  return static_cast<ColumnIndex>(columns.size() - 1);
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
