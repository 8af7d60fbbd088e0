#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/explain/explain.h"
#include "harness/explain/explained.h"
#include "harness/explain/sightings.h"

/// What can be asked for of events without labels: one event, the first match, the nearest misses.
namespace eqlab::explain {

/// The pass keeps the event that `name` asks for: a line of the input, from 1 over all files, or
/// the event's id.
[[nodiscard]] Wanted wanted_event(const std::string& name);

/// What that event comes to. A number is a line first, then an id. Errors: E409.
[[nodiscard]] Result<Explained> explain_event(Explainer& explainer, const Sightings& sightings,
                                              const std::string& name);

/// The first match; without one, the nearest miss.
[[nodiscard]] std::vector<Explained> explain_first(Explainer& explainer, std::uint64_t events_read);

/// Up to `count` near misses, nearest first; never none: that nothing comes near is said too.
[[nodiscard]] std::vector<Explained> explain_near_misses(Explainer& explainer, std::uint64_t count,
                                                         std::uint64_t events_read);

}  // namespace eqlab::explain
