#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "harness/explain/evidence.h"
#include "harness/explain/reason.h"

/// What stands between chosen events and a match.
namespace eqlab::explain {

/// Keys that have no value common to all chosen events.
[[nodiscard]] std::vector<std::size_t> differing_keys(Evidence& evidence, const Rows& chosen);
/// The first place whose event comes before that of an earlier place.
[[nodiscard]] std::optional<std::size_t> misplaced(const Evidence& evidence, const Rows& chosen);
/// From the first chosen event to the last.
[[nodiscard]] Duration span_of(const Evidence& evidence, const Rows& chosen);
/// By how much the span exceeds maxspan; zero where it does not, or there is none.
[[nodiscard]] Duration over_maxspan(const Evidence& evidence, const Rows& chosen);

struct Judgement {
  Reason reason = Reason::matched;
  std::size_t positive = 0;  ///< the stage that it is about: its place in Chains::positives
  std::vector<std::size_t> keys = {};     ///< keys_differ: which
  Duration span{};                        ///< over_maxspan: how long
  std::optional<CandidateIndex> by = {};  ///< the event that came between
  std::size_t spoiled_stage = 0;          ///< spoiled: the stage that must not happen
};

/// The first demand that they do not meet, in the order in which Chains asks; where they meet all,
/// how the sequence ended that they began.
[[nodiscard]] Judgement judge(Evidence& evidence, const Rows& chosen);

}  // namespace eqlab::explain
