// Queries that were written to hurt. Each limit of the language is reached from both sides, and
// what no limit stops is small when it is done: nodes, leaves and states are counted, not seconds.
#include "harness/base/limits.h"

#include <gtest/gtest.h>

#include <string>

#include "harness/base/text.h"
#include "harness/eql/automaton.h"
#include "harness/eql/lucene_regex.h"
#include "harness/eql/query.h"
#include "harness/eql/regex.h"
#include "tests/bench/large_query.h"

namespace eqlab::eql {
namespace {

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}
std::string repeat(std::string_view text, int count) {
  return repeat(text, static_cast<std::size_t>(count));
}

/// `{}` of `item` is its number.
template <class Item>
std::string list(std::size_t count, Item item) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += (i > 0 ? ", " : "") + item(i);
  return out;
}

/// `ok`, or the code of the first error of parser or checker.
std::string outcome(const std::string& text) {
  const auto query = parse_query(text);
  if (!query) return query.error().code;
  const auto checked = check_query(*query, event::Schema::open(), {});
  return checked ? "ok" : checked.error().code;
}

TEST(LanguageLimits, AQueryHasALongestLength) {
  const std::string longest = "any where true" + std::string(limits::query_bytes_max - 14, ' ');
  EXPECT_EQ(outcome(longest), "ok");
  EXPECT_EQ(outcome(longest + " "), "E110");
}

TEST(LanguageLimits, NestingHasADepthWhateverItIsMadeOf) {
  constexpr int depth = limits::expression_depth_max;
  EXPECT_EQ(outcome("any where " + repeat("not ", depth - 2) + "a == 1"), "ok");
  EXPECT_EQ(outcome("any where " + repeat("not ", depth - 1) + "a == 1"), "E112");
  EXPECT_EQ(outcome("any where a" + repeat(" + 1", depth - 2) + " == 1"), "ok");
  EXPECT_EQ(outcome("any where a" + repeat(" + 1", depth - 1) + " == 1"), "E112");
  EXPECT_EQ(outcome("any where " + repeat("(", depth - 1) + "a == 1" + repeat(")", depth - 1)),
            "ok");
  EXPECT_EQ(outcome("any where " + repeat("(", 10'000) + "a == 1" + repeat(")", 10'000)), "E112");
  EXPECT_EQ(outcome("any where " + repeat("(", 500'000)), "E112");
  EXPECT_EQ(outcome("any where " + repeat("not ", 100'000) + "a"), "E112");
  EXPECT_EQ(outcome("any where a == " + repeat("- ", 100'000) + "1"), "E112");
  EXPECT_EQ(outcome("any where " + repeat("(a or (b and ", 5'000)), "E112");
  EXPECT_EQ(outcome("any where " + repeat("concat(", 10'000) + "a" + repeat(")", 10'000) + " == 1"),
            "E112");
}

TEST(LanguageLimits, AListHasALongestLength) {
  constexpr std::size_t most = limits::list_constants_max;
  const auto number = [](std::size_t i) { return format("{}", i); };
  EXPECT_EQ(outcome("any where f in (" + list(most, number) + ")"), "ok");
  EXPECT_EQ(outcome("any where f in (" + list(most + 1, number) + ")"), "E112");
  EXPECT_EQ(outcome("any where concat(" + list(most + 1, number) + ") == f"), "E112");
  const auto text = [](std::size_t i) { return format("\"{}*\"", i); };
  EXPECT_EQ(outcome("any where f like (" + list(most, text) + ")"), "ok");
  EXPECT_EQ(outcome("any where f like (" + list(most + 1, text) + ")"), "E112");
}

TEST(LanguageLimits, ASequenceHasAsManyEventsAsElasticsearchAllows) {
  EXPECT_EQ(outcome("sequence" + repeat(" [a where true]", limits::stages_max)), "ok");
  EXPECT_EQ(outcome("sequence" + repeat(" [a where true]", limits::stages_max + 1)), "E113");
  EXPECT_EQ(outcome("sequence" + repeat(" [a where true]", std::size_t{60'000})), "E113");
  // Runs are copies, and copies count.
  EXPECT_EQ(outcome(format("sequence [a where true] with runs={}", limits::runs_max)), "ok");
  EXPECT_EQ(outcome(format("sequence [a where true] with runs={}", limits::runs_max + 1)), "E113");
  EXPECT_EQ(outcome("sequence" + repeat(" [a where true] with runs=64", 4)), "ok");
  EXPECT_EQ(outcome("sequence" + repeat(" [a where true] with runs=64", 4) + " [b where true]"),
            "E113");
  EXPECT_EQ(outcome("sequence" + repeat(" [a where true] with runs=100", 256)), "E113");
}

TEST(LanguageLimits, ASampleHasFiveEvents) {
  EXPECT_EQ(outcome("sample by k" + repeat(" [a where true]", limits::sample_stages_max)), "ok");
  EXPECT_EQ(outcome("sample by k" + repeat(" [a where true]", limits::sample_stages_max + 1)),
            "E115");
}

TEST(HostileQueries, WhatIsNotRefusedStaysAsLargeAsItsText) {
  const std::vector<std::string> conditions = {
      "a == 1" + repeat(" or a == 1", 90'000),
      "a" + repeat(" or not a", 90'000),
      repeat("a.", 400'000) + "b == 1",
      repeat("`a`.", 200'000) + "b == 1",
      "a == \"" + repeat("\\u{1F600}", 100'000) + "\"",
      "f like (" +
          list(1'000, [](std::size_t i) { return format("\"*{}{}*\"", repeat("x", 1'000), i); }) +
          ")",
      "f like (" +
          list(1'000, [](std::size_t i) { return format("\"*{}{}*\"", repeat("?x", 500), i); }) +
          ")",
      "f regex (" +
          list(1'000, [](std::size_t i) { return format("\"{}{}.*\"", repeat("x", 900), i); }) +
          ")",
      "f regex~ (" + list(20'000, [](std::size_t i) { return format("\"x{}.*\"", i); }) + ")",
  };
  for (const std::string& condition : conditions) {
    const auto query = parse_query("any where " + condition);
    ASSERT_TRUE(query) << condition.substr(0, 40) << ": " << query.error().message;
    EXPECT_LE(query->exprs.size(), condition.size());
    const auto checked = check_query(*query, event::Schema::open(), {});
    ASSERT_TRUE(checked) << condition.substr(0, 40) << ": " << checked.error().message;
    EXPECT_EQ(checked->leaves.size(), 1U);
    EXPECT_LE(checked->conditions.size(), query->exprs.size());
  }
}

TEST(HostileQueries, WhatIsWrongIsRefused) {
  EXPECT_EQ(outcome("any where a == \"\\u{" + repeat("0", 100'000) + "41}\""), "E103");
  EXPECT_EQ(outcome("any where a == \"" + repeat("\\", 900'001) + "\""), "E102");
  EXPECT_EQ(outcome(repeat("/* ", 300'000) + "any where true"), "E102");
  EXPECT_EQ(outcome(repeat("/**/", 250'000) + "any where true"), "ok");
  EXPECT_EQ(outcome("any where a == " + repeat("9", 1'000'000)), "E104");
  EXPECT_EQ(outcome("any where " + repeat("a == ", 200'000) + "1"), "E106");
  EXPECT_EQ(outcome("any where " + repeat("?", 400'000) + "b == 1"), "E106");
}

TEST(HostileQueries, TheLargestPublicOneIsPlannedInEveryShape) {
  for (std::size_t i = 0; i < bench::shape_names.size(); ++i) {
    const std::string text = bench::large_query(static_cast<bench::Shape>(i));
    EXPECT_GE(text.size(), bench::bytes_of_largest) << bench::shape_names[i];
    const auto query = parse_query(text);
    ASSERT_TRUE(query) << bench::shape_names[i] << ": " << query.error().message;
    EXPECT_EQ(query->at(query->stages[0].filter.condition).height, bench::depth_of_largest)
        << bench::shape_names[i];
    const auto checked = check_query(*query, event::Schema::builtin(), {});
    ASSERT_TRUE(checked) << bench::shape_names[i] << ": " << checked.error().message;
    EXPECT_EQ(print(*parse_query(print(*query))), print(*query)) << bench::shape_names[i];
  }
}

/// Compiles to something of bounded size and answers over a long text, or says E218.
TEST(HostilePatterns, RegularExpressionsAreBoundedOrRefused) {
  std::string complements = "ab*";
  for (int i = 0; i < 50; ++i) complements = "~(b" + complements + ")";
  const std::vector<std::string> patterns = {
      "(a|a)*b",
      "(x+x+)+y",
      "(.*.*.*)x{1000}",
      complements,
      "~" + repeat("~", 100'000) + "a",
      "<0-99999999>",
      "<0-2147483647>{1000}",
      "(<0-2147483647>&~(.*[13579]))*",
      repeat("@&", 10'000) + "@",
      repeat("a@&", 2'000) + "@",
      "(((a{100}){100}){100}){100}",
      "a{2147483647}",
      "(a*)*{1000}{1000}",
      repeat("a?", 1'000) + repeat("a", 1'000),
      "~(.*a.{12})",
      "~(.*a.{16})",
      "(.*a.{10})&(.*b.{11})",
      "\"" + repeat("x", 100'000) + "\"",
      repeat("[a-z]", 50'000),
      repeat(".*", 1'000) + "b",
      repeat("(.*a|", 100) + "b" + repeat(")*", 100),
      repeat("a|", 100'000) + "a",
      repeat("(", 100'000),
      repeat("(", 190) + "a" + repeat(")", 190),
  };
  const std::string text = repeat("a", 200'000);
  constexpr std::size_t states_max = 10'000;
  std::size_t refused = 0;
  for (const std::string& pattern : patterns) {
    const auto regex = LuceneRegex::compile(pattern, false, {});
    if (!regex) {
      EXPECT_EQ(regex.error().code, "E218") << pattern.substr(0, 40);
      ++refused;
      continue;
    }
    const bool matches = regex->matches(text);
    // The automaton agrees where it can be built at all.
    const auto tree = parse_lucene_regex(pattern, false, {});
    if (const auto automaton = Automaton::build(*tree, {})) {
      EXPECT_LE(automaton->state_count(), states_max + 1) << pattern.substr(0, 40);
      EXPECT_EQ(automaton->matches(text), matches) << pattern.substr(0, 40);
    }
  }
  EXPECT_EQ(refused, 6U);
}

}  // namespace
}  // namespace eqlab::eql
