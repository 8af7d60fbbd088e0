#pragma once

#include <string>

#include "generators/corpus/corpus.h"
#include "generators/incident/scenario.h"

namespace eqlab::generators {

/// What listings say of a scenario of that catalogue.
[[nodiscard]] ScenarioSummary summary_of(const Scenario& scenario, const Catalogue& catalogue);
/// Errors: E521, with the nearest id.
[[nodiscard]] Status require_scenario(const Catalogue& catalogue, const std::string& id);

}  // namespace eqlab::generators
