#include "harness/tune/variant.h"

#include <algorithm>

#include "harness/base/text.h"
#include "harness/eql/pattern.h"

namespace eqlab::tune {
namespace {

using eql::Expr;
using eql::ExprId;
using eql::ExprKind;

/// Finds the lists below one step's condition.
class ListFinder {
 public:
  ListFinder(const QueryText& query, std::size_t step, std::vector<ValueList>& out)
      : query_(query), tree_(query.tree()), step_(step), out_(out) {}

  // NOLINTNEXTLINE(misc-no-recursion): bounded by limits::expression_depth_max
  void walk(ExprId id, bool negated) {
    const Expr& e = tree_.at(id);
    switch (e.kind) {
      case ExprKind::logical_not:
        walk(e.children[0], !negated);
        break;
      case ExprKind::logical_and:
      case ExprKind::logical_or:
        walk_chain(id, negated);
        break;
      case ExprKind::compare:
        if (is_list_part(id)) add_comparison(id, {id}, negated);
        break;
      case ExprKind::membership:
        add(id, ListForm::membership, negated != e.negated);
        break;
      case ExprKind::pattern:
        add(id,
            e.pattern == eql::PatternOp::colon  ? ListForm::colon
            : e.pattern == eql::PatternOp::like ? ListForm::like
                                                : ListForm::regex,
            negated);
        break;
      case ExprKind::call:
        if (const std::string name = fold_ascii(e.name);
            e.children.size() >= 2 && (name == "cidrmatch" || name == "wildcard"))
          add(id, name == "wildcard" ? ListForm::like : ListForm::cidr, negated);
        break;
      case ExprKind::literal:
      case ExprKind::field:
      case ExprKind::negate:
      case ExprKind::arithmetic:
        break;
    }
  }

 private:
  /// `x == "a"` or `x != "a"`.
  [[nodiscard]] bool is_list_part(ExprId id) const {
    const Expr& e = tree_.at(id);
    return e.kind == ExprKind::compare &&
           (e.compare == eql::CompareOp::equal || e.compare == eql::CompareOp::not_equal) &&
           tree_.at(e.children[0]).kind == ExprKind::field &&
           tree_.at(e.children[1]).kind == ExprKind::literal &&
           !event::is_null(tree_.at(e.children[1]).value);
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void walk_chain(ExprId id, bool negated) {
    const Expr& e = tree_.at(id);
    const auto joins =
        e.kind == ExprKind::logical_or ? eql::CompareOp::equal : eql::CompareOp::not_equal;
    std::vector<std::vector<ExprId>> groups;
    for (const ExprId child : e.children) {
      if (!is_list_part(child) || tree_.at(child).compare != joins) {
        walk(child, negated);
        continue;
      }
      const std::string& name = tree_.at(tree_.at(child).children[0]).name;
      const auto same = std::ranges::find_if(groups, [&](const std::vector<ExprId>& group) {
        return tree_.at(tree_.at(group[0]).children[0]).name == name;
      });
      if (same == groups.end()) {
        groups.push_back({child});
      } else {
        same->push_back(child);
      }
    }
    for (const std::vector<ExprId>& group : groups)
      add_comparison(group.size() == 1 ? group[0] : id, group, negated);
  }

  void add_comparison(ExprId node, const std::vector<ExprId>& parts, bool negated) {
    const Expr& first = tree_.at(parts[0]);
    ValueList list{.step = step_,
                   .form = ListForm::comparison,
                   .excludes = negated != (first.compare == eql::CompareOp::not_equal),
                   .field = tree_.at(first.children[0]).name,
                   .parts = parts,
                   .node = node};
    for (const ExprId part : parts) add_member(list, tree_.at(part).children[1]);
    out_.push_back(std::move(list));
  }

  void add(ExprId id, ListForm form, bool excludes) {
    const Expr& e = tree_.at(id);
    const Expr& left = tree_.at(e.children[0]);
    ValueList list{.step = step_,
                   .form = form,
                   .fold_case = e.fold_case,
                   .excludes = excludes,
                   .field = left.kind == ExprKind::field ? left.name : std::string(),
                   .node = id};
    for (std::size_t i = 1; i < e.children.size(); ++i) add_member(list, e.children[i]);
    out_.push_back(std::move(list));
  }

  void add_member(ValueList& list, ExprId member) const {
    const Expr& e = tree_.at(member);
    list.members.push_back(member);
    list.values.push_back(e.kind == ExprKind::literal ? e.value : event::Value{});
    list.texts.emplace_back(query_.at(query_.written(member)));
  }

  const QueryText& query_;
  const eql::Query& tree_;
  std::size_t step_;
  std::vector<ValueList>& out_;
};

std::string escape_regex(std::string_view text, Spelling spelling) {
  std::string out;
  for (const char c : text) {
    if (spelling == Spelling::pattern && c == '*') {
      out += ".*";
    } else if (spelling == Spelling::pattern && c == '?') {
      out += '.';
    } else {
      if (std::string_view(R"re(.?+*|{}[]()"\#@&<>~)re").find(c) != std::string_view::npos)
        out += '\\';
      out += c;
    }
  }
  return out;
}

/// What `:` and `like` match the value with.
std::string as_wildcard(std::string text, Spelling spelling) {
  if (spelling == Spelling::literal) std::ranges::replace(text, '*', '?');
  return text;
}

/// The value as a member of the list; nothing where the list has no way to say it.
std::optional<event::Value> fitted(const ValueList& list, const event::Value& value,
                                   Spelling spelling) {
  const auto* const text = std::get_if<std::string>(&value);
  if (text == nullptr) {
    if (event::is_null(value)) return std::nullopt;
    return value;
  }
  switch (list.form) {
    case ListForm::colon:
    case ListForm::like:
      return event::Value{as_wildcard(*text, spelling)};
    case ListForm::regex:
      return event::Value{escape_regex(*text, spelling)};
    case ListForm::membership:
    case ListForm::cidr:
    case ListForm::comparison:
      break;
  }
  if (spelling == Spelling::pattern && eql::has_wildcards(*text)) return std::nullopt;
  return value;
}

/// QueryText::without_item on one of many parts, of which only its neighbours matter.
std::vector<TextEdit> without_part(const QueryText& query, const std::vector<ExprId>& parts,
                                   std::size_t index) {
  const std::size_t first = index == 0 ? 0 : index - 1;
  std::vector<Span> near;
  for (std::size_t i = first; i < std::min(index + 2, parts.size()); ++i)
    near.push_back(query.written(parts[i]));
  return query.without_item(near, index - first);
}

/// Members more behind the last of a list in brackets.
std::vector<TextEdit> grown_list(const QueryText& query, const ValueList& list,
                                 const std::vector<std::string>& members) {
  const Span last = query.written(list.members.back());
  const bool has_brackets = query.tree().at(list.node).span.end != last.end;
  if (!has_brackets)
    return {{{last.begin, last.begin}, "("},
            {{last.end, last.end}, format(", {})", join(members, ", "))}};
  const bool one_a_line = list.members.size() > 1 && query.begins_line(last.begin);
  if (!one_a_line) return {{{last.end, last.end}, ", " + join(members, ", ")}};
  const std::string new_line = format("\n{}", query.indentation(last.begin));
  const std::string on_new_line = new_line + join(members, "," + new_line);
  const auto line_end = query.end_of_idle_line(last.end);
  if (!line_end) return {{{last.end, last.end}, "," + on_new_line}};
  // A comment behind the last member stays behind it.
  return {{{last.end, last.end}, ","}, {{*line_end, *line_end}, on_new_line}};
}

/// ` or x == "c"` behind the last comparison, joined as it is joined to the one before; a single
/// comparison becomes a list.
std::vector<TextEdit> grown_comparison(const QueryText& query, const ValueList& list,
                                       const std::vector<std::string>& members) {
  const Span last = query.written(list.parts.back());
  const Span constant = query.written(list.members.back());
  if (list.parts.size() == 1) {
    const Expr& e = query.tree().at(list.parts[0]);
    const Span left = query.written(e.children[0]);
    const std::string_view op = e.compare == eql::CompareOp::equal ? " in (" : " not in (";
    return {{{left.end, constant.begin}, std::string(op)},
            {{constant.end, constant.end}, format(", {})", join(members, ", "))}};
  }
  // What stands between the last two, which may have other parts between them.
  const Span separator = query.tokens()[query.token_at(last.begin) - 1].span;
  const std::string_view word = query.at(separator);
  std::string joint = format(" {} ", word);
  if (query.begins_line(last.begin))
    joint = format(" {}\n{}", word, query.indentation(last.begin));
  else if (query.begins_line(separator.begin))
    joint = format("\n{}{} ", query.indentation(separator.begin), word);
  std::string added;
  for (const std::string& member : members) {
    added += joint;
    added += query.at({last.begin, constant.begin});
    added += member;
    added += query.at({constant.end, last.end});
  }
  return {{{last.end, last.end}, std::move(added)}};
}

Variant variant(VariantKind kind, std::string what, std::vector<TextEdit> edits,
                std::optional<std::size_t> step = std::nullopt) {
  return {.kind = kind, .what = std::move(what), .edits = std::move(edits), .step = step};
}

/// ` by a, b` in front of a stretch of keys.
TextEdit without_by(const QueryText& query, const std::vector<ExprId>& keys) {
  const std::size_t first = query.token_at(query.written(keys.front()).begin);
  return query.without({query.tokens()[first - 1].span.begin, query.written(keys.back()).end});
}

}  // namespace

rule::Rule variant_rule(const rule::Rule& rule, const std::vector<TextEdit>& edits) {
  rule::Rule out = rule;
  out.query = {.file = rule.query.file + " (variant)", .text = with_edits(rule.query.text, edits)};
  return out;
}

Result<eql::CheckedQuery> compile_variant(const rule::Rule& rule, const Variant& variant,
                                          const event::Schema& schema) {
  return rule::compile(variant_rule(rule, variant.edits), schema);
}

std::vector<ValueList> value_lists(const QueryText& query) {
  std::vector<ValueList> lists;
  for (std::size_t step = 0; step < query.step_count(); ++step)
    ListFinder(query, step, lists).walk(query.step(step).filter.condition, false);
  std::ranges::stable_sort(lists, {}, [&](const ValueList& list) {
    return query.tree().at(list.members[0]).span.begin;
  });
  return lists;
}

std::optional<Variant> without_member(const QueryText& query, const ValueList& list,
                                      std::size_t member) {
  if (list.members.size() < 2 || member >= list.members.size()) return std::nullopt;
  std::vector<TextEdit> edits;
  if (list.form == ListForm::comparison) {
    const std::vector<ExprId>& chain = query.tree().at(list.node).children;
    const auto place = std::ranges::find(chain, list.parts[member]);
    edits = without_part(query, chain, static_cast<std::size_t>(place - chain.begin()));
  } else {
    edits = without_part(query, list.members, member);
  }
  return variant(VariantKind::without_member,
                 format("− {}{}", shortened(list.texts[member]), query.in_step(list.step)),
                 std::move(edits), list.step);
}

std::optional<Variant> with_member(const QueryText& query, const ValueList& list,
                                   const event::Value& value, Spelling spelling) {
  const NewMember one[] = {{.value = value, .spelling = spelling}};
  return with_members(query, list, one);
}

std::optional<Variant> with_members(const QueryText& query, const ValueList& list,
                                    std::span<const NewMember> members) {
  std::vector<std::string> texts;
  std::vector<std::string> names;
  for (const NewMember& member : members) {
    const auto fits = fitted(list, member.value, member.spelling);
    if (!fits || std::ranges::find(list.values, *fits) != list.values.end()) continue;
    std::string text = write_value(*fits, list.texts.back());
    if (std::ranges::find(texts, text) != texts.end()) continue;
    names.push_back(shortened(text));
    texts.push_back(std::move(text));
  }
  if (texts.empty()) return std::nullopt;
  return variant(VariantKind::with_member,
                 format("+ {}{}", join(names, ", "), query.in_step(list.step)),
                 list.form == ListForm::comparison ? grown_comparison(query, list, texts)
                                                   : grown_list(query, list, texts),
                 list.step);
}

std::optional<Variant> without_term(const QueryText& query, std::size_t step, std::size_t term) {
  const std::vector<ExprId> terms = query.terms(step);
  if (term >= terms.size()) return std::nullopt;
  const Span span = query.written(terms[term]);
  if (terms.size() == 1 && query.at(span) == "true") return std::nullopt;
  return variant(
      VariantKind::without_term,
      format("without {}{}", shortened(query.at(span)), query.in_step(step)),
      terms.size() == 1 ? std::vector<TextEdit>{{span, "true"}} : without_part(query, terms, term),
      step);
}

std::optional<Variant> without_shared_key(const QueryText& query, std::size_t key) {
  const std::vector<ExprId>& keys = query.tree().shared_keys;
  if (key >= keys.size()) return std::nullopt;
  return variant(VariantKind::without_key,
                 format("without the key {}", query.at(query.written(keys[key]))),
                 keys.size() == 1 ? std::vector<TextEdit>{without_by(query, keys)}
                                  : without_part(query, keys, key));
}

std::optional<Variant> without_own_key(const QueryText& query, std::size_t key) {
  if (key >= query.tree().stages[0].keys.size()) return std::nullopt;
  std::vector<TextEdit> edits;
  std::vector<std::string> names;
  for (std::size_t step = 0; step < query.step_count(); ++step) {
    const std::vector<ExprId>& keys = query.step(step).keys;
    std::string name(query.at(query.written(keys[key])));
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    if (keys.size() == 1) {
      edits.push_back(without_by(query, keys));
    } else {
      for (TextEdit& edit : without_part(query, keys, key)) edits.push_back(std::move(edit));
    }
  }
  return variant(VariantKind::without_key, format("without the key {}", join(names, " / ")),
                 std::move(edits));
}

std::optional<Variant> without_step(const QueryText& query, std::size_t step) {
  const std::vector<eql::Stage>& stages = query.tree().stages;
  if (stages.size() < 2 || step >= stages.size()) return std::nullopt;
  return variant(VariantKind::without_step, format("without step {}", step + 1),
                 {query.without(stages[step].span)}, step);
}

std::optional<Variant> without_until(const QueryText& query) {
  if (!query.tree().until) return std::nullopt;
  const Span span = query.tree().until->span;
  const std::size_t word = query.token_at(span.begin) - 1;
  return variant(VariantKind::without_until, "without until",
                 {query.without({query.tokens()[word].span.begin, span.end})},
                 query.tree().stages.size());
}

std::optional<Variant> without_maxspan(const QueryText& query) {
  const auto span = query.maxspan();
  if (!span) return std::nullopt;
  return variant(VariantKind::without_maxspan, "without maxspan", {query.without(*span)});
}

std::optional<Variant> with_maxspan(const QueryText& query, Duration maxspan) {
  if (query.tree().kind != eql::QueryKind::sequence || maxspan <= Duration::zero() ||
      maxspan.count() % 1'000'000 != 0 || query.tree().maxspan == maxspan)
    return std::nullopt;
  const std::string text = format("maxspan={}", exact_duration(maxspan));
  TextEdit edit;
  if (const auto span = query.maxspan()) {
    edit = {*span, "with " + text};
  } else {
    // Behind `sequence` or the keys, before the first step.
    const std::size_t first = query.token_at(query.tree().stages[0].span.begin);
    const std::size_t end = query.tokens()[first - 1].span.end;
    edit = {{end, end}, " with " + text};
  }
  return variant(VariantKind::with_maxspan, text, {std::move(edit)});
}

std::optional<Variant> with_keys(const QueryText& query, const std::vector<std::string>& keys) {
  if (query.tree().kind == eql::QueryKind::event) return std::nullopt;
  const std::vector<ExprId>& now = query.tree().shared_keys;
  std::vector<std::string> written;
  for (const ExprId key : now) written.emplace_back(query.at(query.written(key)));
  if (written == keys) return std::nullopt;
  const std::string text = join(keys, ", ");
  std::vector<TextEdit> edits;
  if (now.empty()) {
    const std::size_t end = query.tokens()[0].span.end;
    edits = {{{end, end}, " by " + text}};
  } else if (keys.empty()) {
    edits = {without_by(query, now)};
  } else {
    edits = {{{query.written(now.front()).begin, query.written(now.back()).end}, text}};
  }
  return variant(VariantKind::with_keys, keys.empty() ? "without join keys" : "by " + text,
                 std::move(edits));
}

std::optional<Variant> with_exclusion(const QueryText& query, std::size_t step,
                                      const std::string& field, const event::Value& value,
                                      Spelling spelling) {
  if (step >= query.step_count() || event::is_null(value)) return std::nullopt;
  const auto* const string = std::get_if<std::string>(&value);
  const std::string exclusion =
      string == nullptr ? format("not {} == {}", write_field(field), write_value(value))
                        : format("not {} : {}", write_field(field),
                                 write_value(event::Value{as_wildcard(*string, spelling)}));
  const ExprId condition = query.step(step).filter.condition;
  const Span whole = query.written(condition);
  const Expr& e = query.tree().at(condition);
  std::vector<TextEdit> edits;
  if (e.kind == ExprKind::logical_or && whole == query.bare(condition)) {
    edits.push_back({{whole.begin, whole.begin}, "("});
    edits.push_back({{whole.end, whole.end}, ")"});
  }
  std::string joint = " and ";
  if (e.kind == ExprKind::logical_and && whole == query.bare(condition)) {
    const std::size_t last = query.written(e.children.back()).begin;
    const Span separator = query.tokens()[query.token_at(last) - 1].span;
    if (query.begins_line(last))
      joint = format(" and\n{}", query.indentation(last));
    else if (query.begins_line(separator.begin))
      joint = format("\n{}and ", query.indentation(separator.begin));
  }
  edits.push_back({{whole.end, whole.end}, joint + exclusion});
  return variant(VariantKind::with_exclusion,
                 format("and {}{}", shortened(exclusion), query.in_step(step)), std::move(edits),
                 step);
}

std::optional<Variant> combined(std::span<const Variant* const> variants) {
  const auto is_in_the_way = [](const Variant& of_one, const TextEdit& one, const TextEdit& other) {
    if (one.span.begin < other.span.end && other.span.begin < one.span.end) return true;
    // An exclusion holds for the whole step, whatever else becomes of it.
    const bool inserts = one.span.begin == one.span.end && other.span.begin < other.span.end;
    return inserts && of_one.kind != VariantKind::with_exclusion &&
           (one.span.begin == other.span.begin || one.span.begin == other.span.end);
  };
  for (std::size_t i = 0; i < variants.size(); ++i) {
    for (std::size_t j = 0; j < variants.size(); ++j) {
      if (i == j) continue;
      for (const TextEdit& one : variants[i]->edits) {
        for (const TextEdit& other : variants[j]->edits) {
          if (is_in_the_way(*variants[i], one, other)) return std::nullopt;
        }
      }
    }
  }
  if (variants.empty()) return std::nullopt;
  std::vector<std::string> whats;
  for (const Variant* const each : variants) whats.push_back(each->what);
  Variant out = variant(variants.front()->kind, join(whats, " and "), {}, variants.front()->step);
  const auto add = [&](bool exclusions) {
    for (const Variant* const each : variants) {
      if ((each->kind == VariantKind::with_exclusion) == exclusions)
        out.edits.insert(out.edits.end(), each->edits.begin(), each->edits.end());
    }
  };
  add(false);
  add(true);
  return out;
}

std::vector<Variant> ablations(const QueryText& query) {
  std::vector<Variant> out;
  const auto add = [&](std::optional<Variant> one) {
    if (one) out.push_back(std::move(*one));
  };
  for (const ValueList& list : value_lists(query)) {
    for (std::size_t i = 0; i < list.members.size(); ++i) add(without_member(query, list, i));
  }
  for (std::size_t step = 0; step < query.step_count(); ++step) {
    for (std::size_t i = 0; i < query.terms(step).size(); ++i) add(without_term(query, step, i));
  }
  const eql::Query& tree = query.tree();
  for (std::size_t i = 0; i < tree.shared_keys.size(); ++i) add(without_shared_key(query, i));
  for (std::size_t i = 0; i < tree.stages[0].keys.size(); ++i) add(without_own_key(query, i));
  for (std::size_t i = 0; i < tree.stages.size(); ++i) add(without_step(query, i));
  add(without_until(query));
  add(without_maxspan(query));
  return out;
}

}  // namespace eqlab::tune
