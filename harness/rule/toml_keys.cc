#include "harness/rule/toml_keys.h"

#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/rule/date_math.h"

namespace eqlab::rule {
namespace {

std::string_view text_of(const toml::node& node) {
  const auto* text = node.as_string();
  return text != nullptr ? std::string_view(text->get()) : std::string_view();
}

bool is_text(const toml::node& node) { return node.is_string(); }
bool is_some_text(const toml::node& node) { return !trim(text_of(node)).empty(); }
bool is_text_list(const toml::node& node) {
  const toml::array* array = node.as_array();
  return array != nullptr &&
         std::ranges::all_of(*array, [](const toml::node& item) { return item.is_string(); });
}
bool is_text_or_list(const toml::node& node) { return is_text(node) || is_text_list(node); }
bool is_boolean(const toml::node& node) { return node.is_boolean(); }
bool is_table(const toml::node& node) { return node.is_table(); }
bool is_table_list(const toml::node& node) {
  const toml::array* array = node.as_array();
  return array != nullptr &&
         std::ranges::all_of(*array, [](const toml::node& item) { return item.is_table(); });
}
bool is_anything(const toml::node& node) { return node.type() != toml::node_type::none; }

bool is_in(const toml::node& node, std::int64_t low, std::int64_t high) {
  const auto* number = node.as_integer();
  return number != nullptr && number->get() >= low && number->get() <= high;
}
bool is_score(const toml::node& node) { return is_in(node, 0, 100); }
bool is_count(const toml::node& node) { return is_in(node, 1, 0xFFFF'FFFF); }
bool is_revision(const toml::node& node) { return is_in(node, 0, 0xFFFF'FFFF); }

bool is_severity(const toml::node& node) {
  constexpr std::array<std::string_view, 4> levels = {"low", "medium", "high", "critical"};
  return std::ranges::find(levels, text_of(node)) != levels.end();
}
bool is_maturity(const toml::node& node) {
  constexpr std::array<std::string_view, 5> levels = {"development", "experimental", "beta",
                                                      "production", "deprecated"};
  return std::ranges::find(levels, text_of(node)) != levels.end();
}
bool is_rule_type(const toml::node& node) {
  return text_of(node) == "eql" ||
         std::ranges::find(other_rule_types(), text_of(node)) != other_rule_types().end();
}
bool is_eql(const toml::node& node) { return text_of(node) == "eql"; }
bool is_interval(const toml::node& node) { return parse_interval(text_of(node)).has_value(); }
bool is_date_math(const toml::node& node) { return parse_date_math(text_of(node)).has_value(); }
bool is_date(const toml::node& node) {
  std::string text(text_of(node));
  if (text.size() != 10 || text[4] != '/' || text[7] != '/') return false;
  text[4] = text[7] = '-';
  return parse_iso8601(text).has_value();
}
bool is_namespace_type(const toml::node& node) {
  return text_of(node) == "single" || text_of(node) == "agnostic";
}
bool is_equals(const toml::node& node) { return text_of(node) == "equals"; }
bool is_building_block(const toml::node& node) { return text_of(node) == "default"; }

bool is_group_by(const toml::node& node) {
  return is_text_list(node) && !node.as_array()->empty() && node.as_array()->size() <= 3;
}
bool is_missing_fields_strategy(const toml::node& node) {
  return text_of(node) == "suppress" || text_of(node) == "doNotSuppress";
}
bool is_suppression_duration(const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr || !table->contains("value") || !table->contains("unit")) return false;
  const std::string_view unit = text_of(*table->get("unit"));
  const auto* const value = table->get("value")->as_integer();
  return value != nullptr && (unit == "s" || unit == "m" || unit == "h") &&
         parse_interval(format("{}{}", value->get(), unit)).has_value();
}

constexpr std::string_view a_text = "a string";
constexpr std::string_view a_list = "a list of strings";
constexpr std::string_view a_table = "a table";
constexpr std::string_view a_table_list = "a list of tables";
constexpr std::string_view a_boolean = "true or false";
constexpr std::string_view a_date = "a date written as YYYY/MM/DD";
constexpr std::string_view a_past =
    "now or now-NUMBER and one of s m h d w, such as now-9m, up to now-3650d";

}  // namespace

std::span<const KeyRule> file_keys() {
  static constexpr std::array<KeyRule, 3> keys = {{
      {"metadata", a_table, is_table},
      {"rule", a_table, is_table, true},
      {"transform", a_table, is_table},
  }};
  return keys;
}

std::span<const KeyRule> metadata_keys() {
  static constexpr std::array<KeyRule, 15> keys = {{
      {"bypass_bbr_timing", a_boolean, is_boolean},
      {"comments", a_text, is_text},
      {"creation_date", a_date, is_date},
      {"deprecated_reason", a_text, is_text},
      {"deprecation_date", a_date, is_date},
      {"extended", a_table, is_anything},
      {"integration", "a string or a list of strings", is_text_or_list},
      {"maturity", "development, experimental, beta, production or deprecated", is_maturity},
      {"min_stack_comments", a_text, is_text},
      {"min_stack_version", a_text, is_text},
      {"os_type_list", a_list, is_text_list},
      {"promotion", a_boolean, is_boolean},
      {"query_schema_validation", a_boolean, is_boolean},
      {"related_endpoint_rules", "a list", is_anything},
      {"updated_date", a_date, is_date},
  }};
  return keys;
}

std::span<const KeyRule> rule_keys() {
  static constexpr std::array<KeyRule, 50> keys = {{
      {"actions", a_table_list, is_table_list},
      {"alert_suppression", a_table, is_table},
      {"author", a_list, is_text_list},
      {"building_block_type", "\"default\"", is_building_block},
      {"data_view_id", a_text, is_some_text},
      {"description", a_text, is_text},
      {"enabled", a_boolean, is_boolean},
      {"event_category_override", "the name of a field", is_some_text},
      {"exceptions_list", a_table_list, is_table_list},
      {"false_positives", a_list, is_text_list},
      {"filters", a_table_list, is_table_list},
      {"from", a_past, is_date_math},
      {"id", a_text, is_some_text},
      {"index", a_list, is_text_list},
      {"interval", "a whole number of at least 1 and one of s m h d, such as 5m, up to 3650d",
       is_interval},
      {"investigation_fields", a_table, is_table},
      {"language", "\"eql\"", is_eql},
      {"license", a_text, is_text},
      {"max_signals", "a whole number of at least 1", is_count},
      {"meta", a_table, is_table},
      {"name", "a string that is not empty", is_some_text, true},
      {"namespace", a_text, is_text},
      {"note", a_text, is_text},
      {"output_index", a_text, is_text},
      {"query", "a string that is not empty", is_some_text, true},
      {"references", a_list, is_text_list},
      {"related_integrations", a_table_list, is_table_list},
      {"required_fields", a_table_list, is_table_list},
      {"response_actions", a_table_list, is_table_list},
      {"revision", "a whole number of at least 0", is_revision},
      {"risk_score", "a whole number from 0 to 100", is_score, true},
      {"risk_score_mapping", a_table_list, is_table_list},
      {"rule_id", "a string that is not empty", is_some_text},
      {"rule_name_override", "the name of a field", is_some_text},
      {"setup", a_text, is_text},
      {"severity", "low, medium, high or critical", is_severity, true},
      {"severity_mapping", a_table_list, is_table_list},
      {"tags", a_list, is_text_list},
      {"threat", a_table_list, is_table_list},
      {"threat_mappings", a_table_list, is_table_list},
      {"throttle", a_text, is_text},
      {"tiebreaker_field", "the name of a field", is_text},
      {"timeline_id", a_text, is_text},
      {"timeline_title", a_text, is_text},
      {"timestamp_field", "the name of a field", is_some_text},
      {"timestamp_override", "the name of a field", is_some_text},
      {"timestamp_override_fallback_disabled", a_boolean, is_boolean},
      {"to", a_past, is_date_math},
      {"type", "eql or another rule type of Kibana", is_rule_type, true},
      {"version", "a whole number of at least 1", is_count},
  }};
  return keys;
}

std::span<const KeyRule> threat_keys() {
  static constexpr std::array<KeyRule, 3> keys = {{
      {"framework", a_text, is_some_text, true},
      {"tactic", a_table, is_table, true},
      {"technique", a_table_list, is_table_list},
  }};
  return keys;
}

std::span<const KeyRule> tactic_keys() {
  static constexpr std::array<KeyRule, 3> keys = {{
      {"id", a_text, is_some_text, true},
      {"name", a_text, is_some_text, true},
      {"reference", a_text, is_some_text, true},
  }};
  return keys;
}

std::span<const KeyRule> technique_keys() {
  static constexpr std::array<KeyRule, 4> keys = {{
      {"id", a_text, is_some_text, true},
      {"name", a_text, is_some_text, true},
      {"reference", a_text, is_some_text, true},
      {"subtechnique", a_table_list, is_table_list},
  }};
  return keys;
}

std::span<const KeyRule> suppression_keys() {
  static constexpr std::array<KeyRule, 3> keys = {{
      {"duration", "a table of value (at least 1) and unit (s, m or h)", is_suppression_duration},
      {"group_by", "a list of one to three field names", is_group_by, true},
      {"missing_fields_strategy", "suppress or doNotSuppress", is_missing_fields_strategy},
  }};
  return keys;
}

std::span<const KeyRule> exception_reference_keys() {
  static constexpr std::array<KeyRule, 4> keys = {{
      {"id", a_text, is_text},
      {"list_id", "a string that is not empty", is_some_text},
      {"namespace_type", "single or agnostic", is_namespace_type},
      {"type", a_text, is_text},
  }};
  return keys;
}

std::span<const KeyRule> related_integration_keys() {
  static constexpr std::array<KeyRule, 3> keys = {{
      {"integration", a_text, is_text},
      {"package", "a string that is not empty", is_some_text, true},
      {"version", a_text, is_text},
  }};
  return keys;
}

std::span<const KeyRule> required_field_keys() {
  static constexpr std::array<KeyRule, 3> keys = {{
      {"ecs", a_boolean, is_boolean},
      {"name", "the name of a field", is_some_text, true},
      {"type", a_text, is_text},
  }};
  return keys;
}

std::span<const KeyRule> risk_score_mapping_keys() {
  static constexpr std::array<KeyRule, 4> keys = {{
      {"field", "the name of a field", is_some_text, true},
      {"operator", "\"equals\"", is_equals},
      {"risk_score", "a whole number from 0 to 100", is_score},
      {"value", a_text, is_text},
  }};
  return keys;
}

std::span<const KeyRule> severity_mapping_keys() {
  static constexpr std::array<KeyRule, 4> keys = {{
      {"field", "the name of a field", is_some_text, true},
      {"operator", "\"equals\"", is_equals},
      {"severity", "low, medium, high or critical", is_severity},
      {"value", a_text, is_text},
  }};
  return keys;
}

std::span<const KeyRule> investigation_keys() {
  static constexpr std::array<KeyRule, 1> keys = {{
      {"field_names", a_list, is_text_list, true},
  }};
  return keys;
}

std::span<const std::string_view> other_rule_types() {
  static constexpr std::array<std::string_view, 7> types = {
      "esql", "machine_learning", "new_terms", "query", "saved_query", "threat_match", "threshold"};
  return types;
}

}  // namespace eqlab::rule
