#include "generators/corpus/summary.h"

#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

std::string_view behaviour_of(const Scenario& scenario) {
  if (scenario.truth_code == "M1" || scenario.truth_code == "G1") return "connects within 60 s";
  return scenario.truth_code == "OOS" ? "out of scope" : "no connection within 60 s";
}

/// `Y`, or with the reason after a colon.
std::string promise_text(const Promise& promise) {
  std::string text(to_string(promise.outcome));
  if (!promise.because.empty()) text += ": " + promise.because;
  return text;
}

}  // namespace

ScenarioSummary summary_of(const Scenario& scenario, const Catalogue& catalogue) {
  ScenarioSummary row{.id = scenario.id,
                      .title = scenario.title,
                      .story = scenario.story,
                      .family = scenario.family,
                      .intent = std::string(truth::to_string(scenario.intent)),
                      .scenario_class = std::string(to_string(scenario.scenario_class())),
                      .behaviour = std::string(behaviour_of(scenario)),
                      .expected = promise_text(scenario.base()),
                      .promises = {},
                      .source = scenario.source,
                      .confidence = scenario.confidence,
                      .rate_per_month = scenario.rate_per_month,
                      .tags = scenario.tags};
  for (std::size_t r = 0; r < catalogue.rules.size(); ++r)
    row.promises.emplace_back(catalogue.rules[r].key, promise_text(scenario.expected[r]));
  return row;
}

Status require_scenario(const Catalogue& catalogue, const std::string& id) {
  if (catalogue.find(id) != nullptr) return ok();
  std::vector<std::string_view> known;
  for (const Scenario& scenario : catalogue.scenarios) known.push_back(scenario.id);
  const auto close = nearest(id, known, 1);
  return fail(error_in("", "E521", format("there is no scenario \"{}\"", printable(id)),
                       close.empty() ? "" : format("did you mean {}?", close.front())));
}

}  // namespace eqlab::generators
