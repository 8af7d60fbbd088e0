#include "harness/report/incident_list.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/text.h"
#include "harness/report/cells.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;
using scan::CandidateIndex;

constexpr CandidateIndex no_candidate = match::missing_event;

class List {
 public:
  explicit List(const IncidentListInputs& inputs) : in_(inputs) {
    candidates_.resize(in_.truth.incidents.size());
    for (CandidateIndex c = 0; c < in_.log.size(); ++c) {
      const truth::TruthIndex::Label* const label = in_.index.find(in_.log.event_id(c));
      if (label == nullptr) continue;
      std::vector<CandidateIndex>& of_incident = candidates_[label->incident];
      of_incident.resize(in_.truth.incidents[label->incident].events.size(), no_candidate);
      of_incident[label->event] = c;
    }
    for (std::size_t s = 0; s < in_.bound.query.stages.size(); ++s) {
      if (!in_.bound.query.stages[s].missing) positive_.push_back(s);
    }
  }

  [[nodiscard]] Json incident(std::size_t place) const;

 private:
  /// Steps that the event meets, from 1.
  [[nodiscard]] std::vector<std::size_t> steps_met(std::size_t incident, std::size_t event) const {
    std::vector<std::size_t> out;
    const CandidateIndex c = candidate(incident, event);
    if (c == no_candidate) return out;
    for (std::size_t p = 0; p < positive_.size(); ++p) {
      if (in_.log.satisfies(c, in_.bound.binding.stages[positive_[p]].filter)) out.push_back(p + 1);
    }
    return out;
  }
  [[nodiscard]] CandidateIndex candidate(std::size_t incident, std::size_t event) const {
    const auto& all = candidates_[incident];
    return event < all.size() ? all[event] : no_candidate;
  }
  [[nodiscard]] Json steps(std::size_t place, const std::vector<std::size_t>& shown) const;
  /// Places of the events to show, in order.
  [[nodiscard]] std::vector<std::size_t> choose(std::size_t place) const;
  [[nodiscard]] bool is_in_alert(std::size_t place, std::size_t event) const {
    const auto& alert = in_.card.incidents[place].alert;
    const CandidateIndex c = candidate(place, event);
    if (!alert || c == no_candidate) return false;
    const auto& events = in_.simulation.alerts[*alert].match.events;
    return std::ranges::find(events, c) != events.end();
  }

  const IncidentListInputs& in_;
  std::vector<std::vector<CandidateIndex>> candidates_;  ///< by incident, then by event
  std::vector<std::size_t> positive_;                    ///< stages that ask for an event
};

std::vector<std::size_t> List::choose(std::size_t place) const {
  const auto& events = in_.truth.incidents[place].events;
  std::vector<std::size_t> out(events.size());
  std::iota(out.begin(), out.end(), std::size_t{0});
  if (out.size() <= events_listed_max) return out;
  std::ranges::stable_sort(out, {}, [&](std::size_t event) {
    return std::pair(!is_in_alert(place, event), steps_met(place, event).empty());
  });
  out.resize(events_listed_max);
  std::ranges::sort(out);
  return out;
}

Json List::steps(std::size_t place, const std::vector<std::size_t>& shown) const {
  const score::IncidentOutcome& outcome = in_.card.incidents[place];
  Json out = Json::array();
  for (std::size_t p = 0; p < positive_.size(); ++p) {
    std::optional<std::size_t> met;
    std::optional<std::size_t> nearest;
    for (std::size_t s = 0; s < shown.size(); ++s) {
      const std::vector<std::size_t> steps = steps_met(place, shown[s]);
      if (std::ranges::find(steps, p + 1) == steps.end()) continue;
      if (!met || (is_in_alert(place, shown[s]) && !is_in_alert(place, shown[*met]))) met = s;
    }
    // Where no event meets the step, the one that speaks for the incident there.
    if (!met && outcome.miss && p < outcome.miss->events.size()) {
      const auto found =
          std::ranges::find(shown, static_cast<std::size_t>(outcome.miss->events[p]));
      if (found != shown.end()) nearest = static_cast<std::size_t>(found - shown.begin());
    }
    Json step = {{"state", met ? "met" : nearest ? "failed" : "absent"}, {"event", nullptr}};
    if (met || nearest) step["event"] = met ? *met : *nearest;
    out.push_back(std::move(step));
  }
  return out;
}

Json List::incident(std::size_t place) const {
  const truth::Incident& incident = in_.truth.incidents[place];
  const score::IncidentOutcome& outcome = in_.card.incidents[place];
  const bool is_malicious = incident.intent == truth::Intent::malicious;
  const std::vector<std::size_t> shown = choose(place);
  Json out = {{"id", incident.id},
              {"scenario", incident.scenario},
              {"title", incident.title},
              {"family", incident.family},
              {"tags", incident.tags},
              {"intent", truth::to_string(incident.intent)},
              {"behaviour", truth::to_string(incident.behaviour)},
              {"host_name", incident.host_name},
              {"persona", incident.persona},
              {"agent_version", incident.agent_version},
              {"outcome", outcome.alert ? (is_malicious ? "caught" : "alerted")
                                        : (is_malicious ? "missed" : "silent")}};
  if (!outcome.alert && outcome.miss) {
    Json reason = {{"code", explain::to_string(outcome.miss->reason)},
                   {"text", score::describe(*outcome.miss, in_.bound.query, in_.maxspan)}};
    if (outcome.miss->reason == explain::Reason::stage_unmatched)
      reason["step"] = outcome.miss->stage + 1;
    out["reason"] = std::move(reason);
  }
  out["first"] = format_iso8601(incident.first.time_since_epoch().count());
  out["alert_time"] = nullptr;
  if (outcome.alert) {
    out["alert_time"] =
        format_iso8601(in_.simulation.alerts[*outcome.alert].alert_time.time_since_epoch().count());
  }
  out["steps"] = steps(place, shown);
  Json events = Json::array();
  for (const std::size_t e : shown) {
    const truth::IncidentEvent& event = incident.events[e];
    Json item = {
        {"at_seconds", rounded(static_cast<double>((event.time - incident.first).count()) / 1e9)},
        {"role", truth::to_string(event.role)},
        {"what", event.what},
        {"user", event.user}};
    if (!event.faults.empty()) item["faults"] = event.faults;
    if (event.pid != 0) {
      item["process"] = {{"pid", event.pid}, {"parent", nullptr}};
      if (event.parent_pid != 0) item["process"]["parent"] = event.parent_pid;
    }
    item["stages"] = steps_met(place, e);
    item["in_alert"] = is_in_alert(place, e);
    events.push_back(std::move(item));
  }
  out["events"] = std::move(events);
  return out;
}

}  // namespace

Json incident_list(const IncidentListInputs& inputs, std::size_t count_max) {
  std::vector<std::size_t> order(inputs.truth.incidents.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t place) {
    return std::pair(inputs.truth.incidents[place].intent != truth::Intent::malicious,
                     !inputs.card.incidents[place].alert.has_value());
  });
  order.resize(std::min(order.size(), count_max));
  const List list(inputs);
  Json out = Json::array();
  for (const std::size_t place : order) out.push_back(list.incident(place));
  return out;
}

}  // namespace eqlab::report
