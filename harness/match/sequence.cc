// The single pass of SequenceMatcher: one slot for each positive stage and key, stages from last to
// first so that an event never extends what it has just begun. Missing events are judged
// afterwards. Held equal to a stage-by-stage finder in tests/exhaustive.
#include "harness/match/sequence.h"

#include <algorithm>
#include <deque>
#include <limits>

#include "harness/match/elapsed.h"
#include "harness/match/join_keys.h"

namespace eqlab::match {
namespace {

using scan::CandidateLog;
using scan::QueryBinding;

/// A sequence part-way: its events, one for each positive stage so far.
using Partial = std::vector<CandidateIndex>;

struct Completed {
  Partial events;
  std::uint32_t key = 0;
};

class Machine {
 public:
  Machine(const eql::CheckedQuery& query, const QueryBinding& binding, const CandidateLog& log,
          const MatchOptions& options, const SequenceWatch* watch)
      : binding_(binding),
        log_(log),
        watch_(watch),
        maxspan_(options.maxspan ? options.maxspan : query.maxspan),
        pending_max_(options.pending_max),
        matches_max_(options.matches_max) {
    for (std::size_t i = 0; i < query.stages.size(); ++i) {
      if (!query.stages[i].missing) positive_.push_back(&binding.stages[i]);
    }
    slots_.resize(positive_.size());
  }

  void advance(CandidateIndex candidate) {
    for (std::size_t stage = positive_.size(); stage-- > 0;) {
      if (!log_.satisfies(candidate, positive_[stage]->filter)) continue;
      const bool whole = for_each_key(log_, candidate, *positive_[stage], [&](const KeyTuple& key) {
        step(candidate, stage, keys_.number(key));
      });
      cut_keys += whole ? 0 : 1;
    }
    if (binding_.until && log_.satisfies(candidate, binding_.until->filter)) {
      const bool whole = for_each_key(log_, candidate, *binding_.until, [&](const KeyTuple& key) {
        const std::uint32_t number = keys_.number(key);
        for (std::size_t stage = 0; stage < slots_.size(); ++stage)
          tell(take(stage, number), number, SequenceEnd::stopped, candidate);
      });
      cut_keys += whole ? 0 : 1;
    }
  }

  /// Tells of those that are still in progress.
  void end() {
    if (watch_ == nullptr) return;
    for (const auto& slot : slots_) {
      for (std::uint32_t key = 0; key < slot.size(); ++key)
        tell(slot[key], key, SequenceEnd::unfinished, missing_event);
    }
  }

  [[nodiscard]] const KeyTable& keys() const { return keys_; }
  KeyTable& keys() { return keys_; }
  std::vector<Completed> completed;
  std::uint64_t dropped = 0;
  std::uint64_t dropped_matches = 0;
  std::uint64_t cut_keys = 0;

 private:
  void step(CandidateIndex candidate, std::size_t stage, std::uint32_t key) {
    Partial events;
    if (stage > 0) {
      events = take(stage - 1, key);
      if (events.empty()) return;
      // Too late: the partial sequence is lost all the same.
      if (is_too_late(events[0], candidate)) {
        tell(events, key, SequenceEnd::too_late, candidate);
        return;
      }
    }
    events.push_back(candidate);
    if (stage + 1 == positive_.size()) {
      if (completed.size() < matches_max_)
        completed.push_back({std::move(events), key});
      else
        ++dropped_matches;
    } else {
      put(stage, key, std::move(events));
    }
  }

  void tell(const Partial& events, std::uint32_t key, SequenceEnd how, CandidateIndex by) const {
    if (watch_ == nullptr || events.empty()) return;
    (*watch_)({.events = events, .keys = keys_.tuple(key), .how = how, .by = by});
  }

  [[nodiscard]] bool is_too_late(CandidateIndex start, CandidateIndex now) const {
    return maxspan_ && elapsed(log_.event_time(start), log_.event_time(now)) > *maxspan_;
  }

  Partial take(std::size_t stage, std::uint32_t key) {
    if (key >= slots_[stage].size() || slots_[stage][key].empty()) return {};
    --pending_;
    Partial events;
    events.swap(slots_[stage][key]);
    return events;
  }

  void put(std::size_t stage, std::uint32_t key, Partial events) {
    if (key >= slots_[stage].size()) slots_[stage].resize(keys_.size());
    if (slots_[stage][key].empty()) ++pending_;
    tell(slots_[stage][key], key, SequenceEnd::replaced, events.back());
    if (stage == 0) starts_.emplace_back(events[0], key);
    const CandidateIndex now = events.back();
    slots_[stage][key] = std::move(events);
    while (pending_ > pending_max_) drop_oldest(now);
    // Starts that have gone long since must not pile up.
    if (starts_.size() > 2 * pending_max_ + 1024) forget_gone_starts();
  }

  [[nodiscard]] bool is_pending(CandidateIndex start, std::uint32_t key) const {
    return std::ranges::any_of(slots_, [&](const auto& slot) {
      return key < slot.size() && !slot[key].empty() && slot[key][0] == start;
    });
  }

  /// What could not be finished any more is no loss.
  void drop_oldest(CandidateIndex now) {
    const auto [start, key] = starts_.front();
    starts_.pop_front();
    const bool is_loss = !is_too_late(start, now);
    for (std::size_t stage = 0; stage < slots_.size(); ++stage) {
      if (key < slots_[stage].size() && !slots_[stage][key].empty() &&
          slots_[stage][key][0] == start) {
        tell(take(stage, key), key, SequenceEnd::dropped, missing_event);
        dropped += is_loss ? 1 : 0;
      }
    }
  }

  void forget_gone_starts() {
    std::erase_if(starts_,
                  [&](const auto& entry) { return !is_pending(entry.first, entry.second); });
  }

  const QueryBinding& binding_;
  const CandidateLog& log_;
  const SequenceWatch* watch_;
  std::optional<Duration> maxspan_;
  std::size_t pending_max_;
  std::size_t matches_max_;
  std::vector<const QueryBinding::Stage*> positive_;
  KeyTable keys_;
  std::vector<std::vector<Partial>> slots_;  // by stage, then key; an empty one is no partial
  std::size_t pending_ = 0;
  std::deque<std::pair<CandidateIndex, std::uint32_t>> starts_;
};

/// Missing events are looked for by milliseconds, also where the timestamp field has nanoseconds
/// (TumblingWindow).
EventTime in_milliseconds(EventTime time) {
  constexpr std::int64_t millisecond = 1'000'000;
  const std::int64_t count = time.time_since_epoch().count();
  return EventTime{Duration{count - ((count % millisecond) + millisecond) % millisecond}};
}

/// The events that would spoil a `![…]` stage, by key, in order of time.
class Spoilers {
 public:
  Spoilers(const CandidateLog& log, std::span<const CandidateIndex> visible,
           const QueryBinding::Stage& stage, KeyTable& keys) {
    for (const CandidateIndex candidate : visible) {
      if (!log.satisfies(candidate, stage.filter)) continue;
      for_each_key(log, candidate, stage, [&](const KeyTuple& key) {
        const std::uint32_t number = keys.number(key);
        if (number >= times_.size()) times_.resize(keys.size());
        times_[number].push_back(in_milliseconds(log.event_time(candidate)));
      });
    }
  }

  /// Strictly after, and strictly before.
  [[nodiscard]] std::optional<EventTime> first_after(std::uint32_t key, EventTime time) const {
    if (key >= times_.size()) return std::nullopt;
    const auto found = std::ranges::upper_bound(times_[key], time);
    if (found == times_[key].end()) return std::nullopt;
    return *found;
  }
  [[nodiscard]] std::optional<EventTime> last_before(std::uint32_t key, EventTime time) const {
    if (key >= times_.size()) return std::nullopt;
    const auto found = std::ranges::lower_bound(times_[key], time);
    if (found == times_[key].begin()) return std::nullopt;
    return *std::prev(found);
  }

 private:
  std::vector<std::vector<EventTime>> times_;
};

/// Where the missing stages of a query lie among its positive ones.
struct MissingStages {
  struct Middle {
    std::size_t before = 0;  ///< number of positive stages before it, at least 1
    std::size_t spoilers = 0;
  };
  std::vector<Spoilers> spoilers;
  std::vector<std::size_t> stages;  ///< of the query, as `spoilers`
  std::vector<std::size_t> leading;
  std::vector<Middle> middle;
  std::vector<std::size_t> trailing;
};

MissingStages collect_missing(const eql::CheckedQuery& query, const QueryBinding& binding,
                              const CandidateLog& log, std::span<const CandidateIndex> visible,
                              std::size_t positives, KeyTable& keys) {
  MissingStages out;
  std::size_t before = 0;
  for (std::size_t i = 0; i < query.stages.size(); ++i) {
    if (!query.stages[i].missing) {
      ++before;
      continue;
    }
    const std::size_t index = out.spoilers.size();
    out.spoilers.emplace_back(log, visible, binding.stages[i], keys);
    out.stages.push_back(i);
    if (before == 0) {
      out.leading.push_back(index);
    } else if (before == positives) {
      out.trailing.push_back(index);
    } else {
      out.middle.push_back({before, index});
    }
  }
  return out;
}

/// The event that makes a sequence no match: a place in MissingStages::spoilers, and its time.
struct Spoiled {
  std::size_t spoilers = 0;
  EventTime time{};
};

/// As in TumblingWindow.
std::optional<Spoiled> spoiled_by(const Completed& match, const MissingStages& missing,
                                  const CandidateLog& log, Duration maxspan) {
  const auto time_of = [&](CandidateIndex event) { return in_milliseconds(log.event_time(event)); };
  const EventTime first = time_of(match.events.front());
  const EventTime last = time_of(match.events.back());
  for (const MissingStages::Middle& middle : missing.middle) {
    const EventTime after = time_of(match.events[middle.before - 1]);
    const EventTime until = time_of(match.events[middle.before]);
    const auto found = missing.spoilers[middle.spoilers].first_after(match.key, after);
    if (found && *found < until) return Spoiled{middle.spoilers, *found};
  }
  std::optional<Spoiled> leading;
  for (const std::size_t stage : missing.leading) {
    const auto time = missing.spoilers[stage].last_before(match.key, first);
    if (time && (!leading || *time > leading->time)) leading = Spoiled{stage, *time};
  }
  std::optional<Spoiled> trailing;
  for (const std::size_t stage : missing.trailing) {
    const auto time = missing.spoilers[stage].first_after(match.key, last);
    if (time && (!trailing || *time < trailing->time)) trailing = Spoiled{stage, *time};
  }
  const auto near = [&](EventTime from, EventTime to) { return elapsed(from, to) <= maxspan; };
  if (!missing.leading.empty() && !missing.trailing.empty()) {
    // One open side is enough.
    if (leading && trailing && near(leading->time, trailing->time)) return leading;
    return std::nullopt;
  }
  if (leading && near(leading->time, last)) return leading;
  if (trailing && near(first, trailing->time)) return trailing;
  return std::nullopt;
}

}  // namespace

Matches find_sequences(const eql::CheckedQuery& query, const QueryBinding& binding,
                       const CandidateLog& log, std::span<const CandidateIndex> visible,
                       const MatchOptions& options, const SequenceWatch* watch) {
  // Undated events cannot be placed in a sequence; they are at the end.
  const auto dated = visible.first(static_cast<std::size_t>(
      std::ranges::lower_bound(visible, static_cast<CandidateIndex>(log.dated_count())) -
      visible.begin()));
  Machine machine(query, binding, log, options, watch);
  for (const CandidateIndex candidate : dated) machine.advance(candidate);
  machine.end();

  const bool has_missing = std::ranges::any_of(query.stages, &eql::CheckedStage::missing);
  if (has_missing) {
    const auto positives = static_cast<std::size_t>(
        std::ranges::count(query.stages, false, &eql::CheckedStage::missing));
    const MissingStages missing =
        collect_missing(query, binding, log, dated, positives, machine.keys());
    const Duration maxspan =
        options.maxspan ? *options.maxspan : query.maxspan.value_or(Duration::max());
    std::erase_if(machine.completed, [&](const Completed& match) {
      const auto spoiled = spoiled_by(match, missing, log, maxspan);
      if (spoiled && watch != nullptr) {
        (*watch)({.events = match.events,
                  .keys = machine.keys().tuple(match.key),
                  .how = SequenceEnd::spoiled,
                  .stage = missing.stages[spoiled->spoilers],
                  .spoiler = spoiled->time});
      }
      return spoiled.has_value();
    });
  }

  const KeyTable& keys = machine.keys();
  std::ranges::stable_sort(machine.completed, [&](const Completed& a, const Completed& b) {
    if (a.events.back() != b.events.back()) return a.events.back() < b.events.back();
    return key_less(log, keys.tuple(a.key), keys.tuple(b.key));
  });
  Matches out;
  out.dropped_pending = machine.dropped;
  out.dropped_matches = machine.dropped_matches;
  out.cut_keys = machine.cut_keys;
  out.matches.reserve(machine.completed.size());
  for (Completed& completed : machine.completed) {
    Match match{.events = {}, .keys = keys.tuple(completed.key)};
    if (!has_missing) {
      match.events = std::move(completed.events);
    } else {
      std::size_t next = 0;
      for (const eql::CheckedStage& stage : query.stages)
        match.events.push_back(stage.missing ? missing_event : completed.events[next++]);
    }
    out.matches.push_back(std::move(match));
  }
  return out;
}

}  // namespace eqlab::match
