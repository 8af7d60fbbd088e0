#pragma once

#include <toml++/toml.h>

#include <span>
#include <string_view>

/// The keys of a detection-rules file: which exist, and what each may hold. Only toml_reader.cc and
/// toml_keys.cc see the TOML library.

namespace eqlab::rule {

struct KeyRule {
  std::string_view name;
  std::string_view expected;  ///< completes "NAME must be …"
  bool (*accepts)(const toml::node& node);
  bool required = false;
};

/// `[metadata]`, `[rule]`, one `[[rule.threat]]`, a tactic, technique or sub-technique, and
/// `[rule.alert_suppression]`. Source: detection-rules' rule.py.
[[nodiscard]] std::span<const KeyRule> file_keys();
[[nodiscard]] std::span<const KeyRule> metadata_keys();
[[nodiscard]] std::span<const KeyRule> rule_keys();
[[nodiscard]] std::span<const KeyRule> threat_keys();
[[nodiscard]] std::span<const KeyRule> tactic_keys();
[[nodiscard]] std::span<const KeyRule> technique_keys();
[[nodiscard]] std::span<const KeyRule> suppression_keys();
/// One entry of each list of tables, and `[rule.investigation_fields]`.
[[nodiscard]] std::span<const KeyRule> exception_reference_keys();
[[nodiscard]] std::span<const KeyRule> related_integration_keys();
[[nodiscard]] std::span<const KeyRule> required_field_keys();
[[nodiscard]] std::span<const KeyRule> risk_score_mapping_keys();
[[nodiscard]] std::span<const KeyRule> severity_mapping_keys();
[[nodiscard]] std::span<const KeyRule> investigation_keys();

/// The rule types of Kibana other than `eql`.
[[nodiscard]] std::span<const std::string_view> other_rule_types();

}  // namespace eqlab::rule
