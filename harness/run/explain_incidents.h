#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/explain/explain.h"
#include "harness/explain/explained.h"
#include "harness/schedule/simulation.h"
#include "harness/score/scorecard.h"
#include "harness/truth/truth.h"

/// Incidents of a labelled corpus, explained by the reasons that the scorecard counts.
namespace eqlab::run {

/// Which incidents, of which labels.
struct IncidentRequest {
  std::vector<std::string> ids = {};
  std::uint64_t misses_max = 0;  ///< up to so many missed malicious ones; 0: those of `ids`
  std::string truth_file = {};   ///< empty: truth.ndjson beside the events
};

struct ChosenIncidents {
  truth::Truth truth;
  std::vector<std::uint32_t> places;  ///< in Truth::incidents; candidates where misses are wanted
};

/// Nothing where none are asked for, or misses are but there are no labels. `paths`: where the
/// events are. Errors: E407 no labels, E408 no such incident, and those of truth::read_truth.
[[nodiscard]] Result<std::optional<ChosenIncidents>> choose_incidents(
    const IncidentRequest& request, const std::vector<std::string>& paths);

/// The pass keeps their events, and no near misses: an incident is explained by its own events.
[[nodiscard]] explain::Wanted wanted_events(const ChosenIncidents& chosen);

/// Schedules and scores the rule over the candidates once, then explains one incident after
/// another. All but `options` must outlive it.
class IncidentExplainer {
 public:
  /// Start and end of `options` are overwritten: the runs cover the time of the labels.
  IncidentExplainer(const explain::ExplainInputs& inputs, const scan::BoundQuery& bound,
                    explain::Explainer& explainer, const truth::Truth& truth,
                    schedule::SimulationOptions options);

  /// Labels of one corpus say nothing about the events of another.
  [[nodiscard]] bool is_in_input(std::uint32_t place) const;
  [[nodiscard]] bool is_missed(std::uint32_t place) const {
    return card_.incidents[place].miss.has_value();
  }
  [[nodiscard]] explain::Explained explain(std::uint32_t place);

 private:
  [[nodiscard]] std::optional<event::RowIndex> row_of(const truth::IncidentEvent& event) const;
  /// One for each stage that asks for an event.
  [[nodiscard]] std::vector<std::optional<event::RowIndex>> events_of(std::uint32_t place);
  [[nodiscard]] std::vector<std::optional<event::RowIndex>> nearest_events(
      const truth::Incident& incident);

  const explain::Sightings& sightings_;
  explain::Explainer& explainer_;
  const truth::Truth& truth_;
  const eql::CheckedQuery& query_;
  score::Scorecard card_;
  std::map<std::uint32_t, match::Match> match_of_;  ///< by incident: the first that it caused
  std::map<std::string, event::RowIndex, std::less<>> row_of_id_;  ///< the first of that id
};

/// Errors: E408 where no event of an incident is in the input.
[[nodiscard]] Result<std::vector<explain::Explained>> explain_incidents(
    IncidentExplainer& explainer, const ChosenIncidents& chosen, const IncidentRequest& request);

}  // namespace eqlab::run
