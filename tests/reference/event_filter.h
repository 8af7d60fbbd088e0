#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "harness/event/schema.h"
#include "tests/reference/interpreter.h"

/// Kibana's filters and exception items over one event, straight from their JSON: the plain twin
/// that harness/rule is held against. Shares no code with it. Slow on purpose.
namespace eqlab::reference {

/// Does the event pass every enabled filter of `filters`? Stops the program on what it does not
/// know: a test asks for nothing else.
[[nodiscard]] bool passes_filters(const nlohmann::json& filters, const event::Schema& schema,
                                  const Row& row);

/// Is the event removed by some item of `items` at time `as_of` (nothing: none has expired)?
/// Elements of nested objects are flat in a Row, so two of them can make one entry true.
[[nodiscard]] bool is_excepted(const nlohmann::json& items, const event::Schema& schema,
                               const Row& row, std::optional<std::int64_t> as_of = std::nullopt);

}  // namespace eqlab::reference
