#include "harness/rule/rule.h"
#include "harness/rule/unknown_fields.h"

namespace eqlab::rule {

Result<eql::CheckedQuery> compile(const Rule& rule, const event::Schema& schema) {
  auto query = eql::parse_query(rule.query.text);
  if (!query) return fail(locate(std::move(query.error()), rule.query));
  const eql::CheckOptions options{.timestamp_field = rule.timestamp_field,
                                  .event_category_field = rule.event_category_field,
                                  .tiebreaker_field = rule.tiebreaker_field,
                                  .unknown_fields = unknown_fields(rule, schema)};
  auto checked = eql::check_query(std::move(*query), schema, options);
  if (!checked) return fail(locate(std::move(checked.error()), rule.query));
  return checked;
}

}  // namespace eqlab::rule
