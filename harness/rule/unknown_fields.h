#pragma once

#include "harness/eql/query.h"
#include "harness/event/schema.h"
#include "harness/rule/rule.h"

namespace eqlab::rule {

/// What a rule's query may assume of fields that `schema` does not have. A schema of the user's own
/// knows all. The built-in one knows the indices of Elastic Defend, and elsewhere the families of
/// fields that it has a part of; which of the two a rule reads, its `index` says. A bare query
/// reads what the built-in schema knows.
[[nodiscard]] eql::UnknownFields unknown_fields(const Rule& rule, const event::Schema& schema);

}  // namespace eqlab::rule
