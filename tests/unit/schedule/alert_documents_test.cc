#include "harness/schedule/alert_documents.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/schedule/scanned.h"

namespace eqlab::schedule {
namespace {

using Json = nlohmann::json;

std::string merged(std::vector<std::string_view> documents) { return merged_source(documents); }

TEST(MergedSource, KeepsWhatIsAlike) {
  EXPECT_EQ(merged({R"({"host":{"id":"h","name":"a"},"user":{"id":"0"},"process":{"pid":1}})",
                    R"({"host":{"id":"h","name":"b"},"user":{"id":"0"},"process":{"pid":2}})"}),
            R"({"host":{"id":"h"},"user":{"id":"0"}})")
      << "an object of which nothing is left goes too";
}

TEST(MergedSource, IsStrictAboutTypes) {
  EXPECT_EQ(merged({R"({"a":1,"b":"1","c":null,"d":true,"e":1})",
                    R"({"a":"1","b":"1","c":null,"d":1,"e":1.0})"}),
            R"({"b":"1","c":null,"e":1})");
  EXPECT_EQ(merged({R"({"a":{"b":1}})", R"({"a":1})"}), "{}");
}

TEST(MergedSource, DottedAndNestedNamesAreOne) {
  EXPECT_EQ(merged({R"({"host.os.type":"macos","host":{"id":"h"}})",
                    R"({"host":{"os":{"type":"macos"},"id":"h"}})", R"({"host.id":"h"})"}),
            R"({"host":{"id":"h"}})");
  EXPECT_EQ(merged({R"({"a.b":1,"a":{"c":2}})"}), R"({"a":{"b":1,"c":2}})");
  EXPECT_EQ(merged({R"({"a.b":1,"a":{"b":2}})"}), R"({"a":{"b":[2,1]}})");
  EXPECT_EQ(merged({R"({"a":3,"a.b":1})"}), R"({"a":3,"a.b":1})");
}

TEST(MergedSource, ArraysShareTheirItems) {
  EXPECT_EQ(merged({R"({"t":["a","b","b","c"]})", R"({"t":["c","b"]})"}), R"({"t":["b","c"]})");
  EXPECT_EQ(merged({R"({"t":["a"]})", R"({"t":["b"]})"}), R"({"t":[]})");
  EXPECT_EQ(merged({R"({"t":"a"})", R"({"t":["b","a"]})"}), R"({"t":["a"]})");
  EXPECT_EQ(merged({R"({"t":["a",{"x":1}]})", R"({"t":[{"x":1},"a"]})"}), R"({"t":["a"]})")
      << "objects in arrays are never the same object";
}

TEST(MergedSource, IsLeftToRight) {
  // Pairwise: ["a","b"] ∩ "a" is ["a"], and stays an array.
  EXPECT_EQ(merged({R"({"t":["a","b"]})", R"({"t":"a"})", R"({"t":"a"})"}), R"({"t":["a"]})");
  EXPECT_EQ(merged({R"({"t":"a"})", R"({"t":"a"})"}), R"({"t":"a"})");
}

TEST(MergedSource, DeepAndBrokenTextsDoNoHarm) {
  EXPECT_EQ(merged({"no json", "{}"}), "{}");
  std::string dots = "a";
  for (int i = 0; i < 200'000; ++i) dots += ".a";
  const std::string hostile = "{\"" + dots + "\":1}";
  const std::string text = merged({hostile, hostile});
  EXPECT_GT(text.size(), dots.size());
}

rule::Rule installer_rule() {
  return *rule::parse_rule_toml(R"([rule]
rule_id = "99239e7d-b0d4-46e3-8609-acafcf99f68c"
name = "Installer connects"
description = "d"
type = "eql"
language = "eql"
severity = "medium"
risk_score = 47
from = "now-9m"
index = ["logs-endpoint.events.*"]
query = '''
sequence by host.id with maxspan=30s
  [process where process.name == "bash"]
  [network where process.name == "curl"]
'''
)",
                                "r.toml");
}

const std::string two_hits =
    R"({"_index":"ix-p","_id":"p1","_source":{"@timestamp":"2026-03-02T10:01:00.000Z","event":{"id":"e1","category":["process"],"kind":"event","action":"exec"},"host":{"id":"h"},"process":{"name":"bash"},"tags":["x","y"]}})"
    "\n"
    R"({"_index":"ix-n","_id":"n1","_source":{"@timestamp":"2026-03-02T10:01:04.000Z","event":{"id":"e2","category":["network"],"kind":"event","action":"connection_attempted"},"host.id":"h","process":{"name":"curl"},"tags":"y"}})"
    "\n";

struct Written {
  Simulation simulation;
  std::vector<Json> lines;
};
Written written(const rule::Rule& rule, const std::string& ndjson, bool keep_sources = true,
                const AlertContext& context = {}) {
  std::optional<Addresses> addresses;
  const tiny::Scanned scanned(rule, ndjson, keep_sources, [&](scan::Plan& plan) {
    addresses.emplace(plan, event::Schema::builtin(), "event.category");
  });
  Written out{.simulation = scanned.simulate(), .lines = {}};
  const AlertDocuments documents(scanned.log, scanned.rule, *addresses, context);
  for (const Alert& alert : out.simulation.alerts) {
    const std::string text = documents.write(alert);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      out.lines.push_back(Json::parse(text.substr(at, end - at)));
      at = end + 1;
    }
  }
  return out;
}

TEST(AlertDocuments, ASequenceIsAShellAndABlockForEachEvent) {
  const Written out = written(installer_rule(), two_hits);
  ASSERT_EQ(out.lines.size(), 3U);
  const GroupIds ids = group_alert_ids(
      std::vector<Lineage>{{{.id = "p1", .index = "ix-p"}}, {{.id = "n1", .index = "ix-n"}}},
      "99239e7d-b0d4-46e3-8609-acafcf99f68c");
  EXPECT_EQ(out.lines[0]["_id"], ids.shell);
  EXPECT_EQ(out.lines[0]["_index"], ".alerts-security.alerts-default");
  const Json& shell = out.lines[0]["_source"];
  EXPECT_EQ(shell["host"], Json({{"id", "h"}}));
  EXPECT_EQ(shell["tags"], Json::array({"y"}));
  EXPECT_FALSE(shell.contains("process"));
  EXPECT_EQ(shell["event"]["kind"], "signal");
  const Json& alert = shell["kibana"]["alert"];
  EXPECT_EQ(alert["depth"], 2);
  EXPECT_EQ(alert["group"], Json({{"id", ids.shell}}));
  EXPECT_FALSE(alert.contains("building_block_type"));
  EXPECT_EQ(alert["original_event"], Json({{"category", Json::array()}, {"kind", "event"}}));
  ASSERT_EQ(alert["ancestors"].size(), 4U);
  EXPECT_EQ(alert["ancestors"][0],
            Json({{"id", "p1"}, {"index", "ix-p"}, {"type", "event"}, {"depth", 0}}));
  EXPECT_EQ(alert["ancestors"][1]["id"], ids.blocks[0]);
  EXPECT_EQ(alert["ancestors"][1]["index"], "");
  EXPECT_EQ(alert["ancestors"][1]["type"], "signal");
  EXPECT_EQ(alert["ancestors"][3]["id"], ids.blocks[1]);
  EXPECT_EQ(alert["rule"]["name"], "Installer connects");
  EXPECT_EQ(alert["rule"]["from"], "now-9m");
  EXPECT_EQ(alert["status"], "active");
  EXPECT_EQ(alert["workflow_status"], "open");

  for (std::size_t i = 0; i < 2; ++i) {
    const Json& block = out.lines[i + 1]["_source"];
    EXPECT_EQ(out.lines[i + 1]["_id"], ids.blocks[i]);
    EXPECT_EQ(block["kibana"]["alert"]["depth"], 1);
    EXPECT_EQ(block["kibana"]["alert"]["building_block_type"], "default");
    EXPECT_EQ(block["kibana"]["alert"]["group"], Json({{"id", ids.shell}, {"index", i}}));
    EXPECT_EQ(block["kibana"]["alert"]["ancestors"].size(), 1U);
  }
  EXPECT_EQ(out.lines[2]["_source"]["process"]["name"], "curl") << "a block has all of its event";
}

TEST(AlertDocuments, TimesAreThoseOfTheRunAndOriginalTimesOfTheEvents) {
  const Written out = written(installer_rule(), two_hits);
  const std::string created =
      format_iso8601(out.simulation.alerts.at(0).alert_time.time_since_epoch().count());
  for (const Json& line : out.lines) {
    EXPECT_EQ(line["_source"]["@timestamp"], created);
    EXPECT_EQ(line["_source"]["kibana"]["alert"]["start"], created);
    EXPECT_EQ(line["_source"]["kibana"]["alert"]["last_detected"], created);
    EXPECT_EQ(line["_source"]["kibana"]["alert"]["rule"]["execution"]["timestamp"], created);
  }
  EXPECT_EQ(out.lines[0]["_source"]["kibana"]["alert"]["original_time"], created)
      << "the shell's is when its first block was made";
  EXPECT_EQ(out.lines[2]["_source"]["kibana"]["alert"]["original_time"],
            "2026-03-02T10:01:04.000Z");
}

TEST(AlertDocuments, ASingleEventIsOneAlert) {
  rule::Rule rule = rule::bare_query("network where true", "q.eql");
  rule.rule_id = "rid";
  const Written out = written(rule, two_hits);
  ASSERT_EQ(out.lines.size(), 1U);
  EXPECT_EQ(out.lines[0]["_id"], single_alert_id({.id = "n1", .index = "ix-n"}, "default", "rid"));
  const Json& alert = out.lines[0]["_source"]["kibana"]["alert"];
  EXPECT_EQ(alert["depth"], 1);
  EXPECT_FALSE(alert.contains("group"));
  EXPECT_EQ(alert["original_event"]["action"], "connection_attempted");
  EXPECT_EQ(out.lines[0]["_source"]["process"]["name"], "curl");
}

TEST(AlertDocuments, AbsentEventsHaveNoBlock) {
  const rule::Rule rule = rule::bare_query(
      "sequence by host.id with maxspan=30s [process where true] ![file where true] "
      "[network where true]",
      "q.eql");
  EXPECT_EQ(written(rule, two_hits).lines.size(), 3U);
}

TEST(AlertDocuments, WithoutSourcesTheEventsAreTold) {
  const Written out = written(installer_rule(), two_hits, false);
  ASSERT_EQ(out.lines.size(), 3U);
  EXPECT_EQ(out.lines[0]["_id"], written(installer_rule(), two_hits).lines[0]["_id"]);
  EXPECT_EQ(out.lines[1]["_source"]["kibana"]["alert"]["original_time"],
            "2026-03-02T10:01:00.000Z");
  EXPECT_EQ(out.lines[1]["_source"]["event"]["id"], "e1");
}

TEST(AlertDocuments, AnAlertOnAlertsGoesDeeperAndKeepsItsAncestors) {
  std::string lines;
  for (const Json& line : written(installer_rule(), two_hits).lines) lines += line.dump() + "\n";
  std::optional<Addresses> addresses;
  const tiny::Scanned scanned(rule::bare_query("any where true", "q.eql"), lines, true,
                              [&](scan::Plan& plan) {
                                addresses.emplace(plan, event::Schema::builtin(), "event.category");
                              });
  const AlertDocuments documents(scanned.log, scanned.rule, *addresses, {.rule_uuid = "other"});
  bool found = false;
  for (const Alert& alert : scanned.simulate().alerts) {
    const Json line = Json::parse(documents.write(alert));
    const Json& fields = line["_source"]["kibana"]["alert"];
    if (fields["depth"] != 3) continue;
    found = true;
    ASSERT_EQ(fields["ancestors"].size(), 5U);
    EXPECT_EQ(fields["ancestors"][4]["type"], "signal");
    EXPECT_EQ(fields["ancestors"][4]["depth"], 2);
    EXPECT_EQ(fields["ancestors"][4]["rule"], "99239e7d-b0d4-46e3-8609-acafcf99f68c");
  }
  EXPECT_TRUE(found) << "the shell was alerted on";
}

TEST(AlertDocuments, SpaceAndRuleOfTheContext) {
  const Written out = written(installer_rule(), two_hits, true, {.rule_uuid = "u", .space = "lab"});
  EXPECT_EQ(out.lines[0]["_index"], ".alerts-security.alerts-lab");
  EXPECT_EQ(out.lines[0]["_source"]["kibana"]["space_ids"], Json::array({"lab"}));
  EXPECT_EQ(out.lines[0]["_source"]["kibana"]["alert"]["rule"]["uuid"], "u");
  EXPECT_NE(out.lines[0]["_id"], written(installer_rule(), two_hits).lines[0]["_id"]);
}

TEST(AlertDocuments, AreReadAsHitsAgain) {
  std::string lines;
  for (const Json& line : written(installer_rule(), two_hits).lines) lines += line.dump() + "\n";
  const tiny::Scanned scanned(rule::bare_query("any where host.id == \"h\"", "q.eql"), lines);
  EXPECT_EQ(scanned.log.size(), 3U);
}

}  // namespace
}  // namespace eqlab::schedule
