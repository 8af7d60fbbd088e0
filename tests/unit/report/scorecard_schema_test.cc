// What is written is what schemas/scorecard.schema.json says, and nothing else.

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "harness/report/scorecard_json.h"
#include "tests/unit/report/cards.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

Json schema_text() {
  std::ifstream file(std::string(EQLAB_SOURCE_DIR) +
                     "/harness/report/schemas/scorecard.schema.json");
  return Json::parse(file);
}

/// What is wrong with a document; empty when nothing is.
std::string problem(const Json& document) {
  static const valijson::Schema* const schema = [] {
    static valijson::Schema parsed;
    static const Json text = schema_text();
    valijson::SchemaParser().populateSchema(Adapter(text), parsed);
    return &parsed;
  }();
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(*schema, Adapter(document), &results)) return {};
  valijson::ValidationResults::Error error;
  if (!results.popError(error)) return "not valid";
  std::string out;
  for (const std::string& part : error.context) out += part;
  return out + ": " + error.description;
}

Json written(const score::Scorecard& card, const RunInfo& info) {
  return Json::parse(scorecard_json(card, info));
}

tiny::World world_without_maxspan() {
  tiny::World world = tiny::small_world();
  world.maxspan = std::nullopt;
  return world;
}

tiny::World world_of_misses() {
  tiny::World world = tiny::small_world();
  world.schedule.max_signals = 1;
  world.disturbances = {{.run = 2, .outcome = schedule::RunOutcome::search_fails},
                        {.run = 9, .late = std::chrono::hours{2}}};
  tiny::Story late{.scenario = "L", .events = tiny::install("late", 5'000)};
  late.events[1].delay = 3'000;
  tiny::Story lost{.scenario = "X",
                   .events = tiny::install("lost", 6'000),
                   .family = "loader",
                   .tags = {"a", "b"}};
  lost.events[0].stages = {};
  lost.events[0].faults = {"lost"};
  tiny::Story switched{.scenario = "K", .events = tiny::install("switched", 8'000)};
  switched.events[1].keys = {"mac-1", "501"};
  for (const tiny::Story& story : {late, lost, switched}) world.stories.push_back(story);
  return world;
}

tiny::World suppressing_world() {
  tiny::World world = tiny::small_world();
  world.suppression = {.group_by = {0}, .duration = std::chrono::hours{1}};
  world.stories.push_back({.scenario = "N", .events = tiny::install("counted", 160)});
  return world;
}

tiny::World streaming_world() {
  tiny::World world = tiny::small_world();
  world.engine = score::EngineKind::streaming;
  return world;
}

tiny::World world_of_many_hosts() {
  tiny::World world;
  world.hosts = 50;
  for (int host = 1; host <= 50; ++host) {
    tiny::Story story{
        .scenario = host % 2 == 0 ? "M" : "B",
        .intent = host % 2 == 0 ? truth::Intent::malicious : truth::Intent::benign,
        .events = tiny::install("i" + std::to_string(host), 900.0 * host, host % 3 == 0 ? 90 : 1)};
    for (tiny::Labelled& event : story.events) event.keys = {"mac-" + std::to_string(host), "0"};
    world.stories.push_back(story);
  }
  return world;
}

std::vector<Json> documents() {
  RunInfo bare;
  RunInfo hostile = tiny::small_info();
  hostile.rule_name = tiny::hostile;
  hostile.variant = tiny::hostile;
  return {written(tiny::score_of(tiny::World{}), bare),
          written(tiny::score_of(tiny::small_world()), tiny::small_info()),
          written(tiny::score_of(tiny::repeating_world()), tiny::small_info()),
          written(tiny::score_of(tiny::hostile_world()), hostile),
          written(tiny::score_of(world_without_maxspan()), tiny::small_info()),
          written(tiny::score_of(world_of_misses()), tiny::small_info()),
          written(tiny::score_of(world_of_many_hosts()), tiny::small_info()),
          written(tiny::unlabelled_score_of(tiny::small_world()), bare),
          written(tiny::unlabelled_score_of(tiny::World{}), bare),
          written(tiny::score_of(suppressing_world()), tiny::small_info()),
          written(tiny::score_of(streaming_world()), tiny::small_info())};
}

TEST(ScorecardSchema, EveryScorecardIsValid) {
  for (const Json& document : documents()) EXPECT_EQ(problem(document), "");
}

/// Calls `visit` with each object of the document, as a pointer to it.
void each_object(const Json& at, const Json::json_pointer& where,
                 const std::function<void(const Json::json_pointer&)>& visit) {
  if (at.is_object()) visit(where);
  if (!at.is_structured()) return;
  for (const auto& [key, value] : at.items()) {
    each_object(value, at.is_array() ? where / std::stoul(key) : where / key, visit);
  }
}

TEST(ScorecardSchema, AKeyThatItDoesNotDescribeIsRefusedWhereverItStands) {
  int objects = 0;
  for (const Json& document : {documents()[1], documents()[5], documents()[9]}) {
    each_object(document, Json::json_pointer(), [&](const Json::json_pointer& where) {
      if (where.to_string() == "/run/options") return;  // named by whoever ran it
      Json more = document;
      more[where]["not_described"] = 1;
      EXPECT_NE(problem(more), "") << where.to_string();
      ++objects;
    });
  }
  EXPECT_GT(objects, 150);
}

TEST(ScorecardSchema, AKeyThatIsMissingIsRefused) {
  Json document = documents()[5];
  document["alerts"]["suppression"] = documents()[9]["alerts"]["suppression"];
  ASSERT_TRUE(document["alerts"]["suppression"].is_object());
  const std::set<std::string> optional = {"step", "keys", "note"};
  int keys = 0;
  each_object(document, Json::json_pointer(), [&](const Json::json_pointer& where) {
    if (where.to_string() == "/run/options") return;
    for (const auto& [key, value] : document[where].items()) {
      if (optional.contains(key)) continue;
      Json less = document;
      less[where].erase(key);
      EXPECT_NE(problem(less), "") << where.to_string() << "/" << key;
      ++keys;
    }
  });
  EXPECT_GT(keys, 500);
}

TEST(ScorecardSchema, ValuesOfTheWrongKindAreRefused) {
  const Json document = documents()[1];
  for (const auto& [where, value] :
       std::vector<std::pair<std::string, Json>>{{"/schema_version", 1},
                                                 {"/headline/incident_recall/hits", -1},
                                                 {"/headline/incident_recall/value", 1.5},
                                                 {"/recall/all/method", "normal"},
                                                 {"/misses/0/reason", "bad-luck"},
                                                 {"/latency/by_stratum/0/stratum", "asleep"},
                                                 {"/corpus/labelled", "yes"},
                                                 {"/load/by_hour_of_day", Json::array({1, 2})}}) {
    Json wrong = document;
    wrong[Json::json_pointer(where)] = value;
    EXPECT_NE(problem(wrong), "") << where;
  }
}

TEST(ScorecardSchema, EveryKeyIsDescribed) {
  const Json schema = schema_text();
  int keys = 0;
  each_object(schema, Json::json_pointer(), [&](const Json::json_pointer& where) {
    const Json& at = schema[where];
    if (!at.contains("properties") || !at["properties"].is_object()) return;
    if (where.to_string().ends_with("/properties")) return;
    for (const auto& [key, value] : at["properties"].items()) {
      const Json& described =
          value.contains("$ref")
              ? schema[Json::json_pointer(value["$ref"].get<std::string>().substr(1))]
              : value;
      EXPECT_FALSE(described.value("description", "").empty()) << where.to_string() << " " << key;
      ++keys;
    }
  });
  EXPECT_GT(keys, 200);
}

}  // namespace
}  // namespace eqlab::report
