#pragma once

#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace eqlab::eql {

/// A pattern of java.util.regex in RE2's syntax, for matches of a whole text: every character,
/// class and case is spelled out, so that nothing depends on where the two dialects differ. Errors:
/// E218 spanning `span`, for what Java rejects and for what RE2 cannot do.
[[nodiscard]] Result<std::string> translate_java_regex(std::string_view pattern, bool fold_case,
                                                       Span span);

}  // namespace eqlab::eql
