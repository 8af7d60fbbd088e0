#include "tests/reference/functions.h"

#include <algorithm>
#include <limits>

#include "harness/base/text.h"
#include "tests/reference/characters.h"

namespace eqlab::reference {
namespace {

using Text = std::u16string;

const Text* text_of(const Scalar& scalar) { return std::get_if<Text>(&scalar); }

std::optional<std::int64_t> integer_of(const Scalar& scalar) {
  if (const auto* n = std::get_if<std::int32_t>(&scalar)) return *n;
  if (const auto* n = std::get_if<std::int64_t>(&scalar)) return *n;
  return std::nullopt;
}

Scalar argument(std::span<const Scalar> arguments, std::size_t index) {
  return index < arguments.size() ? arguments[index] : Scalar{};
}

Text folded(const Text& text, bool fold_case) { return fold_case ? java_lower(text) : text; }

Scalar int_of(std::size_t n) { return static_cast<std::int32_t>(n); }

Result<Scalar> between(const Text& source, const Text& left, const Text& right, bool greedy,
                       bool fold_case) {
  if (source.empty() || left.empty() || right.empty()) return Scalar(source);
  const Text haystack = folded(source, fold_case);
  const std::size_t found = haystack.find(folded(left, fold_case));
  if (found == Text::npos) return Scalar(Text());
  const std::size_t start = found + left.size();
  const Text needle = folded(right, fold_case);
  const std::size_t end = greedy ? haystack.rfind(needle) : haystack.find(needle, start);
  if (end == Text::npos) return Scalar(Text());
  if (end < start || end > source.size())
    return search_failure("between: the end lies before the start");
  return Scalar(source.substr(start, end - start));
}

Scalar substring(const Text& source, std::int64_t start, std::optional<std::int64_t> end) {
  const auto length = static_cast<std::int64_t>(source.size());
  const auto clamp = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + length : at, 0, length);
  };
  const std::int64_t first = clamp(start);
  const std::int64_t last = clamp(end.value_or(length));
  if (first >= last) return Text();
  return source.substr(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
}

Scalar index_of(const Text& source, const Text& needle, std::int64_t start, bool fold_case) {
  const Text haystack = folded(source, fold_case);
  const auto from = static_cast<std::size_t>(
      std::clamp<std::int64_t>(start, 0, static_cast<std::int64_t>(haystack.size())));
  const std::size_t found = haystack.find(folded(needle, fold_case), from);
  if (found == Text::npos) return {};
  return int_of(found);
}

Result<Scalar> parse_in_radix(std::string_view text, std::int64_t base) {
  if (base < 2 || base > 36) return search_failure("number: the base must be 2 to 36");
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty()) return search_failure("number: no digits");
  __extension__ using Wide = __int128;
  Wide value = 0;
  for (const char c : digits) {
    int digit = 99;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'a' && c <= 'z') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'Z') digit = c - 'A' + 10;
    if (digit >= base) return search_failure("number: not a digit");
    value = value * base + digit;
    if (value > Wide{1} << 64) return search_failure("number: too large");
  }
  if (negative) value = -value;
  if (value > std::numeric_limits<std::int64_t>::max() ||
      value < std::numeric_limits<std::int64_t>::min()) {
    return search_failure("number: too large");
  }
  return Scalar(static_cast<std::int64_t>(value));
}

/// Java's Double.parseDouble without its hexadecimal form.
Result<Scalar> parse_double(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  std::string_view body = text;
  const bool negative = body.starts_with('-');
  if (body.starts_with('-') || body.starts_with('+')) body.remove_prefix(1);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (body == "NaN") return Scalar(std::numeric_limits<double>::quiet_NaN());
  if (body == "Infinity") return Scalar(negative ? -infinity : infinity);
  if (!body.empty() && std::string_view("dDfF").find(body.back()) != std::string_view::npos)
    body.remove_suffix(1);
  const bool plain = !body.empty() &&
                     body.find_first_not_of("0123456789.eE+-") == std::string_view::npos &&
                     body.front() != '-' && body.front() != '+';
  const auto value = plain ? parse_number<double>(body) : std::nullopt;
  if (!value) return search_failure("number: cannot be read");
  return Scalar(negative ? -*value : *value);
}

Result<Scalar> number(const Text& source, std::optional<std::int64_t> base) {
  std::string text = to_utf8(source);
  if (text.starts_with("0x")) {
    base = base.value_or(16);
    if (*base == 16) text.erase(0, 2);
  }
  if (base.value_or(10) != 10) return parse_in_radix(text, *base);
  if (auto whole = parse_in_radix(text, 10)) return whole;
  return parse_double(text);
}

}  // namespace

Result<Scalar> call_function(std::string_view name, bool fold_case,
                             std::span<const Scalar> arguments) {
  if (name == "concat") {
    Text out;
    for (const Scalar& part : arguments) {
      if (is_null(part)) return Scalar{};
      const Text* text = text_of(part);
      out += text != nullptr ? *text : to_utf16(to_text(part));
    }
    return Scalar(out);
  }
  const Scalar first = argument(arguments, 0);
  const Scalar second = argument(arguments, 1);
  const Scalar third = argument(arguments, 2);
  if (name == "add") return arithmetic(eql::ArithmeticOp::add, first, second);
  if (name == "subtract") return arithmetic(eql::ArithmeticOp::subtract, first, second);
  if (name == "multiply") return arithmetic(eql::ArithmeticOp::multiply, first, second);
  if (name == "divide") return arithmetic(eql::ArithmeticOp::divide, first, second);
  if (name == "modulo") return arithmetic(eql::ArithmeticOp::modulo, first, second);
  if (is_null(first)) return Scalar{};
  if (name == "string") {
    const Text* text = text_of(first);
    return text != nullptr ? Scalar(*text) : Scalar(to_utf16(to_text(first)));
  }
  const Text* source = text_of(first);
  if (source == nullptr) return search_failure(format("{}: needs a string", name));
  if (name == "length") return int_of(source->size());
  if (name == "number") return number(*source, integer_of(second));
  if (name == "substring") {
    const auto start = integer_of(second);
    if (!start) return Scalar(*source);
    return substring(*source, *start, integer_of(third));
  }
  if (is_null(second)) return Scalar{};
  const Text* other = text_of(second);
  if (other == nullptr) return search_failure(format("{}: needs a string", name));
  if (name == "indexof") return index_of(*source, *other, integer_of(third).value_or(0), fold_case);
  if (name == "between") {
    if (is_null(third)) return Scalar{};
    const Text* right = text_of(third);
    if (right == nullptr) return search_failure("between: needs a string");
    return between(*source, *other, *right, is_true(argument(arguments, 3)), fold_case);
  }
  const Text haystack = folded(*source, fold_case);
  const Text needle = folded(*other, fold_case);
  if (name == "startswith") return Scalar(haystack.starts_with(needle));
  if (name == "endswith") return Scalar(haystack.ends_with(needle));
  if (name == "stringcontains") {
    if (haystack.empty() || needle.empty()) return Scalar(false);
    return Scalar(haystack.find(needle) != Text::npos);
  }
  return search_failure(format("unknown function {}", name));
}

}  // namespace eqlab::reference
