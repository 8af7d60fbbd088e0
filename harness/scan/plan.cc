#include "harness/scan/plan.h"

#include <algorithm>

namespace eqlab::scan {

Plan::Plan(Options options) {
  projection_.timestamp_field = options.timestamp.source.empty() ? options.timestamp.name : options.timestamp.source;
  projection_.ingest_field = options.ingest_field;
  resolution_ = options.timestamp.type == event::FieldType::date_nanos ? Duration{1} : Duration{std::chrono::milliseconds{1}};
  if (options.tiebreaker) tiebreaker_column_ = projection_.add(*options.tiebreaker);
}

QueryBinding Plan::add(const eql::CheckedQuery& query) {
  QueryBinding binding;
  for (const eql::CheckedStage& stage : query.stages) binding.stages.push_back(bind(query, stage));
  if (query.until) binding.until = bind(query, *query.until);
  return binding;
}

QueryBinding::Stage Plan::bind(const eql::CheckedQuery& query, const eql::CheckedStage& stage) {
  QueryBinding::Stage bound;
  bound.filter = add_filter(query, stage.filter);
  for (const eql::JoinKey& key : stage.keys) {
    bound.optional_keys.push_back(key.optional);
    if (key.unmapped) {
      bound.keys.emplace_back(std::nullopt);
      continue;
    }
    const event::ColumnIndex column = projection_.add(key.field);
    const auto known = std::ranges::find(key_columns_, column);
    bound.keys.emplace_back(static_cast<KeySlot>(known - key_columns_.begin()));
    if (known == key_columns_.end()) key_columns_.push_back(column);
  }
  return bound;
}

FilterIndex Plan::add_filter(const eql::CheckedQuery& query, eql::ConditionId root) {
  const std::string identity = eql::print_condition(query, root);
  const auto known = std::ranges::find(filter_identities_, identity);
  const auto index = static_cast<FilterIndex>(known - filter_identities_.begin());
  if (known != filter_identities_.end()) return index;
  Node node = plan_node(query, root);
  filter_identities_.push_back(identity);
  filters_.push_back(std::move(node));
  return index;
}

Plan::Node Plan::plan_node(const eql::CheckedQuery& query, eql::ConditionId id) {  // NOLINT(misc-no-recursion): depth bounded by the parser
  const eql::Condition& condition = query.conditions[id];
  Node node{.kind = condition.kind};
  if (condition.kind == eql::ConditionKind::leaf) node.leaf = add_leaf(query, query.leaves[condition.leaf]);
  for (const eql::ConditionId child : condition.children) node.children.push_back(plan_node(query, child));
  std::ranges::stable_partition(node.children, [this](const Node& child) { return !has_script(child); });
  return node;
}

bool Plan::has_script(const Node& node) const {  // NOLINT(misc-no-recursion)
  if (node.kind == eql::ConditionKind::leaf) return leaves_[node.leaf].script.has_value();
  return std::ranges::any_of(node.children, [this](const Node& child) { return has_script(child); });
}

std::uint32_t Plan::add_leaf(const eql::CheckedQuery& query, const eql::Leaf& leaf) {
  const auto known = std::ranges::find_if(leaves_, [&](const PlannedLeaf& planned) { return planned.leaf.identity == leaf.identity; });
  const auto index = static_cast<std::uint32_t>(known - leaves_.begin());
  if (known != leaves_.end()) return index;
  PlannedLeaf planned{.leaf = leaf, .test = LeafTest(leaf), .script = std::nullopt};
  if (leaf.kind == eql::LeafKind::script || leaf.kind == eql::LeafKind::script_null) {
    planned.script.emplace(query, leaf, projection_);
  } else {
    planned.column = projection_.add(leaf.field);
  }
  leaves_.push_back(std::move(planned));
  return index;
}

CandidateLog Plan::new_log() const { return {filters_.size(), key_columns_.size(), tiebreaker_column_.has_value()}; }

}  // namespace eqlab::scan
