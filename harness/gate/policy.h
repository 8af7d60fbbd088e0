#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/diagnostic.h"
#include "harness/base/result.h"

/// What a repository of rules asks of a change: `eqlab.toml`. README.md describes each key.
namespace eqlab::gate {

/// A number that a figure is held against.
struct Limit {
  double value = 0;
  /// The check fails only where the whole interval lies beyond the value; else by the point value.
  bool certain = false;
  friend bool operator==(const Limit&, const Limit&) = default;
};

/// What is not set is not checked. Shares are 0 to 1.
struct Thresholds {
  std::optional<Limit> recall_min;                      ///< incident-level, of malicious incidents
  std::map<std::string, Limit> recall_min_by_family;    ///< by Incident::family
  std::map<std::string, Limit> recall_min_by_scenario;  ///< by Incident::scenario
  std::optional<Limit> recall_drop_max;                 ///< below the base's
  std::optional<Limit> scenarios_lost_max;       ///< malicious ones caught before, not at all now
  std::optional<Limit> false_alarms_max;         ///< per 1,000 hosts a day
  std::optional<Limit> false_alarms_rise_max;    ///< above the base's, per 1,000 hosts a day
  std::optional<Limit> false_alarms_growth_max;  ///< above the base's, as a share of the base's
  std::optional<Limit> latency_p95_max;          ///< seconds, from the last event to the alert
  std::optional<Limit> cap_hits_max;             ///< runs that returned as much as the cap allows
  std::optional<Limit> mutation_score_min;
};

struct LintPolicy {
  /// Findings of this severity or worse fail; nothing: none does.
  std::optional<Severity> fail_on = Severity::error;
  std::vector<std::string> ignore;  ///< codes
  bool only_new = false;            ///< what the base has too does not fail
};

/// What holds for one rule.
struct Demands {
  Thresholds thresholds;
  LintPolicy lint;
  /// Else a rule that goes is a drop of recall to nothing, and its scenarios are lost.
  bool deletions_allowed = false;
};

/// `[[rule]]`: other demands on some rules. What it does not name stays as it is.
struct RulePolicy {
  std::vector<std::string> match;  ///< globs of files; a rule is meant when one matches, …
  std::string rule_id;             ///< … or when this is its id
  Thresholds thresholds;
  /// Thresholds that do not hold for these rules, `= false`: KEY, or KEY.NAME of a table's.
  std::vector<std::string> removed;
  std::optional<std::optional<Severity>> fail_on;
  std::vector<std::string> ignore;  ///< besides those ignored anyway
  std::optional<bool> only_new;
  Place place;
};

struct CorpusPolicy {
  std::optional<std::string> profile;
  std::optional<std::uint64_t> seed;
  std::optional<std::uint32_t> hosts;
  std::optional<double> days;
  std::optional<std::uint64_t> events;
  std::optional<std::string> folder;     ///< a corpus folder instead, relative to the policy
  std::optional<std::string> scenarios;  ///< own catalogue, relative to the policy
};

struct Policy {
  std::string file;  ///< empty: the defaults
  std::vector<std::string> include;
  std::vector<std::string> exclude;
  std::vector<std::string> cases;
  CorpusPolicy corpus;
  Demands demands;
  std::vector<RulePolicy> rules;
};

/// What holds without a policy file, and what a file is laid over: rules and cases under `rules/`,
/// recall proven to have dropped by more than a point, false alarms proven to have grown by more
/// than a tenth, a scenario lost altogether, errors of lint.
[[nodiscard]] Policy default_policy();

/// Thresholds that a file states replace the defaults of the same name; `false` takes one away.
/// Errors, each at its place in the file: E740 not TOML or too long; E741 an unknown key; E742 a
/// value of the wrong type or an impossible one.
[[nodiscard]] Result<Policy> parse_policy(const std::string& text, const std::string& file);

/// The demands on one rule; later `[[rule]]` tables outweigh earlier ones. `path` is relative to
/// the policy's folder.
[[nodiscard]] Demands demands_on(const Policy& policy, std::string_view path,
                                 std::string_view rule_id);

/// Is the file one of the rules, or of the cases, that the policy speaks of? As above.
[[nodiscard]] bool is_rule_path(const Policy& policy, std::string_view path);
[[nodiscard]] bool is_case_path(const Policy& policy, std::string_view path);

}  // namespace eqlab::gate
