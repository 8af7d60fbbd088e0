#include "harness/event/field_type.h"

#include <array>
#include <utility>

namespace eqlab::event {
namespace {

constexpr std::array<std::pair<FieldType, std::string_view>, 21> names = {{
    {FieldType::keyword, "keyword"},
    {FieldType::constant_keyword, "constant_keyword"},
    {FieldType::wildcard, "wildcard"},
    {FieldType::text, "text"},
    {FieldType::byte_, "byte"},
    {FieldType::short_, "short"},
    {FieldType::integer, "integer"},
    {FieldType::long_, "long"},
    {FieldType::unsigned_long, "unsigned_long"},
    {FieldType::float_, "float"},
    {FieldType::half_float, "half_float"},
    {FieldType::scaled_float, "scaled_float"},
    {FieldType::double_, "double"},
    {FieldType::boolean, "boolean"},
    {FieldType::date, "date"},
    {FieldType::date_nanos, "date_nanos"},
    {FieldType::ip, "ip"},
    {FieldType::version, "version"},
    {FieldType::binary, "binary"},
    {FieldType::object, "object"},
    {FieldType::nested, "nested"},
}};

}  // namespace

std::string_view to_string(FieldType type) {
  for (const auto& [known, name] : names) {
    if (known == type) return name;
  }
  return "unsupported";
}

FieldType field_type_from_name(std::string_view name) {
  if (name == "match_only_text") return FieldType::text;
  for (const auto& [type, known] : names) {
    if (known == name) return type;
  }
  return FieldType::unsupported;
}

bool is_string(FieldType type) {
  return type == FieldType::keyword || type == FieldType::constant_keyword ||
         type == FieldType::wildcard || type == FieldType::text;
}

bool is_numeric(FieldType type) { return type >= FieldType::byte_ && type <= FieldType::double_; }

bool is_date(FieldType type) { return type == FieldType::date || type == FieldType::date_nanos; }

bool is_opaque(FieldType type) { return type >= FieldType::object; }

Physical physical_of(FieldType type) {
  switch (type) {
    case FieldType::keyword:
    case FieldType::constant_keyword:
    case FieldType::wildcard:
    case FieldType::text:
    case FieldType::ip:
    case FieldType::version:
    case FieldType::binary:
    case FieldType::object:
    case FieldType::nested:
    case FieldType::unsupported:
      return Physical::text;
    case FieldType::byte_:
    case FieldType::short_:
    case FieldType::integer:
    case FieldType::long_:
    case FieldType::date:
    case FieldType::date_nanos:
      return Physical::integer;
    case FieldType::unsigned_long:
      return Physical::natural;
    case FieldType::float_:
    case FieldType::half_float:
    case FieldType::scaled_float:
    case FieldType::double_:
      return Physical::real;
    case FieldType::boolean:
      return Physical::boolean;
  }
  return Physical::text;
}

}  // namespace eqlab::event
