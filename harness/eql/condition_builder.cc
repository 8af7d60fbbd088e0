#include "harness/eql/condition_builder.h"

#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/eql/query.h"

namespace eqlab::eql {
namespace {

/// Quotes and backslashes escaped, so that no constant reads like two, or like another.
std::string unambiguous(std::string_view constant) {
  std::string out;
  for (const char c : constant) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return printable(out);
}

std::string identity_of(const Leaf& leaf, const Query& syntax) {
  constexpr std::array<std::string_view, 15> names = {
      "exists", "==",     "<",      "<=",    ">",    ">=",     "within",     "between",
      "like",   "like\\", "starts", "regex", "cidr", "script", "script-null"};
  const std::string_view name = names[static_cast<std::size_t>(leaf.kind)];
  if (leaf.kind == LeafKind::script || leaf.kind == LeafKind::script_null)
    return format("{}({})", name, print(syntax, leaf.script));
  std::string text = format("{}:{} {}{}", leaf.field.name, event::to_string(leaf.field.type), name,
                            leaf.fold_case ? "~" : "");
  if (leaf.kind == LeafKind::between)
    text += format(" {}{}", leaf.open_low ? '(' : '[', leaf.open_high ? ')' : ']');
  for (const event::Value& constant : leaf.constants) {
    const auto* const s = std::get_if<std::string>(&constant);
    text += s != nullptr ? format(" \"{}\"", unambiguous(*s)) : " " + event::to_text(constant);
  }
  for (const TimeRange& range : leaf.ranges) text += format(" {}..{}", range.first, range.last);
  return text;
}

}  // namespace

void settle_leaf(Leaf& leaf, const Query& syntax) {
  // Such a field's values are kept in lower case, so its constants are brought there too.
  if (leaf.field.folds_case && leaf.kind != LeafKind::exists) {
    leaf.fold_case = true;
    for (event::Value& constant : leaf.constants) {
      if (auto* const text = std::get_if<std::string>(&constant);
          text != nullptr && leaf.kind != LeafKind::regex)
        *text = fold_ascii(*text);
    }
  }
  if (leaf.kind != LeafKind::between) {
    std::ranges::sort(leaf.constants);
    leaf.constants.erase(std::unique(leaf.constants.begin(), leaf.constants.end()),
                         leaf.constants.end());
  }
  leaf.identity = identity_of(leaf, syntax);
}

ConditionBuilder::ConditionBuilder(CheckedQuery& query) : query_(query) {
  for (LeafId id = 0; id < query_.leaves.size(); ++id)
    leaf_ids_.emplace(query_.leaves[id].identity, id);
}

ConditionId ConditionBuilder::add(Condition condition) {
  query_.conditions.push_back(std::move(condition));
  return static_cast<ConditionId>(query_.conditions.size() - 1);
}

ConditionId ConditionBuilder::constant(bool holds) {
  return add({.kind = holds ? ConditionKind::always : ConditionKind::never});
}

ConditionId ConditionBuilder::leaf(Leaf leaf) {
  settle_leaf(leaf, query_.syntax);
  const auto [known, added] =
      leaf_ids_.try_emplace(leaf.identity, static_cast<LeafId>(query_.leaves.size()));
  if (added) query_.leaves.push_back(std::move(leaf));
  return add({.kind = ConditionKind::leaf, .leaf = known->second});
}

ConditionId ConditionBuilder::chain(ConditionKind kind, const std::vector<ConditionId>& parts) {
  const bool is_all = kind == ConditionKind::all;
  Condition condition{.kind = kind};
  for (const ConditionId part : parts) {
    switch (this->kind(part)) {
      case ConditionKind::always:
        if (!is_all) return part;
        break;
      case ConditionKind::never:
        if (is_all) return part;
        break;
      case ConditionKind::all:
      case ConditionKind::any:
        if (this->kind(part) == kind) {
          const Condition& inner = query_.conditions[part];
          condition.children.insert(condition.children.end(), inner.children.begin(),
                                    inner.children.end());
        } else {
          condition.children.push_back(part);
        }
        break;
      case ConditionKind::leaf:
      case ConditionKind::none:
        condition.children.push_back(part);
        break;
    }
  }
  if (condition.children.empty()) return constant(is_all);
  if (condition.children.size() == 1) return condition.children[0];
  return add(std::move(condition));
}

ConditionId ConditionBuilder::all(const std::vector<ConditionId>& parts) {
  return chain(ConditionKind::all, parts);
}
ConditionId ConditionBuilder::any(const std::vector<ConditionId>& parts) {
  return chain(ConditionKind::any, parts);
}

ConditionId ConditionBuilder::negation(ConditionId part) {
  switch (kind(part)) {
    case ConditionKind::always:
      return constant(false);
    case ConditionKind::never:
      return constant(true);
    case ConditionKind::none:
      return query_.conditions[part].children[0];
    case ConditionKind::leaf:
    case ConditionKind::all:
    case ConditionKind::any:
      break;
  }
  return add({.kind = ConditionKind::none, .children = {part}});
}

}  // namespace eqlab::eql
