#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/eql/condition.h"
#include "harness/match/join_keys.h"
#include "harness/match/matcher.h"

/// How far a few chosen events get through a sequence or sample, one demand after another: a filter
/// for each stage, order, join keys, maxspan, `until`. What explains a missing match, whoever asks.
namespace eqlab::explain {

using scan::CandidateIndex;

/// A candidate of the chosen ones; `event` is the asker's own number for it.
struct ChainEvent {
  CandidateIndex candidate = 0;
  std::uint32_t event = 0;
  friend bool operator==(const ChainEvent&, const ChainEvent&) = default;
};

/// One event for each stage that asks for one, in order.
using Chain = std::vector<ChainEvent>;

enum class KeyRule : std::uint8_t { ignored, common };

/// The first demand that cannot be met, each meaning that those above it can.
enum class Obstacle : std::uint8_t {
  none,
  no_chain,      ///< a stage without an event, or not one after the other
  keys_differ,   ///< in order, but join keys have other values or none
  over_maxspan,  ///< everything, but too far apart
  stopped,       ///< an `until` event lies between
};

struct Diagnosis {
  Obstacle obstacle = Obstacle::none;
  std::vector<Chain> chains = {};      ///< that meet all demands above the obstacle; nearest first
  std::vector<std::size_t> keys = {};  ///< keys_differ: places of the differing ones
  std::optional<Duration> gap = {};    ///< over_maxspan: the nearest span
  std::optional<CandidateIndex> by = {};  ///< stopped: the event
};

/// All that is referred to must outlive it. Join-key combinations beyond 64 of one event are not
/// tried: arrays beyond this come from no real agent.
class Chains {
 public:
  Chains(const eql::CheckedQuery& query, const scan::QueryBinding& binding,
         const scan::CandidateLog& log, std::optional<Duration> maxspan);

  /// May the two stand in one chain, the first before the second?
  using MayFollow = std::function<bool(const ChainEvent& earlier, const ChainEvent& later)>;

  /// `own` in order of candidates. From each event that can start, the chain that completes first,
  /// which for a fixed start is the shortest. O(own² × stages).
  [[nodiscard]] std::vector<Chain> find(const std::vector<ChainEvent>& own,
                                        const MayFollow& may_follow, KeyRule rule) const;
  [[nodiscard]] Diagnosis diagnose(const std::vector<ChainEvent>& own,
                                   const MayFollow& may_follow) const;

  [[nodiscard]] Duration span(const Chain& chain) const;
  [[nodiscard]] bool fits(const Chain& chain) const;
  /// The first `until` event with the chain's keys, from its first event on, but before its last.
  [[nodiscard]] std::optional<CandidateIndex> stopped_by(const Chain& chain) const;
  /// Places of keys that have no value common to all; none when each has one.
  [[nodiscard]] std::vector<std::size_t> differing_keys(const Chain& chain) const;
  /// The first value of key `key` at place `positive` of a chain; `missing` without one.
  [[nodiscard]] std::string key_text(CandidateIndex candidate, std::size_t positive,
                                     std::size_t key) const;

  /// Stages of the query that ask for an event, in order.
  [[nodiscard]] const std::vector<std::size_t>& positives() const { return positives_; }
  [[nodiscard]] bool satisfies(CandidateIndex candidate, std::size_t positive) const {
    return log_->satisfies(candidate, stage(positive).filter);
  }
  [[nodiscard]] const scan::QueryBinding::Stage& stage(std::size_t positive) const {
    return binding_->stages[positives_[positive]];
  }
  /// Has the event these values, or for an optional key none where null is asked?
  [[nodiscard]] bool has_keys(CandidateIndex candidate, const scan::QueryBinding::Stage& at,
                              const match::KeyTuple& keys) const;
  /// The combinations of the event's keys at a stage.
  [[nodiscard]] std::vector<match::KeyTuple> keys_of(CandidateIndex candidate,
                                                     const scan::QueryBinding::Stage& at) const;

 private:
  [[nodiscard]] std::optional<Chain> complete(const std::vector<ChainEvent>& own,
                                              const MayFollow& may_follow, const ChainEvent& start,
                                              const match::KeyTuple* keys) const;
  [[nodiscard]] bool is_sample() const { return query_->kind == eql::QueryKind::sample; }

  const eql::CheckedQuery* query_;
  const scan::QueryBinding* binding_;
  const scan::CandidateLog* log_;
  std::optional<Duration> maxspan_;
  std::vector<std::size_t> positives_;
};

}  // namespace eqlab::explain
