#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "harness/base/limits.h"
#include "harness/eql/condition.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"

namespace eqlab::match {

using scan::CandidateIndex;
/// Stands for the event of a `![…]` stage.
inline constexpr CandidateIndex missing_event = 0xFFFF'FFFFU;

/// One result: an event, a sequence or a sample.
struct Match {
  std::vector<CandidateIndex>
      events;  ///< in order of stages, `missing_event` where the stage asks for none
  std::vector<scan::KeyId> keys;  ///< join keys in written order; empty without `by`
  friend bool operator==(const Match&, const Match&) = default;

  /// The event that completed it: the last one that is not a placeholder.
  [[nodiscard]] CandidateIndex completing() const;
  [[nodiscard]] CandidateIndex first() const;
};

enum class ResultPosition : std::uint8_t { head, tail };

struct MatchOptions {
  /// Elasticsearch's `size`: how many results are kept, before the query's own pipes (Limit).
  /// Nothing: all.
  std::optional<std::uint64_t> size = std::nullopt;
  ResultPosition result_position = ResultPosition::tail;
  std::uint64_t max_samples_per_key = 1;
  /// Instead of the query's own maxspan; for sweeps.
  std::optional<Duration> maxspan = std::nullopt;
  /// Sequences in progress at once; the oldest start is dropped first.
  std::size_t pending_max = limits::pending_matches_max;
  /// Sequences found; more are counted, not kept.
  std::size_t matches_max = limits::matches_max;
};

struct Matches {
  std::vector<Match> matches;  ///< ascending by completing event; samples by key
  // What limits cut off; 0 in any sane use. Where one is not, results may be missing.
  std::uint64_t dropped_pending = 0;  ///< unfinished sequences beyond MatchOptions::pending_max
  std::uint64_t dropped_matches = 0;  ///< results beyond MatchOptions::matches_max
  std::uint64_t cut_keys =
      0;  ///< times that an event had more than limits::key_combinations_max keys
};

/// Runs one query over candidates: the exact sequence state machine of SequenceMatcher, missing
/// events, samples, limits. Holds references: `query` and `binding` must outlive it. Thread-safe:
/// yes, `find` keeps its state on the stack.
class Matcher {
 public:
  Matcher(const eql::CheckedQuery& query, const scan::QueryBinding& binding)
      : query_(&query), binding_(&binding) {}
  explicit Matcher(const scan::BoundQuery& bound) : Matcher(bound.query, bound.binding) {}

  /// `visible`: strictly increasing places in `log` (a subset is what one run of a rule can see).
  /// Candidates that satisfy none of this query's filters are passed over. O(visible × stages).
  [[nodiscard]] Matches find(const scan::CandidateLog& log, std::span<const CandidateIndex> visible,
                             const MatchOptions& options) const;

  [[nodiscard]] const eql::CheckedQuery& query() const { return *query_; }
  [[nodiscard]] const scan::QueryBinding& binding() const { return *binding_; }

 private:
  const eql::CheckedQuery* query_;
  const scan::QueryBinding* binding_;
};

}  // namespace eqlab::match
