#include "harness/tune/variant.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "harness/base/text.h"
#include "harness/cases/case_block.h"
#include "harness/eql/query.h"
#include "harness/event/schema.h"
#include "tests/unit/tune/variant_checks.h"

namespace eqlab::tune {
namespace {

/// Every query of the case files below a folder that parses, with each `and` also on a new line.
std::vector<std::string> queries_below(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::string(EQLAB_SOURCE_DIR) + folder)) {
    if (entry.path().extension() != ".case") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const auto blocks = cases::parse_cases(text.str(), entry.path().string());
    if (!blocks) continue;
    for (const cases::CaseBlock& block : *blocks) {
      if (block.rule && eql::parse_query(block.rule->query.text))
        out.push_back(block.rule->query.text);
    }
  }
  return out;
}

/// The same query in another dress: comments and lines between all tokens.
std::string in_lines(const std::string& text, bool comments) {
  const QueryText query = read(text);
  std::string out;
  std::size_t at = 0;
  for (const eql::Token& token : query.tokens()) {
    const std::string_view between = std::string_view(text).substr(at, token.span.begin - at);
    // Where nothing stands between two tokens, nothing may: `a.b`, `30s`, `"a"` after `![`.
    if (!between.empty() && at > 0) out += comments ? " // note\n  " : "\n  ";
    out += token.text;
    at = token.span.end;
    if (token.is_symbol(",")) out += comments ? " // item\n  " : "\n  ";
  }
  return out + "\n";
}

// --- properties ---

TEST(Variant, EachEditOfEveryCasesQueryChangesItsNodeAndNothingElse) {
  const std::vector<std::string> queries = queries_below("/tests/cases");
  ASSERT_GT(queries.size(), 500U);
  for (const std::string& text : queries) {
    if (text.size() > 20'000) continue;
    check_all(text);
    check_all(in_lines(text, false));
    check_all(in_lines(text, true));
    if (HasFailure()) break;
  }
}

TEST(Variant, ExclusionsJoinAnyConditionAndBindWeakestOfAll) {
  for (const std::string& text : queries_below("/tests/cases/public_rules")) {
    const QueryText query = read(text);
    for (std::size_t step = 0; step < query.step_count(); ++step) {
      eql::Query changed = query.tree();
      const auto add = [&](eql::Expr e) {
        changed.exprs.push_back(std::move(e));
        return static_cast<eql::ExprId>(changed.exprs.size() - 1);
      };
      using eql::ExprKind;
      const auto field = add({.kind = ExprKind::field, .span = {}, .name = "a.b"});
      const auto text_value =
          add({.kind = ExprKind::literal, .span = {}, .value = std::string("v")});
      const auto match = add({.kind = ExprKind::pattern,
                              .span = {},
                              .fold_case = true,
                              .children = {field, text_value}});
      const auto negated = add({.kind = ExprKind::logical_not, .span = {}, .children = {match}});
      auto& filter =
          step < changed.stages.size() ? changed.stages[step].filter : changed.until->filter;
      eql::Expr& condition = changed.exprs[filter.condition];
      if (condition.kind == ExprKind::logical_and) {
        condition.children.push_back(negated);
      } else {
        const auto old = filter.condition;
        filter.condition =
            add({.kind = ExprKind::logical_and, .span = {}, .children = {old, negated}});
      }
      const std::string got =
          applied(query, with_exclusion(query, step, "a.b", event::Value{std::string("v")}));
      EXPECT_EQ(printed(got), printed(eql::print(changed))) << got;
    }
  }
}

// --- examples: layout ---

const char* const rule_text = R"(sequence by host.id, user.id with maxspan=30s
  [process where event.type == "start" and event.action == "exec" and // both
   process.name : ("bash", "sh",
                   "zsh")]
  [network where event.type == "start"
     and process.name in (
       "curl",   // the usual
       "wget"    // the other
     )]
)";

TEST(Variant, ALeftOutMemberLeavesTheOthersAsTheyStand) {
  const QueryText query = read(rule_text);
  const auto lists = value_lists(query);
  ASSERT_EQ(lists.size(), 5U);
  EXPECT_EQ(lists[2].values.size(), 3U);
  EXPECT_EQ(lists[2].step, 0U);
  EXPECT_EQ(lists[2].field, "process.name");
  const auto second = without_member(query, lists[2], 1);
  EXPECT_EQ(second->what, "− \"sh\" in step 1");
  EXPECT_NE(applied(query, second).find("(\"bash\",\n                   \"zsh\")"),
            std::string::npos);
  EXPECT_NE(applied(query, without_member(query, lists[4], 0))
                .find("(\n       \"wget\"    // the other\n     )]"),
            std::string::npos);
  EXPECT_NE(applied(query, without_member(query, lists[4], 1)).find("\"curl\"   // the usual"),
            std::string::npos);
}

TEST(Variant, ALeftOutTermTakesItsLine) {
  const QueryText query = read(rule_text);
  EXPECT_NE(applied(query, without_term(query, 0, 1))
                .find("event.type == \"start\" and // both\n   process.name : (\"bash\""),
            std::string::npos)
      << applied(query, without_term(query, 0, 1));
  EXPECT_NE(applied(query, without_term(query, 1, 0)).find("[network where process.name in (\n"),
            std::string::npos)
      << applied(query, without_term(query, 1, 0));
  const QueryText one = read("process where process.name == \"a\"");
  EXPECT_EQ(applied(one, without_term(one, 0, 0)), "process where true");
}

TEST(Variant, AListGrowsInItsStyle) {
  const QueryText query = read(rule_text);
  const auto lists = value_lists(query);
  EXPECT_NE(applied(query, with_member(query, lists[4], event::Value{std::string("nc")}))
                .find("\"wget\",    // the other\n       \"nc\"\n     )]"),
            std::string::npos)
      << applied(query, with_member(query, lists[4], event::Value{std::string("nc")}));
  const QueryText one = read("process where process.name : \"a\" and user.id == \"0\"");
  const auto single = value_lists(one);
  EXPECT_EQ(
      applied(one, with_member(one, single[0], event::Value{std::string("b*")}, Spelling::pattern)),
      "process where process.name : (\"a\", \"b*\") and user.id == \"0\"");
  EXPECT_EQ(applied(one, with_member(one, single[1], event::Value{std::string("501")})),
            "process where process.name : \"a\" and user.id in (\"0\", \"501\")");
  EXPECT_FALSE(with_member(one, single[1], event::Value{std::string("0")})) << "is there already";
  EXPECT_FALSE(without_member(one, single[0], 0)) << "the only one";

  const QueryText chain = read("process where (process.pid == 1\n  or process.pid == 2)");
  EXPECT_EQ(
      applied(chain, with_member(chain, value_lists(chain)[0], event::Value{std::int64_t{3}})),
      "process where (process.pid == 1\n  or process.pid == 2\n  or process.pid == 3)");
  const QueryText raw = read(R"(process where process.executable : ("""C:\a""", """C:\b"""))");
  EXPECT_EQ(applied(raw, with_member(raw, value_lists(raw)[0], event::Value{std::string("C:\\c")})),
            R"(process where process.executable : ("""C:\a""", """C:\b""", """C:\c"""))");
}

TEST(Variant, AValueIsWrittenForTheOperatorOfItsList) {
  const auto grown = [](const std::string& text, const std::string& value, Spelling spelling) {
    const QueryText query = read(text);
    const auto variant = with_member(query, value_lists(query)[0], event::Value{value}, spelling);
    return variant ? with_edits(query.text(), variant->edits) : "nothing";
  };
  EXPECT_EQ(grown("a where b : (\"x\", \"y\")", "a*b", Spelling::literal),
            "a where b : (\"x\", \"y\", \"a?b\")");
  EXPECT_EQ(grown("a where b like (\"x\", \"y\")", "a*b", Spelling::pattern),
            "a where b like (\"x\", \"y\", \"a*b\")");
  EXPECT_EQ(grown("a where b regex (\"x\", \"y\")", "a.b*", Spelling::literal),
            "a where b regex (\"x\", \"y\", \"a\\\\.b\\\\*\")");
  EXPECT_EQ(grown("a where b regex (\"x\", \"y\")", "a.b*", Spelling::pattern),
            "a where b regex (\"x\", \"y\", \"a\\\\.b.*\")");
  EXPECT_EQ(grown("a where b in (\"x\", \"y\")", "a*b", Spelling::literal),
            "a where b in (\"x\", \"y\", \"a*b\")");
  EXPECT_EQ(grown("a where b in (\"x\", \"y\")", "a*b", Spelling::pattern), "nothing");
}

TEST(Variant, ListsKnowWhetherTheyExclude) {
  const QueryText query = read(
      "a where b not in (1, 2) and not (c : (\"x\") or d == 1 or d == 2) and e != 1 and e != 2 and "
      "not f != 3 and cidrMatch(g, \"10.0.0.0/8\")");
  std::vector<std::string> seen;
  for (const ValueList& list : value_lists(query))
    seen.push_back(format("{}{}{}", list.excludes ? "-" : "+", list.field, list.members.size()));
  EXPECT_EQ(join(seen, " "), "-b2 -c1 -d2 -e2 +f1 +g1");
}

TEST(Variant, KeysMaxspanAndStepsAreEdited) {
  const QueryText query = read(rule_text);
  EXPECT_TRUE(applied(query, with_keys(query, {"process.entity_id"}))
                  .starts_with("sequence by process.entity_id with maxspan=30s\n"));
  EXPECT_TRUE(applied(query, with_keys(query, {})).starts_with("sequence with maxspan=30s\n"));
  EXPECT_FALSE(with_keys(query, {"host.id", "user.id"}));
  EXPECT_TRUE(applied(query, with_maxspan(query, std::chrono::minutes{2}))
                  .starts_with("sequence by host.id, user.id with maxspan=2m\n"));
  EXPECT_FALSE(with_maxspan(query, std::chrono::seconds{30}));
  EXPECT_FALSE(with_maxspan(query, std::chrono::nanoseconds{1}));
  EXPECT_EQ(without_step(query, 0)->what, "without step 1");
  const QueryText bare = read("sequence [a where true] [b where true] until [c where true]");
  EXPECT_EQ(applied(bare, with_maxspan(bare, std::chrono::seconds{1})),
            "sequence with maxspan=1s [a where true] [b where true] until [c where true]");
  EXPECT_EQ(applied(bare, with_keys(bare, {"x", "?y"})),
            "sequence by x, ?y [a where true] [b where true] until [c where true]");
  EXPECT_EQ(applied(bare, without_until(bare)), "sequence [a where true] [b where true]");
}

TEST(Variant, AVariantIsCompiledWithTheRulesFilters) {
  rule::Rule rule = rule::bare_query("process where process.name : (\"a\", \"b\")", "r.eql");
  rule.filters.push_back({.condition = {.kind = rule::Clause::Kind::equal,
                                        .field = "user.id",
                                        .values = {event::Value{std::string("7")}}},
                          .name = "seven"});
  const QueryText query = read(rule.query.text);
  const auto variant = without_member(query, value_lists(query)[0], 0);
  const auto checked = compile_variant(rule, *variant, event::Schema::builtin());
  ASSERT_TRUE(checked);
  const std::string condition = eql::print_condition(*checked, checked->stages[0].filter);
  EXPECT_NE(condition.find("user.id"), std::string::npos) << condition;
  EXPECT_EQ(condition.find("\"a\""), std::string::npos) << condition;
}

TEST(Variant, SeveralMembersAreOneEdit) {
  const auto grown = [](const std::string& text) {
    const QueryText query = read(text);
    const NewMember members[] = {{.value = event::Value{std::string("b")}},
                                 {.value = event::Value{std::string("a")}},  // is there
                                 {.value = event::Value{std::string("b")}},
                                 {.value = event::Value{std::string("c")}}};
    const auto variant = with_members(query, value_lists(query)[0], members);
    EXPECT_EQ(variant->what, "+ \"b\", \"c\"");
    return applied(query, variant);
  };
  EXPECT_EQ(grown(R"(process where x == "a")"), R"(process where x in ("a", "b", "c"))");
  EXPECT_EQ(grown(R"(process where x : "a")"), R"(process where x : ("a", "b", "c"))");
  EXPECT_EQ(grown(R"(process where x in ("a"))"), R"(process where x in ("a", "b", "c"))");
  EXPECT_EQ(grown(R"(process where x == "z" or x == "a")"),
            R"(process where x == "z" or x == "a" or x == "b" or x == "c")");
  EXPECT_EQ(grown("process where x : (\n  \"z\",\n  \"a\"  // last\n)"),
            "process where x : (\n  \"z\",\n  \"a\",  // last\n  \"b\",\n  \"c\"\n)");
}

/// All together, or `nothing`.
std::string together(const QueryText& query, const std::vector<std::optional<Variant>>& variants) {
  std::vector<const Variant*> parts;
  for (const std::optional<Variant>& variant : variants) parts.push_back(&*variant);
  const auto variant = combined(parts);
  return variant ? with_edits(query.text(), variant->edits) : "nothing";
}

TEST(Variant, WhatOverlapsIsNotCombined) {
  const QueryText query = read(R"(process where x == "a" and y : "k")");
  const std::vector<ValueList> lists = value_lists(query);
  const auto plus = [&](std::size_t list, const char* value) {
    return with_member(query, lists[list], event::Value{std::string(value)});
  };
  EXPECT_EQ(together(query, {plus(0, "b"), plus(0, "c")}), "nothing");
  EXPECT_EQ(together(query, {without_term(query, 0, 0), plus(0, "b")}), "nothing");
  EXPECT_EQ(together(query, {without_term(query, 0, 1), plus(0, "b")}), "nothing");
  EXPECT_EQ(together(query, {plus(0, "b"), plus(1, "l")}),
            R"(process where x in ("a", "b") and y : ("k", "l"))");
}

TEST(Variant, AnExclusionHoldsForAllOfTheStep) {
  const auto excluded = [](const QueryText& query) {
    return with_exclusion(query, 0, "f", event::Value{std::string("v")});
  };
  const QueryText chain = read(R"(process where x == "a" or x == "b")");
  const auto more = with_member(chain, value_lists(chain)[0], event::Value{std::string("c")});
  const std::string both = R"(process where (x == "a" or x == "b" or x == "c") and not f : "v")";
  EXPECT_EQ(together(chain, {more, excluded(chain)}), both);
  EXPECT_EQ(together(chain, {excluded(chain), more}), both);
  EXPECT_EQ(together(chain, {excluded(chain), without_term(chain, 0, 0)}),
            R"(process where (true) and not f : "v")");
  const QueryText two = read(R"(process where x == "a" and y == "b")");
  EXPECT_EQ(together(two, {excluded(two), without_term(two, 0, 1)}),
            R"(process where x == "a" and not f : "v")");
}

}  // namespace
}  // namespace eqlab::tune
