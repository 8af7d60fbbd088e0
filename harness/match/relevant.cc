#include "harness/match/relevant.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>

namespace eqlab::match {
namespace {

using scan::CandidateIndex;
using scan::KeyId;

/// By value of the first join key: when the nearest event of one stage was, in the direction of the
/// walk.
class Nearest {
 public:
  void see(std::span<const KeyId> keys, EventTime time) {
    for (const KeyId key : keys) at_[key] = time;
  }
  [[nodiscard]] bool is_within(std::span<const KeyId> keys, EventTime time,
                               Duration horizon) const {
    return std::ranges::any_of(keys, [&](KeyId key) {
      const auto found = at_.find(key);
      return found != at_.end() && std::chrono::abs(time - found->second) <= horizon;
    });
  }

 private:
  boost::unordered_flat_map<KeyId, EventTime> at_;
};

/// Values of the first join key of a stage; the null key alone without one, or where it is missing.
std::span<const KeyId> first_key(const scan::CandidateLog& log, CandidateIndex candidate,
                                 const scan::QueryBinding::Stage& stage) {
  static constexpr KeyId none[] = {scan::null_key};
  if (stage.keys.empty() || !stage.keys.front()) return none;
  const auto keys = log.keys(candidate, *stage.keys.front());
  return keys.empty() ? std::span<const KeyId>(none) : keys;
}

}  // namespace

std::vector<CandidateIndex> relevant(const scan::CandidateLog& log, const eql::CheckedQuery& query,
                                     const scan::QueryBinding& binding, Duration horizon,
                                     const std::function<bool(CandidateIndex)>& must_keep) {
  const bool has_missing = std::ranges::any_of(query.stages, &eql::CheckedStage::missing);
  if (query.kind != eql::QueryKind::sequence || !query.maxspan || *query.maxspan > horizon ||
      has_missing || query.stages.size() < 2)
    return log.all();

  // Forwards: which stages of a candidate a first event can have led to. Backwards: which of them
  // can still lead to a last one.
  const std::size_t last = binding.stages.size() - 1;
  std::vector<std::uint8_t> is_reachable(log.size(), 0);
  std::vector<CandidateIndex> kept;
  Nearest first_events;
  for (CandidateIndex c = 0; c < log.dated_count(); ++c) {
    const EventTime time = log.event_time(c);
    for (std::size_t s = 1; s <= last && is_reachable[c] == 0; ++s) {
      const auto& stage = binding.stages[s];
      if (log.satisfies(c, stage.filter) &&
          first_events.is_within(first_key(log, c, stage), time, horizon))
        is_reachable[c] = 1;
    }
    if (binding.until && log.satisfies(c, binding.until->filter) &&
        first_events.is_within(first_key(log, c, *binding.until), time, horizon))
      is_reachable[c] = 2;  // ends what is under way, whatever follows
    if (log.satisfies(c, binding.stages[0].filter))
      first_events.see(first_key(log, c, binding.stages[0]), time);
  }
  Nearest last_events;
  for (auto c = static_cast<CandidateIndex>(log.size()); c-- > 0;) {
    if (c >= log.dated_count() || must_keep(c) || is_reachable[c] == 2) {
      kept.push_back(c);
    } else {
      const EventTime time = log.event_time(c);
      for (std::size_t s = 0; s <= last; ++s) {
        const auto& stage = binding.stages[s];
        if (!log.satisfies(c, stage.filter) || (s > 0 && is_reachable[c] == 0)) continue;
        if (s < last && !last_events.is_within(first_key(log, c, stage), time, horizon)) continue;
        kept.push_back(c);
        break;
      }
    }
    if (c < log.dated_count() && log.satisfies(c, binding.stages[last].filter))
      last_events.see(first_key(log, c, binding.stages[last]), log.event_time(c));
  }
  std::ranges::reverse(kept);
  return kept;
}

}  // namespace eqlab::match
