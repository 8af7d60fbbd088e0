// Each node's digest is made of its children's, sorted: equal sets give equal digests, and shared
// parts are digested once. Tested in tests/unit/gate/normal_form_test.cc.
#include "harness/gate/normal_form.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "harness/base/check.h"
#include "harness/base/text.h"
#include "harness/eql/condition_builder.h"

namespace eqlab::gate {
namespace {

using eql::ConditionKind;
using eql::LeafKind;

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  const int done =
      EVP_Digest(text.data(), text.size(), bytes.data(), &length, EVP_sha256(), nullptr);
  EQLAB_ASSERT(done == 1);
  std::string out;
  for (unsigned i = 0; i < length; ++i) out += format("{:02x}", bytes[i]);
  return out;
}

/// Parts of a text that cannot run into one another.
class Text {
 public:
  Text& add(std::string_view part) {
    text_ += format("{}:", part.size());
    text_ += part;
    return *this;
  }
  Text& add_all(const std::vector<std::string>& parts) {
    add(format("{}", parts.size()));
    for (const std::string& part : parts) add(part);
    return *this;
  }
  [[nodiscard]] std::string digest() const { return sha256(text_); }

 private:
  std::string text_;
};

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

/// A condition as a set: `all` and `any` hold the digests of what they join, sorted and distinct.
/// One member alone is an `all` of one.
struct Node {
  bool is_any = false;
  std::vector<std::string> members;  ///< `all` of none is true, `any` of none false
};

class Normalizer {
 public:
  explicit Normalizer(const eql::CheckedQuery& query) : query_(query) {}

  std::string digest(eql::ConditionId id) { return digest_of(node(id, false)); }

 private:
  static std::string digest_of(const Node& node) {
    if (node.members.size() == 1) return node.members.front();
    return Text().add(node.is_any ? "any" : "all").add_all(node.members).digest();
  }
  static Node constant(bool truth) { return {.is_any = !truth, .members = {}}; }

  Node leaf(const eql::Leaf& leaf, bool negated) const {
    Node out{.is_any = !negated, .members = {}};
    const auto add = [&](std::string_view identity) {
      out.members.push_back(Text().add(negated ? "not" : "is").add(identity).digest());
    };
    if (is_disjunction(leaf.kind) && leaf.constants.size() > 1) {
      for (const event::Value& value : leaf.constants) {
        eql::Leaf one = leaf;
        one.constants = {value};
        eql::settle_leaf(one, query_.syntax);
        add(one.identity);
      }
    } else {
      add(leaf.identity);
    }
    return settled(std::move(out));
  }

  static Node settled(Node node) {
    std::ranges::sort(node.members);
    node.members.erase(std::unique(node.members.begin(), node.members.end()), node.members.end());
    return node;
  }

  /// `all` or `any` of the children, those of the same kind taken apart.
  Node joined(const eql::Condition& condition, bool is_any, bool negated) {
    Node out{.is_any = is_any, .members = {}};
    for (const eql::ConditionId child : condition.children) {
      const Node& part = node(child, negated);
      if (part.members.empty()) {
        if (part.is_any != is_any) return constant(is_any);
        continue;
      }
      if (part.members.size() == 1 || part.is_any == is_any)
        out.members.insert(out.members.end(), part.members.begin(), part.members.end());
      else
        out.members.push_back(digest_of(part));
    }
    return settled(std::move(out));
  }

  // NOLINTNEXTLINE(misc-no-recursion): limits::expression_depth_max, filter_depth_max
  const Node& node(eql::ConditionId id, bool negated) {
    const std::pair key(id, negated);
    if (const auto known = nodes_.find(key); known != nodes_.end()) return known->second;
    const eql::Condition& condition = query_.conditions[id];
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

  const eql::CheckedQuery& query_;
  std::map<std::pair<eql::ConditionId, bool>, Node> nodes_;
};

std::string key_text(const eql::JoinKey& key) {
  return Text()
      .add(key.field.name)
      .add(event::to_string(key.field.type))
      .add(key.optional ? "optional" : "required")
      .add(key.unmapped ? "unmapped" : "mapped")
      .digest();
}

/// Join keys by place: which place comes first makes no difference as long as all stages agree.
std::vector<std::string> key_columns(const eql::CheckedQuery& query) {
  std::vector<std::string> columns;
  const std::size_t count = query.stages.empty() ? 0 : query.stages.front().keys.size();
  for (std::size_t place = 0; place < count; ++place) {
    Text column;
    for (const eql::CheckedStage& stage : query.stages) column.add(key_text(stage.keys[place]));
    if (query.until && place < query.until->keys.size())
      column.add(key_text(query.until->keys[place]));
    columns.push_back(column.digest());
  }
  std::ranges::sort(columns);
  return columns;
}

std::vector<std::string> sorted_set(std::vector<std::string> values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

/// Settings that decide what is seen or written and that lie among the texts of a rule.
constexpr std::array<std::string_view, 4> deciding_texts = {
    "data_view_id", "enabled", "building_block_type", "timestamp_override_fallback_disabled"};

}  // namespace

std::string filter_digest(const eql::CheckedQuery& query, eql::ConditionId filter) {
  return Normalizer(query).digest(filter);
}

std::string logic_digest(const rule::Rule& rule, const eql::CheckedQuery& query) {
  Normalizer normalizer(query);
  Text out;
  out.add("eqlab logic 1").add(rule.type).add(rule.language);
  out.add(format("{}", static_cast<int>(query.kind)));
  std::vector<std::string> stages;
  for (const eql::CheckedStage& stage : query.stages)
    stages.push_back((stage.missing ? "!" : "") + normalizer.digest(stage.filter));
  out.add_all(stages);
  out.add(query.until ? normalizer.digest(query.until->filter) : "no until");
  out.add_all(key_columns(query));
  out.add(query.maxspan ? format("{}", query.maxspan->count()) : "no maxspan");
  for (const eql::Limit& limit : query.limits) {
    out.add(limit.side == eql::Limit::Side::head ? "head" : "tail");
    out.add(format("{}", limit.count));
  }
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
    lists.push_back(Text().add(list.list_id).add(list.type).add(list.namespace_type).digest());
  out.add_all(sorted_set(std::move(lists)));
  for (const std::string_view name : deciding_texts) {
    const auto found = rule.texts.find(std::string(name));
    out.add(found == rule.texts.end() ? std::string_view() : std::string_view(found->second));
  }
  return out.digest();
}

}  // namespace eqlab::gate
