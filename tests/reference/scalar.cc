#include "tests/reference/scalar.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "tests/reference/characters.h"

// Widening: double if either side is, else the unsigned 64-bit range, else 64 bits, else 32. Whole
// numbers are computed in 128 bits, where nothing of that size overflows, and checked afterwards.
namespace eqlab::reference {
namespace {

__extension__ using Wide = __int128;

double as_double(const Scalar& scalar) {
  if (const auto* n = std::get_if<std::int32_t>(&scalar)) return *n;
  if (const auto* n = std::get_if<std::int64_t>(&scalar)) return static_cast<double>(*n);
  if (const auto* n = std::get_if<std::uint64_t>(&scalar)) return static_cast<double>(*n);
  return std::get<double>(scalar);
}

Wide as_wide(const Scalar& scalar) {
  if (const auto* n = std::get_if<std::int32_t>(&scalar)) return *n;
  if (const auto* n = std::get_if<std::int64_t>(&scalar)) return *n;
  return std::get<std::uint64_t>(scalar);
}

bool holds_double(const Scalar& scalar) { return std::holds_alternative<double>(scalar); }
bool holds_natural(const Scalar& scalar) { return std::holds_alternative<std::uint64_t>(scalar); }
bool holds_int32(const Scalar& scalar) { return std::holds_alternative<std::int32_t>(scalar); }

Result<Scalar> narrow(Wide value, const Scalar& left, const Scalar& right) {
  if (holds_natural(left) || holds_natural(right)) {
    if (value < 0 || value > static_cast<Wide>(std::numeric_limits<std::uint64_t>::max())) {
      return search_failure("unsigned overflow");
    }
    return Scalar(static_cast<std::uint64_t>(value));
  }
  if (holds_int32(left) && holds_int32(right)) {
    if (value < std::numeric_limits<std::int32_t>::min() ||
        value > std::numeric_limits<std::int32_t>::max()) {
      return search_failure("integer overflow");
    }
    return Scalar(static_cast<std::int32_t>(value));
  }
  if (value < std::numeric_limits<std::int64_t>::min() ||
      value > std::numeric_limits<std::int64_t>::max()) {
    return search_failure("long overflow");
  }
  return Scalar(static_cast<std::int64_t>(value));
}

/// Java's Double.compare: NaN is equal to itself and above all else, and -0.0 is below 0.0.
std::partial_ordering compare_doubles(double left, double right) {
  if (std::isnan(left) || std::isnan(right)) return std::isnan(left) <=> std::isnan(right);
  if (left == 0 && right == 0) return std::signbit(right) <=> std::signbit(left);
  return left <=> right;
}

Scalar arithmetic_of_doubles(eql::ArithmeticOp op, double left, double right) {
  switch (op) {
    case eql::ArithmeticOp::add:
      return left + right;
    case eql::ArithmeticOp::subtract:
      return left - right;
    case eql::ArithmeticOp::multiply:
      return left * right;
    case eql::ArithmeticOp::divide:
      return left / right;
    case eql::ArithmeticOp::modulo:
      return std::fmod(left, right);
  }
  return {};
}

}  // namespace

Failure<Diagnostic> search_failure(std::string message) {
  return fail(error_in("reference", "search", std::move(message)));
}

bool is_number(const Scalar& scalar) { return scalar.index() >= 2 && scalar.index() <= 5; }

Scalar from_literal(const event::Value& value) {
  if (const auto* b = std::get_if<bool>(&value)) return *b;
  if (const auto* n = std::get_if<std::int64_t>(&value)) {
    if (*n >= std::numeric_limits<std::int32_t>::min() &&
        *n <= std::numeric_limits<std::int32_t>::max()) {
      return static_cast<std::int32_t>(*n);
    }
    return *n;
  }
  if (const auto* n = std::get_if<std::uint64_t>(&value)) return *n;
  if (const auto* n = std::get_if<double>(&value)) return *n;
  if (const auto* s = std::get_if<std::string>(&value)) return to_utf16(*s);
  return {};
}

Scalar from_field(const event::Value& value, event::FieldType type) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) {
    if (type == event::FieldType::date)
      return Moment{*n - ((*n % 1'000'000) + 1'000'000) % 1'000'000};
    if (type == event::FieldType::date_nanos) return Moment{*n};
    return *n;
  }
  return from_literal(value);
}

event::Value to_constant(const Scalar& scalar) {
  struct Converter {
    event::Value operator()(std::monostate) const { return {}; }
    event::Value operator()(bool b) const { return b; }
    event::Value operator()(std::int32_t n) const { return std::int64_t{n}; }
    event::Value operator()(std::int64_t n) const { return n; }
    event::Value operator()(std::uint64_t n) const { return n; }
    event::Value operator()(double n) const { return n; }
    event::Value operator()(const std::u16string& s) const { return to_utf8(s); }
    event::Value operator()(Moment m) const { return format_iso8601(m.nanoseconds); }
  };
  return std::visit(Converter{}, scalar);
}

std::string to_text(const Scalar& scalar) {
  if (const auto* n = std::get_if<double>(&scalar)) return java_text(*n);
  return event::to_text(to_constant(scalar));
}

std::string java_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  if (number == 0) return std::signbit(number) ? "-0.0" : "0.0";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::abs(number),
                                 std::chars_format::scientific);
  const std::string text(buffer, end.ptr);  // d.ddde+xx
  const std::size_t mark = text.find('e');
  std::string digits = text.substr(0, 1) + (mark > 2 ? text.substr(2, mark - 2) : "");
  const int exponent = std::stoi(text.substr(mark + 1));
  const std::string sign = number < 0 ? "-" : "";
  if (exponent < -3 || exponent >= 7) {
    if (digits.size() == 1) digits += '0';
    return sign + digits.substr(0, 1) + "." + digits.substr(1) + "E" + std::to_string(exponent);
  }
  if (exponent < 0)
    return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  while (digits.size() <= whole) digits += '0';
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

std::optional<std::partial_ordering> compare(const Scalar& left, const Scalar& right) {
  if (is_number(left) && is_number(right)) {
    if (holds_double(left) || holds_double(right)) {
      return compare_doubles(as_double(left), as_double(right));
    }
    const Wide a = as_wide(left);
    const Wide b = as_wide(right);
    if (a == b) return std::partial_ordering::equivalent;
    return a < b ? std::partial_ordering::less : std::partial_ordering::greater;
  }
  if (is_null(left) || left.index() != right.index()) return std::nullopt;
  if (const auto* b = std::get_if<bool>(&left)) return *b <=> std::get<bool>(right);
  if (const auto* s = std::get_if<std::u16string>(&left)) {
    const int order = s->compare(std::get<std::u16string>(right));
    if (order == 0) return std::partial_ordering::equivalent;
    return order < 0 ? std::partial_ordering::less : std::partial_ordering::greater;
  }
  return std::get<Moment>(left) <=> std::get<Moment>(right);
}

bool holds(eql::CompareOp op, std::partial_ordering order) {
  switch (op) {
    case eql::CompareOp::equal:
      return std::is_eq(order);
    case eql::CompareOp::not_equal:
      return std::is_neq(order);
    case eql::CompareOp::less:
      return std::is_lt(order);
    case eql::CompareOp::less_equal:
      return std::is_lteq(order);
    case eql::CompareOp::greater:
      return std::is_gt(order);
    case eql::CompareOp::greater_equal:
      return std::is_gteq(order);
  }
  return false;
}

Scalar compare(eql::CompareOp op, const Scalar& left, const Scalar& right) {
  const auto order = compare(left, right);
  if (!order) return {};
  return holds(op, *order);
}

Result<Scalar> arithmetic(eql::ArithmeticOp op, const Scalar& left, const Scalar& right) {
  if (is_null(left) || is_null(right)) return Scalar{};
  if (!is_number(left) || !is_number(right)) return search_failure("arithmetic needs numbers");
  if (holds_double(left) || holds_double(right))
    return arithmetic_of_doubles(op, as_double(left), as_double(right));
  const Wide a = as_wide(left);
  const Wide b = as_wide(right);
  switch (op) {
    case eql::ArithmeticOp::add:
      return narrow(a + b, left, right);
    case eql::ArithmeticOp::subtract:
      return narrow(a - b, left, right);
    case eql::ArithmeticOp::multiply:
      return narrow(a * b, left, right);
    case eql::ArithmeticOp::divide:
      if (b == 0) return search_failure("division by zero");
      return narrow(a / b, left, right);
    case eql::ArithmeticOp::modulo:
      if (b == 0) return search_failure("division by zero");
      return narrow(a % b, left, right);
  }
  return Scalar{};
}

Result<Scalar> negate(const Scalar& operand) {
  if (is_null(operand)) return Scalar{};
  if (const auto* n = std::get_if<double>(&operand)) return Scalar(-*n);
  if (!is_number(operand)) return search_failure("negation needs a number");
  if (holds_natural(operand)) return search_failure("an unsigned number cannot be negated");
  return narrow(-as_wide(operand), operand, operand);
}

}  // namespace eqlab::reference
