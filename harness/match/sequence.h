#pragma once

#include <functional>
#include <span>

#include "harness/match/join_keys.h"
#include "harness/match/matcher.h"

namespace eqlab::match {

/// How a sequence in progress came to its end, where that was not a match.
enum class SequenceEnd : std::uint8_t {
  unfinished,  ///< the events ran out
  replaced,    ///< a newer one reached the same stage
  too_late,    ///< the next event came after maxspan
  stopped,     ///< by an `until` event
  dropped,     ///< by limits::pending_matches_max
  spoiled,     ///< complete, but an event came that must not
};
struct EndedSequence {
  std::span<const CandidateIndex> events;  ///< of positive stages, in order; for the call alone
  const KeyTuple& keys;
  SequenceEnd how = SequenceEnd::unfinished;
  /// replaced, too_late, stopped: the event that did it.
  CandidateIndex by = missing_event;
  /// spoiled: the stage, and when its event came (cut to milliseconds).
  std::size_t stage = 0;
  EventTime spoiler{};
};
/// Told of every sequence that ends without a match, in the order in which they end.
using SequenceWatch = std::function<void(const EndedSequence&)>;

/// All sequences among `visible`, ordered by completing event, then by key; no limits applied.
[[nodiscard]] Matches find_sequences(const eql::CheckedQuery& query,
                                     const scan::QueryBinding& binding,
                                     const scan::CandidateLog& log,
                                     std::span<const CandidateIndex> visible,
                                     const MatchOptions& options,
                                     const SequenceWatch* watch = nullptr);

/// All samples, in order of key (SampleIterator); at most `options.size` of them.
[[nodiscard]] Matches find_samples(const eql::CheckedQuery& query,
                                   const scan::QueryBinding& binding, const scan::CandidateLog& log,
                                   std::span<const CandidateIndex> visible,
                                   const MatchOptions& options);

}  // namespace eqlab::match
