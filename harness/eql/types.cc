#include "harness/eql/types.h"

#include <algorithm>
#include <array>

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

/// Elasticsearch's rule for `in` (TypeResolutions).
bool are_compatible(ValueType a, ValueType b) {
  return a == b || a == ValueType::null || b == ValueType::null || a == ValueType::unknown ||
         b == ValueType::unknown;
}

bool accepts(ValueType wanted, ValueType given) {
  return wanted == ValueType::unknown || are_compatible(wanted, given);
}

/// Names from older EQL and from other languages.
struct OtherFunction {
  std::string_view name;
  std::string_view instead;
};
constexpr std::array<OtherFunction, 26> other_functions = {
    {{"match", "write: FIELD regex \"…\""},
     {"matchlite", "write: FIELD regex \"…\""},
     {"regex", "write: FIELD regex \"…\""},
     {"regexp", "write: FIELD regex \"…\""},
     {"like", "write: FIELD like \"…\""},
     {"arraycontains", "write: FIELD : (\"…\"); a condition holds if any element satisfies it"},
     {"arraysearch", "arrays cannot be searched element by element in Elasticsearch"},
     {"arraycount", "arrays cannot be searched element by element in Elasticsearch"},
     {"safe", "leave it out: write ?FIELD where the field may be unmapped"},
     {"lower", "leave it out: :, like~ and in~ ignore case"},
     {"tolower", "leave it out: :, like~ and in~ ignore case"},
     {"upper", "leave it out: :, like~ and in~ ignore case"},
     {"toupper", "leave it out: :, like~ and in~ ignore case"},
     {"contains", "write: stringContains(FIELD, \"text\"), or FIELD : \"*text*\""},
     {"includes", "write: stringContains(FIELD, \"text\"), or FIELD : \"*text*\""},
     {"len", "write: length(FIELD)"},
     {"strlen", "write: length(FIELD)"},
     {"size", "write: length(FIELD)"},
     {"substr", "write: substring(FIELD, START, END)"},
     {"tostring", "write: string(FIELD)"},
     {"to_string", "write: string(FIELD)"},
     {"tonumber", "write: number(FIELD)"},
     {"int", "write: number(FIELD)"},
     {"exists", "write: FIELD != null"},
     {"isnull", "write: FIELD == null"},
     {"coalesce", "write the alternatives as conditions joined by or"}}};

std::string function_hint(std::string_view name) {
  const auto* const known =
      std::ranges::find(other_functions, fold_ascii(name), &OtherFunction::name);
  if (known != other_functions.end()) return std::string(known->instead);
  const auto close = nearest(name, function_names(), 1);
  if (!close.empty()) return format("did you mean {}?", close[0]);
  std::vector<std::string> names;
  for (const std::string_view function : function_names()) names.emplace_back(function);
  return "functions are " + join(names, ", ");
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
  std::string hint =
      "if it exists in some indices only, write ? before it; --schema FILE brings other fields";
  const std::string lower = fold_ascii(name);
  const std::string parent = name.substr(0, std::min(name.rfind('.'), name.size()));
  if (schema_.has_below(name)) {
    hint = format("it is no field itself: name one below it, as {}", example_below(name));
  } else if ((name.ends_with(".keyword") || name.ends_with(".raw")) &&
             schema_.find(parent) != nullptr) {
    hint = format("write {}", parent);
  } else if (const std::vector<std::string> close = schema_.similar(name); !close.empty()) {
    hint = format("did you mean {}?", join(close, " or "));
  } else if (lower == "null" || lower == "true" || lower == "false") {
    hint = format("keywords are written in lower case: {}", lower);
  } else if (lower == "none" || lower == "nil" || lower == "undefined") {
    hint = "a missing value is written null";
  }
  return fail(error_at(where, "E201", format("unknown field {}", name), std::move(hint)));
}

std::string Types::example_below(const std::string& name) const {
  const std::string usual = name + ".name";
  if (schema_.find(usual) != nullptr) return usual;
  return schema_.fields().lower_bound(name + ".")->first;
}

Result<event::Field> Types::usable(const event::Field& known, Span where) const {
  if (!event::is_opaque(known.type)) return known;
  const bool is_object = known.type == event::FieldType::object;
  const std::string_view what = is_object ? "an object"
                                : known.type == event::FieldType::nested
                                    ? "nested, which EQL cannot reach"
                                    : "of a type that EQL cannot use";
  std::string hint = "leave it out, or put what it holds into a field of its own when indexing";
  if (is_object) {
    hint = schema_.has_below(known.name)
               ? format("name one of the fields inside it, as {}", example_below(known.name))
               : "name one of the fields inside it";
  }
  return fail(error_at(where, "E202", format("{} is {}", known.name, what), std::move(hint)));
}

Result<event::Field> Types::look_up(const std::string& name, Span where, ValueType used_as) {
  if (const event::Field* const known = schema_.find(name)) return usable(*known, where);
  if (!schema_.is_open()) return unknown_field(name, where);
  return event::Field{.name = name, .type = type_from_use(used_as), .source = name};
}

bool Types::is_assumed(const Expr& field) const {
  if (unknown_fields_ == UnknownFields::unmapped) return false;
  if (field.optional || by_use_.contains(field.name)) return true;
  const std::string first = field.name.substr(0, field.name.find('.'));
  const bool is_other_family = first.size() < field.name.size() && !schema_.has_below(first);
  // What Elastic Defend adds of its own stands in objects called Ext, and grows with each version.
  const bool is_extension = field.name.find(".Ext.") != std::string::npos;
  if (unknown_fields_ != UnknownFields::mapped && !is_other_family && !is_extension) return false;
  // Looking for slips costs a walk over the schema: no more of them than people write.
  constexpr std::size_t looked_at_max = 256;
  return by_use_.size() >= looked_at_max || !schema_.is_slip(field.name);
}

void Types::learn(ExprId id, Use use) {
  const Expr& e = query_.at(id);
  const auto [entry, added] = by_use_.try_emplace(e.name);
  Untyped& untyped = entry->second;
  if (added) {
    untyped = {.field = {.name = e.name, .type = type_from_use(use.type), .source = e.name},
               .strength = use.strength,
               .optional = e.optional,
               .span = e.span};
  } else if (use.strength > untyped.strength) {
    untyped.field.type = type_from_use(use.type);
    untyped.strength = use.strength;
    for (const ExprId place : untyped.places) fields_.at(place) = untyped.field;
  }
  untyped.optional = untyped.optional && e.optional;
  untyped.places.push_back(id);
  fields_.emplace(id, untyped.field);
}

std::vector<AssumedField> Types::assumed() const {
  std::vector<AssumedField> out;
  if (schema_.is_open()) return out;
  for (const auto& [name, untyped] : by_use_)
    out.push_back({name, untyped.field.type, untyped.optional, untyped.span});
  std::ranges::sort(out, {}, [](const AssumedField& field) { return field.span.begin; });
  return out;
}

Status Types::resolve_field(ExprId id, Use use) {
  const Expr& e = query_.at(id);
  if (const event::Field* const known = schema_.find(e.name)) {
    EQLAB_TRY(event::Field field, usable(*known, e.span));
    fields_.emplace(id, std::move(field));
    return ok();
  }
  if (schema_.is_open() || is_assumed(e)) {
    learn(id, use);
    return ok();
  }
  if (!e.optional) return unknown_field(e.name, e.span);
  const bool known =
      std::ranges::any_of(unmapped_, [&](const auto& entry) { return entry.first == e.name; });
  if (!known) unmapped_.emplace_back(e.name, e.span);
  return ok();
}

Status Types::resolve(ExprId root,
                      Use use) {  // NOLINT(misc-no-recursion): depth bounded by the parser
  using Strength = Use::Strength;
  const Expr& e = query_.at(root);
  switch (e.kind) {
    case ExprKind::literal:
      return ok();
    case ExprKind::field:
      return resolve_field(root, use);
    case ExprKind::call: {
      const Function* const function = find_function(e.name);
      if (function == nullptr) {
        return fail(error_at({e.span.begin, e.span.begin + e.name.size()}, "E211",
                             format("unknown function {}", e.name), function_hint(e.name)));
      }
      for (std::size_t i = 0; i < e.children.size(); ++i) {
        const std::size_t slot = std::min(i, function->arguments.size() - 1);
        const ValueType wanted = function->arguments[slot];
        EQLAB_CHECK(
            resolve(e.children[i],
                    {wanted, wanted == ValueType::unknown ? Strength::none : Strength::demands}));
      }
      return ok();
    }
    case ExprKind::negate:
    case ExprKind::arithmetic:
      for (const ExprId child : e.children)
        EQLAB_CHECK(resolve(child, {ValueType::number, Strength::demands}));
      return ok();
    case ExprKind::logical_not:
    case ExprKind::logical_and:
    case ExprKind::logical_or:
      for (const ExprId child : e.children)
        EQLAB_CHECK(resolve(child, {ValueType::boolean, Strength::demands}));
      return ok();
    case ExprKind::pattern:
      return resolve(e.children[0], {ValueType::text, Strength::demands});
    case ExprKind::compare:
    case ExprKind::membership:
      return resolve_sides(e);
  }
  return ok();
}

Status Types::resolve_sides(const Expr& e) {  // NOLINT(misc-no-recursion)
  Use use;
  for (const ExprId child : e.children) {
    const Expr& side = query_.at(child);
    ValueType type = side.kind == ExprKind::literal ? literal_type(side.value) : ValueType::null;
    if (side.kind == ExprKind::negate || side.kind == ExprKind::arithmetic)
      type = ValueType::number;
    if (type != ValueType::null && use.strength == Use::Strength::none)
      use = {type, Use::Strength::suggests};
  }
  if (e.kind == ExprKind::membership && e.fold_case)
    use = {ValueType::text, Use::Strength::demands};
  for (const ExprId child : e.children) {
    Status resolved = resolve(child, use);
    if (resolved) continue;
    Diagnostic error = std::move(resolved.error());
    const Expr& side = query_.at(child);
    // `name == curl`: one word where a constant belongs.
    if (child != e.children[0] && side.kind == ExprKind::field && error.code == "E201" &&
        error.hint.starts_with("if it exists") && side.name.find('.') == std::string::npos) {
      error.hint = format("text is written in double quotes: \"{}\"", side.name);
    }
    return fail(std::move(error));
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

Failure<Diagnostic> Types::not_a_condition(ExprId id, ValueType type) const {
  const Expr& e = query_.at(id);
  std::string hint =
      "compare it: == for exactly equal, : to ignore case and allow wildcards, != null for any "
      "value";
  if (e.kind == ExprKind::literal)
    hint = "several values are a list, separated by commas: FIELD in (\"a\", \"b\")";
  if (e.kind == ExprKind::call || e.kind == ExprKind::arithmetic || e.kind == ExprKind::negate)
    hint = "compare it with something";
  return fail(error_at(e.span, "E204",
                       format("a condition must be true or false, this is {}", to_string(type)),
                       std::move(hint)));
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
        EQLAB_CHECK(check_condition(child));
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

Status Types::check_condition(ExprId root) const {
  EQLAB_TRY(const ValueType type, check(root));
  if (type != ValueType::boolean && type != ValueType::null) return not_a_condition(root, type);
  return ok();
}

Result<ValueType> Types::check_operands(const Expr& e) const {  // NOLINT(misc-no-recursion)
  for (const ExprId child : e.children) {
    EQLAB_TRY(const ValueType type, check(child));
    if (!accepts(ValueType::number, type)) {
      return fail(error_at(query_.at(child).span, "E213",
                           format("arithmetic needs a number, this is {}", to_string(type)),
                           type == ValueType::text ? "write number(…) around it, or concat to join"
                                                   : "compare it without arithmetic"));
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
      return fail(
          error_at(span, "E217",
                   format("this is {}, but the left side is {}", to_string(item), to_string(left)),
                   left == ValueType::ip ? "write cidrMatch(FIELD, \"…\"), or == for one address"
                   : left == ValueType::text   ? "write it in double quotes"
                   : left == ValueType::number ? "write it without quotes"
                                               : "write comparisons joined by or"));
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
  return fail(
      error_at(query_.at(e.children[0]).span, "E219",
               format("{} compares strings, this is {}", op, to_string(left)),
               left == ValueType::ip
                   ? "write ==, cidrMatch(FIELD, \"10.0.0.0/8\"), or string(FIELD) before it"
                   : "write ==, or in for a list"));
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
                                wanted.ends_with('1') ? "" : "s", given),
                         format("write: {}", function.usage)));
  }
  for (std::size_t i = 0; i < given; ++i) {
    const ExprId argument = call.children[i];
    EQLAB_TRY(const ValueType type, check(argument));
    const ValueType wanted = function.arguments[std::min(i, function.arguments.size() - 1)];
    const Span span = query_.at(argument).span;
    if (!accepts(wanted, type)) {
      return fail(error_at(span, "E213",
                           format("argument {} of {} must be {}, this is {}", i + 1, function.name,
                                  to_string(wanted), to_string(type)),
                           wanted == ValueType::text && type != ValueType::boolean
                               ? format("write string(…) around it")
                               : format("write: {}", function.usage)));
    }
    EQLAB_CHECK(check_exact(argument));
    const bool constant_only =
        i > 0 && (function.id == Function::Id::cidr_match || function.id == Function::Id::wildcard);
    if (constant_only && !is_constant(argument)) {
      return fail(error_at(span, "E215",
                           format("argument {} of {} must be a constant", i + 1, function.name),
                           format("write: {}", function.usage)));
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
