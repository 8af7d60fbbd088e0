// Filters and exceptions of a rule through the engine, held against a plain reading of their JSON:
// a search under a filter is a search over the events that pass it.
#include "harness/rule/event_filter.h"

#include <gtest/gtest.h>

#include <array>

#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "tests/reference/event_filter.h"
#include "tests/reference/fast_engine.h"
#include "tests/reference/timeline.h"
#include "tests/unit/rule/rules_in_json.h"

namespace eqlab::rule {
namespace {

using event::FieldType;
using event::Value;
using reference::Row;

constexpr std::int64_t second = 1'000'000'000;

const event::Schema& small_schema() {
  static const event::Schema schema =
      event::Schema::of({{.name = "@timestamp", .type = FieldType::date},
                         {.name = "event.category"},
                         {.name = "k"},
                         {.name = "name"},
                         {.name = "low", .folds_case = true},
                         {.name = "host.os.type"},
                         {.name = "host.os.name.caseless", .folds_case = true},
                         {.name = "num", .type = FieldType::long_},
                         {.name = "big", .type = FieldType::unsigned_long},
                         {.name = "real", .type = FieldType::double_},
                         {.name = "flag", .type = FieldType::boolean},
                         {.name = "when", .type = FieldType::date},
                         {.name = "addr", .type = FieldType::ip},
                         {.name = "ver", .type = FieldType::version},
                         {.name = "obj", .type = FieldType::object},
                         {.name = "obj.a"},
                         {.name = "obj.b", .type = FieldType::long_},
                         {.name = "nest", .type = FieldType::nested}});
  return schema;
}

/// Some values of each field; the same for events and constants.
std::vector<Json> pool(const std::string& field) {
  if (field == "num" || field == "obj.b") return {-1, 0, 3, 4, 7};
  if (field == "big") return {0, 3, 18446744073709551615ULL};
  if (field == "real") return {-0.5, 0.25, 3, 3.5, 7};
  if (field == "flag") return {true, false};
  if (field == "when")
    return {"2026-01-01T00:00:01.000Z", "2026-01-01T00:00:02.500Z", "2026-01-02", "2026-01-02T10"};
  if (field == "addr") return {"10.0.0.1", "10.0.0.9", "192.0.2.4", "::1"};
  if (field == "ver") return {"1.2.3", "1.10.0", "2.0.0-rc1"};
  if (field == "host.os.type") return {"linux", "macos", "windows"};
  if (field == "host.os.name.caseless") return {"linux", "macos"};
  if (field == "low") return {"abc", "ab", "b*c", "x"};
  return {"abc", "ABC", "ab", "b*c", "b\\c", "x y", ""};
}
const std::vector<std::string>& filtered_fields() {
  static const std::vector<std::string> fields = {"name", "low",  "num", "big",   "real",  "flag",
                                                  "when", "addr", "ver", "obj.a", "obj.b", "ghost"};
  return fields;
}

template <class T>
const T& pick(Rng& rng, const std::vector<T>& from) {
  return from[rng.below(from.size())];
}

Value physical(const std::string& field, const Json& json) {
  if (field == "num" || field == "obj.b") return json.get<std::int64_t>();
  if (field == "big") return json.get<std::uint64_t>();
  if (field == "real") return json.get<double>();
  if (field == "flag") return json.get<bool>();
  if (field == "when") {
    std::string text = json.get<std::string>();
    if (text.ends_with("T10")) text += ":30:00";
    return *parse_iso8601(text);
  }
  return json.get<std::string>();
}

/// Each field missing, with one value, or with several.
Row random_row(Rng& rng, std::int64_t at) {
  Row row;
  row["@timestamp"] = {Value{at * second}};
  row["event.category"] = {Value{std::string(rng.chance(0.5) ? "process" : "network")}};
  row["k"] = {Value{std::string(rng.chance(0.5) ? "x" : "y")}};
  for (const std::string field :
       {"name", "low", "num", "big", "real", "flag", "when", "addr", "ver", "obj.a", "obj.b",
        "host.os.type", "host.os.name.caseless"}) {
    const std::uint64_t count = rng.chance(0.3) ? 0 : rng.chance(0.6) ? 1 : 2 + rng.below(2);
    for (std::uint64_t i = 0; i < count; ++i)
      row[field].push_back(physical(field, pick(rng, pool(field))));
  }
  return row;
}

bool is_text(const std::string& field) {
  return field == "name" || field == "low" || field == "obj.a" || field == "ghost";
}

Json random_query(Rng& rng, int depth) {  // NOLINT(misc-no-recursion)
  if (depth > 0 && rng.chance(0.4)) {
    Json body = Json::object();
    for (const char* key : {"must", "filter", "should", "must_not"}) {
      const std::uint64_t count = rng.below(3);
      if (count == 0) continue;
      if (count == 1 && rng.chance(0.5)) {
        body[key] = random_query(rng, depth - 1);
        continue;
      }
      for (std::uint64_t i = 0; i < count + 1; ++i)
        body[key].push_back(random_query(rng, depth - 1));
    }
    if (rng.chance(0.4)) body["minimum_should_match"] = rng.in_range(-1, 3);
    return {{"bool", body}};
  }
  const std::string field = pick(rng, filtered_fields());
  const Json value = pick(rng, pool(field));
  switch (rng.below(is_text(field) ? 11 : 8)) {
    case 0:
      return {{"exists", {{"field", rng.chance(0.2) ? "obj" : field}}}};
    case 1:
      return {{"term", {{field, {{"value", value}}}}}};
    case 2:
      return {{"terms", {{field, Json::array({value, pick(rng, pool(field))})}}}};
    case 3:
      return {{"match_phrase", {{field, value}}}};
    case 4:
      return {{"match", {{field, {{"query", value}}}}}};
    case 5:
    case 6: {
      if (field == "flag") return {{"match_all", Json::object()}};
      Json bounds = Json::object();
      if (rng.chance(0.7)) bounds[rng.chance(0.5) ? "gt" : "gte"] = value;
      if (bounds.empty() || rng.chance(0.7))
        bounds[rng.chance(0.5) ? "lt" : "lte"] = pick(rng, pool(field));
      return {{"range", {{field, bounds}}}};
    }
    case 7:
      return rng.chance(0.5) ? Json{{"match_none", Json::object()}}
                             : Json{{"constant_score", {{"filter", random_query(rng, 0)}}}};
    case 8:
      return {{"prefix", {{field, {{"value", value}, {"case_insensitive", rng.chance(0.5)}}}}}};
    case 9: {
      const std::vector<std::string> patterns = {"a*", "*b*", "?b?", "b\\*c", "A*", "*", "b\\\\?"};
      return {{"wildcard",
               {{field, {{"value", pick(rng, patterns)}, {"case_insensitive", rng.chance(0.3)}}}}}};
    }
    default: {
      const std::vector<std::string> patterns = {"a.*", "[a-c]+", "(ab|x).*", "a~(b)c", ".{2,3}"};
      return {{"regexp",
               {{field, {{"value", pick(rng, patterns)}, {"case_insensitive", rng.chance(0.3)}}}}}};
    }
  }
}

Json random_filter(Rng& rng) {
  Json filter = {{"meta", {{"disabled", rng.chance(0.1)}, {"negate", rng.chance(0.3)}}}};
  if (rng.chance(0.15)) {
    filter["meta"]["type"] = "combined";
    filter["meta"]["relation"] = rng.chance(0.5) ? "AND" : "OR";
    filter["meta"]["params"] =
        Json::array({{{"meta", {{"negate", rng.chance(0.5)}}}, {"query", random_query(rng, 0)}},
                     {{"meta", Json::object()}, {"query", random_query(rng, 1)}}});
    return filter;
  }
  const Json query = random_query(rng, 3);
  if (rng.chance(0.2))
    filter.update(query);  // the old form
  else
    filter["query"] = query;
  return filter;
}

Json random_entry(Rng& rng) {
  const std::string field = pick(rng, filtered_fields());
  const std::string op = rng.chance(0.6) ? "included" : "excluded";
  // Kibana keeps the values of entries as text.
  const auto text = [&] {
    const Json value = pick(rng, pool(field));
    return value.is_string() ? value : Json(value.dump());
  };
  switch (rng.below(is_text(field) ? 4 : 3)) {
    case 0:
      return entry(field, "match", text(), op);
    case 1:
      return entry(field, "match_any", Json::array({text(), text()}), op);
    case 2:
      return entry(field, "exists", nullptr, op);
    default: {
      const std::vector<std::string> patterns = {"a*", "*B*", "?b", "b\\*c", "*"};
      return entry(field, "wildcard", pick(rng, patterns), op);
    }
  }
}

Json random_item(Rng& rng, std::uint64_t number) {
  Json entries = Json::array();
  for (std::uint64_t i = rng.below(3) + 1; i > 0; --i) entries.push_back(random_entry(rng));
  if (rng.chance(0.1))
    entries.push_back({{"field", "obj"},
                       {"type", "nested"},
                       {"entries", Json::array({entry("a", "match", "abc"),
                                                entry("b", "exists", nullptr, "excluded")})}});
  Json more = Json::object();
  if (rng.chance(0.2)) more["os_types"] = Json::array({"linux", "macos"});
  if (rng.chance(0.2)) more["expire_time"] = "2026-01-01T00:00:10.000Z";
  if (rng.chance(0.05))
    entries.push_back({{"field", "addr"}, {"operator", "included"}, {"type", "list"}});
  return item(format("i{}", number), entries, more);
}

/// What the rule's compiled form finds, and what a search over the events that pass finds.
struct Answers {
  std::string engine;
  std::string reference;
};

Answers both(const Rule& rule, const std::string& query, const Json& filters, const Json& items,
             const std::vector<Row>& rows, const event::Schema& schema) {
  const auto compiled = compile(rule, schema);
  if (!compiled) return {render(compiled.error()), ""};
  const auto engine = reference::FastEngine::of(*compiled, schema, {});
  const auto found = engine.find(rows, {.batch_rows = 3, .logs = 2});
  std::vector<Row> passing;
  std::vector<int> places;
  std::optional<std::int64_t> as_of;
  if (rule.as_of) as_of = rule.as_of->time_since_epoch().count();
  const nlohmann::json plain_filters = nlohmann::json::parse(filters.dump());
  const nlohmann::json plain_items = nlohmann::json::parse(items.dump());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!reference::passes_filters(plain_filters, schema, rows[i]) ||
        reference::is_excepted(plain_items, schema, rows[i], as_of))
      continue;
    passing.push_back(rows[i]);
    places.push_back(static_cast<int>(i));
  }
  auto expected = reference::run(query, schema, {}, passing);
  EXPECT_TRUE(found && expected);
  for (reference::ReferenceMatch& match : *expected) {
    for (int& event : match.events) {
      if (event != reference::missing_row) event = places[static_cast<std::size_t>(event)];
    }
  }
  return {reference::describe(*found), reference::describe(*expected)};
}

TEST(EventFilter, AgreesWithAPlainReadingOfRandomFiltersAndExceptions) {
  const std::vector<std::string> queries = {
      "any where true",
      "process where num > 0",
      "any where not name == \"abc\"",
      "sequence by k with maxspan=5s [process where true] [network where true]",
      "sequence with maxspan=9s [any where flag] [any where num >= 0] until [network where num == "
      "7]",
      "sequence by k with maxspan=6s [process where true] ![network where name != null] "
      "[process where true]",
      "sample by k [process where true] [network where true]"};
  Rng rng(20260301);
  std::size_t compared = 0;
  std::size_t narrowed = 0;
  std::size_t with_matches = 0;
  for (int round = 0; round < 800; ++round) {
    Json filters = Json::array();
    for (std::uint64_t i = rng.below(3); i > 0; --i) filters.push_back(random_filter(rng));
    Json items = Json::array();
    for (std::uint64_t i = rng.below(4); i > 0; --i) items.push_back(random_item(rng, i));
    const std::string& query = pick(rng, queries);
    RuleSet set = exported(query, filters, items);
    ASSERT_EQ(set.rules.size(), 1U) << filters.dump() << items.dump()
                                    << (set.diagnostics.empty() ? "" : render(set.diagnostics[0]));
    if (rng.chance(0.5))
      set.rules[0].as_of = WallTime(*parse_iso8601("2026-01-01T00:00:11Z") * Duration{1});
    std::vector<Row> rows;
    for (std::int64_t i = 0; i < 10; ++i) rows.push_back(random_row(rng, i));
    const Answers answers = both(set.rules[0], query, filters, items, rows, small_schema());
    ASSERT_EQ(answers.engine, answers.reference) << query << "\n"
                                                 << filters.dump(1) << "\n"
                                                 << items.dump(1);
    ++compared;
    if (answers.engine != "none") ++with_matches;
    if (!filters.empty() || !items.empty()) ++narrowed;
  }
  EXPECT_EQ(compared, 800U);
  EXPECT_GT(narrowed, 400U);
  EXPECT_GT(with_matches, 160U) << "most random filters leave nothing: the test says little";
}

// --- one by one, where the outcome is known by hand ---

/// The rows (from 1) that a rule `any where true` still finds.
std::string left(const Json& filters, const Json& items, const std::vector<Row>& rows,
                 const event::Schema& schema = small_schema()) {
  RuleSet set = exported("any where true", filters, items);
  if (set.rules.empty()) return render(set.diagnostics.at(0));
  const auto compiled = compile(set.rules[0], schema);
  if (!compiled) return compiled.error().code + ": " + compiled.error().message;
  const auto engine = reference::FastEngine::of(*compiled, schema, {});
  std::vector<std::string> out;
  const auto found = engine.find(rows, {});
  for (const reference::ReferenceMatch& match : *found)
    out.push_back(format("{}", match.events[0] + 1));
  return out.empty() ? "none" : join(out, " ");
}
Json only(const Json& query) { return Json::array({{{"query", query}}}); }

/// Row 1 has no value, row 2 one, row 3 that and another, row 4 another alone.
std::vector<Row> four_rows(const std::string& field, const Value& value, const Value& other) {
  std::vector<Row> rows(4);
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i]["@timestamp"] = {Value{static_cast<std::int64_t>(i) * second}};
  rows[1][field] = {value};
  rows[2][field] = {value, other};
  rows[3][field] = {other};
  return rows;
}

TEST(Exceptions, EachEntryTypeRemovesWhatItNamesAndExcludedTheRest) {
  struct Case {
    std::string field;
    Value value;
    Value other;
    Json entry;
  };
  const std::vector<Case> cases = {
      {"name", std::string("brew"), std::string("curl"), entry("name", "match", "brew")},
      {"name", std::string("brew"), std::string("curl"),
       entry("name", "match_any", Json::array({"brew", "port"}))},
      {"name", std::string("brew"), std::string("Brew"), entry("name", "wildcard", "b?e*")},
      {"num", std::int64_t{501}, std::int64_t{0}, entry("num", "match", "501")},
      {"real", 0.25, 4.0, entry("real", "match", "0.25")},
      {"big", std::uint64_t{18446744073709551615ULL}, std::uint64_t{1},
       entry("big", "match_any", Json::array({"18446744073709551615"}))},
      {"flag", true, false, entry("flag", "match", "true")},
      {"addr", std::string("10.1.2.3"), std::string("192.0.2.1"),
       entry("addr", "match", "10.0.0.0/8")},
      {"ver", std::string("1.2.3"), std::string("1.2.4"), entry("ver", "match", "1.2.3")},
      {"when", std::int64_t{3 * second}, std::int64_t{90'000 * second},
       entry("when", "match", "1970-01-01")},
  };
  for (const Case& c : cases) {
    const std::vector<Row> rows = four_rows(c.field, c.value, c.other);
    EXPECT_EQ(left(Json::array(), Json::array({item("x", Json::array({c.entry}))}), rows), "1 4")
        << c.entry.dump();
    Json excluded = c.entry;
    excluded["operator"] = "excluded";
    EXPECT_EQ(left(Json::array(), Json::array({item("x", Json::array({excluded}))}), rows), "2 3")
        << "an excluded entry is true where the field is absent: " << c.entry.dump();
  }
  const std::vector<Row> rows = four_rows("name", std::string("a"), std::string("b"));
  EXPECT_EQ(left({}, Json::array({item("x", Json::array({entry("name", "exists")}))}), rows), "1");
  EXPECT_EQ(
      left({},
           Json::array({item("x", Json::array({entry("name", "exists", nullptr, "excluded")}))}),
           rows),
      "2 3 4");
}

TEST(Exceptions, AnItemIsTheConjunctionOfItsEntriesAndItemsStandAlone) {
  std::vector<Row> rows = four_rows("name", std::string("a"), std::string("b"));
  rows[1]["num"] = {Value{std::int64_t{1}}};
  const Json one =
      item("one", Json::array({entry("name", "match", "a"), entry("num", "match", "1")}));
  EXPECT_EQ(left({}, Json::array({one}), rows), "1 3 4");
  const Json two = item("two", Json::array({entry("name", "match", "b")}));
  EXPECT_EQ(left({}, Json::array({one, two}), rows), "1");
}

TEST(Exceptions, OsTypesAskTheTypeOrTheNameOfTheSystem) {
  std::vector<Row> rows = four_rows("name", std::string("a"), std::string("a"));
  rows[1]["host.os.type"] = {Value{std::string("macos")}};
  rows[2]["host.os.name.caseless"] = {Value{std::string("macos")}};
  rows[3]["host.os.type"] = {Value{std::string("linux")}};
  const Json entries = Json::array({entry("name", "match", "a")});
  EXPECT_EQ(left({}, Json::array({item("x", entries, {{"os_types", {"macos"}}})}), rows), "1 4");
  EXPECT_EQ(left({}, Json::array({item("x", entries, {{"os_types", {"macos", "linux"}}})}), rows),
            "1");
  EXPECT_EQ(left({}, Json::array({item("x", entries, {{"os_types", {"windows"}}})}), rows),
            "1 2 3 4");
}

TEST(Exceptions, ExpireStrictlyBeforeTheRun) {
  const Json items = Json::array({item("x", Json::array({entry("name", "match", "a")}),
                                       {{"expire_time", "2026-02-01T00:00:00Z"}})});
  RuleSet set = exported("any where true", Json::array(), items);
  Rule& rule = set.rules.at(0);
  EXPECT_EQ(items_in_force(rule).size(), 1U) << "without a time, none has expired";
  const auto at = [](const char* text) { return WallTime(Duration{*parse_iso8601(text)}); };
  rule.as_of = at("2026-02-01T00:00:00Z");
  EXPECT_EQ(items_in_force(rule).size(), 1U);
  rule.as_of = at("2026-02-01T00:00:00.001Z");
  EXPECT_EQ(items_in_force(rule).size(), 0U);
  EXPECT_EQ(filter_field_names(rule), std::vector<std::string>{});
}

TEST(Exceptions, AValueListTakesItsWholeItemOutOfForce) {
  const Json list = {{"field", "addr"},
                     {"operator", "included"},
                     {"type", "list"},
                     {"list", {{"id", "v"}, {"type", "ip"}}}};
  const std::vector<Row> rows = four_rows("name", std::string("a"), std::string("b"));
  EXPECT_EQ(
      left({}, Json::array({item("x", Json::array({entry("name", "match", "a"), list}))}), rows),
      "1 2 3 4");
}

TEST(Exceptions, AFieldThatTheSchemaLacksIsNeverThere) {
  const std::vector<Row> rows = four_rows("name", std::string("a"), std::string("b"));
  EXPECT_EQ(left({}, Json::array({item("x", Json::array({entry("ghost", "match", "a")}))}), rows),
            "1 2 3 4");
  EXPECT_EQ(
      left({}, Json::array({item("x", Json::array({entry("ghost", "match", "a", "excluded")}))}),
           rows),
      "none");
}

TEST(Exceptions, NestedEntriesAskTheFlatValues) {
  std::vector<Row> rows = four_rows("nest.k", std::string("v"), std::string("w"));
  rows[2]["nest.l"] = {Value{std::string("true")}};
  const auto nested = [](const Json& entries) {
    return Json::array(
        {item("x", Json::array({{{"field", "nest"}, {"type", "nested"}, {"entries", entries}}}))});
  };
  EXPECT_EQ(left({}, nested(Json::array({entry("k", "match", "v")})), rows), "1 4");
  EXPECT_EQ(
      left({}, nested(Json::array({entry("k", "match", "v"), entry("l", "match", "true")})), rows),
      "1 2 4");
}

TEST(Exceptions, ConditionsOnTwoStagesInOneItemNeverFire) {
  const std::string query =
      "sequence by k with maxspan=9s [process where name == \"a\"] [network where num == 1]";
  std::vector<Row> rows(2);
  rows[0] = {{"@timestamp", {Value{std::int64_t{0}}}},
             {"event.category", {Value{std::string("process")}}},
             {"k", {Value{std::string("x")}}},
             {"name", {Value{std::string("a")}}}};
  rows[1] = {{"@timestamp", {Value{second}}},
             {"event.category", {Value{std::string("network")}}},
             {"k", {Value{std::string("x")}}},
             {"num", {Value{std::int64_t{1}}}}};
  const auto found = [&](const Json& filters, const Json& items) {
    RuleSet set = exported(query, filters, items);
    const auto compiled = compile(set.rules.at(0), small_schema());
    EXPECT_TRUE(compiled);
    return reference::describe(
        *reference::FastEngine::of(*compiled, small_schema(), {}).find(rows, {}));
  };
  EXPECT_EQ(
      found(Json::array(), Json::array({item("x", Json::array({entry("name", "match", "a"),
                                                               entry("num", "match", "1")}))})),
      "1 2 /x");
  EXPECT_EQ(
      found(Json::array(), Json::array({item("x", Json::array({entry("num", "match", "1")}))})),
      "none")
      << "without one of its events the sequence is gone";
  EXPECT_EQ(found(only({{"match_phrase", {{"name", "a"}}}}), Json::array()), "none")
      << "a filter on a field of one stage empties the other";
  EXPECT_EQ(
      found(Json::array({{{"meta", {{"negate", true}}}, {"query", {{"term", {{"name", "b"}}}}}}}),
            Json::array()),
      "1 2 /x");
}

TEST(Filters, ARangeHoldsForOneValueBetweenBothBounds) {
  std::vector<Row> rows = four_rows("num", std::int64_t{1}, std::int64_t{10});
  rows[3]["num"] = {Value{std::int64_t{5}}};
  EXPECT_EQ(left(only({{"range", {{"num", {{"gte", 4}, {"lte", 6}}}}}}), {}, rows), "4")
      << "1 and 10 lie on both sides of it";
  EXPECT_EQ(left(only({{"range", {{"num", {{"gt", 1}, {"lt", 10}}}}}}), {}, rows), "4");
  EXPECT_EQ(left(only({{"range", {{"num", {{"gte", 1}, {"lt", 10}}}}}}), {}, rows), "2 3 4");
  EXPECT_EQ(left(only({{"range", {{"num", {{"gt", 6}, {"lt", 5}}}}}}), {}, rows), "none");
  EXPECT_EQ(left(only({{"range", {{"num", {{"from", 1}, {"to", 5}, {"include_lower", false}}}}}}),
                 {}, rows),
            "4");
  rows = four_rows("addr", std::string("10.0.0.5"), std::string("10.0.1.5"));
  EXPECT_EQ(
      left(only({{"range", {{"addr", {{"gte", "10.0.0.0"}, {"lt", "10.0.1.0"}}}}}}), {}, rows),
      "2 3");
  rows = four_rows("name", std::string("b"), std::string("d"));
  EXPECT_EQ(left(only({{"range", {{"name", {{"gt", "b"}, {"lte", "d"}}}}}}), {}, rows), "3 4");
}

TEST(Filters, DatesRoundAsTheyAreWritten) {
  const std::int64_t day = *parse_iso8601("2026-01-02");
  const std::vector<Row> rows =
      four_rows("when", day + 12 * 3600 * second, day + 24 * 3600 * second);
  EXPECT_EQ(left(only({{"range", {{"when", {{"lte", "2026-01-02"}}}}}}), {}, rows), "2 3");
  EXPECT_EQ(left(only({{"range", {{"when", {{"lt", "2026-01-02"}}}}}}), {}, rows), "none");
  EXPECT_EQ(left(only({{"range", {{"when", {{"gt", "2026-01-02"}}}}}}), {}, rows), "3 4");
  EXPECT_EQ(
      left(only({{"range",
                  {{"when", {{"gte", "2026-01-02"}, {"format", "strict_date_optional_time"}}}}}}),
           {}, rows),
      "2 3 4");
  EXPECT_EQ(left(only({{"term", {{"when", "2026-01-02"}}}}), {}, rows), "2 3");
  EXPECT_TRUE(left(only({{"range", {{"when", {{"gte", "now-7d"}}}}}}), {}, rows)
                  .starts_with("E306: a date relative to now"));
}

TEST(Filters, AnalysedTextIsComparedByWords) {
  const event::Schema schema =
      event::Schema::of({{.name = "@timestamp", .type = FieldType::date},
                         {.name = "event.category"},
                         {.name = "message", .type = FieldType::text, .has_exact = false}});
  const std::vector<Row> rows =
      four_rows("message", std::string("Failed to open /etc/shadow"), std::string("open failed"));
  const auto with = [&](const Json& query) { return left(only(query), {}, rows, schema); };
  EXPECT_EQ(with({{"match_phrase", {{"message", "FAILED to"}}}}), "2 3");
  EXPECT_EQ(with({{"match_phrase", {{"message", "etc shadow"}}}}), "2 3");
  EXPECT_EQ(with({{"match_phrase", {{"message", "fail"}}}}), "none");
  EXPECT_EQ(with({{"match", {{"message", "failed shadow"}}}}), "2 3 4");
  EXPECT_EQ(with({{"match", {{"message", {{"query", "failed shadow"}, {"operator", "AND"}}}}}}),
            "2 3");
  EXPECT_EQ(with({{"term", {{"message", "open"}}}}), "2 3 4");
  EXPECT_EQ(with({{"term", {{"message", "Failed"}}}}), "none") << "terms are kept in lower case";
  EXPECT_EQ(with({{"exists", {{"field", "message"}}}}), "2 3 4");
  EXPECT_TRUE(with({{"wildcard", {{"message", "f*"}}}}).starts_with("E306: wildcards on message"));
  EXPECT_TRUE(
      with({{"range", {{"message", {{"gt", "f"}}}}}}).starts_with("E306: ranges on message"));
}

TEST(Filters, AConstantThatTheFieldCannotHoldFailsTheSearch) {
  const std::vector<Row> rows = four_rows("num", std::int64_t{1}, std::int64_t{2});
  const auto with = [&](const Json& query) { return left(only(query), {}, rows); };
  EXPECT_EQ(with({{"term", {{"num", "abc"}}}}),
            "E309: num is long, and \"abc\" cannot be read as one: the search would fail");
  EXPECT_TRUE(with({{"term", {{"addr", "10.0.0"}}}}).starts_with("E309"));
  EXPECT_TRUE(with({{"term", {{"flag", "yes"}}}}).starts_with("E309"));
  EXPECT_TRUE(with({{"range", {{"when", {{"gte", "tomorrow"}}}}}}).starts_with("E309"));
  EXPECT_TRUE(with({{"range", {{"flag", {{"gte", true}}}}}}).starts_with("E309"));
  EXPECT_TRUE(with({{"wildcard", {{"num", "1*"}}}})
                  .starts_with("E309: num is long, which has no wildcards"));
  EXPECT_TRUE(with({{"prefix", {{"ver", "1."}}}}).starts_with("E309"));
  EXPECT_TRUE(
      with({{"regexp", {{"name", "(a"}}}}).starts_with("E309: a pattern that cannot be used"));
  EXPECT_TRUE(
      with({{"term", {{"num", {{"value", 1}, {"case_insensitive", true}}}}}}).starts_with("E309"));
  EXPECT_EQ(with({{"match", {{"num", {{"query", "abc"}, {"lenient", true}}}}}}), "none");
}

TEST(Filters, WithoutASchemaTypesFollowFromUse) {
  const event::Schema open = event::Schema::open();
  RuleSet set = exported("any where process.pid == 4 and cidrMatch(source.ip, \"10.0.0.0/8\")",
                         only({{"bool",
                                {{"filter",
                                  {{{"term", {{"process.pid", "4"}}}},
                                   {{"term", {{"source.ip", "10.0.0.1"}}}},
                                   {{"term", {{"user.name", "x"}}}},
                                   {{"term", {{"flag", true}}}},
                                   {{"range", {{"when", {{"gte", "2026-01-01"}}}}}},
                                   {{"range", {{"port", {{"gte", 1}, {"lt", 5}}}}}}}}}}}),
                         Json::array());
  const auto compiled = compile(set.rules.at(0), open);
  ASSERT_TRUE(compiled) << render(compiled.error());
  EXPECT_EQ(
      eql::print_condition(*compiled, compiled->stages[0].filter),
      "{process.pid:double == 4} and {source.ip:ip cidr \"10.0.0.0/8\"} and "
      "{process.pid:double == 4} and "
      "{source.ip:ip == \"10.0.0.1\"} and {user.name:keyword == \"x\"} and "
      "{flag:boolean == true} and {when:date within 1767225600000000000..9223372036854775807} "
      "and {port:double between [) 1 5}");
}

TEST(Filters, AskFieldsThatCountAsMappedForTheQuery) {
  const auto filter_of = [](const std::string& field) {
    return only({{"match_phrase", {{field, "1"}}}});
  };
  const auto condition = [](RuleSet set, const std::vector<std::string>& index) {
    set.rules.at(0).index = index;
    const auto compiled = compile(set.rules[0], event::Schema::builtin());
    return compiled ? eql::print_condition(*compiled, compiled->stages[0].filter)
                    : render(compiled.error());
  };
  const std::string query = "any where aws.count > 3";
  const std::vector<std::string> others = {"logs-aws.cloudtrail-*"};
  EXPECT_EQ(condition(exported(query, filter_of("aws.account"), Json::array()), others),
            "{aws.count:double > 3} and {aws.account:keyword == \"1\"}");
  EXPECT_EQ(condition(exported(query, filter_of("aws.count"), Json::array()), others),
            "{aws.count:double > 3} and {aws.count:double == 1}")
      << "the type is the query's";
  EXPECT_EQ(condition(exported(query, filter_of("proces.name"), Json::array()), others), "false")
      << "a slip of the pen";
  const std::vector<std::string> defend = {"logs-endpoint.events.*"};
  EXPECT_EQ(condition(exported(query, filter_of("aws.count"), Json::array()), defend),
            "{aws.count:double > 3} and {aws.count:double == 1}");
  EXPECT_EQ(condition(exported(query, filter_of("aws.account"), Json::array()), defend), "false")
      << "Elastic Defend maps no such field";
}

TEST(Filters, HoldForUntilAndForMissingStages) {
  RuleSet set = exported(
      "sequence by k with maxspan=9s [process where true] ![network where true] [process where "
      "true] "
      "until [network where num == 1]",
      only({{"exists", {{"field", "name"}}}}), Json::array());
  const auto compiled = compile(set.rules.at(0), small_schema());
  ASSERT_TRUE(compiled);
  std::vector<eql::ConditionId> filters;
  for (const eql::CheckedStage& stage : compiled->stages) filters.push_back(stage.filter);
  filters.push_back(compiled->until->filter);
  for (const eql::ConditionId filter : filters) {
    const std::string text = eql::print_condition(*compiled, filter);
    EXPECT_TRUE(text.ends_with("and {name:keyword exists}")) << text;
  }
}

}  // namespace
}  // namespace eqlab::rule
