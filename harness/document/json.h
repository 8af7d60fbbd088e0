#pragma once

#include <string_view>

#include "harness/base/result.h"
#include "harness/document/node.h"

namespace eqlab::document {

/// One JSON text as a tree. Errors, spanning the place: E311 not JSON, not UTF-8, or nested deeper
/// than limits::rule_document_depth_max. O(length).
[[nodiscard]] Result<Node> parse_json(std::string_view text);

}  // namespace eqlab::document
