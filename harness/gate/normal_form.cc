// Tested in tests/unit/gate/normal_form_test.cc.
#include "harness/gate/normal_form.h"

#include <algorithm>
#include <array>

#include "harness/base/sha256.h"
#include "harness/base/text.h"
#include "harness/eql/normal_form.h"

namespace eqlab::gate {
namespace {

std::vector<std::string> sorted_set(std::vector<std::string> values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

/// Settings that decide what is seen or written and that lie among the texts of a rule.
constexpr std::array<std::string_view, 4> deciding_texts = {
    "data_view_id", "enabled", "building_block_type", "timestamp_override_fallback_disabled"};

}  // namespace

std::string logic_digest(const rule::Rule& rule, const eql::CheckedQuery& query) {
  PartList head;
  head.add("eqlab logic 1").add(rule.type).add(rule.language);
  PartList out;
  const rule::Schedule& schedule = rule.schedule;
  out.add(format("every {} back {} to {} cap {}", schedule.interval.count(),
                 schedule.look_back.count(), schedule.to.count(), schedule.max_signals));
  out.add(rule.timestamp_field).add(rule.timestamp_override).add(rule.tiebreaker_field);
  out.add(rule.event_category_field);
  out.add_all(sorted_set(rule.index));
  if (rule.suppression) {
    const std::string& strategy = rule.suppression->missing_fields_strategy;
    const auto& duration = rule.suppression->duration;
    out.add_all(sorted_set(rule.suppression->group_by));
    out.add(strategy.empty() ? std::string_view("suppress") : std::string_view(strategy));
    out.add(duration ? format("for {}", duration->count()) : std::string("within a run"));
  }
  out.add_all(sorted_set(rule.not_applied));
  std::vector<std::string> lists;
  for (const rule::ExceptionReference& list : rule.exception_references)
    lists.push_back(PartList().add(list.list_id).add(list.type).add(list.namespace_type).digest());
  out.add_all(sorted_set(std::move(lists)));
  for (const std::string_view name : deciding_texts) {
    const auto found = rule.texts.find(std::string(name));
    out.add(found == rule.texts.end() ? std::string_view() : std::string_view(found->second));
  }
  return sha256_hex(head.text() + eql::normal_form(query) + out.text());
}

}  // namespace eqlab::gate
