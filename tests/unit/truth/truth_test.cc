#include "harness/truth/truth.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace eqlab::truth {
namespace {

Truth sample() {
  Truth truth;
  truth.from = EventTime(std::chrono::hours(24));
  truth.to = EventTime(std::chrono::hours(36));
  truth.events = 4711;
  truth.expected_rule = "99239e7d";
  truth.hosts = {
      {.id = "A", .name = "mbp-ines.local", .persona = "office", .agent_version = "9.4.1"},
      {.id = "B", .name = "mini-1.local", .persona = "ci", .agent_version = "8.10.4"}};
  Incident incident;
  incident.id = "I-000001";
  incident.scenario = "M11";
  incident.title = "says \"hello\"\nand more, ü";
  incident.family = "orat";
  incident.intent = Intent::malicious;
  incident.behaviour = Behaviour::connects;
  incident.host_id = "A";
  incident.host_name = "mbp-ines.local";
  incident.persona = "office";
  incident.agent_version = "9.4.1";
  incident.tags = {"T1105", "curl"};
  incident.first = truth.from + Duration(1);
  incident.last = truth.from + Duration(30'000'000'001);
  incident.events = {{.id = "e1",
                      .role = Role::script,
                      .time = incident.first,
                      .what = "exec bash",
                      .user = "0",
                      .faults = {}},
                     {.id = "e2",
                      .role = Role::network,
                      .time = incident.last,
                      .what = "connect",
                      .user = "0",
                      .pid = 4711,
                      .parent_pid = 1,
                      .faults = {}}};
  incident.true_pairs = {{0, 1}};
  incident.expected = Expectation::fires;
  incident.expected_because = "same user, in the window";
  truth.incidents.push_back(incident);
  return truth;
}

std::string write_file(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::temp_directory_path() / name;
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

TEST(Truth, ReadsBackWhatWasWrittenToTheNanosecond) {
  const Truth written = sample();
  const auto path = write_file("eqlab_truth_round.ndjson", write_truth(written));
  const auto read = read_truth(path);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(write_truth(*read), write_truth(written));
  EXPECT_EQ(read->incidents[0].last, written.incidents[0].last);
  EXPECT_EQ(read->incidents[0].title, written.incidents[0].title);
  EXPECT_EQ(read->incidents[0].true_pairs, written.incidents[0].true_pairs);
  EXPECT_EQ(read->incidents[0].events[1].role, Role::network);
  EXPECT_EQ(read->hosts[1].persona, "ci");
  EXPECT_EQ(read->expected_rule, "99239e7d");
  EXPECT_DOUBLE_EQ(read->host_days(), 1.0);
}

TEST(Truth, ExpectationsOfAFileThatNamesNoRuleSpeakOfNone) {
  std::string text = write_truth(sample());
  const std::string member = "\"expected_rule\":\"99239e7d\",";
  ASSERT_LT(text.find(member), text.find('\n')) << "it stands in the first line";
  text.erase(text.find(member), member.size());
  const auto read = read_truth(write_file("eqlab_truth_no_rule.ndjson", text));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->expected_rule, "");
  EXPECT_EQ(read->incidents[0].expected, Expectation::fires) << "the file's own words are kept";
}

TEST(Truth, NamesTheLineThatCannotBeRead) {
  const std::string good = write_truth(sample());
  struct Case {
    std::string text;
    std::uint32_t line;
    std::string says;
  };
  std::string wrong_role = good;
  wrong_role.replace(wrong_role.find("\"script\""), 8, "\"scropt\"");
  std::string wrong_pair = good;
  wrong_pair.replace(wrong_pair.find("[[0,1]]"), 7, "[[0,9]]");
  std::string wrong_date = good;
  wrong_date.replace(wrong_date.find("1970-01-02T00:00:30.000000001Z"), 30,
                     "1970-13-02T00:00:30.000000001Z");
  std::string wrong_rule = good;
  wrong_rule.replace(wrong_rule.find("\"99239e7d\""), 10, "99");
  const std::vector<Case> cases = {
      {wrong_rule, 1, "\"expected_rule\" is not a string"},
      {good + "{\"id\":", 3, "not JSON"},
      {good + "[]\n", 3, "not a JSON object"},
      {good + "{\"id\":\"x\"}\n", 3, "\"scenario\" is missing"},
      {"{\"truth\":2}\n", 1, "version 2"},
      {wrong_role, 2, "\"role\" cannot be \"scropt\""},
      {wrong_pair, 2, "true_pairs"},
      {wrong_date, 2, "not a date"},
  };
  for (const Case& c : cases) {
    const auto path = write_file("eqlab_truth_broken.ndjson", c.text);
    const auto read = read_truth(path);
    ASSERT_FALSE(read) << c.says;
    EXPECT_EQ(read.error().code, "E501");
    ASSERT_TRUE(read.error().place);
    EXPECT_EQ(read.error().place->line, c.line) << c.says;
    EXPECT_EQ(read.error().place->file, path);
    EXPECT_NE(read.error().message.find(c.says), std::string::npos) << read.error().message;
  }
}

TEST(Truth, AMissingFileAndAnEmptyFileAreToldApart) {
  EXPECT_EQ(read_truth("/nonexistent/truth.ndjson").error().code, "E901");
  EXPECT_EQ(read_truth(write_file("eqlab_truth_empty.ndjson", "")).error().code, "E501");
}

TEST(TruthIndex, FindsIncidentEventsAndNothingElse) {
  const Truth truth = sample();
  const TruthIndex index(truth);
  ASSERT_NE(index.find("e2"), nullptr);
  EXPECT_EQ(index.find("e2")->incident, 0U);
  EXPECT_EQ(index.find("e2")->event, 1U);
  EXPECT_EQ(index.find("e3"), nullptr);
}

}  // namespace
}  // namespace eqlab::truth
