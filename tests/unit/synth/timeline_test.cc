// Timelines of many queries, each judged by the matcher, which synth does not know.
#include "harness/synth/timeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "harness/base/text.h"
#include "harness/cases/case_block.h"
#include "harness/cases/engine.h"
#include "harness/cases/io/files.h"
#include "harness/rule/rule.h"

namespace eqlab::synth {
namespace {

cases::CaseValue case_value(const event::Field& field, const event::Value& value) {
  using Kind = cases::CaseValue::Kind;
  if (const auto* const text = std::get_if<std::string>(&value)) return {Kind::text, *text};
  if (const auto* const truth = std::get_if<bool>(&value))
    return {Kind::boolean, *truth ? "true" : "false"};
  if (event::is_date(field.type))
    return {Kind::text, format_iso8601(std::get<std::int64_t>(value), 9)};
  return {Kind::number, event::to_text(value)};
}

/// The matches of the rule's query over the timeline's events.
std::size_t matches_of(const rule::Rule& rule, const eql::CheckedQuery& query,
                       const Timeline& timeline) {
  cases::CaseBlock block;
  block.rule = rule;
  for (const TimelineEvent& event : timeline.events) {
    cases::CaseEvent written{.id = std::to_string(block.events.size() + 1),
                             .time = EventTime(Duration{1'767'225'600'000'000'000} + event.at),
                             .fields = {}};
    for (const FieldValues& field : event.fields) {
      cases::CaseField out{
          .name = field.field.name, .values = {}, .is_array = field.values.size() > 1};
      for (const event::Value& value : field.values)
        out.values.push_back(case_value(field.field, value));
      written.fields.push_back(std::move(out));
    }
    block.events.push_back(std::move(written));
  }
  const auto found = cases::fast_engine()(block, query);
  EXPECT_TRUE(found) << (found ? "" : found.error().message);
  return found ? found->size() : 0;
}

struct Made {
  rule::Rule rule;
  eql::CheckedQuery query;
  std::optional<Timeline> timeline;
  [[nodiscard]] std::size_t matches() const {
    return timeline ? matches_of(rule, query, *timeline) : 0;
  }
};

Made make(const std::string& text) {
  rule::Rule rule = rule::bare_query(text, "q.eql");
  auto query = rule::compile(rule, event::Schema::builtin());
  EXPECT_TRUE(query) << text << "\n" << (query ? "" : query.error().message);
  std::optional<Timeline> timeline = positive_timeline(*query, "@timestamp");
  return {std::move(rule), std::move(*query), std::move(timeline)};
}

std::string value_of(const TimelineEvent& event, std::string_view field) {
  for (const FieldValues& values : event.fields) {
    if (values.field.name != field) continue;
    std::vector<std::string> out;
    for (const event::Value& value : values.values) out.push_back(event::to_text(value));
    return join(out, ",");
  }
  return "-";
}

TEST(Timeline, SatisfiesEveryKindOfCondition) {
  for (const std::string text : {
           "process where process.name == \"curl\"",
           "process where process.name : (\"py?hon*\", \"*sh\")",
           "process where process.name in~ (\"A\", \"b\") and process.name != \"a\"",
           "process where process.executable like \"/tmp/*\" and process.executable like \"*.sh\"",
           "process where process.args : \"-c\" and process.args : \"curl*\" and not "
           "process.args : \"curl\"",
           "process where process.command_line regex \"(ba|z)sh -c '[^']{3,}' [0-9]+\"",
           "process where not process.name : \"a\" and process.pid > 1000 and process.pid <= 1001",
           "process where process.pid != 1",
           "process where process.parent.name == null and process.name != null",
           "network where cidrMatch(destination.ip, \"10.0.0.0/8\", \"fe80::/10\")",
           "network where not cidrMatch(destination.ip, \"10.0.0.0/8\") and destination.ip != null",
           "network where destination.port >= 1024 and not destination.port in (1024, 1025)",
           "process where length(process.name) > 12 and process.name : \"a*\"",
           "process where startsWith~(process.name, \"Inst\") and endsWith(process.name, \"r\")",
           "process where stringContains(process.command_line, \"--token\")",
           "process where process.pid + 1 == 7 and process.pid * 2 != 10",
           "process where concat(process.name, \":\", process.pid) == \"a:1\"",
           "any where event.category == \"file\" or event.code == \"7\"",
           "process where (process.name == \"a\" and process.name == \"b\" and process.name : "
           "\"c*\") or process.pid == 7",
           "sequence by host.id, user.id with maxspan=30s [process where process.name == \"a\"] "
           "[network where process.name == \"b\"]",
           "sequence [process where process.pid == 5] by process.entity_id [network where true] by "
           "process.parent.entity_id",
           "sequence by user.id [process where user.id == \"0\"] [file where user.id : \"?\"]",
           "sequence by ?user.id [process where user.id == null] [file where true]",
           "sequence by host.id with maxspan=4ms [process where true] with runs=3 [file where "
           "true]",
           "sequence by host.id with maxspan=1m [process where true] ![file where true] [network "
           "where true]",
           "sequence by host.id [process where true] [network where true] until [file where true]",
           "sample by host.id [process where process.name == \"a\"] [file where true]",
           "process where process.name == \"a\" | head 3 | tail 1",
           "process where event.created >= \"2020-01-01\" and event.created < \"2020-01-02\"",
       }) {
    const Made made = make(text);
    EXPECT_TRUE(made.timeline) << text;
    EXPECT_GE(made.matches(), 1U) << text;
  }
}

TEST(Timeline, WhatCannotBeSatisfiedHasNone) {
  for (const std::string text : {
           "process where false",
           "process where process.pid > 5 and process.pid < 5",
           "process where process.name == null and process.name == \"a\"",
           "process where @timestamp > \"2020-01-01\"",
           "sequence by user.id [process where user.id == \"0\"] [file where user.id == \"1\"]",
       }) {
    EXPECT_FALSE(make(text).timeline) << text;
  }
}

TEST(Timeline, ValuesAreTheRulesOwnAndKeysAreShared) {
  const Made made = make(
      "sequence by host.id [process where process.name : (\"tclsh*\", \"bash\")] [network where "
      "process.executable : \"/Users/*/Library/*.sh\" and destination.port == 443]");
  ASSERT_TRUE(made.timeline);
  ASSERT_EQ(made.timeline->events.size(), 2U);
  EXPECT_EQ(value_of(made.timeline->events[0], "process.name"), "bash");
  EXPECT_EQ(value_of(made.timeline->events[1], "process.executable"),
            "/users/example/library/example.sh");
  EXPECT_EQ(value_of(made.timeline->events[1], "destination.port"), "443");
  EXPECT_EQ(value_of(made.timeline->events[0], "host.id"), "host-1");
  EXPECT_EQ(value_of(made.timeline->events[1], "host.id"), "host-1");
}

TEST(Timeline, NearMissesDifferInOnePlaceAndTheMatcherAgrees) {
  const Made made = make(
      "sequence by host.id with maxspan=10s [process where process.name == \"bash\"] [network "
      "where "
      "process.name == \"curl\" and destination.port == 443]");
  ASSERT_TRUE(made.timeline);
  const std::vector<NearMiss> misses = near_misses(made.query, *made.timeline);
  std::set<std::string> fields;
  for (const NearMiss& miss : misses) {
    EXPECT_EQ(matches_of(made.rule, made.query, miss.timeline), 0U) << miss.field;
    fields.insert(miss.field);
    std::size_t differences = 0;
    for (std::size_t e = 0; e < miss.timeline.events.size(); ++e) {
      const TimelineEvent& before = made.timeline->events[e];
      const TimelineEvent& after = miss.timeline.events[e];
      differences += before.at == after.at ? 0U : 1U;
      for (std::size_t f = 0; f < before.fields.size(); ++f)
        differences += before.fields[f].values == after.fields[f].values ? 0U : 1U;
    }
    EXPECT_EQ(differences, 1U) << miss.field;
  }
  EXPECT_EQ(fields, (std::set<std::string>{"", "destination.port", "event.category", "host.id",
                                           "process.name"}));
  EXPECT_EQ(misses.front().event, 1U);
  EXPECT_EQ(misses.front().field, "process.name");
}

TEST(Timeline, HostileQueriesEndSoon) {
  std::string wide = "process where ";
  for (int i = 0; i < 300; ++i) {
    if (i > 0) wide += " and ";
    wide += "(process.name == \"a" + std::to_string(i) + "\" or process.name == \"b" +
            std::to_string(i) + "\")";
  }
  EXPECT_FALSE(make(wide).timeline);
  // Ten thousand leaves on one field, of which each value must be held against each.
  std::string long_one = "process where process.name : \"a*\"";
  for (int i = 0; i < 10'000; ++i)
    long_one += " and process.name != \"a" + std::to_string(i) + "\"";
  EXPECT_TRUE(make(long_one).timeline);
  EXPECT_TRUE(
      make("process where process.name regex \"a{1000}{1,5}\" or process.pid == 1").timeline);
}

/// What fuzzing has kept is made for trouble: each query is done with, and what is made matches or
/// is at least a timeline that can be run.
TEST(Timeline, KeptFuzzInputs) {
  std::size_t queries = 0;
  std::size_t made = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(EQLAB_SOURCE_DIR "/tests/fuzz/corpus/query_fuzz")) {
    auto text = cases::read_text(entry.path().string());
    if (!text) continue;
    // Some were cut out of case files, with what is expected behind them.
    for (const char* const part : {"\nmatches", "\nids", "\ntree", "\nerror"})
      text->resize(std::min(text->find(part), text->size()));
    const rule::Rule rule = rule::bare_query(*text, "q.eql");
    const auto query = rule::compile(rule, event::Schema::open());
    if (!query) continue;
    ++queries;
    const auto timeline = positive_timeline(*query, "@timestamp");
    if (!timeline) continue;
    made += matches_of(rule, *query, *timeline) > 0 ? 1U : 0U;
    (void)near_misses(*query, *timeline);
  }
  EXPECT_GT(queries, 10U);
  EXPECT_GT(made, 10U);
}

/// Queries as people write them: nearly all of them get a timeline, and what is made matches.
TEST(Timeline, PublicRules) {
  const auto files =
      cases::find_case_files({std::string(EQLAB_SOURCE_DIR) + "/tests/cases/public_rules"});
  ASSERT_TRUE(files);
  std::size_t queries = 0;
  std::size_t made = 0;
  std::string others;
  for (const std::string& file : *files) {
    const auto blocks = cases::load_cases(file);
    ASSERT_TRUE(blocks) << file << blocks.error().message;
    for (const cases::CaseBlock& block : *blocks) {
      if (!block.rule) continue;
      const auto query = rule::compile(*block.rule, event::Schema::builtin());
      if (!query) continue;
      ++queries;
      const auto timeline = positive_timeline(*query, block.rule->timestamp_field);
      const bool is_right = timeline && matches_of(*block.rule, *query, *timeline) > 0;
      made += is_right ? 1U : 0U;
      if (!is_right) others += block.rule->query.text + "\n";
    }
  }
  EXPECT_GT(queries, 50U);
  EXPECT_GE(made * 100, queries * 95) << made << " of " << queries << ", not\n" << others;
}

}  // namespace
}  // namespace eqlab::synth
