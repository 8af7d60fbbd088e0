#pragma once

#include <string>
#include <string_view>

#include "harness/base/result.h"
#include "harness/rule/rule.h"

namespace eqlab::rule {

/// The bytes of the rule's file with `query` (lines ended by "\n") in place of its own, all other
/// bytes as they were. A bare query is replaced whole and keeps its byte order mark.
///
/// In TOML the string keeps its form where that can hold the query: text of several lines goes
/// between `'''`, which needs no escapes, or, where that cannot be, between `"""` with escapes. New
/// lines end as the file's first line does. The result reads back to `query` and to the same other
/// keys; that is checked.
///
/// Errors: E303 the query's string was not found again in the file, or does not read back; rules of
/// JSON.
[[nodiscard]] Result<std::string> with_query(const Rule& rule, std::string_view query);

}  // namespace eqlab::rule
