#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>

namespace eqlab::event {

/// One field value outside a column: a join key, a constant, an operand of a script leaf.
/// null, boolean, signed, unsigned and floating number, text. Dates are text in ISO 8601 or
/// nanoseconds, as the holder says.
using Value = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string>;

[[nodiscard]] inline bool is_null(const Value& value) { return value.index() == 0; }
/// Text as Elasticsearch prints it: `5`, `2.0`, `true`, the string itself, `null`.
[[nodiscard]] std::string to_text(const Value& value);

}  // namespace eqlab::event
