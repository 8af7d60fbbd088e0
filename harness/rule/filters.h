#pragma once

#include <vector>

#include "harness/base/result.h"
#include "harness/document/node.h"
#include "harness/rule/clause.h"

namespace eqlab::rule {

/// The `filters` of a rule, without those that are disabled (get_query_filter.ts):
/// Kibana's filter objects, old and new, around the queries `match_all`, `match_none`, `exists`,
/// `term`, `terms`, `match`, `match_phrase`, `range`, `prefix`, `wildcard`, `regexp`,
/// `constant_score` and `bool`. Errors, spanning the place: E306 a query or an option that is not
/// applied here, by name; E307 out of shape; E310 more than limits.h allows. O(size).
[[nodiscard]] Result<std::vector<Filter>> read_filters(const document::Node& list);

}  // namespace eqlab::rule
