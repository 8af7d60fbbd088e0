#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/eql/query.h"
#include "harness/eql/script.h"

namespace eqlab::eql {

[[nodiscard]] ValueType value_type(event::FieldType type);

/// How a place uses a field whose type no schema says.
struct Use {
  /// A constant beside it suggests a type, and every type compares with a string; an argument or
  /// operator demands one.
  enum class Strength : std::uint8_t { none, suggests, demands };
  ValueType type = ValueType::unknown;
  Strength strength = Strength::none;
};

/// Field names and types of one query: every field and function is looked up, every expression gets
/// a type. Errors: E201, E202, E205, E206, E211 to E215, E217, E219.
class Types {
 public:
  Types(const Query& query, const event::Schema& schema, UnknownFields unknown_fields)
      : query_(query), schema_(schema), unknown_fields_(unknown_fields) {}

  /// Looks up everything below `root`; the first error in order of writing. Call before the others.
  [[nodiscard]] Status resolve(ExprId root, Use use);
  /// Checks operand types below `root` and answers its type.
  [[nodiscard]] Result<ValueType> check(ExprId root) const;
  /// The same for a whole condition. Errors: also E204.
  [[nodiscard]] Status check_condition(ExprId root) const;

  /// The field of a field expression; nothing when it is optional and unmapped (it is null then).
  [[nodiscard]] const event::Field* field(ExprId id) const;
  /// Nothing below reads a mapped field: the value is known now.
  [[nodiscard]] bool is_constant(ExprId root) const;
  /// Optional fields that the schema does not have, each where it is first written.
  [[nodiscard]] const std::vector<std::pair<std::string, Span>>& unmapped() const {
    return unmapped_;
  }
  /// Fields outside the schema that count as mapped; see UnknownFields.
  [[nodiscard]] std::vector<AssumedField> assumed() const;
  /// The type of this field was taken from use.
  [[nodiscard]] bool is_typed_by_use(ExprId id) const {
    return query_.at(id).kind == ExprKind::field && by_use_.contains(query_.at(id).name);
  }
  /// A mapped field and nothing else.
  [[nodiscard]] bool is_plain_field(ExprId id) const {
    return query_.at(id).kind == ExprKind::field && field(id) != nullptr;
  }

  /// The field that a setting names; `where` spans the place that wrote it. Nothing is assumed of
  /// settings: without their field no event is found.
  [[nodiscard]] Result<event::Field> look_up(const std::string& name, Span where,
                                             ValueType used_as);

 private:
  /// A field that no schema types.
  struct Untyped {
    event::Field field;
    Use::Strength strength = Use::Strength::none;
    bool optional = true;
    Span span;
    std::vector<ExprId> places = {};
  };

  [[nodiscard]] Failure<Diagnostic> unknown_field(const std::string& name, Span where) const;
  [[nodiscard]] std::string example_below(const std::string& name) const;
  [[nodiscard]] Failure<Diagnostic> not_a_condition(ExprId id, ValueType type) const;
  [[nodiscard]] Result<event::Field> usable(const event::Field& known, Span where) const;
  [[nodiscard]] Status resolve_field(ExprId id, Use use);
  /// A comparison or list, whose sides tell each other's types.
  [[nodiscard]] Status resolve_sides(const Expr& e);
  /// Whether a field that the schema lacks counts as mapped.
  [[nodiscard]] bool is_assumed(const Expr& field) const;
  void learn(ExprId id, Use use);
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
  UnknownFields unknown_fields_;
  std::map<std::string, Untyped, std::less<>> by_use_;  // fields whose types are taken from use
};

}  // namespace eqlab::eql
