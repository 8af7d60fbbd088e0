#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/event/column.h"
#include "harness/event/date_format.h"
#include "harness/event/schema.h"

namespace eqlab::event {

/// A JSON value that is not a container, as a document has it.
struct Scalar {
  enum class Kind : std::uint8_t { null, boolean, integer, natural, real, text, number_text };
  Kind kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;
  std::uint64_t natural = 0;  ///< only for numbers above the signed range
  double real = 0;
  /// Text; number_text: the number as it is spelled; real: likewise, if the caller knows it.
  std::string_view text = {};
};

/// Brings a document's values to the type of one field, as Elasticsearch's mappers do with `coerce`
/// on: numbers and booleans to text as they are spelled, numeric text to numbers, fractions cut for
/// integers, addresses to their canonical spelling, dates to nanoseconds (`date` cut to
/// milliseconds). Thread-safe: no (scratch).
class Coercer {
 public:
  enum class Outcome : std::uint8_t {
    kept,
    absent,          ///< counts as missing: null, empty numeric text, longer than ignore_above
    ill_typed,       ///< the type cannot hold it
    needs_spelling,  ///< a fractional number for a text column: give it again with its spelling
  };

  explicit Coercer(const Field& field);

  [[nodiscard]] bool is_opaque() const { return opaque_; }
  [[nodiscard]] Physical physical() const { return physical_; }
  /// Adds the value to `dictionary`; `code` is set when kept.
  Outcome store(const Scalar& scalar, Dictionary& dictionary, ValueCode& code);
  [[nodiscard]] const DateFormat& dates() const { return dates_; }

 private:
  Outcome store_text(std::string_view text, Dictionary& dictionary, ValueCode& code);
  Outcome store_integer(const Scalar& scalar, Dictionary& dictionary, ValueCode& code) const;
  Outcome store_natural(const Scalar& scalar, Dictionary& dictionary, ValueCode& code) const;
  Outcome store_real(const Scalar& scalar, Dictionary& dictionary, ValueCode& code) const;
  Outcome store_date(const Scalar& scalar, Dictionary& dictionary, ValueCode& code) const;

  Field field_;
  Physical physical_;
  bool opaque_;
  DateFormat dates_;
  std::string scratch_;
};

}  // namespace eqlab::event
