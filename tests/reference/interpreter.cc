#include "tests/reference/interpreter.h"

#include <algorithm>

#include "harness/base/text.h"
#include "tests/reference/characters.h"
#include "tests/reference/functions.h"
#include "tests/reference/native.h"
#include "tests/reference/regex.h"

// Three readings of one tree, in the order in which Elasticsearch applies them: what folds to a
// constant, the two-valued tree over leaves, and the inside of script leaves. Tested by
// interpreter_test.cc in tests/unit/scan.
namespace eqlab::reference {
namespace {

using eql::CompareOp;
using eql::Expr;
using eql::ExprId;
using eql::ExprKind;
using event::Value;

CompareOp flipped(CompareOp op) {
  switch (op) {
    case CompareOp::less:
      return CompareOp::greater;
    case CompareOp::less_equal:
      return CompareOp::greater_equal;
    case CompareOp::greater:
      return CompareOp::less;
    case CompareOp::greater_equal:
      return CompareOp::less_equal;
    case CompareOp::equal:
    case CompareOp::not_equal:
      return op;
  }
  return op;
}

bool is_boolean_function(std::string_view name) {
  return name == "startswith" || name == "endswith" || name == "stringcontains" ||
         name == "cidrmatch" || name == "wildcard";
}

Scalar logical_and(const std::vector<Scalar>& parts) {
  if (std::ranges::any_of(parts, [](const Scalar& s) { return !is_null(s) && !is_true(s); }))
    return false;
  if (std::ranges::any_of(parts, [](const Scalar& s) { return is_null(s); })) return {};
  return true;
}

Scalar logical_or(const std::vector<Scalar>& parts) {
  if (std::ranges::any_of(parts, is_true)) return true;
  if (std::ranges::any_of(parts, [](const Scalar& s) { return is_null(s); })) return {};
  return false;
}

Scalar logical_not(const Scalar& value) {
  if (is_null(value)) return {};
  return !is_true(value);
}

/// `:` and `in~` inside scripts.
Scalar equal_ignoring_case(const Scalar& left, const Scalar& right) {
  if (is_null(left) && is_null(right)) return true;
  if (is_null(left) || is_null(right)) return {};
  return java_equal_ignoring_case(to_utf16(to_text(left)), to_utf16(to_text(right)));
}

std::u32string fold_text(std::u32string text) {
  for (char32_t& c : text) c = fold_ascii(c);
  return text;
}

const std::string& text_of(const Value& value) { return std::get<std::string>(value); }

}  // namespace

class Interpreter::Choice {
 public:
  Choice(const Row& row, bool folding) : row_(&row), folding_(folding) {}

  /// The value chosen for this occurrence of the field. Occurrences must be asked for in the same
  /// order at every step, so evaluation never stops half-way.
  Scalar next(const event::Field& field) {
    const auto found = row_->find(field.name);
    const std::size_t count = found == row_->end() ? 0 : found->second.size();
    if (cursor_ == picks_.size()) {
      picks_.push_back(0);
      counts_.push_back(std::max<std::size_t>(count, 1));
    }
    const std::size_t pick = picks_[cursor_++];
    return count == 0 ? Scalar{} : from_field(found->second[pick], field.type);
  }

  /// To the next choice; false after the last.
  bool advance() {
    cursor_ = 0;
    for (std::size_t i = picks_.size(); i-- > 0;) {
      if (++picks_[i] < counts_[i]) return true;
      picks_[i] = 0;
    }
    return false;
  }

  /// Constant folding may negate; scripts may not.
  [[nodiscard]] bool is_folding() const { return folding_; }

 private:
  const Row* row_;
  bool folding_;
  std::size_t cursor_ = 0;
  std::vector<std::size_t> picks_;
  std::vector<std::size_t> counts_;
};

/// One alternative of `:`, `like`, `regex` or `wildcard(…)`.
struct Interpreter::Pattern {
  enum class Kind { everything, equal, equal_ignoring_case, wildcard, regex } kind = Kind::equal;
  bool fold_case = false;
  std::string text;

  static Pattern of(eql::PatternOp op, bool fold_case, std::string text) {
    if (!text.empty() && text.find_first_not_of('*') == std::string::npos)
      return {Kind::everything, fold_case, text};
    if (text.find_first_of("*?") != std::string::npos) return {Kind::wildcard, fold_case, text};
    const bool folds = fold_case || op == eql::PatternOp::colon;
    return {folds ? Kind::equal_ignoring_case : Kind::equal, folds, text};
  }

  /// Native: ASCII folding, wildcards cross line ends, Lucene's regular expressions.
  [[nodiscard]] Result<bool> matches_value(const Value& value) const {
    const std::u32string subject = to_utf32(text_of(value));
    const std::u32string wanted = to_utf32(text);
    switch (kind) {
      case Kind::everything:
        return true;
      case Kind::equal:
        return subject == wanted;
      case Kind::equal_ignoring_case:
        return fold_text(subject) == fold_text(wanted);
      case Kind::wildcard:
        return matches_wildcard(parse_wildcard(wanted, PatternSyntax::plain), subject,
                                {.fold_ascii = fold_case, .stop_at_line_ends = false});
      case Kind::regex:
        return matches_regex(wanted, subject,
                             {.dialect = RegexDialect::lucene, .fold_ascii = fold_case});
    }
    return false;
  }

  /// Script: as Java does it.
  [[nodiscard]] Result<Scalar> matches_scalar(const Scalar& scalar) const {
    if (kind == Kind::equal_ignoring_case) return equal_ignoring_case(scalar, to_utf16(text));
    if (is_null(scalar)) return Scalar{};
    const auto* subject = std::get_if<std::u16string>(&scalar);
    if (subject == nullptr) return search_failure("a pattern needs a string");
    switch (kind) {
      case Kind::everything:
      case Kind::equal_ignoring_case:
        break;
      case Kind::equal:
        return Scalar(*subject == to_utf16(text));
      case Kind::wildcard:
        return Scalar(matches_wildcard(parse_wildcard(to_utf32(text), PatternSyntax::plain),
                                       to_utf32(*subject),
                                       {.fold_ascii = fold_case, .stop_at_line_ends = true}));
      case Kind::regex: {
        EQLAB_TRY(const bool matched,
                  matches_regex(to_utf32(text), to_utf32(*subject),
                                {.dialect = RegexDialect::java, .fold_ascii = fold_case}));
        return Scalar(matched);
      }
    }
    return Scalar(true);
  }
};

Interpreter::Interpreter(const eql::Query& query, const event::Schema& schema,
                         std::string category_field)
    : query_(&query), schema_(&schema), category_field_(std::move(category_field)) {}

Result<bool> Interpreter::passes(const eql::EventFilter& filter, const Row& row) const {
  EQLAB_TRY(const bool holds, condition(filter.condition, row));
  if (!filter.category) return holds;
  const auto found = row.find(category_field_);
  const bool in_category =
      found != row.end() && std::ranges::any_of(found->second, [&](const Value& value) {
        return value == Value(*filter.category);
      });
  return in_category && holds;
}

Result<Scalar> Interpreter::constant_value(ExprId id) const {
  EQLAB_TRY(const Folded folded, fold(id));
  if (!folded) return search_failure("not a constant");
  return *folded;
}

const event::Field* Interpreter::mapped(const Expr& expr) const { return schema_->find(expr.name); }

const event::Field* Interpreter::bare_field(ExprId id) const {
  const Expr& expr = query_->at(id);
  return expr.kind == ExprKind::field ? mapped(expr) : nullptr;
}

// ---- What folds to a constant

Result<Interpreter::Folded> Interpreter::fold(ExprId id) const {
  if (const auto known = folded_.find(id); known != folded_.end()) return known->second;
  Result<Folded> folded = fold_anew(id);
  folded_.emplace(id, folded);
  return folded;
}

Result<Interpreter::Folded> Interpreter::fold_anew(ExprId id) const {
  const Expr& expr = query_->at(id);
  if (expr.kind == ExprKind::literal) return Folded(from_literal(expr.value));
  if (expr.kind == ExprKind::field) return mapped(expr) == nullptr ? Folded(Scalar{}) : Folded();
  if (expr.kind == ExprKind::logical_and || expr.kind == ExprKind::logical_or)
    return fold_logical(expr);
  std::vector<Scalar> values;
  for (const ExprId child : expr.children) {
    EQLAB_TRY(const Folded value, fold(child));
    if (!value) return Folded();
    values.push_back(*value);
  }
  if (expr.kind == ExprKind::logical_not) return Folded(logical_not(values[0]));
  if (expr.kind == ExprKind::compare) {
    const bool equality = expr.compare == CompareOp::equal || expr.compare == CompareOp::not_equal;
    if (equality && (is_null(values[0]) || is_null(values[1]))) {
      const bool both_null = is_null(values[0]) && is_null(values[1]);
      return Folded(both_null == (expr.compare == CompareOp::equal));
    }
    return Folded(compare(expr.compare, values[0], values[1]));
  }
  const Row no_fields;
  Choice choice(no_fields, true);
  switch (expr.kind) {
    case ExprKind::negate: {
      EQLAB_TRY(Scalar value, negate(values[0]));
      return Folded(value);
    }
    case ExprKind::arithmetic: {
      EQLAB_TRY(Scalar value, arithmetic(expr.arithmetic, values[0], values[1]));
      return Folded(value);
    }
    case ExprKind::call: {
      EQLAB_TRY(Scalar value, evaluate_call(expr, choice));
      return Folded(value);
    }
    case ExprKind::membership: {
      EQLAB_TRY(Scalar value, evaluate_membership(expr, choice));
      return Folded(value);
    }
    case ExprKind::pattern: {
      EQLAB_TRY(Scalar value, evaluate(id, choice));
      return Folded(value);
    }
    case ExprKind::literal:
    case ExprKind::field:
    case ExprKind::logical_not:
    case ExprKind::logical_and:
    case ExprKind::logical_or:
    case ExprKind::compare:
      break;
  }
  return Folded();
}

Result<Interpreter::Folded> Interpreter::fold_logical(const Expr& expr) const {
  std::vector<Scalar> constants;
  for (const ExprId child : expr.children) {
    EQLAB_TRY(const Folded value, fold(child));
    if (value) constants.push_back(*value);
  }
  const bool all_constant = constants.size() == expr.children.size();
  if (expr.kind == ExprKind::logical_and) {
    const Scalar value = logical_and(constants);
    // A null takes the whole `and` with it, and so does a false; a true is dropped.
    return is_true(value) && !all_constant ? Folded() : Folded(value);
  }
  const Scalar value = logical_or(constants);
  // A true takes the whole `or` with it; a null or false is dropped.
  return !is_true(value) && !all_constant ? Folded() : Folded(value);
}

// ---- The two-valued tree

Result<bool> Interpreter::condition(ExprId id, const Row& row) const {
  EQLAB_TRY(const Folded constant, fold(id));
  if (constant) return is_true(*constant);
  const Expr& expr = query_->at(id);
  switch (expr.kind) {
    case ExprKind::logical_not: {
      EQLAB_TRY(const bool inner, condition(expr.children[0], row));
      return !inner;
    }
    case ExprKind::logical_and:
    case ExprKind::logical_or: {
      bool all = true;
      bool any = false;
      for (const ExprId child : expr.children) {
        EQLAB_TRY(const bool value, condition(child, row));
        all = all && value;
        any = any || value;
      }
      return expr.kind == ExprKind::logical_and ? all : any;
    }
    case ExprKind::field:
      return some_value(*mapped(expr), row,
                        [](const Value& value) -> Result<bool> { return value == Value(true); });
    case ExprKind::compare:
      return condition_compare(id, row);
    case ExprKind::membership:
      return condition_membership(id, row);
    case ExprKind::pattern: {
      EQLAB_TRY(const std::vector<Pattern> patterns, patterns_of(expr));
      return condition_patterns(expr.children[0], patterns, row);
    }
    case ExprKind::call:
      return condition_call(id, row);
    case ExprKind::literal:
    case ExprKind::negate:
    case ExprKind::arithmetic:
      break;
  }
  return search_failure("not a condition");
}

Result<bool> Interpreter::condition_compare(ExprId id, const Row& row) const {
  const Expr& expr = query_->at(id);
  EQLAB_TRY(const Folded left_constant, fold(expr.children[0]));
  EQLAB_TRY(const Folded right_constant, fold(expr.children[1]));
  if (!left_constant && !right_constant)
    return search_failure("fields cannot be compared with each other");
  const ExprId left = left_constant ? expr.children[1] : expr.children[0];
  const Scalar constant = left_constant ? *left_constant : *right_constant;
  const CompareOp op = left_constant ? flipped(expr.compare) : expr.compare;
  const bool negated = op == CompareOp::not_equal;
  if (op == CompareOp::equal || negated) {
    if (is_null(constant)) {
      EQLAB_TRY(const bool missing, is_missing(left, row));
      return missing != negated;
    }
    if (is_boolean_form(left) && std::holds_alternative<bool>(constant)) {
      EQLAB_TRY(const bool value, condition(left, row));
      return (value == is_true(constant)) != negated;
    }
  }
  const CompareOp positive = negated ? CompareOp::equal : op;
  bool holds = false;
  if (const event::Field* field = bare_field(left)) {
    if (is_null(constant)) return false;
    EQLAB_TRY(holds, some_value(*field, row, [&](const Value& value) {
                return native_compare(*field, value, positive, to_constant(constant));
              }));
  } else {
    const Script script = [&](Choice& choice) -> Result<Scalar> {
      EQLAB_TRY(const Scalar value, evaluate(left, choice));
      return compare(positive, value, constant);
    };
    EQLAB_TRY(holds, some_choice(row, script, is_true));
  }
  return holds != negated;
}

Result<bool> Interpreter::condition_membership(ExprId id, const Row& row) const {
  const Expr& expr = query_->at(id);
  const ExprId left = expr.children[0];
  const event::Field* field = bare_field(left);
  bool holds = false;
  if (field == nullptr && !expr.fold_case) {
    const Script script = [&](Choice& choice) {
      Expr positive = expr;
      positive.negated = false;
      return evaluate_membership(positive, choice);
    };
    EQLAB_TRY(holds, some_choice(row, script, is_true));
    return holds != expr.negated;
  }
  for (std::size_t i = 1; i < expr.children.size(); ++i) {
    EQLAB_TRY(const Scalar item, constant_value(expr.children[i]));
    if (is_null(item)) continue;
    bool found = false;
    if (field == nullptr) {
      const Script script = [&](Choice& choice) -> Result<Scalar> {
        EQLAB_TRY(const Scalar value, evaluate(left, choice));
        return equal_ignoring_case(value, item);
      };
      EQLAB_TRY(found, some_choice(row, script, is_true));
    } else if (expr.fold_case) {
      const Pattern pattern{Pattern::Kind::equal_ignoring_case, true, to_text(item)};
      EQLAB_TRY(found, some_value(*field, row, [&](const Value& value) {
                  return pattern.matches_value(value);
                }));
    } else {
      EQLAB_TRY(found, some_value(*field, row, [&](const Value& value) {
                  return native_compare(*field, value, CompareOp::equal, to_constant(item));
                }));
    }
    holds = holds || found;
  }
  return holds != expr.negated;
}

Result<bool> Interpreter::condition_call(ExprId id, const Row& row) const {
  const Expr& expr = query_->at(id);
  const std::string name = eqlab::fold_ascii(expr.name);
  if (name == "wildcard") {
    EQLAB_TRY(const std::vector<Pattern> patterns, patterns_of(expr));
    return condition_patterns(expr.children[0], patterns, row);
  }
  std::vector<Scalar> constants;
  for (std::size_t i = 1; i < expr.children.size(); ++i) {
    EQLAB_TRY(const Folded value, fold(expr.children[i]));
    if (value && !is_null(*value)) constants.push_back(*value);
  }
  const event::Field* field = bare_field(expr.children[0]);
  const bool native =
      field != nullptr && is_boolean_function(name) && constants.size() + 1 == expr.children.size();
  if (!native) {
    return some_choice(
        row, [&](Choice& choice) { return evaluate(id, choice); }, is_true);
  }
  return some_value(*field, row, [&](const Value& value) -> Result<bool> {
    if (name == "cidrmatch") {
      bool inside = false;
      for (const Scalar& block : constants) {
        EQLAB_TRY(const bool found, in_block(text_of(value), to_text(block)));
        inside = inside || found;
      }
      return inside;
    }
    const std::u32string constant = to_utf32(to_text(constants[0]));
    const std::u32string text = to_utf32(text_of(value));
    if (name == "startswith") {
      return expr.fold_case ? fold_text(text).starts_with(fold_text(constant))
                            : text.starts_with(constant);
    }
    // The constant goes into a wildcard pattern unescaped, backslashes included.
    const std::u32string pattern = name == "endswith" ? U"*" + constant : U"*" + constant + U"*";
    return matches_wildcard(parse_wildcard(pattern, PatternSyntax::with_escapes), text,
                            {.fold_ascii = expr.fold_case, .stop_at_line_ends = false});
  });
}

Result<bool> Interpreter::condition_patterns(ExprId left, const std::vector<Pattern>& patterns,
                                             const Row& row) const {
  const event::Field* field = bare_field(left);
  bool holds = false;
  for (const Pattern& pattern : patterns) {
    bool found = false;
    if (pattern.kind == Pattern::Kind::everything) {
      EQLAB_TRY(const bool missing, is_missing(left, row));
      found = !missing;
    } else if (field != nullptr) {
      EQLAB_TRY(found, some_value(*field, row, [&](const Value& value) {
                  return pattern.matches_value(value);
                }));
    } else {
      const Script script = [&](Choice& choice) -> Result<Scalar> {
        EQLAB_TRY(const Scalar value, evaluate(left, choice));
        return pattern.matches_scalar(value);
      };
      EQLAB_TRY(found, some_choice(row, script, is_true));
    }
    holds = holds || found;
  }
  return holds;
}

// ---- Leaves

Result<bool> Interpreter::is_missing(ExprId id, const Row& row) const {
  if (const event::Field* field = bare_field(id)) {
    const auto found = row.find(field->name);
    return found == row.end() || found->second.empty();
  }
  return some_choice(
      row, [&](Choice& choice) { return evaluate(id, choice); },
      [](const Scalar& value) { return is_null(value); });
}

Result<bool> Interpreter::some_value(const event::Field& field, const Row& row,
                                     const std::function<Result<bool>(const Value&)>& test) const {
  const auto found = row.find(field.name);
  if (found == row.end()) return false;
  bool any = false;
  for (const Value& value : found->second) {
    EQLAB_TRY(const bool holds, test(value));
    any = any || holds;
  }
  return any;
}

Result<bool> Interpreter::some_choice(const Row& row, const Script& script,
                                      const std::function<bool(const Scalar&)>& test) const {
  Choice choice(row, false);
  bool any = false;
  do {
    EQLAB_TRY(const Scalar value, script(choice));
    any = any || test(value);
  } while (choice.advance());
  return any;
}

// ---- Inside scripts

Result<Scalar> Interpreter::evaluate(ExprId id, Choice& choice) const {
  if (!choice.is_folding()) {
    EQLAB_TRY(const Folded constant, fold(id));
    if (constant) return *constant;
  }
  const Expr& expr = query_->at(id);
  switch (expr.kind) {
    case ExprKind::literal:
      return from_literal(expr.value);
    case ExprKind::field: {
      const event::Field* field = mapped(expr);
      return field == nullptr ? Scalar{} : choice.next(*field);
    }
    case ExprKind::negate: {
      EQLAB_TRY(const Scalar operand, evaluate(expr.children[0], choice));
      return negate(operand);
    }
    case ExprKind::arithmetic: {
      EQLAB_TRY(const Scalar left, evaluate(expr.children[0], choice));
      EQLAB_TRY(const Scalar right, evaluate(expr.children[1], choice));
      return arithmetic(expr.arithmetic, left, right);
    }
    case ExprKind::logical_not:
      return search_failure("a script cannot hold `not`");
    case ExprKind::logical_and:
    case ExprKind::logical_or: {
      std::vector<Scalar> parts;
      for (const ExprId child : expr.children) {
        EQLAB_TRY(const Folded constant, fold(child));
        if (constant) continue;  // what would decide the whole has folded it already
        EQLAB_TRY(parts.emplace_back(), evaluate(child, choice));
      }
      return expr.kind == ExprKind::logical_and ? logical_and(parts) : logical_or(parts);
    }
    case ExprKind::compare:
      return evaluate_compare(expr, choice);
    case ExprKind::membership:
      return evaluate_membership(expr, choice);
    case ExprKind::call:
      return evaluate_call(expr, choice);
    case ExprKind::pattern: {
      EQLAB_TRY(const std::vector<Pattern> patterns, patterns_of(expr));
      std::vector<Scalar> parts;
      for (const Pattern& pattern : patterns) {
        EQLAB_TRY(const Scalar value, evaluate(expr.children[0], choice));
        if (pattern.kind == Pattern::Kind::everything) {
          if (!choice.is_folding()) return search_failure("a script cannot hold `!=`");
          parts.emplace_back(!is_null(value));
          continue;
        }
        EQLAB_TRY(parts.emplace_back(), pattern.matches_scalar(value));
      }
      return logical_or(parts);
    }
  }
  return Scalar{};
}

Result<Scalar> Interpreter::evaluate_compare(const Expr& expr, Choice& choice) const {
  EQLAB_TRY(const Folded left_constant, fold(expr.children[0]));
  EQLAB_TRY(const Folded right_constant, fold(expr.children[1]));
  if (!left_constant && !right_constant)
    return search_failure("fields cannot be compared with each other");
  const ExprId left = left_constant ? expr.children[1] : expr.children[0];
  const Scalar constant = left_constant ? *left_constant : *right_constant;
  if (expr.compare == CompareOp::not_equal) return search_failure("a script cannot hold `!=`");
  EQLAB_TRY(const Scalar value, evaluate(left, choice));
  if (expr.compare == CompareOp::equal && is_null(constant)) return Scalar(is_null(value));
  if (expr.compare == CompareOp::equal && is_boolean_form(left) &&
      std::holds_alternative<bool>(constant)) {
    if (!is_true(constant)) return search_failure("a script cannot hold `not`");
    return value;
  }
  return compare(left_constant ? flipped(expr.compare) : expr.compare, value, constant);
}

Result<Scalar> Interpreter::evaluate_membership(const Expr& expr, Choice& choice) const {
  if (expr.negated && !choice.is_folding()) return search_failure("a script cannot hold `not`");
  std::vector<Scalar> parts;
  if (expr.fold_case) {
    for (std::size_t i = 1; i < expr.children.size(); ++i) {
      EQLAB_TRY(const Scalar item, constant_value(expr.children[i]));
      EQLAB_TRY(const Scalar value, evaluate(expr.children[0], choice));
      parts.push_back(equal_ignoring_case(value, item));
    }
  } else {
    EQLAB_TRY(const Scalar value, evaluate(expr.children[0], choice));
    for (std::size_t i = 1; i < expr.children.size(); ++i) {
      EQLAB_TRY(const Scalar item, constant_value(expr.children[i]));
      const Scalar same = compare(CompareOp::equal, value, item);
      const bool unknown = is_null(value) || is_null(item);
      parts.push_back(is_null(same) && !unknown ? Scalar(false) : same);
    }
  }
  const Scalar found = logical_or(parts);
  return expr.negated ? logical_not(found) : found;
}

Result<Scalar> Interpreter::evaluate_call(const Expr& expr, Choice& choice) const {
  const std::string name = eqlab::fold_ascii(expr.name);
  std::vector<Scalar> arguments;
  if (name == "wildcard") {
    EQLAB_TRY(const std::vector<Pattern> patterns, patterns_of(expr));
    for (const Pattern& pattern : patterns) {
      EQLAB_TRY(const Scalar value, evaluate(expr.children[0], choice));
      if (pattern.kind == Pattern::Kind::everything) {
        if (!choice.is_folding()) return search_failure("a script cannot hold `!=`");
        arguments.emplace_back(!is_null(value));
        continue;
      }
      EQLAB_TRY(arguments.emplace_back(), pattern.matches_scalar(value));
    }
    return logical_or(arguments);
  }
  for (const ExprId child : expr.children) {
    EQLAB_TRY(arguments.emplace_back(), evaluate(child, choice));
  }
  if (name != "cidrmatch") return call_function(name, expr.fold_case, arguments);
  if (std::ranges::any_of(arguments, [](const Scalar& s) { return is_null(s); })) return Scalar{};
  bool inside = false;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    EQLAB_TRY(const bool found, in_block(to_text(arguments[0]), to_text(arguments[i])));
    inside = inside || found;
  }
  return Scalar(inside);
}

Result<std::vector<Interpreter::Pattern>> Interpreter::patterns_of(const Expr& expr) const {
  std::vector<Pattern> patterns;
  const bool is_regex = expr.kind == ExprKind::pattern && expr.pattern == eql::PatternOp::regex;
  for (std::size_t i = 1; i < expr.children.size(); ++i) {
    EQLAB_TRY(const Scalar constant, constant_value(expr.children[i]));
    if (is_null(constant)) return search_failure("a pattern cannot be null");
    const std::string text = to_text(constant);
    if (!is_regex) {
      const auto op = expr.kind == ExprKind::pattern ? expr.pattern : eql::PatternOp::like;
      patterns.push_back(Pattern::of(op, expr.fold_case, text));
    } else if (patterns.empty()) {
      patterns.push_back({Pattern::Kind::regex, expr.fold_case, text});
    } else {
      patterns[0].text += "|" + text;
    }
  }
  if (is_regex && patterns[0].text == ".*") patterns[0].kind = Pattern::Kind::everything;
  return patterns;
}

bool Interpreter::is_boolean_form(ExprId id) const {
  const Expr& expr = query_->at(id);
  switch (expr.kind) {
    case ExprKind::logical_not:
    case ExprKind::logical_and:
    case ExprKind::logical_or:
    case ExprKind::compare:
    case ExprKind::membership:
    case ExprKind::pattern:
      return true;
    case ExprKind::call:
      return is_boolean_function(eqlab::fold_ascii(expr.name));
    case ExprKind::literal:
    case ExprKind::field:
    case ExprKind::negate:
    case ExprKind::arithmetic:
      return false;
  }
  return false;
}

}  // namespace eqlab::reference
