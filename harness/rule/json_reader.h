#pragma once

#include <string>

#include "harness/document/node.h"
#include "harness/rule/rule.h"

namespace eqlab::rule {

/// A rule as Kibana's API gives and exports it; unknown keys are passed over, as Kibana does, and
/// null counts as absent. `node` was read from `source`.
/// `exceptions` is left empty. Errors, with file, line and column: E302 no query, type or language;
/// E303 a value of the wrong type; E306, E307, E308, E310 as filters.h and exceptions.h have them.
/// Must be of type eql.
[[nodiscard]] Result<Rule> read_json_rule(const document::Node& node, SourceText source);

/// Types of rules, `eql` among them.
[[nodiscard]] bool is_rule_type(std::string_view type);

}  // namespace eqlab::rule
