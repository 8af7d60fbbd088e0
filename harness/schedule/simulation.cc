#include "harness/schedule/simulation.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <string_view>
#include <utility>

// A run is: for each window, oldest first, the candidates that lie in it and are searchable; the
// matches among them, cut to the newest max_signals; of these the ones not written before become
// alerts. The cap comes before the comparison with earlier alerts, so what is known already still
// takes a place.
//
// Held by tests/unit/schedule: the worked runs of the spec, the closed forms by Monte Carlo, and
// equality of the two efforts over random timelines.
namespace eqlab::schedule {
namespace {

using scan::CandidateIndex;

/// Places in `CandidateLog`, one past `last`.
struct Slice {
  CandidateIndex begin = 0;
  CandidateIndex end = 0;
};

Slice slice(const scan::CandidateLog& log, const SearchWindow& window) {
  // Candidates are in order of event time up to dated_count, so the window is a range of places.
  const auto first_where = [&](auto predicate) {
    CandidateIndex low = 0;
    auto high = static_cast<CandidateIndex>(log.dated_count());
    while (low < high) {
      const CandidateIndex middle = low + (high - low) / 2;
      if (predicate(log.event_time(middle))) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  };
  return {.begin = first_where([&](EventTime time) { return time >= window.from; }),
          .end = first_where([&](EventTime time) { return time > window.to; })};
}

/// A number per event id, so that identities are short lists of numbers: the first candidate asked
/// about that has it. Documents without an id are each their own; two documents with the same id
/// are one event. With addresses these decide instead: the same ones make the same alert ids.
class EventNumbers {
 public:
  EventNumbers(const scan::CandidateLog& log, const std::optional<Addresses>& addresses)
      : log_(log), addresses_(addresses) {}
  /// Placeholders of absent events are no part of an alert's identity.
  [[nodiscard]] std::vector<CandidateIndex> identity(const match::Match& match) {
    std::vector<CandidateIndex> out;
    for (const CandidateIndex event : match.events) {
      if (event == match::missing_event) continue;
      if (addresses_) {
        const DocumentAddress at = addresses_->of(log_, event);
        out.push_back(first_at_.try_emplace({at.id, at.index}, event).first->second);
        continue;
      }
      const std::string_view id = log_.event_id(event);
      out.push_back(id.empty() ? event : first_with_id_.try_emplace(id, event).first->second);
    }
    return out;
  }

 private:
  const scan::CandidateLog& log_;
  const std::optional<Addresses>& addresses_;
  boost::unordered_flat_map<std::pair<std::string, std::string>, CandidateIndex> first_at_;
  boost::unordered_flat_map<std::string_view, CandidateIndex> first_with_id_;
};

/// What one search returns; depends on nothing but the visible candidates.
struct Answer {
  std::vector<match::Match> returned;
  std::vector<match::Match> cut;
  std::uint64_t dropped_pending = 0;
};

class Engine {
 public:
  Engine(const scan::CandidateLog& log, const match::Matcher& matcher,
         const rule::Schedule& schedule, const SimulationOptions& options)
      : log_(log),
        matcher_(matcher),
        schedule_(schedule),
        options_(options),
        numbers_(log, options.addresses) {
    if (options.suppression) suppressor_.emplace(*options.suppression, log, schedule.max_signals);
  }

  Simulation run();

 private:
  [[nodiscard]] std::vector<CandidateIndex> visible(const SearchWindow& window,
                                                    WallTime searched_at) const;
  [[nodiscard]] Answer answer(const std::vector<CandidateIndex>& visible) const;
  /// Searches one window; true when the cap was reached.
  bool search(const RunClock::Run& run, const SearchWindow& window);
  bool write(const match::Match& match, const RunClock::Run& run);
  /// The same for all of a search, of which suppression makes fewer alerts; how many.
  std::uint32_t write_suppressed(const RunClock::Run& run, const SearchWindow& window);
  void lose_to_cap(const match::Match& match, std::uint64_t run);
  [[nodiscard]] WallTime next_interesting(WallTime now) const;
  bool skip_idle(RunClock& clock, WallTime until);
  void run_once(const RunClock::Run& run);

  const scan::CandidateLog& log_;
  const match::Matcher& matcher_;
  const rule::Schedule& schedule_;
  const SimulationOptions& options_;
  EventNumbers numbers_;
  Simulation out_;
  std::optional<WallTime> previous_;  ///< start of the last run that did not throw
  /// Looked up only, never walked: the order of the results does not depend on it.
  boost::unordered_flat_map<std::vector<CandidateIndex>, std::size_t> alert_of_;
  boost::unordered_flat_map<std::vector<CandidateIndex>, std::size_t> capped_;
  std::optional<Suppressor> suppressor_;
  boost::unordered_flat_map<std::vector<CandidateIndex>, std::size_t> suppressed_;
  std::vector<CandidateIndex> last_visible_;
  Answer last_answer_;
};

std::vector<CandidateIndex> Engine::visible(const SearchWindow& window,
                                            WallTime searched_at) const {
  std::vector<CandidateIndex> out;
  const Slice places = slice(log_, window);
  for (CandidateIndex c = places.begin; c < places.end; ++c) {
    if (searchable_at(log_, c, options_.refresh) <= searched_at) out.push_back(c);
  }
  return out;
}

Answer Engine::answer(const std::vector<CandidateIndex>& visible) const {
  Answer out;
  match::Matches capped =
      matcher_.find(log_, visible, {.size = schedule_.max_signals, .maxspan = options_.maxspan});
  out.dropped_pending = capped.dropped_pending;
  out.returned = std::move(capped.matches);
  if (out.returned.size() >= schedule_.max_signals) {
    // Only the engine's reader wants to know what the cap left out; the engine itself never does.
    const match::Matches all = matcher_.find(log_, visible, {.maxspan = options_.maxspan});
    std::vector<std::vector<CandidateIndex>> kept;
    for (const match::Match& match : out.returned) kept.push_back(match.events);
    std::ranges::sort(kept);
    for (const match::Match& match : all.matches) {
      if (!std::ranges::binary_search(kept, match.events)) out.cut.push_back(match);
    }
  }
  return out;
}

bool Engine::write(const match::Match& match, const RunClock::Run& run) {
  const auto [entry, is_new] = alert_of_.try_emplace(numbers_.identity(match), out_.alerts.size());
  if (!is_new) {
    ++out_.alerts[entry->second].sightings;
    ++out_.counters.duplicates;
    return false;
  }
  out_.alerts.push_back({.match = match,
                         .run = run.index,
                         .started_at = run.started_at,
                         .alert_time = saturating_add(run.started_at, options_.run_duration)});
  return true;
}

std::uint32_t Engine::write_suppressed(const RunClock::Run& run, const SearchWindow& window) {
  const WallTime alert_time = saturating_add(run.started_at, options_.run_duration);
  std::vector<const match::Match*> fresh;
  std::vector<std::vector<CandidateIndex>> identities;
  boost::unordered_flat_set<std::vector<CandidateIndex>> in_this_search;
  for (const match::Match& match : last_answer_.returned) {
    std::vector<CandidateIndex> identity = numbers_.identity(match);
    const auto known = alert_of_.find(identity);
    const bool is_known = known != alert_of_.end();
    if (is_known) ++out_.alerts[known->second].sightings;
    if (is_known || !in_this_search.insert(identity).second) {
      ++out_.counters.duplicates;
      continue;
    }
    fresh.push_back(&match);
    identities.push_back(std::move(identity));
  }
  const std::vector<Suppressor::Decision> decisions =
      suppressor_->decide(fresh, {.run = run.index,
                                  .window_from = window.from,
                                  .alert_time = alert_time,
                                  .next_alert = out_.alerts.size()});
  std::uint32_t alerts = 0;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const Suppressor::Decision& decision = decisions[i];
    switch (decision.fate) {
      case Suppressor::Fate::alert:
        ++alerts;
        alert_of_.emplace(identities[i], out_.alerts.size());
        out_.alerts.push_back({.match = *fresh[i],
                               .run = run.index,
                               .started_at = run.started_at,
                               .alert_time = alert_time,
                               .blocks_cut = decision.blocks_cut});
        break;
      case Suppressor::Fate::counted:
        ++out_.counters.duplicates;
        break;
      case Suppressor::Fate::suppressed: {
        ++out_.counters.suppressed;
        const auto [known, is_new] = suppressed_.try_emplace(identities[i], out_.suppressed.size());
        if (is_new) {
          out_.suppressed.push_back(
              {.match = *fresh[i], .run = run.index, .alert = decision.alert});
        } else {
          ++out_.suppressed[known->second].times;
        }
        break;
      }
      case Suppressor::Fate::cut:
        ++out_.counters.without_room;
        lose_to_cap(*fresh[i], run.index);
        break;
    }
  }
  return alerts;
}

void Engine::lose_to_cap(const match::Match& match, std::uint64_t run) {
  if (capped_.try_emplace(numbers_.identity(match), out_.lost_to_cap.size()).second)
    out_.lost_to_cap.push_back({.match = match, .run = run});
}

bool Engine::search(const RunClock::Run& run, const SearchWindow& window) {
  std::vector<CandidateIndex> seen =
      visible(window, saturating_add(run.started_at, options_.search_delay));
  if (seen.empty()) return false;
  if (options_.effort == Effort::every || seen != last_visible_) {
    last_answer_ = answer(seen);
    last_visible_ = std::move(seen);
  }
  SearchRecord record{.run = run.index,
                      .started_at = run.started_at,
                      .window = window,
                      .visible = static_cast<std::uint32_t>(last_visible_.size()),
                      .returned = static_cast<std::uint32_t>(last_answer_.returned.size()),
                      .cut = static_cast<std::uint32_t>(last_answer_.cut.size()),
                      .at_cap = last_answer_.returned.size() >= schedule_.max_signals};
  if (suppressor_) {
    record.alerts = write_suppressed(run, window);
  } else {
    for (const match::Match& match : last_answer_.returned)
      record.alerts += write(match, run) ? 1U : 0U;
  }
  for (const match::Match& match : last_answer_.cut) lose_to_cap(match, run.index);
  out_.counters.returned += record.returned;
  out_.counters.cut += record.cut;
  out_.counters.dropped_pending =
      std::max(out_.counters.dropped_pending, last_answer_.dropped_pending);
  out_.searches.push_back(record);
  return record.at_cap;
}

/// The earliest run time at which any window of a run can hold a candidate, given that none before
/// `now` does.
WallTime Engine::next_interesting(WallTime now) const {
  const WallTime reach =
      saturating_add(now, -schedule_.look_back - catch_up_windows_max * schedule_.interval);
  const Slice rest = slice(log_, {.from = on_clock<EventTime>(reach), .to = EventTime::max()});
  if (rest.begin == rest.end) return WallTime::max();
  return saturating_add(on_clock<WallTime>(log_.event_time(rest.begin)), schedule_.to);
}

/// Passes over runs that follow one another regularly and see no candidate: they change nothing but
/// the counts. False when the next run has to be looked at.
bool Engine::skip_idle(RunClock& clock, WallTime until) {
  const RunClock::Run first = clock.now();
  if (options_.effort == Effort::every || first.outcome != RunOutcome::succeeds || !previous_ ||
      first.started_at - *previous_ != schedule_.interval) {
    return false;
  }
  const WallTime target =
      std::min(next_interesting(first.started_at), saturating_add(until, Duration(1)));
  if (target <= first.started_at) return false;
  clock.skip_to(target);
  const std::uint64_t skipped = clock.now().index - first.index;
  const WindowPlan plan = plan_windows(schedule_, first.started_at, previous_);
  out_.counters.runs += skipped;
  out_.counters.catch_up_searches += skipped * (plan.windows.size() - 1);
  previous_ = after_runs(first.started_at, schedule_.interval, skipped - 1);
  out_.last_run = *previous_;
  return true;
}

void Engine::run_once(const RunClock::Run& run) {
  ++out_.counters.runs;
  out_.last_run = run.started_at;
  bool failed = run.outcome != RunOutcome::succeeds;
  if (run.outcome != RunOutcome::task_throws) {
    const WindowPlan plan = plan_windows(schedule_, run.started_at, previous_);
    if (plan.unsearched > Duration::zero()) {
      failed = true;
      out_.gaps.push_back({.run = run.index,
                           .from = *previous_,
                           .to = saturating_add(*previous_, plan.unsearched)});
    }
    if (run.outcome == RunOutcome::succeeds) {
      bool at_cap = false;
      for (const SearchWindow& window : plan.windows) at_cap = search(run, window) || at_cap;
      out_.counters.catch_up_searches += plan.windows.size() - 1;
      out_.counters.runs_at_cap += at_cap ? 1U : 0U;
    }
    previous_ = run.started_at;
  }
  out_.counters.failed_runs += failed ? 1U : 0U;
}

Simulation Engine::run() {
  out_.refresh = options_.refresh;
  out_.search_delay = options_.search_delay;
  const std::size_t dated = log_.dated_count();
  const EventTime first_event = dated > 0 ? log_.event_time(0) : EventTime{};
  const EventTime last_event =
      dated > 0 ? log_.event_time(static_cast<CandidateIndex>(dated - 1)) : EventTime{};
  const WallTime start(std::chrono::floor<std::chrono::milliseconds>(
      on_clock<WallTime>(options_.start.value_or(first_event)).time_since_epoch()));
  Duration phase = options_.phase % schedule_.interval;
  if (phase <= Duration::zero()) phase += schedule_.interval;
  // A window reaches back by look_back, in catch-up further.
  const bool may_catch_up =
      !options_.disturbances.empty() || schedule_.look_back - schedule_.to < schedule_.interval;
  const Duration reach =
      schedule_.look_back +
      (may_catch_up ? catch_up_windows_max * schedule_.interval : Duration::zero());
  WallTime until = saturating_add(on_clock<WallTime>(last_event), reach);
  if (options_.end) until = std::max(until, on_clock<WallTime>(*options_.end));

  RunClock clock(saturating_add(start, phase), schedule_.interval, options_.disturbances);
  out_.first_run = clock.now().started_at;
  while (clock.now().started_at <= until) {
    if (skip_idle(clock, until)) continue;
    const RunClock::Run run = clock.now();
    run_once(run);
    clock.advance();
    if (clock.now().started_at == run.started_at) break;  // the end of representable time
  }
  // A match that one search cut and another wrote or counted is not lost.
  std::erase_if(out_.lost_to_cap, [&](const CappedMatch& lost) {
    const std::vector<CandidateIndex> identity = numbers_.identity(lost.match);
    return alert_of_.contains(identity) || suppressed_.contains(identity);
  });
  if (suppressor_) {
    for (const auto& [alert, group] : suppressor_->groups()) out_.alerts[alert].suppression = group;
  }
  return std::move(out_);
}

}  // namespace

WallTime searchable_at(const scan::CandidateLog& log, scan::CandidateIndex c, Duration refresh) {
  return saturating_add(on_clock<WallTime>(log.ingest_time(c)), refresh);
}

Simulation simulate(const scan::CandidateLog& log, const match::Matcher& matcher,
                    const rule::Schedule& schedule, const SimulationOptions& options) {
  EQLAB_ASSERT(schedule.interval > Duration::zero());
  return Engine(log, matcher, schedule, options).run();
}

}  // namespace eqlab::schedule
