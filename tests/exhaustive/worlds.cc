#include "tests/exhaustive/worlds.h"

namespace eqlab::exhaustive {

event::Schema schema_of(const std::vector<std::pair<std::string, event::FieldType>>& fields) {
  std::vector<event::Field> made;
  for (const auto& [name, type] : fields) {
    event::Field field;
    field.name = name;
    field.source = name;
    field.type = type;
    made.push_back(field);
  }
  return event::Schema::of(std::move(made));
}

std::vector<reference::Row> all_rows(
    const std::vector<std::pair<std::string, std::vector<std::vector<event::Value>>>>& choices) {
  std::vector<reference::Row> rows(1);
  for (const auto& [name, lists] : choices) {
    std::vector<reference::Row> longer;
    for (const reference::Row& row : rows) {
      for (const std::vector<event::Value>& values : lists) {
        longer.push_back(row);
        if (!values.empty()) longer.back()[name] = values;
      }
    }
    rows = std::move(longer);
  }
  std::int64_t time = 0;
  for (reference::Row& row : rows) row["@timestamp"] = {event::Value(time += 1'000'000'000)};
  return rows;
}

}  // namespace eqlab::exhaustive
