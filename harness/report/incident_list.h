#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "harness/match/matcher.h"
#include "harness/score/scorecard.h"

namespace eqlab::report {

/// What the list is made from. All must outlive the call; `card` was scored from the rest.
struct IncidentListInputs {
  const scan::CandidateLog& log;
  const schedule::Simulation& simulation;
  const truth::Truth& truth;
  const truth::TruthIndex& index;
  const scan::BoundQuery& bound;
  const score::Scorecard& card;
  std::optional<Duration> maxspan = std::nullopt;  ///< instead of the query's own
};

/// So many incidents a page shows fluently, and so many events of one.
inline constexpr std::size_t incidents_listed_max = 10'000;
inline constexpr std::size_t events_listed_max = 400;

/// The `incidents` of a report document (`web/report.schema.json`): what happened, which steps of
/// the rule it met and where the sequence broke. Malicious ones first, then those with an alert, in
/// order of time; at most `count_max`, and of one incident at most `events_listed_max` events,
/// those that meet a step before all others.
[[nodiscard]] nlohmann::ordered_json incident_list(const IncidentListInputs& inputs,
                                                   std::size_t count_max = incidents_listed_max);

}  // namespace eqlab::report
