#pragma once

#include <vector>

#include "generators/document/model.h"
#include "generators/fault/fault_options.h"

namespace eqlab::generators {

/// How long an agent holds a start back to see whether the end follows. Not published; a guess.
inline constexpr Duration merge_window = std::chrono::seconds(5);

[[nodiscard]] bool merges(const FaultOptions& options, const Host& host);

/// Puts in the place of a process's fork, execs and end, if they lie within merge_window of the
/// first, one document of the last image; likewise for a connection that was opened and closed. A
/// process that lives longer gives its start as one document and its end as another.
///
/// Looks at events before `to` and at what follows them; `events` must hold whole lives of what
/// begins before `to`. An event that is gone into another is appended to `absorbed` unchanged.
/// Events that have been merged before stay as they are. Cost: O(events log events).
void merge_events(std::vector<Event>& events, EventTime to, MergedTime merged_time,
                  std::vector<Event>& absorbed);

}  // namespace eqlab::generators
