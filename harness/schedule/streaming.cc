#include "harness/schedule/streaming.h"

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "harness/match/elapsed.h"
#include "harness/match/join_keys.h"

// A new match contains an event that has just arrived. (An event can only take away partial
// matches, or replace them by ones that contain it; taking one away never brings an older one back,
// since what a later event would find in its place lies further back still.) All events of a match
// have one key and lie within maxspan, and a window around them finds the pairs that the whole
// history has (tests/unit/schedule/lemmas_test.cc). So it is enough to match the events of the new
// one's keys within maxspan of it; with absent stages within twice maxspan, for what may spoil a
// match lies up to maxspan outside of it.
//
// Held equal to matching everything anew in tests/unit/schedule/streaming_test.cc.
namespace eqlab::schedule {
namespace {

using match::Match;
using scan::CandidateIndex;

/// Places in lists of keys, beyond which the lists are given up: an event with long arrays in its
/// join keys has thousands of keys.
constexpr std::size_t listed_places_max = 16'000'000;

EventTime shifted(EventTime time, Duration by) {
  return on_clock<EventTime>(saturating_add(on_clock<WallTime>(time), by));
}

class Stream {
 public:
  Stream(const scan::CandidateLog& log, const match::Matcher& matcher,
         const StreamingOptions& options)
      : log_(log), matcher_(matcher), options_(options) {
    const eql::CheckedQuery& query = matcher.query();
    if (query.kind == eql::QueryKind::sequence)
      maxspan_ = options.maxspan ? options.maxspan : query.maxspan;
    for (std::size_t stage = 0; stage < query.stages.size(); ++stage) {
      if (!query.stages[stage].missing) positives_.push_back(stage);
    }
    has_missing_ = positives_.size() < query.stages.size();
    is_local_ = options.effort == StreamingEffort::local && query.limits.empty() && list_keys();
  }

  Simulation run();

 private:
  /// An event of which the surroundings are to be matched: after its arrival, or at a deadline.
  struct Spot {
    CandidateIndex event = 0;
    std::uint32_t key = 0;
    friend auto operator<=>(const Spot&, const Spot&) = default;
  };

  bool list_keys();
  [[nodiscard]] std::vector<CandidateIndex> arrivals() const;
  [[nodiscard]] WallTime arrives_at(CandidateIndex c) const {
    return searchable_at(log_, c, options_.refresh);
  }
  void arrive(CandidateIndex c);
  [[nodiscard]] bool may_take_part(CandidateIndex event,
                                   std::span<const CandidateIndex> near) const;
  [[nodiscard]] std::vector<Match> found_around(const Spot& spot) const;
  [[nodiscard]] std::vector<Match> found_now(const std::vector<CandidateIndex>& arrived,
                                             const std::set<Spot>& due) const;
  void settle(std::vector<Match> found);
  [[nodiscard]] std::vector<CandidateIndex> identity(const Match& match);
  [[nodiscard]] WallTime stands_from(const Match& match) const;

  const scan::CandidateLog& log_;
  const match::Matcher& matcher_;
  const StreamingOptions& options_;
  std::optional<Duration> maxspan_;
  std::vector<std::size_t> positives_;  ///< stages that ask for an event
  bool has_missing_ = false;
  bool is_local_ = false;

  match::KeyTable keys_;
  /// Keys of each candidate, over all stages that it satisfies: [key_ends_[c-1], key_ends_[c]).
  std::vector<std::uint32_t> keys_of_;
  std::vector<std::size_t> key_ends_;
  std::vector<std::vector<CandidateIndex>> arrived_;  ///< by key, rising
  std::vector<CandidateIndex> visible_;               ///< all that have arrived, where not local

  WallTime now_{};
  std::uint64_t instant_ = 0;
  /// What must be looked at later, because a match does not stand before.
  std::map<WallTime, std::set<Spot>> deadlines_;
  boost::unordered_flat_map<std::string_view, CandidateIndex> first_with_id_;
  boost::unordered_flat_set<std::vector<CandidateIndex>, boost::hash<std::vector<CandidateIndex>>>
      alerted_;
  Simulation out_;
};

/// False when there are too many.
bool Stream::list_keys() {
  const scan::QueryBinding& binding = matcher_.binding();
  std::vector<const scan::QueryBinding::Stage*> stages;
  for (const auto& stage : binding.stages) stages.push_back(&stage);
  if (binding.until) stages.push_back(&*binding.until);
  for (CandidateIndex c = 0; c < log_.size(); ++c) {
    const auto begin = static_cast<std::ptrdiff_t>(keys_of_.size());
    for (const auto* const stage : stages) {
      if (!log_.satisfies(c, stage->filter)) continue;
      match::for_each_key(log_, c, *stage, [&](const match::KeyTuple& key) {
        keys_of_.push_back(keys_.number(key));
      });
    }
    std::sort(keys_of_.begin() + begin, keys_of_.end());
    keys_of_.erase(std::unique(keys_of_.begin() + begin, keys_of_.end()), keys_of_.end());
    key_ends_.push_back(keys_of_.size());
    if (keys_of_.size() > listed_places_max) return false;
  }
  arrived_.resize(keys_.size());
  return true;
}

/// Those that can take part, in order of arrival.
std::vector<CandidateIndex> Stream::arrivals() const {
  std::vector<CandidateIndex> out =
      matcher_.query().kind == eql::QueryKind::sequence ? log_.dated() : log_.all();
  std::ranges::stable_sort(out, {}, [&](CandidateIndex c) { return arrives_at(c); });
  return out;
}

void insert(std::vector<CandidateIndex>& into, CandidateIndex c) {
  into.insert(std::ranges::lower_bound(into, c), c);
}

void Stream::arrive(CandidateIndex c) {
  if (is_local_ && matcher_.query().kind == eql::QueryKind::event) return;
  if (!is_local_) {
    insert(visible_, c);
    return;
  }
  for (std::size_t i = c == 0 ? 0 : key_ends_[c - 1]; i < key_ends_[c]; ++i)
    insert(arrived_[keys_of_[i]], c);
}

/// A first event with nothing after it yet, or a last one with nothing before it, completes no
/// sequence: most events that arrive in order are such.
bool Stream::may_take_part(CandidateIndex event, std::span<const CandidateIndex> near) const {
  if (matcher_.query().kind != eql::QueryKind::sequence) return true;
  const bool has_earlier = near.front() < event;
  const bool has_later = near.back() > event;
  for (const std::size_t stage : positives_) {
    if (log_.satisfies(event, matcher_.binding().stages[stage].filter) &&
        (has_earlier || stage == positives_.front()) && (has_later || stage == positives_.back())) {
      return true;
    }
  }
  return false;
}

std::vector<Match> Stream::found_around(const Spot& spot) const {
  const std::vector<CandidateIndex>& all = arrived_[spot.key];
  std::span<const CandidateIndex> near = all;
  const EventTime time = log_.event_time(spot.event);
  if (maxspan_) {
    const auto time_of = [&](CandidateIndex c) { return log_.event_time(c); };
    // A millisecond more, for absent events are looked for by milliseconds.
    const Duration reach = has_missing_ && *maxspan_ < Duration::max() / 2 - Duration{1'000'000}
                               ? 2 * *maxspan_ + Duration{1'000'000}
                               : *maxspan_;
    const auto begin = std::ranges::lower_bound(all, shifted(time, -reach), {}, time_of);
    const auto end = std::ranges::upper_bound(all, shifted(time, reach), {}, time_of);
    near = {begin, end};
  }
  if (!may_take_part(spot.event, near)) return {};
  std::vector<Match> found = matcher_.find(log_, near, {.maxspan = options_.maxspan}).matches;
  // Of another key not all events are here; too far away, not all that may spoil it.
  std::erase_if(found, [&](const Match& match) {
    if (match.keys != keys_.tuple(spot.key)) return true;
    return maxspan_ && (match::elapsed(log_.event_time(match.first()), time) > *maxspan_ ||
                        match::elapsed(time, log_.event_time(match.completing())) > *maxspan_);
  });
  return found;
}

std::vector<Match> Stream::found_now(const std::vector<CandidateIndex>& arrived,
                                     const std::set<Spot>& due) const {
  std::vector<Match> found;
  if (!is_local_) {
    found = matcher_.find(log_, visible_, {.maxspan = options_.maxspan}).matches;
  } else if (matcher_.query().kind == eql::QueryKind::event) {
    for (const CandidateIndex c : arrived) {
      if (log_.satisfies(c, matcher_.binding().stages[0].filter))
        found.push_back({.events = {c}, .keys = {}});
    }
  } else {
    std::set<Spot> spots = due;
    for (const CandidateIndex c : arrived) {
      for (std::size_t i = c == 0 ? 0 : key_ends_[c - 1]; i < key_ends_[c]; ++i)
        spots.insert({.event = c, .key = keys_of_[i]});
    }
    for (const Spot& spot : spots) {
      for (Match& match : found_around(spot)) found.push_back(std::move(match));
    }
  }
  std::ranges::sort(found, [&](const Match& a, const Match& b) {
    if (a.completing() != b.completing()) return a.completing() < b.completing();
    if (a.events != b.events) return a.events < b.events;
    return match::key_less(log_, a.keys, b.keys);
  });
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::vector<CandidateIndex> Stream::identity(const Match& match) {
  std::vector<CandidateIndex> out;
  for (const CandidateIndex event : match.events) {
    if (event == match::missing_event) continue;
    const std::string_view id = log_.event_id(event);
    out.push_back(id.empty() ? event : first_with_id_.try_emplace(id, event).first->second);
  }
  return out;
}

WallTime Stream::stands_from(const Match& match) const {
  if (!has_missing_ || !maxspan_) return WallTime::min();
  return saturating_add(on_clock<WallTime>(log_.event_time(match.first())), *maxspan_);
}

void Stream::settle(std::vector<Match> found) {
  SearchRecord record{.run = instant_,
                      .started_at = now_,
                      .window = {.from = EventTime::min(), .to = EventTime::max()}};
  for (Match& match : found) {
    std::vector<CandidateIndex> events = identity(match);
    if (alerted_.contains(events)) continue;
    if (const WallTime deadline = stands_from(match); deadline > now_) {
      std::uint32_t key = 0;
      if (is_local_) key = keys_.number(match.keys);
      deadlines_[deadline].insert({.event = match.first(), .key = key});
      continue;
    }
    alerted_.insert(std::move(events));
    const WallTime alert_time = saturating_add(now_, options_.processing);
    out_.alerts.push_back({.match = std::move(match),
                           .run = instant_,
                           .scheduled_at = now_,
                           .started_at = now_,
                           .alert_time = alert_time,
                           .intended_at = alert_time});
    ++record.alerts;
  }
  record.returned = record.alerts;
  out_.counters.returned += record.alerts;
  if (record.alerts > 0) out_.searches.push_back(record);
}

Simulation Stream::run() {
  const std::vector<CandidateIndex> order = arrivals();
  out_.refresh = options_.refresh;
  std::size_t next = 0;
  while (next < order.size() || !deadlines_.empty()) {
    now_ = next < order.size() ? arrives_at(order[next]) : WallTime::max();
    if (!deadlines_.empty()) now_ = std::min(now_, deadlines_.begin()->first);
    std::vector<CandidateIndex> arrived;
    for (; next < order.size() && arrives_at(order[next]) == now_; ++next) {
      arrive(order[next]);
      arrived.push_back(order[next]);
    }
    if (!arrived.empty()) {
      if (out_.counters.runs == 0) out_.first_run = now_;
      out_.last_run = now_;
      instant_ = out_.counters.runs++;
    }
    std::set<Spot> due;
    if (!deadlines_.empty() && deadlines_.begin()->first == now_) {
      due = std::move(deadlines_.begin()->second);
      deadlines_.erase(deadlines_.begin());
    }
    settle(found_now(arrived, due));
  }
  if (!order.empty() && (out_.searches.empty() || out_.searches.back().started_at != now_)) {
    out_.searches.push_back({.run = instant_,
                             .started_at = now_,
                             .window = {.from = EventTime::min(), .to = EventTime::max()}});
  }
  for (SearchRecord& record : out_.searches) {
    record.visible = static_cast<std::uint32_t>(
        std::ranges::upper_bound(order, record.started_at, {},
                                 [&](CandidateIndex c) { return arrives_at(c); }) -
        order.begin());
  }
  return std::move(out_);
}

}  // namespace

Simulation simulate_streaming(const scan::CandidateLog& log, const match::Matcher& matcher,
                              const StreamingOptions& options) {
  return Stream(log, matcher, options).run();
}

}  // namespace eqlab::schedule
