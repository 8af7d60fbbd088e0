#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/result.h"
#include "harness/eql/ast.h"
#include "harness/eql/condition.h"
#include "harness/event/schema.h"

namespace eqlab::eql {

/// Text to tree. Errors: E1xx, spanning the first token that cannot continue the query. Bounded by
/// limits.h: depth, stages, list sizes. O(length).
[[nodiscard]] Result<Query> parse_query(std::string_view source);

/// The fields that the query names, each once, in order of writing.
[[nodiscard]] std::vector<std::string> field_names(const Query& query);

/// Canonical text on one line; parse_query(print(q)) prints the same again. Comments are not kept.
[[nodiscard]] std::string print(const Query& query);
[[nodiscard]] std::string print(const Query& query, ExprId expr);

/// What becomes of a field that the schema does not have. Whether a field is mapped is never a
/// guess of the matcher (Analyzer): callers say how much the schema knows.
enum class UnknownFields : std::uint8_t {
  /// The schema knows all fields: an optional one is unmapped, any other an error.
  unmapped,
  /// The schema knows the first names it has fields under: other families are mapped
  /// (`okta.actor.id` where nothing begins with `okta.`), and so are optional fields and what lies
  /// in objects called `Ext` (`process.Ext.api.name`), to which agents add with every version.
  /// Types are taken from use.
  other_families_mapped,
  /// The schema knows a part: all fields are mapped but those that read like a slip of the pen.
  mapped,
};

struct CheckOptions {
  std::string timestamp_field = "@timestamp";
  std::string event_category_field = "event.category";
  std::string tiebreaker_field = {};
  UnknownFields unknown_fields = UnknownFields::unmapped;
};

/// Resolves fields, checks types, folds constants and brings conditions to leaves. Errors: E2xx.
[[nodiscard]] Result<CheckedQuery> check_query(Query query, const event::Schema& schema,
                                               const CheckOptions& options);

/// Canonical text of a checked filter, for tests and for explaining: leaves by identity.
[[nodiscard]] std::string print_condition(const CheckedQuery& query, ConditionId condition);

}  // namespace eqlab::eql
