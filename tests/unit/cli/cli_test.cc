// The program as its users meet it: statuses, streams, messages. Every command, every exit status.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "program.h"

namespace eqlab::test {
namespace {

using Json = nlohmann::json;

const std::string rule =
    std::string(EQLAB_SOURCE_DIR) + "/rules/macos_installer_package_spawns_network_event.toml";

/// An installer shell on host a at 0 s and its curl 0.4 s later, then the same on host b with 31 s
/// between.
const std::string events =
    R"({"@timestamp":"2026-03-02T09:00:00.000Z","event":{"category":["process"],"type":["start"],"action":"exec"},"host":{"id":"a","os":{"type":"macos"}},"user":{"id":"0"},"process":{"name":"bash","parent":{"name":"package_script_service"}}}
{"@timestamp":"2026-03-02T09:00:00.400Z","event":{"category":["network"],"type":["start"]},"host":{"id":"a","os":{"type":"macos"}},"user":{"id":"0"},"process":{"name":"curl"}}
{"@timestamp":"2026-03-02T10:00:00.000Z","event":{"category":["process"],"type":["start"],"action":"exec"},"host":{"id":"b","os":{"type":"macos"}},"user":{"id":"0"},"process":{"name":"sh","parent":{"name":"installer"}}}
{"@timestamp":"2026-03-02T10:00:31.000Z","event":{"category":["network"],"type":["start"]},"host":{"id":"b","os":{"type":"macos"}},"user":{"id":"0"},"process":{"name":"curl"}}
)";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Help, EveryCommandShowsAnExample) {
  for (const std::string command :
       {"check", "match", "test", "generate", "rehearse", "score", "fmt", "explain", "mutate"}) {
    const Outcome help = eqlab({command, "--help"});
    EXPECT_EQ(help.status, 0) << command;
    EXPECT_TRUE(contains(help.out, "Example:\n  eqlab " + command) ||
                contains(help.out, "Examples:\n  eqlab " + command))
        << help.out;
  }
  EXPECT_TRUE(contains(eqlab({"--help"}).out, "score"));
  EXPECT_TRUE(contains(eqlab({"--version"}).out, "eqlab "));
}

TEST(Arguments, MistakesEndWithStatus2AndSayWhereHelpIs) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {},
           {"frobnicate"},
           {"check"},
           {"match", "--frob"},
           {"score", rule, "--threads", "0"},
           {"generate"},
           {"score", rule, "--profile", "x"},
           {"match", "--size", "ten", rule},
           {"match", "--size", "-1", rule},
           {"generate", "-o", "x", "--events", "-5"},
           {"generate", "-o", "x", "--events", "0"},
           {"generate", "-o", "x", "--days", "nan"},
           {"generate", "-o", "x", "--seed", "18446744073709551616"},
           {"score", rule, "--corpus", "c", "--seed", "1"}}) {
    const Outcome outcome = eqlab(words);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_TRUE(contains(outcome.err, "--help")) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(Arguments, AWrongCommandIsNamed) {
  EXPECT_TRUE(contains(eqlab({"chek", rule}).err, "there is no command chek; did you mean check?"));
  EXPECT_TRUE(contains(eqlab({"corpus", "stat", "c"}).err,
                       "there is no command stat; did you mean stats?"));
}

TEST(Check, ASoundRuleIsDescribed) {
  const Outcome outcome = eqlab({"check", rule});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "sequence of 2 by host.id, user.id within 30 s"))
      << outcome.out;
}

TEST(Check, WhatTheSchedulePromisesIsOneLine) {
  const Outcome outcome = eqlab({"check", rule});
  EXPECT_TRUE(contains(outcome.out,
                       "\n  survives delays up to 3m 30s · 2m late: seen 1.3 times, alert 4m 30s "
                       "later on average, 7m at worst · a failed run loses 3m 30s\n"))
      << outcome.out;
  EXPECT_TRUE(contains(eqlab({"check", "--delay", "10m", rule}).out, "· 10m late: never seen ·"));

  const Json figures =
      Json::parse(eqlab({"check", "--format", "json", rule}).out)["rules"][0]["schedule"];
  EXPECT_EQ(figures["window"], "event");
  EXPECT_EQ(figures["span_seconds"], 30);
  EXPECT_EQ(figures["delay_seconds"], 120);
  EXPECT_EQ(figures["delay_max_seconds"], 210);
  EXPECT_NEAR(figures["sightings"].get<double>(), 1.3, 1e-9);
  EXPECT_EQ(figures["latency_mean_seconds"], 270);
  EXPECT_EQ(figures["latency_worst_seconds"], 420);
  EXPECT_EQ(figures["failed_run_loss_seconds"], 210);

  const TemporaryFolder folder;
  const auto line_for = [&](const std::string& schedule, const std::string& query) {
    const std::string path =
        folder.write("r.toml",
                     "[rule]\nname = \"r\"\ntype = \"eql\"\nlanguage = \"eql\"\nseverity = "
                     "\"low\"\nrisk_score = 21\n" +
                         schedule + "\nquery = '" + query + "'\n");
    const std::string out = eqlab({"check", path}).out;
    const std::size_t begin = out.find("\n  ");
    return begin == std::string::npos ? out : out.substr(begin + 3);
  };
  const std::string sequence =
      "sequence by host.id with maxspan=30s [process where true] [network where true]";
  EXPECT_EQ(line_for("from = \"now-9m\"\ntimestamp_override = \"event.ingested\"", sequence),
            "survives any delay, up to 4m between its events · 2m late: seen 1.7 times, alert 4m "
            "30s later on average, 7m at worst · a failed run loses 1m 30s\n");
  EXPECT_EQ(
      line_for("from = \"now-15m\"\ntimestamp_override = \"event.ingested\"", "process where true"),
      "survives any delay · 2m late: seen 3.0 times, alert 4m 30s later on average, 7m at "
      "worst · a failed run loses nothing\n");
  EXPECT_EQ(line_for("from = \"now-5m\"", sequence),
            "loses even matches whose events come at once · 2m late: seen 0.5 times, alert 3m 15s "
            "later on average, 4m 30s at worst · a failed run loses 7m 30s\n");
}

TEST(Check, ATypoInTheEleventhLineIsPointedAt) {
  const TemporaryFolder folder;
  const std::string path = folder.write("typo.toml", R"([rule]
name = "Typo"
type = "eql"
language = "eql"
severity = "low"
risk_score = 21
from = "now-9m"
query = '''
process where host.os.type == "macos" and
  process.name : ("bash", "sh") and
  proces.parent.name : "installer"
'''
)");
  const Outcome outcome = eqlab({"check", path});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(contains(outcome.err, path + ":11:3: error E201: unknown field proces.parent.name\n"
                                           "    proces.parent.name : \"installer\"\n"
                                           "    ^^^^^^^^^^^^^^^^^^\n"
                                           "  did you mean process.parent.name"))
      << outcome.err;
  const Json json = Json::parse(eqlab({"check", "--format", "json", path}).out);
  EXPECT_EQ(json["errors"], 1);
  EXPECT_EQ(json["rules"][0]["diagnostics"][0]["line"], 11);
  EXPECT_EQ(json["rules"][0]["diagnostics"][0]["column"], 3);
}

TEST(Check, EveryRuleReportsItsOwnErrorAndAMissingFileIsStatus3) {
  const TemporaryFolder folder;
  const std::string first = folder.write("first.eql", "process where process.name = \"curl\"");
  const std::string second = folder.write("second.eql", "process where");
  const Outcome both = eqlab({"check", first, second, rule});
  EXPECT_EQ(both.status, 2);
  EXPECT_TRUE(contains(both.err, first + ":1:28: error E109"));
  EXPECT_TRUE(contains(both.err, second + ":1:14: error E106"));
  EXPECT_EQ(eqlab({"check", folder.path("absent.toml")}).status, 3);
}

TEST(Check, WarningsFailOnlyWhenAsked) {
  EXPECT_EQ(eqlab({"check", "--warnings-fail", rule}).status, 1);
}

TEST(Check, TheBudgetIsTheCallers) {
  EXPECT_FALSE(contains(eqlab({"check", rule}).err, "warning L315"));
  const Outcome outcome = eqlab({"check", "--delay", "5m", rule});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(contains(outcome.err,
                       "warning L315: events that arrive more than 210 s late can be "
                       "missed; the budget is 300 s late, where 30.0 %"))
      << outcome.err;
  EXPECT_TRUE(contains(eqlab({"check", "--jitter", "2m", rule}).err, "and a run 120 s late"));
  for (const std::string wrong : {"5", "-5m", "soon", "31d"}) {
    const Outcome refused = eqlab({"check", "--delay=" + wrong, rule});
    EXPECT_EQ(refused.status, 2) << wrong;
    EXPECT_TRUE(contains(refused.err, "E905: --delay must be a length of time")) << refused.err;
  }
}

TEST(Check, LintCanBeIgnoredByItsCode) {
  const Outcome outcome = eqlab({"check", "--warnings-fail", "--ignore", "L316,L315", rule});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "1 rule, 0 errors, 0 warnings, 2 ignored\n");
  EXPECT_EQ(eqlab({"check", "--ignore", "L316", "--ignore", "L315", rule}).err, outcome.err);
  for (const std::string wrong : {"E201", "L399", "316"}) {
    const Outcome refused = eqlab({"check", "--ignore", wrong, rule});
    EXPECT_EQ(refused.status, 2);
    EXPECT_TRUE(contains(refused.err, "there is no such lint")) << refused.err;
  }
}

TEST(Check, IdsAndNamesAreTakenOnceInOneRun) {
  const TemporaryFolder folder;
  const std::string copy = folder.write("copy.toml", read_file(rule));
  EXPECT_EQ(eqlab({"check", copy}).status, 0);
  const Outcome outcome = eqlab({"check", rule, copy});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(contains(outcome.err, copy + ":23:1: error L301: rule_id 99239e7d-")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "error L301: name MacOS Installer Package"));
  EXPECT_TRUE(contains(outcome.err, "2 rules, 2 errors, 2 warnings"));
}

TEST(Check, AVersionUnderLockIsAnError) {
  EXPECT_EQ(eqlab({"check", "--version-lock", rule}).status, 1);
  EXPECT_TRUE(contains(eqlab({"check", "--version-lock", rule}).err, "error L313: version stands"));
}

TEST(Check, SarifHoldsTheSameFindings) {
  const TemporaryFolder folder;
  const std::string broken = folder.write("broken.eql", "process where\n");
  const std::vector<std::string> files = {rule, broken, folder.path("absent.toml")};
  std::vector<std::string> words = {"check", "--format", "json"};
  words.insert(words.end(), files.begin(), files.end());
  const Outcome as_json = eqlab(words);
  words[2] = "sarif";
  const Outcome as_sarif = eqlab(words);
  EXPECT_EQ(as_sarif.status, 3);
  EXPECT_EQ(as_sarif.status, as_json.status);
  EXPECT_EQ(as_sarif.err, "");
  const Json run = Json::parse(as_sarif.out)["runs"][0];
  EXPECT_EQ(run["invocations"][0]["exitCode"], 3);
  std::vector<std::string> expected;
  const Json json = Json::parse(as_json.out);
  for (const Json& checked : json["rules"]) {
    for (const Json& found : checked["diagnostics"]) expected.push_back(found["code"]);
  }
  std::vector<std::string> codes;
  for (const Json& result : run["results"]) codes.push_back(result["ruleId"]);
  EXPECT_EQ(codes, expected);
  EXPECT_EQ(codes, (std::vector<std::string>{"L316", "L315", "E106", "E901"}));
}

const std::string exported = std::string(EQLAB_SOURCE_DIR) + "/fixtures/rules/export.ndjson";

TEST(Check, ReadsAFolderOfExportsAndNamesWhatItSkips) {
  const std::string folder = std::string(EQLAB_SOURCE_DIR) + "/fixtures/rules";
  const Outcome text = eqlab({"check", folder});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_TRUE(contains(text.out, exported + ":1: Download by a shell's child: sequence of 2"))
      << text.out;
  EXPECT_TRUE(contains(text.out, exported + ":3: Many logons: skipped: a rule of type threshold\n"))
      << text.out;
  EXPECT_TRUE(contains(text.err, "3 rules, 0 errors, 3 warnings, 3 skipped\n")) << text.err;
  const Json json = Json::parse(eqlab({"check", "--format", "json", folder}).out);
  ASSERT_EQ(json["rules"].size(), 3U);
  EXPECT_EQ(json["rules"][1]["line"], 2);
  ASSERT_EQ(json["skipped"].size(), 3U);
  EXPECT_EQ(
      json["skipped"][0],
      Json({{"file", exported}, {"name", "Many logons"}, {"type", "threshold"}, {"line", 3}}));
  EXPECT_EQ(json["file_diagnostics"], Json::array());
}

TEST(Check, OneBadLineOfAnExportDoesNotHideTheOthers) {
  const TemporaryFolder folder;
  std::string text = read_file(exported);
  text.insert(text.find('\n') + 1, "{\"rule_id\": \n");
  const std::string path = folder.write("export.ndjson", text);
  const Outcome outcome = eqlab({"check", path});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(contains(outcome.err, path + ":2:1: error E311: not JSON")) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, path + ":3: Curl à la carte: event query")) << outcome.out;
}

TEST(Check, AnExportThatLostAListFailsAsLint) {
  const TemporaryFolder folder;
  std::string text = read_file(exported);
  const std::size_t at = text.find("{\"id\":\"c1\",\"list_id\":\"fixture-list\",\"name\"");
  ASSERT_NE(at, std::string::npos);
  text.erase(at, text.find('\n', at) + 1 - at);
  const std::string path = folder.write("export.ndjson", text);
  const Outcome outcome = eqlab({"check", path});
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "error L314: ")) << outcome.err;
  const Json json = Json::parse(eqlab({"check", "--format", "json", path}).out);
  EXPECT_EQ(json["file_diagnostics"].size(), 7U) << json["file_diagnostics"].dump(1);
  EXPECT_EQ(json["file_diagnostics"][0]["file"], path);
}

TEST(Match, ChoosesOneRuleOfAnExportAndTheTimeAtWhichItRuns) {
  const TemporaryFolder folder;
  std::string text;
  for (
      const auto& [second, document] :
      {std::pair("00", R"("event":{"category":"process","type":"start"},"host":{"name":"web-9"},)"
                       R"("process":{"entity_id":"a","parent":{"name":"sh"}})"),
       {"01",
        R"("event":{"category":"network"},"process":{"entity_id":"a"},"destination":{"port":443})"}})
    text += std::string("{\"@timestamp\":\"2026-03-01T00:00:") + second + "Z\"," + document + "}\n";
  const std::string path = folder.write("events.ndjson", text);
  const Outcome open = eqlab({"match", exported, path});
  EXPECT_EQ(open.status, 2);
  EXPECT_TRUE(contains(open.err,
                       "error E312: this file holds 2 rules\n"
                       "  choose one with --rule-id: fixture-sequence (Download by"))
      << open.err;
  const auto found = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"match",     exported,          path, "--format", "json",
                                      "--rule-id", "fixture-sequence"};
    words.insert(words.end(), more.begin(), more.end());
    return Json::parse(eqlab(words).out)["matches_found"].get<int>();
  };
  EXPECT_EQ(found({}), 0) << "excepted";
  EXPECT_EQ(found({"--at", "2026-02-01T00:00:00Z"}), 0) << "until its expiry";
  EXPECT_EQ(found({"--at", "2026-02-01T00:00:01Z"}), 1);
  const Outcome wrong = eqlab({"match", exported, path, "--at", "soon"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_TRUE(contains(wrong.err, "error E905: --at: soon is not a time")) << wrong.err;
}

TEST(Match, AnswersInJsonAsTheContractSays) {
  const TemporaryFolder folder;
  const std::string path = folder.write("events.ndjson", events + "{broken\n");
  const Outcome outcome = eqlab({"match", rule, path, "--format", "json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["events_read"], 5);
  EXPECT_EQ(json["malformed"], 1);
  ASSERT_EQ(json["matches"].size(), 1U);
  EXPECT_EQ(json["matches"][0]["kind"], "sequence");
  EXPECT_EQ(json["matches"][0]["join_keys"], Json({"a", "0"}));
  EXPECT_EQ(json["matches"][0]["events"][0]["line"], 1);
  EXPECT_EQ(json["matches"][0]["events"][1]["line"], 2);
  EXPECT_TRUE(contains(outcome.err, path + ":5: malformed: ")) << outcome.err;
}

TEST(Match, ReadsStandardInputAndCountsLinesOverAllInputs) {
  const TemporaryFolder folder;
  const std::string first = folder.write("first.ndjson", events);
  const Outcome outcome = eqlab({"match", "--query", "network where process.name == \"curl\"",
                                 "--format", "ndjson", "--all", first, "-"},
                                {.input = events});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  std::vector<int> lines;
  std::istringstream in(outcome.out);
  for (std::string line; std::getline(in, line);)
    lines.push_back(Json::parse(line)["events"][0]["line"].get<int>());
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(lines, (std::vector<int>{2, 4, 6, 8}));
}

TEST(Match, SizeKeepsTheLastTenUnlessTold) {
  std::string many;
  for (int i = 0; i < 25; ++i)
    many += R"({"@timestamp":)" + std::to_string(1'000 + i) +
            R"(,"event.category":"process","process.name":"curl"})"
            "\n";
  const auto count = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"match", "--query", "process where true", "--format", "json"};
    words.insert(words.end(), more.begin(), more.end());
    return Json::parse(eqlab(words, {.input = many}).out);
  };
  EXPECT_EQ(count({})["matches"].size(), 10U);
  EXPECT_EQ(count({})["matches"][0]["events"][0]["line"], 16);
  EXPECT_EQ(count({})["matches_found"], 25);
  EXPECT_EQ(count({"--all"})["matches"].size(), 25U);
  EXPECT_EQ(count({"--size", "3", "--result-position", "head"})["matches"][2]["events"][0]["line"],
            3);
}

TEST(Match, AnUnusableQueryShowsTheCaretAndEndsWith2) {
  const Outcome outcome = eqlab({"match", "--query", "process where process.pid == \"abc\"", "-"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "query:1:30: error E203: process.pid is a number, but this is a string\n"
            "  process where process.pid == \"abc\"\n"
            "                               ^^^^^\n"
            "  write a number, without quotes\n");
}

TEST(Match, StrictStopsAtTheFirstMalformedEvent) {
  const TemporaryFolder folder;
  const std::string path = folder.write("events.ndjson", "{\"a\":1}\n{\"a\":\n" + events);
  const Outcome outcome = eqlab({"match", rule, path, "--strict"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_TRUE(contains(outcome.err, path + ":2")) << outcome.err;
}

TEST(Match, AMissingFileAndAFailingScriptEndWith3) {
  EXPECT_EQ(eqlab({"match", rule, "/nonexistent/events.ndjson"}).status, 3);
  const Outcome outcome =
      eqlab({"match", "--query", "process where process.pid / 0 == 1"},
            {.input = R"({"@timestamp":1,"event.category":"process","process.pid":5})"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_TRUE(
      contains(outcome.err, "query:1:15: error E216: division by zero (at the event on line 1)\n"))
      << outcome.err;
  EXPECT_EQ(eqlab({"match", "--query", "process where process.pid == 1 / 0"}).status,
            2);  // known without any event
}

TEST(Match, ACorpusFolderMeansItsEvents) {
  const TemporaryFolder folder;
  ASSERT_EQ(eqlab({"generate", "-o", folder.path("c"), "--events", "4000", "--hosts", "4",
                   "--uncompressed"})
                .status,
            0);
  const Json all = Json::parse(eqlab({"match", "--query", "any where true", "--format", "json",
                                      "--size", "1", folder.path("c")})
                                   .out);
  EXPECT_EQ(all["undated"], 0);
  EXPECT_EQ(all["events_read"], all["matches_found"]);
}

TEST(Match, SaysInWhichFileAnEventStands) {
  const TemporaryFolder folder;
  const std::string first = folder.write("a.ndjson", events);
  const std::string second = folder.write("b.ndjson", events);
  const Json json = Json::parse(eqlab({"match", "--query", "network where host.id == \"b\"",
                                       "--format", "json", first, second})
                                    .out);
  ASSERT_EQ(json["matches"].size(), 2U);
  EXPECT_EQ(json["matches"][1]["events"][0],
            (Json{{"line", 8}, {"file", second}, {"file_line", 4}}));
}

TEST(Match, NothingUsableIsStatus3) {
  const Outcome outcome = eqlab({"match", rule}, {.input = "# a page\nof text\n"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_TRUE(contains(outcome.err, "E406")) << outcome.err;
}

TEST(Match, SettingsThatNameNoFieldAreNamed) {
  const Outcome outcome =
      eqlab({"match", "--query", "any where true", "--timestamp-field", "event.nosuch"},
            {.input = events});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(contains(outcome.err, "the timestamp field event.nosuch is not usable"))
      << outcome.err;
}

TEST(Match, StandardInputCanBeReadTwiceWhereTheMappingGrows) {
  const TemporaryFolder folder;
  const std::string mapping = folder.write(
      "mapping.json",
      R"({"mappings":{"properties":{"@timestamp":{"type":"date"},"event.category":{"type":"keyword"}}}})");
  const std::string input = R"({"@timestamp":1,"event.category":"process","level":7})"
                            "\n{broken\n";
  const auto run = [&](const std::string& query) {
    return eqlab({"match", "--query", query, "--schema", mapping, "--format", "json", "-", "-"},
                 {.input = input});
  };
  const Outcome found = run("process where level > 6");
  ASSERT_EQ(found.status, 0) << found.err;
  EXPECT_EQ(Json::parse(found.out)["matches"].size(), 1U);
  EXPECT_TRUE(contains(found.err, "-:2: malformed: ")) << found.err;
  const Outcome unknown = run("process where levle > 6");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_TRUE(contains(unknown.err, "E201"));
}

TEST(Match, FieldsOfOtherIntegrationsAreReadWithTypesFromUse) {
  const std::string input =
      R"({"@timestamp":1,"event.category":"iam","winlog":{"event_id":"4720","event_data":{"X":["a",7]}}})"
      "\n"
      R"({"@timestamp":2,"event.category":"iam","winlog.event_id":4720,"winlog.event_data.X":7})"
      "\n"
      R"({"@timestamp":3,"event.category":"iam","winlog.event_id":4721,"winlog.event_data.X":7})"
      "\n";
  const auto lines = [&](const std::string& condition) {
    const Outcome outcome =
        eqlab({"match", "--query", "iam where " + condition, "--format", "json"}, {.input = input});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    std::string out;
    const Json found = Json::parse(outcome.out);
    for (const Json& match : found["matches"]) out += match["events"][0]["line"].dump() + " ";
    return out;
  };
  EXPECT_EQ(lines("winlog.event_id == 4720"), "1 2 ");
  EXPECT_EQ(lines("winlog.event_id == \"4720\""), "1 2 ");
  EXPECT_EQ(lines("winlog.event_id > 4720 and winlog.event_data.X : \"7\""), "3 ");
  EXPECT_EQ(lines("winlog.event_data.X == \"a\" and not ?winlog.absent in (1, 2)"), "1 ");
}

TEST(Check, FieldsOfOtherIntegrationsAreAWarning) {
  const TemporaryFolder folder;
  const std::string path = folder.write("q.eql", "iam where winlog.event_id == 4720");
  const Outcome outcome = eqlab({"check", path});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(contains(outcome.err,
                       "q.eql:1:11: warning L308: winlog.event_id is not in the "
                       "built-in schema: its type is taken from use"))
      << outcome.err;
}

TEST(Match, LimitsThatCutResultsAreNamed) {
  std::string keys;
  for (int i = 0; i < 12'000; ++i) keys += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\"";
  const std::string two = R"({"@timestamp":1,"event.category":"a","process.args":[)" + keys +
                          "]}\n"
                          R"({"@timestamp":2,"event.category":"b","process.args":["11999"]})"
                          "\n";
  const Outcome cut =
      eqlab({"match", "--query", "sequence by process.args [a where true] [b where true]"},
            {.input = two});
  EXPECT_EQ(cut.status, 0);
  EXPECT_TRUE(contains(
      cut.err, "warning: 1 times an event had more combinations of join keys than are followed"))
      << cut.err;
  const Outcome script = eqlab(
      {"match", "--query", "a where concat(process.args, process.args) == \"x\""}, {.input = two});
  EXPECT_EQ(script.status, 3);
  EXPECT_TRUE(contains(script.err, "more combinations of values than can be tried")) << script.err;
}

TEST(Match, CtrlCEndsAWaitForInput) {
  const TemporaryFolder folder;
  const std::string pipe = folder.path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  int held = -1;
  const auto is_waiting = [&] {
    // Can be opened once somebody reads; held open, so that the reader sees no end.
    held = ::open(pipe.c_str(), O_WRONLY | O_NONBLOCK);
    return held >= 0;
  };
  EXPECT_EQ(
      eqlab({"match", "--query", "any where true", pipe}, {.interrupt_when = is_waiting}).status,
      130);
  EXPECT_GE(held, 0);
  ::close(held);
}

TEST(Match, EventTextNeverReachesTheTerminalRaw) {
  const Outcome outcome = eqlab(
      {"match", "--query", "process where process.name != null"},
      {.input =
           R"({"@timestamp":1,"event.category":"process","process.name":"\u001b[2Jevil\u202e\n2  forged"})"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_FALSE(contains(outcome.out, "\x1b"));
  EXPECT_FALSE(contains(outcome.out, "\xE2\x80\xAE"));
  EXPECT_TRUE(contains(outcome.out, "\\x1b[2Jevil\\u202e\\n2  forged")) << outcome.out;
}

TEST(Match, ResultsAreTheSameAtAnyThreadCount) {
  std::string many;
  for (int i = 0; i < 400; ++i) many += events;
  const auto run = [&](const char* threads) {
    return eqlab({"match", rule, "--all", "--format", "json", "--threads", threads},
                 {.input = many})
        .out;
  };
  EXPECT_EQ(run("1"), run("3"));
}

TEST(Colour, OnlyWhereAskedFor) {
  EXPECT_FALSE(contains(eqlab({"match", "--query", "x"}).err, "\x1b"));
  EXPECT_TRUE(contains(eqlab({"match", "--query", "x"}, {.environment = {"CLICOLOR_FORCE=1"}}).err,
                       "\x1b[1;31m"));
  EXPECT_FALSE(contains(
      eqlab({"match", "--query", "x"}, {.environment = {"CLICOLOR_FORCE=1", "NO_COLOR=1"}}).err,
      "\x1b"));
}

TEST(Test_, PassingFailingAndUnusableCaseFiles) {
  const TemporaryFolder folder;
  const std::string passing =
      "why: one event\nevents\n  1  @0s  process  process.name=curl\nquery\n  process where "
      "process.name == \"curl\"\nids\n  1\n";
  const std::string good = folder.write("good.case", passing);
  const std::string bad =
      folder.write("bad.case", std::string(passing).replace(passing.rfind("  1\n"), 4, "  none\n"));
  const std::string broken = folder.write("broken.case", "why: nothing else\nfrobnicate\n");
  EXPECT_EQ(eqlab({"test", good}).status, 0);
  const Outcome failed = eqlab({"test", bad});
  EXPECT_EQ(failed.status, 1);
  EXPECT_TRUE(contains(failed.out, "0 passed, 1 failed")) << failed.out;
  const Outcome unusable = eqlab({"test", broken, good});
  EXPECT_EQ(unusable.status, 2);
  EXPECT_TRUE(contains(unusable.out, "1 passed, 0 failed  (1 file, 1 unusable)")) << unusable.out;
  EXPECT_TRUE(contains(unusable.err, broken + ":2:1: error E450")) << unusable.err;
  EXPECT_EQ(eqlab({"test", folder.path("absent.case")}).status, 3);
  EXPECT_TRUE(contains(eqlab({"test", bad, "--format", "junit"}).out, "<failure"));
  EXPECT_EQ(eqlab({"test", bad, "--update"}).status, 0);
  EXPECT_EQ(read_file(bad), passing);
}

TEST(Generate, SameBytesTwiceAndAtAnyThreadCount) {
  const TemporaryFolder folder;
  std::string told;
  const auto checksums = [&](const std::string& name, const char* threads) {
    const Outcome outcome =
        eqlab({"generate", "-o", folder.path(name), "--events", "20000", "--hosts", "20", "--seed",
               "7", "--threads", threads, "--format", "json"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    told = outcome.err;
    return Json::parse(outcome.out)["files"];
  };
  const Json first = checksums("a", "1");
  EXPECT_GE(first.size(), 2U);
  EXPECT_EQ(first, checksums("b", "2"));
  EXPECT_FALSE(contains(told, "replaced")) << told;
  EXPECT_EQ(first, checksums("a", "2"));  // again, over the old one
  EXPECT_TRUE(contains(told, "the corpus that was there has been replaced")) << told;
  EXPECT_EQ(read_file(folder.path("a/manifest.json")), read_file(folder.path("b/manifest.json")));
}

TEST(Generate, WillNotWriteOverSomethingElse) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path("mine"));
  folder.write("mine/letter.txt", "dear");
  const Outcome outcome =
      eqlab({"generate", "-o", folder.path("mine"), "--events", "2000", "--hosts", "2"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_TRUE(contains(outcome.err, "E503")) << outcome.err;
  EXPECT_EQ(read_file(folder.path("mine/letter.txt")), "dear");
}

TEST(Generate, CtrlCLeavesNothingBehind) {
  const TemporaryFolder folder;
  bool has_begun = false;
  const auto is_writing = [&] {
    has_begun = std::filesystem::exists(folder.path("big.tmp"));
    return has_begun;
  };
  const Outcome outcome = eqlab({"generate", "-o", folder.path("big"), "--events", "50000000"},
                                {.interrupt_when = is_writing});
  EXPECT_EQ(outcome.status, 130) << outcome.err;
  EXPECT_TRUE(has_begun);
  EXPECT_FALSE(std::filesystem::exists(folder.path("big.tmp")));
  EXPECT_FALSE(std::filesystem::exists(folder.path("big/manifest.json")));
  std::size_t left = 0;
  if (std::filesystem::exists(folder.path("big"))) {
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::recursive_directory_iterator(folder.path("big")))
      ++left;
  }
  EXPECT_EQ(left, 0U);
}

TEST(Generate, DescribesWhatItWouldWriteAndWritesNothing) {
  const Outcome text = eqlab({"generate", "--describe", "--profile", "nightmare"});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_TRUE(contains(text.out, "faults\n  ingest delays are 3 times as long")) << text.out;
  const Json json =
      Json::parse(eqlab({"generate", "--describe", "--events", "30000", "--format", "json"}).out);
  EXPECT_EQ(json["eqlab_result"], "description");
  EXPECT_EQ(json["events"], 30000);
  EXPECT_GT(json["scenarios"].size(), 16U);
}

TEST(Corpora, AreVerifiedAndMeasured) {
  const TemporaryFolder folder;
  const std::string corpus = folder.path("corpus");
  ASSERT_EQ(eqlab({"generate", "-o", corpus, "--events", "20000", "--hosts", "10", "--days", "1",
                   "--uncompressed"})
                .status,
            0);
  const Outcome whole = eqlab({"corpus", "verify", corpus});
  EXPECT_EQ(whole.status, 0) << whole.err;
  EXPECT_TRUE(contains(whole.out, ": whole; ")) << whole.out;

  const Outcome measured = eqlab({"corpus", "stats", corpus, "--format", "json"});
  EXPECT_EQ(measured.status, 0) << measured.err;
  const Json stats = Json::parse(measured.out)["measured"];
  EXPECT_EQ(stats["hosts"], 10);
  EXPECT_EQ(stats["configured"]["hosts"], 10);
  EXPECT_EQ(stats,
            Json::parse(eqlab({"corpus", "stats", corpus, "--format", "json", "--threads", "3"})
                            .out)["measured"]);
  const Outcome two =
      eqlab({"corpus", "stats", corpus, "--against", folder.write("real.ndjson", events)});
  EXPECT_EQ(two.status, 0) << two.err;
  EXPECT_TRUE(contains(two.out, "measured      configured         against")) << two.out;

  const std::string file = folder.path("corpus/events-0001.ndjson");
  std::string bytes = read_file(file);
  bytes[bytes.find("process")] = 'P';
  folder.write("corpus/events-0001.ndjson", bytes);
  const Outcome changed = eqlab({"corpus", "verify", corpus});
  EXPECT_EQ(changed.status, 3);
  EXPECT_TRUE(contains(changed.err, "E502")) << changed.err;
  EXPECT_EQ(eqlab({"corpus", "verify", folder.path("absent")}).status, 3);
  EXPECT_EQ(eqlab({"corpus"}).status, 2);
}

TEST(Generate, ListsItsScenarios) {
  const Json rows = Json::parse(eqlab({"generate", "--list", "--format", "json"}).out)["scenarios"];
  ASSERT_GE(rows.size(), 16U);
  for (const Json& row : rows) {
    EXPECT_FALSE(row["expected"].get<std::string>().empty());
    EXPECT_FALSE(row["source"].get<std::string>().empty());
  }
}

const std::string history = std::string(EQLAB_SOURCE_DIR) + "/rules/history/";

TEST(Rehearse, EveryScenarioKeepsWhatItPromises) {
  const Outcome outcome = eqlab(
      {"rehearse", rule, history + "installer_2021_06.toml", history + "installer_2024_05.toml",
       history + "installer_2025_04.toml", "--runs", "50", "--format", "json"});
  EXPECT_EQ(outcome.status, 0) << outcome.err << outcome.out;
  const Json result = Json::parse(outcome.out);
  EXPECT_EQ(result["eqlab_result"], "rehearsal");
  EXPECT_GT(result["scenarios"].size(), 110U);
  EXPECT_EQ(result["promises_kept"], result["scenarios"].size() * 4);
  EXPECT_EQ(result["promises_broken"], 0);
}

TEST(Rehearse, ItsTableSaysWhatStandsInIt) {
  const Outcome outcome = eqlab({"rehearse", rule, "--runs", "20", "--only", "M01"});
  EXPECT_EQ(
      outcome.out,
      "tellings of 20 that connect and that a rule fires in; promised: Y all, N none, D as the "
      "scenario's file says\n  r22  " +
          rule +
          "\n      class              connects      r22\n"
          "M01   malicious_firing         20  Y    20\n");
}

TEST(Rehearse, ABrokenPromiseIsNamedAndEndsWithStatus1) {
  const TemporaryFolder folder;
  const std::string scenario =
      read_file(std::string(EQLAB_SOURCE_DIR) + "/generators/scenarios/M11.toml");
  folder.write("good.toml", scenario);
  EXPECT_EQ(eqlab({"rehearse", rule, "--runs", "20", "--scenarios", folder.path("")}).status, 0);
  std::string wrong = scenario;
  wrong.replace(wrong.find("r22 = \"Y\""), 9, "r22 = \"N\"");
  folder.write("good.toml", wrong);
  const Outcome outcome = eqlab({"rehearse", rule, "--runs", "20", "--scenarios", folder.path("")});
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "M11 r22: promises N")) << outcome.out;
  EXPECT_TRUE(
      contains(outcome.out, "fired in 20 of 20 tellings; 20 went the other way, first telling 0"))
      << outcome.out;
  EXPECT_TRUE(contains(outcome.err, "0 promises kept, 1 broken")) << outcome.err;
}

TEST(Rehearse, AConditionOrAShareThatDoesNotHoldIsBroken) {
  const TemporaryFolder folder;
  const std::string scenario =
      read_file(std::string(EQLAB_SOURCE_DIR) + "/generators/scenarios/M11.toml");
  for (const std::string promise :
       {"r22 = \"D\"\nif = \"not happens(curl)\"", "r22 = \"D\"\nshare = [0.1, 0.2]"}) {
    std::string wrong = scenario;
    wrong.replace(wrong.find("r22 = \"Y\""), 9, promise);
    folder.write("x.toml", wrong);
    EXPECT_EQ(eqlab({"rehearse", rule, "--runs", "50", "--scenarios", folder.path("")}).status, 1)
        << promise;
  }
}

TEST(Rehearse, TheResultDoesNotDependOnThreads) {
  const std::vector<std::string> words = {"rehearse", rule,       "--runs", "20",       "--only",
                                          "M01,B14",  "--format", "json",   "--threads"};
  std::vector<std::string> one = words;
  one.emplace_back("1");
  std::vector<std::string> three = words;
  three.emplace_back("3");
  EXPECT_EQ(eqlab(one).out, eqlab(three).out);
}

TEST(Rehearse, MergingTakesTheFirstStepFromShellsThatTurnIntoTheirTool) {
  const std::vector<std::string> words = {"rehearse", rule,      "--runs",    "60",
                                          "--only",   "M09,M11", "--merging", "on"};
  const Outcome text = eqlab(words);
  EXPECT_EQ(text.status, 0) << text.err << text.out;
  EXPECT_TRUE(contains(text.out, "\nwith merging on, tellings on which a rule fires")) << text.out;
  EXPECT_TRUE(contains(text.out, "M09   r22        60 → ")) << text.out;
  std::vector<std::string> as_json = words;
  as_json.insert(as_json.end(), {"--format", "json"});
  const Json result = Json::parse(eqlab(as_json).out);
  EXPECT_EQ(result["variant"]["merging"], "on");
  EXPECT_EQ(result["promises_broken"], 0);
  const Json inline_shell = result["scenarios"][0]["rules"][0];
  EXPECT_EQ(inline_shell["fired"], 60);
  EXPECT_GT(inline_shell["fired_in_variant"], 10);
  EXPECT_LT(inline_shell["fired_in_variant"], 50);
  EXPECT_EQ(result["scenarios"][1]["rules"][0]["fired_in_variant"], 60);
}

/// With an id at every exec the shell is never the parent that its tool shows, nor the process that
/// its tool becomes; what connects itself stays in sight.
TEST(Rehearse, AnEntityIdAtEveryExecCutsTheLinksOfTheYoungerRules) {
  const TemporaryFolder folder;
  const std::string scenarios = std::string(EQLAB_SOURCE_DIR) + "/generators/scenarios/";
  folder.write("child.toml", read_file(scenarios + "M11.toml"));
  const std::string socket = read_file(scenarios + "E16.toml");
  folder.write("socket.toml", socket);
  std::string in_place = socket;
  in_place.replace(in_place.find("E16"), 3, "E17");
  in_place.replace(in_place.find("process = \"inline command\""), 26, "process = \"tool\"");
  in_place.insert(in_place.rfind("[[step]]"),
                  "[[step]]\nname = \"tool\"\nkind = \"exec\"\nparent = \"inline command\"\n"
                  "in_place = true\nexecutable = \"/private/tmp/tool\"\nargs = [\"tool\"]\n\n");
  folder.write("in_place.toml", in_place);
  const Outcome outcome = eqlab({"rehearse", rule, history + "installer_2024_05.toml",
                                 history + "installer_2025_04.toml", "--runs", "30", "--scenarios",
                                 folder.path(""), "--entity-id", "exec", "--format", "json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err << outcome.out;
  const Json result = Json::parse(outcome.out);
  EXPECT_EQ(result["variant"]["entity_id"], "exec");
  std::map<std::string, std::pair<int, int>> fired;
  for (const Json& scenario : result["scenarios"]) {
    for (const Json& cell : scenario["rules"])
      fired[scenario["id"].get<std::string>() + " " + cell["rule"].get<std::string>()] = {
          cell["fired"], cell["fired_in_variant"]};
  }
  using Pair = std::pair<int, int>;
  EXPECT_EQ(fired["M11 r22"], Pair(30, 30));
  EXPECT_EQ(fired["M11 r24"], Pair(30, 0));
  EXPECT_EQ(fired["E16 r25"], Pair(30, 30));
  EXPECT_EQ(fired["E17 r25"], Pair(30, 0));
  EXPECT_EQ(eqlab({"rehearse", rule, "--entity-id", "fork"}).status, 2);
}

TEST(Rehearse, RulesThatNoPromiseIsMadeOfAreCountedOnlyBesideOneThatIs) {
  const std::string draft = history + "installer_2021_02_draft.toml";
  const Outcome alone = eqlab({"rehearse", draft, "--runs", "1"});
  EXPECT_EQ(alone.status, 2);
  EXPECT_TRUE(contains(alone.err, "E522")) << alone.err;
  const Outcome beside =
      eqlab({"rehearse", rule, draft, "--runs", "4", "--only", "M09", "--format", "json"});
  EXPECT_EQ(beside.status, 0) << beside.err;
  const Json cells = Json::parse(beside.out)["scenarios"][0]["rules"];
  EXPECT_EQ(cells[1]["rule"], "installer_2021_02_draft");
  EXPECT_EQ(cells[1]["fired"], 4);
  EXPECT_FALSE(cells[1].contains("promise"));
  const Outcome twice = eqlab({"rehearse", rule, rule, "--runs", "1"});
  EXPECT_EQ(twice.status, 2);
  EXPECT_TRUE(contains(twice.err, "E523")) << twice.err;
}

TEST(Generate, TheListNamesEveryPromiseWithItsSource) {
  const Outcome text = eqlab({"generate", "--list"});
  EXPECT_EQ(text.status, 0);
  EXPECT_TRUE(contains(text.out, "M03   malicious_firing")) << text.out.substr(0, 400);
  EXPECT_TRUE(contains(text.out, "r22 Y, r21 N, r24 D, r25 N")) << text.out.substr(0, 400);
  EXPECT_TRUE(contains(text.out, "source (S): D00MFist/Mystikal"));
  const Json list = Json::parse(eqlab({"generate", "--list", "--format", "json"}).out);
  EXPECT_GT(list["scenarios"].size(), 110U);
  EXPECT_TRUE(list["scenarios"][0]["promises"].contains("r25"));
  const std::string one = eqlab({"generate", "--list", "--only", "M01"}).out;
  EXPECT_TRUE(contains(one, "An hour later the agent runs by itself.")) << one;
  EXPECT_TRUE(contains(one, "r24  D: curl must be a child of the shell")) << one;
  EXPECT_TRUE(
      contains(one,
               "          last command: bash, 501; uniform(50ms, 400ms) after more commands\n"
               "            curl: curl, in its parent's place 50 %; shortly before beacon\n"
               "              beacon: connects to api.example.com, port 443; uniform(400ms, "
               "2s) after last command\n"))
      << one;
  EXPECT_TRUE(contains(one, "1 scenario")) << one;
}

TEST(Score, SameFiguresAtAnyThreadCountAndFromTheWrittenCorpus) {
  const TemporaryFolder folder;
  const std::vector<std::string> corpus = {"--events", "60000", "--hosts", "40", "--seed", "3"};
  const auto score = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"score", rule, "--format", "json"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = eqlab(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    Json card = Json::parse(outcome.out);
    for (const char* const told : {"command", "corpus", "seed", "run"}) card.erase(told);
    for (Json& miss : card["misses"]) miss.erase("repeat");
    return card;
  };
  auto with = [&](const char* threads) {
    std::vector<std::string> words = corpus;
    words.insert(words.end(), {"--threads", threads});
    return score(words);
  };
  const Json one = with("1");
  EXPECT_EQ(one, with("2"));
  std::vector<std::string> generate = {"generate", "-o", folder.path("corpus")};
  generate.insert(generate.end(), corpus.begin(), corpus.end());
  ASSERT_EQ(eqlab(generate).status, 0);
  EXPECT_EQ(one, score({"--corpus", folder.path("corpus")}));
}

TEST(Score, WritesItsFilesWholeOrSaysWhyNot) {
  const TemporaryFolder folder;
  const std::vector<std::string> words = {"score", rule, "--events", "20000", "--hosts", "20"};
  auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), words.begin(), words.end());
    return eqlab(more);
  };
  EXPECT_EQ(with({"--output-json", folder.path("out/card.json"), "--output-markdown",
                  folder.path("out/report.md")})
                .status,
            0);
  EXPECT_EQ(Json::parse(read_file(folder.path("out/card.json")))["eqlab_result"], "scorecard");
  EXPECT_TRUE(contains(read_file(folder.path("out/report.md")), "#"));
  folder.write("file", "");
  EXPECT_EQ(with({"--output-json", folder.path("file/card.json")}).status, 3);
  const Outcome never = with({"--schedule", "interval=never"});
  EXPECT_EQ(never.status, 2);
  EXPECT_TRUE(contains(never.err, "E905")) << never.err;
  EXPECT_EQ(eqlab({"score", rule, "--corpus", folder.path("absent")}).status, 3);
}

TEST(Score, LinksAreFollowedAndPipesStayPipes) {
  const TemporaryFolder folder;
  folder.write("real.json", "old");
  std::filesystem::create_symlink(folder.path("real.json"), folder.path("link.json"));
  ASSERT_EQ(eqlab({"score", rule, "--events", "4000", "--hosts", "4", "--output-json",
                   folder.path("link.json"), "--output-markdown", "/dev/null"})
                .status,
            0);
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link.json")));
  EXPECT_NE(read_file(folder.path("real.json")), "old");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(Score, ACorpusWithEventsMissingIsRefused) {
  const TemporaryFolder folder;
  ASSERT_EQ(eqlab({"generate", "-o", folder.path("c"), "--events", "4000", "--hosts", "4",
                   "--uncompressed"})
                .status,
            0);
  const std::string events_path = folder.path("c/events-0001.ndjson");
  const std::string whole = read_file(events_path);
  const auto refused = [&] {
    const Outcome outcome = eqlab({"score", rule, "--corpus", folder.path("c")});
    EXPECT_EQ(outcome.status, 3);
    EXPECT_TRUE(contains(outcome.err, "E502")) << outcome.err;
  };
  folder.write("c/events-0001.ndjson", whole.substr(whole.find('\n') + 1));
  refused();
  std::string changed = whole;
  changed[whole.find("macos")] = 'M';
  folder.write("c/events-0001.ndjson", changed);
  refused();
  folder.write("c/events-0001.ndjson", whole);
  EXPECT_EQ(eqlab({"score", rule, "--corpus", folder.path("c")}).status, 0);
  std::filesystem::remove(folder.path("c/manifest.json"));
  EXPECT_EQ(eqlab({"score", rule, "--corpus", folder.path("c")}).status, 3);
}

TEST(Output, AFullDiskIsStatus3) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "this system has no /dev/full";
  const Outcome outcome = eqlab({"check", rule}, {.output_to = "/dev/full"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_TRUE(contains(outcome.err, "standard output cannot be written")) << outcome.err;
  EXPECT_EQ(eqlab({"--help"}, {.output_to = "/dev/full"}).status, 3);
  EXPECT_EQ(eqlab({"--version"}, {.output_to = "/dev/full"}).status, 3);
}

}  // namespace
}  // namespace eqlab::test
