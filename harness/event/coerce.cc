// Tested in tests/unit/event/coerce_test.cc.
#include "harness/event/coerce.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "harness/base/text.h"
#include "harness/event/ip.h"

namespace eqlab::event {
namespace {

using Kind = Scalar::Kind;
using Outcome = Coercer::Outcome;

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

struct IntegerRange {
  std::int64_t low;
  std::int64_t high;
};

template <class T>
constexpr IntegerRange range_of() {
  return {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
}

IntegerRange range_of(FieldType type) {
  if (type == FieldType::byte_) return range_of<std::int8_t>();
  if (type == FieldType::short_) return range_of<std::int16_t>();
  if (type == FieldType::integer) return range_of<std::int32_t>();
  return range_of<std::int64_t>();
}

/// Java reads a plus sign, from_chars does not.
std::string_view without_plus(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  return text;
}

/// Finite, decimal. from_chars also takes `inf` and `nan`, which no mapper does.
std::optional<double> parse_real(std::string_view text) {
  const auto number = parse_number<double>(without_plus(text));
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return number;
}

std::optional<std::int64_t> cut_to_integer(double number) {
  // 2^63 is the first double that does not fit.
  if (!(number > -9.3e18 && number < 9.3e18)) return std::nullopt;
  const double whole = std::trunc(number);
  if (whole < -9223372036854775808.0 || whole >= 9223372036854775808.0) return std::nullopt;
  return static_cast<std::int64_t>(whole);
}

}  // namespace

Coercer::Coercer(const Field& field)
    : field_(field),
      physical_(physical_of(field.type)),
      opaque_(event::is_opaque(field.type)),
      dates_(field.date_format) {}

Outcome Coercer::store(const Scalar& scalar, Dictionary& dictionary, ValueCode& code) {
  if (opaque_) return Outcome::absent;
  if (scalar.kind == Kind::null) {
    if (!field_.null_value) return Outcome::absent;
    // The stand-in is spelled in the mapping; it goes the way of any other text.
    const Scalar stand_in{.kind = Kind::text, .text = *field_.null_value};
    return store(stand_in, dictionary, code);
  }
  if (is_date(field_.type)) return store_date(scalar, dictionary, code);
  switch (physical_) {
    case Physical::text:
      break;
    case Physical::integer:
      return store_integer(scalar, dictionary, code);
    case Physical::natural:
      return store_natural(scalar, dictionary, code);
    case Physical::real:
      return store_real(scalar, dictionary, code);
    case Physical::boolean:
      if (scalar.kind == Kind::boolean) {
        code = dictionary.intern_boolean(scalar.boolean);
      } else if (scalar.kind == Kind::text && scalar.text == "true") {
        code = dictionary.intern_boolean(true);
      } else if (scalar.kind == Kind::text && (scalar.text == "false" || scalar.text.empty())) {
        code = dictionary.intern_boolean(false);
      } else {
        return Outcome::ill_typed;
      }
      return Outcome::kept;
  }
  switch (scalar.kind) {
    case Kind::null:
      break;
    case Kind::boolean:
      return store_text(scalar.boolean ? "true" : "false", dictionary, code);
    case Kind::integer:
      return store_text(format("{}", scalar.integer), dictionary, code);
    case Kind::natural:
      return store_text(format("{}", scalar.natural), dictionary, code);
    case Kind::real:
      if (field_.type == FieldType::ip) return Outcome::ill_typed;
      if (scalar.text.empty()) return Outcome::needs_spelling;
      return store_text(scalar.text, dictionary, code);
    case Kind::text:
    case Kind::number_text:
      return store_text(scalar.text, dictionary, code);
  }
  return Outcome::absent;
}

Outcome Coercer::store_text(std::string_view text, Dictionary& dictionary, ValueCode& code) {
  if (field_.type == FieldType::ip) {
    const auto address = parse_ip(text);
    if (!address) return Outcome::ill_typed;
    code = dictionary.intern_text(to_text(*address));
    return Outcome::kept;
  }
  if (field_.ignore_above && text.size() > *field_.ignore_above &&
      count_characters(text) > *field_.ignore_above) {
    return Outcome::absent;
  }
  if (field_.folds_case) {
    scratch_ = fold_ascii(text);
    text = scratch_;
  }
  code = dictionary.intern_text(text);
  return Outcome::kept;
}

Outcome Coercer::store_integer(const Scalar& scalar, Dictionary& dictionary,
                               ValueCode& code) const {
  std::optional<std::int64_t> number;
  switch (scalar.kind) {
    case Kind::integer:
      number = scalar.integer;
      break;
    case Kind::real:
      number = cut_to_integer(scalar.real);
      break;
    case Kind::text:
    case Kind::number_text:
      if (scalar.text.empty()) {
        return field_.null_value && !field_.null_value->empty()
                   ? store_integer({.kind = Kind::text, .text = *field_.null_value}, dictionary,
                                   code)
                   : Outcome::absent;
      }
      number = parse_number<long>(without_plus(scalar.text));
      if (!number) {
        const auto real = parse_real(scalar.text);
        if (real) number = cut_to_integer(*real);
      }
      break;
    case Kind::null:
    case Kind::boolean:
    case Kind::natural:
      break;
  }
  const IntegerRange range = range_of(field_.type);
  if (!number || *number < range.low || *number > range.high) return Outcome::ill_typed;
  code = dictionary.intern_integer(*number);
  return Outcome::kept;
}

Outcome Coercer::store_natural(const Scalar& scalar, Dictionary& dictionary,
                               ValueCode& code) const {
  std::optional<std::uint64_t> number;
  const auto from_real =
      [&](double real) {  // no fraction is cut: Elasticsearch does not coerce this type
        if (real >= 0 && real < 18446744073709551616.0 && real == std::trunc(real))
          number = static_cast<std::uint64_t>(real);
      };
  switch (scalar.kind) {
    case Kind::integer:
      if (scalar.integer >= 0) number = static_cast<std::uint64_t>(scalar.integer);
      break;
    case Kind::natural:
      number = scalar.natural;
      break;
    case Kind::real:
      from_real(scalar.real);
      break;
    case Kind::text:
    case Kind::number_text:
      if (scalar.text.empty()) return Outcome::absent;
      number = parse_number<unsigned long>(without_plus(scalar.text));
      if (!number) {
        if (const auto real = parse_real(scalar.text)) from_real(*real);
      }
      break;
    case Kind::null:
    case Kind::boolean:
      break;
  }
  if (!number) return Outcome::ill_typed;
  code = dictionary.intern_natural(*number);
  return Outcome::kept;
}

Outcome Coercer::store_real(const Scalar& scalar, Dictionary& dictionary, ValueCode& code) const {
  std::optional<double> number;
  switch (scalar.kind) {
    case Kind::integer:
      number = static_cast<double>(scalar.integer);
      break;
    case Kind::natural:
      number = static_cast<double>(scalar.natural);
      break;
    case Kind::real:
      number = scalar.real;
      break;
    case Kind::text:
    case Kind::number_text:
      if (scalar.text.empty()) return Outcome::absent;
      number = parse_real(trim(scalar.text));
      break;
    case Kind::null:
    case Kind::boolean:
      break;
  }
  if (!number) return Outcome::ill_typed;
  const double size = std::abs(*number);
  if (field_.type == FieldType::float_ &&
      size > static_cast<double>(std::numeric_limits<float>::max())) {
    return Outcome::ill_typed;
  }
  if (field_.type == FieldType::half_float && size > 65'504) return Outcome::ill_typed;
  code = dictionary.intern_real(*number);
  return Outcome::kept;
}

Outcome Coercer::store_date(const Scalar& scalar, Dictionary& dictionary, ValueCode& code) const {
  std::optional<std::int64_t> time;
  switch (scalar.kind) {
    case Kind::integer:
      time = dates_.parse(scalar.integer);
      // Whatever the mapping's format for text: a number from an export is epoch milliseconds.
      if (!time) time = DateFormat().parse(scalar.integer);
      break;
    case Kind::real:
      time = dates_.parse(scalar.real);
      break;
    case Kind::text:
    case Kind::number_text:
      time = dates_.parse(scalar.text);
      break;
    case Kind::null:
    case Kind::boolean:
    case Kind::natural:
      break;
  }
  if (!time) return Outcome::ill_typed;
  if (field_.type == FieldType::date) {
    constexpr std::int64_t milli = 1'000'000;
    *time -= ((*time % milli) + milli) % milli;
  }
  code = dictionary.intern_integer(*time);
  return Outcome::kept;
}

}  // namespace eqlab::event
