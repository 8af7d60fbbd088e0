// `eqlab score` as its users meet it: options of the schedule and the engine, real events, alerts
// as documents, several rules at once, and what each option says when it cannot be used.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "harness/base/text.h"
#include "program.h"

namespace eqlab::test {
namespace {

using Json = nlohmann::json;

const std::string rule =
    std::string(EQLAB_SOURCE_DIR) + "/rules/macos_installer_package_spawns_network_event.toml";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Second `at` of 2026-03-02T09.
std::string time_of(int at) {
  return format("2026-03-02T{:02}:{:02}:{:02}.000Z", 9 + at / 3600, at / 60 % 60, at % 60);
}

/// An installer's shell on `host` at second `at` and its curl `gap` seconds later, one document a
/// line. `created`: seconds that event.created lies after the event.
std::string install(const std::string& host, int at, int gap, int created = 0) {
  std::string out;
  for (const bool is_shell : {true, false}) {
    const int time = is_shell ? at : at + gap;
    Json document = {{"@timestamp", time_of(time)},
                     {"event",
                      {{"id", format("{}-{}", host, time)},
                       {"created", time_of(time + created)},
                       {"category", {is_shell ? "process" : "network"}},
                       {"type", {"start"}}}},
                     {"host", {{"id", host}, {"os", {{"type", "macos"}}}}},
                     {"user", {{"id", "0"}}},
                     {"process", {{"name", is_shell ? "bash" : "curl"}}}};
    if (is_shell) {
      document["event"]["action"] = "exec";
      document["process"]["parent"]["name"] = "package_script_service";
    }
    out += document.dump() + "\n";
  }
  return out;
}

/// Host a at 0 s within 1 s, host b at an hour within 31 s.
std::string two_installs() { return install("a", 0, 1) + install("b", 3'600, 31); }

/// A rule file with a query over installs, and more keys.
std::string rule_text(const std::string& id, const std::string& keys,
                      const std::string& tables = {}) {
  return format(
      "[rule]\nauthor = [\"a\"]\ndescription = \"d\"\nfrom = \"now-9m\"\ninterval = \"5m\"\n"
      "language = \"eql\"\nname = \"{0}\"\nrisk_score = 21\nrule_id = \"{0}\"\n"
      "severity = \"low\"\ntype = \"eql\"\n{1}\nquery = '''\n"
      "sequence by host.id with maxspan=30s\n  [process where process.name == \"bash\"]\n"
      "  [network where process.name == \"curl\"]\n'''\n{2}",
      id, keys, tables);
}

Outcome score(std::vector<std::string> words) {
  words.insert(words.begin(), "score");
  return eqlab(words);
}

Json card_of(std::vector<std::string> words) {
  words.insert(words.end(), {"--format", "json"});
  const Outcome outcome = score(std::move(words));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return Json::parse(outcome.out, nullptr, false);
}

TEST(Score, RealEventsHaveAlertsAndNobodyToSayWhichAreRight) {
  const TemporaryFolder folder;
  const std::string events = folder.write("events.ndjson", two_installs());
  const Json card = card_of({rule, "--input", events});
  EXPECT_EQ(card["corpus"]["labelled"], false);
  EXPECT_EQ(card["corpus"]["hosts"], 2);
  EXPECT_EQ(card["corpus"]["events"], 4);
  EXPECT_EQ(card["alerts"]["total"], 1);
  EXPECT_EQ(card["alerts"]["noisiest_hosts"][0]["name"], "a");
  EXPECT_EQ(card["headline"]["incident_recall"]["unmeasured"], "no labels");
  EXPECT_TRUE(card["misses"].empty());
  const Outcome text = score({rule, "--input", events});
  EXPECT_TRUE(contains(text.out, "catches   not measured: no labels")) << text.out;
}

TEST(Score, WhatIsNoEventIsCountedAndNothingElseIsNoSuccess) {
  const TemporaryFolder folder;
  const std::string mixed = folder.write("mixed.ndjson", "{not one\n" + two_installs() + "nor\n");
  EXPECT_EQ(card_of({rule, "--input", mixed})["corpus"]["malformed"], 2);
  const Outcome text = score({rule, "--input", mixed});
  EXPECT_TRUE(contains(text.out, "4 events · 2 malformed")) << text.out;
  const Outcome garbage = score({rule, "--input", folder.write("garbage.ndjson", "a\nb\n")});
  EXPECT_EQ(garbage.status, 3);
  EXPECT_TRUE(contains(garbage.err, "E406: none of this is an event")) << garbage.err;
  EXPECT_EQ(garbage.out, "");
  const Outcome undated = score(
      {rule, "--input", folder.write("undated.ndjson", "{\"process\":{\"name\":\"curl\"}}\n")});
  EXPECT_EQ(undated.status, 3);
  EXPECT_TRUE(contains(undated.err, "E406: none of the events has a time in @timestamp"))
      << undated.err;
}

TEST(Score, SecondsOfEventsMakeNoDailyRate) {
  const TemporaryFolder folder;
  const std::string events = folder.write("events.ndjson", install("a", 0, 2));
  const Outcome text = score({rule, "--input", events});
  EXPECT_TRUE(contains(text.out, "rate      not measured: the events cover 2")) << text.out;
  EXPECT_FALSE(contains(text.out, "e-0")) << text.out;
  const Json rate = card_of({rule, "--input", events})["alerts"]["per_1000_hosts_a_day"];
  EXPECT_TRUE(rate["value"].is_null()) << rate;
}

TEST(Score, ListedRunsDecideWhatIsSeen) {
  const TemporaryFolder folder;
  const std::string events = folder.write("events.ndjson", two_installs());
  const auto alerts = [&](const std::string& runs) {
    const Json card = card_of({rule, "--input", events, "--runs-at", runs});
    EXPECT_EQ(card["run"]["options"]["runs-at"], runs);
    return card["alerts"]["total"];
  };
  EXPECT_EQ(alerts("+1m,+5m"), 1);
  EXPECT_EQ(alerts("+9m"), 1) << "both ends of the window count";
  EXPECT_EQ(alerts("+10m"), 0);
  EXPECT_EQ(alerts("2026-03-02T09:05:00Z"), 1);
  EXPECT_EQ(alerts("@" + folder.write("runs", "+10m # too late\n+5m\n")), 1);
}

TEST(Score, FailedRunsLoseIncidentsAndAreTheReason) {
  const std::vector<std::string> corpus = {rule,     "--events", "30000",       "--hosts", "20",
                                           "--seed", "3",        "--resamples", "100"};
  const Json whole = card_of(corpus);
  ASSERT_GT(whole["recall"]["all"]["hits"], 0);
  EXPECT_EQ(whole["runs"]["failed"], 0);
  std::vector<std::string> words = corpus;
  words.insert(words.end(), {"--failed-runs", "0-5000"});
  const Json failed = card_of(words);
  EXPECT_EQ(failed["alerts"]["total"], 0);
  EXPECT_EQ(failed["runs"]["failed"], failed["runs"]["runs"]);
  EXPECT_EQ(failed["recall"]["all"]["total"], whole["recall"]["all"]["total"]);
  std::uint64_t disturbed = 0;
  for (const Json& miss : failed["misses"]) {
    if (miss["reason"] == "runs-disturbed") disturbed += miss["count"].get<std::uint64_t>();
  }
  EXPECT_GE(disturbed, whole["recall"]["all"]["hits"].get<std::uint64_t>());
  EXPECT_EQ(failed["recall"]["lost_to"]["schedule"], disturbed);
}

TEST(Score, AStreamingEngineSeesEventsAsTheyArrive) {
  const TemporaryFolder folder;
  const std::string events = folder.write("events.ndjson", two_installs());
  const std::vector<std::string> words = {rule, "--input", events, "--engine", "streaming"};
  const Json card = card_of(words);
  EXPECT_EQ(card["engine"], "streaming");
  EXPECT_EQ(card["alerts"]["total"], 1);
  EXPECT_TRUE(card["schedule"]["interval_s"].is_null());
  EXPECT_EQ(card["headline"]["latency_from_event"]["max_s"], 1) << "until it can be seen";
  const Outcome text = score(words);
  EXPECT_TRUE(contains(text.out, " · streaming, sees each event as it arrives\n")) << text.out;
  EXPECT_FALSE(contains(text.out, "every 5m")) << text.out;
}

TEST(Score, MaxspansStandSideBySide) {
  const TemporaryFolder folder;
  const std::string events = folder.write("events.ndjson", two_installs());
  const Json cards = card_of({rule, "--input", events, "--maxspan", "500ms,30s,1m"});
  ASSERT_EQ(cards.size(), 3U);
  const std::vector<int> alerts = {0, 1, 2};
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(cards[i]["alerts"]["total"], alerts[i]) << i;
  EXPECT_EQ(cards[0]["run"]["variant"], "maxspan 500ms");
  const Outcome text = score({rule, "--input", events, "--maxspan", "30s,1m"});
  EXPECT_TRUE(contains(text.out, "\nmaxspan 30s")) << text.out;
  EXPECT_TRUE(contains(text.out, "\neach not measured: no labels\n")) << text.out;
}

TEST(Score, RulesOrderedByDifferentFieldsAreEachRight) {
  const TemporaryFolder folder;
  // By event.created the two events of host b lie 1 s apart.
  std::string documents = install("a", 0, 1);
  Json first = Json::parse(install("b", 3'600, 31).substr(0, install("b", 3'600, 31).find('\n')));
  const std::string second = install("b", 3'600, 31);
  first["event"]["created"] = time_of(3'630);
  documents += first.dump() + second.substr(second.find('\n'));
  const std::string events = folder.write("events.ndjson", documents);
  const std::string by_time = folder.write("by_time.toml", rule_text("by-time", ""));
  const std::string by_created = folder.write(
      "by_created.toml", rule_text("by-created", "timestamp_field = \"event.created\""));
  const Json cards = card_of({by_time, by_created, "--input", events});
  ASSERT_EQ(cards.size(), 2U);
  EXPECT_EQ(cards[0]["rule"]["rule_id"], "by-time");
  EXPECT_EQ(cards[0]["alerts"]["total"], 1);
  EXPECT_EQ(cards[1]["rule"]["rule_id"], "by-created");
  EXPECT_EQ(cards[1]["alerts"]["total"], 2);
  EXPECT_EQ(cards[1]["run"]["variant"], "by_created");
}

TEST(Score, AlertsAreDocumentsOfTheSameNamesEachTime) {
  const TemporaryFolder folder;
  const std::string events =
      folder.write("events.ndjson", install("a", 0, 1) + install("b", 60, 2));
  const auto alerts = [&](std::vector<std::string> more) {
    const std::string path = folder.path("alerts.ndjson");
    std::vector<std::string> words = {rule, "--input", events, "--alerts", path};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = score(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return read_file(path);
  };
  const std::string once = alerts({});
  EXPECT_EQ(alerts({}), once);
  EXPECT_EQ(alerts({"--threads", "3"}), once);
  std::istringstream lines(once);
  std::set<std::string> ids;
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const Json hit = Json::parse(line, nullptr, false);
    ASSERT_TRUE(hit.is_object()) << line;
    EXPECT_TRUE(hit["_source"].is_object());
    ids.insert(hit["_id"]);
  }
  EXPECT_EQ(count, 6) << "of each sequence a shell and two blocks";
  EXPECT_EQ(ids.size(), 6U);
}

TEST(Score, HitsAreToldApartByTheirAddresses) {
  const TemporaryFolder folder;
  const auto hit = [](const std::string& id, int at) {
    const Json document = {{"@timestamp", time_of(at)},
                           {"event", {{"id", "the-same"}, {"category", {"process"}}}},
                           {"process", {{"name", "bash"}}}};
    return Json({{"_index", "logs-1"}, {"_id", id}, {"_source", document}}).dump() + "\n";
  };
  const std::string query = folder.write("q.eql", "process where process.name == \"bash\"");
  const auto alerts = [&](const std::string& text) {
    return card_of({query, "--input", folder.write("hits.ndjson", text)})["alerts"]["total"];
  };
  EXPECT_EQ(alerts(hit("1", 0) + hit("2", 400)), 2) << "two documents about one event";
  EXPECT_EQ(alerts(hit("1", 0) + hit("1", 400)), 1);
}

TEST(Score, SuppressedMatchesAreCountedInTheirAlert) {
  const TemporaryFolder folder;
  const std::string events =
      folder.write("events.ndjson", install("a", 0, 1) + install("a", 100, 1) +
                                        install("a", 1'800, 1) + install("b", 100, 1));
  const std::string suppressing = folder.write(
      "rule.toml", rule_text("suppressing", "",
                             "[rule.alert_suppression]\ngroup_by = [\"host.id\"]\n"
                             "missing_fields_strategy = \"suppress\"\n"
                             "[rule.alert_suppression.duration]\nunit = \"h\"\nvalue = 1\n"));
  const Json card = card_of({suppressing, "--input", events});
  EXPECT_EQ(card["alerts"]["total"], 2);
  EXPECT_EQ(card["alerts"]["suppression"]["matches"], 2);
  EXPECT_EQ(card["alerts"]["suppression"]["alerts"], 1);
  const Outcome text = score({suppressing, "--input", events});
  EXPECT_TRUE(contains(text.out, "on 2 of 2 hosts (2 more suppressed)")) << text.out;
  const Outcome streamed = score({suppressing, "--input", events, "--engine", "streaming"});
  EXPECT_EQ(streamed.status, 0);
  EXPECT_TRUE(contains(streamed.err, "a streaming engine suppresses no alerts")) << streamed.err;
  EXPECT_TRUE(contains(streamed.out, "raises    4 alerts")) << streamed.out;
}

TEST(Score, ExplainAgreesAboutWhatWasSuppressed) {
  const TemporaryFolder folder;
  const std::string corpus = folder.path("corpus");
  ASSERT_EQ(
      eqlab({"generate", "-o", corpus, "--events", "30000", "--hosts", "20", "--seed", "3"}).status,
      0);
  std::string text = read_file(rule);
  text.insert(text.find("[[rule.threat]]"),
              "[rule.alert_suppression]\ngroup_by = [\"user.id\"]\n"
              "[rule.alert_suppression.duration]\nunit = \"h\"\nvalue = 24\n\n");
  const std::string suppressing = folder.write("rule.toml", text);
  const Json card = card_of({suppressing, "--corpus", corpus, "--resamples", "100"});
  const auto miss = std::ranges::find_if(
      card["misses"], [](const Json& group) { return group["reason"] == "suppressed"; });
  ASSERT_NE(miss, card["misses"].end()) << card["misses"];
  EXPECT_EQ((*miss)["cause"], "suppression");
  EXPECT_EQ(card["recall"]["lost_to"]["suppression"], (*miss)["count"]);
  const Outcome told = eqlab({"explain", suppressing, corpus, "--incident",
                              (*miss)["example_incident"].get<std::string>(), "--format", "json"});
  ASSERT_EQ(told.status, 0) << told.err;
  const Json explained = Json::parse(told.out, nullptr, false);
  EXPECT_EQ(explained["explanations"][0]["reason"], "suppressed") << told.out;
}

TEST(Score, EachOptionSaysWhatItCannotUse) {
  const TemporaryFolder folder;
  const std::string events = folder.write("events.ndjson", two_installs());
  const auto expect = [&](std::vector<std::string> more, int status, const std::string& code,
                          const std::string& part) {
    std::vector<std::string> words = {rule, "--input", events};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = score(words);
    EXPECT_EQ(outcome.status, status) << part << outcome.err;
    EXPECT_TRUE(contains(outcome.err, code)) << outcome.err;
    EXPECT_TRUE(contains(outcome.err, part)) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  };
  expect({"--runs-at", "soon"}, 2, "E661", "soon");
  expect({"--runs-at", "@" + folder.path("absent")}, 3, "E901", "absent");
  expect({"--failed-runs", "3,x"}, 2, "E662", "x");
  expect({"--schedule", "lookback=9m,to=10m"}, 2, "E905", "to lies");
  expect({"--schedule", "speed=1"}, 2, "E905", "speed=1");
  expect({"--schedule", "interval=36500d"}, 2, "E905", "interval=36500d");
  for (const char* const number : {"nan", "-nan", "inf", "-1", "2x", ""}) {
    expect({"--beta", number}, 2, "--beta", "must be a number from 0.001 to 1000");
    expect({"--prevalence", number}, 2, "--prevalence", "must be a number from 0 to 1");
  }
  expect({"--maxspan", "never"}, 2, "E720", "never");
  expect({"--engine", "magic"}, 2, "magic", "--engine");
  expect({"--engine", "streaming", "--runs-at", "+1m"}, 2, "E905", "--runs-at");
  expect({"--engine", "streaming", "--failed-runs", "3"}, 2, "E905", "--failed-runs");
  expect({"--corpus", folder.path("c")}, 2, "--corpus", "--input");
  expect({"--seed", "3"}, 2, "--seed", "--input");
  expect({"--alerts", events + "/alerts"}, 3, "E9", "alerts");
  expect({"--resamples", "1"}, 2, "--resamples", "1");
  EXPECT_EQ(score({rule, "--input", folder.path("absent.ndjson")}).status, 3);
  const std::string backwards =
      folder.write("backwards.toml", rule_text("backwards", "to = \"now-10m\""));
  const Outcome nothing_read = score({backwards, "--input", events});
  EXPECT_EQ(nothing_read.status, 2);
  EXPECT_TRUE(contains(nothing_read.err, "backwards.toml: error E303")) << nothing_read.err;
  EXPECT_FALSE(contains(nothing_read.err, "--schedule")) << nothing_read.err;
  EXPECT_EQ(score({backwards, "--input", events, "--schedule", "to=0s"}).status, 0);
  const std::string no_date =
      folder.write("no_date.toml", rule_text("no-date", "timestamp_override = \"host.id\""));
  const Outcome undated = score({no_date, "--input", events});
  EXPECT_EQ(undated.status, 2);
  EXPECT_TRUE(contains(undated.err, "no_date.toml:")) << undated.err;
  EXPECT_TRUE(contains(undated.err, "E660")) << undated.err;
}

}  // namespace
}  // namespace eqlab::test
