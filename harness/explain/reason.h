#pragma once

#include <cstdint>
#include <string_view>

/// Why something did not match or raised no alert: the vocabulary of `explain` and of a scorecard's
/// misses. The names are part of stored results.
namespace eqlab::explain {

/// Roughly in the order in which the demands are made; each says that those above it are met.
enum class Reason : std::uint8_t {
  matched,
  nothing_near,      ///< no event comes near the query
  no_connection,     ///< the query wants a network event, and there was no connection (in time)
  stage_unmatched,   ///< a stage has no event that satisfies it
  document_missing,  ///< for each stage without an event, its document was lost or merged away
  undated,           ///< an event without a time, which no sequence can use
  out_of_order,      ///< each stage has an event, but not one after the other
  keys_differ,       ///< in order, but join keys have other values or none
  over_maxspan,      ///< everything, but too far apart
  stopped,           ///< an `until` event lies between; of a miss, or one that must not happen
  spoiled,           ///< an event came that must not
  replaced,          ///< a newer event reached the same stage and took the place
  dropped,           ///< too many sequences in progress
  // From here on it matches on complete data.
  runs_disturbed,       ///< no search saw all of it; on an undisturbed grid of runs one would have
  too_late,             ///< … nor then; had its events arrived at once, one would have
  look_back_too_short,  ///< … nor then: it fits no window that it can be sure of
  suppressed,           ///< seen, but its match was added to the count of another alert
  cut_by_cap,           ///< seen, but newer matches filled max_signals
  paired_elsewhere,     ///< its events went into other matches
  cut_by_pipe,          ///< it matches, and the query's own pipe leaves it out
  unexplained,          ///< none of these: a fault of the matcher or of the labels
};
inline constexpr std::size_t reason_count = 21;
[[nodiscard]] std::string_view to_string(Reason reason);

}  // namespace eqlab::explain
