#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/eql/ast.h"
#include "harness/event/schema.h"
#include "harness/event/value.h"
#include "tests/reference/scalar.h"

/// The language, one event at a time, straight from the syntax tree: the plain twin that the fast
/// engine is held against. Written from Elasticsearch's documentation alone and shares no code with
/// harness/eql, scan or match beyond the parser, so that one misreading does not pass both. Slow on
/// purpose.
namespace eqlab::reference {

/// One event: dotted field name to values, in the field's physical form (event/field_type.h): dates
/// are nanoseconds since 1970, ip and version text. An absent field is missing, and so is an empty
/// list.
using Row = std::map<std::string, std::vector<event::Value>, std::less<>>;

/// Evaluates filters of one parsed query that passed the checker; types are not checked again.
/// Errors are those of a search that fails as it runs: division by zero, overflow, `number("abc")`,
/// a constant that cannot be read as the field's type. An error in any leaf fails the filter,
/// whatever the other leaves say: Elasticsearch leaves their order open. `query` and `schema`
/// must outlive it.
class Interpreter {
 public:
  Interpreter(const eql::Query& query, const event::Schema& schema, std::string category_field);

  [[nodiscard]] Result<bool> passes(const eql::EventFilter& filter, const Row& row) const;
  /// The value of an expression without mapped fields.
  [[nodiscard]] Result<Scalar> constant_value(eql::ExprId id) const;

 private:
  /// One value chosen for each occurrence of a field in a script leaf; steps through all choices.
  class Choice;
  using Script = std::function<Result<Scalar>(Choice&)>;
  /// The value that an expression folds to, or nothing when it depends on the event.
  using Folded = std::optional<Scalar>;

  [[nodiscard]] const event::Field* mapped(const eql::Expr& expr) const;
  [[nodiscard]] const event::Field* bare_field(eql::ExprId id) const;
  [[nodiscard]] Result<Folded> fold(eql::ExprId id) const;
  [[nodiscard]] Result<Folded> fold_anew(eql::ExprId id) const;
  [[nodiscard]] Result<Folded> fold_logical(const eql::Expr& expr) const;

  // The boolean tree above the leaves: two-valued.
  [[nodiscard]] Result<bool> condition(eql::ExprId id, const Row& row) const;
  [[nodiscard]] Result<bool> condition_compare(eql::ExprId id, const Row& row) const;
  [[nodiscard]] Result<bool> condition_membership(eql::ExprId id, const Row& row) const;
  [[nodiscard]] Result<bool> condition_call(eql::ExprId id, const Row& row) const;
  struct Pattern;
  [[nodiscard]] Result<bool> condition_patterns(eql::ExprId left,
                                                const std::vector<Pattern>& patterns,
                                                const Row& row) const;

  // Leaves.
  [[nodiscard]] Result<bool> is_missing(eql::ExprId id, const Row& row) const;
  [[nodiscard]] Result<bool> some_value(
      const event::Field& field, const Row& row,
      const std::function<Result<bool>(const event::Value&)>& test) const;
  [[nodiscard]] Result<bool> some_choice(const Row& row, const Script& script,
                                         const std::function<bool(const Scalar&)>& test) const;

  // Inside scripts: three-valued.
  [[nodiscard]] Result<Scalar> evaluate(eql::ExprId id, Choice& choice) const;
  [[nodiscard]] Result<Scalar> evaluate_compare(const eql::Expr& expr, Choice& choice) const;
  [[nodiscard]] Result<Scalar> evaluate_membership(const eql::Expr& expr, Choice& choice) const;
  [[nodiscard]] Result<Scalar> evaluate_call(const eql::Expr& expr, Choice& choice) const;
  [[nodiscard]] Result<std::vector<Pattern>> patterns_of(const eql::Expr& expr) const;
  [[nodiscard]] bool is_boolean_form(eql::ExprId id) const;

  const eql::Query* query_;
  const event::Schema* schema_;
  std::string category_field_;
  mutable std::map<eql::ExprId, Result<Folded>> folded_;
};

}  // namespace eqlab::reference
