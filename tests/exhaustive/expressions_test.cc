// Every small filter over three fields, each missing, of one value or of several, and an optional
// field that is not mapped; on every event that these can make. EQLAB_EXHAUSTIVE=1 adds all filters
// of three leaves.
#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <vector>

#include "harness/base/text.h"
#include "tests/exhaustive/comparison.h"
#include "tests/exhaustive/worlds.h"

namespace eqlab::exhaustive {
namespace {

using event::FieldType;
using event::Value;
using namespace std::string_literals;

event::Schema schema() {
  return schema_of({{"@timestamp", FieldType::date},
                    {"event.category", FieldType::keyword},
                    {"k", FieldType::keyword},
                    {"n", FieldType::long_},
                    {"b", FieldType::boolean}});
}

std::vector<reference::Row> rows() {
  return all_rows({{"k", {{}, {"a"s}, {"B*"s}, {"a"s, "bb"s}, {""s, "a"s}}},
                   {"n", {{}, {Value(0L)}, {Value(2L)}, {Value(1L), Value(3L)}}},
                   {"b", {{}, {true}, {false}, {false, true}}}});
}

const std::vector<std::string>& leaves() {
  static const std::vector<std::string> all = {
      "k == \"a\"",
      "k != \"a\"",
      "k == \"B*\"",
      "k > \"a\"",
      "k : \"A\"",
      "k : \"b*\"",
      "k : \"*\"",
      "k like \"b?\"",
      "k like \"B*\"",
      "k like~ \"?\"",
      "k in (\"a\", \"bb\")",
      "k not in (\"a\")",
      "k in~ (\"A\", \"b*\")",
      "k == null",
      "k != null",
      "k regex \"b+|B.\"",
      "k regex~ \"b.\"",
      "startsWith(k, \"b\")",
      "startsWith~(k, \"b\")",
      "endsWith(k, \"*\")",
      "stringContains(k, \"b\")",
      "stringContains(k, \"\")",
      "wildcard(k, \"a*\", \"b?\")",
      "length(k) > 1",
      "length(k) != 1",
      "substring(k, 1) == \"*\"",
      "concat(k, n) == \"a2\"",
      "concat(k, n) == null",
      "concat(k, n) != null",
      "string(k) : \"B*\"",
      "startsWith(\"bbb\", k)",
      "startsWith(k, k)",
      "indexOf(k, \"b\") == null",
      "string(k) in (\"a\", \"bb\")",
      "n == 2",
      "n != 2",
      "n > 1",
      "n <= 1.5",
      "n in (0, 3)",
      "n not in (0, 3)",
      "n == null",
      "n != null",
      "2 < n",
      "n == 1 + 1",
      "n + 1 == 3",
      "n - n == 0",
      "n % 2 == 1",
      "n * 2 != 4",
      "-n < -1",
      "n / 2 == 1.5",
      "n == 2.0",
      "n + 1 == null",
      "string(n) == \"2\"",
      "string(n > 1) == \"true\"",
      "(n > 1) == true",
      "(n > 1) == false",
      "(n > 1) != true",
      "(n > 1) == null",
      "(n > 1) != null",
      "null == (k : \"b*\")",
      "b",
      "b == true",
      "b != true",
      "b == false",
      "b == null",
      "string(b) == \"true\"",
      "(b and n > 1) == true",
      "(b or n > 1) == null",
      "?u == null",
      "?u != null",
      "?u == \"a\"",
      "?u != \"a\"",
      "?u : \"a\"",
      "?u in (\"a\")",
      "?u not in (\"a\")",
      "?u",
      "?u like \"*\"",
      "length(?u) > 1",
      "startsWith(?u, \"a\")",
      "?u == ?w",
      "?k == \"a\"",
      "?k : \"b*\"",
      "true",
      "false",
      "null",
      "1 == 1",
      "1 == null",
      "length(\"abc\") == 3",
  };
  return all;
}

/// Each row as a world of its own would only repeat the work: a filter sees one row at a time.
void compare(Comparison& comparison, const std::string& condition,
             const std::vector<reference::Row>& rows) {
  if (comparison.start("any where " + condition)) comparison.compare(rows);
}

void expect_agreement(const Comparison& comparison) {
  std::cout << comparison.summary() << "\n" << comparison.refusals();
  EXPECT_EQ(comparison.differences(), 0U) << comparison.report();
  EXPECT_EQ(comparison.refused(), 0U) << "the engine must accept every filter of this list";
}

TEST(SmallFilters, EveryLeafAndItsComplements) {
  Comparison comparison(schema());
  const auto world = rows();
  for (const std::string& leaf : leaves()) {
    compare(comparison, leaf, world);
    compare(comparison, "not (" + leaf + ")", world);
    compare(comparison, "not not (" + leaf + ")", world);
    compare(comparison, "(" + leaf + ") == true", world);
    compare(comparison, "(" + leaf + ") != true", world);
  }
  expect_agreement(comparison);
}

TEST(SmallFilters, EveryPairOfLeaves) {
  Comparison comparison(schema());
  const auto world = rows();
  for (const std::string& left : leaves()) {
    for (const std::string& right : leaves()) {
      for (const std::string_view op : {" and ", " or "}) {
        const std::string both = format("({}){}({})", left, op, right);
        compare(comparison, both, world);
        compare(comparison, "not (" + both + ")", world);
      }
      compare(comparison, format("({}) and not ({})", left, right), world);
    }
  }
  expect_agreement(comparison);
}

TEST(SmallFilters, ConstantsFoldAtAnyDepth) {
  // Folding decides between true, false and null, which only shows under `not` and beside other
  // leaves.
  Comparison comparison(schema());
  const auto world = rows();
  const std::vector<std::string> parts = {"true",    "false", "null", "?u in (\"a\")",
                                          "?u == 1", "n > 1", "b"};
  for (const std::string& a : parts) {
    for (const std::string& b : parts) {
      for (const std::string& c : parts) {
        for (const std::string_view shape :
             {"{0} and {1} and {2}", "{0} or {1} or {2}", "{0} and ({1} or {2})",
              "{0} or ({1} and {2})", "{0} and not ({1} or {2})", "{0} or not ({1} and {2})",
              "not ({0} and ({1} or not {2}))", "not ({0} or ({1} and not {2}))"}) {
          compare(comparison, fmt::format(fmt::runtime(shape), a, b, c), world);
        }
      }
    }
  }
  expect_agreement(comparison);
}

TEST(SmallFilters, EveryTripleOfLeaves) {
  if (effort() == 0) GTEST_SKIP() << "set EQLAB_EXHAUSTIVE=1; about ten minutes";
  Comparison comparison(schema());
  const auto world = rows();
  for (const std::string& a : leaves()) {
    for (const std::string& b : leaves()) {
      for (const std::string& c : leaves()) {
        compare(comparison, format("({}) and not (({}) or ({}))", a, b, c), world);
        compare(comparison, format("({}) or ({}) and ({})", a, b, c), world);
      }
    }
  }
  expect_agreement(comparison);
}

}  // namespace
}  // namespace eqlab::exhaustive
