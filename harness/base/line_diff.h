#pragma once

#include <string>
#include <string_view>

namespace eqlab {

/// What changes between two versions of a file, as `diff -u` shows it and `patch` reads it; empty
/// when nothing does. The shortest edit, except that a changed stretch of more than some thousand
/// lines is shown as replaced whole. O(lines + min(changed², 4 million)).
[[nodiscard]] std::string unified_diff(std::string_view before, std::string_view after,
                                       std::string_view name);

}  // namespace eqlab
