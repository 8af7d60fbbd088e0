#pragma once

#include <optional>
#include <vector>

#include "generators/incident/scenario.h"

namespace eqlab::generators {

/// One run of a scenario on a host.
struct SimulatedIncident {
  /// Complete but for `id`, `first`, `last` and the events' ids and times, which are known once the
  /// events have been numbered. `events` stand in the order of the events simulated; pairs are
  /// places in it.
  truth::Incident record;
  /// When the package's first script ran; nothing if none did.
  std::optional<EventTime> installed;
  /// As Catalogue::rules: whether the scenario promises that the rule fires on this run alone;
  /// nothing where it only promises a share of many runs.
  std::vector<std::optional<bool>> promised;
};

/// Simulates `scenario` on the host of `tables`, beginning at `start`: appends its events to
/// `events`, labelled as belonging to incident number `incident` of the host. The truth follows
/// from the process tree made here and from nothing else. Same arguments, same events.
[[nodiscard]] SimulatedIncident simulate_incident(const Scenario& scenario,
                                                  const StandardDelays& delays, HostTables& tables,
                                                  EventTime start, Rng rng, std::uint32_t incident,
                                                  std::vector<Event>& events);

}  // namespace eqlab::generators
