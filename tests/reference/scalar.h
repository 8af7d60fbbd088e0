#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "harness/base/result.h"
#include "harness/eql/ast.h"
#include "harness/event/field_type.h"
#include "harness/event/value.h"

/// Values inside a script leaf, with Java's types: what arithmetic and functions work on, one at a
/// time.
namespace eqlab::reference {

/// A date as scripts see it, nanoseconds since 1970.
struct Moment {
  std::int64_t nanoseconds = 0;
  friend auto operator<=>(const Moment&, const Moment&) = default;
};

/// Integer literals that fit are 32 bits wide; fields are never narrower than 64. Text is UTF-16,
/// because lengths and positions count its units.
using Scalar = std::variant<std::monostate, bool, std::int32_t, std::int64_t, std::uint64_t, double,
                            std::u16string, Moment>;

[[nodiscard]] inline bool is_null(const Scalar& scalar) { return scalar.index() == 0; }
[[nodiscard]] bool is_number(const Scalar& scalar);
/// True, and neither false nor null.
[[nodiscard]] inline bool is_true(const Scalar& scalar) {
  const bool* value = std::get_if<bool>(&scalar);
  return value != nullptr && *value;
}

[[nodiscard]] Scalar from_literal(const event::Value& value);
[[nodiscard]] Scalar from_field(const event::Value& value, event::FieldType type);
/// The value as a constant of a native leaf.
[[nodiscard]] event::Value to_constant(const Scalar& scalar);

/// What `string` and `concat` print. Not for null.
[[nodiscard]] std::string to_text(const Scalar& scalar);
/// A double as Java prints it: `2.0`, `1.0E10`.
[[nodiscard]] std::string java_text(double number);

/// Nothing when the two cannot be compared (also null with anything).
[[nodiscard]] std::optional<std::partial_ordering> compare(const Scalar& left, const Scalar& right);
[[nodiscard]] bool holds(eql::CompareOp op, std::partial_ordering order);
/// Three-valued.
[[nodiscard]] Scalar compare(eql::CompareOp op, const Scalar& left, const Scalar& right);

/// Checked: overflow and division of integers by zero are errors; null with anything is null.
[[nodiscard]] Result<Scalar> arithmetic(eql::ArithmeticOp op, const Scalar& left,
                                        const Scalar& right);
[[nodiscard]] Result<Scalar> negate(const Scalar& operand);

/// The error of a search that fails while it runs.
[[nodiscard]] Failure<Diagnostic> search_failure(std::string message);

}  // namespace eqlab::reference
