// `eqlab explain` as its users meet it, on small inputs, on hostile ones, and on a generated corpus
// whose scorecard must give the same reasons.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

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

std::string process(const std::string& time, const std::string& host, const std::string& name,
                    const std::string& parent, const std::string& id) {
  return format(
             R"({{"@timestamp":"2026-03-02T{}Z","event":{{"category":["process"],"type":["start"],)"
             R"("action":"exec","id":"{}"}},"host":{{"id":"{}","os":{{"type":"macos"}}}},)"
             R"("user":{{"id":"0"}},"process":{{"name":"{}","parent":{{"name":"{}"}}}}}})",
             time, id, host, name, parent) +
         "\n";
}
std::string network(const std::string& time, const std::string& host, const std::string& name,
                    const std::string& user, const std::string& id) {
  return format(
             R"({{"@timestamp":"2026-03-02T{}Z","event":{{"category":["network"],"type":["start"],)"
             R"("id":"{}"}},"host":{{"id":"{}","os":{{"type":"macos"}}}},"user":{{"id":"{}"}},)"
             R"("process":{{"name":"{}"}}}})",
             time, id, host, user, name) +
         "\n";
}

/// Host a: an unlisted name; b: too late; c: another user; d: a match.
std::string events(bool with_match) {
  return process("09:00:00.000", "a", "bash", "package_script_service", "a1") +
         network("09:00:00.495", "a", "python3.11", "0", "a2") +
         process("10:00:00.000", "b", "sh", "installer", "b1") +
         network("10:00:33.200", "b", "curl", "0", "b2") +
         process("11:00:00.000", "c", "sh", "installer", "c1") +
         network("11:00:02.000", "c", "curl", "501", "c2") +
         (with_match ? process("12:00:00.000", "d", "sh", "installer", "d1") +
                           network("12:00:02.000", "d", "curl", "0", "d2")
                     : std::string());
}

/// A rule with a filter and exception items, as Kibana exports them.
std::string exported_rule(const std::string& query, const std::string& index, const Json& filter,
                          const std::vector<Json>& items) {
  const Json reference = {
      {"id", "c1"}, {"list_id", "L1"}, {"type", "detection"}, {"namespace_type", "single"}};
  Json list = reference;
  list["name"] = "list";
  std::string out = Json({{"rule_id", "r1"},
                          {"name", "guarded"},
                          {"type", "eql"},
                          {"language", "eql"},
                          {"query", query},
                          {"index", {index}},
                          {"severity", "low"},
                          {"risk_score", 21},
                          {"from", "now-13m"},
                          {"interval", "5m"},
                          {"filters", Json::array({filter})},
                          {"exceptions_list", Json::array({reference})}})
                        .dump() +
                    "\n" + list.dump() + "\n";
  for (Json item : items) {
    item.update({{"id", item["item_id"]},
                 {"list_id", "L1"},
                 {"type", "simple"},
                 {"namespace_type", "single"}});
    out += item.dump() + "\n";
  }
  return out;
}
Json item_on(const std::string& name, const std::string& field, const std::string& value) {
  const Json entry = {
      {"field", field}, {"operator", "included"}, {"type", "match"}, {"value", value}};
  return {{"item_id", "id of " + name}, {"name", name}, {"entries", Json::array({entry})}};
}

TEST(Explain, NamesTheFilterAndTheExceptionItemThatLeaveAnEventOut) {
  const TemporaryFolder folder;
  const Json no_root = {{"meta", {{"alias", "not root"}, {"negate", true}}},
                        {"query", {{"match_phrase", {{"user.id", "0"}}}}}};
  const std::string guarded = folder.write(
      "rules.ndjson",
      exported_rule(
          "process where process.name == \"sh\"", "logs-endpoint.events.*", no_root,
          {item_on("build hosts", "host.id", "b"),
           item_on("installs", "process.parent.name", "installer"), item_on("", "host.id", "c")}));
  const std::string path =
      folder.write("events.ndjson", process("10:00:00.000", "a", "sh", "zsh", "0") +
                                        R"({"@timestamp":"2026-03-02T10:00:01Z","event":{)"
                                        R"("category":["process"]},"process":{"name":"sh",)"
                                        R"("parent":{"name":"installer"}},"host":{"id":"b"}})"
                                        "\n"
                                        R"({"@timestamp":"2026-03-02T10:00:02Z","event":{)"
                                        R"("category":["process"]},"process":{"name":"sh"},)"
                                        R"("host":{"id":"c"}})"
                                        "\n"
                                        R"({"@timestamp":"2026-03-02T10:00:03Z","event":{)"
                                        R"("category":["process"]},"process":{"name":"zsh"}})"
                                        "\n");
  const auto explained = [&](const std::string& event) {
    return eqlab({"explain", guarded, "--event", event, path}).out;
  };
  const std::string by_filter = explained("1");
  EXPECT_TRUE(
      contains(by_filter, "the query is met, but the event is left out by filter \"not root\"\n"))
      << by_filter;
  EXPECT_TRUE(contains(by_filter, "✓ process.name == \"sh\"   is \"sh\"\n")) << by_filter;
  EXPECT_TRUE(contains(by_filter, "✗ passes filter \"not root\" on user.id   is \"0\"\n"))
      << by_filter;
  EXPECT_TRUE(contains(by_filter, "nearest change: user.id missing instead of \"0\"  → matches"))
      << by_filter;

  const std::string by_items = explained("2");
  EXPECT_TRUE(contains(by_items, "left out by exception item \"build hosts\" and 1 more\n"))
      << by_items;
  EXPECT_TRUE(contains(by_items,
                       "✗ not left out by exception item \"build hosts\" on host.id   is \"b\"\n"))
      << by_items;
  EXPECT_FALSE(contains(by_items, "filter \"not root\"")) << by_items;
  EXPECT_TRUE(contains(explained("3"), "left out by exception item \"id of \"")) << "no name";

  const std::string by_query = explained("4");
  EXPECT_TRUE(contains(by_query, "the query is not met: process.name is \"zsh\"\n")) << by_query;
  EXPECT_TRUE(contains(by_query, "✓ passes the rule's filters and exceptions\n")) << by_query;

  const Outcome json = eqlab({"explain", guarded, "--event", "2", "--format", "json", path});
  const Json step = Json::parse(json.out)["explanations"][0]["steps"][0];
  EXPECT_EQ(step["state"], "failed");
  const Json last = step["condition"]["terms"].back();
  EXPECT_EQ(last["kind"], "not");
  EXPECT_EQ(last["truth"], false);
  EXPECT_EQ(last["guard"], "exception item \"installs\"");
  EXPECT_EQ(last["terms"][0]["truth"], true);
}

TEST(Explain, ShowsAnEventsFieldsThoughTheQueryCanNeverBeTrue) {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("events.ndjson", process("10:00:00.000", "a", "sh", "zsh", "e1"));
  const std::string mapping = folder.write(
      "mapping.json",
      R"({"properties":{"@timestamp":{"type":"date"},"event":{"properties":{"category":)"
      R"({"type":"keyword"}}},"process":{"dynamic":false,"properties":{"name":)"
      R"({"type":"keyword"}}}},"dynamic":false})");
  const Outcome outcome = eqlab({"explain", "--schema", mapping, "--query",
                                 "process where process.name == \"sh\" and ?process.note == \"x\"",
                                 "--event", "1", path});
  EXPECT_TRUE(contains(outcome.out, "✓ event.category == \"process\"   is \"process\"\n"))
      << outcome.out << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "✓ process.name == \"sh\"   is \"sh\"\n")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "the query is not met: process.note is missing\n"))
      << outcome.out;

  const Outcome open =
      eqlab({"explain", "--schema", "none", "--query",
             "process where process.name == \"sh\" and false", "--event", "1", path});
  EXPECT_TRUE(contains(open.out, "✓ process.name == \"sh\"   is \"sh\"\n")) << open.out;
}

TEST(Explain, ReadsFieldsThatCountAsMapped) {
  const TemporaryFolder folder;
  const Json account = {{"meta", {{"alias", "account"}}},
                        {"query", {{"match_phrase", {{"aws.account", "1"}}}}}};
  const std::string guarded = folder.write(
      "rules.ndjson", exported_rule("any where aws.action == \"x\" and ?aws.note == null",
                                    "logs-aws.cloudtrail-*", account, {}));
  const std::string path =
      folder.write("events.ndjson", R"({"@timestamp":"2026-03-02T10:00:01Z","aws":{)"
                                    R"("action":"y","account":"1"}})"
                                    "\n"
                                    R"({"@timestamp":"2026-03-02T10:00:02Z","aws":{)"
                                    R"("action":"x","account":"2"}})"
                                    "\n"
                                    R"({"@timestamp":"2026-03-02T10:00:03Z","aws":{)"
                                    R"("action":"x","account":"1"}})"
                                    "\n");
  const auto explained = [&](const std::string& line) {
    return eqlab({"explain", guarded, "--event", line, path}).out;
  };
  EXPECT_TRUE(contains(explained("1"), "the query is not met: aws.action is \"y\"\n"))
      << explained("1");
  EXPECT_TRUE(contains(explained("1"), "✓ ?aws.note == null   is missing\n")) << explained("1");
  EXPECT_TRUE(contains(explained("2"), "left out by filter \"account\"")) << explained("2");
  EXPECT_TRUE(contains(explained("3"), "it matches\n")) << explained("3");
}

TEST(Explain, ShowsTheStepTheTermTheValueAndTheNearestChange) {
  const TemporaryFolder folder;
  const std::string path = folder.write("events.ndjson", events(false));
  const Outcome outcome = eqlab({"explain", rule, "--event", "2", path});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "event on line 2 · a2\n"
            "  step 2 is not met: process.name is \"python3.11\"\n"
            "\n"
            "  step 1  ✓  2026-03-02T09:00:00.000Z  line 1\n"
            "             process.parent.name \"package_script_service\"  process.name \"bash\"\n"
            "  step 2  ✗  09:00:00.495 +0.495 s     line 2  process.name \"python3.11\"\n"
            "             ✓ 3 other terms\n"
            "             ✗ process.name : (\"curl\", \"osascript\", \"wget\", \"python\")\n"
            "                 is \"python3.11\"; nearest \"python\"\n"
            "  nearest change: process.name \"python\" instead of \"python3.11\" at step 2  → "
            "matches\n");
  EXPECT_TRUE(contains(outcome.err, "read 6 events: 6 usable, 0 malformed · 0 matches\n"));
}

TEST(Explain, EachEventHasItsReason) {
  const TemporaryFolder folder;
  const std::string path = folder.write("events.ndjson", events(true));
  const auto reason = [&](const std::string& subject) {
    const Outcome outcome = eqlab({"explain", rule, "--event", subject, "--format", "json", path});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const Json item = Json::parse(outcome.out)["explanations"][0];
    return item["reason"].get<std::string>() + ": " + item["text"].get<std::string>();
  };
  EXPECT_EQ(reason("a1"), "stage-unmatched: step 2 is not met: process.name is \"python3.11\"");
  EXPECT_EQ(reason("3"), "over-maxspan: 3.2 s over maxspan: 33.2 s of 30 s");
  EXPECT_EQ(reason("b2"), "over-maxspan: 3.2 s over maxspan: 33.2 s of 30 s");
  EXPECT_EQ(reason("c2"), "keys-differ: user.id differs: \"0\", then \"501\"");
  EXPECT_EQ(reason("d1"), "matched: it matches");
}

TEST(Explain, WithoutASubjectTheMatchOrTheNearestMissIsShown) {
  const TemporaryFolder folder;
  const std::string with = folder.write("with.ndjson", events(true));
  const std::string without = folder.write("without.ndjson", events(false));
  const Outcome match = eqlab({"explain", rule, with});
  EXPECT_EQ(match.status, 0);
  EXPECT_TRUE(contains(match.out, "the only match\n  it matches\n")) << match.out;
  EXPECT_TRUE(contains(match.out, "line 8  process.name \"curl\"")) << match.out;
  const Outcome miss = eqlab({"explain", rule, without});
  EXPECT_TRUE(contains(miss.out, "the nearest miss\n")) << miss.out;
  EXPECT_TRUE(contains(miss.out, "nearest change: ")) << miss.out;
  const Outcome all = eqlab({"explain", rule, "--all-misses", "5", "--format", "json", with});
  const Json items = Json::parse(all.out)["explanations"];
  ASSERT_EQ(items.size(), 3U);
  for (const Json& item : items) {
    EXPECT_EQ(item["kind"], "near-miss");
    EXPECT_FALSE(item["changes"].empty()) << item;
  }
}

TEST(Explain, TakesQueriesSchemasAndStandardInputAsMatchDoes) {
  const TemporaryFolder folder;
  const std::string query = folder.write("query.eql", "process where process.name == \"zsh\"");
  const std::string csv = folder.write("schema.csv",
                                       "field,type\n@timestamp,date\nevent.category,keyword\n"
                                       "process.name,keyword\n");
  const Outcome outcome =
      eqlab({"explain", "--query-file", query, "--schema", csv, "-"}, {.input = events(false)});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "→ matches")) << outcome.out;
  const Outcome open = eqlab({"explain", "--query",
                              "sample by host.id [process where true] "
                              "[network where process.name == \"nc\"]",
                              "--schema", "none", "-"},
                             {.input = events(false)});
  EXPECT_EQ(open.status, 0) << open.err;
  EXPECT_TRUE(contains(open.out, "process.name \"nc\" instead of")) << open.out;
}

TEST(Explain, MistakesHaveTheirStatusAndSayWhatToDo) {
  const TemporaryFolder folder;
  const std::string path = folder.write("events.ndjson", events(false));
  const auto expect = [&](const std::vector<std::string>& words, int status,
                          const std::string& message) {
    const Outcome outcome = eqlab(words);
    EXPECT_EQ(outcome.status, status) << outcome.err;
    EXPECT_TRUE(contains(outcome.err, message)) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  };
  expect({"explain", rule, "--event", "7", path}, 2, "error E409: there is no event 7");
  expect({"explain", rule, "--event", "no\x1bsuch", path}, 2, "there is no event no\\x1bsuch");
  expect({"explain", rule, "--incident", "I-1", path}, 2, "error E407");
  expect({"explain"}, 2, "error E905: no rule given");
  expect({"explain", rule, folder.path("absent")}, 3, "error E901");
  expect({"explain", "--query", "process where", path}, 2, "error E106");
  expect({"explain", rule, "--event", "1", "--all-misses", "2", path}, 2, "--help");
  const std::string text = folder.write("text.ndjson", "no event\n");
  expect({"explain", rule, text}, 3, "error E406");
}

TEST(Explain, AHostileEventNeitherFloodsNorMovesTheTerminal) {
  const TemporaryFolder folder;
  std::string many = "[";
  for (int i = 0; i < 10'000; ++i) many += format("{}\"v{}\"", i == 0 ? "" : ",", i);
  many += "]";
  const std::string big(1U << 20, 'x');
  const std::string event = format(
      R"({{"@timestamp":"2026-03-02T09:00:00Z","event":{{"category":"process","id":"evil"}},)"
      R"("host":{{"id":{}}},"user":{{"id":"\u001b[2J\r\u202e{}"}},)"
      R"("process":{{"name":"\u001b]0;x\u0007{}","args":{}}}}})",
      many, big, big, many);
  const std::string path = folder.write("events.ndjson", event + "\n" + event + "\n");
  const std::vector<std::string> queries = {
      "process where process.name == \"curl\" and process.args == \"nothing\" and user.id : \"a*\"",
      "sequence by host.id [process where process.name == \"a\"] with runs=100 "
      "[process where process.args : \"v99\"] with runs=100",
      "sample by host.id [process where user.id == \"0\"] [process where process.name : \"b\"]",
  };
  for (const std::string& query : queries) {
    for (const std::vector<std::string>& extra :
         std::vector<std::vector<std::string>>{{}, {"--full"}, {"--event", "evil"}}) {
      std::vector<std::string> words = {"explain", "--query", query, path};
      words.insert(words.end(), extra.begin(), extra.end());
      const Outcome outcome = eqlab(words);
      EXPECT_EQ(outcome.status, 0) << query << outcome.err;
      EXPECT_LT(outcome.out.size(), 200'000U) << query;
      EXPECT_FALSE(contains(outcome.out, "\x1b")) << query;
      EXPECT_FALSE(contains(outcome.out, "\r")) << query;
      EXPECT_FALSE(contains(outcome.out, "\u202e")) << query;
    }
  }
}

TEST(Explain, GivesTheReasonsThatTheScorecardCounts) {
  const TemporaryFolder folder;
  const std::string corpus = folder.path("corpus");
  const Outcome made = eqlab({"generate", "--profile", "balanced", "--hosts", "110", "--days", "3",
                              "--seed", "1", "-o", corpus});
  ASSERT_EQ(made.status, 0) << made.err;
  const Json card = Json::parse(eqlab({"score", rule, "--corpus", corpus, "--format", "json"}).out);
  const Json explained = Json::parse(
      eqlab({"explain", rule, corpus, "--all-misses", "10000", "--format", "json"}).out);
  std::map<std::string, std::uint64_t> counted;
  std::uint64_t total = 0;
  for (const Json& group : card["misses"]) {
    const std::uint64_t count = group["count"];
    counted[group["reason"]] += count;
    total += count;
  }
  ASSERT_GT(card["corpus"]["incidents"]["malicious"], 200) << "too few to mean anything";
  ASSERT_GT(total, 130U);
  std::map<std::string, std::uint64_t> found;
  std::size_t with_change = 0;
  std::string incident;
  for (const Json& item : explained["explanations"]) {
    EXPECT_EQ(item["kind"], "incident");
    EXPECT_EQ(item["matched"], false);
    ++found[item["reason"]];
    with_change += item["changes"].empty() ? 0U : 1U;
    if (item["reason"] == "stage-unmatched") incident = item["incident"];
    // The events that are shown must bear the reason out.
    if (item["reason"] == "stage-unmatched") {
      const auto is_open = [](const Json& step) {
        return step["state"] == "failed" || step["state"] == "absent";
      };
      EXPECT_TRUE(std::ranges::any_of(item["steps"], is_open)) << item;
    }
    if (item["reason"] == "over-maxspan") {
      EXPECT_GT(item["seconds_over_maxspan"], 0) << item;
    }
  }
  EXPECT_EQ(found, counted);
  EXPECT_GT(with_change, total / 2);

  const Outcome one = eqlab({"explain", rule, "--incident", incident, corpus});
  EXPECT_EQ(one.status, 0) << one.err;
  EXPECT_TRUE(contains(one.out, incident)) << one.out;
  EXPECT_TRUE(contains(one.out, "· malicious · missed\n")) << one.out;
  // What is benign cannot be missed.
  const std::string first = explained["explanations"][0]["incident"];
  bool has_benign = false;
  for (int i = 1; i < 50 && !has_benign; ++i) {
    const Outcome other = eqlab({"explain", rule, "--incident", format("I-{:06}", i), corpus});
    has_benign = contains(other.out, "· benign · no alert\n");
    EXPECT_FALSE(contains(other.out, "· benign · missed")) << other.out;
  }
  EXPECT_TRUE(has_benign);
  // The labels of this corpus say nothing of other events.
  const std::string others =
      folder.write("others.ndjson", "{\"@timestamp\": 1, \"event\": {\"id\": \"x\"}}\n");
  const Outcome foreign =
      eqlab({"explain", rule, "--incident", first, "--truth", corpus + "/truth.ndjson", others});
  EXPECT_EQ(foreign.status, 2);
  EXPECT_TRUE(
      contains(foreign.err, "error E408: no event of incident " + first + " is in the input"))
      << foreign.err;
  const Outcome typo = eqlab({"explain", rule, "--incident", incident + "0", corpus});
  EXPECT_EQ(typo.status, 2);
  EXPECT_TRUE(contains(typo.err, "error E408: there is no incident " + incident + "0")) << typo.err;
}

TEST(Explain, DoesNotDependOnThreads) {
  const TemporaryFolder folder;
  const std::string corpus = folder.path("corpus");
  const Outcome made = eqlab({"generate", "--profile", "balanced", "--hosts", "20", "--days", "1",
                              "--seed", "2", "-o", corpus});
  ASSERT_EQ(made.status, 0) << made.err;
  const auto run = [&](const std::string& threads) {
    return eqlab({"explain", "--query",
                  "sequence by host.id with maxspan=20s [process where process.name == \"dash\"] "
                  "[network where process.name == \"nonesuch\"]",
                  corpus, "--all-misses", "20", "--threads", threads})
        .out;
  };
  const std::string one = run("1");
  EXPECT_NE(one, "");
  EXPECT_EQ(one, run("3"));
}

}  // namespace
}  // namespace eqlab::test
