#include "harness/schedule/simulation.h"

#include <algorithm>
#include <array>
#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "harness/match/elapsed.h"
#include "harness/schedule/recording.h"

// A run is: for each window, oldest first, the candidates that lie in it and are searchable; the
// matches among them, cut to the newest max_signals; of these the ones not written before become
// alerts. The cap comes before the comparison with earlier alerts, so what is known already still
// takes a place. `Walk` goes from run to run and asks the matcher; `Ledger` keeps what was written.
//
// Held by tests/unit/schedule: runs worked out by hand, the closed forms by Monte Carlo, and
// equality of the two efforts over random timelines.
namespace eqlab::schedule {
namespace {

using scan::CandidateIndex;

/// More places than this are not kept: a sweep then simulates each value by itself.
constexpr std::size_t recorded_places_max = 64'000'000;

constexpr std::size_t manual_slots_max = 1'000'000;

/// Numbers matches by their identity, the ordered list of their events' ids. Documents without an
/// id are each their own; two documents with the same id are one event. With addresses these decide
/// instead: the same ones make the same alert ids.
class Identities {
 public:
  Identities(const scan::CandidateLog& log, const std::optional<Addresses>& addresses)
      : log_(log), addresses_(addresses), first_(log.size(), unknown) {}
  /// Placeholders of absent events are no part of an alert's identity.
  [[nodiscard]] std::uint32_t number(const match::Match& match) {
    std::vector<CandidateIndex> events;
    for (const CandidateIndex event : match.events) {
      if (event != match::missing_event) events.push_back(first_with_id(event));
    }
    const auto next = static_cast<std::uint32_t>(numbers_.size());
    return numbers_.try_emplace(std::move(events), next).first->second;
  }
  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(numbers_.size()); }

 private:
  static constexpr CandidateIndex unknown = match::missing_event;
  CandidateIndex first_with_id(CandidateIndex event) {
    if (first_[event] == unknown && addresses_) {
      const DocumentAddress at = addresses_->of(log_, event);
      first_[event] = first_at_.try_emplace({at.id, at.index}, event).first->second;
    } else if (first_[event] == unknown) {
      const std::string_view id = log_.event_id(event);
      first_[event] = id.empty() ? event : of_id_.try_emplace(id, event).first->second;
    }
    return first_[event];
  }

  const scan::CandidateLog& log_;
  const std::optional<Addresses>& addresses_;
  std::vector<CandidateIndex> first_;
  boost::unordered_flat_map<std::pair<std::string, std::string>, CandidateIndex> first_at_;
  boost::unordered_flat_map<std::string_view, CandidateIndex> of_id_;
  /// Looked up only, never walked: the order of the results does not depend on it.
  boost::unordered_flat_map<std::vector<CandidateIndex>, std::uint32_t,
                            boost::hash<std::vector<CandidateIndex>>>
      numbers_;
};

/// What one search finds; depends on nothing but the visible candidates. The first `cut` are those
/// that the cap leaves out.
struct Answer {
  std::vector<Found> found;
  std::size_t cut = 0;
  std::uint64_t dropped_pending = 0;
  bool is_whole = true;
};

/// The alerts so far.
class Ledger {
 public:
  /// Both must outlive it.
  Ledger(const scan::CandidateLog& log, const SimulationOptions& options, std::uint32_t cap)
      : run_duration_(options.run_duration), cap_(cap) {
    if (options.suppression) suppressor_.emplace(*options.suppression, log, cap);
  }

  /// One search's answer: writes what is new, and remembers what was cut.
  void settle(const Occasion& occasion, const SearchWindow& window, std::uint32_t visible,
              std::span<const Found* const> cut, std::span<const Found* const> returned);
  [[nodiscard]] Simulation finish();

  Simulation out;

 private:
  bool write(const Found& found, const Occasion& occasion);
  /// The same for all of a search, of which suppression makes fewer alerts; how many.
  std::uint32_t write_suppressed(std::span<const Found* const> returned, const Occasion& occasion,
                                 const SearchWindow& window);
  [[nodiscard]] Alert alert_of(const Found& found, const Occasion& occasion) const;
  void lose_to_cap(const Found& found, const Occasion& occasion);
  std::uint32_t& place(std::vector<std::uint32_t>& places, std::uint32_t identity) const;

  static constexpr std::uint32_t none = 0xFFFF'FFFFU;
  /// Manual searches are executions of their own; no scheduled run has such a number.
  static constexpr std::uint64_t first_manual_execution = std::uint64_t{1} << 63U;

  Duration run_duration_;
  std::uint32_t cap_;
  std::optional<Suppressor> suppressor_;
  std::uint64_t manual_executions_ = 0;
  std::vector<std::uint32_t> alert_of_;         ///< by identity
  std::vector<std::uint32_t> suppressed_of_;    ///< by identity
  std::vector<std::uint32_t> capped_of_;        ///< by identity
  std::vector<std::uint32_t> lost_identities_;  ///< of out.lost_to_cap
  std::optional<std::uint64_t> last_run_at_cap_;
};

std::uint32_t& Ledger::place(std::vector<std::uint32_t>& places, std::uint32_t identity) const {
  if (identity >= places.size()) places.resize(identity + 1 + places.size() / 2, none);
  return places[identity];
}

// create_persistence_rule_type_wrapper.ts: first writer wins.
bool Ledger::write(const Found& found, const Occasion& occasion) {
  std::uint32_t& known = place(alert_of_, found.identity);
  if (known != none) {
    ++out.alerts[known].sightings;
    ++out.counters.duplicates;
    return false;
  }
  known = static_cast<std::uint32_t>(out.alerts.size());
  out.alerts.push_back(alert_of(found, occasion));
  return true;
}

Alert Ledger::alert_of(const Found& found, const Occasion& occasion) const {
  const WallTime alert_time = saturating_add(occasion.started_at, run_duration_);
  return {.match = found.match,
          .run = occasion.run,
          .scheduled_at = occasion.scheduled_at,
          .started_at = occasion.started_at,
          .alert_time = alert_time,
          .intended_at = occasion.slot.value_or(alert_time),
          .manual = occasion.slot.has_value()};
}

// As in bulk_create_suppressed_alerts_in_memory.ts.
std::uint32_t Ledger::write_suppressed(std::span<const Found* const> returned,
                                       const Occasion& occasion, const SearchWindow& window) {
  std::vector<const Found*> fresh;
  std::vector<const match::Match*> matches;
  boost::unordered_flat_set<std::uint32_t> in_this_search;
  for (const Found* const found : returned) {
    const std::uint32_t known = place(alert_of_, found->identity);
    if (known != none) ++out.alerts[known].sightings;
    if (known != none || !in_this_search.insert(found->identity).second) {
      ++out.counters.duplicates;
      continue;
    }
    fresh.push_back(found);
    matches.push_back(&found->match);
  }
  const std::uint64_t execution =
      occasion.slot ? first_manual_execution + manual_executions_++ : occasion.run;
  const std::vector<Suppressor::Decision> decisions = suppressor_->decide(
      matches, {.run = execution,
                .window_from = window.from,
                .alert_time = saturating_add(occasion.started_at, run_duration_),
                .next_alert = out.alerts.size()});
  std::uint32_t alerts = 0;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const Suppressor::Decision& decision = decisions[i];
    switch (decision.fate) {
      case Suppressor::Fate::alert:
        ++alerts;
        write(*fresh[i], occasion);
        out.alerts.back().blocks_cut = decision.blocks_cut;
        break;
      case Suppressor::Fate::counted:
        ++out.counters.duplicates;
        break;
      case Suppressor::Fate::suppressed: {
        ++out.counters.suppressed;
        std::uint32_t& known = place(suppressed_of_, fresh[i]->identity);
        if (known != none) {
          ++out.suppressed[known].times;
          break;
        }
        known = static_cast<std::uint32_t>(out.suppressed.size());
        out.suppressed.push_back(
            {.match = fresh[i]->match, .run = occasion.run, .alert = decision.alert});
        break;
      }
      case Suppressor::Fate::cut:
        ++out.counters.without_room;
        lose_to_cap(*fresh[i], occasion);
        break;
    }
  }
  return alerts;
}

void Ledger::lose_to_cap(const Found& found, const Occasion& occasion) {
  std::uint32_t& known = place(capped_of_, found.identity);
  if (known != none) return;
  known = static_cast<std::uint32_t>(out.lost_to_cap.size());
  out.lost_to_cap.push_back(
      {.match = found.match, .run = occasion.run, .manual = occasion.slot.has_value()});
  lost_identities_.push_back(found.identity);
}

void Ledger::settle(const Occasion& occasion, const SearchWindow& window, std::uint32_t visible,
                    std::span<const Found* const> cut, std::span<const Found* const> returned) {
  SearchRecord record{.run = occasion.run,
                      .started_at = occasion.started_at,
                      .window = window,
                      .visible = visible,
                      .returned = static_cast<std::uint32_t>(returned.size()),
                      .cut = static_cast<std::uint32_t>(cut.size()),
                      .at_cap = returned.size() >= cap_,
                      .manual = occasion.slot.has_value()};
  if (suppressor_) {
    record.alerts = write_suppressed(returned, occasion, window);
  } else {
    for (const Found* const found : returned) record.alerts += write(*found, occasion) ? 1U : 0U;
  }
  for (const Found* const found : cut) lose_to_cap(*found, occasion);
  out.counters.returned += record.returned;
  out.counters.cut += record.cut;
  if (record.at_cap && !record.manual && last_run_at_cap_ != occasion.run) {
    last_run_at_cap_ = occasion.run;
    ++out.counters.runs_at_cap;
  }
  out.searches.push_back(record);
}

/// A match that one search cut and another wrote or counted is not lost.
Simulation Ledger::finish() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out.lost_to_cap.size(); ++i) {
    if (place(alert_of_, lost_identities_[i]) != none ||
        place(suppressed_of_, lost_identities_[i]) != none) {
      continue;
    }
    if (kept != i) out.lost_to_cap[kept] = std::move(out.lost_to_cap[i]);
    ++kept;
  }
  out.lost_to_cap.resize(kept);
  if (suppressor_) {
    for (const auto& [alert, group] : suppressor_->groups()) out.alerts[alert].suppression = group;
  }
  return std::move(out);
}

std::vector<const Found*> pointers(std::span<const Found> found) {
  std::vector<const Found*> out;
  out.reserve(found.size());
  for (const Found& each : found) out.push_back(&each);
  return out;
}

/// One more gap behind those of `gaps`; it joins the last record where it continues it.
void add_gap(std::vector<Gap>& gaps, const Gap& next) {
  if (!gaps.empty()) {
    Gap& last = gaps.back();
    const Duration distance = saturating_distance(last.from_of(last.times - 1), next.from);
    if (next.run == last.run + last.times && next.length() == last.length() &&
        (last.times == 1 || distance == last.every)) {
      last.every = distance;
      ++last.times;
      return;
    }
  }
  gaps.push_back(next);
}

/// `runs` gaps, `every` apart, of as many consecutive runs: the same records as one by one.
void add_gaps(std::vector<Gap>& gaps, const Gap& first, Duration every, std::uint64_t runs) {
  // The third joins the second whatever came before, and all others follow it.
  constexpr std::uint64_t until_joined = 3;
  const std::uint64_t singly = std::min(runs, until_joined);
  for (std::uint64_t i = 0; i < singly; ++i) {
    const WallTime from = after_runs(first.from, every, i);
    add_gap(gaps, {.run = first.run + i, .from = from, .to = saturating_add(from, first.length())});
  }
  gaps.back().times += runs - singly;
}

class Walk {
 public:
  Walk(const scan::CandidateLog& log, const match::Matcher& matcher, const rule::Schedule& schedule,
       const SimulationOptions& options, Recording* recording)
      : log_(log),
        matcher_(matcher),
        schedule_(schedule),
        options_(options),
        recording_(recording),
        index_(log, options.range),
        identities_(log, options.addresses),
        ledger_(log, options, schedule.max_signals),
        previous_(options.previous_run) {}

  /// With a recording that is filled instead of the alerts.
  Simulation run();

 private:
  /// The last answer of one kind of window; a new search of that kind often sees the same.
  struct Last {
    std::vector<CandidateIndex> visible;
    Answer answer;
    std::uint32_t recorded = 0;
  };
  /// Kinds of windows: by how many intervals they lie back; then those of manual runs.
  static constexpr std::size_t manual_kind = catch_up_windows_max + 1;

  [[nodiscard]] std::vector<CandidateIndex> visible(const SearchWindow& window,
                                                    WallTime searched_at) const;
  [[nodiscard]] Answer answer(const std::vector<CandidateIndex>& visible);
  std::uint32_t keep(const Answer& answer);
  void search(const Occasion& occasion, const SearchWindow& window, std::size_t kind);
  [[nodiscard]] WallTime next_interesting(WallTime now) const;
  bool skip_idle(RunClock& clock, WallTime until);
  void run_once(const RunClock::Run& run);
  void run_manual_before(std::optional<WallTime> time);
  [[nodiscard]] WallTime last_useful_run() const;
  [[nodiscard]] RunClock make_clock() const;

  const scan::CandidateLog& log_;
  const match::Matcher& matcher_;
  const rule::Schedule& schedule_;
  const SimulationOptions& options_;
  Recording* recording_;
  RangeIndex index_;
  Identities identities_;
  Ledger ledger_;
  std::optional<WallTime> previous_;  ///< start of the last run that counts as one
  std::size_t next_manual_ = 0;
  std::array<Last, manual_kind + 1> last_;
  /// Of `recording_`; looked up only.
  using Named = std::pair<std::vector<CandidateIndex>, std::vector<scan::KeyId>>;
  boost::unordered_flat_map<Named, std::uint32_t, boost::hash<Named>> entry_of_;
};

std::vector<CandidateIndex> Walk::visible(const SearchWindow& window, WallTime searched_at) const {
  std::vector<CandidateIndex> out = index_.inside(window);
  std::erase_if(out, [&](CandidateIndex c) {
    return searchable_at(log_, c, options_.refresh) > searched_at;
  });
  return out;
}

Answer Walk::answer(const std::vector<CandidateIndex>& visible) {
  Answer out;
  const auto take = [&](std::vector<match::Match>&& matches) {
    for (match::Match& match : matches) {
      const std::uint32_t identity = identities_.number(match);
      out.found.push_back({.match = std::move(match), .identity = identity});
    }
  };
  match::Matches all = matcher_.find(log_, visible, {.maxspan = options_.maxspan});
  out.dropped_pending = all.dropped_pending;
  out.is_whole = all.dropped_pending == 0 && all.dropped_matches == 0;
  // `size` keeps the newest, unless pipes or samples have their own order (Limit).
  if (matcher_.query().limits.empty() && matcher_.query().kind != eql::QueryKind::sample) {
    take(std::move(all.matches));
    out.cut = out.found.size() - std::min<std::size_t>(out.found.size(), schedule_.max_signals);
    return out;
  }
  match::Matches capped =
      matcher_.find(log_, visible, {.size = schedule_.max_signals, .maxspan = options_.maxspan});
  if (capped.matches.size() >= schedule_.max_signals) {
    // Only the engine's reader wants to know what the cap left out; the engine itself never does.
    std::vector<std::vector<CandidateIndex>> kept;
    for (const match::Match& match : capped.matches) kept.push_back(match.events);
    std::ranges::sort(kept);
    std::erase_if(all.matches, [&](const match::Match& match) {
      return std::ranges::binary_search(kept, match.events);
    });
    take(std::move(all.matches));
    out.cut = out.found.size();
  }
  take(std::move(capped.matches));
  return out;
}

std::uint32_t Walk::keep(const Answer& answer) {
  for (const Found& found : answer.found) {
    const auto next = static_cast<std::uint32_t>(recording_->entries.size());
    const auto [entry, is_new] =
        entry_of_.try_emplace({found.match.events, found.match.keys}, next);
    if (is_new) {
      recording_->entries.push_back(
          {.found = found,
           .span = match::elapsed(log_.event_time(found.match.first()),
                                  log_.event_time(found.match.completing()))});
    }
    recording_->places.push_back(entry->second);
  }
  recording_->answer_ends.push_back(recording_->places.size());
  recording_->is_whole =
      recording_->is_whole && answer.is_whole && recording_->places.size() <= recorded_places_max;
  return static_cast<std::uint32_t>(recording_->answer_ends.size() - 1);
}

void Walk::search(const Occasion& occasion, const SearchWindow& window, std::size_t kind) {
  std::vector<CandidateIndex> seen =
      visible(window, saturating_add(occasion.started_at, options_.search_delay));
  if (seen.empty()) return;
  Last& last = last_[kind];
  const bool is_new = options_.effort == Effort::every || seen != last.visible;
  if (is_new) {
    last.answer = answer(seen);
    last.visible = std::move(seen);
  }
  const auto count = static_cast<std::uint32_t>(last.visible.size());
  if (recording_ != nullptr) {
    // One that has outgrown its bounds is thrown away: no more of it is wanted.
    if (!recording_->is_whole) return;
    if (is_new) last.recorded = keep(last.answer);
    recording_->searches.push_back(
        {.occasion = occasion, .window = window, .visible = count, .answer = last.recorded});
    return;
  }
  std::uint64_t& dropped = ledger_.out.counters.dropped_pending;
  dropped = std::max(dropped, last.answer.dropped_pending);
  const std::vector<const Found*> found = pointers(last.answer.found);
  const std::span<const Found* const> all = found;
  ledger_.settle(occasion, window, count, all.first(last.answer.cut), all.subspan(last.answer.cut));
}

/// The earliest run time at which any window of a run can hold a candidate, given that none before
/// `now` does.
WallTime Walk::next_interesting(WallTime now) const {
  const WallTime reach =
      saturating_add(now, -schedule_.look_back - catch_up_windows_max * schedule_.interval);
  const std::optional<EventTime> next = index_.first_from(on_clock<EventTime>(reach));
  return next ? saturating_add(on_clock<WallTime>(*next), schedule_.to) : WallTime::max();
}

/// Passes over runs that follow one another regularly and see no candidate: they change nothing but
/// the counts. False when the next run has to be looked at.
bool Walk::skip_idle(RunClock& clock, WallTime until) {
  const RunClock::Run first = clock.now();
  if (options_.effort == Effort::every || !previous_ ||
      saturating_distance(*previous_, first.started_at) != clock.spacing()) {
    return false;
  }
  const WallTime target =
      std::min(next_interesting(first.started_at), saturating_add(until, Duration(1)));
  if (target <= first.started_at) return false;
  const WindowPlan plan = plan_windows(schedule_, first.started_at, previous_);
  clock.skip_to(target);  // stays where it is when something happens to this run
  const std::uint64_t skipped = clock.is_done() ? 0 : clock.now().index - first.index;
  if (skipped == 0) return false;
  Simulation& out = ledger_.out;
  out.counters.runs += skipped;
  out.counters.catch_up_searches += skipped * (plan.windows.size() - 1);
  if (plan.unsearched > Duration::zero()) {
    out.counters.failed_runs += skipped;
    add_gaps(
        out.gaps,
        {.run = first.index, .from = *previous_, .to = saturating_add(*previous_, plan.unsearched)},
        clock.spacing(), skipped);
  }
  previous_ = after_runs(first.started_at, clock.spacing(), skipped - 1);
  out.last_run = *previous_;
  return true;
}

// create_security_rule_type_wrapper.ts, Kibana's getRuleRangeTuples and task_runner.ts.
void Walk::run_once(const RunClock::Run& run) {
  Simulation& out = ledger_.out;
  ++out.counters.runs;
  out.counters.late_runs += run.started_at > run.scheduled_at ? 1U : 0U;
  out.last_run = run.started_at;
  bool failed = run.outcome != RunOutcome::succeeds;
  if (run.outcome != RunOutcome::task_throws) {
    const WindowPlan plan = plan_windows(schedule_, run.started_at, previous_);
    if (plan.unsearched > Duration::zero()) {
      failed = true;
      add_gap(out.gaps, {.run = run.index,
                         .from = *previous_,
                         .to = saturating_add(*previous_, plan.unsearched)});
    }
    if (run.outcome != RunOutcome::search_fails) {
      std::size_t kind = plan.windows.size();
      for (const SearchWindow& window : plan.windows) {
        search({.run = run.index, .scheduled_at = run.scheduled_at, .started_at = run.started_at},
               window, --kind);
      }
      out.counters.catch_up_searches += plan.windows.size() - 1;
    }
    if (run.outcome != RunOutcome::dies) previous_ = run.started_at;
  }
  out.counters.failed_runs += failed ? 1U : 0U;
}

/// Nothing: all that are left. Scheduled runs of the same instant go first.
void Walk::run_manual_before(std::optional<WallTime> time) {
  for (; next_manual_ < options_.manual_runs.size(); ++next_manual_) {
    const ManualRun& manual = options_.manual_runs[next_manual_];
    if (time && manual.executed_at >= *time) return;
    for (const WallTime slot : manual.slots) {
      ++ledger_.out.counters.manual_searches;
      const WindowPlan plan = plan_windows(schedule_, slot, std::nullopt);
      search({.run = next_manual_,
              .scheduled_at = manual.executed_at,
              .started_at = manual.executed_at,
              .slot = slot},
             plan.windows.front(), manual_kind);
    }
  }
}

/// After it no window can hold a candidate any more: a window reaches back by look_back, in
/// catch-up further.
WallTime Walk::last_useful_run() const {
  const bool may_catch_up =
      !options_.disturbances.empty() || !options_.pauses.empty() || options_.previous_run ||
      schedule_.look_back - schedule_.to < std::max(schedule_.interval, options_.run_duration);
  const Duration reach =
      schedule_.look_back +
      (may_catch_up ? catch_up_windows_max * schedule_.interval : Duration::zero());
  const EventTime last = index_.last().value_or(EventTime{});
  const WallTime until = saturating_add(on_clock<WallTime>(last), reach);
  return options_.end ? std::max(until, on_clock<WallTime>(*options_.end)) : until;
}

RunClock Walk::make_clock() const {
  const EventTime first = index_.first().value_or(EventTime{});
  const WallTime start(std::chrono::floor<std::chrono::milliseconds>(
      on_clock<WallTime>(options_.start.value_or(first)).time_since_epoch()));
  Duration phase = options_.phase % schedule_.interval;
  if (phase <= Duration::zero()) phase += schedule_.interval;
  return {saturating_add(start, phase),
          {.interval = schedule_.interval,
           .drift_threshold = options_.drift_threshold,
           .run_duration = options_.run_duration,
           .disturbances = options_.disturbances,
           .pauses = options_.pauses,
           .times = options_.run_times}};
}

Simulation Walk::run() {
  EQLAB_ASSERT(std::ranges::is_sorted(options_.manual_runs, {}, &ManualRun::executed_at));
  Simulation& out = ledger_.out;
  out.refresh = options_.refresh;
  out.search_delay = options_.search_delay;
  out.range = options_.range;
  const WallTime until = options_.run_times.empty() ? last_useful_run() : WallTime::max();
  RunClock clock = make_clock();
  out.first_run = clock.now().started_at;
  while (!clock.is_done() && clock.now().started_at <= until) {
    if (skip_idle(clock, until)) continue;
    run_manual_before(clock.now().started_at);
    run_once(clock.now());
    clock.advance();
  }
  run_manual_before(std::nullopt);
  if (recording_ != nullptr) recording_->identity_count = identities_.count();
  return ledger_.finish();
}

}  // namespace

WallTime searchable_at(const scan::CandidateLog& log, scan::CandidateIndex c, Duration refresh) {
  return saturating_add(on_clock<WallTime>(log.ingest_time(c)), refresh);
}

bool could_see(const Simulation& simulation, const SearchRecord& search,
               const scan::CandidateLog& log, scan::CandidateIndex c) {
  return is_inside(log, c, search.window, simulation.range) &&
         searchable_at(log, c, simulation.refresh) <=
             saturating_add(search.started_at, simulation.search_delay);
}

ManualRun fill_gaps(const std::vector<Gap>& gaps, const rule::Schedule& schedule,
                    WallTime executed_at) {
  ManualRun out{.executed_at = executed_at};
  for (const Gap& gap : gaps) {
    for (std::uint64_t i = 0; i < gap.times && out.slots.size() < manual_slots_max; ++i) {
      WallTime slot = gap.from_of(i);
      const WallTime to = saturating_add(slot, gap.length());
      while (slot < to && out.slots.size() < manual_slots_max) {
        slot = saturating_add(slot, schedule.interval);
        out.slots.push_back(slot);
      }
    }
  }
  return out;
}

Simulation simulate(const scan::CandidateLog& log, const match::Matcher& matcher,
                    const rule::Schedule& schedule, const SimulationOptions& options) {
  EQLAB_ASSERT(schedule.interval > Duration::zero());
  return Walk(log, matcher, schedule, options, nullptr).run();
}

Recording record(const scan::CandidateLog& log, const match::Matcher& matcher,
                 const rule::Schedule& schedule, const SimulationOptions& options) {
  EQLAB_ASSERT(schedule.interval > Duration::zero());
  EQLAB_ASSERT(matcher.query().limits.empty() && matcher.query().kind != eql::QueryKind::sample);
  Recording out;
  out.frame = Walk(log, matcher, schedule, options, &out).run();
  return out;
}

Simulation replay(const Recording& recording, const scan::CandidateLog& log,
                  const SimulationOptions& options, std::uint32_t cap,
                  std::optional<Duration> maxspan) {
  EQLAB_ASSERT(recording.is_whole);
  Ledger ledger(log, options, cap);
  ledger.out = recording.frame;
  std::vector<const Found*> found;
  for (const Recording::Search& search : recording.searches) {
    const std::size_t begin = search.answer == 0 ? 0 : recording.answer_ends[search.answer - 1];
    found.clear();
    for (std::size_t i = begin; i < recording.answer_ends[search.answer]; ++i) {
      const Recording::Entry& entry = recording.entries[recording.places[i]];
      if (!maxspan || entry.span <= *maxspan) found.push_back(&entry.found);
    }
    const std::span<const Found* const> all = found;
    const std::size_t cut = all.size() - std::min<std::size_t>(all.size(), cap);
    ledger.settle(search.occasion, search.window, search.visible, all.first(cut), all.subspan(cut));
  }
  return ledger.finish();
}

}  // namespace eqlab::schedule
