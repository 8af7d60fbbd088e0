// `eqlab report`, and the pages that `score`, `tune` and `gate` write themselves.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/report/report_page.h"
#include "tests/unit/cli/program.h"
#include "tests/unit/report/page_schema.h"

namespace eqlab::test {
namespace {

using Json = nlohmann::ordered_json;

const std::string rule =
    std::string(EQLAB_SOURCE_DIR) + "/rules/macos_installer_package_spawns_network_event.toml";

std::vector<std::string> small(std::vector<std::string> words) {
  for (const char* const word : {"--events", "30000", "--hosts", "40", "--seed", "3"})
    words.emplace_back(word);
  return words;
}

/// The document of a page that is what the contract says.
Json page_document(const std::string& path) {
  const std::string text = document_of(read_file(path));
  const Json document = Json::parse(text, nullptr, false);
  EXPECT_FALSE(document.is_discarded()) << text.substr(0, 300);
  EXPECT_EQ(page_problem(nlohmann::json::parse(text, nullptr, false)), "");
  return document;
}

/// A rule that catches less than the other, in the folder.
void write_narrower(const TemporaryFolder& folder) {
  std::string text = read_file(rule);
  const std::size_t at = text.find("\"bash\", ");
  EXPECT_NE(at, std::string::npos);
  folder.write("rule.toml", text.erase(at, 8));
}

TEST(Report, AProgramWithoutThePageSaysSoBeforeItRuns) {
  if (report::has_report_page()) GTEST_SKIP() << "this program has the page";
  const TemporaryFolder folder;
  const std::string page = folder.path("r.html");
  for (const std::vector<std::string>& words :
       {small({"score", rule, "--output-html", page}), small({"tune", rule, "--output-html", page}),
        small({"gate", rule, "--output-html", page}),
        std::vector<std::string>{"report", folder.write("r.json", "{}"), "--output", page}}) {
    const Outcome outcome = eqlab(words);
    EXPECT_EQ(outcome.status, 2) << words[0];
    EXPECT_NE(outcome.err.find("E790"), std::string::npos) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(page));
  }
}

TEST(Report, AScorecardIsShownAgainAsItWas) {
  const TemporaryFolder folder;
  const std::string json = folder.path("s.json");
  ASSERT_EQ(eqlab(small({"score", rule, "--output-json", json})).status, 0);
  const Outcome again = eqlab({"report", json, "--format", "json"});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(again.out, read_file(json));
  const Outcome both = eqlab({"report", json, "-", "--format", "json"}, {.input = read_file(json)});
  EXPECT_EQ(Json::parse(both.out).size(), 2U) << both.err;
  for (const char* const format : {"text", "markdown", "junit", "sarif"}) {
    const Outcome refused = eqlab({"report", json, "--format", format});
    EXPECT_EQ(refused.status, 2);
    EXPECT_NE(refused.err.find("E794"), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find("html or json"), std::string::npos) << refused.err;
  }
}

TEST(Report, PagesHoldWhatWasPrinted) {
  if (!report::has_report_page()) GTEST_SKIP() << "this program was built without the page";
  const TemporaryFolder folder;
  write_narrower(folder);
  const Running there{.folder = folder.path("")};
  const auto scored = [&](std::vector<std::string> rules, const std::string& name) {
    std::vector<std::string> words = {"score"};
    words.insert(words.end(), rules.begin(), rules.end());
    words.insert(words.end(), {"--output-json", folder.path(name + ".json"), "--output-html",
                               folder.path(name + ".html")});
    const Outcome outcome = eqlab(small(words));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return page_document(folder.path(name + ".html"));
  };
  const Json single = scored({rule}, "one");
  EXPECT_EQ(single["scores"][0], Json::parse(read_file(folder.path("one.json"))));
  EXPECT_EQ(single["rules"][0]["steps"].size(), 2U);
  const Json& incidents = single["scores"][0]["corpus"]["incidents"];
  EXPECT_EQ(single["incidents"].size(), incidents["malicious"].get<std::size_t>() +
                                            incidents["benign"].get<std::size_t>() +
                                            incidents["out_of_scope"].get<std::size_t>());
  const Json several = scored({rule, folder.path("rule.toml")}, "two");
  EXPECT_EQ(several["scores"], Json::parse(read_file(folder.path("two.json"))));
  EXPECT_FALSE(several.contains("incidents"));

  const Outcome tuned =
      eqlab(small({"tune", rule, "--maxspan", "5s,30s,60s", "--output-json", folder.path("t.json"),
                   "--output-html", folder.path("t.html")}));
  EXPECT_EQ(tuned.status, 0) << tuned.err;
  EXPECT_EQ(page_document(folder.path("t.html"))["sweeps"][0]["points"].size(), 3U);

  const Outcome gated =
      eqlab(small({"gate", "rule.toml", "--base-file", rule, "--output-json", folder.path("g.json"),
                   "--output-html", folder.path("g.html")}),
            there);
  EXPECT_EQ(gated.status, 1) << gated.err << gated.out;
  const Json of_gate = page_document(folder.path("g.html"));
  EXPECT_EQ(of_gate["gate"]["verdict"], "fail");
  EXPECT_FALSE(of_gate["diff"]["lost"].empty());

  // Stored results make the same pages, but for what no result holds.
  const std::string page = folder.path("again.html");
  EXPECT_EQ(eqlab({"report", folder.path("g.json"), "--output", page}).status, 0);
  EXPECT_EQ(read_file(page), read_file(folder.path("g.html")));
  EXPECT_EQ(eqlab({"report", folder.path("t.json"), "--output", page}).status, 0);
  EXPECT_EQ(page_document(page)["sweeps"], page_document(folder.path("t.html"))["sweeps"]);
  EXPECT_EQ(eqlab({"report", folder.path("one.json"), folder.path("two.json"),
                   folder.path("t.json"), folder.path("g.json"), "--output", page})
                .status,
            0);
  const Json all = page_document(page);
  EXPECT_EQ(all["scores"].size(), 3U);
  EXPECT_EQ(all["gate"], of_gate["gate"]);
}

TEST(Report, AGateIsShownInEveryFormatAsItWas) {
  const TemporaryFolder folder;
  write_narrower(folder);
  const Running there{.folder = folder.path("")};
  const Outcome gated =
      eqlab(small({"gate", "rule.toml", "--base-file", rule, "--output-json", folder.path("g.json"),
                   "--output-junit", folder.path("g.junit"), "--output-sarif",
                   folder.path("g.sarif"), "--output-markdown", folder.path("g.markdown")}),
            there);
  EXPECT_EQ(gated.status, 1) << gated.err;
  for (const std::string format : {"json", "junit", "sarif", "markdown"}) {
    const Outcome again = eqlab({"report", folder.path("g.json"), "--format", format});
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_EQ(again.out, read_file(folder.path("g." + format))) << format;
  }
  EXPECT_EQ(eqlab({"report", folder.path("g.json"), "--format", "text"}).out, gated.out);
  const Outcome two =
      eqlab({"report", folder.path("g.json"), folder.path("g.json"), "--format", "junit"});
  EXPECT_EQ(two.status, 2);
  EXPECT_NE(two.err.find("E795"), std::string::npos);
}

TEST(Report, WhatIsNoResultIsRefusedAtItsPlace) {
  const TemporaryFolder folder;
  struct Refused {
    std::string text;
    std::string said;
  };
  for (const Refused& one : std::vector<Refused>{
           {"{\n\"eqlab_result\": \"gate\",\n", "r.json:2:23: error E791"},
           {"{\"eqlab_result\": \"gate\",\n\"schema_version\": 7}", "r.json:2:19: error E792"},
           {"{\"eqlab_result\": \"gate\",\n\"schema_version\": 1}", "error E793"},
           {"[1]", "r.json:1:2: error E791"}}) {
    const Outcome outcome = eqlab({"report", folder.write("r.json", one.text), "--format", "json"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_NE(outcome.err.find(one.said), std::string::npos) << outcome.err;
  }
  const Outcome none = eqlab({"report", folder.path("none.json"), "--format", "json"});
  EXPECT_EQ(none.status, 3);
  EXPECT_NE(none.err.find("E901"), std::string::npos);
}

}  // namespace
}  // namespace eqlab::test
