#include <nlohmann/json.hpp>

#include "harness/report/cells.h"
#include "harness/report/inert_json.h"
#include "harness/report/mutation.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const score::Proportion& proportion) {
  const auto value = proportion.value();
  return {{"hits", proportion.hits},
          {"total", proportion.total},
          {"value", value ? Json(rounded(*value)) : Json()}};
}
Json to_json(const std::optional<score::Proportion>& proportion) {
  return proportion ? to_json(*proportion) : Json();
}

Json to_json(const std::optional<CoverageTable>& table) {
  if (!table) return nullptr;
  Json out = {{"matches", table->matches},
              {"exercised", to_json(table->exercised)},
              {"pairs", to_json(table->pairs)},
              {"left_out", table->left_out},
              {"alternatives", Json::array()}};
  for (const AlternativeRow& row : table->alternatives) {
    out["alternatives"].push_back({{"what", row.what},
                                   {"line", row.place.line},
                                   {"column", row.place.column},
                                   {"matches", row.matches}});
  }
  return out;
}

Json to_json(const MutantRow& row) {
  Json out = {{"kind", row.kind},
              {"what", row.what},
              {"line", row.place.line},
              {"column", row.place.column},
              {"end_column", row.place.end_column}};
  out["noticed_by"] = row.noticed_by.empty() ? Json() : Json(row.noticed_by);
  out["noticed_by_corpus"] = row.noticed_by_corpus ? Json(*row.noticed_by_corpus) : Json();
  out["catches_other_incidents"] = row.catches_others ? Json(*row.catches_others) : Json();
  if (row.is_too_wide) out["too_wide"] = true;
  if (!row.killing_case.empty()) out["killing_case"] = row.killing_case;
  return out;
}

}  // namespace

std::string mutation_json(const MutationResult& result) {
  Json out = {{"eqlab_result", "mutation"},
              {"schema_version", 1},
              {"rule", {{"file", result.rule_file}, {"name", result.rule_name}}},
              {"cases", result.blocks},
              {"by_cases", to_json(result.by_cases)},
              {"by_corpus", to_json(result.by_corpus)},
              {"corpus", result.corpus.empty() ? Json() : Json(result.corpus)},
              {"not_counted",
               {{"equivalent", result.equivalent},
                {"duplicates", result.duplicates},
                {"stillborn", result.stillborn},
                {"left_out", result.left_out}}},
              {"case_coverage", to_json(result.case_coverage)},
              {"corpus_coverage", to_json(result.corpus_coverage)},
              {"mutants", Json::array()}};
  for (const MutantRow& row : result.mutants) out["mutants"].push_back(to_json(row));
  out["command"] = result.command;
  return inert_json(out.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace eqlab::report
