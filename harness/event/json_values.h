#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace eqlab::event {

/// Calls `use` for every value of `path` in a document: through nested objects, dotted keys or
/// both, and through arrays. Objects and nulls are no values. Depth is bounded by the reader that
/// took the document.
void for_each_value(const nlohmann::json& document, std::string_view path,
                    const std::function<void(const nlohmann::json&)>& use);

}  // namespace eqlab::event
