#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "harness/explain/chain.h"
#include "harness/explain/explain.h"
#include "harness/match/matcher.h"

/// What an explanation stands on: the events that were kept of the pass, and what matches. Those
/// who choose, judge, word and mend all ask it.
namespace eqlab::explain {

using event::RowIndex;
/// The events that an explanation is about, by stage that asks for one; nothing where there is
/// none.
using Rows = std::vector<std::optional<RowIndex>>;

/// Values of one join key, as numbers; in no order, of one event at most `key_values_max`.
using KeySet = std::vector<std::uint64_t>;
inline constexpr std::size_t key_values_max = 64;
[[nodiscard]] KeySet common_to(const KeySet& a, const KeySet& b);

/// Rows are those of Sightings::rows, places (`positive`) those of Chains::positives.
class Evidence {
 public:
  explicit Evidence(const ExplainInputs& given);

  const ExplainInputs in;
  const scan::CandidateLog& log;
  const event::EventBatch& rows;
  const Chains chains;
  const std::vector<CandidateIndex> searched;  ///< a sequence passes over those without a time
  const match::Matches matches;                ///< over all events, before the query's pipes

  [[nodiscard]] bool is_sequence() const { return in.query.kind == eql::QueryKind::sequence; }
  [[nodiscard]] std::size_t positive_count() const { return chains.positives().size(); }
  [[nodiscard]] std::size_t key_count() const { return chains.stage(0).keys.size(); }
  [[nodiscard]] const event::Field& key_field(std::size_t positive, std::size_t key) const {
    return in.query.stages[chains.positives()[positive]].keys[key].field;
  }
  /// The candidates with a time, in order.
  [[nodiscard]] std::span<const CandidateIndex> dated() const {
    return std::span(searched).first(log.dated_count());
  }

  [[nodiscard]] std::optional<CandidateIndex> candidate_of(RowIndex row) const {
    return in.sightings.candidate_of(row);
  }
  [[nodiscard]] RowIndex row_of(CandidateIndex candidate) const {
    return in.sightings.row_of(candidate);
  }
  [[nodiscard]] bool satisfies(RowIndex row, std::size_t positive) const;
  /// As Scanner::distance; remembered.
  [[nodiscard]] std::uint32_t distance(RowIndex row, std::size_t positive);
  [[nodiscard]] bool is_dated(RowIndex row) const { return rows.has_event_time[row] != 0; }
  [[nodiscard]] EventTime time(RowIndex row) const;
  /// As the search orders them.
  [[nodiscard]] bool is_before(RowIndex a, RowIndex b) const;

  [[nodiscard]] KeySet keys(RowIndex row, std::size_t positive, std::size_t key);
  [[nodiscard]] KeySet keys_of(CandidateIndex candidate, std::size_t positive,
                               std::size_t key) const;
  [[nodiscard]] bool has_key(RowIndex row, std::size_t positive, std::size_t key,
                             const event::Value& value);

  /// The first match that the event is in.
  [[nodiscard]] const match::Match* match_of(CandidateIndex candidate) const;
  /// The match that has all of these events, if there is one.
  [[nodiscard]] const match::Match* match_with(const Rows& chosen) const;
  /// Do the query's own pipes leave the match in?
  [[nodiscard]] bool is_kept(const match::Match& match) const {
    return kept_events_.contains(match.events);
  }

 private:
  [[nodiscard]] match::Matches find(const eql::CheckedQuery& query) const;
  [[nodiscard]] std::uint32_t measure(RowIndex row, std::size_t positive) const;
  [[nodiscard]] std::uint64_t number_of(const event::Value& value);

  /// Of key values that no candidate has; beyond those of the log.
  boost::unordered_flat_map<std::string, std::uint64_t> other_values_;
  std::map<std::pair<RowIndex, scan::FilterIndex>, std::uint32_t> distances_;
  std::set<std::vector<CandidateIndex>> kept_events_;
  boost::unordered_flat_map<CandidateIndex, std::size_t> match_of_;
};

}  // namespace eqlab::explain
