#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/document/node.h"
#include "harness/rule/clause.h"

namespace eqlab::rule {

/// One exception item (build_exception_filter.ts): an event for which it is true is not
/// seen by the rule.
struct ExceptionItem {
  std::string item_id;
  std::string name;
  Clause condition;                                        ///< with `os_types` worked in
  std::optional<std::int64_t> expire_time = std::nullopt;  ///< nanoseconds since 1970
  /// Some entry asks a value list, which no export carries: the whole item is not applied.
  bool uses_value_list = false;
  bool has_nested = false;
  SourceText source = {};  ///< its own text, for diagnostics
  Span span = {};          ///< in `source.text`
};

/// A container with its items in order of the file.
struct ExceptionList {
  std::string list_id;
  std::string name;
  std::string type;            ///< `detection`, `rule_default`, `endpoint`, …
  std::string namespace_type;  ///< `single` or `agnostic`
  std::vector<ExceptionItem> items;
  std::size_t clauses = 0;       ///< of all items
  std::size_t broken_items = 0;  ///< items that could not be read; the list is not usable
};

/// Where a rule names a list.
struct ExceptionReference {
  std::string list_id;
  std::string type;
  std::string namespace_type;
  bool is_lost = false;  ///< the rule's export should hold the list and does not
  Span span = {};
};

/// Lists of the endpoint's own exceptions: rules of this engine never see them.
[[nodiscard]] bool is_endpoint_list(std::string_view type);

/// Errors, spanning the place: E308 an item out of shape; E310 more entries, values or nesting than
/// limits.h allows. `source` is left empty.
[[nodiscard]] Result<ExceptionItem> read_exception_item(const document::Node& item);
/// `exceptions_list` of a rule. Errors: E308.
[[nodiscard]] Result<std::vector<ExceptionReference>> read_exception_references(
    const document::Node& list);

}  // namespace eqlab::rule
