#pragma once

#include <string_view>

namespace eqlab::gate {

/// Does the path, with `/` between its parts, match the pattern? `*` and `?` stay within one part,
/// `**` stands for any number of whole parts; all else is literal, case counts. A pattern that ends
/// in `/` means everything below that folder. O(pattern × path), whatever the pattern.
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view path);

/// Could a file somewhere below the folder match?
[[nodiscard]] bool may_match_below(std::string_view pattern, std::string_view folder);

}  // namespace eqlab::gate
