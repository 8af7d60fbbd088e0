#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/event/schema.h"
#include "tests/reference/interpreter.h"

namespace eqlab::exhaustive {

[[nodiscard]] event::Schema schema_of(
    const std::vector<std::pair<std::string, event::FieldType>>& fields);

/// Every combination of the given value lists, one list per field; rows are dated in order, a
/// second apart.
[[nodiscard]] std::vector<reference::Row> all_rows(
    const std::vector<std::pair<std::string, std::vector<std::vector<event::Value>>>>& choices);

}  // namespace eqlab::exhaustive
