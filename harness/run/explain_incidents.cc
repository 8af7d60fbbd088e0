#include "harness/run/explain_incidents.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "harness/base/columns.h"
#include "harness/base/text.h"
#include "harness/score/evaluate.h"

namespace eqlab::run {
namespace {

using event::RowIndex;
using explain::Explained;
using truth::Incident;

constexpr std::size_t events_compared_max = 256;
constexpr std::size_t title_columns_max = 32;  // so that what became of it is not cut off

/// The labels that lie beside the events, when nobody says where they are.
std::string truth_beside(const std::vector<std::string>& paths) {
  namespace fs = std::filesystem;
  for (const std::string& path : paths) {
    std::error_code ignored;
    const fs::path folder =
        fs::is_directory(path, ignored) ? fs::path(path) : fs::path(path).parent_path();
    const fs::path file = folder / "truth.ndjson";
    if (path != "-" && fs::is_regular_file(file, ignored)) return file.string();
  }
  return {};
}

Result<std::uint32_t> place_of(const truth::Truth& truth, const std::string& id,
                               const std::string& file) {
  const auto found = std::ranges::find(truth.incidents, id, &Incident::id);
  if (found != truth.incidents.end())
    return static_cast<std::uint32_t>(found - truth.incidents.begin());
  std::vector<std::string_view> known;
  for (const Incident& incident : truth.incidents) known.push_back(incident.id);
  const std::vector<std::string> close = nearest(id, known, 1);
  return fail(error_in(
      file, "E408", format("there is no incident {}", printable(id)),
      close.empty() ? "the ids stand in truth.ndjson" : format("did you mean {}?", close[0])));
}

/// Only what is malicious can be missed or caught.
std::string_view became(truth::Intent intent, bool is_silent) {
  if (intent == truth::Intent::malicious) return is_silent ? "missed" : "caught";
  return is_silent ? "no alert" : "raised an alert";
}

std::string title_of(const Incident& incident, bool is_silent) {
  return format("{}  {} {} · host {} · {} · {}", incident.id, incident.scenario,
                cut(incident.title, title_columns_max), incident.host_name,
                truth::to_string(incident.intent), became(incident.intent, is_silent));
}

}  // namespace

Result<std::optional<ChosenIncidents>> choose_incidents(const IncidentRequest& request,
                                                        const std::vector<std::string>& paths) {
  using Chosen = std::optional<ChosenIncidents>;
  if (request.ids.empty() && request.misses_max == 0) return Chosen();
  const std::string file = request.truth_file.empty() ? truth_beside(paths) : request.truth_file;
  if (file.empty()) {
    if (request.ids.empty()) return Chosen();
    return fail(error_in({}, "E407", "an incident is asked for, but there are no labels",
                         "name them with --truth FILE, or give the folder of a corpus"));
  }
  ChosenIncidents out;
  EQLAB_TRY(out.truth, truth::read_truth(file));
  for (const std::string& id : request.ids) {
    EQLAB_TRY(const std::uint32_t place, place_of(out.truth, id, file));
    out.places.push_back(place);
  }
  if (request.misses_max > 0) {
    for (std::uint32_t i = 0; i < out.truth.incidents.size(); ++i) {
      if (out.truth.incidents[i].intent == truth::Intent::malicious) out.places.push_back(i);
    }
  }
  return Chosen(std::move(out));
}

explain::Wanted wanted_events(const ChosenIncidents& chosen) {
  explain::Wanted wanted{.near_misses = false};
  for (const std::uint32_t place : chosen.places) {
    for (const truth::IncidentEvent& event : chosen.truth.incidents[place].events)
      wanted.ids.push_back(event.id);
  }
  std::ranges::sort(wanted.ids);
  return wanted;
}

IncidentExplainer::IncidentExplainer(const explain::ExplainInputs& inputs,
                                     const scan::BoundQuery& bound, explain::Explainer& explainer,
                                     const truth::Truth& truth, schedule::SimulationOptions options)
    : sightings_(inputs.sightings), explainer_(explainer), truth_(truth), query_(bound.query) {
  const truth::TruthIndex index(truth);
  const scan::CandidateLog& log = sightings_.log();
  score::Evaluation evaluated = score::evaluate(
      {.log = log, .truth = truth, .index = index},
      {.bound = bound, .schedule = inputs.rule.schedule, .rule_id = inputs.rule.rule_id},
      {.simulation = std::move(options), .score = {.bootstrap = {.resamples = 0}}});
  card_ = std::move(evaluated.card);
  for (const match::Match& match : evaluated.matches.matches) {
    if (const auto incident = score::causal_incident(log, match, truth, index))
      match_of_.try_emplace(*incident, match);
  }
  for (const RowIndex row : sightings_.subjects())
    row_of_id_.try_emplace(std::string(sightings_.rows().ids[row]), row);
}

bool IncidentExplainer::is_in_input(std::uint32_t place) const {
  return std::ranges::any_of(
      truth_.incidents[place].events,
      [&](const truth::IncidentEvent& event) { return row_of(event).has_value(); });
}

Explained IncidentExplainer::explain(std::uint32_t place) {
  const Incident& incident = truth_.incidents[place];
  const std::optional<score::Miss>& miss = card_.incidents[place].miss;
  const auto match = match_of_.find(place);
  const bool has_match = match != match_of_.end();
  Explained out = about(
      !miss && has_match ? explainer_.match(match->second) : explainer_.events(events_of(place)),
      Explained::Kind::incident, title_of(incident, miss.has_value()));
  out.is_match = !miss;
  // The reason that the scorecard counts; in more detail where it is about these very events.
  if (miss && out.reason != miss->reason) {
    out.reason = miss->reason;
    out.text = score::describe(*miss, query_, query_.maxspan);
    if (!miss->example.empty()) out.text += ": " + miss->example;
  } else if (!miss && !has_match) {
    out.reason = explain::Reason::matched;
    out.text = "it raised an alert of its own";
  }
  out.facts = {{"incident", incident.id},
               {"scenario", incident.scenario},
               {"host", incident.host_name},
               {"intent", std::string(truth::to_string(incident.intent))}};
  return out;
}

std::optional<RowIndex> IncidentExplainer::row_of(const truth::IncidentEvent& event) const {
  const auto found = row_of_id_.find(event.id);
  return found == row_of_id_.end() ? std::nullopt : std::optional(found->second);
}

/// The events that speak for the incident; where none were chosen, the nearest of its events.
std::vector<std::optional<RowIndex>> IncidentExplainer::events_of(std::uint32_t place) {
  const Incident& incident = truth_.incidents[place];
  const std::optional<score::Miss>& miss = card_.incidents[place].miss;
  if (!miss || miss->events.size() != explainer_.stage_count()) return nearest_events(incident);
  std::vector<std::optional<RowIndex>> out;
  for (const std::uint32_t event : miss->events) out.push_back(row_of(incident.events[event]));
  return out;
}

/// For each stage the event that comes nearest to it.
std::vector<std::optional<RowIndex>> IncidentExplainer::nearest_events(const Incident& incident) {
  std::vector<std::optional<RowIndex>> out(explainer_.stage_count());
  std::set<RowIndex> taken;
  for (std::size_t p = 0; p < out.size(); ++p) {
    std::uint32_t best = explain::category_weight;  // an event of another category is none
    std::size_t looked_at = 0;
    for (const truth::IncidentEvent& event : incident.events) {
      const auto row = row_of(event);
      if (!row || taken.contains(*row) || event.role == truth::Role::noise) continue;
      if (++looked_at > events_compared_max) break;
      const std::uint32_t distance = explainer_.distance(*row, p);
      if (distance >= best) continue;
      best = distance;
      out[p] = row;
    }
    if (out[p]) taken.insert(*out[p]);
  }
  return out;
}

Result<std::vector<Explained>> explain_incidents(IncidentExplainer& explainer,
                                                 const ChosenIncidents& chosen,
                                                 const IncidentRequest& request) {
  const bool wants_misses = request.misses_max > 0;
  std::vector<Explained> out;
  for (const std::uint32_t place : chosen.places) {
    if (wants_misses && out.size() >= request.misses_max) break;
    if (wants_misses && !explainer.is_missed(place)) continue;
    if (!explainer.is_in_input(place)) {
      return fail(error_in(
          {}, "E408",
          format("no event of incident {} is in the input",
                 printable(chosen.truth.incidents[place].id)),
          "truth.ndjson must be that of these events, and all files of the corpus be given"));
    }
    out.push_back(explainer.explain(place));
  }
  return out;
}

}  // namespace eqlab::run
