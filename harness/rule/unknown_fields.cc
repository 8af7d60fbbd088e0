// Tested in tests/unit/rule/unknown_fields_test.cc.
#include "harness/rule/unknown_fields.h"

#include <algorithm>
#include <string_view>

namespace eqlab::rule {
namespace {

/// `logs-endpoint.events.*`, also of another cluster or by its backing indices.
bool is_known_index(std::string_view pattern) {
  if (const std::size_t cluster = pattern.find(':'); cluster != std::string_view::npos)
    pattern.remove_prefix(cluster + 1);
  if (pattern.starts_with('-')) return true;  // leaves indices out
  if (pattern.starts_with(".ds-")) pattern.remove_prefix(4);
  return pattern.starts_with("logs-endpoint.");
}

}  // namespace

eql::UnknownFields unknown_fields(const Rule& rule, const event::Schema& schema) {
  if (!schema.is_assumed()) return eql::UnknownFields::unmapped;
  const bool is_known = !rule.key_positions.contains("data_view_id") &&
                        std::ranges::all_of(rule.index, is_known_index);
  return is_known ? eql::UnknownFields::other_families_mapped : eql::UnknownFields::mapped;
}

}  // namespace eqlab::rule
