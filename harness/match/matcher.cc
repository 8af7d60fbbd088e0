#include "harness/match/matcher.h"

#include <algorithm>

#include "harness/match/sequence.h"

namespace eqlab::match {
namespace {

void apply(const eql::Limit& limit, std::vector<Match>& matches) {
  if (matches.size() <= limit.count) return;
  const auto kept = static_cast<std::ptrdiff_t>(limit.count);
  if (limit.side == eql::Limit::Side::head) {
    matches.erase(matches.begin() + kept, matches.end());
  } else {
    matches.erase(matches.begin(), matches.end() - kept);
  }
}

Matches find_events(const scan::QueryBinding& binding, const scan::CandidateLog& log,
                    std::span<const CandidateIndex> visible) {
  Matches out;
  for (const CandidateIndex candidate : visible) {
    if (log.satisfies(candidate, binding.stages[0].filter))
      out.matches.push_back({.events = {candidate}, .keys = {}});
  }
  return out;
}

}  // namespace

CandidateIndex Match::completing() const {
  CandidateIndex last = events[0];
  for (const CandidateIndex event : events) {
    if (event != missing_event) last = event;
  }
  return last;
}

CandidateIndex Match::first() const {
  return *std::ranges::find_if(events, [](CandidateIndex event) { return event != missing_event; });
}

Matches Matcher::find(const scan::CandidateLog& log, std::span<const CandidateIndex> visible,
                      const MatchOptions& options) const {
  Matches out;
  switch (query_->kind) {
    case eql::QueryKind::event:
      out = find_events(*binding_, log, visible);
      break;
    case eql::QueryKind::sequence:
      out = find_sequences(*query_, *binding_, log, visible, options);
      break;
    case eql::QueryKind::sample:
      return find_samples(*query_, *binding_, log, visible, options);
  }
  // `size` acts like a pipe before the first one, of its kind (Limit).
  if (options.size) {
    const auto side = !query_->limits.empty()                           ? query_->limits[0].side
                      : options.result_position == ResultPosition::head ? eql::Limit::Side::head
                                                                        : eql::Limit::Side::tail;
    apply({side, *options.size}, out.matches);
  }
  for (const eql::Limit& limit : query_->limits) apply(limit, out.matches);
  return out;
}

}  // namespace eqlab::match
