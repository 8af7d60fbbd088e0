#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace eqlab::event {

/// Elasticsearch mapping types, as far as EQL tells them apart (Verifier).
enum class FieldType : std::uint8_t {
  keyword,
  constant_keyword,
  wildcard,
  text,  ///< also match_only_text; usable only through an exact sub-field
  byte_,
  short_,
  integer,
  long_,
  unsigned_long,
  float_,
  half_float,
  scaled_float,
  double_,
  boolean,
  date,
  date_nanos,
  ip,
  version,
  binary,
  object,
  nested,
  unsupported,  ///< geo_*, ranges, flattened and the rest: an error when a query names it
};

/// How a value is kept in a column.
enum class Physical : std::uint8_t {
  text,     ///< keyword family; ip and version in canonical spelling; binary as given
  integer,  ///< signed 64 bit: the integer types; dates as UTC nanoseconds since 1970
  natural,  ///< unsigned 64 bit: unsigned_long
  real,     ///< double: the floating types
  boolean,
};

[[nodiscard]] std::string_view to_string(FieldType type);
/// From the name in a mapping (`long`, `match_only_text`, …); unknown names are `unsupported`.
[[nodiscard]] FieldType field_type_from_name(std::string_view name);

[[nodiscard]] bool is_string(FieldType type);  ///< keyword, constant_keyword, wildcard, text
[[nodiscard]] bool is_numeric(FieldType type);
[[nodiscard]] bool is_date(FieldType type);
/// A container or unsupported type: has no values of its own.
[[nodiscard]] bool is_opaque(FieldType type);
[[nodiscard]] Physical physical_of(FieldType type);

}  // namespace eqlab::event
