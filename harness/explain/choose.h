#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "harness/explain/evidence.h"

/// Which events an explanation is about: one for each stage, chosen around an anchor.
namespace eqlab::explain {

/// Events chosen together, and what keeps them from a match.
struct Proposal {
  Rows rows;
  std::uint32_t cost = 0;                    ///< all that would have to be otherwise; 0: they match
  std::uint32_t failed = 0;                  ///< events that do not satisfy their stage
  Duration over{};                           ///< by how much they exceed maxspan
  std::vector<std::uint64_t> ordinals = {};  ///< for a total order, and to tell proposals apart
  [[nodiscard]] auto rank() const { return std::tie(cost, failed, over, ordinals); }
};

/// The nearest that the row comes to a match, as an event of whatever stage.
[[nodiscard]] Rows choose_around(Evidence& evidence, RowIndex row);

/// What nearly matches, nearest first: around the near misses of the pass, the last events of the
/// sequences that got farthest, and candidates of each stage that are in no match.
[[nodiscard]] std::vector<Proposal> choose_near_misses(Evidence& evidence);

}  // namespace eqlab::explain
