#pragma once

#include <optional>
#include <string_view>

#include "harness/base/result.h"
#include "harness/eql/condition.h"
#include "harness/eql/script.h"

namespace eqlab::eql {

/// What a date constant covers: `"2026-03-02"` is that whole day, a millisecond text that
/// millisecond (ExpressionTranslators). A number, or text of digits only that is not a year, is
/// epoch milliseconds. Nothing when it is not a date. `format` is that of the field's mapping;
/// constants are read by it alone, and cover the smallest unit that it writes.
[[nodiscard]] std::optional<TimeRange> date_constant(const Operand& constant,
                                                     std::string_view format = {});

/// Text that names a moment by the clock (`now-5m`, `2026-01-01||/d`), which a replay cannot
/// answer.
[[nodiscard]] bool is_date_math(const Operand& constant);

/// A number, or numeric text, as a value to compare a numeric field with.
[[nodiscard]] std::optional<event::Value> numeric_constant(const Operand& constant);

}  // namespace eqlab::eql
