// `eqlab tune` as its users meet it: what it prints agrees with `score`, its patches apply, and
// what it cannot do it says.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "harness/base/text.h"
#include "program.h"

namespace eqlab::test {
namespace {

using Json = nlohmann::json;

const std::string rule =
    std::string(EQLAB_SOURCE_DIR) + "/rules/macos_installer_package_spawns_network_event.toml";

std::vector<std::string> with_corpus(std::vector<std::string> words) {
  for (const char* const word : {"--events", "150000", "--hosts", "80", "--seed", "3"})
    words.emplace_back(word);
  return words;
}

Json json_of(const std::vector<std::string>& words) {
  std::vector<std::string> all = with_corpus(words);
  all.insert(all.end(), {"--format", "json"});
  const Outcome outcome = eqlab(all);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return Json::parse(outcome.out);
}

/// Words of a command as tune and score print them: a path with blanks stands in single quotes.
std::vector<std::string> words_of(const std::string& command) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : command) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

TEST(Tune, PointsAreWhatScoreSaysOfThem) {
  const Json swept = json_of({"tune", rule, "--maxspan", "5s,30s,2m", "--interval", "5m,10m",
                              "--lookback", "9m,15m", "--by", "host.id"});
  ASSERT_EQ(swept["maxspan"].size(), 3U);
  ASSERT_EQ(swept["schedules"].size(), 3U);  // every 10m, 9m back would leave gaps
  ASSERT_EQ(swept["joins"].size(), 1U);
  EXPECT_TRUE(swept["suggestions"].is_null());
  std::vector<Json> points = swept["maxspan"];
  points.insert(points.end(), swept["schedules"].begin(), swept["schedules"].end());
  for (const Json& point : points) {
    std::vector<std::string> words = words_of(point["command"]);
    ASSERT_EQ(words.front(), "eqlab");
    words.erase(words.begin());
    words.insert(words.end(), {"--format", "json"});
    const Outcome outcome = eqlab(words);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const Json card = Json::parse(outcome.out);
    const Json& figures = point["figures"];
    EXPECT_EQ(figures["incident_recall"]["hits"], card["recall"]["all"]["hits"]);
    EXPECT_EQ(figures["incident_recall"]["total"], card["recall"]["all"]["total"]);
    EXPECT_EQ(figures["alerts"], card["alerts"]["total"]);
    EXPECT_EQ(figures["false_alarms_per_1000_hosts_a_day"]["count"],
              card["headline"]["false_alarms_per_1000_hosts_a_day"]["count"]);
  }
}

TEST(Tune, WindowsAndSuppressionOfTheRuleCountAsTheyDoInScore) {
  const TemporaryFolder folder;
  std::string text = read_file(rule);
  const auto put = [&text](const std::string& before, const std::string& added) {
    const std::size_t at = text.find(before);
    ASSERT_NE(at, std::string::npos) << before;
    text.insert(at, added);
  };
  put("risk_score = ", "timestamp_override = \"event.ingested\"\n");
  put("[[rule.threat]]",
      "[rule.alert_suppression]\ngroup_by = [\"host.id\"]\n"
      "[rule.alert_suppression.duration]\nunit = \"h\"\nvalue = 12\n\n");
  const std::string changed = folder.write("rule.toml", text);
  const std::string schedule = "interval=10m,lookback=11m,delay=50s,run=20s,phase=2m";
  const Json tuned = json_of({"tune", changed, "--maxspan", "10s,30s", "--schedule", schedule});
  const auto expect_same = [](const Json& figures, const Json& card) {
    EXPECT_EQ(figures["incident_recall"]["hits"], card["recall"]["all"]["hits"]);
    EXPECT_EQ(figures["alerts"], card["alerts"]["total"]);
    EXPECT_EQ(figures["false_alarms_per_1000_hosts_a_day"]["count"],
              card["headline"]["false_alarms_per_1000_hosts_a_day"]["count"]);
  };
  const Json card = json_of({"score", changed, "--schedule", schedule});
  ASSERT_GT(card["alerts"]["suppression"]["matches"], 0) << "or the rule is no test of it";
  expect_same(tuned["current"]["figures"], card);
  expect_same(tuned["maxspan"][1]["figures"], card);
  expect_same(tuned["maxspan"][0]["figures"],
              json_of({"score", changed, "--schedule", schedule, "--maxspan", "10s"}));
  const Json plain = json_of({"score", rule, "--schedule", schedule});
  EXPECT_NE(plain["alerts"]["total"], card["alerts"]["total"]);
}

TEST(Tune, IntervalsOfTheRuleAsItIsAreThoseOfScore) {
  const Json now = json_of({"tune", rule, "--maxspan", "5s"});
  const Json card = json_of({"score", rule});
  const Json& recall = now["current_by_host"]["incident_recall"];
  ASSERT_FALSE(recall.is_null());
  EXPECT_EQ(recall["low"], card["recall"]["all"]["by_host"]["low"]);
  EXPECT_EQ(recall["high"], card["recall"]["all"]["by_host"]["high"]);
  const Json& alarms = now["current_by_host"]["false_alarms_per_1000_hosts_a_day"];
  const Json& of_card = card["headline"]["false_alarms_per_1000_hosts_a_day"]["by_host"];
  ASSERT_FALSE(alarms.is_null());
  EXPECT_EQ(alarms["low"], of_card["low"]);
  EXPECT_EQ(alarms["high"], of_card["high"]);
}

TEST(Tune, SuggestsAndTheSameAgain) {
  const Json one = json_of({"tune", rule, "--threads", "1"});
  const Json three = json_of({"tune", rule, "--threads", "3"});
  EXPECT_EQ(one, three);
  ASSERT_FALSE(one["suggestions"]["list"].empty());
  EXPECT_GT(one["suggestions"]["tried_count"], 20);
  EXPECT_EQ(one["suggestions"]["search_hosts"], 40);
  EXPECT_EQ(one["suggestions"]["held_out_hosts"], 40);
  EXPECT_FALSE(one["maxspan"].empty());
  EXPECT_FALSE(one["frontier"].empty());
  ASSERT_EQ(one["caveats"].size(), 1U);
  ASSERT_EQ(one["cases"].size(), 1U);
  EXPECT_NE(one["cases"][0].get<std::string>().find("mutants noticed"), std::string::npos);

  // The command that it prints makes it again.
  std::vector<std::string> words = words_of(one["run"]["command"]);
  words.erase(words.begin());
  words.insert(words.end(), {"--format", "json"});
  EXPECT_EQ(Json::parse(eqlab(words).out), one);

  const Outcome text = eqlab(with_corpus({"tune", rule}));
  EXPECT_EQ(text.status, 0);
  EXPECT_LE(std::ranges::count(text.out, '\n'), 50) << text.out;
}

TEST(Tune, APatchAppliesAndTouchesTheQueryAlone) {
  const TemporaryFolder folder;
  const std::string copy = folder.write("rule.toml", read_file(rule));
  const std::string before = read_file(copy);
  const Outcome diff = eqlab(with_corpus({"tune", copy, "--diff", "1"}));
  ASSERT_EQ(diff.status, 0) << diff.err;
  EXPECT_TRUE(diff.out.starts_with("--- ")) << diff.out;
  const Outcome applied = eqlab(with_corpus({"tune", copy, "--apply", "1"}));
  ASSERT_EQ(applied.status, 0) << applied.err;
  EXPECT_EQ(applied.out, "");
  const std::string after = read_file(copy);
  EXPECT_NE(after, before);
  EXPECT_EQ(eqlab({"check", copy}).status, eqlab({"check", rule}).status);
  // Nothing before the query's first line and after its last one is other than it was.
  const std::size_t begin = before.find("query = '''");
  const std::size_t end = before.find("'''", begin + 11);
  EXPECT_EQ(after.substr(0, begin), before.substr(0, begin));
  EXPECT_TRUE(after.ends_with(before.substr(end)));

  const std::string patched = folder.write("patched.toml", before);
  const std::string patch = folder.write("change.patch", diff.out);
  ASSERT_EQ(std::system(("patch -s " + patched + " " + patch).c_str()), 0);
  EXPECT_EQ(read_file(patched), after);
}

TEST(Tune, WhatIsNotProvenSaysSoWhenItIsWritten) {
  const TemporaryFolder folder;
  const std::string copy = folder.write("rule.toml", read_file(rule));
  const Json list = json_of({"tune", rule})["suggestions"]["list"];
  const auto unproven = std::ranges::find_if(
      list, [](const Json& suggestion) { return suggestion["advice"] == "not-proven"; });
  ASSERT_NE(unproven, list.end());
  const std::string number = format("{}", (*unproven)["number"].get<int>());
  const Outcome applied = eqlab(with_corpus({"tune", copy, "--apply", number}));
  EXPECT_EQ(applied.status, 0) << applied.err;
  EXPECT_NE(applied.err.find("not proven better, written"), std::string::npos) << applied.err;
  EXPECT_NE(read_file(copy), read_file(rule));
}

TEST(Tune, AnEditMadeMeanwhileIsNotLost) {
  const TemporaryFolder folder;
  const std::string before = "process where process.name == \"bash\"\n";
  const std::string copy = folder.write("rule.eql", before);
  const std::string schema = folder.path("schema.csv");
  ASSERT_EQ(::mkfifo(schema.c_str(), 0600), 0);
  // The rule has been read when the schema is asked for.
  std::thread editor([&] {
    int pipe = -1;
    for (int i = 0; i < 6'000 && pipe < 0; ++i) {
      pipe = ::open(schema.c_str(), O_WRONLY | O_NONBLOCK);
      if (pipe < 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    if (pipe < 0) return;
    folder.write("rule.eql", before + "// my edit\n");
    const std::string text =
        "field,type\n@timestamp,date\nhost.id,keyword\nevent.category,keyword\n"
        "process.name,keyword\n";
    EXPECT_EQ(::write(pipe, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::close(pipe);
  });
  const Outcome applied = eqlab({"tune", copy, "--events", "20000", "--hosts", "20", "--seed", "3",
                                 "--schema", schema, "--apply", "1"});
  editor.join();
  EXPECT_EQ(applied.status, 2) << applied.err;
  EXPECT_NE(applied.err.find("E724"), std::string::npos) << applied.err;
  EXPECT_EQ(read_file(copy), before + "// my edit\n");
}

TEST(Tune, SaysWhatItCannotDo) {
  const TemporaryFolder folder;
  const std::string event =
      folder.write("event.eql", "process where event.type == \"start\" and process.name : \"sh\"");
  const auto expect = [&](std::vector<std::string> words, const std::string& code,
                          const std::string& part) {
    const Outcome outcome = eqlab(with_corpus(std::move(words)));
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_NE(outcome.err.find(code), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
  };
  expect({"tune", rule, "--maxspan", "5s,soon"}, "E720", "soon");
  expect({"tune", rule, "--interval", "10ms"}, "E720", "once a second");
  expect({"tune", rule, "--interval", "1s..1000s", "--lookback", "1h,2h"}, "E720", "2000 pairs");
  expect({"tune", rule, "--by", "host.id,user.idd"}, "E721", "user.idd");
  expect({"tune", event, "--maxspan", "5s"}, "E722", "no sequence");
  expect({"tune", event, "--by", "host.id"}, "E722", "joins nothing");
  expect({"tune", rule, "--maxspan", "5s", "--apply", "1"}, "E722", "suggestions");
  expect({"tune", rule, "--apply", "99"}, "E723", "suggestion 99");
  const std::string exported = folder.write(
      "export.ndjson",
      R"({"rule_id":"a","name":"n","type":"eql","language":"eql","severity":"low","risk_score":21,"description":"d","query":"any where true"})"
      "\n");
  expect({"tune", exported, "--apply", "1"}, "E303", "not written back");
}

TEST(Tune, ARuleOfOneEventIsTunedWithoutMaxspanAndJoins) {
  const TemporaryFolder folder;
  const std::string event = folder.write(
      "event.eql",
      "process where event.type == \"start\" and\n  process.parent.name : \"installer\" and\n  "
      "process.name : (\"bash\", \"sh\")\n");
  const Json out = json_of({"tune", event});
  EXPECT_TRUE(out["maxspan"].empty());
  EXPECT_TRUE(out["joins"].empty());
  EXPECT_FALSE(out["schedules"].empty());
  EXPECT_GT(out["suggestions"]["tried_count"], 2);
  EXPECT_NE(out["notes"][0].get<std::string>().find("one event"), std::string::npos);
}

}  // namespace
}  // namespace eqlab::test
