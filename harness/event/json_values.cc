#include "harness/event/json_values.h"

#include <nlohmann/json.hpp>
#include <string>

namespace eqlab::event {

// NOLINTNEXTLINE(misc-no-recursion): bounded by limits::document_depth_max
void for_each_value(const nlohmann::json& document, std::string_view path,
                    const std::function<void(const nlohmann::json&)>& use) {
  if (document.is_array()) {
    for (const nlohmann::json& element : document) for_each_value(element, path, use);
  } else if (path.empty()) {
    if (!document.is_null() && !document.is_object()) use(document);
  } else if (document.is_object()) {
    // Every way to cut the path into keys.
    for (std::size_t end = path.find('.');; end = path.find('.', end + 1)) {
      const auto found = document.find(std::string(path.substr(0, end)));
      if (found != document.end())
        for_each_value(
            *found, end == std::string_view::npos ? std::string_view() : path.substr(end + 1), use);
      if (end == std::string_view::npos) return;
    }
  }
}

}  // namespace eqlab::event
