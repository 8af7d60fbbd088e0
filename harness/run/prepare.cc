#include "harness/run/prepare.h"

#include <map>
#include <utility>

namespace eqlab::run {

std::vector<std::vector<std::size_t>> groups_by_order(const std::vector<const rule::Rule*>& rules) {
  std::vector<std::vector<std::size_t>> groups;
  std::map<std::pair<std::string, std::string>, std::size_t> known;
  for (std::size_t r = 0; r < rules.size(); ++r) {
    const auto [place, is_new] = known.try_emplace(
        std::pair(rules[r]->timestamp_field, rules[r]->tiebreaker_field), groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].push_back(r);
  }
  return groups;
}

scan::Plan plan_for(const rule::Rule& rule, const event::Schema& schema) {
  return scan::Plan(scan::Plan::options_for(schema, rule.timestamp_field, rule.tiebreaker_field));
}

Result<RuleGroup> prepare_group(std::vector<CompiledRule> rules, const event::Schema& schema,
                                const PrepareOptions& options) {
  RuleGroup group{
      .plan = plan_for(*rules.front().rule, schema), .rules = {}, .carried = {}, .addresses = {}};
  for (CompiledRule& compiled : rules) {
    group.rules.push_back(
        {.rule = compiled.rule, .bound = group.plan.bind(std::move(compiled.query))});
  }
  for (schedule::PreparedRule& prepared : group.rules) {
    EQLAB_TRY(prepared.fields, schedule::carry_fields(*prepared.rule, schema, group.plan));
  }
  group.host = group.plan.carry(field_named(schema, host_field_name));
  for (const std::string& name : options.carry)
    group.carried.push_back(group.plan.carry(field_named(schema, name)));
  if (options.addresses) {
    group.addresses.emplace(group.plan, schema, rules.front().rule->event_category_field);
  }
  return group;
}

event::Field field_named(const event::Schema& schema, const std::string& name) {
  const event::Field* const known = schema.find(name);
  return known != nullptr ? *known : event::Field{.name = name, .source = name};
}

}  // namespace eqlab::run
