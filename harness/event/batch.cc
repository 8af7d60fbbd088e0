#include "harness/event/batch.h"

namespace eqlab::event {

ColumnIndex Projection::add(const Field& field) {
  const auto [known, is_new] =
      by_name.try_emplace(field.name, static_cast<ColumnIndex>(columns.size()));
  if (is_new) columns.push_back(field);
  return known->second;
}

Field Projection::field_of(const std::string& name) const {
  const auto known = by_name.find(name);
  return known == by_name.end() ? Field{.name = name, .source = name} : columns[known->second];
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

void EventBatch::place_row(const RowPlace& place) {
  const EventTime time = place.event_time.value_or(EventTime{});
  event_time.push_back(time);
  has_event_time.push_back(place.event_time ? 1 : 0);
  ingest_time.push_back(place.ingest_time.value_or(on_clock<IngestTime>(time)));
  line.push_back(place.line);
  ordinal.push_back(place.ordinal);
  ids.push(place.id);
  if (place.source) sources.push(*place.source);
}

RowPlace EventBatch::place_of(RowIndex row) const {
  RowPlace place{.ingest_time = ingest_time[row], .line = line[row], .ordinal = ordinal[row]};
  if (has_event_time[row] != 0) place.event_time = event_time[row];
  if (ids.size() > 0) place.id = ids[row];
  if (sources.size() > 0) place.source = sources[row];
  return place;
}

}  // namespace eqlab::event
