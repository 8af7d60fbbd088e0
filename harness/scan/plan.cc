#include "harness/scan/plan.h"

#include <algorithm>

namespace eqlab::scan {

Plan::Options Plan::options_for(const event::Schema& schema, const std::string& timestamp_field,
                                const std::string& tiebreaker_field) {
  const auto field_of = [&](const std::string& name, event::FieldType otherwise) {
    const event::Field* const known = schema.find(name);
    return known != nullptr ? *known
                            : event::Field{.name = name, .type = otherwise, .source = name};
  };
  Options options{.timestamp = field_of(timestamp_field, event::FieldType::date)};
  if (!tiebreaker_field.empty()) {
    options.tiebreaker = field_of(tiebreaker_field, event::FieldType::keyword);
    options.tiebreaker_is_guessed = schema.find(tiebreaker_field) == nullptr;
  }
  return options;
}

Plan::Plan(Options options) : tiebreaker_is_guessed_(options.tiebreaker_is_guessed) {
  projection_.timestamp_field =
      options.timestamp.source.empty() ? options.timestamp.name : options.timestamp.source;
  projection_.ingest_field = options.ingest_field;
  resolution_ = options.timestamp.type == event::FieldType::date_nanos
                    ? Duration{1}
                    : Duration{std::chrono::milliseconds{1}};
  if (options.tiebreaker) tiebreaker_column_ = projection_.add(*options.tiebreaker);
}

Plan Plan::for_bare_variants() const {
  Plan out;
  out.projection_ = projection_;
  out.tiebreaker_column_ = tiebreaker_column_;
  out.tiebreaker_is_guessed_ = tiebreaker_is_guessed_;
  out.resolution_ = resolution_;
  return out;
}

Plan Plan::for_variants() const {
  Plan out = for_bare_variants();
  out.key_columns_ = key_columns_;
  out.key_slots_ = key_slots_;
  return out;
}

QueryBinding Plan::add(const eql::CheckedQuery& query) {
  tree_ = nullptr;
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
    bound.keys.emplace_back(add_key_slot(key.field));
  }
  return bound;
}

KeySlot Plan::add_key_slot(const event::Field& field) {
  const event::ColumnIndex column = projection_.add(field);
  const auto [known, is_new] =
      key_slots_.try_emplace(column, static_cast<KeySlot>(key_columns_.size()));
  if (is_new) key_columns_.push_back(column);
  return known->second;
}

FilterIndex Plan::add_filter(const eql::CheckedQuery& query, eql::ConditionId root) {
  const std::string identity = eql::print_condition(query, root);
  const auto [known, added] =
      filter_of_identity_.try_emplace(identity, static_cast<FilterIndex>(filters_.size()));
  const FilterIndex index = known->second;
  if (added) filters_.push_back(plan_node(query, root));
  return index;
}

Plan::Node Plan::plan_node(
    const eql::CheckedQuery& query,
    eql::ConditionId id) {  // NOLINT(misc-no-recursion): depth bounded by the parser
  const eql::Condition& condition = query.conditions[id];
  Node node{.kind = condition.kind};
  if (condition.kind == eql::ConditionKind::leaf)
    node.leaf = add_leaf(query, query.leaves[condition.leaf]);
  for (const eql::ConditionId child : condition.children)
    node.children.push_back(plan_node(query, child));
  std::stable_partition(node.children.begin(), node.children.end(),
                        [this](const Node& child) { return !has_script(child); });
  join_leaves(node);
  return node;
}

/// Of an `any` its leaves, of an `all` the leaves that are negated in it.
void Plan::join_leaves(Node& node) {
  if (node.kind != eql::ConditionKind::any && node.kind != eql::ConditionKind::all) return;
  using Key = std::pair<event::ColumnIndex, bool>;  // what leaves of one test have alike
  const auto leaf_of = [&](const Node& child) -> std::optional<std::uint32_t> {
    const bool is_negated = child.kind == eql::ConditionKind::none;
    if (is_negated != (node.kind == eql::ConditionKind::all)) return std::nullopt;
    const Node& inner = is_negated ? child.children[0] : child;
    if (inner.kind != eql::ConditionKind::leaf || !LeafTest::can_join(leaves_[inner.leaf].leaf))
      return std::nullopt;
    return inner.leaf;
  };
  const auto key_of = [&](std::uint32_t leaf) {
    return Key{leaves_[leaf].column, leaves_[leaf].leaf.fold_case};
  };
  std::map<Key, std::vector<std::uint32_t>> alike;
  for (const Node& child : node.children) {
    if (const auto leaf = leaf_of(child)) alike[key_of(*leaf)].push_back(*leaf);
  }
  std::erase_if(alike, [](const auto& entry) { return entry.second.size() < joined_leaves_min; });
  const auto is_joined = [&](const Node& child) {
    const auto leaf = leaf_of(child);
    return leaf && alike.contains(key_of(*leaf));
  };
  const auto others = std::stable_partition(node.children.begin(), node.children.end(), is_joined);
  node.joined_children = static_cast<std::size_t>(others - node.children.begin());
  for (auto& [key, members] : alike) {
    std::ranges::sort(members);
    const auto [known, is_new] =
        joined_of_leaves_.try_emplace(members, static_cast<std::uint32_t>(joined_leaves_.size()));
    if (is_new) {
      std::vector<const eql::Leaf*> leaves;
      for (const std::uint32_t member : members) leaves.push_back(&leaves_[member].leaf);
      joined_leaves_.push_back({.column = key.first, .test = LeafTest::any_of(leaves)});
    }
    node.joined.push_back(known->second);
  }
}

bool Plan::has_script(const Node& node) const {  // NOLINT(misc-no-recursion)
  if (node.kind == eql::ConditionKind::leaf) return leaves_[node.leaf].script.has_value();
  return std::ranges::any_of(node.children,
                             [this](const Node& child) { return has_script(child); });
}

std::uint32_t Plan::add_leaf(const eql::CheckedQuery& query, const eql::Leaf& leaf) {
  const auto [known, added] =
      leaf_of_identity_.try_emplace(leaf.identity, static_cast<std::uint32_t>(leaves_.size()));
  const std::uint32_t index = known->second;
  if (!added) return index;
  PlannedLeaf planned{.leaf = leaf, .test = LeafTest(leaf), .script = std::nullopt};
  if (leaf.kind == eql::LeafKind::script || leaf.kind == eql::LeafKind::script_null) {
    if (tree_ == nullptr) tree_ = std::make_shared<const eql::Query>(query.syntax);
    planned.script.emplace(tree_, query, leaf, projection_);
  } else {
    planned.column = projection_.add(leaf.field);
  }
  leaves_.push_back(std::move(planned));
  return index;
}

CandidateLog Plan::new_log() const {
  return {filters_.size(), key_columns_.size(), tiebreaker_column_.has_value()};
}

}  // namespace eqlab::scan
