#include "harness/rule/filters.h"

#include <gtest/gtest.h>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/document/json.h"
#include "tests/unit/rule/rules_in_json.h"

namespace eqlab::rule {
namespace {

/// `CODE text at the place: message`, or the names of the filters that are read.
std::string outcome(const std::string& json) {
  const auto node = document::parse_json(json);
  if (!node) return node.error().message;
  const auto filters = read_filters(*node);
  if (!filters) {
    const Span span = filters.error().span;
    return format("{} {}: {}", filters.error().code, json.substr(span.begin, span.end - span.begin),
                  filters.error().message);
  }
  std::vector<std::string> names;
  for (const Filter& filter : *filters) names.push_back(filter.name);
  return names.empty() ? "none" : join(names, ", ");
}
std::string query(const std::string& json) { return outcome("[{\"query\": " + json + "}]"); }

TEST(ReadFilters, AreNamedByAliasKeyOrPlace) {
  EXPECT_EQ(outcome("[]"), "none");
  EXPECT_EQ(outcome(R"([{"meta": {"alias": "mine", "key": "k"}, "query": {"match_all": {}}},
                        {"meta": {"alias": null, "key": "k"}, "exists": {"field": "f"}},
                        {"range": {"n": {"gte": 1}}}])"),
            "mine, k, number 3");
}

TEST(ReadFilters, DisabledOnesAreNotLookedAt) {
  EXPECT_EQ(
      outcome(
          R"([{"meta": {"disabled": true}, "query": {"script": {}}}, {"meta": {"disabled": true}}])"),
      "none");
}

TEST(ReadFilters, WhatIsNotAppliedIsRefusedByName) {
  for (const std::string name :
       {"query_string", "simple_query_string", "script", "geo_bounding_box", "geo_distance",
        "nested", "ids", "fuzzy", "multi_match", "more_like_this", "percolate", "made_up"}) {
    EXPECT_EQ(query("{\"" + name + "\": {}}"),
              format("E306 \"{0}\": filters with a query {0} are not applied here", name));
  }
  EXPECT_EQ(
      query(R"({"terms": {"f": {"index": "i", "id": "1", "path": "p"}}})"),
      R"(E306 {"index": "i", "id": "1", "path": "p"}: terms looked up in another index are not applied here)");
  EXPECT_EQ(query(R"({"match": {"f": {"query": "x", "fuzziness": 2}}})"),
            "E306 \"fuzziness\": option fuzziness of match is not applied here");
  EXPECT_EQ(query(R"({"match_phrase": {"f": {"query": "x", "slop": 1}}})"),
            "E306 1: option slop of match_phrase is not applied here");
  EXPECT_EQ(query(R"({"match_phrase": {"f": {"query": "x", "slop": 0}}})"), "number 1");
  EXPECT_EQ(query(R"({"regexp": {"f": {"value": "x", "flags": "NONE"}}})"),
            "E306 \"NONE\": flags of regexp other than ALL are not applied here");
  EXPECT_EQ(query(R"({"range": {"f": {"gte": 1, "time_zone": "+01:00"}}})"),
            "E306 \"+01:00\": a range in another time zone than UTC is not applied here");
  EXPECT_EQ(query(R"({"range": {"f": {"gte": 1, "format": "yyyy"}}})"),
            "E306 \"yyyy\": dates in the format yyyy are not read here");
  EXPECT_EQ(query(R"({"bool": {"should": [], "minimum_should_match": "2<75%"}})"),
            "E306 \"2<75%\": minimum_should_match 2<75% is not applied here");
}

TEST(ReadFilters, OptionsThatOnlyScoreArePassedOver) {
  EXPECT_EQ(query(R"({"term": {"f": {"value": 1, "boost": 2.0, "_name": "n"}}})"), "number 1");
  EXPECT_EQ(query(R"({"bool": {"filter": [], "boost": 1, "adjust_pure_negative": true}})"),
            "number 1");
  EXPECT_EQ(query(R"({"wildcard": {"f": {"wildcard": "a*", "rewrite": "constant_score"}}})"),
            "number 1");
}

TEST(ReadFilters, ShapesThatAreNoQueryAreErrors) {
  EXPECT_EQ(outcome("{}"), "E307 {}: filters must be a list");
  EXPECT_EQ(outcome("[1]"), "E307 1: a filter must be an object");
  EXPECT_EQ(outcome(R"([{"meta": {}}])"), R"(E307 {"meta": {}}: a filter without a query)");
  EXPECT_EQ(query("[]"), "E307 []: a query must be an object, this is a list");
  EXPECT_EQ(
      query(R"({"exists": {"field": "f"}, "term": {"f": 1}})"),
      R"(E307 {"exists": {"field": "f"}, "term": {"f": 1}}: a query is one clause, these are 2)");
  EXPECT_EQ(query(R"({"exists": {}})"), "E307 {}: exists needs a field");
  EXPECT_EQ(query(R"({"term": {}})"), "E307 {}: term needs one field with its value");
  EXPECT_EQ(query(R"({"term": {"f": [1]}})"), "E307 [1]: term on f has no value");
  EXPECT_EQ(query(R"({"term": {"f": null}})"), "E307 null: term on f has no value");
  EXPECT_EQ(query(R"({"terms": {"f": 1}})"), "E307 1: terms needs a list of values");
  EXPECT_EQ(query(R"({"terms": {"f": [[]]}})"), "E307 []: a term must be a single value");
  EXPECT_EQ(query(R"({"terms": {"boost": 1}})"), R"(E307 {"boost": 1}: terms needs a field)");
  EXPECT_EQ(query(R"({"range": {"f": 1}})"),
            "E307 1: range needs gt, gte, lt or lte below its field");
  EXPECT_EQ(query(R"({"range": {"f": {"gte": {}}}})"),
            "E307 {}: a bound of a range must be a single value");
  EXPECT_EQ(query(R"({"bool": {"musst": []}})"), "E307 \"musst\": unknown key musst in bool");
  EXPECT_EQ(query(R"({"bool": 1})"), "E307 \"bool\": 1: bool needs an object");
  EXPECT_EQ(query(R"({"match": {"f": {"query": "x", "operator": "xor"}}})"),
            R"(E307 {"query": "x", "operator": "xor"}: operator must be or, or and)");
  EXPECT_EQ(
      outcome(R"([{"meta": {"type": "combined", "relation": "XOR", "params": []}}])").substr(0, 4),
      "E307");
}

TEST(ReadFilters, SizeAndDepthAreBounded) {
  const auto nested = [](int depth) {
    std::string text = R"({"match_all": {}})";
    for (int i = 0; i < depth; ++i) text = R"({"constant_score": {"filter": )" + text + "}}";
    return text;
  };
  EXPECT_EQ(query(nested(limits::filter_depth_max - 1)), "number 1");
  EXPECT_EQ(query(nested(limits::filter_depth_max)).substr(0, 4), "E310");

  const auto many = [](std::size_t count, const std::string& one) {
    std::string text = one;
    for (std::size_t i = 1; i < count; ++i) text += "," + one;
    return text;
  };
  // The filter itself, its query and the clauses.
  const std::string all = many(limits::filter_clauses_max - 2, R"({"match_all": {}})");
  EXPECT_EQ(query(R"({"bool": {"filter": [)" + all + "]}}"), "number 1");
  EXPECT_EQ(query(R"({"bool": {"filter": [{"match_all": {}},)" + all + "]}}").substr(0, 4), "E310");

  const std::string values = many(limits::filter_values_max, "1");
  EXPECT_EQ(query(R"({"terms": {"f": [)" + values + "]}}"), "number 1");
  EXPECT_EQ(query(R"({"terms": {"f": [)" + values + ",1]}}").substr(0, 4), "E310");
}

TEST(ReadFilters, ChoicesOfShouldClausesAreBounded) {
  const auto least = [](std::size_t clauses, const std::string& count) {
    std::string text = R"({"match_all": {}})";
    for (std::size_t i = 1; i < clauses; ++i) text += R"(,{"match_all": {}})";
    return query(R"({"bool": {"should": [)" + text + R"(], "minimum_should_match": )" + count +
                 "}}");
  };
  EXPECT_EQ(least(5'000, "1"), "number 1") << "one of a list: there is nothing to choose";
  EXPECT_EQ(least(500, "500"), "number 1");
  EXPECT_EQ(least(500, "-499"), "number 1") << "all but 499 of 500: one";
  EXPECT_EQ(least(10, "\"50%\""), "number 1") << "252 ways to choose 5 of 10";
  EXPECT_TRUE(
      least(12, "5").ends_with("5 of 12 should clauses can be chosen in more than 500 ways"));
  EXPECT_EQ(least(30, "2").substr(0, 4), "E310") << "435 ways, of 60 clauses each: too many in all";
  EXPECT_EQ(least(3, "7"), "number 1") << "more than there are: never";
}

}  // namespace
}  // namespace eqlab::rule
