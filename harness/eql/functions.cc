// The table of functions (eql spec, section 7). What they compute is in script.cc.
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
      {Id::add, "add", 2, 2, false, number, {number}},
      {Id::between, "between", 3, 4, true, text, {text, text, text, boolean}},
      {Id::cidr_match, "cidrMatch", 2, any_number, false, boolean, {ip, text}},
      {Id::concat, "concat", 1, any_number, false, text, {unknown}},
      {Id::divide, "divide", 2, 2, false, number, {number}},
      {Id::ends_with, "endsWith", 2, 2, true, boolean, {text}},
      {Id::index_of, "indexOf", 2, 3, true, number, {text, text, number}},
      {Id::length, "length", 1, 1, false, number, {text}},
      {Id::modulo, "modulo", 2, 2, false, number, {number}},
      {Id::multiply, "multiply", 2, 2, false, number, {number}},
      {Id::number, "number", 1, 2, false, number, {text, number}},
      {Id::starts_with, "startsWith", 2, 2, true, boolean, {text}},
      {Id::string, "string", 1, 1, false, text, {unknown}},
      {Id::string_contains, "stringContains", 2, 2, true, boolean, {text}},
      {Id::substring, "substring", 2, 3, false, text, {text, number}},
      {Id::subtract, "subtract", 2, 2, false, number, {number}},
      {Id::wildcard, "wildcard", 2, any_number, true, boolean, {text}},
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
