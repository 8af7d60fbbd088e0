#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/eql/condition.h"
#include "harness/rule/rule.h"

/// What is other in a rule, by meaning and not by lines.
namespace eqlab::gate {

enum class RuleChangeKind : std::uint8_t {
  query_kind,
  step_added,
  step_removed,
  step_changed,  ///< category, `!`, `with runs`, or something that no term shows
  term_added,
  term_removed,
  term_changed,
  member_added,  ///< of a list, or an alternative of `==`, `:`, `like`, `regex`
  member_removed,
  keys,
  maxspan,
  until,
  pipes,
  schedule,  ///< interval, look-back, end of the window, cap
  data,      ///< indices, fields of time, tiebreaker, category
  filter,    ///< filters and exceptions
  suppression,
  identity,  ///< rule_id
  metadata,  ///< what decides nothing: severity, tactics, dates, texts
};
[[nodiscard]] std::string_view to_string(RuleChangeKind kind);

struct RuleChange {
  RuleChangeKind kind = RuleChangeKind::metadata;
  std::optional<std::uint32_t> step;  ///< from 0; in the new rule, of what was removed in the old
  std::string
      subject;  ///< key, field or list: `process.name :`, `interval`, `severity`; may be empty
  std::string before;  ///< as written, cut to a few lines' worth; empty: was not there
  std::string after;
  Span span = {};  ///< in the new rule's document; empty: nothing there shows it

  friend bool operator==(const RuleChange& a, const RuleChange& b) {
    return a.kind == b.kind && a.step == b.step && a.subject == b.subject && a.before == b.before &&
           a.after == b.after;
  }
};

/// `step 2: "curl" removed from process.name :`. Texts are data: escape before showing.
[[nodiscard]] std::string describe(const RuleChange& change);
/// Does the change say nothing of what the rule does?
[[nodiscard]] bool is_metadata(const RuleChange& change);

struct RuleDiff {
  std::vector<RuleChange> changes;  ///< query first, then settings, then metadata
  /// Proved: both versions raise the same alerts on any events (`normal_form.h`).
  bool is_equivalent = false;
  /// Steps of the new query by those of the old: which became which.
  std::vector<std::optional<std::uint32_t>> step_of;
};

/// One version of a rule, compiled. Both must outlive it.
struct RuleVersion {
  const rule::Rule& rule;
  const eql::CheckedQuery& query;
};

/// O(steps² + terms²) of the larger version.
[[nodiscard]] RuleDiff diff_rules(const RuleVersion& before, const RuleVersion& after);

/// The change that took `subject` (a program's name, say) out of step `step` of the old query.
[[nodiscard]] const RuleChange* removal_of(const RuleDiff& diff, std::uint32_t step,
                                           std::string_view subject);

}  // namespace eqlab::gate
