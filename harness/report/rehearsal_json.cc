#include <nlohmann/json.hpp>

#include "harness/report/rehearsal.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const RehearsedCell& cell, const std::string& rule) {
  Json out = {{"rule", rule}};
  if (cell.promise) {
    out["promise"] = cell.promise->outcome;
    if (!cell.promise->because.empty()) out["because"] = cell.promise->because;
    if (!cell.promise->condition.empty()) out["if"] = cell.promise->condition;
    if (cell.promise->share)
      out["share"] = {cell.promise->share->first, cell.promise->share->second};
  }
  out["fired"] = cell.fired;
  if (cell.fired_in_variant) out["fired_in_variant"] = *cell.fired_in_variant;
  if (cell.promise) {
    out["kept"] = cell.is_kept();
    if (cell.broken > 0) {
      out["broken_tellings"] = cell.broken;
      out["first_broken_telling"] = cell.first_broken;
    }
  }
  return out;
}

}  // namespace

std::string rehearsal_json(const RehearsalResult& result) {
  Json out = {{"eqlab_result", "rehearsal"},
              {"schema_version", 1},
              {"tellings", result.runs},
              {"seed", result.seed},
              {"promises_kept", result.promises_kept()},
              {"promises_broken", result.promises_broken()},
              {"rules", Json::array()},
              {"scenarios", Json::array()}};
  if (result.variant)
    out["variant"] = {{"merging", result.variant->merging},
                      {"entity_id", result.variant->entity_id}};
  for (const RehearsedRule& rule : result.rules) {
    out["rules"].push_back({{"rule", rule.label},
                            {"file", rule.file},
                            {"name", rule.name},
                            {"rule_id", rule.rule_id}});
  }
  for (const RehearsedScenario& scenario : result.scenarios) {
    Json cells = Json::array();
    for (std::size_t r = 0; r < scenario.cells.size(); ++r)
      cells.push_back(to_json(scenario.cells[r], result.rules[r].label));
    out["scenarios"].push_back({{"id", scenario.id},
                                {"title", scenario.title},
                                {"class", scenario.scenario_class},
                                {"connects", scenario.connects},
                                {"rules", std::move(cells)}});
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace eqlab::report
