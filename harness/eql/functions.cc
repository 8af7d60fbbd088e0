// The table of functions (EQL function reference). What they compute is in script.cc.
#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/eql/script.h"

namespace eqlab::eql {
namespace {

using enum ValueType;
using Id = Function::Id;
constexpr std::uint8_t any_number = 255;

const std::array<Function, 17>& table() {
  static const std::array<Function, 17> functions = {{
      {Id::add, "add", 2, 2, false, number, {number}, "add(NUMBER, NUMBER)"},
      {Id::between,
       "between",
       3,
       4,
       true,
       text,
       {text, text, text, boolean},
       "between(TEXT, LEFT, RIGHT), with true as a fourth for the last RIGHT"},
      {Id::cidr_match,
       "cidrMatch",
       2,
       any_number,
       false,
       boolean,
       {ip, text},
       "cidrMatch(FIELD, \"10.0.0.0/8\", …)"},
      {Id::concat, "concat", 1, any_number, false, text, {unknown}, "concat(VALUE, …)"},
      {Id::divide, "divide", 2, 2, false, number, {number}, "divide(NUMBER, NUMBER)"},
      {Id::ends_with, "endsWith", 2, 2, true, boolean, {text}, "endsWith(TEXT, END)"},
      {Id::index_of,
       "indexOf",
       2,
       3,
       true,
       number,
       {text, text, number},
       "indexOf(TEXT, PART), or indexOf(TEXT, PART, START)"},
      {Id::length, "length", 1, 1, false, number, {text}, "length(TEXT)"},
      {Id::modulo, "modulo", 2, 2, false, number, {number}, "modulo(NUMBER, NUMBER)"},
      {Id::multiply, "multiply", 2, 2, false, number, {number}, "multiply(NUMBER, NUMBER)"},
      {Id::number,
       "number",
       1,
       2,
       false,
       number,
       {text, number},
       "number(TEXT), or number(TEXT, BASE)"},
      {Id::starts_with, "startsWith", 2, 2, true, boolean, {text}, "startsWith(TEXT, BEGIN)"},
      {Id::string, "string", 1, 1, false, text, {unknown}, "string(VALUE)"},
      {Id::string_contains,
       "stringContains",
       2,
       2,
       true,
       boolean,
       {text},
       "stringContains(TEXT, PART)"},
      {Id::substring,
       "substring",
       2,
       3,
       false,
       text,
       {text, number},
       "substring(TEXT, START), or substring(TEXT, START, END)"},
      {Id::subtract, "subtract", 2, 2, false, number, {number}, "subtract(NUMBER, NUMBER)"},
      {Id::wildcard,
       "wildcard",
       2,
       any_number,
       true,
       boolean,
       {text},
       "wildcard(FIELD, PATTERN, …)"},
  }};
  return functions;
}

}  // namespace

const Function* find_function(std::string_view name) {
  const std::string folded = fold_ascii(name);
  for (const Function& function : table()) {
    if (fold_ascii(function.name) == folded) return &function;
  }
  return nullptr;
}

std::vector<std::string_view> function_names() {
  std::vector<std::string_view> names;
  for (const Function& function : table()) names.push_back(function.name);
  return names;
}

std::string_view to_string(ValueType type) {
  switch (type) {
    case null:
      return "null";
    case boolean:
      return "true or false";
    case number:
      return "a number";
    case text:
      return "a string";
    case date:
      return "a date";
    case ip:
      return "an ip address";
    case version:
      return "a version";
    case binary:
      return "binary data";
    case unknown:
      return "a value";
  }
  return "";
}

}  // namespace eqlab::eql
