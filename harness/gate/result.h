#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/gate/baseline.h"
#include "harness/gate/change_set.h"
#include "harness/gate/effect.h"
#include "harness/gate/policy.h"
#include "harness/gate/rule_diff.h"

/// What the gate found: everything that a report shows.
namespace eqlab::gate {

enum class Outcome : std::uint8_t { passed, failed, skipped };
[[nodiscard]] std::string_view to_string(Outcome outcome);

/// One demand and how it came out.
struct Check {
  std::string id;  ///< stable: `recall-drop`, `lint`, `recall-family:evasion`
  Outcome outcome = Outcome::passed;
  std::string text;  ///< one line: what was found and what is allowed
  // Of thresholds, in the unit of the policy.
  std::optional<double> actual = std::nullopt;
  std::optional<double> limit = std::nullopt;
  std::optional<score::Interval> interval = std::nullopt;  ///< of `actual`
  bool certain = false;
  bool undecided = false;  ///< passed only because being beyond the limit is not certain
};

/// One block of a case file about the rule.
struct CaseOutcome {
  std::string file;
  std::uint32_t line = 0;
  std::string why;
  bool passed = true;
  std::string detail;  ///< what was expected and what came; empty when it passed
};

struct MutationScore {
  std::uint64_t noticed = 0;
  std::uint64_t of = 0;
};

/// What became of one rule.
struct RuleResult {
  std::string file;
  std::string old_file;  ///< where it was renamed
  std::string rule_id;
  std::string name;
  std::string logic;  ///< logic_digest of the new version, where it is usable
  ChangeKind change = ChangeKind::unchanged;
  bool usable = true;       ///< of the new version
  bool base_usable = true;  ///< of the old one, where there is one
  Place place;              ///< of the query in the file, for annotations
  std::optional<RuleDiff> diff;
  std::vector<Place> change_places;     ///< of the diff's changes; line 0: none
  std::vector<Diagnostic> diagnostics;  ///< errors, or findings of lint that are not ignored
  std::vector<bool> diagnostic_is_new;  ///< as `diagnostics`: the base has it not
  std::size_t ignored = 0;              ///< findings
  std::optional<Figures> before;
  std::optional<Figures> after;
  std::optional<Effect> effect;                   ///< against a base that was evaluated
  std::optional<BaselineEffect> baseline_effect;  ///< against stored figures
  std::vector<CaseOutcome> cases;
  std::optional<MutationScore> mutation;
  std::vector<Check> checks;
  std::vector<std::string> notes;  ///< for people

  [[nodiscard]] Outcome outcome() const;
  [[nodiscard]] bool is_equivalent() const { return diff && diff->is_equivalent; }
};

enum class BaseKind : std::uint8_t { none, git, file, baseline };

struct BaseInfo {
  BaseKind kind = BaseKind::none;
  std::string name;    ///< as given
  std::string commit;  ///< git
  bool is_merge_base = false;
};

enum class Verdict : std::uint8_t { pass, fail, unusable, trouble };
[[nodiscard]] std::string_view to_string(Verdict verdict);

struct GateResult {
  std::vector<RuleResult> rules;         ///< in order of files; all that were judged
  std::size_t unchanged = 0;             ///< rules that were not looked at
  std::vector<Diagnostic> diagnostics;   ///< of no rule: files that hold none, cases, the base
  std::vector<CaseOutcome> other_cases;  ///< of no rule that was judged
  std::vector<rule::Skipped> skipped;    ///< rules of other types
  std::vector<std::string> notes;        ///< for people
  BaseInfo base;
  /// Of the folder that paths count from, from the top of the repository: empty or ended by `/`.
  std::string repository_prefix;
  std::string policy_file;               ///< empty: the defaults
  std::optional<CorpusIdentity> corpus;  ///< nothing: no scan was needed
  std::string command;                   ///< makes it again
  std::string tool_version;
  Verdict verdict = Verdict::pass;
  std::string reason;  ///< one line

  [[nodiscard]] int exit_status() const;
};

/// Decides `verdict` and `reason` from everything else.
void conclude(GateResult& result);

}  // namespace eqlab::gate
