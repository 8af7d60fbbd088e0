#pragma once

#include <span>
#include <string_view>

#include "tests/reference/scalar.h"

namespace eqlab::reference {

/// The function `name` (in lower case, without `~`) over one value per argument, as scripts and
/// constant folding compute it. `cidrMatch` and `wildcard` are no script functions and live in the
/// interpreter. Null: an argument that may not be null gives null. Source: EQL function reference.
[[nodiscard]] Result<Scalar> call_function(std::string_view name, bool fold_case,
                                           std::span<const Scalar> arguments);

}  // namespace eqlab::reference
