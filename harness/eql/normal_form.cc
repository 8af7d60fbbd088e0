// Each node's digest is made of its children's, sorted: equal sets give equal digests, and shared
// parts are digested once. Tested in tests/unit/eql/normal_form_test.cc, and against what queries
// find in tests/exhaustive/normal_form_random_test.cc.
#include "harness/eql/normal_form.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "harness/base/sha256.h"
#include "harness/base/text.h"
#include "harness/eql/condition_builder.h"

namespace eqlab::eql {
namespace {

/// Is `leaf{a, b}` the same as `leaf{a} or leaf{b}`?
bool is_disjunction(LeafKind kind) {
  switch (kind) {
    case LeafKind::equal:
    case LeafKind::wildcard:
    case LeafKind::escaped_wildcard:
    case LeafKind::prefix:
    case LeafKind::cidr:
      return true;
    case LeafKind::exists:
    case LeafKind::less:
    case LeafKind::less_equal:
    case LeafKind::greater:
    case LeafKind::greater_equal:
    case LeafKind::within:
    case LeafKind::between:
    case LeafKind::regex:
    case LeafKind::script:
    case LeafKind::script_null:
      return false;
  }
  return false;
}

bool is_script(const Leaf& leaf) {
  return leaf.kind == LeafKind::script || leaf.kind == LeafKind::script_null;
}

/// Is every constant a text that reads the same in either case?
bool has_no_letters(const Leaf& leaf) {
  return std::ranges::all_of(leaf.constants, [](const event::Value& value) {
    const auto* const text = std::get_if<std::string>(&value);
    return text != nullptr && std::ranges::none_of(*text, [](char c) {
             return fold_ascii(c) != c || (c >= 'a' && c <= 'z');
           });
  });
}

/// The tree without the `?` of fields that are mapped, where it changes nothing.
Query without_idle_marks(const CheckedQuery& query) {
  std::set<std::string_view> unmapped;
  for (const auto& [name, span] : query.unmapped) unmapped.insert(name);
  Query out = query.syntax;
  for (Expr& expr : out.exprs) {
    if (expr.kind == ExprKind::field && !unmapped.contains(expr.name)) expr.optional = false;
  }
  return out;
}

/// A condition as a set: `all` and `any` hold the digests of what they join, sorted and distinct.
/// One member alone is an `all` of one.
struct Node {
  bool is_any = false;
  std::vector<std::string> members;  ///< `all` of none is true, `any` of none false
};

class Normalizer {
 public:
  explicit Normalizer(const CheckedQuery& query) : query_(query) {
    if (std::ranges::any_of(query.leaves, is_script)) syntax_ = without_idle_marks(query);
  }

  std::string digest(ConditionId id) { return digest_of(node(id, false)); }

 private:
  static std::string digest_of(const Node& node) {
    if (node.members.size() == 1) return node.members.front();
    return PartList().add(node.is_any ? "any" : "all").add_all(node.members).digest();
  }
  static Node constant(bool is_true) { return {.is_any = !is_true, .members = {}}; }

  [[nodiscard]] std::string identity(Leaf leaf) const {
    if (leaf.fold_case && leaf.kind != LeafKind::regex && has_no_letters(leaf))
      leaf.fold_case = false;
    settle_leaf(leaf, syntax_);
    return std::move(leaf.identity);
  }

  [[nodiscard]] Node leaf(const Leaf& leaf, bool negated) const {
    Node out{.is_any = !negated, .members = {}};
    const auto add = [&](const Leaf& one) {
      out.members.push_back(PartList().add(negated ? "not" : "is").add(identity(one)).digest());
    };
    if (is_disjunction(leaf.kind) && leaf.constants.size() > 1) {
      for (const event::Value& value : leaf.constants) {
        Leaf one = leaf;
        one.constants = {value};
        add(one);
      }
    } else {
      add(leaf);
    }
    return settled(std::move(out));
  }

  static Node settled(Node node) {
    std::ranges::sort(node.members);
    node.members.erase(std::unique(node.members.begin(), node.members.end()), node.members.end());
    return node;
  }

  /// `all` or `any` of the children, those of the same kind taken apart.
  Node joined(const Condition& condition, bool is_any, bool negated) {
    Node out{.is_any = is_any, .members = {}};
    const Node* nested = nullptr;
    for (const ConditionId child : condition.children) {
      const Node& part = node(child, negated);
      if (part.members.empty()) {
        if (part.is_any != is_any) return constant(is_any);
        continue;
      }
      if (part.members.size() == 1 || part.is_any == is_any) {
        out.members.insert(out.members.end(), part.members.begin(), part.members.end());
      } else {
        nested = &part;
        out.members.push_back(digest_of(part));
      }
    }
    out = settled(std::move(out));
    // Of several that are all the same one remains, to be taken apart further up.
    const bool is_nested =
        nested != nullptr && out.members.size() == 1 && out.members.front() == digest_of(*nested);
    return is_nested ? *nested : out;
  }

  // NOLINTNEXTLINE(misc-no-recursion): limits::expression_depth_max, filter_depth_max
  const Node& node(ConditionId id, bool negated) {
    const std::pair key(id, negated);
    if (const auto known = nodes_.find(key); known != nodes_.end()) return known->second;
    const Condition& condition = query_.conditions[id];
    Node out;
    switch (condition.kind) {
      case ConditionKind::always:
      case ConditionKind::never:
        out = constant((condition.kind == ConditionKind::always) != negated);
        break;
      case ConditionKind::leaf:
        out = leaf(query_.leaves[condition.leaf], negated);
        break;
      case ConditionKind::none:
        out = node(condition.children.front(), !negated);
        break;
      case ConditionKind::all:
        out = joined(condition, negated, negated);
        break;
      case ConditionKind::any:
        out = joined(condition, !negated, negated);
        break;
    }
    return nodes_.emplace(key, std::move(out)).first->second;
  }

  const CheckedQuery& query_;
  Query syntax_;  ///< empty without script leaves, which alone refer to it
  std::map<std::pair<ConditionId, bool>, Node> nodes_;
};

/// Join keys by place. In sequences it makes no difference which place comes first, as long as all
/// stages agree; samples come in the order of their keys, and a limit cuts that order.
std::vector<std::string> key_columns(const CheckedQuery& query) {
  std::vector<std::string> columns;
  const std::size_t count = query.stages.empty() ? 0 : query.stages.front().keys.size();
  for (std::size_t place = 0; place < count; ++place) {
    // A missing value joins nothing unless all stages that have an event let it: one that does not
    // makes the key a plain one in all of them.
    const bool may_be_missing = std::ranges::all_of(query.stages, [&](const CheckedStage& stage) {
      return stage.missing || stage.keys[place].optional;
    });
    PartList column;
    const auto add = [&](const JoinKey& key) {
      column.add(PartList()
                     .add(key.field.name)
                     .add(event::to_string(key.field.type))
                     .add(key.optional && may_be_missing ? "optional" : "required")
                     .add(key.unmapped ? "unmapped" : "mapped")
                     .digest());
    };
    for (const CheckedStage& stage : query.stages) add(stage.keys[place]);
    if (query.until && place < query.until->keys.size()) add(query.until->keys[place]);
    columns.push_back(column.digest());
  }
  if (query.kind != QueryKind::sample) std::ranges::sort(columns);
  return columns;
}

}  // namespace

std::string normal_form(const CheckedQuery& query) {
  Normalizer normalizer(query);
  PartList out;
  out.add(format("{}", static_cast<int>(query.kind)));
  std::vector<std::string> stages;
  for (const CheckedStage& stage : query.stages)
    stages.push_back((stage.missing ? "!" : "") + normalizer.digest(stage.filter));
  out.add_all(stages);
  out.add(query.until ? normalizer.digest(query.until->filter) : "no until");
  out.add_all(key_columns(query));
  out.add(query.maxspan ? format("{}", query.maxspan->count()) : "no maxspan");
  for (const Limit& limit : query.limits) {
    out.add(limit.side == Limit::Side::head ? "head" : "tail");
    out.add(format("{}", limit.count));
  }
  return out.text();
}

std::string filter_digest(const CheckedQuery& query, ConditionId filter) {
  return Normalizer(query).digest(filter);
}

}  // namespace eqlab::eql
