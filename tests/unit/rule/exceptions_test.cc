#include "harness/rule/exceptions.h"

#include <gtest/gtest.h>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/document/json.h"
#include "tests/unit/rule/rules_in_json.h"

namespace eqlab::rule {
namespace {

/// `CODE text at the place: message`, or `read`.
std::string outcome(const std::string& json) {
  const auto node = document::parse_json(json);
  if (!node) return node.error().message;
  const auto read = read_exception_item(*node);
  if (read) return "read";
  const Span span = read.error().span;
  return format("{} {}: {}", read.error().code, json.substr(span.begin, span.end - span.begin),
                read.error().message);
}
std::string entries(const std::string& json) {
  return outcome(R"({"item_id": "i", "entries": [)" + json + "]}");
}

TEST(ReadException, TakesEveryTypeOfEntry) {
  EXPECT_EQ(entries(R"({"field": "f", "operator": "included", "type": "match", "value": "v"},
                       {"field": "f", "operator": "excluded", "type": "match_any", "value": ["v"]},
                       {"field": "f", "operator": "included", "type": "wildcard", "value": "v*"},
                       {"field": "f", "operator": "included", "type": "exists"},
                       {"field": "f", "type": "nested", "entries":
                          [{"field": "g", "operator": "included", "type": "match", "value": "v"}]})"),
            "read");
}

TEST(ReadException, RefusesWhatKibanaWould) {
  EXPECT_EQ(outcome(R"({"item_id": "i"})"), R"(E308 "i": exception item i has no entries)");
  EXPECT_EQ(entries(""), R"(E308 "i": exception item i has no entries)");
  EXPECT_EQ(entries("1"), "E308 1: an entry must be an object");
  EXPECT_EQ(entries(R"({"type": "exists"})"), R"(E308 {"type": "exists"}: an entry needs a field)");
  EXPECT_EQ(entries(R"({"field": "f"})"), R"(E308 {"field": "f"}: an entry needs a type)");
  EXPECT_EQ(entries(R"({"field": "f", "type": "matches", "value": "v"})"),
            R"(E308 "matches": unknown type of entry matches)");
  EXPECT_EQ(entries(R"({"field": "f", "type": "matches"})"),
            R"(E308 "matches": unknown type of entry matches)");
  EXPECT_EQ(entries(R"({"field": "f", "type": "match"})"),
            R"(E308 {"field": "f", "type": "match"}: an entry of type match needs a value)");
  EXPECT_EQ(entries(R"({"field": "f", "type": "match", "value": ["v"]})"),
            R"(E308 ["v"]: a value must be text, this is a list)");
  EXPECT_EQ(entries(R"({"field": "f", "type": "match_any", "value": []})"),
            "E308 []: match_any needs a list of values");
  EXPECT_EQ(entries(R"({"field": "f", "operator": "is", "type": "exists"})"),
            R"(E308 "is": operator must be included or excluded)");
  EXPECT_EQ(
      entries(R"({"field": "f", "type": "nested", "entries": []})"),
      R"(E308 {"field": "f", "type": "nested", "entries": []}: a nested entry needs entries)");
  EXPECT_EQ(
      entries(
          R"({"field": "f", "type": "nested", "entries": [{"field": "g", "type": "nested", "entries": []}]})"),
      R"(E308 {"field": "g", "type": "nested", "entries": []}: a nested entry cannot hold another)");
  EXPECT_EQ(outcome(R"({"entries": [{"field": "f", "type": "exists"}], "expire_time": "soon"})"),
            "E308 \"soon\": expire_time must be a date and time");
  EXPECT_EQ(outcome(R"({"entries": [{"field": "f", "type": "exists"}], "os_types": [1]})"),
            "E308 1: os_types must be a list of names");
}

TEST(ReadException, EntriesAndValuesAreBounded) {
  const std::string one = R"({"field": "f", "type": "exists"})";
  std::string text = one;
  for (std::size_t i = 1; i < limits::filter_clauses_max; ++i) text += "," + one;
  EXPECT_EQ(entries(text), "read");
  EXPECT_EQ(entries(text + "," + one), "E310 " + one + ": more than 10,000 entries");
  std::string values = "\"v\"";
  for (std::size_t i = 1; i < limits::filter_values_max; ++i) values += ",\"v\"";
  EXPECT_EQ(entries(R"({"field": "f", "type": "match_any", "value": [)" + values + "]}"), "read");
  EXPECT_EQ(entries(R"({"field": "f", "type": "match_any", "value": [)" + values + ",\"w\"]}"),
            "E310 \"w\": more than 65,536 values");
}

TEST(ExceptionReferences, NeedAListIdAndAreBounded) {
  const auto read = [](const std::string& json) {
    const auto references = read_exception_references(*document::parse_json(json));
    return references ? format("{}", references->size()) : references.error().code;
  };
  EXPECT_EQ(read(R"([{"list_id": "a"}, {"id": "b"}])"), "2");
  EXPECT_EQ(read(R"([{"type": "detection"}])"), "E308");
  EXPECT_EQ(read(R"([1])"), "E308");
  EXPECT_EQ(read(R"({})"), "E308");
  std::string many = R"({"list_id": "a"})";
  for (std::size_t i = 1; i < limits::exception_lists_max; ++i) many += R"(,{"list_id": "a"})";
  EXPECT_EQ(read("[" + many + "]"), "100");
  EXPECT_EQ(read("[" + many + R"(,{"list_id": "a"}])"), "E310");
}

}  // namespace
}  // namespace eqlab::rule
