// The last column of the built-in table. Tested in tests/unit/event/schema_test.cc.
#include "harness/event/defend_fields.h"

#include <algorithm>
#include <map>

#include "embedded/event_fields.h"
#include "harness/event/schema.h"

namespace eqlab::event {
namespace {

/// Field to the categories, joined by commas, whose documents carry it.
std::map<std::string_view, std::string_view> read_carriers() {
  std::map<std::string_view, std::string_view> carriers;
  std::string_view rest = embedded::event_fields;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view row = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    carriers.emplace(row.substr(0, row.find('\t')), row.substr(row.rfind('\t') + 1));
  }
  return carriers;
}

}  // namespace

bool defend_documents_lack(std::string_view field, std::string_view category) {
  static const std::map<std::string_view, std::string_view> carriers = read_carriers();
  const bool is_spoken_of = category == "process" || category == "network" || category == "file";
  const Field* const known = Schema::builtin().find(field);
  const auto found = carriers.find(field);
  if (!is_spoken_of || known == nullptr || is_opaque(known->type) || found == carriers.end())
    return false;
  for (std::string_view rest = found->second; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    if (rest.substr(0, end) == category) return false;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return true;
}

}  // namespace eqlab::event
