#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/rule/rule.h"

/// What the parts of lint share; `rule.h` has the entry.
namespace eqlab::rule {

/// A rule under lint. Owns nothing: all three must outlive it.
struct LintSubject {
  const Rule& rule;
  const eql::CheckedQuery& query;
  const LintOptions& options;

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] bool is_sequence() const { return query.kind == eql::QueryKind::sequence; }
  [[nodiscard]] Duration maxspan() const;
  /// A file of a rule repository, which has demands of its own: it has `[metadata]`.
  [[nodiscard]] bool is_in_repository() const { return !rule.metadata.empty(); }
  /// The category of a stage, as written; empty: any.
  [[nodiscard]] std::string_view category(const eql::CheckedStage& stage) const;
  /// All that the rule reads is events of Elastic Defend, and the schema is the built-in one: what
  /// `event/defend_streams.h` says of fields can be said of the rule.
  [[nodiscard]] bool reads_defend_alone() const;
  /// `metadata.min_stack_version` is stated and lower than this.
  [[nodiscard]] bool stack_may_be_below(unsigned major, unsigned minor) const;
};

/// Collects what was found.
class Findings {
 public:
  explicit Findings(const Rule& rule) : rule_(rule) {}

  /// At a key of the rule (`key_positions`), at `[rule]` when it has none such.
  void add(Severity severity, std::string_view code, std::string_view key, std::string message,
           std::string hint);
  /// At a place in the query.
  void add_in_query(Severity severity, std::string_view code, Span span, std::string message,
                    std::string hint);
  /// Those that have their place already.
  void add_located(std::vector<Diagnostic>&& found);
  /// Worst first, then by code; equal ones in the order in which they were found.
  [[nodiscard]] std::vector<Diagnostic> take();

 private:
  const Rule& rule_;
  std::vector<Diagnostic> found_;
};

/// The parts. A bare query has only the second judged.
void lint_schedule(const LintSubject& subject, Findings& findings);  // 2 to 4, 10, 15 to 17
void lint_query(const LintSubject& subject, Findings& findings);     // 8, 10, 18
void lint_metadata(const LintSubject& subject, Findings& findings);  // 1, 5, 12, 13, 22, 29
void lint_data(const LintSubject& subject, Findings& findings);      // 7 to 9, 19, 23, 26
void lint_threats(const LintSubject& subject, Findings& findings);   // 13

}  // namespace eqlab::rule
