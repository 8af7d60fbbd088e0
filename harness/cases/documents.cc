#include <nlohmann/json.hpp>

#include "harness/cases/case_block.h"

namespace eqlab::cases {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const CaseValue& value) {
  switch (value.kind) {
    case CaseValue::Kind::null:
      return nullptr;
    case CaseValue::Kind::boolean:
      return value.text == "true";
    case CaseValue::Kind::number:
      return Json::parse(value.text, nullptr, false);
    case CaseValue::Kind::text:
      return value.text;
  }
  return nullptr;
}

}  // namespace

std::string to_ndjson(const CaseBlock& block) {
  std::string out;
  for (const CaseEvent& event : block.events) {
    Json document = Json::object();
    const std::string timestamp_field = block.rule ? block.rule->timestamp_field : "@timestamp";
    if (event.time)
      document[timestamp_field] = format_iso8601(event.time->time_since_epoch().count(), 9);
    document["event.id"] = event.id;
    for (const CaseField& field : event.fields) {
      Json& target = document[field.name];
      if (!field.is_array) {
        target = to_json(field.values.at(0));
        continue;
      }
      target = Json::array();
      for (const CaseValue& value : field.values) target.push_back(to_json(value));
    }
    out += document.dump() + "\n";
  }
  return out;
}

}  // namespace eqlab::cases
