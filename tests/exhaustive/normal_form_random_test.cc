// One normal form against what queries find. Three directions: the same query written otherwise has
// the same form; queries with the same form find the same; and where theory promises a complete
// form (formulas that name each leaf once) or a small world tells shapes apart, queries with
// different forms differ.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "harness/eql/normal_form.h"
#include "harness/eql/query.h"
#include "tests/exhaustive/comparison.h"
#include "tests/exhaustive/random_query.h"
#include "tests/exhaustive/worlds.h"
#include "tests/reference/fast_engine.h"

namespace eqlab::exhaustive {
namespace {

using eql::Expr;
using eql::ExprId;
using eql::ExprKind;
using reference::Row;

std::optional<eql::CheckedQuery> checked(const std::string& text, const event::Schema& schema) {
  auto parsed = eql::parse_query(text);
  if (!parsed) return std::nullopt;
  auto out = eql::check_query(std::move(*parsed), schema, {});
  if (!out) return std::nullopt;
  return std::move(*out);
}

/// The matches of each world, in no order: matches that one event completes have none.
std::optional<std::string> found(const eql::CheckedQuery& query, const event::Schema& schema,
                                 const std::vector<std::vector<Row>>& worlds) {
  const auto engine = reference::FastEngine::of(query, schema, {});
  std::string out;
  for (const std::vector<Row>& rows : worlds) {
    auto matches = engine.find(rows, {});
    if (!matches) return std::nullopt;
    std::ranges::sort(*matches, {}, &reference::ReferenceMatch::events);
    for (const reference::ReferenceMatch& match : *matches) {
      for (const int event : match.events) out += format(" {}", event);
      out += ";";
    }
    out += "\n";
  }
  return out;
}

/// Writes a condition in other words.
class Rewriter {
 public:
  Rewriter(Rng& rng, eql::Query query) : rng_(&rng), query_(std::move(query)) {
    for (Expr& e : query_.exprs) {
      if (e.kind == ExprKind::field && !e.name.starts_with("unknown") && e.name != "other")
        e.optional = rng_->chance(0.5);
    }
  }

  std::string run() { return condition(query_.stages[0].filter.condition); }

 private:
  // NOLINTNEXTLINE(misc-no-recursion): as deep as the query
  std::string condition(ExprId id) {
    const std::string text = plain(id);
    return rng_->chance(0.1) ? "not not (" + text + ")" : text;
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  std::string plain(ExprId id) {
    const Expr e = query_.at(id);
    switch (e.kind) {
      case ExprKind::logical_and:
      case ExprKind::logical_or:
        return chain(e);
      case ExprKind::logical_not:
        return negation(e.children[0]);
      case ExprKind::membership:
      case ExprKind::pattern:
        return list(e);
      case ExprKind::literal:
      case ExprKind::field:
      case ExprKind::call:
      case ExprKind::negate:
      case ExprKind::compare:
      case ExprKind::arithmetic:
        break;
    }
    return eql::print(query_, id);
  }

  template <class Items>
  void shuffle(Items& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[rng_->below(i)]);
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  std::string chain(const Expr& e) {
    std::vector<std::string> parts;
    for (const ExprId child : e.children) parts.push_back("(" + condition(child) + ")");
    if (rng_->chance(0.3)) parts.push_back(parts[rng_->below(parts.size())]);
    shuffle(parts);
    const std::string word = e.kind == ExprKind::logical_and ? " and " : " or ";
    if (parts.size() == 2 || rng_->chance(0.5)) return join(parts, word);
    const std::string first = std::move(parts.front());
    parts.erase(parts.begin());
    return first + word + "(" + join(parts, word) + ")";
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  std::string negation(ExprId inner) {
    const Expr e = query_.at(inner);
    const bool is_chain = e.kind == ExprKind::logical_and || e.kind == ExprKind::logical_or;
    // Null below a `not` is neither true nor false, and De Morgan does not hold: `or` drops it.
    const std::string text = eql::print(query_, inner);
    const bool may_be_null =
        text.find("null") != std::string::npos || text.find("unknown") != std::string::npos;
    if (!is_chain || may_be_null || rng_->chance(0.3)) return "not (" + condition(inner) + ")";
    std::vector<std::string> parts;
    for (const ExprId child : e.children) parts.push_back("(" + negation(child) + ")");
    return join(parts, e.kind == ExprKind::logical_and ? " or " : " and ");
  }

  std::string list(const Expr& e) {
    const std::string left = eql::print(query_, e.children[0]);
    std::vector<std::string> members;
    for (std::size_t i = 1; i < e.children.size(); ++i)
      members.push_back(eql::print(query_, e.children[i]));
    if (query_.at(e.children[0]).kind != ExprKind::field || e.pattern == eql::PatternOp::regex) {
      Expr copy = e;
      query_.exprs.push_back(std::move(copy));
      return eql::print(query_, static_cast<ExprId>(query_.exprs.size() - 1));
    }
    if (rng_->chance(0.3)) members.push_back(members[rng_->below(members.size())]);
    shuffle(members);
    const std::string word = e.kind == ExprKind::membership ? (e.fold_case ? "in~" : "in")
                             : e.pattern == eql::PatternOp::colon
                                 ? ":"
                                 : (e.fold_case ? "like~" : "like");
    const std::string sign = e.negated ? "not " : "";
    if (rng_->chance(0.5)) return format("{}({} {} ({}))", sign, left, word, join(members, ", "));
    for (std::string& member : members) member = format("{} {} ({})", left, word, member);
    return format("{}({})", sign, join(members, " or "));
  }

  Rng* rng_;
  eql::Query query_;
};

std::string with_conditions(std::string_view shape, const std::vector<std::string>& conditions) {
  std::string text;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == '%')
      text += conditions[static_cast<std::size_t>(shape[++i] - '0')];
    else
      text += shape[i];
  }
  return text;
}

const std::vector<std::string>& shapes() {
  static const std::vector<std::string> all = {
      "any where %0",
      "process where %0",
      "any where %0 | tail 3",
      "sequence [any where %0] [any where %1]",
      "sequence by k [any where %0] [any where %1]",
      "sequence by ?k [any where %0] [any where %1]",
      "sequence [any where %0] by ?k [any where %1] by k",
      "sequence by k, n [any where %0] [any where %1]",
      "sequence by n, k [any where %0] [any where %1]",
      "sequence by k with maxspan=2s [any where %0] [any where %1]",
      "sequence by k with maxspan=2000ms [any where %0] [any where %1]",
      "sequence by k with maxspan=1s [any where %0] [any where %1]",
      "sequence by k [any where %0] with runs=2 [any where %1]",
      "sequence by k [any where %0] [any where %0] [any where %1]",
      "sequence by k [any where %0] [any where %1] until [any where %2]",
      "sequence by ?k with maxspan=2s [any where %0] ![any where %2] [any where %1]",
      "sequence with maxspan=2s [any where %0] by k ![any where %2] by ?k [any where %1] by k",
      "sequence by k with maxspan=2s [any where %0] ![any where %2] [any where %1]",
      "sample by k [any where %0] [any where %1]",
      "sample by ?k [any where %0] [any where %1]",
      "sample by k, n [any where %0] [any where %1]",
  };
  return all;
}

TEST(NormalFormRandom, AQueryWrittenOtherwiseHasTheSame) {
  const event::Schema schema = random_schema();
  const Rng base = Rng(20'260'302).split("normal form");
  const std::uint64_t rounds = effort() > 0 ? 30'000 : 3'000;
  std::uint64_t compared = 0;
  std::uint64_t other_text = 0;
  for (std::uint64_t round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
    Rng rng = base.split(round);
    QueryWriter writer(rng);
    std::vector<std::string> plain;
    std::vector<std::string> other;
    for (int i = 0; i < 3; ++i) {
      plain.push_back(writer.condition(3));
      auto parsed = eql::parse_query("any where " + plain.back());
      ASSERT_TRUE(parsed) << plain.back();
      other.push_back(Rewriter(rng, std::move(*parsed)).run());
    }
    const std::string& shape = shapes()[rng.below(shapes().size())];
    const std::string one = with_conditions(shape, plain);
    const std::string two = with_conditions(shape, other);
    const auto a = checked(one, schema);
    if (!a) continue;
    const auto b = checked(two, schema);
    ASSERT_TRUE(b) << two;
    ++compared;
    other_text += eql::print(a->syntax) != eql::print(b->syntax) ? 1U : 0U;
    EXPECT_EQ(eql::normal_form(*a), eql::normal_form(*b))
        << "round " << round << "\n  " << one << "\n  " << two;
  }
  EXPECT_GT(compared, rounds * 3 / 4);
  EXPECT_GT(other_text, compared * 3 / 4);
}

/// Few enough for forms to meet often.
std::string small_condition(Rng& rng, int depth) {
  static const std::vector<std::string> leaves = {R"(s == "a")",
                                                  R"(s : "a")",
                                                  R"(s in ("a", "ab"))",
                                                  R"(s : ("A", "b*"))",
                                                  R"(s != "ab")",
                                                  "n == 1",
                                                  "n in (1, 2)",
                                                  "n > 1",
                                                  "n in (2, 1)",
                                                  R"(s : "*")",
                                                  R"(s like "*")",
                                                  "length(s) > 1",
                                                  "length(?s) > 1",
                                                  "b",
                                                  "b == true",
                                                  R"(s : ("1", "a"))",
                                                  R"(s in ("1", "a"))",
                                                  R"(tag : "A")",
                                                  R"(tag == "A")",
                                                  R"(s in~ ("a", "AB"))",
                                                  R"(startsWith(s,"a"))",
                                                  R"(?s == "ab")",
                                                  R"(s regex "a.*")",
                                                  R"(s like "a*")"};
  if (depth == 0 || rng.below(3) == 0) return leaves[rng.below(leaves.size())];
  switch (rng.below(3)) {
    case 0:
      return "not (" + small_condition(rng, depth - 1) + ")";
    case 1:
      return "(" + small_condition(rng, depth - 1) + " and " + small_condition(rng, depth - 1) +
             ")";
    default:
      return "(" + small_condition(rng, depth - 1) + " or " + small_condition(rng, depth - 1) + ")";
  }
}

std::vector<std::vector<Row>> random_worlds(Rng rng, std::size_t count, std::size_t rows) {
  std::vector<std::vector<Row>> worlds;
  for (std::size_t i = 0; i < count; ++i) worlds.push_back(random_rows(rng, rows));
  return worlds;
}

TEST(NormalFormRandom, QueriesWithTheSameFindTheSame) {
  const event::Schema schema = random_schema();
  const auto worlds = random_worlds(Rng(7), 6, 30);
  const Rng base = Rng(20'260'302).split("equal forms");
  const std::uint64_t rounds = effort() > 0 ? 60'000 : 6'000;
  std::map<std::string, std::pair<std::string, std::string>> known;
  std::uint64_t met = 0;
  for (std::uint64_t round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
    Rng rng = base.split(round);
    const int depth = rng.below(3) == 0 ? 1 : 0;
    const std::string& shape = shapes()[round % shapes().size()];
    const std::string query =
        with_conditions(shape, {small_condition(rng, shape.starts_with('s') ? 0 : depth),
                                small_condition(rng, 0), R"(tag == "C")"});
    const auto compiled = checked(query, schema);
    ASSERT_TRUE(compiled) << query;
    const auto answer = found(*compiled, schema, worlds);
    if (!answer) continue;
    const auto [entry, is_new] =
        known.try_emplace(eql::normal_form(*compiled), std::pair(query, *answer));
    met += !is_new && entry->second.first != query ? 1U : 0U;
    EXPECT_EQ(entry->second.second, *answer) << entry->second.first << "\n" << query;
  }
  EXPECT_GT(met, rounds / 12) << "forms that never meet prove nothing";
}

/// A formula that names each of the leaves once.
std::string read_once(Rng& rng, std::vector<std::string> leaves) {
  if (leaves.size() == 1) return rng.chance(0.5) ? leaves[0] : "not " + leaves[0];
  const std::size_t cut = 1 + rng.below(leaves.size() - 1);
  const std::vector<std::string> rest(leaves.begin() + static_cast<std::ptrdiff_t>(cut),
                                      leaves.end());
  leaves.resize(cut);
  const std::string whole = format("({} {} {})", read_once(rng, std::move(leaves)),
                                   rng.chance(0.5) ? "and" : "or", read_once(rng, rest));
  return rng.chance(0.3) ? "not " + whole : whole;
}

// A formula that names each variable once is determined by its function, up to order and nesting of
// like connectives and De Morgan: there the form is complete.
TEST(NormalFormRandom, OfFormulasThatNameEachLeafOnceItIsComplete) {
  const event::Schema schema = random_schema();
  const std::vector<std::string> leaves = {R"(s == "a")", "n > 1", "b", R"(tag : "A")"};
  const std::vector<std::vector<Row>> world = {
      all_rows({{"s", {{std::string("a")}, {std::string("b")}}},
                {"n", {{std::int64_t{1}}, {std::int64_t{2}}}},
                {"b", {{true}, {false}}},
                {"tag", {{std::string("a")}, {std::string("b")}}}})};
  std::map<std::string, std::string> answer_of;
  std::map<std::string, std::string> form_of;
  const Rng base = Rng(20'260'302).split("read once");
  for (std::uint64_t round = 0; round < 4'000 && !testing::Test::HasFailure(); ++round) {
    Rng rng = base.split(round);
    std::vector<std::string> chosen = leaves;
    for (std::size_t i = chosen.size(); i > 1; --i) std::swap(chosen[i - 1], chosen[rng.below(i)]);
    chosen.resize(1 + rng.below(leaves.size()));
    const std::string query = "any where " + read_once(rng, chosen);
    const auto compiled = checked(query, schema);
    ASSERT_TRUE(compiled) << query;
    const auto answer = found(*compiled, schema, world);
    ASSERT_TRUE(answer) << query;
    const std::string form = eql::normal_form(*compiled);
    EXPECT_EQ(answer_of.try_emplace(form, *answer).first->second, *answer) << query;
    EXPECT_EQ(form_of.try_emplace(*answer, form).first->second, form) << query;
  }
  EXPECT_GT(form_of.size(), 300U);
}

TEST(NormalFormRandom, ShapesWithDifferentOnesDifferInSomeSmallWorld) {
  const event::Schema schema = random_schema();
  const auto worlds = random_worlds(Rng(11), 60, 12);
  std::map<std::string, std::string> form_of;
  std::set<std::string> forms;
  for (const std::string& shape : shapes()) {
    const std::string query =
        with_conditions(shape, {R"(tag == "A")", R"(tag == "B")", R"(tag == "C")"});
    const auto compiled = checked(query, schema);
    ASSERT_TRUE(compiled) << query;
    const auto answer = found(*compiled, schema, worlds);
    ASSERT_TRUE(answer) << query;
    const std::string form = eql::normal_form(*compiled);
    forms.insert(form);
    EXPECT_EQ(form_of.try_emplace(*answer, form).first->second, form) << query;
  }
  // Keys in another order, maxspan in another unit, `runs` written out, and a `?` that changes
  // nothing.
  EXPECT_EQ(forms.size(), shapes().size() - 5);
}

}  // namespace
}  // namespace eqlab::exhaustive
