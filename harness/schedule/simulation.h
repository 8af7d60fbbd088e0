#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/match/matcher.h"
#include "harness/rule/rule.h"
#include "harness/scan/candidate_log.h"
#include "harness/schedule/alert_ids.h"
#include "harness/schedule/range_field.h"
#include "harness/schedule/run_clock.h"
#include "harness/schedule/suppression.h"

/// The detection engine in simulated time: what the rule's runs see, and the alerts that come of
/// it. Source: create_security_rule_type_wrapper.ts and wrap_hits.ts.
namespace eqlab::schedule {

/// `skip_unchanged` looks only at runs whose visible events are not none and not those of the run
/// before; `every` evaluates all of them. Same results, which a test holds.
enum class Effort : std::uint8_t { skip_unchanged, every };

/// Runs that somebody asks for over the past, as for filling a gap: each slot searches the window
/// of a run that would have started then, over what can be seen when it is executed. What has an
/// alert already gets no second one. Source: Kibana's manual rule runs.
struct ManualRun {
  WallTime executed_at{};
  std::vector<WallTime> slots = {};
};

struct SimulationOptions {
  /// Where the grid of runs hangs; cut to milliseconds, as the engine's own clock. Nothing: the
  /// time of the first candidate, as windows go by it.
  std::optional<EventTime> start = std::nullopt;
  /// Runs go on at least to here; in any case until every candidate has left the window.
  std::optional<EventTime> end = std::nullopt;
  /// The first run is the first instant of start + phase + k × interval that lies after `start`.
  Duration phase = Duration::zero();
  /// From ingest until a search can see the event.
  Duration refresh = std::chrono::seconds{1};
  /// From `startedAt` until the search: what becomes visible meanwhile is seen, the window stays.
  Duration search_delay = Duration::zero();
  /// From `startedAt` until the alert exists and the next run may start. The engine's runs take
  /// about LN(4 s, 0.6); the default is the median for every run, so that latency depends on the
  /// data alone.
  Duration run_duration = std::chrono::seconds{4};
  std::vector<Disturbance> disturbances = {};   ///< rising by run
  Duration drift_threshold = Duration::zero();  ///< see ClockOptions
  std::vector<Pause> pauses = {};               ///< rising
  /// When runs are due, rising, instead of the grid of start, phase and end. All of them run.
  std::vector<WallTime> run_times = {};
  /// When a run before the first one started, from which the first counts its gap. Nothing: the
  /// rule is new, so the first run searches its own window alone.
  std::optional<WallTime> previous_run = std::nullopt;
  std::vector<ManualRun> manual_runs = {};  ///< rising by executed_at
  /// What windows go by, see carry_range_field. Nothing: the event time.
  std::optional<RangeField> range = std::nullopt;
  std::optional<Duration> maxspan = std::nullopt;  ///< instead of the query's own; for sweeps
  /// See `carry_suppression`. Nothing: every new match is an alert.
  std::optional<SuppressionOptions> suppression = std::nullopt;
  /// What tells documents apart, where they were hits. Nothing: their event ids.
  std::optional<Addresses> addresses = std::nullopt;
  Effort effort = Effort::skip_unchanged;
};

/// A match that was written. Its identity is the ordered list of its members' event ids: what is
/// found again is not written again, whatever has changed in between (first writer wins).
struct Alert {
  match::Match match;
  std::uint64_t run = 0;    ///< the run that saw it first; its place among the manual ones
  WallTime scheduled_at{};  ///< when that run was due
  WallTime started_at{};    ///< when it started
  WallTime alert_time{};    ///< when the alert exists
  WallTime intended_at{};   ///< alert_time; of a manual run the slot's time
  bool manual = false;
  std::uint32_t sightings = 1;  ///< searches that returned it
  /// What it has taken in, when the rule suppresses and this alert can.
  std::optional<SuppressedGroup> suppression = std::nullopt;
  std::uint64_t blocks_cut = 0;  ///< building blocks that max_signals left no room for
  friend bool operator==(const Alert&, const Alert&) = default;
};

/// A match that was never an alert nor counted by one, because `max_signals` later ones stood
/// before it in every search; or, where alerts are suppressed, because there was no room for its
/// documents.
struct CappedMatch {
  match::Match match;
  std::uint64_t run = 0;  ///< the run that cut it first
  bool manual = false;
  friend bool operator==(const CappedMatch&, const CappedMatch&) = default;
};

/// A match that was added to an alert instead of becoming one.
struct SuppressedMatch {
  match::Match match;
  std::uint64_t run = 0;    ///< the run that first did so
  std::size_t alert = 0;    ///< the alert that then took it in, a place among Simulation::alerts
  std::uint32_t times = 1;  ///< a sequence that is seen again is counted again
  friend bool operator==(const SuppressedMatch&, const SuppressedMatch&) = default;
};

/// One search that could see at least one candidate. A run has several when it catches up.
struct SearchRecord {
  std::uint64_t run = 0;
  WallTime started_at{};
  SearchWindow window;
  std::uint32_t visible = 0;   ///< candidates in the window and searchable
  std::uint32_t returned = 0;  ///< matches after the cap
  std::uint32_t cut = 0;       ///< matches that the cap left out
  std::uint32_t alerts = 0;    ///< of the returned ones, those not known before
  bool at_cap = false;         ///< as many returned as the cap allows: the engine warns
  bool manual = false;         ///< `run` is a place among the manual runs
  friend bool operator==(const SearchRecord&, const SearchRecord&) = default;
};

/// Event time that no scheduled run ever searched, because runs were too far apart. A manual run
/// may have, later. Gaps of one length that consecutive runs leave at equal distances are one
/// record: a rule that reads less than its interval leaves one in every run, over any length of
/// time.
struct Gap {
  std::uint64_t run = 0;  ///< the run that reported it; of several, the first
  WallTime from{};
  WallTime to{};
  std::uint64_t times = 1;            ///< runs run, run + 1, … each left one
  Duration every = Duration::zero();  ///< from one to the next, where there are several
  /// The place of one, counted from 0 to `times` - 1.
  [[nodiscard]] WallTime from_of(std::uint64_t place) const {
    return after_runs(from, every, place);
  }
  [[nodiscard]] Duration length() const { return saturating_distance(from, to); }
  friend bool operator==(const Gap&, const Gap&) = default;
};

struct SimulationCounters {
  std::uint64_t runs = 0;         ///< all but manual ones, also those with nothing to see
  std::uint64_t failed_runs = 0;  ///< search failed, task threw, engine died, or a gap was left
  std::uint64_t late_runs = 0;    ///< of `runs`, those that started later than due
  std::uint64_t runs_at_cap = 0;
  std::uint64_t catch_up_searches = 0;
  std::uint64_t manual_searches = 0;
  std::uint64_t returned = 0;         ///< matches returned over all searches
  std::uint64_t duplicates = 0;       ///< of these, already known
  std::uint64_t suppressed = 0;       ///< of these, added to an alert
  std::uint64_t without_room = 0;     ///< of these, new, but max_signals documents were written
  std::uint64_t cut = 0;              ///< matches left out by the cap, over all searches
  std::uint64_t dropped_pending = 0;  ///< most of any search, see match::Matches
  friend bool operator==(const SimulationCounters&, const SimulationCounters&) = default;
};

/// returned = alerts.size() + duplicates + suppressed + without_room, always; the last two are 0
/// without suppression.
struct Simulation {
  std::vector<Alert> alerts;                ///< in order of run, then of completing event
  std::vector<CappedMatch> lost_to_cap;     ///< in order of first cut
  std::vector<SuppressedMatch> suppressed;  ///< each match once; in order of first suppression
  std::vector<SearchRecord> searches;       ///< in order of time
  std::vector<Gap> gaps;                    ///< rising; at most one record an irregular run
  SimulationCounters counters;
  /// As used, for whoever asks what could have been seen when.
  Duration refresh = Duration::zero();
  Duration search_delay = Duration::zero();
  std::optional<RangeField> range = std::nullopt;
  WallTime first_run{};
  WallTime last_run{};
  friend bool operator==(const Simulation&, const Simulation&) = default;
};

/// The manual run that fills gaps: its slots follow one another by the rule's interval, each one
/// that much after the gap's beginning, until the gap is covered. At most a million of them.
[[nodiscard]] ManualRun fill_gaps(const std::vector<Gap>& gaps, const rule::Schedule& schedule,
                                  WallTime executed_at);

/// When a search can see candidate `c` for the first time.
[[nodiscard]] WallTime searchable_at(const scan::CandidateLog& log, scan::CandidateIndex c,
                                     Duration refresh);

/// Could this search see candidate `c`: by its window, and as ingested by then?
[[nodiscard]] bool could_see(const Simulation& simulation, const SearchRecord& search,
                             const scan::CandidateLog& log, scan::CandidateIndex c);

/// Runs the rule over all candidates of `log` that some window can hold. Each search matches anew
/// over what it can see; nothing carries over but the alerts already written. Cost: O(searches ×
/// candidates in a window × stages); runs without events cost nothing, so the length of quiet time
/// does not matter.
[[nodiscard]] Simulation simulate(const scan::CandidateLog& log, const match::Matcher& matcher,
                                  const rule::Schedule& schedule, const SimulationOptions& options);

}  // namespace eqlab::schedule
