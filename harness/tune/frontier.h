#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "harness/tune/outcome.h"

namespace eqlab::tune {

/// The places of `figures` that no other beats: none catches as much with fewer false alarms, or
/// more with as few. By rising false alarms and recall; of equal ones the first. O(n log n).
[[nodiscard]] std::vector<std::size_t> pareto_front(std::span<const Figures> figures);

}  // namespace eqlab::tune
