#include "harness/explain/evidence.h"

#include <algorithm>

#include "harness/explain/one_row.h"

namespace eqlab::explain {
namespace {

using match::Match;

constexpr std::size_t matches_looked_at_max = 4096;  // of those that follow an event's first

eql::CheckedQuery without_pipes(eql::CheckedQuery query) {
  query.limits.clear();
  return query;
}

}  // namespace

KeySet common_to(const KeySet& a, const KeySet& b) {
  KeySet out;
  for (const std::uint64_t value : a) {
    if (std::ranges::find(b, value) != b.end()) out.push_back(value);
  }
  return out;
}

Evidence::Evidence(const ExplainInputs& given)
    : in(given),
      log(given.sightings.log()),
      rows(given.sightings.rows()),
      chains(given.query, given.binding, log, given.query.maxspan),
      searched(given.query.kind == eql::QueryKind::sequence ? log.dated() : log.all()),
      matches(find(without_pipes(given.query))) {
  for (const Match& match : find(given.query).matches) kept_events_.insert(match.events);
  for (std::size_t i = 0; i < matches.matches.size(); ++i) {
    for (const CandidateIndex event : matches.matches[i].events) {
      if (event != match::missing_event) match_of_.try_emplace(event, i);
    }
  }
}

match::Matches Evidence::find(const eql::CheckedQuery& query) const {
  return match::Matcher(query, in.binding).find(log, searched, {});
}

bool Evidence::satisfies(RowIndex row, std::size_t positive) const {
  const auto candidate = candidate_of(row);
  return candidate && chains.satisfies(*candidate, positive);
}

std::uint32_t Evidence::distance(RowIndex row, std::size_t positive) {
  const auto [known, is_new] =
      distances_.try_emplace(std::pair(row, chains.stage(positive).filter), 0);
  if (is_new) known->second = measure(row, positive);
  return known->second;
}

std::uint32_t Evidence::measure(RowIndex row, std::size_t positive) const {
  OneRow one(in.plan, in.plan.projection(), rows, row);
  const scan::FilterIndex filter = chains.stage(positive).filter;
  return one.satisfies(filter) ? 0 : std::max(1U, one.distance(filter, in.watch.weights()));
}

EventTime Evidence::time(RowIndex row) const {
  const auto candidate = candidate_of(row);
  return candidate ? log.event_time(*candidate) : rows.event_time[row];
}

bool Evidence::is_before(RowIndex a, RowIndex b) const {
  const auto x = candidate_of(a);
  const auto y = candidate_of(b);
  if (x && y) return *x < *y;
  return std::pair(time(a), rows.ordinal[a]) < std::pair(time(b), rows.ordinal[b]);
}

std::uint64_t Evidence::number_of(const event::Value& value) {
  if (const auto known = log.key_of(value)) return *known;
  constexpr std::uint64_t beyond_those_of_the_log = std::uint64_t{1} << 32;
  return other_values_
      .try_emplace(event::to_text(value), beyond_those_of_the_log + other_values_.size())
      .first->second;
}

KeySet Evidence::keys(RowIndex row, std::size_t positive, std::size_t key) {
  const scan::QueryBinding::Stage& at = chains.stage(positive);
  KeySet out;
  if (at.keys[key]) {
    const event::ColumnIndex column = in.plan.key_columns()[*at.keys[key]];
    for (const event::Value& value : event::values_of(rows, column, row, key_values_max))
      out.push_back(number_of(value));
  }
  if (out.empty() && at.optional_keys[key]) out.push_back(scan::null_key);
  return out;
}

KeySet Evidence::keys_of(CandidateIndex candidate, std::size_t positive, std::size_t key) const {
  const scan::QueryBinding::Stage& at = chains.stage(positive);
  KeySet out;
  if (at.keys[key]) {
    for (const scan::KeyId id : log.keys(candidate, *at.keys[key])) {
      if (out.size() == key_values_max) break;
      out.push_back(id);
    }
  }
  if (out.empty() && at.optional_keys[key]) out.push_back(scan::null_key);
  return out;
}

bool Evidence::has_key(RowIndex row, std::size_t positive, std::size_t key,
                       const event::Value& value) {
  const KeySet here = keys(row, positive, key);
  return std::ranges::find(here, number_of(value)) != here.end();
}

const Match* Evidence::match_of(CandidateIndex candidate) const {
  const auto known = match_of_.find(candidate);
  return known == match_of_.end() ? nullptr : &matches.matches[known->second];
}

const Match* Evidence::match_with(const Rows& chosen) const {
  std::vector<CandidateIndex> events;
  for (const auto& row : chosen) {
    const auto candidate = row ? candidate_of(*row) : std::nullopt;
    if (!candidate) return nullptr;
    events.push_back(*candidate);
  }
  const auto first = match_of_.find(events.front());
  if (first == match_of_.end()) return nullptr;
  // An event may be in several matches: they follow one another by completing event.
  const std::size_t end = std::min(matches.matches.size(), first->second + matches_looked_at_max);
  for (std::size_t i = first->second; i < end; ++i) {
    const Match& match = matches.matches[i];
    const bool has_all = std::ranges::all_of(events, [&](CandidateIndex event) {
      return std::ranges::find(match.events, event) != match.events.end();
    });
    if (has_all) return &match;
  }
  return nullptr;
}

}  // namespace eqlab::explain
