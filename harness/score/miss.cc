#include "harness/score/miss.h"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <set>
#include <span>

#include "harness/base/text.h"
#include "harness/explain/terms.h"

// How far the incident's own events get is asked of explain::Chains. What they cannot say, the
// labels and the schedule do: was there a connection at all; did some search see a whole chain; was
// the match cut. The first "no" is the reason.
namespace eqlab::score {
namespace {

using scan::CandidateIndex;
using truth::Role;

/// A candidate that is an event of the incident, `event` its place in Incident::events; the same
/// event delivered twice is two of them.
using OwnEvent = explain::ChainEvent;
using explain::Chain;

std::vector<std::uint32_t> events_of(const Chain& chain) {
  std::vector<std::uint32_t> out;
  for (const OwnEvent& event : chain) out.push_back(event.event);
  return out;
}

/// What a reason says of an incident that was missed.
struct Meaning {
  Reason reason;
  Reach reach;
  Cause cause;
};
constexpr std::array<Meaning, explain::reason_count> meanings = {{
    {Reason::matched, Reach::visible, Cause::fault},
    {Reason::nothing_near, Reach::behaviour, Cause::design},
    {Reason::no_connection, Reach::none, Cause::no_behaviour},
    {Reason::stage_unmatched, Reach::behaviour, Cause::design},
    {Reason::document_missing, Reach::behaviour, Cause::telemetry},
    {Reason::undated, Reach::behaviour, Cause::telemetry},
    {Reason::out_of_order, Reach::behaviour, Cause::design},
    {Reason::keys_differ, Reach::behaviour, Cause::design},
    {Reason::over_maxspan, Reach::behaviour, Cause::design},
    {Reason::stopped, Reach::behaviour, Cause::design},
    {Reason::spoiled, Reach::behaviour, Cause::design},
    {Reason::replaced, Reach::behaviour, Cause::design},
    {Reason::dropped, Reach::behaviour, Cause::design},
    {Reason::runs_disturbed, Reach::reachable, Cause::schedule},
    {Reason::too_late, Reach::reachable, Cause::delay},
    {Reason::look_back_too_short, Reach::reachable, Cause::schedule},
    {Reason::suppressed, Reach::visible, Cause::suppression},
    {Reason::cut_by_cap, Reach::visible, Cause::cap},
    {Reason::paired_elsewhere, Reach::visible, Cause::design},
    {Reason::cut_by_pipe, Reach::visible, Cause::design},
    {Reason::unexplained, Reach::visible, Cause::fault},
}};
constexpr bool are_in_order() {
  for (std::size_t i = 0; i < meanings.size(); ++i) {
    if (meanings[i].reason != static_cast<Reason>(i)) return false;
  }
  return true;
}
static_assert(are_in_order());
const Meaning& meaning_of(Reason reason) { return meanings[static_cast<std::size_t>(reason)]; }

}  // namespace

Reach reach_of(Reason reason) { return meaning_of(reason).reach; }

std::string_view to_string(Cause cause) {
  switch (cause) {
    case Cause::no_behaviour:
      return "no-behaviour";
    case Cause::design:
      return "design";
    case Cause::telemetry:
      return "telemetry";
    case Cause::delay:
      return "delay";
    case Cause::schedule:
      return "schedule";
    case Cause::suppression:
      return "suppression";
    case Cause::cap:
      return "cap";
    case Cause::fault:
      return "fault";
  }
  return "";
}

Cause cause_of(const Miss& miss) {
  const bool is_stamped = miss.reason == Reason::out_of_order && !miss.fault.empty();
  return is_stamped ? Cause::telemetry : meaning_of(miss.reason).cause;
}

std::string subject_of(std::string_view what) {
  const std::size_t verb = what.find(' ');
  if (verb == std::string_view::npos) return std::string(what);
  std::string_view rest = what.substr(verb + 1);
  const std::size_t last = rest.rfind(' ');
  const std::size_t colon = rest.rfind(':');
  const bool ends_in_port =
      colon != std::string_view::npos && colon + 1 < rest.size() &&
      rest.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
  if (last != std::string_view::npos && ends_in_port && colon > last) rest = rest.substr(0, last);
  return std::string(rest);
}

struct MissExplainer::Impl {
  explicit Impl(const MissInputs& given);

  [[nodiscard]] const std::string* category(std::size_t positive) const;
  [[nodiscard]] bool wants_network() const;
  [[nodiscard]] bool satisfies(const OwnEvent& own, std::size_t positive) const {
    return chains.satisfies(own.candidate, positive);
  }
  [[nodiscard]] static explain::Chains::MayFollow causality(const truth::Incident& incident) {
    return [&incident](const OwnEvent& earlier, const OwnEvent& later) {
      return may_be_linked(incident, earlier.event, later.event);
    };
  }
  using Searches = std::span<const schedule::SearchRecord* const>;
  [[nodiscard]] bool was_visible(const truth::Incident& incident,
                                 const std::vector<OwnEvent>& own) const;
  [[nodiscard]] bool was_seen_by(Searches searches, const truth::Incident& incident,
                                 const std::vector<OwnEvent>& own) const;
  /// The run of the undisturbed grid that sees all of the chain, if one does. `prompt`: as if each
  /// of its events had been ingested when it happened, and all its times were that time.
  [[nodiscard]] std::optional<WallTime> run_of_grid(const Chain& chain, bool prompt) const;
  [[nodiscard]] Reason unseen(const std::vector<Chain>& found) const;
  /// `lost` or `merged`, if that befell the event and no copy of it is there; else empty.
  [[nodiscard]] std::string_view fault_of(const truth::Incident& incident, std::uint32_t event,
                                          const std::vector<OwnEvent>& own) const;
  [[nodiscard]] Miss unmatched(const truth::Incident& incident,
                               const std::vector<OwnEvent>& own) const;
  [[nodiscard]] Miss differing_keys(const explain::Diagnosis& found) const;
  [[nodiscard]] Miss paired(const std::vector<Chain>& found) const;
  [[nodiscard]] Miss counted_elsewhere(std::uint32_t incident,
                                       const schedule::SuppressedMatch& counted) const;
  [[nodiscard]] std::string example_for(const truth::Incident& incident,
                                        std::size_t positive) const;

  MissInputs in;
  explain::Chains chains;
  const std::vector<std::size_t>& positives;             ///< stages that ask for an event
  std::vector<std::vector<OwnEvent>> own_events;         ///< by incident; in order of candidates
  std::vector<const schedule::SearchRecord*> scheduled;  ///< searches, in order of time
  std::vector<const schedule::SearchRecord*> manual;     ///< likewise
  bool is_disturbed = false;       ///< some run was late, failed or left a gap
  std::set<std::uint32_t> capped;  ///< incidents of which a match was cut
  /// By incident: the first of its matches that another alert took in.
  std::map<std::uint32_t, const schedule::SuppressedMatch*> suppressed;
  bool suppresses = false;  ///< some alert takes others in
  boost::unordered_flat_map<CandidateIndex, CandidateIndex> start_of_completing;
  boost::unordered_flat_map<CandidateIndex, CandidateIndex> completing_of_start;
};

MissExplainer::Impl::Impl(const MissInputs& given)
    : in(given),
      chains(in.rule.bound.query, in.rule.bound.binding, in.log, in.rule.maxspan),
      positives(chains.positives()),
      own_events(given.truth.incidents.size()) {
  for (std::size_t c = 0; c < in.log.dated_count(); ++c) {
    const auto candidate = static_cast<CandidateIndex>(c);
    const auto* label = in.index.find(in.log.event_id(candidate));
    if (label == nullptr) continue;
    if (in.truth.incidents[label->incident].events[label->event].role == Role::noise) continue;
    own_events[label->incident].push_back({.candidate = candidate, .event = label->event});
  }
  for (const schedule::SearchRecord& search : in.simulation.searches)
    (search.manual ? manual : scheduled).push_back(&search);
  is_disturbed =
      in.simulation.counters.failed_runs > 0 || !in.simulation.gaps.empty() ||
      std::ranges::any_of(scheduled, [&](const auto* search) {
        return schedule::saturating_distance(in.simulation.first_run, search->started_at) %
                   in.schedule.interval !=
               Duration::zero();
      });
  suppresses = std::ranges::any_of(in.simulation.alerts, [](const schedule::Alert& alert) {
    return alert.suppression.has_value();
  });
  for (const schedule::SuppressedMatch& counted : in.simulation.suppressed) {
    if (const auto incident = causal_incident(in.log, counted.match, in.truth, in.index))
      suppressed.try_emplace(*incident, &counted);
  }
  for (const schedule::CappedMatch& lost : in.simulation.lost_to_cap) {
    if (const auto incident = causal_incident(in.log, lost.match, in.truth, in.index))
      capped.insert(*incident);
  }
  for (const match::Match& match : in.matches.matches) {
    start_of_completing.emplace(match.completing(), match.first());
    completing_of_start.emplace(match.first(), match.completing());
  }
}

const std::string* MissExplainer::Impl::category(std::size_t positive) const {
  return explain::category_of(in.rule.bound.query, positives[positive]);
}

bool MissExplainer::Impl::wants_network() const {
  for (std::size_t j = 0; j < positives.size(); ++j) {
    if (category(j) != nullptr && *category(j) == "network") return true;
  }
  return false;
}

bool MissExplainer::Impl::was_visible(const truth::Incident& incident,
                                      const std::vector<OwnEvent>& own) const {
  return was_seen_by(scheduled, incident, own) || was_seen_by(manual, incident, own);
}

bool MissExplainer::Impl::was_seen_by(Searches searches, const truth::Incident& incident,
                                      const std::vector<OwnEvent>& own) const {
  WallTime earliest = WallTime::max();
  for (const OwnEvent& event : own) {
    earliest =
        std::min(earliest, schedule::searchable_at(in.log, event.candidate, in.simulation.refresh));
  }
  const EventTime last = in.log.event_time(own.back().candidate);
  const auto begin = std::ranges::lower_bound(
      searches, schedule::saturating_add(earliest, -in.simulation.search_delay), {},
      &schedule::SearchRecord::started_at);
  std::vector<OwnEvent> seen_before;
  for (auto it = begin; it != searches.end(); ++it) {
    const schedule::SearchRecord& search = **it;
    // A run that catches up searches older windows than the run before it, by this much at most; a
    // manual one may search anything, and windows by another time follow no order of events.
    if (!search.manual && !in.simulation.range &&
        schedule::saturating_distance(on_clock<WallTime>(last),
                                      on_clock<WallTime>(search.window.from)) >
            schedule::catch_up_windows_max * in.schedule.interval)
      break;
    std::vector<OwnEvent> visible;
    for (const OwnEvent& event : own) {
      if (schedule::could_see(in.simulation, search, in.log, event.candidate))
        visible.push_back(event);
    }
    const auto same = [](const OwnEvent& a, const OwnEvent& b) {
      return a.candidate == b.candidate;
    };
    if (std::ranges::equal(visible, seen_before, same)) continue;
    for (const Chain& chain : chains.find(visible, causality(incident), explain::KeyRule::common)) {
      if (chains.fits(chain) && !chains.stopped_by(chain)) return true;
    }
    seen_before = std::move(visible);
  }
  return false;
}

std::optional<WallTime> MissExplainer::Impl::run_of_grid(const Chain& chain, bool prompt) const {
  // Seen by a run at t: when each is searchable ≤ t, and for some time of each: time + to ≤ t ≤
  // time + look-back (rule::settle_time). The first such t, if any, is the first run after
  // the last event was searchable or after one of those times came into the window.
  std::vector<std::vector<EventTime>> times;
  WallTime searchable = WallTime::min();
  for (const OwnEvent& event : chain) {
    const EventTime time = in.log.event_time(event.candidate);
    times.push_back(prompt ? std::vector{time}
                           : schedule::range_times(in.log, event.candidate, in.simulation.range));
    const WallTime seen =
        prompt ? schedule::saturating_add(on_clock<WallTime>(time), in.simulation.refresh)
               : schedule::searchable_at(in.log, event.candidate, in.simulation.refresh);
    searchable = std::max(searchable, seen);
  }
  const WallTime grid = in.simulation.first_run;
  const WallTime earliest =
      std::max(schedule::saturating_add(searchable, -in.simulation.search_delay), grid);
  const auto run_from = [&](WallTime from) {
    // The first run at or after `from`; the difference may be more than a signed number holds.
    const auto since_1970 = [](WallTime time) {
      return static_cast<std::uint64_t>(time.time_since_epoch().count());
    };
    const auto interval = static_cast<std::uint64_t>(in.schedule.interval.count());
    const std::uint64_t past = (since_1970(from) - since_1970(grid)) % interval;
    return schedule::saturating_add(
        from, Duration(static_cast<std::int64_t>(past == 0 ? 0 : interval - past)));
  };
  const auto holds = [&](WallTime run, EventTime time) {
    return schedule::saturating_add(on_clock<WallTime>(time), in.schedule.to) <= run &&
           run <= schedule::saturating_add(on_clock<WallTime>(time), in.schedule.look_back);
  };
  std::vector<WallTime> begins = {earliest};
  for (const std::vector<EventTime>& of_event : times) {
    for (const EventTime time : of_event) {
      begins.push_back(
          std::max(earliest, schedule::saturating_add(on_clock<WallTime>(time), in.schedule.to)));
    }
  }
  std::ranges::sort(begins);
  for (const WallTime begin : begins) {
    const WallTime run = run_from(begin);
    const bool sees_all = std::ranges::all_of(times, [&](const std::vector<EventTime>& of_event) {
      return std::ranges::any_of(of_event, [&](EventTime time) { return holds(run, time); });
    });
    if (sees_all) return run;
  }
  return std::nullopt;
}

Reason MissExplainer::Impl::unseen(const std::vector<Chain>& found) const {
  for (const Chain& chain : found) {
    const std::optional<WallTime> run = run_of_grid(chain, false);
    // Runs that are listed may end before the events do.
    if (run && (is_disturbed || *run > in.simulation.last_run)) return Reason::runs_disturbed;
  }
  const bool would_fit = std::ranges::any_of(
      found, [&](const Chain& chain) { return run_of_grid(chain, true).has_value(); });
  return would_fit ? Reason::too_late : Reason::look_back_too_short;
}

std::string_view MissExplainer::Impl::fault_of(const truth::Incident& incident, std::uint32_t event,
                                               const std::vector<OwnEvent>& own) const {
  if (std::ranges::find(own, event, &OwnEvent::event) != own.end()) return {};
  for (const std::string& fault : incident.events[event].faults) {
    if (fault == "lost" || fault == "merged") return fault == "lost" ? "lost" : "merged";
  }
  return {};
}

/// What the incident has where the query asks for stage `positive`.
std::string MissExplainer::Impl::example_for(const truth::Incident& incident,
                                             std::size_t positive) const {
  const std::string* asked = category(positive);
  const bool wants = asked != nullptr && *asked == "network";
  for (const truth::IncidentEvent& event : incident.events) {
    if (event.role == Role::noise || (event.role == Role::network) != wants) continue;
    return subject_of(event.what);
  }
  return {};
}

Miss MissExplainer::Impl::unmatched(const truth::Incident& incident,
                                    const std::vector<OwnEvent>& own) const {
  const auto event_satisfies = [&](std::uint32_t event, std::size_t positive) {
    return std::ranges::any_of(
        own, [&](const OwnEvent& o) { return o.event == event && satisfies(o, positive); });
  };
  if (positives.size() == 2 && !incident.true_pairs.empty()) {
    // The pair that gets furthest speaks for the incident: first by filters satisfied, then by
    // time.
    const auto* best = &incident.true_pairs.front();
    int best_score = -1;
    for (const auto& pair : incident.true_pairs) {
      const int score =
          (event_satisfies(pair.first, 0) ? 1 : 0) + (event_satisfies(pair.second, 1) ? 1 : 0);
      if (score > best_score) {
        best = &pair;
        best_score = score;
      }
    }
    // A document that is there and does not satisfy its stage says more than one that never came:
    // what that would have satisfied nobody knows.
    std::optional<Miss> lost;
    for (const std::size_t j : {std::size_t{0}, std::size_t{1}}) {
      const std::uint32_t event = j == 0 ? best->first : best->second;
      if (event_satisfies(event, j)) continue;
      Miss miss{.reason = Reason::stage_unmatched,
                .stage = static_cast<std::uint32_t>(positives[j]),
                .keys = {},
                .example = subject_of(incident.events[event].what),
                .gap = {},
                .events = {best->first, best->second}};
      const std::string_view fault = fault_of(incident, event, own);
      if (fault.empty()) return miss;
      if (lost) continue;
      miss.reason = Reason::document_missing;
      miss.fault = fault;
      lost = std::move(miss);
    }
    if (lost) return *lost;
    return {.reason = Reason::out_of_order,
            .keys = {},
            .example = {},
            .gap = {},
            .events = {best->first, best->second},
            .fault = "stamped"};
  }
  for (std::size_t j = 0; j < positives.size(); ++j) {
    if (std::ranges::any_of(own, [&](const OwnEvent& o) { return satisfies(o, j); })) continue;
    Miss miss{.reason = Reason::stage_unmatched,
              .stage = static_cast<std::uint32_t>(positives[j]),
              .keys = {},
              .example = example_for(incident, j),
              .gap = {}};
    // All that it could have been never came.
    const bool wants = category(j) != nullptr && *category(j) == "network";
    bool has_other = false;
    for (std::uint32_t e = 0; e < incident.events.size(); ++e) {
      const Role role = incident.events[e].role;
      if (role == Role::noise || role == Role::file || (role == Role::network) != wants) continue;
      const std::string_view fault = fault_of(incident, e, own);
      // One that satisfies another stage was never meant for this one.
      const bool is_placed =
          std::ranges::any_of(own, [&](const OwnEvent& o) { return o.event == e; });
      has_other = has_other || (fault.empty() && !is_placed);
      if (!fault.empty() && miss.fault.empty()) {
        miss.fault = fault;
        miss.example = subject_of(incident.events[e].what);
      }
    }
    if (has_other || miss.fault.empty()) {
      miss.fault.clear();
      miss.example = example_for(incident, j);
    } else {
      miss.reason = Reason::document_missing;
    }
    return miss;
  }
  return {.reason = Reason::out_of_order, .keys = {}, .example = {}, .gap = {}};
}

Miss MissExplainer::Impl::differing_keys(const explain::Diagnosis& found) const {
  Miss miss{.reason = Reason::keys_differ, .keys = {}, .example = {}, .gap = {}};
  std::vector<std::string> names;
  std::vector<std::string> values;
  const Chain& chain = found.chains.front();
  for (const std::size_t i : found.keys) {
    names.push_back(in.rule.bound.query.stages[positives[0]].keys[i].field.name);
    // Values as the sequence goes along, repeats left out.
    std::vector<std::string> texts;
    for (std::size_t j = 0; j < chain.size(); ++j) {
      const std::string text = chains.key_text(chain[j].candidate, j, i);
      if (texts.empty() || texts.back() != text) texts.push_back(text);
    }
    values.push_back(join(texts, ", then "));
  }
  miss.keys = join(names, " and ");
  // Values of identifiers of hosts and processes differ from incident to incident; one key's are
  // worth counting.
  miss.example = values.size() == 1 ? values[0] : std::string();
  miss.events = events_of(chain);
  return miss;
}

Miss MissExplainer::Impl::paired(const std::vector<Chain>& found) const {
  Miss miss{.reason = Reason::paired_elsewhere,
            .keys = {},
            .example = {},
            .gap = {},
            .events = events_of(found.front())};
  for (const Chain& chain : found) {
    const auto start = start_of_completing.find(chain.back().candidate);
    if (start != start_of_completing.end() && start->second != chain.front().candidate) {
      miss.example = "last event to another start";
      miss.events = events_of(chain);
      return miss;
    }
    const auto completing = completing_of_start.find(chain.front().candidate);
    if (completing != completing_of_start.end() && completing->second != chain.back().candidate) {
      miss.example = "first event to another completion";
      miss.events = events_of(chain);
      return miss;
    }
  }
  if (positives.size() < in.rule.bound.query.stages.size()) {
    miss.reason = Reason::stopped;
    return miss;
  }
  if (positives.size() == 1) {
    // An event that comes late is taken for one that its group has counted.
    miss.reason = suppresses ? Reason::suppressed : Reason::unexplained;
    if (suppresses) miss.example = "older than what was counted last";
    return miss;
  }
  const auto is_match = [&](const Chain& chain) {
    const auto completing = completing_of_start.find(chain.front().candidate);
    return completing != completing_of_start.end() && completing->second == chain.back().candidate;
  };
  if (std::ranges::any_of(found, is_match)) {
    miss.example = "only in runs, not on all data";
    return miss;
  }
  miss.example = "another start took its place";
  return miss;
}

/// What the alert that took the match in is about.
Miss MissExplainer::Impl::counted_elsewhere(std::uint32_t incident,
                                            const schedule::SuppressedMatch& counted) const {
  Miss miss{.reason = Reason::suppressed, .keys = {}, .example = {}, .gap = {}};
  const auto about =
      causal_incident(in.log, in.simulation.alerts[counted.alert].match, in.truth, in.index);
  if (about) {
    const truth::Incident& other = in.truth.incidents[*about];
    miss.example = "alert about " + other.scenario;
    if (!other.title.empty()) miss.example += " " + other.title;
  } else {
    miss.example = "alert of unrelated events";
  }
  for (const CandidateIndex event : counted.match.events) {
    if (event == match::missing_event) continue;
    const auto* const label = in.index.find(in.log.event_id(event));
    if (label != nullptr && label->incident == incident) miss.events.push_back(label->event);
  }
  return miss;
}

MissExplainer::MissExplainer(const MissInputs& inputs) : impl_(std::make_unique<Impl>(inputs)) {}
MissExplainer::~MissExplainer() = default;

Miss MissExplainer::explain(std::uint32_t incident_place) const {
  const Impl& at = *impl_;
  const truth::Incident& incident = at.in.truth.incidents[incident_place];
  const std::vector<OwnEvent>& own = at.own_events[incident_place];
  Miss miss{.reason = Reason::no_connection, .keys = {}, .example = {}, .gap = {}};

  if (const auto counted = at.suppressed.find(incident_place); counted != at.suppressed.end())
    return at.counted_elsewhere(incident_place, *counted->second);
  if (incident.behaviour == truth::Behaviour::none && at.wants_network()) {
    const bool connects_later = std::ranges::any_of(
        incident.events, [](const truth::IncidentEvent& e) { return e.role == Role::network; });
    miss.example = connects_later ? "only later, or by other code" : "none at all";
    return miss;
  }
  const explain::Diagnosis found = at.chains.diagnose(own, Impl::causality(incident));
  switch (found.obstacle) {
    case explain::Obstacle::no_chain:
      return at.unmatched(incident, own);
    case explain::Obstacle::keys_differ:
      return at.differing_keys(found);
    case explain::Obstacle::over_maxspan:
      miss.reason = Reason::over_maxspan;
      miss.gap = found.gap;
      miss.events = events_of(found.chains.front());
      return miss;
    case explain::Obstacle::stopped:
      miss.reason = Reason::stopped;
      miss.events = events_of(found.chains.front());
      return miss;
    case explain::Obstacle::none:
      break;
  }
  miss.events = events_of(found.chains.front());
  if (!at.was_visible(incident, own)) {
    miss.reason = at.unseen(found.chains);
    miss.example = incident.persona;
    return miss;
  }
  if (at.capped.contains(incident_place)) {
    miss.reason = Reason::cut_by_cap;
    return miss;
  }
  return at.paired(found.chains);
}

std::string describe(const Miss& miss, const eql::CheckedQuery& query,
                     std::optional<Duration> maxspan) {
  switch (miss.reason) {
    case Reason::no_connection:
      return "no connection, or none in time";
    case Reason::stage_unmatched: {
      const std::string what = explain::asked_for(query, miss.stage);
      return query.stages.size() == 1 ? format("no {} satisfies the query", what)
                                      : format("no {} satisfies step {}", what, miss.stage + 1);
    }
    case Reason::document_missing: {
      const std::string what = explain::asked_for(query, miss.stage);
      const std::string_view befell = miss.fault == "merged" ? "merged away" : "lost";
      return query.stages.size() == 1 ? format("its {} {}", what, befell)
                                      : format("{} of step {} {}", what, miss.stage + 1, befell);
    }
    case Reason::out_of_order:
      return miss.fault.empty() ? "its events come in another order"
                                : "its events are stamped out of order";
    case Reason::keys_differ:
      return format("{} changes between the steps", miss.keys);
    case Reason::over_maxspan:
      return maxspan ? format("longer than maxspan ({})", human_duration(*maxspan))
                     : "longer than maxspan";
    case Reason::stopped:
      return "stopped by until or by an event that must not happen";
    case Reason::runs_disturbed:
      return "its run was late or failed";
    case Reason::too_late:
      return "arrived too late for any run";
    case Reason::look_back_too_short:
      return "the look-back is too short for it";
    case Reason::suppressed:
      return "counted by another alert";
    case Reason::cut_by_cap:
      return "cut by the cap";
    case Reason::paired_elsewhere:
      return "its events went into other matches";
    case Reason::unexplained:
      return "unexplained: matcher and truth disagree";
    case Reason::matched:
    case Reason::nothing_near:
    case Reason::undated:
    case Reason::spoiled:
    case Reason::replaced:
    case Reason::dropped:
    case Reason::cut_by_pipe:
      break;  // never found of an incident
  }
  return {};
}

}  // namespace eqlab::score
