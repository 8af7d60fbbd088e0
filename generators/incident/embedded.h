#pragma once

#include <string_view>
#include <vector>

#include "generators/incident/scenario.h"

namespace eqlab::generators {

/// The TOML files built into the program whose path begins with `folder` (`generators/profiles/`).
[[nodiscard]] std::vector<NamedText> embedded_files(std::string_view folder);

}  // namespace eqlab::generators
