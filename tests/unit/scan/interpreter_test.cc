// What single filters mean (EQL sections 4 to 7), as tables: a condition, and which of the events
// at hand satisfy it. Decided by hand from the rules; every line holds the reference interpreter
// and the engine alike.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "harness/base/text.h"
#include "tests/reference/fast_engine.h"
#include "tests/reference/finder.h"
#include "tests/reference/timeline.h"

namespace eqlab::reference {
namespace {

using event::Value;
using namespace std::string_literals;

event::Schema schema() {
  std::vector<event::Field> fields;
  const auto add = [&](std::string name, event::FieldType type) {
    event::Field field;
    field.name = name;
    field.source = std::move(name);
    field.type = type;
    fields.push_back(field);
  };
  add("@timestamp", event::FieldType::date);
  add("event.category", event::FieldType::keyword);
  add("s", event::FieldType::keyword);
  add("t", event::FieldType::keyword);
  add("x", event::FieldType::long_);
  add("y", event::FieldType::long_);
  add("u", event::FieldType::unsigned_long);
  add("d", event::FieldType::double_);
  add("b", event::FieldType::boolean);
  add("when", event::FieldType::date);
  add("ip", event::FieldType::ip);
  add("v", event::FieldType::version);
  return event::Schema::of(std::move(fields));
}

using Finder = Result<std::vector<ReferenceMatch>> (*)(std::string_view, const std::vector<Row>&);

Result<std::vector<ReferenceMatch>> by_reference(std::string_view query,
                                                 const std::vector<Row>& rows) {
  return run(query, schema(), {}, rows);
}
Result<std::vector<ReferenceMatch>> by_engine(std::string_view query,
                                              const std::vector<Row>& rows) {
  return run_fast(query, schema(), {}, rows);
}

/// The rows that satisfy the condition, counted from 1: `1 3`, `none`, or `error`.
std::string satisfied(Finder find, std::string_view condition, std::vector<Row> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i]["@timestamp"] = {Value(static_cast<std::int64_t>(i) * 1'000'000'000)};
  }
  const auto matches = find("any where " + std::string(condition), rows);
  if (!matches) return "error";
  std::vector<std::string> numbers;
  for (const ReferenceMatch& match : *matches)
    numbers.push_back(std::to_string(match.events[0] + 1));
  return numbers.empty() ? "none" : join(numbers, " ");
}

struct Expectation {
  std::string_view condition;
  std::string_view rows;
};

void expect_all(const std::vector<Expectation>& table, const std::vector<Row>& rows) {
  for (const Expectation& line : table) {
    EXPECT_EQ(satisfied(by_reference, line.condition, rows), line.rows)
        << "reference: " << line.condition;
    EXPECT_EQ(satisfied(by_engine, line.condition, rows), line.rows)
        << "engine: " << line.condition;
  }
}

TEST(Conditions, LeavesAreTwoValuedAndRangeOverTheValuesOfAnArray) {
  const std::vector<Row> rows = {{}, {{"x", {5L}}}, {{"x", {1L, 10L}}}};
  expect_all(
      {
          {"x == 5", "2"},
          {"x != 5", "1 3"},
          {"not x == 5", "1 3"},
          {"x > 4", "2 3"},
          {"not (x > 4)", "1"},
          {"x <= 4", "3"},
          {"x > 4 and x < 3", "3"},
          {"x in (5)", "2"},
          {"x not in (5)", "1 3"},
          {"not x in (5)", "1 3"},
          {"x in (5, null)", "2"},
          {"not (x > 4 and y == 1)", "1 2 3"},
          {"null == (x > 4)", "1"},
          {"(x > 4) == null", "1"},
          {"x == null or x != 5", "1 3"},
          {"x == null", "1"},
          {"x != null", "2 3"},
          {"null == x", "1"},
          {"5 == x", "2"},
          {"4 < x", "2 3"},
          {"5 != x", "1 3"},
          {"(x > 4) == true", "2 3"},
          {"(x > 4) == false", "1"},
          {"(x > 4) != true", "1"},
          {"true == (x > 4)", "2 3"},
          {"x == 10 and x == 1", "3"},
          {"x - 5 == 0", "2"},
          {"x - 5 != 0", "1 3"},
          {"x + 1 == null", "1"},
          {"x + 1 != null", "2 3"},
          {"x - x == 0", "2 3"},
          {"x - x == 9", "3"},
          {"x + y == null", "1 2 3"},
          {"true", "1 2 3"},
          {"false", "none"},
          {"null", "none"},
          {"not null", "none"},
          {"not false", "1 2 3"},
          {"true and x == 5", "2"},
          {"null or x == 5", "2"},
          {"null and x == 5", "none"},
          {"not (null and x == 5)", "none"},
          {"not (null or x == 5)", "1 3"},
          {"1 == 1", "1 2 3"},
          {"null == null", "1 2 3"},
          {"1 in (2, 1)", "1 2 3"},
      },
      rows);
}

TEST(Conditions, BooleansAreConditionsByThemselves) {
  const std::vector<Row> rows = {{}, {{"b", {true}}}, {{"b", {false}}}, {{"b", {true, false}}}};
  expect_all(
      {
          {"b", "2 4"},
          {"not b", "1 3"},
          {"b == true", "2 4"},
          {"b != true", "1 3"},
          {"b == false", "3 4"},
          {"b == \"true\"", "2 4"},
          {"b == \"\"", "3 4"},
          {"b == null", "1"},
      },
      rows);
}

TEST(Conditions, AnUnmappedOptionalFieldIsANullLiteral) {
  const std::vector<Row> rows = {{}, {{"x", {1L}}}};
  expect_all(
      {
          {"?f == null", "1 2"},
          {"?f != null", "none"},
          {"?f == \"a\"", "none"},
          {"?f != \"a\"", "1 2"},
          {"?f == ?g", "1 2"},
          {"?f", "none"},
          {"?f : \"a\"", "none"},
          {"?f like \"a*\"", "none"},
          {"?f in (\"a\")", "none"},
          {"startsWith(?f, \"a\")", "none"},
          {"not ?f : \"a\"", "none"},
          {"not ?f like \"a*\"", "none"},
          {"not ?f in (\"a\")", "none"},
          {"?f not in (\"a\")", "none"},
          {"not startsWith(?f, \"a\")", "none"},
          {"not ?f == \"a\"", "1 2"},
          {"x == 1 or ?f in (\"a\")", "2"},
          {"not (x == 1 or ?f in (\"a\"))", "1"},
          {"x == 1 and ?f in (\"a\")", "none"},
          {"not (x == 1 and ?f in (\"a\"))", "none"},
          {"not (x == 2 or (x == 1 and ?f in (\"a\")))", "1 2"},
          {"x == 1 and not ?f in (\"a\")", "none"},
          {"x == 1 and ?f == null", "2"},
          {"?x == 1", "2"},
          {"not ?x in (1)", "1"},
      },
      rows);
}

TEST(Conditions, StringsAndTheirPatterns) {
  const std::vector<Row> rows = {{},
                                 {{"s", {"cmd.exe"s}}},
                                 {{"s", {"CMD.EXE"s}}},
                                 {{"s", {""s}}},
                                 {{"s", {"a*b"s}}},
                                 {{"s", {"a\nb"s}}},
                                 {{"s", {"É"s}}},
                                 {{"s", {"😀"s}}},
                                 {{"s", {"a\\b"s, "zzz"s}}}};
  expect_all(
      {
          {"s == \"cmd.exe\"", "2"},
          {"s == \"a*b\"", "5"},
          {"s in (\"cmd.exe\", \"a*b\")", "2 5"},
          {"s in~ (\"CMD.exe\")", "2 3"},
          {"s : \"CmD.*\"", "2 3"},
          {"s : \"cmd.exe\"", "2 3"},
          {"s like \"cmd*\"", "2"},
          {"s like~ \"cmd*\"", "2 3"},
          {"s like \"cmd.exe\"", "2"},
          {"s : \"*\"", "2 3 4 5 6 7 8 9"},
          {"s like \"**\"", "2 3 4 5 6 7 8 9"},
          {"not s : \"*\"", "1"},
          {"s : \"?\"", "7 8"},
          {"s : \"a?b\"", "5 6 9"},
          {"s : \"a*b\"", "5 6 9"},
          {"s : \"é\"", "none"},
          {"s : \"É\"", "7"},
          {"s : \"a\\\\b\"", "9"},
          {"s : (\"cmd.exe\", \"zz?\")", "2 3 9"},
          {"s == \"\"", "4"},
          {"s < \"a\"", "3 4"},
          {"s >= \"zzz\"", "7 8 9"},
          {"wildcard(s, \"cmd*\", \"zzz\")", "2 9"},
          {"wildcard~(s, \"cmd*\")", "2 3"},
          {"startsWith(s, \"cmd\")", "2"},
          {"STARTSWITH~(s, \"cmd\")", "2 3"},
          {"startsWith(s, \"a*\")", "5"},
          {"startsWith(s, \"\")", "2 3 4 5 6 7 8 9"},
          {"endsWith(s, \".exe\")", "2"},
          {"endsWith~(s, \".exe\")", "2 3"},
          {"endsWith(s, \"\\\\exe\")", "2"},
          {"endsWith(s, \"m?exe\")", "none"},
          {"endsWith(s, \"d?exe\")", "2"},
          {"endsWith(s, \"b\\\\\")", "none"},
          {"stringContains(s, \"md\")", "2"},
          {"stringContains(s, \"\")", "2 3 4 5 6 7 8 9"},
          {"stringContains(s, \"a\\\\*b\")", "5"},
          {"stringContains(s, \"a\\\\\")", "none"},
          {"stringContains~(s, \"MD\")", "2 3"},
          {"not stringContains(s, \"md\")", "1 3 4 5 6 7 8 9"},
          {"s regex \"[a-z.]+\"", "2 9"},
          {"s regex \"cmd\"", "none"},
          {"s regex~ \"cmd.*\"", "2 3"},
          {"s regex (\"cmd\\\\.exe\", \"z+\")", "2 9"},
          {"s regex \"~(cmd.*)&...*\"", "3 5 6 9"},
          {"s regex \"a.b\"", "5 6 9"},
          {"length(s) == 3", "5 6 9"},
          {"length(s) != 3", "1 2 3 4 7 8"},
          {"length(s) == 2", "8"},
          {"length(s) == 1", "7"},
          {"length(s) - length(s) == 0", "2 3 4 5 6 7 8 9"},
          {"substring(s, 0) : \"a*b\"", "5 9"},
          {"substring(s, 0) : \"É\"", "7"},
          {"substring(s, 0) : \"é\"", "7"},
          {"stringContains(substring(s, 0), \"\")", "none"},
          {"string(s) == \"zzz\"", "9"},
          {"string(s) in (\"zzz\", \"cmd.exe\")", "2 9"},
          {"string(s) in~ (\"ZZZ\")", "9"},
          {"string(s) like \"*\"", "2 3 4 5 6 7 8 9"},
          {"startsWith(\"cmd.exe and\", s)", "2 4"},
          {"concat(s, null) == null", "1 2 3 4 5 6 7 8 9"},
      },
      rows);
}

TEST(Conditions, TwoFieldsRangeOverAllPairsOfTheirValues) {
  const std::vector<Row> rows = {
      {{"s", {"a"s, "b"s}}, {"t", {"x"s, "y"s}}}, {{"s", {"a"s}}}, {{"t", {"x"s}}}, {}};
  expect_all(
      {
          {"concat(s, t) == \"by\"", "1"},
          {"concat(s, t) != \"by\"", "2 3 4"},
          {"concat(s, t) == null", "2 3 4"},
          {"concat(s, t) != null", "1"},
          {"startsWith(s, t)", "none"},
          {"not startsWith(s, t)", "1 2 3 4"},
          {"endsWith(concat(t, s), s)", "1"},
      },
      rows);
}

TEST(Conditions, NumbersCompareByValueWhateverTheirType) {
  const std::vector<Row> rows = {
      {{"x", {3L}}, {"d", {3.0}}, {"u", {Value(std::uint64_t{18'446'744'073'709'551'615U})}}},
      {{"x", {4L}}, {"d", {3.5}}, {"u", {Value(std::uint64_t{4})}}},
      {{"x", {9'007'199'254'740'993L}}, {"d", {-1.0}}}};
  expect_all(
      {
          {"x > 3.1", "2 3"},
          {"x >= 3.0", "1 2 3"},
          {"x == 1.5", "none"},
          {"x == 3.0", "1"},
          {"x == \"3\"", "1"},
          {"d == 3", "1"},
          {"d < 3.25", "1 3"},
          {"d == -1", "3"},
          {"x == 9007199254740993", "3"},
          {"x == 9007199254740992", "none"},
          {"x == 9007199254740992.0", "none"},
          {"u == 18446744073709551615", "1"},
          {"u > 4", "1"},
          {"u >= 4.0", "1 2"},
          {"x in (3, 4.0)", "1 2"},
          {"x / 2 == 1", "1"},
          {"x / 2 == 2", "2"},
          {"x / 2.0 == 1.5", "1"},
          {"x % -2 == 1", "1 3"},
          {"-x == -3", "1"},
          {"d * 2 == 7", "2"},
          {"string(x) == \"3\"", "1"},
          {"string(d) == \"3.0\"", "1"},
          {"concat(x, \":\", d) == \"4:3.5\"", "2"},
          {"x + 0.5 > 4", "2 3"},
          {"length(string(u)) == 20", "1"},
      },
      rows);
}

TEST(Conditions, DatesAddressesAndVersions) {
  constexpr std::int64_t second = 1'000'000'000;
  constexpr std::int64_t day = 86'400 * second;
  const std::vector<Row> rows = {
      {{"when", {18'294 * day}}, {"ip", {"10.6.0.1"s}}, {"v", {"1.2.0"s}}},  // 2020-02-02
      {{"when", {18'294 * day + 3600 * second}}, {"ip", {"2001:db8::1"s}}, {"v", {"1.10.0"s}}},
      {{"when", {18'295 * day}}, {"ip", {"::1"s, "192.168.1.9"s}}, {"v", {"1.2.0-rc1"s}}},
      {}};
  expect_all(
      {
          {"when == \"2020-02-02\"", "1 2"},
          {"when > \"2020-02-02\"", "3"},
          {"when >= \"2020-02-02\"", "1 2 3"},
          {"when < \"2020-02-03\"", "1 2"},
          {"when == \"2020-02-02T01:00:00.000Z\"", "2"},
          {"when != \"2020-02-02\"", "3 4"},
          {"when == 1580601600000", "1"},
          {"ip == \"10.6.0.1\"", "1"},
          {"ip == \"10.0.0.0/8\"", "1"},
          {"cidrMatch(ip, \"10.6.48.157/8\")", "1"},
          {"cidrmatch(ip, \"2001:DB8::/32\", \"192.168.0.0/16\")", "2 3"},
          {"cidrMatch(ip, \"0.0.0.0/0\")", "1 3"},
          {"not cidrMatch(ip, \"0.0.0.0/0\")", "2 4"},
          {"ip > \"10.0.0.0\" and ip < \"11.0.0.0\"", "1 3"},
          {"string(ip) : \"10.*\"", "1"},
          {"v == \"1.2.0\"", "1"},
          {"v > \"1.2.0\"", "2"},
          {"v < \"1.2.0\"", "3"},
          {"v < \"1.9\"", "1 3"},
      },
      rows);
}

TEST(Functions, ValuesOfTheReferenceTable) {
  // The subject stands in a field, so that the engine computes it as a script and does not fold it.
  const auto with = [](std::string text) {
    return std::vector<Row>{{{"s", {Value(std::move(text))}}}};
  };
  struct Line {
    std::string_view subject;
    std::string_view condition;
  };
  constexpr Line lines[] = {
      {"k=v;w;", "between(s, \"=\", \";\") == \"v\""},
      {"k=v;w;", "between(s, \"=\", \";\", true) == \"v;w\""},
      {"k=v", "between(s, \"K=\", \"v\") == \"\""},
      {"k=v;", "between~(s, \"K=\", \";\") == \"v\""},
      {"abc", "between(s, \"\", \"c\") == \"abc\""},
      {"banana", "indexOf(s, \"an\", 2) == 3"},
      {"banana", "indexOf(s, \"x\") == null"},
      {"banana", "indexOf(s, \"\", 99) == 6"},
      {"BaNana", "indexOf~(s, \"na\", -4) == 2"},
      {"😀", "length(s) == 2"},
      {"", "length(s) == 0"},
      {"endpoint", "substring(s, -5) == \"point\""},
      {"endpoint", "substring(s, 2, -1) == \"dpoin\""},
      {"endpoint", "substring(s, 6, 2) == \"\""},
      {"endpoint", "substring(s, -99, 3) == \"end\""},
      {"p", "concat(s, 7, \":\", 1.0, true) == \"p7:1.0true\""},
      {"p", "concat(s, 1e10, 0.0001) == \"p1.0E101.0E-4\""},
      {"0x1F", "number(s) == 31"},
      {"1F", "number(s, 16) == 31"},
      {"12.50", "number(s) == 12.5"},
      {"+9", "number(s) == 9"},
      {" 9 ", "number(s) == 9.0"},
      {"1e3", "number(s) == 1000"},
      {"7", "number(s) / 2 == 3"},
      {"-7", "number(s) / 2 == -3"},
      {"7", "number(s) / 2.0 == 3.5"},
      {"7", "number(s) % -3 == 1"},
      {"-7", "number(s) % 3 == -1"},
      {"7", "number(s) % 2.5 == 2.0"},
      {"7", "add(number(s), 1) == 8"},
      {"7", "subtract(number(s), 1) == 6"},
      {"7", "multiply(number(s), 2) == 14"},
      {"7", "divide(number(s), 2) == 3"},
      {"7", "modulo(number(s), 4) == 3"},
      {"abc", "startsWith(s, substring(s, 0, 1))"},
      {"abc", "endsWith(s, substring(s, 1))"},
      {"abc", "not stringContains(s, substring(s, 3))"},
  };
  for (const Line& line : lines) {
    expect_all({{line.condition, "1"}}, with(std::string(line.subject)));
  }
}

TEST(Functions, WhatCannotBeComputedFailsTheSearch) {
  struct Line {
    std::string_view subject;
    std::string_view condition;
  };
  constexpr Line lines[] = {
      {"abc", "number(s) == 1"},
      {"", "number(s) == 1"},
      {"0x1F", "number(s, 10) == 31"},
      {"ba-", "between(s, \"a\", \"b\", true) == \"\""},
      {"5", "1 / (number(s) - 5) == 1"},
      {"5", "1 % (number(s) - 5) == 1"},
      {"9223372036854775807", "number(s) + 1 == 0"},
      {"9223372036854775807", "number(s) * 2 == 0"},
  };
  for (const Line& line : lines) {
    expect_all({{line.condition, "error"}}, {{{"s", {Value(std::string(line.subject))}}}});
  }
  expect_all(
      {{"2147483647 + 1 == 2147483648", "error"}, {"1 / 0 == 1", "error"}, {"1 / 0.0 > 1", "1"}},
      {{}});
}

TEST(Conditions, TheCategoryIsComparedExactlyAndWithAnyValue) {
  const std::vector<Row> rows = {{{"event.category", {"process"s}}, {"@timestamp", {1L}}},
                                 {{"event.category", {"Process"s}}, {"@timestamp", {2L}}},
                                 {{"event.category", {"file"s, "process"s}}, {"@timestamp", {3L}}},
                                 {{"@timestamp", {4L}}}};
  for (const Finder find : {by_reference, by_engine}) {
    const auto matches = find("process where true", rows);
    ASSERT_TRUE(matches) << render(matches.error());
    EXPECT_EQ(describe(*matches), "1; 3");
  }
}

}  // namespace
}  // namespace eqlab::reference
