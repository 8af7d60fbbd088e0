#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/eql/query.h"

namespace eqlab::rule {

/// One ATT&CK reference: tactic, technique or sub-technique.
struct ThreatReference {
  std::string id;
  std::string name;
  std::string reference;
};
struct ThreatTechnique {
  ThreatReference technique;
  std::vector<ThreatReference> subtechniques;
};
struct Threat {
  std::string framework;
  ThreatReference tactic;
  std::vector<ThreatTechnique> techniques;
};

/// When and over what a rule runs (detection-engine spec, sections 1.1 and 2). All from the rule's
/// document, with Kibana's defaults where it is silent.
struct Schedule {
  Duration interval = std::chrono::minutes{5};
  Duration look_back = std::chrono::minutes{6};  ///< how far before the run `from` lies
  Duration to = Duration::zero();                ///< how far before the run `to` lies; 0: now
  std::uint32_t max_signals = 100;
  friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// `alert_suppression` (detection-engine spec, section 3.7).
struct Suppression {
  std::vector<std::string> group_by;
  std::string missing_fields_strategy;  ///< empty: not stated, which means `suppress`
};

/// A detection rule, or a bare query with defaults.
struct Rule {
  std::string file;  ///< where it was read from
  std::string rule_id;
  std::string name;  ///< a bare query: its file's name
  std::string description;
  std::string type = "eql";
  std::string language = "eql";
  std::vector<std::string> index;
  std::string severity;
  std::uint32_t risk_score = 0;
  std::uint32_t version = 0;  ///< 0: not stated
  std::vector<std::string> tags;
  std::vector<std::string> author;
  std::string license;
  std::vector<std::string> references;
  std::vector<std::string> false_positives;
  std::vector<Threat> threat;
  /// Framework and version of each of `threat_mappings`, which only repositories keep.
  std::vector<std::pair<std::string, std::string>> threat_mappings;
  Schedule schedule;
  std::string timestamp_override;
  std::string timestamp_field = "@timestamp";
  std::string tiebreaker_field;
  std::string event_category_field = "event.category";
  std::optional<Suppression> suppression;
  std::map<std::string, std::string> metadata;  ///< `[metadata]`, scalars as text
  /// Strings, numbers and flags of `[rule]` as text, by key; the query is not among them. For what
  /// only lint reads: `note`, `timeline_id`, `from` as written, …
  std::map<std::string, std::string> texts;
  SourceText query;  ///< the EQL, with the way back to the file
  /// Keys present that narrow what the rule sees and that are not applied here: `filters`,
  /// `exceptions_list`.
  std::vector<std::string> not_applied;
  /// Byte of the file where each top-level key of `[rule]` begins, `""` where `[rule]` itself
  /// stands, and `threat.0.tactic.id`, `threat.0.technique.1.subtechnique.0.reference` and so on,
  /// `alert_suppression.group_by`, `metadata.updated_date`; for lint. Empty: a bare query, which
  /// has no metadata to judge.
  std::map<std::string, std::size_t> key_positions;
};

/// Reads one rule file: detection-rules TOML (by content or `.toml`) or a bare query (`.eql`, or
/// anything else). Errors, all with file, line and column: E301 not TOML; E302 key missing; E303
/// key of the wrong type or value; E304 unknown key; E305 rule of a type that is not EQL; E901
/// cannot be opened.
[[nodiscard]] Result<Rule> load_rule(const std::string& path);
[[nodiscard]] Result<Rule> parse_rule_toml(std::string text, const std::string& file);
[[nodiscard]] Rule bare_query(std::string text, const std::string& name);

/// Parses and checks the rule's query. Diagnostics point into the rule file.
[[nodiscard]] Result<eql::CheckedQuery> compile(const Rule& rule, const event::Schema& schema);

/// What lint judges by.
struct LintOptions {
  /// Time from an event to its being searchable that the rule must stand (p99), and how late a run
  /// may start.
  Duration delay = std::chrono::seconds{120};
  Duration jitter = std::chrono::seconds{15};
  /// The fields of the rule's indices. Nothing: fields are not judged.
  const event::Schema* schema = nullptr;
  /// The repository takes versions from its lock file: none may stand in the rule.
  bool version_locked = false;
};

/// What is doubtful about query, schedule, metadata and data, worst first (detection-engine spec,
/// section 6). Codes L3NN, described in `lint_codes.h`.
[[nodiscard]] std::vector<Diagnostic> lint(const Rule& rule, const eql::CheckedQuery& query,
                                           const LintOptions& options = {});

/// L301 for each rule whose id or name an earlier one has: the place among `rules`, and what to
/// say. O(rules).
[[nodiscard]] std::vector<std::pair<std::size_t, Diagnostic>> lint_duplicates(
    const std::vector<const Rule*>& rules);

}  // namespace eqlab::rule
