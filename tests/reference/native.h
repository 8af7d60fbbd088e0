#pragma once

#include <compare>
#include <optional>
#include <string_view>

#include "harness/base/result.h"
#include "harness/eql/ast.h"
#include "harness/event/schema.h"
#include "harness/event/value.h"

/// What one value of a field has to do with one constant when the index answers, not a script
/// (ExpressionTranslators). Values are in the field's physical form: dates are nanoseconds, ip and
/// version text.
namespace eqlab::reference {

/// Errors: the constant cannot be read as the field's type; then the whole search fails.
[[nodiscard]] Result<bool> native_compare(const event::Field& field, const event::Value& value,
                                          eql::CompareOp op, const event::Value& constant);

/// Is the address inside the block (or equal, when the block has no mask)? IPv4 and IPv6 never mix.
[[nodiscard]] Result<bool> in_block(std::string_view address, std::string_view block);

/// Semantic versioning; texts that are no version come after all that are, in byte order.
[[nodiscard]] std::strong_ordering compare_versions(std::string_view left, std::string_view right);

}  // namespace eqlab::reference
