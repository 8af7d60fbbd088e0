#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/rule/rule.h"

/// Rules as Kibana writes them, made up by tests.
namespace eqlab::rule {

using Json = nlohmann::ordered_json;

/// A rule of type eql with the keys that matter.
[[nodiscard]] inline Json json_rule(const std::string& query, const Json& more = Json::object()) {
  Json rule = {{"rule_id", "r-1"},  {"name", "rule one"},  {"type", "eql"},     {"language", "eql"},
               {"query", query},    {"index", {"logs-*"}}, {"severity", "low"}, {"risk_score", 21},
               {"from", "now-13m"}, {"interval", "5m"}};
  rule.update(more);
  return rule;
}
[[nodiscard]] inline Json reference_to(const std::string& list_id,
                                       const std::string& type = "detection") {
  return {
      {"id", "c-" + list_id}, {"list_id", list_id}, {"type", type}, {"namespace_type", "single"}};
}
[[nodiscard]] inline Json container(const std::string& list_id,
                                    const std::string& type = "detection") {
  return {{"id", "c-" + list_id}, {"list_id", list_id},         {"name", "list " + list_id},
          {"type", type},         {"namespace_type", "single"}, {"os_types", Json::array()}};
}
[[nodiscard]] inline Json item(const std::string& id, const Json& entries,
                               const Json& more = Json::object()) {
  Json out = {{"id", "i-" + id},    {"item_id", id},
              {"list_id", "L1"},    {"type", "simple"},
              {"name", id},         {"namespace_type", "single"},
              {"entries", entries}, {"os_types", Json::array()}};
  out.update(more);
  return out;
}
[[nodiscard]] inline Json entry(const std::string& field, const std::string& type,
                                const Json& value = nullptr, const std::string& op = "included") {
  Json out = {{"field", field}, {"operator", op}, {"type", type}};
  if (!value.is_null()) out["value"] = value;
  return out;
}

[[nodiscard]] inline std::string as_lines(const std::vector<Json>& objects) {
  std::string text;
  for (const Json& object : objects) text += object.dump() + "\n";
  return text;
}

/// A rule with filters and the items of one list, through the whole reader.
[[nodiscard]] inline RuleSet exported(const std::string& query, const Json& filters,
                                      const Json& items) {
  Json more = {{"filters", filters}};
  if (!items.empty()) more["exceptions_list"] = Json::array({reference_to("L1")});
  std::vector<Json> lines = {json_rule(query, more)};
  if (!items.empty()) lines.push_back(container("L1"));
  for (const Json& one : items) lines.push_back(one);
  return parse_rules(as_lines(lines), "export.ndjson");
}

}  // namespace eqlab::rule
