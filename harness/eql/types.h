#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/eql/query.h"
#include "harness/eql/script.h"

namespace eqlab::eql {

[[nodiscard]] ValueType value_type(event::FieldType type);

/// Field names and types of one query: every field and function is looked up, every expression gets
/// a type. Errors: E201, E202, E205, E206, E211 to E215, E217, E219.
class Types {
 public:
  Types(const Query& query, const event::Schema& schema) : query_(query), schema_(schema) {}

  /// Looks up everything below `root`; the first error in order of writing. Call before the others.
  [[nodiscard]] Status resolve(ExprId root, ValueType used_as);
  /// Checks operand types below `root` and answers its type.
  [[nodiscard]] Result<ValueType> check(ExprId root) const;

  /// The field of a field expression; nothing when it is optional and unmapped (it is null then).
  [[nodiscard]] const event::Field* field(ExprId id) const;
  /// Nothing below reads a mapped field: the value is known now.
  [[nodiscard]] bool is_constant(ExprId root) const;
  /// Optional fields that the schema does not have, each where it is first written.
  [[nodiscard]] const std::vector<std::pair<std::string, Span>>& unmapped() const {
    return unmapped_;
  }
  /// A mapped field and nothing else.
  [[nodiscard]] bool is_plain_field(ExprId id) const {
    return query_.at(id).kind == ExprKind::field && field(id) != nullptr;
  }

  /// The field that a name stands for, for keys and settings; `where` spans the place that wrote
  /// it.
  [[nodiscard]] Result<event::Field> look_up(const std::string& name, Span where,
                                             ValueType used_as);

 private:
  [[nodiscard]] Failure<Diagnostic> unknown_field(const std::string& name, Span where) const;
  [[nodiscard]] Status check_call(const Expr& call) const;
  [[nodiscard]] Result<ValueType> check_operands(const Expr& e) const;
  [[nodiscard]] Status check_membership(const Expr& e) const;
  [[nodiscard]] Status check_pattern(const Expr& e) const;
  /// Reading the values of a text field without an exact form is an error; asking whether it exists
  /// is not.
  [[nodiscard]] Status check_exact(ExprId id) const;

  const Query& query_;
  const event::Schema& schema_;
  std::map<ExprId, event::Field> fields_;
  std::vector<std::pair<std::string, Span>> unmapped_;
  std::map<std::string, event::Field, std::less<>> by_use_;  // open schema: type from the first use
};

}  // namespace eqlab::eql
