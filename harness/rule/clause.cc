#include "harness/rule/clause.h"

#include <set>

namespace eqlab::rule {
namespace {

// NOLINTNEXTLINE(misc-no-recursion): limits::filter_depth_max
void collect(const Clause& clause, std::vector<std::string>& names, std::set<std::string>& seen) {
  if (!clause.field.empty() && seen.insert(clause.field).second) names.push_back(clause.field);
  for (const Clause& child : clause.children) collect(child, names, seen);
}

}  // namespace

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
