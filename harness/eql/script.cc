// A direct interpreter over the tree: script leaves are rare (30 of 1,081 public rules) and run
// only on rows that the other leaves let through. Text positions are UTF-16 units, as in Java.
#include "harness/eql/script.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "harness/base/text.h"
#include "harness/eql/pattern.h"
#include "harness/eql/regex.h"
#include "harness/eql/unicode.h"
#include "harness/event/ip.h"

namespace eqlab::eql {
namespace {

using std::int32_t;
using std::int64_t;
using std::uint64_t;

bool is_number(const Operand& operand) { return operand.index() >= 2 && operand.index() <= 5; }
bool is_floating(const Operand& operand) { return std::holds_alternative<double>(operand); }

double as_double(const Operand& operand) {
  if (const auto* const n = std::get_if<int32_t>(&operand)) return *n;
  if (const auto* const n = std::get_if<int64_t>(&operand)) return static_cast<double>(*n);
  if (const auto* const n = std::get_if<uint64_t>(&operand)) return static_cast<double>(*n);
  return std::get<double>(operand);
}

/// A place in a text, or a base: a number that is none counts as 0.
std::int64_t as_position(const Operand& operand) {
  const double number = as_double(operand);
  return std::isnan(number) ? 0 : static_cast<std::int64_t>(std::clamp(number, -4e9, 4e9));
}

/// Integers of any width as 128 bits, which hold both 64-bit kinds.
__extension__ using Wide = __int128;
Wide as_wide(const Operand& operand) {
  if (const auto* const n = std::get_if<int32_t>(&operand)) return *n;
  if (const auto* const n = std::get_if<int64_t>(&operand)) return *n;
  return std::get<uint64_t>(operand);
}

/// Widest of the two integer kinds decides the range of the result (Arithmetics).
enum class Width : std::uint8_t { int32, int64, natural };
Width width_of(const Operand& operand) {
  if (std::holds_alternative<uint64_t>(operand)) return Width::natural;
  return std::holds_alternative<int64_t>(operand) ? Width::int64 : Width::int32;
}

Result<Operand> narrow(Wide value, Width width, Span span) {
  switch (width) {
    case Width::int32:
      if (value < std::numeric_limits<int32_t>::min() ||
          value > std::numeric_limits<int32_t>::max())
        break;
      return Operand{static_cast<int32_t>(value)};
    case Width::int64:
      if (value < std::numeric_limits<int64_t>::min() ||
          value > std::numeric_limits<int64_t>::max())
        break;
      return Operand{static_cast<int64_t>(value)};
    case Width::natural:
      if (value < 0 || value > std::numeric_limits<uint64_t>::max()) break;
      return Operand{static_cast<uint64_t>(value)};
  }
  return fail(run_time_error(span, "integer overflow"));
}

Result<Operand> calculate(ArithmeticOp op, const Operand& a, const Operand& b, Span span) {
  if (is_null(a) || is_null(b)) return Operand{};
  if (!is_number(a) || !is_number(b))
    return fail(run_time_error(span, "arithmetic on a value that is not a number"));
  if (is_floating(a) || is_floating(b)) {
    const double x = as_double(a);
    const double y = as_double(b);
    switch (op) {
      case ArithmeticOp::add:
        return Operand{x + y};
      case ArithmeticOp::subtract:
        return Operand{x - y};
      case ArithmeticOp::multiply:
        return Operand{x * y};
      case ArithmeticOp::divide:
        return Operand{x / y};
      case ArithmeticOp::modulo:
        return Operand{std::fmod(x, y)};
    }
  }
  const Width width = std::max(width_of(a), width_of(b));
  const Wide x = as_wide(a);
  const Wide y = as_wide(b);
  switch (op) {
    case ArithmeticOp::add:
      return narrow(x + y, width, span);
    case ArithmeticOp::subtract:
      return narrow(x - y, width, span);
    case ArithmeticOp::multiply: {
      Wide product = 0;
      if (__builtin_mul_overflow(x, y, &product))
        return fail(run_time_error(span, "integer overflow"));
      return narrow(product, width, span);
    }
    case ArithmeticOp::divide:
    case ArithmeticOp::modulo:
      if (y == 0) return fail(run_time_error(span, "division by zero"));
      return narrow(op == ArithmeticOp::divide ? x / y : x % y, width, span);
  }
  return Operand{};
}

/// −1, 0, 1; nothing when the two are not comparable.
std::optional<int> order(const Operand& a, const Operand& b) {
  const auto sign = [](auto x, auto y) { return x < y ? -1 : y < x ? 1 : 0; };
  if (is_number(a) && is_number(b)) {
    if (is_floating(a) || is_floating(b)) {
      const double x = as_double(a);
      const double y = as_double(b);
      // Double.compare: NaN equals itself and is above all else, -0.0 is below 0.0.
      if (std::isnan(x) || std::isnan(y))
        return std::isnan(x) && std::isnan(y) ? 0 : std::isnan(x) ? 1 : -1;
      if (x == 0 && y == 0) return sign(std::signbit(y), std::signbit(x));
      return sign(x, y);
    }
    return sign(as_wide(a), as_wide(b));
  }
  if (a.index() != b.index() || is_null(a)) return std::nullopt;
  if (const auto* const x = std::get_if<std::string>(&a)) return sign(*x, std::get<std::string>(b));
  if (const auto* const x = std::get_if<bool>(&a)) return sign(*x, std::get<bool>(b));
  return sign(std::get<ScriptDate>(a), std::get<ScriptDate>(b));
}

Operand compare(CompareOp op, const Operand& a, const Operand& b) {
  if (is_null(a) || is_null(b)) return {};
  const auto ordered = order(a, b);
  if (!ordered) return {};
  switch (op) {
    case CompareOp::equal:
      return *ordered == 0;
    case CompareOp::not_equal:
      return *ordered != 0;
    case CompareOp::less:
      return *ordered < 0;
    case CompareOp::less_equal:
      return *ordered <= 0;
    case CompareOp::greater:
      return *ordered > 0;
    case CompareOp::greater_equal:
      return *ordered >= 0;
  }
  return {};
}

class Evaluation {
 public:
  /// While folding every null is as good as a literal one.
  enum class Stage : std::uint8_t { folding, running };
  Evaluation(const Query& query, const FieldResolver& fields, const ScriptRegexes* regexes,
             Stage stage)
      : query_(query), fields_(fields), regexes_(regexes), stage_(stage) {}

  Result<Operand> run(ExprId id) {  // NOLINT(misc-no-recursion): depth bounded by the parser
    const Expr& e = query_.at(id);
    switch (e.kind) {
      case ExprKind::literal:
        return operand_of(e.value);
      case ExprKind::field:
        return fields_(id);
      case ExprKind::call:
        return call(e);
      case ExprKind::negate: {
        EQLAB_TRY(const Operand value, run(e.children[0]));
        if (is_null(value)) return Operand{};
        if (is_floating(value)) return Operand{-std::get<double>(value)};
        if (!is_number(value))
          return fail(run_time_error(e.span, "minus before a value that is not a number"));
        return narrow(-as_wide(value), width_of(value), e.span);
      }
      case ExprKind::logical_not: {
        EQLAB_TRY(const Operand value, run(e.children[0]));
        const auto* const boolean = std::get_if<bool>(&value);
        return boolean == nullptr ? Operand{} : Operand{!*boolean};
      }
      case ExprKind::logical_and:
        return chain(e, false);
      case ExprKind::logical_or:
        return chain(e, true);
      case ExprKind::compare:
        return comparison(e);
      case ExprKind::arithmetic: {
        EQLAB_TRY(const Operand a, run(e.children[0]));
        EQLAB_TRY(const Operand b, run(e.children[1]));
        return calculate(e.arithmetic, a, b, e.span);
      }
      case ExprKind::membership:
        return membership(e);
      case ExprKind::pattern:
        return pattern(e);
    }
    return Operand{};
  }

 private:
  /// `and`: false dominates, then null; `or`: true dominates, then null.
  Result<Operand> chain(const Expr& e, bool dominant) {  // NOLINT(misc-no-recursion)
    bool saw_null = false;
    for (const ExprId child : e.children) {
      EQLAB_TRY(const Operand value, run(child));
      const auto* const boolean = std::get_if<bool>(&value);
      if (boolean == nullptr) {
        saw_null = true;
      } else if (*boolean == dominant) {
        return Operand{dominant};
      }
    }
    return saw_null ? Operand{} : Operand{!dominant};
  }

  [[nodiscard]] bool is_null_literal(ExprId id) const {
    return query_.at(id).kind == ExprKind::literal && event::is_null(query_.at(id).value);
  }

  Result<Operand> comparison(const Expr& e) {  // NOLINT(misc-no-recursion)
    EQLAB_TRY(const Operand a, run(e.children[0]));
    EQLAB_TRY(const Operand b, run(e.children[1]));
    // `E == null` is a question about null, never itself null.
    const auto asks_null = [&](ExprId id, const Operand& value) {
      return is_null_literal(id) || (stage_ == Stage::folding && is_null(value));
    };
    if ((e.compare == CompareOp::equal || e.compare == CompareOp::not_equal) &&
        (asks_null(e.children[0], a) || asks_null(e.children[1], b))) {
      const bool both = is_null(a) && is_null(b);
      return Operand{e.compare == CompareOp::equal ? both : !both};
    }
    return compare(e.compare, a, b);
  }

  Result<Operand> membership(const Expr& e) {  // NOLINT(misc-no-recursion)
    EQLAB_TRY(const Operand value, run(e.children[0]));
    bool saw_null = is_null(value);
    bool found = false;
    for (std::size_t i = 1; i < e.children.size() && !found; ++i) {
      EQLAB_TRY(const Operand item, run(e.children[i]));
      if (is_null(item)) {
        saw_null = true;
      } else if (!is_null(value)) {
        found = e.fold_case ? equal_folded(text_of(value), text_of(item)) : order(value, item) == 0;
      }
    }
    if (found) return Operand{!e.negated};
    if (saw_null) return Operand{};
    return Operand{e.negated};
  }

  Result<Operand> pattern(const Expr& e) {  // NOLINT(misc-no-recursion)
    EQLAB_TRY(const Operand value, run(e.children[0]));
    bool saw_null = false;
    for (std::size_t i = 1; i < e.children.size(); ++i) {
      const Operand item = operand_of(query_.at(e.children[i]).value);
      if (is_null(item) && is_null(value) && e.pattern == PatternOp::colon) return Operand{true};
      if (is_null(item) || is_null(value)) {
        saw_null = true;
        continue;
      }
      const JavaRegex* const regex = regexes_ == nullptr ? nullptr : regexes_->find(e.children[i]);
      if (regex != nullptr) {
        if (regex->matches(text_of(value))) return Operand{true};
        continue;
      }
      EQLAB_TRY(const bool matched, matches(e, text_of(value), text_of(item)));
      if (matched) return Operand{true};
    }
    return saw_null ? Operand{} : Operand{false};
  }

  static Result<bool> matches(const Expr& e, const std::string& value, const std::string& wanted) {
    if (e.pattern == PatternOp::regex)
      return java_regex_matches(wanted, value, e.fold_case, e.span);
    if (e.pattern == PatternOp::colon && !has_wildcards(wanted)) return equal_folded(value, wanted);
    return like(value, wanted, e.fold_case);
  }

  /// In scripts `*` and `?` become `.*` and `.` of a Java regex without dot-all: they stop at line
  /// ends.
  static bool like(const std::string& value, const std::string& wanted, bool fold_case) {
    const std::string v = fold_case ? lower(value) : value;
    const std::string w = fold_case ? lower(wanted) : wanted;
    if (!Wildcard(w).matches(v)) return false;
    if (v.find_first_of("\r\n") == std::string::npos && v.find("\xC2\x85") == std::string::npos &&
        v.find("\xE2\x80\xA8") == std::string::npos &&
        v.find("\xE2\x80\xA9") == std::string::npos) {
      return true;
    }
    return wildcard_within_lines(w, v);
  }

  Result<Operand> call(const Expr& e) {  // NOLINT(misc-no-recursion)
    const Function* const function = find_function(e.name);
    EQLAB_ASSERT(function != nullptr);
    std::vector<Operand> arguments;
    for (const ExprId child : e.children) {
      EQLAB_TRY(Operand argument, run(child));
      arguments.push_back(std::move(argument));
    }
    return apply(*function, e, arguments);
  }

  static Result<Operand> apply(const Function& function, const Expr& e,
                               const std::vector<Operand>& a) {
    using Id = Function::Id;
    switch (function.id) {
      case Id::add:
        return calculate(ArithmeticOp::add, a[0], a[1], e.span);
      case Id::subtract:
        return calculate(ArithmeticOp::subtract, a[0], a[1], e.span);
      case Id::multiply:
        return calculate(ArithmeticOp::multiply, a[0], a[1], e.span);
      case Id::divide:
        return calculate(ArithmeticOp::divide, a[0], a[1], e.span);
      case Id::modulo:
        return calculate(ArithmeticOp::modulo, a[0], a[1], e.span);
      case Id::between:
        return between(e, a);
      case Id::cidr_match:
        return cidr_match(a);
      case Id::concat:
        return concat(a);
      case Id::length:
        return is_null(a[0]) ? Operand{}
                             : Operand{static_cast<int32_t>(utf16_length(text_of(a[0])))};
      case Id::string:
        return is_null(a[0]) ? Operand{} : Operand{text_of(a[0])};
      case Id::number:
        return number(e, a);
      case Id::index_of:
        return index_of(e, a);
      case Id::substring:
        return substring(a);
      case Id::starts_with:
      case Id::ends_with:
      case Id::string_contains:
        return affix(function.id, e, a);
      case Id::wildcard:
        if (is_null(a[0])) return Operand{};
        for (std::size_t i = 1; i < a.size(); ++i) {
          if (!is_null(a[i]) && like(text_of(a[0]), text_of(a[i]), e.fold_case))
            return Operand{true};
        }
        return Operand{false};
    }
    return Operand{};
  }

  static Result<Operand> concat(const std::vector<Operand>& a) {
    std::string out;
    for (const Operand& part : a) {
      if (is_null(part)) return Operand{};
      out += text_of(part);
    }
    return Operand{std::move(out)};
  }

  static Result<Operand> cidr_match(const std::vector<Operand>& a) {
    if (is_null(a[0])) return Operand{};
    const auto address = event::parse_ip(text_of(a[0]));
    for (std::size_t i = 1; i < a.size(); ++i) {
      if (is_null(a[i])) return Operand{};
      const auto block = event::IpBlock::parse(text_of(a[i]));
      if (address && block && block->contains(*address)) return Operand{true};
    }
    return Operand{false};
  }

  static Result<Operand> affix(Function::Id id, const Expr& e, const std::vector<Operand>& a) {
    if (is_null(a[0]) || is_null(a[1])) return Operand{};
    const std::string source = e.fold_case ? lower(text_of(a[0])) : text_of(a[0]);
    const std::string part = e.fold_case ? lower(text_of(a[1])) : text_of(a[1]);
    if (id == Function::Id::starts_with) return Operand{source.starts_with(part)};
    if (id == Function::Id::ends_with) return Operand{source.ends_with(part)};
    if (source.empty() || part.empty()) return Operand{false};
    return Operand{source.find(part) != std::string::npos};
  }

  static Result<Operand> between(const Expr& e, const std::vector<Operand>& a) {
    for (std::size_t i = 0; i < 3; ++i) {
      if (is_null(a[i])) return Operand{};
    }
    const Utf16 source = to_utf16(text_of(a[0]));
    const bool greedy = a.size() > 3 && std::holds_alternative<bool>(a[3]) && std::get<bool>(a[3]);
    const auto prepare = [&](const Operand& o) {
      return to_utf16(e.fold_case ? lower(text_of(o)) : text_of(o));
    };
    const Utf16 searched = e.fold_case ? to_utf16(lower(text_of(a[0]))) : source;
    const Utf16 left = prepare(a[1]);
    const Utf16 right = prepare(a[2]);
    if (source.empty() || left.empty() || right.empty()) return Operand{text_of(a[0])};
    std::size_t begin = searched.find(left);
    if (begin == Utf16::npos) return Operand{std::string()};
    begin += left.size();
    const std::size_t end = greedy ? searched.rfind(right) : searched.find(right, begin);
    if (end == Utf16::npos) return Operand{std::string()};
    if (end < begin)
      return fail(run_time_error(e.span, "between: the last right text lies before the left one"));
    return Operand{to_utf8(source.substr(std::min(begin, source.size()), end - begin))};
  }

  static Result<Operand> index_of(const Expr& e, const std::vector<Operand>& a) {
    if (is_null(a[0]) || is_null(a[1])) return Operand{};
    const Utf16 source = to_utf16(e.fold_case ? lower(text_of(a[0])) : text_of(a[0]));
    const Utf16 part = to_utf16(e.fold_case ? lower(text_of(a[1])) : text_of(a[1]));
    std::size_t start = 0;
    if (a.size() > 2 && !is_null(a[2]))
      start = static_cast<std::size_t>(std::max<int64_t>(0, as_position(a[2])));
    const std::size_t found =
        part.empty() ? std::min(start, source.size()) : source.find(part, start);
    if (found == Utf16::npos) return Operand{};
    return Operand{static_cast<int32_t>(found)};
  }

  static Result<Operand> substring(const std::vector<Operand>& a) {
    if (is_null(a[0])) return Operand{};
    if (is_null(a[1])) return Operand{text_of(a[0])};
    const Utf16 source = to_utf16(text_of(a[0]));
    const auto size = static_cast<int64_t>(source.size());
    const auto clamp = [size](const Operand& o) {
      auto at = as_position(o);
      if (at < 0) at += size;
      return std::clamp<int64_t>(at, 0, size);
    };
    const int64_t begin = clamp(a[1]);
    const int64_t end = a.size() > 2 && !is_null(a[2]) ? clamp(a[2]) : size;
    if (begin >= end) return Operand{std::string()};
    return Operand{to_utf8(
        source.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)))};
  }

  /// `number`, as the EQL function reference has it.
  static Result<Operand> number(const Expr& e, const std::vector<Operand>& a) {
    if (is_null(a[0])) return Operand{};
    const std::string written = text_of(a[0]);
    std::string_view text = written;
    const auto failed = [&] {
      return fail(
          run_time_error(e.span, format("number: \"{}\" is not a number", printable(written))));
    };
    const bool hex = text.starts_with("0x");
    int base = hex ? 16 : 10;
    if (a.size() > 1 && !is_null(a[1]))
      base = static_cast<int>(std::clamp<int64_t>(as_position(a[1]), 0, 100));
    if (base < 2 || base > 36) return failed();
    if (hex && base == 16) text.remove_prefix(2);
    std::string_view digits = text;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    int64_t whole = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), whole, base);
    const bool signed_twice = text.starts_with("+-") || text.starts_with("++");
    if (error == std::errc{} && end == digits.data() + digits.size() && !digits.empty() &&
        !signed_twice)
      return Operand{whole};
    if (base != 10) return failed();
    const auto value = java_double(text);
    if (!value) return failed();
    return Operand{*value};
  }

  /// Java's Double.parseDouble: blanks around, a trailing d or f, NaN and Infinity.
  static std::optional<double> java_double(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= 0x20) text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= 0x20) text.remove_suffix(1);
    bool negative = false;
    if (text.starts_with('+') || text.starts_with('-')) {
      negative = text.front() == '-';
      text.remove_prefix(1);
    }
    const auto signed_value = [negative](double x) { return negative ? -x : x; };
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "Infinity") return signed_value(std::numeric_limits<double>::infinity());
    if (text.empty() || (text[0] != '.' && (text[0] < '0' || text[0] > '9'))) return std::nullopt;
    if (std::string_view("dDfF").find(text.back()) != std::string_view::npos) text.remove_suffix(1);
    std::string copy(text);
    if (copy.starts_with('.')) copy.insert(0, "0");
    const auto value = parse_number<double>(copy);
    if (!value) return std::nullopt;
    return signed_value(*value);
  }

  const Query& query_;
  const FieldResolver& fields_;
  const ScriptRegexes* regexes_;
  Stage stage_;
};

}  // namespace

Diagnostic run_time_error(Span span, std::string message) {
  return error_at(span, "E216", std::move(message), "Elasticsearch fails the whole search here");
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser
ScriptRegexes::ScriptRegexes(const Query& query, ExprId root) {
  const Expr& e = query.at(root);
  if (e.kind == ExprKind::pattern && e.pattern == PatternOp::regex) {
    for (std::size_t i = 1; i < e.children.size(); ++i) {
      const Expr& literal = query.at(e.children[i]);
      if (event::is_null(literal.value)) continue;
      auto compiled =
          JavaRegex::compile(text_of(operand_of(literal.value)), e.fold_case, literal.span);
      if (compiled) compiled_.emplace(e.children[i], std::move(*compiled));
    }
  }
  for (const ExprId child : e.children) compiled_.merge(ScriptRegexes(query, child).compiled_);
}

const JavaRegex* ScriptRegexes::find(ExprId literal) const {
  const auto found = compiled_.find(literal);
  return found == compiled_.end() ? nullptr : &found->second;
}

Result<Operand> evaluate(const Query& query, ExprId root, const FieldResolver& fields,
                         const ScriptRegexes* regexes) {
  return Evaluation(query, fields, regexes, Evaluation::Stage::running).run(root);
}

Result<Operand> fold(const Query& query, ExprId root) {
  const FieldResolver nothing = [](ExprId) { return Operand{}; };
  auto value = Evaluation(query, nothing, nullptr, Evaluation::Stage::folding).run(root);
  if (!value && value.error().code == "E216") {
    value.error().code = "E221";
    value.error().hint = "the expression has no value, whatever the events";
  }
  return value;
}

Operand operand_of(const event::Value& value) {
  struct Converter {
    Operand operator()(std::monostate) const { return {}; }
    Operand operator()(bool b) const { return b; }
    Operand operator()(int64_t n) const {
      if (n >= std::numeric_limits<int32_t>::min() && n <= std::numeric_limits<int32_t>::max())
        return static_cast<int32_t>(n);
      return n;
    }
    Operand operator()(uint64_t n) const { return n; }
    Operand operator()(double n) const { return n; }
    Operand operator()(const std::string& s) const { return s; }
  };
  return std::visit(Converter{}, value);
}

std::string text_of(const Operand& operand) {
  struct Printer {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(int32_t n) const { return format("{}", n); }
    std::string operator()(int64_t n) const { return format("{}", n); }
    std::string operator()(uint64_t n) const { return format("{}", n); }
    std::string operator()(double n) const { return java_text(n); }
    std::string operator()(const std::string& s) const { return s; }
    std::string operator()(ScriptDate d) const {
      return format_iso8601(d.nanoseconds, d.nanoseconds % 1'000'000 == 0 ? 3 : 9);
    }
  };
  return std::visit(Printer{}, operand);
}

bool is_null(const Operand& operand) { return operand.index() == 0; }

}  // namespace eqlab::eql
