// What must stay the same when a query is written another way, on random queries and events. No
// reference is needed: the engine is compared with itself.
//
// Each rewriting changes the whole filter C of an event query or stage. A filter is two-valued but
// for the null that an unmapped field folds to, and a filter that is null passes nothing (Optimizer
// and Analyzer). So, with C true, false or null:
//   not not C    is C: `not` of null is null
//   C and C      is C: `and` of equals is what they are
//   C and true   is C: a constant true is dropped
//   C or F       passes what C passes if F passes nothing: `or` drops a null, and F remains
// The last one holds for whole filters alone; below a `not` the null that it drops is missed, which
// the test at the end shows.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "harness/eql/query.h"
#include "tests/exhaustive/comparison.h"
#include "tests/exhaustive/random_query.h"
#include "tests/reference/fast_engine.h"

namespace eqlab::exhaustive {
namespace {

using reference::FastEngine;
using reference::ReferenceMatch;
using reference::Row;

/// The query's stages with every filter rewritten: `%C` in `form` stands for the filter.
std::string rewrite(std::string_view form, const std::string& condition) {
  std::string text;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form.substr(i, 2) == "%C") {
      text += "(" + condition + ")";
      ++i;
    } else {
      text += form[i];
    }
  }
  return text;
}

/// A random query around conditions that are still to be written: `shape` as for `rewrite`, with %0
/// to %2 for the conditions.
struct Skeleton {
  std::string shape;
  std::vector<std::string> conditions;

  [[nodiscard]] std::string query(std::string_view form) const {
    std::string text;
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] == '%') {
        text += rewrite(form, conditions[static_cast<std::size_t>(shape[++i] - '0')]);
      } else {
        text += shape[i];
      }
    }
    return text;
  }
};

Skeleton random_skeleton(Rng& rng) {
  static const std::vector<std::string> shapes = {
      "any where %0",
      "process where %0",
      "any where %0 | tail 3",
      "sequence [any where %0] [any where %1]",
      "sequence by k [any where %0] [any where %1] until [any where %2]",
      "sequence by ?k with maxspan=2s [any where %0] with runs=2 [any where %1]",
      "sequence by k with maxspan=2s [any where %0] ![any where %2] [any where %1]",
      "sample by k [any where %0] [any where %1]",
  };
  QueryWriter writer(rng);
  Skeleton skeleton{shapes[rng.below(shapes.size())], {}};
  for (int i = 0; i < 3; ++i) skeleton.conditions.push_back(writer.condition(2));
  return skeleton;
}

/// The matches, or the code of the error, as text.
std::string outcome(const std::string& query, const event::Schema& schema,
                    const std::vector<Row>& rows) {
  const Result<std::vector<ReferenceMatch>> found = reference::run_fast(query, schema, {}, rows);
  if (!found) return std::string(found.error().code);
  std::string text;
  for (const ReferenceMatch& match : *found) {
    for (const int event : match.events) text += format(" {}", event);
    for (const event::Value& key : match.keys) text += " /" + event::to_text(key);
    text += ";";
  }
  return text;
}

/// Plays random queries; `rewritten` gives the same query in other words.
template <class Rewritten>
void play(std::string_view name, const Rewritten& rewritten) {
  const event::Schema schema = random_schema();
  const Rng base = Rng(20'260'302).split(name);
  const std::uint64_t rounds = effort() > 0 ? 25'000 : 2'500;
  std::uint64_t matched = 0;
  for (std::uint64_t round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
    Rng rng = base.split(round);
    const Skeleton skeleton = random_skeleton(rng);
    const std::string plain = skeleton.query("%C");
    const std::string other = rewritten(skeleton, plain);
    const std::vector<Row> rows = random_rows(rng, 5 + rng.below(30));
    const std::string expected = outcome(plain, schema, rows);
    matched += !expected.empty() && expected[0] == ' ';
    EXPECT_EQ(outcome(other, schema, rows), expected)
        << "round " << round << "\n  " << plain << "\n  " << other;
  }
  EXPECT_GT(matched, rounds / 5) << "these queries hardly ever match";
}

void play_form(std::string_view form) {
  play(form, [form](const Skeleton& skeleton, const std::string&) { return skeleton.query(form); });
}

TEST(MetamorphicQuery, PrintedAndParsedAgain) {
  play("print", [](const Skeleton&, const std::string& plain) {
    const Result<eql::Query> parsed = eql::parse_query(plain);
    EXPECT_TRUE(parsed) << render(parsed.error());
    return parsed ? eql::print(*parsed) : plain;
  });
}

TEST(MetamorphicQuery, NotNot) { play_form("not not %C"); }
TEST(MetamorphicQuery, NotOfNotInBrackets) { play_form("not (not %C)"); }
TEST(MetamorphicQuery, AndItself) { play_form("%C and %C"); }
TEST(MetamorphicQuery, AndTrue) { play_form("true and %C"); }
TEST(MetamorphicQuery, OrFalse) { play_form("%C or false"); }
// No random event has an n of 99.
TEST(MetamorphicQuery, OrWhatNoEventHas) { play_form("%C or n == 99"); }
TEST(MetamorphicQuery, WhatNoEventHasOr) { play_form("(n == 99 and s : \"*\") or %C"); }

TEST(MetamorphicQuery, BelowNotADroppedNullIsMissed) {
  const event::Schema schema = random_schema();
  std::vector<Row> rows(1);
  rows[0]["@timestamp"] = {event::Value(std::int64_t{0})};
  EXPECT_EQ(outcome("any where not (?unknown in (\"a\"))", schema, rows), "");
  EXPECT_EQ(outcome("any where not (?unknown in (\"a\") or n == 99)", schema, rows), " 0;");
}

}  // namespace
}  // namespace eqlab::exhaustive
