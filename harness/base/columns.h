#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text in columns of a terminal. Widths are counted in characters (code points), not bytes.
namespace eqlab {

[[nodiscard]] std::size_t width(std::string_view text);
/// Cut to `columns` characters, the last one `…` when something was left out.
[[nodiscard]] std::string cut(std::string_view text, std::size_t columns);

}  // namespace eqlab
