#include "harness/explain/judge.h"

#include <algorithm>

#include "harness/match/elapsed.h"
#include "harness/match/sequence.h"

namespace eqlab::explain {
namespace {

using match::EndedSequence;
using match::SequenceEnd;

bool share_a_tuple(const Chains& chains, const Chain& chain) {
  const auto is_common = [&](const match::KeyTuple& keys) {
    for (std::size_t p = 1; p < chain.size(); ++p) {
      if (!chains.has_keys(chain[p].candidate, chains.stage(p), keys)) return false;
    }
    return true;
  };
  return std::ranges::any_of(chains.keys_of(chain[0].candidate, chains.stage(0)), is_common);
}

/// The event of the missing stage: at that time, with the sequence's keys.
std::optional<CandidateIndex> spoiler_of(const Evidence& evidence, const EndedSequence& ended) {
  const scan::CandidateLog& log = evidence.log;
  const scan::QueryBinding::Stage& at = evidence.in.binding.stages[ended.stage];
  const std::span<const CandidateIndex> dated = evidence.dated();
  const auto begin = std::ranges::lower_bound(dated, ended.spoiler, {},
                                              [&](CandidateIndex c) { return log.event_time(c); });
  for (auto it = begin; it != dated.end(); ++it) {
    if (match::elapsed(ended.spoiler, log.event_time(*it)) > std::chrono::milliseconds{1}) break;
    if (log.satisfies(*it, at.filter) && evidence.chains.has_keys(*it, at, ended.keys)) return *it;
  }
  return std::nullopt;
}

/// Did the sequence begin with events of the chain, and with no other?
bool is_begun_by(const Chain& chain, const EndedSequence& ended) {
  return ended.events.size() <= chain.size() &&
         std::ranges::equal(ended.events, std::span(chain).first(ended.events.size()), {}, {},
                            &ChainEvent::candidate);
}

void read_ending(const Evidence& evidence, const EndedSequence& ended, Judgement& out) {
  out.positive = ended.events.size() - 1;
  out.by = ended.by == match::missing_event ? std::nullopt : std::optional(ended.by);
  switch (ended.how) {
    case SequenceEnd::replaced:
      out.reason = Reason::replaced;
      return;
    case SequenceEnd::stopped:
      out.reason = Reason::stopped;
      return;
    case SequenceEnd::dropped:
      out.reason = Reason::dropped;
      return;
    case SequenceEnd::spoiled:
      out.reason = Reason::spoiled;
      out.spoiled_stage = ended.stage;
      out.by = spoiler_of(evidence, ended);
      return;
    case SequenceEnd::too_late:
    case SequenceEnd::unfinished:
      return;
  }
}

/// Asks the machine how the sequence ended that began with these events and got farthest.
Judgement ending_of(const Evidence& evidence, const Chain& chain) {
  Judgement out{.reason = Reason::paired_elsewhere};
  std::size_t deepest = 0;
  const match::SequenceWatch look = [&](const EndedSequence& ended) {
    if (ended.events.size() <= deepest || !is_begun_by(chain, ended)) return;
    deepest = ended.events.size();
    read_ending(evidence, ended, out);
  };
  (void)match::find_sequences(evidence.in.query, evidence.in.binding, evidence.log,
                              evidence.searched, {}, &look);
  if (out.reason != Reason::paired_elsewhere) return out;
  for (const ChainEvent& event : chain) {
    const match::Match* const other = evidence.match_of(event.candidate);
    if (other == nullptr) continue;
    out.by = event.candidate == chain.front().candidate ? other->completing() : other->first();
    break;
  }
  return out;
}

}  // namespace

std::vector<std::size_t> differing_keys(Evidence& evidence, const Rows& chosen) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < evidence.key_count(); ++i) {
    std::optional<KeySet> common;
    for (std::size_t p = 0; p < chosen.size(); ++p) {
      if (!chosen[p]) continue;
      const KeySet here = evidence.keys(*chosen[p], p, i);
      common = common ? common_to(*common, here) : here;
    }
    if (common && common->empty()) out.push_back(i);
  }
  return out;
}

std::optional<std::size_t> misplaced(const Evidence& evidence, const Rows& chosen) {
  if (!evidence.is_sequence()) return std::nullopt;
  std::optional<RowIndex> last;
  for (std::size_t p = 0; p < chosen.size(); ++p) {
    if (!chosen[p]) continue;
    if (last && !evidence.is_before(*last, *chosen[p])) return p;
    last = chosen[p];
  }
  return std::nullopt;
}

Duration span_of(const Evidence& evidence, const Rows& chosen) {
  std::optional<EventTime> first;
  EventTime last{};
  for (const auto& row : chosen) {
    if (!row) continue;
    last = evidence.time(*row);
    if (!first) first = last;
  }
  return first ? match::elapsed(*first, last) : Duration::zero();
}

Duration over_maxspan(const Evidence& evidence, const Rows& chosen) {
  if (!evidence.is_sequence() || !evidence.in.query.maxspan) return Duration::zero();
  return std::max(Duration::zero(), span_of(evidence, chosen) - *evidence.in.query.maxspan);
}

Judgement judge(Evidence& evidence, const Rows& chosen) {
  for (std::size_t p = 0; p < chosen.size(); ++p) {
    if (!chosen[p] || !evidence.satisfies(*chosen[p], p))
      return {.reason = Reason::stage_unmatched, .positive = p};
  }
  if (const match::Match* const found = evidence.match_with(chosen))
    return {.reason = evidence.is_kept(*found) ? Reason::matched : Reason::cut_by_pipe};
  if (evidence.is_sequence()) {
    for (std::size_t p = 0; p < chosen.size(); ++p) {
      if (!evidence.is_dated(*chosen[p])) return {.reason = Reason::undated, .positive = p};
    }
    if (const auto place = misplaced(evidence, chosen))
      return {.reason = Reason::out_of_order, .positive = *place};
  }
  const Chains& chains = evidence.chains;
  std::vector<std::size_t> keys = differing_keys(evidence, chosen);
  Chain chain;
  for (const auto& row : chosen) chain.push_back({.candidate = *evidence.candidate_of(*row)});
  if (keys.empty() && !share_a_tuple(chains, chain)) {
    for (std::size_t i = 0; i < evidence.key_count(); ++i) keys.push_back(i);
  }
  if (!keys.empty()) return {.reason = Reason::keys_differ, .keys = std::move(keys)};
  if (!evidence.is_sequence()) return {.reason = Reason::paired_elsewhere};
  if (!chains.fits(chain)) return {.reason = Reason::over_maxspan, .span = chains.span(chain)};
  if (const auto by = chains.stopped_by(chain)) return {.reason = Reason::stopped, .by = by};
  return ending_of(evidence, chain);
}

}  // namespace eqlab::explain
