// Every short pattern on every short text: wildcards, their escaped form below endsWith and
// stringContains, and both dialects of regular expressions. EQLAB_EXHAUSTIVE=1 makes patterns one
// character longer.
#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "tests/exhaustive/comparison.h"
#include "tests/exhaustive/worlds.h"

namespace eqlab::exhaustive {
namespace {

using event::FieldType;
using event::Value;

event::Schema schema() {
  return schema_of({{"@timestamp", FieldType::date},
                    {"event.category", FieldType::keyword},
                    {"s", FieldType::keyword}});
}

/// All strings over the alphabet up to the length, the empty one first.
std::vector<std::string> all_strings(std::string_view alphabet, std::size_t length_max) {
  std::vector<std::string> all = {""};
  std::size_t begin = 0;
  for (std::size_t length = 1; length <= length_max; ++length) {
    const std::size_t end = all.size();
    for (std::size_t i = begin; i < end; ++i) {
      for (const char c : alphabet) all.push_back(all[i] + c);
    }
    begin = end;
  }
  return all;
}

std::string raw_string(std::string_view text) { return format("\"\"\"{}\"\"\"", text); }

std::vector<reference::Row> texts(const std::vector<std::string>& values) {
  std::vector<std::vector<Value>> each;
  for (const std::string& value : values) each.push_back({Value(value)});
  return all_rows({{"s", each}});
}

std::size_t longer() { return static_cast<std::size_t>(effort()); }

/// `condition` has one `{}`, which takes the pattern as a string literal.
void try_patterns(Comparison& comparison, std::string_view condition,
                  const std::vector<std::string>& patterns,
                  const std::vector<reference::Row>& rows) {
  for (const std::string& pattern : patterns) {
    const std::string query =
        "any where " + fmt::format(fmt::runtime(condition), raw_string(pattern));
    if (comparison.start(query, {}, rows)) comparison.compare(rows);
  }
}

void expect_agreement(const Comparison& comparison) {
  std::cout << comparison.summary() << "\n" << comparison.refusals();
  EXPECT_EQ(comparison.differences(), 0U) << comparison.report();
  EXPECT_EQ(comparison.refused(), 0U) << comparison.refusals();
}

TEST(SmallPatterns, Wildcards) {
  Comparison comparison(schema());
  const auto rows = texts(all_strings("aB*\\", 3));
  const auto patterns = all_strings("ab*?\\", 4 + longer());
  for (const std::string_view condition :
       {"s like {}", "s like~ {}", "s : {}", "endsWith(s, {})", "stringContains(s, {})",
        "endsWith~(s, {})", "startsWith~(s, {})", "substring(s, 0) like {}",
        "substring(s, 0) : {}"}) {
    try_patterns(comparison, condition, patterns, rows);
  }
  expect_agreement(comparison);
}

TEST(SmallPatterns, LuceneRegularExpressions) {
  Comparison comparison(schema());
  const auto rows = texts(all_strings("aB", 3));
  try_patterns(comparison, "s regex {}", all_strings("ab.*?|&~()", 4 + longer()), rows);
  try_patterns(comparison, "s regex~ {}", all_strings("ab.*|&~", 4 + longer()), rows);
  expect_agreement(comparison);
}

/// Long lists, and as long rows of conditions on one field, which the plan joins into one test: the
/// engine tries few of the patterns, the reference all.
TEST(RandomPatterns, ListsAndRowsOfConditionsOnOneField) {
  Comparison comparison(schema());
  std::vector<std::vector<Value>> each = {{}, {Value("")}};
  for (const std::string& text : all_strings("abB", 4)) {
    each.push_back({Value(text)});
    each.push_back({Value("é" + text), Value(text + "\n*")});
  }
  const auto rows = all_rows({{"s", each}});
  const Rng base(13);
  for (std::uint64_t round = 0; round < 300 * (1 + 9 * longer()); ++round) {
    Rng rng = base.split(round);
    const auto pattern = [&] {
      constexpr std::string_view pieces[] = {"a", "b", "B", "é", "*", "?", "ab", "bB", "\\"};
      std::string out;
      for (std::uint64_t i = 1 + rng.below(6); i > 0; --i)
        out += pieces[rng.below(std::size(pieces))];
      return raw_string(out);
    };
    const auto list = [&] {
      std::string out = pattern();
      for (std::uint64_t i = rng.below(12); i > 0; --i) out += ", " + pattern();
      return out;
    };
    const auto condition = [&]() -> std::string {
      switch (rng.below(8)) {
        case 0:
          return format("s like ({})", list());
        case 1:
          return format("s like~ ({})", list());
        case 2:
          return format("s : ({})", list());
        case 3:
          return format("s in~ ({})", list());
        case 4:
          return format("s == {}", pattern());
        case 5:
          return format("startsWith{}(s, {})", rng.chance(0.5) ? "~" : "", pattern());
        case 6:
          return format("endsWith(s, {})", pattern());
        default:
          return format("stringContains~(s, {})", pattern());
      }
    };
    const bool negated = rng.chance(0.4);
    std::string query = "any where ";
    for (std::uint64_t i = 1 + rng.below(14); i > 0; --i) {
      query += (negated ? "not " : "") + condition();
      if (i > 1) query += negated ? " and " : " or ";
    }
    if (comparison.start(query, {}, rows)) comparison.compare(rows);
  }
  expect_agreement(comparison);
}

/// Patterns that are well-formed by construction.
std::string random_regex(Rng& rng, int depth,
                         bool lucene) {  // NOLINT(misc-no-recursion): `depth` bounds it
  constexpr std::string_view common[] = {"a",   "b",   ".",   "[ab]", "[^a]",  "\\.",
                                         "\\w", "\\d", "\\s", "1",    "[0-9a]"};
  constexpr std::string_view special[] = {"@", "#", "<0-12>", "\"a.\"", "()", "\\@", "\\\""};
  if (depth == 0) {
    if (lucene && rng.chance(0.2)) return std::string(special[rng.below(std::size(special))]);
    return std::string(common[rng.below(std::size(common))]);
  }
  const auto inner = [&] { return random_regex(rng, depth - 1, lucene); };
  switch (rng.below(lucene ? 9 : 7)) {
    case 0:
      return inner() + inner();
    case 1:
      return format("({}|{})", inner(), inner());
    case 2:
      return format("({})*", inner());
    case 3:
      return format("({})+", inner());
    case 4:
      return format("({})?", inner());
    case 5:
      return format("({}){{{},{}}}", inner(), rng.below(2), 1 + rng.below(3));
    case 6:
      return inner() + inner() + inner();
    case 7:
      return format("({}&{})", inner(), inner());
    default:
      return format("~({})", inner());
  }
}

TEST(RandomPatterns, RegularExpressionsOfBothDialects) {
  Comparison comparison(schema());
  const auto rows = texts({"",  "a",  "b",  "ab",  "ba", "aab", "abab", "1",  "12",   "13", "a1",
                           ".", "a.", "\n", "a b", "@",  "\"",  "aa",   "bb", "a\nb", "_",  "A"});
  const Rng base(11);
  for (std::uint64_t round = 0; round < 5000 * (1 + 9 * longer()); ++round) {
    Rng rng = base.split(round);
    const bool lucene = rng.chance(0.6);
    const std::string pattern = random_regex(rng, 1 + static_cast<int>(rng.below(3)), lucene);
    const std::string_view op = rng.chance(0.3) ? "regex~" : "regex";
    const std::string query =
        format("any where {} {} {}", lucene ? "s" : "substring(s, 0)", op, raw_string(pattern));
    if (comparison.start(query, {}, rows)) comparison.compare(rows);
  }
  expect_agreement(comparison);
}

}  // namespace
}  // namespace eqlab::exhaustive
