#include "harness/eql/types.h"

#include <algorithm>

#include "harness/base/text.h"
#include "harness/event/ip.h"

namespace eqlab::eql {
namespace {

event::FieldType type_from_use(ValueType use) {
  switch (use) {
    case ValueType::boolean:
      return event::FieldType::boolean;
    case ValueType::number:
      return event::FieldType::double_;
    case ValueType::date:
      return event::FieldType::date;
    case ValueType::ip:
      return event::FieldType::ip;
    case ValueType::version:
      return event::FieldType::version;
    case ValueType::binary:
      return event::FieldType::binary;
    case ValueType::null:
    case ValueType::text:
    case ValueType::unknown:
      return event::FieldType::keyword;
  }
  return event::FieldType::keyword;
}

ValueType literal_type(const event::Value& value) {
  if (event::is_null(value)) return ValueType::null;
  if (std::holds_alternative<bool>(value)) return ValueType::boolean;
  if (std::holds_alternative<std::string>(value)) return ValueType::text;
  return ValueType::number;
}

/// Elasticsearch's rule for `in` (spec 3.2, last paragraph).
bool are_compatible(ValueType a, ValueType b) {
  return a == b || a == ValueType::null || b == ValueType::null || a == ValueType::unknown ||
         b == ValueType::unknown;
}

bool accepts(ValueType wanted, ValueType given) {
  return wanted == ValueType::unknown || are_compatible(wanted, given);
}

std::string old_function_hint(std::string_view name) {
  const std::string folded = fold_ascii(name);
  if (folded == "match" || folded == "matchlite") return "write: FIELD regex \"…\"";
  if (folded == "arraycontains")
    return "write: FIELD : (\"…\"); a condition holds if any element satisfies it";
  if (folded == "arraysearch" || folded == "arraycount")
    return "arrays cannot be searched element by element in Elasticsearch";
  if (folded == "safe") return "leave it out: write ?FIELD where the field may be unmapped";
  return {};
}

}  // namespace

ValueType value_type(event::FieldType type) {
  if (event::is_string(type)) return ValueType::text;
  if (event::is_numeric(type)) return ValueType::number;
  if (event::is_date(type)) return ValueType::date;
  switch (type) {
    case event::FieldType::boolean:
      return ValueType::boolean;
    case event::FieldType::ip:
      return ValueType::ip;
    case event::FieldType::version:
      return ValueType::version;
    case event::FieldType::binary:
      return ValueType::binary;
    default:
      return ValueType::unknown;  // containers are refused before types are asked for
  }
}

Failure<Diagnostic> Types::unknown_field(const std::string& name, Span where) const {
  const std::vector<std::string> close = schema_.similar(name);
  return fail(error_at(where, "E201", format("unknown field {}", name),
                       close.empty() ? "if it exists in some indices only, write ? before it; "
                                       "--schema FILE brings other fields"
                                     : format("did you mean {}?", join(close, " or "))));
}

Result<event::Field> Types::look_up(const std::string& name, Span where, ValueType used_as) {
  if (const event::Field* const known = schema_.find(name)) {
    if (event::is_opaque(known->type)) {
      const std::string_view what =
          known->type == event::FieldType::object   ? "an object: name one of the fields inside it"
          : known->type == event::FieldType::nested ? "nested, which EQL cannot reach"
                                                    : "of a type that EQL cannot use";
      return fail(error_at(where, "E202", format("{} is {}", name, what)));
    }
    return *known;
  }
  if (!schema_.is_open()) return unknown_field(name, where);
  const auto [entry, added] = by_use_.try_emplace(name);
  if (added) entry->second = {.name = name, .type = type_from_use(used_as), .source = name};
  return entry->second;
}

Status Types::resolve(
    ExprId root, ValueType used_as) {  // NOLINT(misc-no-recursion): depth bounded by the parser
  const Expr& e = query_.at(root);
  switch (e.kind) {
    case ExprKind::literal:
      return ok();
    case ExprKind::field: {
      if (e.optional && schema_.find(e.name) == nullptr && !schema_.is_open()) {
        const bool known = std::ranges::any_of(
            unmapped_, [&](const auto& entry) { return entry.first == e.name; });
        if (!known) unmapped_.emplace_back(e.name, e.span);
        return ok();
      }
      EQLAB_TRY(event::Field field, look_up(e.name, e.span, used_as));
      fields_.emplace(root, std::move(field));
      return ok();
    }
    case ExprKind::call: {
      const Function* const function = find_function(e.name);
      if (function == nullptr) {
        std::string hint = old_function_hint(e.name);
        const auto close = nearest(e.name, function_names(), 1);
        if (hint.empty() && !close.empty()) hint = format("did you mean {}?", close[0]);
        return fail(error_at({e.span.begin, e.span.begin + e.name.size()}, "E211",
                             format("unknown function {}", e.name), hint));
      }
      for (std::size_t i = 0; i < e.children.size(); ++i) {
        const std::size_t slot = std::min(i, function->arguments.size() - 1);
        EQLAB_CHECK(resolve(e.children[i], function->arguments[slot]));
      }
      return ok();
    }
    case ExprKind::negate:
    case ExprKind::arithmetic:
      for (const ExprId child : e.children) EQLAB_CHECK(resolve(child, ValueType::number));
      return ok();
    case ExprKind::logical_not:
    case ExprKind::logical_and:
    case ExprKind::logical_or:
      for (const ExprId child : e.children) EQLAB_CHECK(resolve(child, ValueType::boolean));
      return ok();
    case ExprKind::pattern:
      return resolve(e.children[0], ValueType::text);
    case ExprKind::compare:
    case ExprKind::membership: {
      // For an open schema each side learns its type from the constants beside it.
      ValueType use = ValueType::unknown;
      for (const ExprId child : e.children) {
        const Expr& side = query_.at(child);
        if (side.kind == ExprKind::literal && use == ValueType::unknown)
          use = literal_type(side.value);
        if (side.kind == ExprKind::negate) use = ValueType::number;
      }
      for (const ExprId child : e.children) EQLAB_CHECK(resolve(child, use));
      return ok();
    }
  }
  return ok();
}

const event::Field* Types::field(ExprId id) const {
  const auto found = fields_.find(id);
  return found == fields_.end() ? nullptr : &found->second;
}

bool Types::is_constant(ExprId root) const {  // NOLINT(misc-no-recursion)
  if (query_.at(root).kind == ExprKind::field) return field(root) == nullptr;
  return std::ranges::all_of(query_.at(root).children,
                             [&](ExprId child) { return is_constant(child); });
}

Status Types::check_exact(ExprId id) const {
  const event::Field* const f = field(id);
  if (f == nullptr || f->has_exact) return ok();
  return fail(error_at(
      query_.at(id).span, "E206",
      format("{} is text without a keyword sub-field, so its values cannot be compared", f->name),
      "map it as keyword, or as text with a keyword sub-field"));
}

Result<ValueType> Types::check(ExprId root) const {  // NOLINT(misc-no-recursion)
  const Expr& e = query_.at(root);
  switch (e.kind) {
    case ExprKind::literal:
      return literal_type(e.value);
    case ExprKind::field: {
      const event::Field* const f = field(root);
      return f == nullptr ? ValueType::null : value_type(f->type);
    }
    case ExprKind::call:
      EQLAB_CHECK(check_call(e));
      return find_function(e.name)->result;
    case ExprKind::negate:
    case ExprKind::arithmetic:
      return check_operands(e);
    case ExprKind::logical_not:
    case ExprKind::logical_and:
    case ExprKind::logical_or:
      for (const ExprId child : e.children) {
        EQLAB_TRY(const ValueType type, check(child));
        if (type != ValueType::boolean && type != ValueType::null) {
          return fail(
              error_at(query_.at(child).span, "E204",
                       format("a condition must be true or false, this is {}", to_string(type)),
                       "compare it: == for exactly equal, : to ignore case and allow wildcards"));
        }
      }
      return ValueType::boolean;
    case ExprKind::compare: {
      EQLAB_TRY(const ValueType left, check(e.children[0]));
      EQLAB_TRY(const ValueType right, check(e.children[1]));
      if (!is_constant(e.children[0]) && !is_constant(e.children[1])) {
        return fail(
            error_at(e.span, "E205",
                     "Elasticsearch compares with constants only, not one field with another",
                     "two fields fit into one function: startsWith(a, b), or subtract(a, b) == 0"));
      }
      if (left != ValueType::null && right != ValueType::null) {
        EQLAB_CHECK(check_exact(e.children[0]));
        EQLAB_CHECK(check_exact(e.children[1]));
      }
      return ValueType::boolean;
    }
    case ExprKind::membership:
      EQLAB_CHECK(check_membership(e));
      return ValueType::boolean;
    case ExprKind::pattern:
      EQLAB_CHECK(check_pattern(e));
      return ValueType::boolean;
  }
  return ValueType::unknown;
}

Result<ValueType> Types::check_operands(const Expr& e) const {  // NOLINT(misc-no-recursion)
  for (const ExprId child : e.children) {
    EQLAB_TRY(const ValueType type, check(child));
    if (!accepts(ValueType::number, type)) {
      return fail(error_at(query_.at(child).span, "E213",
                           format("arithmetic needs a number, this is {}", to_string(type))));
    }
  }
  return ValueType::number;
}

Status Types::check_membership(const Expr& e) const {  // NOLINT(misc-no-recursion)
  EQLAB_TRY(const ValueType left, check(e.children[0]));
  EQLAB_CHECK(check_exact(e.children[0]));
  if (e.fold_case && left != ValueType::text && left != ValueType::null &&
      left != ValueType::unknown) {
    return fail(error_at(query_.at(e.children[0]).span, "E219",
                         format("in~ compares strings, this is {}", to_string(left)), "write in"));
  }
  for (std::size_t i = 1; i < e.children.size(); ++i) {
    EQLAB_TRY(const ValueType item, check(e.children[i]));
    const Span span = query_.at(e.children[i]).span;
    if (!is_constant(e.children[i])) {
      return fail(error_at(span, "E205", "the items of a list must be constants",
                           "write several comparisons joined by or"));
    }
    if (!are_compatible(left, item)) {
      return fail(error_at(
          span, "E217",
          format("this is {}, but the left side is {}", to_string(item), to_string(left)),
          left == ValueType::ip ? "write cidrMatch(FIELD, \"…\"), or == for one address" : ""));
    }
  }
  return ok();
}

Status Types::check_pattern(const Expr& e) const {  // NOLINT(misc-no-recursion)
  EQLAB_TRY(const ValueType left, check(e.children[0]));
  EQLAB_CHECK(check_exact(e.children[0]));
  if (left == ValueType::text || left == ValueType::null || left == ValueType::unknown) {
    // Native patterns are compiled when the leaf is made; those of scripts here.
    if (e.pattern != PatternOp::regex || is_plain_field(e.children[0])) return ok();
    for (std::size_t i = 1; i < e.children.size(); ++i) {
      const Expr& pattern = query_.at(e.children[i]);
      if (event::is_null(pattern.value)) continue;
      auto compiled =
          JavaRegex::compile(text_of(operand_of(pattern.value)), e.fold_case, pattern.span);
      if (!compiled) return fail(std::move(compiled.error()));
    }
    return ok();
  }
  const std::string_view op = e.pattern == PatternOp::colon  ? ":"
                              : e.pattern == PatternOp::like ? "like"
                                                             : "regex";
  return fail(error_at(query_.at(e.children[0]).span, "E219",
                       format("{} compares strings, this is {}", op, to_string(left)),
                       "write ==, or in for a list"));
}

Status Types::check_call(const Expr& call) const {  // NOLINT(misc-no-recursion)
  const Function& function = *find_function(call.name);
  const Span name_span{call.span.begin,
                       call.span.begin + call.name.size() + (call.fold_case ? 1 : 0)};
  if (call.fold_case && !function.has_fold_case) {
    return fail(error_at(name_span, "E214",
                         format("{} has no form that ignores case", function.name),
                         format("write {}(…)", function.name)));
  }
  const std::size_t given = call.children.size();
  if (given < function.arguments_min || given > function.arguments_max) {
    const std::string wanted =
        function.arguments_max == 255 ? format("at least {}", function.arguments_min)
        : function.arguments_min == function.arguments_max
            ? format("{}", function.arguments_min)
            : format("{} or {}", function.arguments_min, function.arguments_max);
    return fail(error_at(call.span, "E212",
                         format("{} takes {} argument{}, found {}", function.name, wanted,
                                wanted == "1" ? "" : "s", given)));
  }
  for (std::size_t i = 0; i < given; ++i) {
    const ExprId argument = call.children[i];
    EQLAB_TRY(const ValueType type, check(argument));
    const ValueType wanted = function.arguments[std::min(i, function.arguments.size() - 1)];
    const Span span = query_.at(argument).span;
    if (!accepts(wanted, type)) {
      return fail(error_at(span, "E213",
                           format("argument {} of {} must be {}, this is {}", i + 1, function.name,
                                  to_string(wanted), to_string(type))));
    }
    EQLAB_CHECK(check_exact(argument));
    const bool constant_only =
        i > 0 && (function.id == Function::Id::cidr_match || function.id == Function::Id::wildcard);
    if (constant_only && !is_constant(argument)) {
      return fail(error_at(span, "E215",
                           format("argument {} of {} must be a constant", i + 1, function.name)));
    }
    if (i > 0 && function.id == Function::Id::cidr_match) {
      EQLAB_TRY(const Operand block, fold(query_, argument));
      if (!is_null(block) && !event::IpBlock::parse(text_of(block))) {
        return fail(error_at(span, "E213",
                             format("\"{}\" is not an address block", printable(text_of(block))),
                             "for example: \"10.0.0.0/8\" or \"fe80::/10\""));
      }
    }
  }
  return ok();
}

}  // namespace eqlab::eql
