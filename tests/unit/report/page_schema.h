#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

/// The contract of the report page.
namespace eqlab::test {

/// What is wrong with a document of the page; empty when nothing is. valijson reads draft 7, in
/// which every keyword of the contract means the same as in its own draft.
[[nodiscard]] inline std::string page_problem(const nlohmann::json& document) {
  using Adapter = valijson::adapters::NlohmannJsonAdapter;
  static const valijson::Schema* const schema = [] {
    static valijson::Schema parsed;
    std::ifstream file(std::string(EQLAB_SOURCE_DIR) + "/web/report.schema.json");
    static const nlohmann::json text = nlohmann::json::parse(file);
    valijson::SchemaParser().populateSchema(Adapter(text), parsed);
    return &parsed;
  }();
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(*schema, Adapter(document), &results)) return {};
  std::string out = "invalid";
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    out += "\n";
    for (const std::string& part : error.context) out += part;
    out += ": " + error.description;
  }
  return out;
}

inline constexpr std::string_view page_opening =
    R"(<script type="application/json" id="eqlab-data">)";

/// The document that a page holds, as a browser would take it out: up to the first end tag.
[[nodiscard]] inline std::string document_of(const std::string& page) {
  const std::size_t open = page.find(page_opening);
  if (open == std::string::npos) return {};
  const std::size_t from = open + page_opening.size();
  const std::size_t end = page.find("</script", from);
  return page.substr(from, end == std::string::npos ? 0 : end - from);
}

}  // namespace eqlab::test
