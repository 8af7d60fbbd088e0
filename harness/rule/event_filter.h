#pragma once

#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/eql/condition.h"
#include "harness/event/schema.h"
#include "harness/rule/rule.h"

namespace eqlab::rule {

/// Adds the rule's filters and exceptions to a checked query: every stage, `until` and missing
/// stages too, then asks for them as well, as the filter of a search request does
/// (build_exception_filter.ts and get_query_filter.ts). An event passes when every filter holds and
/// no exception item does. Of fields that the schema does not have, those that the query counts as
/// mapped are what they are there, and where the rule reads indices that the built-in schema does
/// not speak of, others are mapped too (`unknown_fields.h`); the rest holds for no event. Errors,
/// at the place in the rule file: E309 a constant that does not fit its field or a query that its
/// type does not have, with which the search would fail. Cost: O(clauses × fields of the schema) at
/// worst, where `exists` asks for an object.
[[nodiscard]] Status apply_event_filters(const Rule& rule, const event::Schema& schema,
                                         eql::CheckedQuery& query);

/// The exception items of the rule that are in force: of lists that this engine reads, not expired
/// at `Rule::as_of`, without value lists.
[[nodiscard]] std::vector<const ExceptionItem*> items_in_force(const Rule& rule);

/// The fields that the rule's filters and exceptions in force name, each once.
[[nodiscard]] std::vector<std::string> filter_field_names(const Rule& rule);

}  // namespace eqlab::rule
