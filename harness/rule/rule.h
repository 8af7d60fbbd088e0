#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/eql/query.h"
#include "harness/rule/clause.h"
#include "harness/rule/exceptions.h"

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

/// When and over what a rule runs (detection-rules' rule.py and
/// create_security_rule_type_wrapper.ts). All from the rule's document, with Kibana's defaults
/// where it is silent.
struct Schedule {
  Duration interval = std::chrono::minutes{5};
  Duration look_back = std::chrono::minutes{6};  ///< how far before the run `from` lies
  Duration to = Duration::zero();                ///< how far before the run `to` lies; 0: now
  std::uint32_t max_signals = 100;
  friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// `alert_suppression` (bulk_create_suppressed_alerts_in_memory.ts).
struct Suppression {
  std::vector<std::string> group_by;
  std::string missing_fields_strategy;  ///< empty: not stated, which means `suppress`
  /// How long after an alert others of its group add to it; nothing: within one run.
  std::optional<Duration> duration = std::nullopt;
};

/// How a rule is written down: `json` is what Kibana exports and its API gives.
enum class RuleFormat : std::uint8_t { bare, toml, json };

/// A detection rule, or a bare query with defaults.
struct Rule {
  std::string file;  ///< where it was read from
  RuleFormat format = RuleFormat::bare;
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
  /// only lint reads: `note`, `timeline_id`, `from` as written, … Of a rule in JSON `id` alone.
  std::map<std::string, std::string> texts;
  SourceText query;             ///< the EQL, with the way back to the file
  std::vector<Filter> filters;  ///< those that are not disabled
  /// `exceptions_list` as written, and those of its lists that stand in the rule's file and that
  /// this engine reads (no endpoint lists); shared between the rules of a file.
  std::vector<ExceptionReference> exception_references;
  std::vector<std::shared_ptr<const ExceptionList>> exceptions;
  /// The time at which the rule runs, for exception items that expire; nothing: none has expired.
  std::optional<WallTime> as_of;
  /// Keys present that narrow what the rule sees and that are not applied here: `exceptions_list`
  /// where its lists stand in no file.
  std::vector<std::string> not_applied;
  /// Byte of the file where each top-level key of `[rule]` begins, `""` where `[rule]` itself
  /// stands, and `threat.0.tactic.id`, `threat.0.technique.1.subtechnique.0.reference` and so on,
  /// `alert_suppression.group_by`, `metadata.updated_date`; for lint. Empty: a bare query, which
  /// has no metadata to judge.
  std::map<std::string, std::size_t> key_positions;
};

/// A document that was passed over: a rule of another type, or no rule at all.
struct Skipped {
  std::string file;
  std::string name;        ///< of the rule; empty for a file without one
  std::string type;        ///< `threshold`, …; empty for a file without a rule
  std::uint32_t line = 0;  ///< 0: the file as a whole
  friend bool operator==(const Skipped&, const Skipped&) = default;
};

/// What a number of paths hold.
struct RuleSet {
  std::vector<Rule> rules;
  std::vector<Skipped> skipped;
  std::vector<Diagnostic> diagnostics;  ///< errors, one for each document that cannot be used
  std::vector<std::string> files;       ///< all that were read, in that order
};

/// Reads rules as people have them: detection-rules TOML, bare queries (`.eql`), Kibana's export
/// NDJSON with its exception lists, one rule object, an array of them or an answer of the API's
/// find, and folders, searched in order of path for *.toml, *.eql, *.ndjson and *.json (hidden
/// names and `_deprecated` folders are passed over). Each document reports its own error and the
/// rest is used. Diagnostics: E301 not TOML, or neither rule nor query; E302 key missing; E303 key
/// of the wrong type or value; E304 unknown key (TOML); E306, E307 a filter, E308 an exception
/// that cannot be used; E310 more than limits.h allows; E311 a line that is not JSON, or no line of
/// an export; L314 an export that does not agree with itself; E901 cannot be opened.
[[nodiscard]] RuleSet load_rules(const std::vector<std::string>& paths);
/// The same for one text; `name` decides what it is, as for a file.
[[nodiscard]] RuleSet parse_rules(std::string text, const std::string& name);

/// The one rule of a file, or that of several whose rule_id or name is `id`. Errors: those above;
/// E305 a rule of a type that is not EQL; E312 several rules and none chosen, or none of that id.
[[nodiscard]] Result<Rule> load_rule(const std::string& path, const std::string& id = {});
[[nodiscard]] Result<Rule> parse_rule_toml(std::string text, const std::string& file);
[[nodiscard]] Rule bare_query(std::string text, const std::string& name);

/// The rule's own text, in which `key_positions` and the spans of filters count.
[[nodiscard]] SourceText document_of(const Rule& rule);
/// A key of the rule in that text (as `key_positions` names it), or the rule itself where the key
/// is not written: in TOML to the end of the line, in JSON the key alone. Empty for a bare query.
[[nodiscard]] Span key_span(const Rule& rule, std::string_view key);
/// Every field that the rule needs to know the type of: of query, settings, filters and exceptions.
[[nodiscard]] std::vector<std::string> field_names(const Rule& rule);

/// Parses and checks the rule's query and adds its filters and exceptions (`event_filter.h`).
/// Diagnostics point into the rule file.
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

/// What is doubtful about query, schedule, metadata and data, worst first.
/// Codes L3NN, described in `lint_codes.h`.
[[nodiscard]] std::vector<Diagnostic> lint(const Rule& rule, const eql::CheckedQuery& query,
                                           const LintOptions& options = {});

/// L301 for each rule whose id or name an earlier one has: the place among `rules`, and what to
/// say. O(rules).
[[nodiscard]] std::vector<std::pair<std::size_t, Diagnostic>> lint_duplicates(
    const std::vector<const Rule*>& rules);

}  // namespace eqlab::rule
