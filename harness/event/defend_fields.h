#pragma once

#include <string_view>

namespace eqlab::event {

/// Whether the built-in table (`fields/fields.tsv`) knows that Elastic Defend's documents of a
/// category (`process`, `network`, `file`) never carry a field. False for all that the table does
/// not speak of: other categories, other fields, objects. O(log fields); thread-safe.
[[nodiscard]] bool defend_documents_lack(std::string_view field, std::string_view category);

}  // namespace eqlab::event
