#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/eql/condition.h"
#include "harness/event/batch.h"
#include "harness/event/schema.h"
#include "harness/rule/rule.h"
#include "harness/scan/plan.h"

/// A stage's condition as it was written, and what each part of it answers for one event.
namespace eqlab::explain {

/// What one field of a term holds.
struct FieldValues {
  std::string field;
  std::vector<std::string> values = {};  ///< the first few, text in quotes and cut; not escaped
  std::uint64_t total = 0;               ///< 0: the field is missing
  friend bool operator==(const FieldValues&, const FieldValues&) = default;
};

enum class TermKind : std::uint8_t { term, all, any, none };
enum class Truth : std::uint8_t {
  no,
  yes,
  fails,  ///< a search would fail on it (E216); see `problem`
};

struct Term {
  TermKind kind = TermKind::term;
  Truth truth = Truth::no;
  std::string text = {};  ///< of a term: as written, long lists cut; not escaped
  std::vector<FieldValues> values = {};
  std::string nearest = {};  ///< of a list that fails: the constant most like the value
  std::string problem = {};
  /// Of a filter or exception item of the rule, which no query wrote: `filter "…"`.
  std::string guard = {};
  std::vector<Term> children = {};  ///< all, any; none: one
  std::uint64_t hidden = 0;         ///< children beyond what is looked at
  friend bool operator==(const Term&, const Term&) = default;
};

/// Terms looked at for one stage and event.
inline constexpr std::size_t terms_max = 500;
/// Filters and exception items that are named of those which leave one event out.
inline constexpr std::size_t guards_shown_max = 8;

/// Has the plan read every field that the rule names, also where the condition on it came to
/// nothing: of a query that can never be true no leaf is left, and its events would look empty.
void read_named_fields(const rule::Rule& rule, const event::Schema& schema,
                       const eql::CheckedQuery& query, scan::Plan& plan);

/// Answers for single events. Each part of a condition is compiled by itself and asked of the same
/// evaluator as the whole, so the tree cannot say anything else than a search for that part would.
/// All arguments must outlive it.
class TermReader {
 public:
  TermReader(const rule::Rule& rule, const event::Schema& schema, const eql::CheckedQuery& query,
             const scan::Plan& plan);
  ~TermReader();
  TermReader(const TermReader&) = delete;
  TermReader& operator=(const TermReader&) = delete;

  /// The condition of query stage `stage` for row `row` of a batch of the plan's projection, the
  /// category first. At its end the rule's filters and exception items: one term for all of them
  /// when they let the event pass, else those that do not.
  [[nodiscard]] Term read(std::size_t stage, const event::EventBatch& rows, event::RowIndex row);
  /// Fields that a stage's condition names and their values, most telling first.
  [[nodiscard]] std::vector<FieldValues> fields(std::size_t stage, const event::EventBatch& rows,
                                                event::RowIndex row) const;

 private:
  struct Part;
  Term read(eql::ExprId expr, const event::EventBatch& rows, event::RowIndex row);
  void answer(Term& term, const std::string& condition, const event::EventBatch& rows,
              event::RowIndex row);
  /// Nothing where the rule cannot be evaluated alone; `problem` says why.
  [[nodiscard]] static std::unique_ptr<Part> part_of(const rule::Rule& rule,
                                                     const event::Schema& schema);
  [[nodiscard]] Truth ask(const Part& part, const event::EventBatch& rows, event::RowIndex row,
                          std::string& problem) const;
  void add_guards(Term& whole, const event::EventBatch& rows, event::RowIndex row);
  /// Fills in the answer and, where it is no, the values.
  [[nodiscard]] bool lets_pass(Term& term, const rule::Rule& alone, const rule::Clause& condition,
                               const event::EventBatch& rows, event::RowIndex row) const;
  [[nodiscard]] FieldValues values(const std::string& field, const event::EventBatch& rows,
                                   event::RowIndex row) const;
  [[nodiscard]] const eql::EventFilter& filter_of(std::size_t stage) const;
  [[nodiscard]] std::string text_of(eql::ExprId expr) const;
  [[nodiscard]] std::string nearest_constant(const eql::Expr& list,
                                             const std::vector<FieldValues>& values) const;

  const rule::Rule& rule_;
  const eql::CheckedQuery& query_;
  const scan::Plan& plan_;
  event::Schema schema_;
  rule::Rule unguarded_;  ///< the rule's settings, without query, filters and exceptions
  std::map<std::string, std::unique_ptr<Part>> parts_;
  std::size_t budget_ = 0;
};

/// The values of a field in one row of `rows`, which are of that projection; the first `values_max`
/// of them in text. Missing where the projection does not have the field.
[[nodiscard]] FieldValues field_values(const event::Projection& projection,
                                       const event::EventBatch& rows, event::RowIndex row,
                                       const std::string& field, std::size_t values_max);

/// The category that a stage of the query asks for; null where it takes any.
[[nodiscard]] const std::string* category_of(const eql::CheckedQuery& query, std::size_t stage);
/// `network event`, of that category; `event`.
[[nodiscard]] std::string asked_for(const eql::CheckedQuery& query, std::size_t stage);

/// `value` as a query would write it: text in quotes and cut to `characters_max`, dates in ISO
/// 8601.
[[nodiscard]] std::string show_value(const event::Value& value, event::FieldType type,
                                     std::size_t characters_max);

}  // namespace eqlab::explain
