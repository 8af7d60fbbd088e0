#pragma once

#include <string>
#include <string_view>

namespace eqlab::report {

/// The same JSON with every character that `printable` would not show as it is written as an
/// escape: people print JSON on terminals too, and programs read the same text from it. `json` is
/// valid JSON in UTF-8. O(length).
[[nodiscard]] std::string inert_json(std::string_view json);

}  // namespace eqlab::report
