#pragma once

#include <span>

#include "harness/match/matcher.h"

namespace eqlab::match {

/// All sequences among `visible`, ordered by completing event, then by key; no limits applied.
[[nodiscard]] Matches find_sequences(const eql::CheckedQuery& query,
                                     const scan::QueryBinding& binding,
                                     const scan::CandidateLog& log,
                                     std::span<const CandidateIndex> visible,
                                     const MatchOptions& options);

/// All samples, in order of key (eql spec 9); at most `options.size` of them.
[[nodiscard]] Matches find_samples(const eql::CheckedQuery& query,
                                   const scan::QueryBinding& binding, const scan::CandidateLog& log,
                                   std::span<const CandidateIndex> visible,
                                   const MatchOptions& options);

}  // namespace eqlab::match
