#include "harness/rule/clause.h"

#include <set>

#include "harness/base/text.h"

namespace eqlab::rule {
namespace {

// NOLINTNEXTLINE(misc-no-recursion): limits::filter_depth_max
void collect(const Clause& clause, std::vector<std::string>& names, std::set<std::string>& seen) {
  if (!clause.field.empty() && seen.insert(clause.field).second) names.push_back(clause.field);
  for (const Clause& child : clause.children) collect(child, names, seen);
}

}  // namespace

event::Value value_of(const document::Node& node) {
  using Kind = document::Node::Kind;
  switch (node.kind) {
    case Kind::boolean:
      return node.truth;
    case Kind::text:
      return node.text;
    case Kind::number:
      if (const auto whole = parse_number<long>(node.text)) return std::int64_t{*whole};
      if (const auto natural = parse_number<unsigned long>(node.text))
        return std::uint64_t{*natural};
      if (const auto real = parse_number<double>(node.text)) return *real;
      return std::monostate{};
    case Kind::null:
    case Kind::list:
    case Kind::object:
      break;
  }
  return std::monostate{};
}

std::vector<std::string> field_names(const Clause& clause) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  collect(clause, names, seen);
  return names;
}

std::size_t size_of(const Clause& clause) {  // NOLINT(misc-no-recursion): limits::filter_depth_max
  std::size_t size = 1;
  for (const Clause& child : clause.children) size += size_of(child);
  return size;
}

}  // namespace eqlab::rule
