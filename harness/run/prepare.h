#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/schema.h"
#include "harness/rule/rule.h"
#include "harness/scan/plan.h"
#include "harness/schedule/alert_ids.h"
#include "harness/schedule/prepared_rule.h"

/// Rules made ready for a pass over events. Candidates have one time and one tiebreaker, so rules
/// that order events by the same fields share a plan and a pass; others go into groups of their
/// own.
namespace eqlab::run {

/// A rule and its checked query. `rule` must outlive what is made of it.
struct CompiledRule {
  const rule::Rule* rule = nullptr;
  eql::CheckedQuery query;
};

/// The places of the rules that share a plan, group by group, in order of their first rule.
[[nodiscard]] std::vector<std::vector<std::size_t>> groups_by_order(
    const std::vector<const rule::Rule*>& rules);

struct PrepareOptions {
  std::vector<std::string> carry = {};  ///< fields whose values decisions need besides
  bool addresses = false;               ///< alerts will be written, or the input may hold hits
};

/// Rules of one order, their plan, and what it carries for all of them.
struct RuleGroup {
  scan::Plan plan;
  std::vector<schedule::PreparedRule> rules;
  scan::KeySlot host = 0;              ///< of `host.id`
  std::vector<scan::KeySlot> carried;  ///< as PrepareOptions::carry
  std::optional<schedule::Addresses> addresses;
};

/// A plan that orders events as the rule does.
[[nodiscard]] scan::Plan plan_for(const rule::Rule& rule, const event::Schema& schema);

/// `rules` are not none and order events by the same fields. Errors: E660, located in the rule.
[[nodiscard]] Result<RuleGroup> prepare_group(std::vector<CompiledRule> rules,
                                              const event::Schema& schema,
                                              const PrepareOptions& options);

/// The field as the schema has it, or one of that name whose type no schema says.
[[nodiscard]] event::Field field_named(const event::Schema& schema, const std::string& name);
/// The field that tells hosts apart where no labels do.
inline constexpr const char* host_field_name = "host.id";

}  // namespace eqlab::run
