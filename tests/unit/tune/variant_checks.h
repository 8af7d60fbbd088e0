#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "harness/eql/query.h"
#include "harness/tune/variant.h"

/// What the edits of a query must come to, said of its tree.
namespace eqlab::tune {

inline QueryText read(const std::string& text) {
  auto query = QueryText::read(text);
  EXPECT_TRUE(query) << text << "\n" << (query ? "" : query.error().message);
  return *query;
}

inline std::string applied(const QueryText& query, const std::optional<Variant>& variant) {
  EXPECT_TRUE(variant);
  return variant ? with_edits(query.text(), variant->edits) : "";
}

inline std::string printed(const std::string& text) {
  const auto query = eql::parse_query(text);
  return query ? eql::print(*query) : "does not parse: " + query.error().message + "\n" + text;
}

/// The tree with one part of a node taken out, printed: what an edit must come to.
inline std::string without_child(const eql::Query& tree, eql::ExprId node, std::size_t child) {
  eql::Query changed = tree;
  eql::Expr& e = changed.exprs[node];
  e.children.erase(e.children.begin() + static_cast<std::ptrdiff_t>(child));
  const bool is_chain = e.kind == eql::ExprKind::logical_and || e.kind == eql::ExprKind::logical_or;
  if (is_chain && e.children.size() == 1) {
    const eql::Expr only = changed.exprs[e.children[0]];
    changed.exprs[node] = only;
  }
  return printed(eql::print(changed));
}

/// Every edit of every part of the query changes the node that it is meant to change, and nothing
/// else.
inline void check_all(const std::string& text) {
  SCOPED_TRACE(text);
  const QueryText query = read(text);
  const eql::Query& tree = query.tree();
  for (const ValueList& list : value_lists(query)) {
    for (std::size_t i = 0; i < list.members.size(); ++i) {
      const auto variant = without_member(query, list, i);
      if (!variant) continue;
      std::size_t child = i + 1;
      if (list.form == ListForm::comparison) {
        const auto& chain = tree.at(list.node).children;
        child = static_cast<std::size_t>(std::ranges::find(chain, list.parts[i]) - chain.begin());
      }
      EXPECT_EQ(printed(applied(query, variant)), without_child(tree, list.node, child))
          << variant->what << "\n"
          << applied(query, variant);
    }
    if (list.form == ListForm::comparison) continue;
    if (const auto variant = with_member(query, list, event::Value{std::string("n\"w")})) {
      eql::Query changed = tree;
      changed.exprs.push_back(
          {.kind = eql::ExprKind::literal,
           .span = {},
           .value = std::string(list.form == ListForm::regex ? "n\\\"w" : "n\"w")});
      changed.exprs[list.node].children.push_back(
          static_cast<eql::ExprId>(changed.exprs.size() - 1));
      EXPECT_EQ(printed(applied(query, variant)), eql::print(changed)) << applied(query, variant);
    }
  }
  for (std::size_t step = 0; step < query.step_count(); ++step) {
    const auto terms = query.terms(step);
    for (std::size_t i = 0; i < terms.size() && terms.size() > 1; ++i) {
      EXPECT_EQ(printed(applied(query, without_term(query, step, i))),
                without_child(tree, query.step(step).filter.condition, i));
    }
  }
  for (std::size_t i = 0; i < tree.shared_keys.size(); ++i) {
    eql::Query changed = tree;
    changed.shared_keys.erase(changed.shared_keys.begin() + static_cast<std::ptrdiff_t>(i));
    const std::string got = applied(query, without_shared_key(query, i));
    if (tree.kind == eql::QueryKind::sequence) {
      EXPECT_EQ(printed(got), eql::print(changed)) << got;
    }
  }
  for (std::size_t i = 0; i < tree.stages[0].keys.size(); ++i) {
    eql::Query changed = tree;
    for (eql::Stage& stage : changed.stages)
      stage.keys.erase(stage.keys.begin() + static_cast<std::ptrdiff_t>(i));
    if (changed.until)
      changed.until->keys.erase(changed.until->keys.begin() + static_cast<std::ptrdiff_t>(i));
    const std::string got = applied(query, without_own_key(query, i));
    if (tree.kind == eql::QueryKind::sequence) {
      EXPECT_EQ(printed(got), eql::print(changed)) << got;
    }
  }
  for (std::size_t i = 0; i < tree.stages.size() && tree.stages.size() > 2; ++i) {
    eql::Query changed = tree;
    changed.stages.erase(changed.stages.begin() + static_cast<std::ptrdiff_t>(i));
    const std::string got = applied(query, without_step(query, i));
    // Only missing events left, or none that starts: the language refuses the tree too.
    if (!eql::parse_query(eql::print(changed))) continue;
    EXPECT_EQ(printed(got), eql::print(changed)) << got;
  }
  if (tree.until) {
    eql::Query changed = tree;
    changed.until.reset();
    EXPECT_EQ(printed(applied(query, without_until(query))), eql::print(changed));
  }
  if (tree.maxspan) {
    eql::Query changed = tree;
    changed.maxspan.reset();
    if (eql::parse_query(eql::print(changed))) {
      EXPECT_EQ(printed(applied(query, without_maxspan(query))), eql::print(changed));
    }
  }
  if (tree.kind == eql::QueryKind::sequence) {
    eql::Query changed = tree;
    changed.maxspan = std::chrono::milliseconds{1234};
    EXPECT_EQ(printed(applied(query, with_maxspan(query, *changed.maxspan))), eql::print(changed));
  }
}

}  // namespace eqlab::tune
