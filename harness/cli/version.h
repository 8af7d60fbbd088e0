#pragma once

#include <string_view>

namespace eqlab::cli {
/// Set by the build from the project's version.
inline constexpr std::string_view version = EQLAB_VERSION;
}  // namespace eqlab::cli
