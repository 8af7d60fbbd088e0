#include "harness/schedule/prepared_rule.h"

namespace eqlab::schedule {

Result<CarriedFields> carry_fields(const rule::Rule& rule, const event::Schema& schema,
                                   scan::Plan& plan) {
  CarriedFields out;
  auto range = carry_range_field(rule, schema, plan);
  if (!range) return fail(locate(std::move(range.error()), document_of(rule)));
  out.range = std::move(*range);
  out.suppression = carry_suppression(plan, schema, rule);
  return out;
}

}  // namespace eqlab::schedule
