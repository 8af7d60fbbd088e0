#include "harness/event/io/read_plan.h"

namespace eqlab::event {

ReadPlan::ReadPlan(const Projection& projection, std::size_t document_bytes_max, bool keep_sources)
    : projection_(projection),
      document_bytes_max_(document_bytes_max),
      keep_sources_(keep_sources) {
  const BatchBuilder targets(projection);
  for (ColumnIndex i = 0; i < projection.columns.size(); ++i) add(projection.columns[i], i);
  add(projection.field_of(projection.timestamp_field), targets.timestamp());
  add(projection.field_of(projection.ingest_field), targets.ingest());
  add(projection.field_of(projection.id_field), targets.id());
  paths_.finish();
  field_names_.finish();
}

void ReadPlan::add(const Field& field, BatchBuilder::Target target) {
  const std::string& source = field.source.empty() ? field.name : field.source;
  paths_.add(source, target);
  field_names_.add(source, target);
  if (source != field.name) field_names_.add(field.name, target);
}

std::span<const BatchBuilder::Target> ReadPlan::targets_of(std::string_view path) const {
  const PathTrie::Node node = paths_.step(PathTrie::root, path, hash_key(path));
  if (node == PathTrie::none) return {};
  return paths_.targets(node);
}

}  // namespace eqlab::event
