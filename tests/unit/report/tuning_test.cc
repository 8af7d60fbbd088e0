// What is written is what schemas/tuning.schema.json says, fits a screen, and cannot be told what
// to print by a rule or an event.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "harness/report/cells.h"
#include "harness/report/tuning_json.h"
#include "harness/report/tuning_text.h"
#include "tests/unit/tune/fleet.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;
using truth::Intent;

/// What is wrong with a document; empty when nothing is.
std::string problem(const Json& document) {
  static const valijson::Schema* const schema = [] {
    static valijson::Schema parsed;
    std::ifstream file(std::string(EQLAB_SOURCE_DIR) +
                       "/harness/report/schemas/tuning.schema.json");
    static const Json text = Json::parse(file);
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

fleet::Fleet small_fleet(const std::string& client) {
  fleet::Fleet fleet;
  Rng rng = Rng(2).split("report");
  for (std::size_t host = 0; host < 100; ++host) {
    fleet::install(fleet, host, 1'000 + static_cast<double>(rng.below(70'000)), "bash",
                   host % 2 == 0 ? "curl" : client, Intent::malicious);
    if (host % 3 == 0)
      fleet::install(fleet, host, 80'000, "sh", "curl", std::nullopt, 1, "agent.example");
  }
  fleet::close(fleet, 100);
  return fleet;
}

tune::TuningRequest everything(const std::string& query) {
  const event::Schema schema(event::Schema::builtin());
  const rule::Rule rule = fleet::rule_of(query);
  return tune::default_request(rule, *rule::compile(rule, schema), schema).request;
}

struct Told {
  tune::Tuning tuning;
  TuningInfo info;
};
Told told(const fleet::Fleet& fleet, const std::string& query, const tune::TuningRequest& request) {
  const auto world = fleet::scanned(fleet, query, request);
  Told out{.tuning = tune::tune(world->inputs(), request), .info = {}};
  out.info.run.rule_name = "A rule";
  out.info.run.corpus = "balanced";
  out.info.run.seed = 7;
  out.info.run.command = "eqlab tune rule.toml --seed 7";
  out.info.run.options = {{"seed", "7"}, {"by", "host.id"}, {"by", "user.id"}};
  out.info.score_command = "eqlab score rule.toml --seed 7";
  out.info.caveats = {"the events are generated"};
  out.info.tune_command = "eqlab tune rule.toml --seed 7";
  for (const tune::Suggestion& suggestion : out.tuning.suggestions.list) {
    out.info.queries.push_back(
        tune::with_edits(world->rule.query.text, suggestion.change.variant.edits));
    out.info.diffs.emplace_back("--- a\n+++ b\n@@ -1 +1 @@\n-old line\n+new line\n");
  }
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

TEST(TuningJson, IsWhatItsSchemaSays) {
  const tune::TuningRequest all = everything(fleet::query);
  const Told whole = told(small_fleet("python3"), fleet::query, all);
  const Json document = Json::parse(tuning_json(whole.tuning, whole.info));
  EXPECT_EQ(problem(document), "");
  EXPECT_FALSE(document["suggestions"]["list"].empty());
  EXPECT_EQ(document["run"]["options"]["by"], "host.id user.id");
  EXPECT_EQ(document["maxspan"][0]["command"], "eqlab score rule.toml --seed 7 --maxspan 5s");
  EXPECT_EQ(document["suggestions"]["list"][0]["command"],
            "eqlab tune rule.toml --seed 7 --diff 1");

  tune::TuningRequest sweep{.suggests = false};
  sweep.maxspans = {std::chrono::seconds(3)};
  const Told swept = told(small_fleet("ruby"), fleet::query, sweep);
  const Json short_document = Json::parse(tuning_json(swept.tuning, swept.info));
  EXPECT_EQ(problem(short_document), "");
  EXPECT_TRUE(short_document["suggestions"].is_null());

  fleet::Fleet nothing;
  fleet::close(nothing, 0);
  const Told empty = told(nothing, fleet::query, all);
  EXPECT_EQ(problem(Json::parse(tuning_json(empty.tuning, empty.info))), "");
  EXPECT_NE(tuning_text(empty.tuning, empty.info, {}).find("not measured"), std::string::npos);
}

TEST(TuningJson, TheSchemaRefusesWhatItDoesNotKnow) {
  const Told whole = told(small_fleet("python3"), fleet::query, everything(fleet::query));
  const Json good = Json::parse(tuning_json(whole.tuning, whole.info));
  const auto refuses = [&](const std::string& pointer) {
    Json bad = good;
    bad[Json::json_pointer(pointer)]["surprise"] = 1;
    return !problem(bad).empty();
  };
  for (const char* const place :
       {"", "/rule", "/run", "/corpus", "/current", "/current/figures/incident_recall",
        "/suggestions", "/suggestions/list/0", "/suggestions/list/0/held_out_change",
        "/suggestions/tried/0", "/maxspan/0/setting", "/frontier/0"})
    EXPECT_TRUE(refuses(place)) << place;
  for (const auto& [key, value] : good.items()) {
    Json bad = good;
    bad.erase(key);
    EXPECT_NE(problem(bad), "") << key;
  }
}

TEST(TuningText, FitsAScreenAnswerFirst) {
  const Told whole = told(small_fleet("python3"), fleet::query, everything(fleet::query));
  for (const std::size_t columns : {60U, 80U, 100U}) {
    const std::string text = tuning_text(whole.tuning, whole.info, {.columns = columns});
    const std::vector<std::string> lines = lines_of(text);
    EXPECT_LE(lines.size(), 50U) << text;
    for (const std::string& line : lines) {
      if (line.find("eqlab ") != std::string::npos) continue;
      EXPECT_LE(width(line), columns) << line;
    }
    EXPECT_LT(text.find("best changes"), text.find("maxspan  "));
    EXPECT_NE(text.find("  the events are generated\n"), std::string::npos) << text;
    EXPECT_NE(text.find("+ \"python3\""), std::string::npos) << text;
  }
}

TEST(TuningText, AScreenThatIsTooShortLeavesTheTradeToVerbose) {
  Told whole = told(small_fleet("python3"), fleet::query, everything(fleet::query));
  whole.tuning.frontier.push_back(whole.tuning.frontier.front());
  const std::string roomy = tuning_text(whole.tuning, whole.info, {});
  ASSERT_NE(roomy.find("nothing tried catches more"), std::string::npos) << roomy;
  const std::size_t spare = 50 - lines_of(roomy).size();
  whole.tuning.notes.assign(spare + 2, "a note");
  const std::string text = tuning_text(whole.tuning, whole.info, {});
  EXPECT_LE(lines_of(text).size(), 50U) << text;
  EXPECT_EQ(text.find("nothing tried catches more"), std::string::npos) << text;
  EXPECT_NE(text.find("is told with --verbose"), std::string::npos) << text;
  EXPECT_NE(text.find("joined by"), std::string::npos) << text;
  whole.tuning.notes.assign(spare + 8, "a note");
  const std::string shorter = tuning_text(whole.tuning, whole.info, {});
  EXPECT_LE(lines_of(shorter).size(), 50U) << shorter;
  EXPECT_NE(shorter.find("are told with --verbose"), std::string::npos) << shorter;
  const std::string full = tuning_text(whole.tuning, whole.info, {.detail = Detail::full});
  EXPECT_NE(full.find("nothing tried catches more"), std::string::npos) << full;
}

TEST(TuningText, WhereNothingMaliciousHappenedPrecisionIsNotMeasured) {
  fleet::Fleet fleet;
  for (std::size_t host = 0; host < 9; ++host)
    fleet::install(fleet, 0, 100.0 * static_cast<double>(host), "bash", "curl", std::nullopt);
  fleet::close(fleet, 1);
  const Told one = told(fleet, fleet::query, everything(fleet::query));
  const std::string text = tuning_text(one.tuning, one.info, {});
  EXPECT_NE(text.find("precision         –"), std::string::npos) << text;
  EXPECT_EQ(text.find("precision     0.0 %"), std::string::npos) << text;
  EXPECT_EQ(text.find("1 hosts"), std::string::npos) << text;
  EXPECT_EQ(text.find("the other 0"), std::string::npos) << text;
}

TEST(TuningText, SaysEverythingWhenAsked) {
  tune::TuningRequest request{.suggests = false};
  request.maxspans.emplace();
  for (int s = 1; s <= 40; ++s) request.maxspans->emplace_back(std::chrono::seconds(s));
  const Told swept = told(small_fleet("ruby"), fleet::query, request);
  const std::string summary = tuning_text(swept.tuning, swept.info, {});
  const std::string full = tuning_text(swept.tuning, swept.info, {.detail = Detail::full});
  EXPECT_EQ(summary.find(" 17 s"), std::string::npos);
  EXPECT_NE(full.find(" 17 s"), std::string::npos);
  EXPECT_NE(summary.find("of 40 values"), std::string::npos) << summary;
  EXPECT_NE(summary.find("30 s*"), std::string::npos) << summary;
  const Told whole = told(small_fleet("python3"), fleet::query, everything(fleet::query));
  const std::string all = tuning_text(whole.tuning, whole.info, {.detail = Detail::full});
  for (const tune::TriedFigures& tried : whole.tuning.tried)
    EXPECT_NE(all.find(cut(tried.variant.what, 46)), std::string::npos) << tried.variant.what;
}

TEST(TuningText, EventsCannotMoveTheCursor) {
  Told whole = told(small_fleet("evil\x1b[2J\nname"), fleet::query, everything(fleet::query));
  whole.info.run.rule_name = "a\x1b[31mrule";
  const std::string text = tuning_text(whole.tuning, whole.info, {.detail = Detail::full});
  EXPECT_NE(text.find("evil"), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(tuning_json(whole.tuning, whole.info).find('\x1b'), std::string::npos);
  const std::string coloured = tuning_text(whole.tuning, whole.info, {.colour = Colour::on});
  EXPECT_NE(coloured.find("\x1b[1m"), std::string::npos);
  EXPECT_EQ(coloured.find("\x1b[2J"), std::string::npos);
}

}  // namespace
}  // namespace eqlab::report
