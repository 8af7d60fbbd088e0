// A chain is one chosen event per stage, in order, as the sequence would take them. The questions
// are: is there a chain at all; one with common keys; one within maxspan; one that nothing stops.
// The first "no" is the obstacle. Tested by way of its two askers, tests/unit/score/miss_test.cc
// and tests/unit/explain/explain_test.cc.
#include "harness/explain/chain.h"

#include <algorithm>

#include "harness/match/elapsed.h"

namespace eqlab::explain {
namespace {

constexpr std::size_t combinations_max = 64;

}  // namespace

Chains::Chains(const eql::CheckedQuery& query, const scan::QueryBinding& binding,
               const scan::CandidateLog& log, std::optional<Duration> maxspan)
    : query_(&query), binding_(&binding), log_(&log), maxspan_(maxspan) {
  for (std::size_t j = 0; j < query.stages.size(); ++j) {
    if (!query.stages[j].missing) positives_.push_back(j);
  }
}

std::vector<match::KeyTuple> Chains::keys_of(CandidateIndex candidate,
                                             const scan::QueryBinding::Stage& at) const {
  std::vector<match::KeyTuple> out = {{}};
  for (std::size_t i = 0; i < at.keys.size(); ++i) {
    const auto values =
        at.keys[i] ? log_->keys(candidate, *at.keys[i]) : std::span<const scan::KeyId>();
    std::vector<match::KeyTuple> longer;
    for (const match::KeyTuple& keys : out) {
      const auto extend = [&](scan::KeyId key) {
        if (longer.size() >= combinations_max) return;
        longer.push_back(keys);
        longer.back().push_back(key);
      };
      for (const scan::KeyId key : values) extend(key);
      if (values.empty() && at.optional_keys[i]) extend(scan::null_key);
    }
    out = std::move(longer);
  }
  return out;
}

bool Chains::has_keys(CandidateIndex candidate, const scan::QueryBinding::Stage& at,
                      const match::KeyTuple& keys) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto values =
        at.keys[i] ? log_->keys(candidate, *at.keys[i]) : std::span<const scan::KeyId>();
    const bool fits_key = keys[i] == scan::null_key
                              ? values.empty() && at.optional_keys[i]
                              : std::ranges::find(values, keys[i]) != values.end();
    if (!fits_key) return false;
  }
  return true;
}

Duration Chains::span(const Chain& chain) const {
  return match::elapsed(log_->event_time(chain.front().candidate),
                        log_->event_time(chain.back().candidate));
}

bool Chains::fits(const Chain& chain) const {
  return is_sample() || !maxspan_ || span(chain) <= *maxspan_;
}

std::optional<Chain> Chains::complete(const std::vector<ChainEvent>& own,
                                      const MayFollow& may_follow, const ChainEvent& start,
                                      const match::KeyTuple* keys) const {
  Chain chain = {start};
  for (std::size_t j = 1; j < positives_.size(); ++j) {
    const auto from = is_sample() ? own.begin()
                                  : std::ranges::upper_bound(own, chain.back().candidate, {},
                                                             &ChainEvent::candidate);
    const auto next = std::find_if(from, own.end(), [&](const ChainEvent& event) {
      const auto same = [&](const ChainEvent& taken) { return taken.candidate == event.candidate; };
      return satisfies(event.candidate, j) && !std::ranges::any_of(chain, same) &&
             may_follow(start, event) &&
             (keys == nullptr || has_keys(event.candidate, stage(j), *keys));
    });
    if (next == own.end()) return std::nullopt;
    chain.push_back(*next);
  }
  return chain;
}

std::vector<Chain> Chains::find(const std::vector<ChainEvent>& own, const MayFollow& may_follow,
                                KeyRule rule) const {
  std::vector<Chain> out;
  for (const ChainEvent& start : own) {
    if (!satisfies(start.candidate, 0)) continue;
    if (rule == KeyRule::ignored) {
      if (auto chain = complete(own, may_follow, start, nullptr)) out.push_back(std::move(*chain));
      continue;
    }
    for (const match::KeyTuple& keys : keys_of(start.candidate, stage(0))) {
      if (auto chain = complete(own, may_follow, start, &keys)) out.push_back(std::move(*chain));
    }
  }
  return out;
}

std::optional<CandidateIndex> Chains::stopped_by(const Chain& chain) const {
  if (!binding_->until) return std::nullopt;
  std::vector<match::KeyTuple> keys = keys_of(chain.front().candidate, stage(0));
  // Of an array only the values that the later events share keep the chain together.
  std::erase_if(keys, [&](const match::KeyTuple& own) {
    for (std::size_t j = 1; j < chain.size(); ++j) {
      if (!has_keys(chain[j].candidate, stage(j), own)) return true;
    }
    return false;
  });
  for (CandidateIndex c = chain.front().candidate; c < chain.back().candidate; ++c) {
    if (!log_->satisfies(c, binding_->until->filter)) continue;
    const auto stops = [&](const match::KeyTuple& own) {
      return has_keys(c, *binding_->until, own);
    };
    if (std::ranges::any_of(keys, stops)) return c;
  }
  return std::nullopt;
}

std::vector<std::size_t> Chains::differing_keys(const Chain& chain) const {
  std::vector<std::size_t> differing;
  for (std::size_t i = 0; i < stage(0).keys.size(); ++i) {
    const auto values_at = [&](std::size_t j) {
      std::vector<scan::KeyId> out;
      const scan::QueryBinding::Stage only{
          .filter = 0, .keys = {stage(j).keys[i]}, .optional_keys = {stage(j).optional_keys[i]}};
      for (const match::KeyTuple& keys : keys_of(chain[j].candidate, only)) out.push_back(keys[0]);
      return out;
    };
    std::vector<scan::KeyId> common = values_at(0);
    for (std::size_t j = 1; j < chain.size(); ++j) {
      const std::vector<scan::KeyId> here = values_at(j);
      std::erase_if(common, [&](scan::KeyId key) { return std::ranges::count(here, key) == 0; });
    }
    if (common.empty()) differing.push_back(i);
  }
  return differing;
}

std::string Chains::key_text(CandidateIndex candidate, std::size_t positive,
                             std::size_t key) const {
  const auto slot = stage(positive).keys[key];
  const auto keys = slot ? log_->keys(candidate, *slot) : std::span<const scan::KeyId>();
  return keys.empty() ? "missing" : event::to_text(log_->key_value(keys[0]));
}

Diagnosis Chains::diagnose(const std::vector<ChainEvent>& own, const MayFollow& may_follow) const {
  std::vector<Chain> in_order = find(own, may_follow, KeyRule::ignored);
  if (in_order.empty()) return {.obstacle = Obstacle::no_chain};

  std::vector<Chain> found = find(own, may_follow, KeyRule::common);
  if (found.empty()) {
    // The chain with the fewest differing keys speaks for all.
    const Chain* best = nullptr;
    std::vector<std::size_t> keys;
    for (const Chain& chain : in_order) {
      std::vector<std::size_t> differing = differing_keys(chain);
      if (best != nullptr && differing.size() >= keys.size()) continue;
      best = &chain;
      keys = std::move(differing);
    }
    // Several values each: every key has a common one, only not all of them at once.
    if (keys.empty()) {
      for (std::size_t i = 0; i < stage(0).keys.size(); ++i) keys.push_back(i);
    }
    return {.obstacle = Obstacle::keys_differ, .chains = {*best}, .keys = std::move(keys)};
  }
  const Chain nearest =
      *std::ranges::min_element(found, {}, [&](const Chain& chain) { return span(chain); });
  if (!fits(nearest))
    return {.obstacle = Obstacle::over_maxspan, .chains = {nearest}, .gap = span(nearest)};
  std::erase_if(found, [&](const Chain& chain) { return !fits(chain); });
  const Chain first = found.front();
  std::erase_if(found, [&](const Chain& chain) { return stopped_by(chain).has_value(); });
  if (found.empty())
    return {.obstacle = Obstacle::stopped, .chains = {first}, .by = stopped_by(first)};
  return {.obstacle = Obstacle::none, .chains = std::move(found)};
}

}  // namespace eqlab::explain
