// A stored result shows the same in every format, and whatever is not one is refused at its place.
#include "harness/report/gate_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/report/gate_report.h"
#include "harness/report/scorecard_json.h"
#include "tests/unit/gate/results.h"
#include "tests/unit/report/cards.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;

Result<gate::GateResult> read_back(const std::string& text) {
  EQLAB_TRY(const StoredResult stored, read_stored_result(text, "gate.json"));
  return read_gate(stored);
}

gate::GateResult varied() {
  gate::GateResult out = test::result_of(test::lossy_rule());
  gate::RuleResult stored = test::lossy_rule();
  stored.file = "rules/b.toml";
  stored.effect.reset();
  stored.before->false_alarms.exposure = 1234.56789012345;
  stored.after->false_alarms.exposure = 1234.56789012345;
  stored.after->latency.p95 = Duration(123'456'789'012);
  stored.after->latency.p50 = Duration(59'999'999'999);
  gate::BaselineEffect effect;
  effect.is_same_corpus = true;
  effect.recall_difference = -0.4;
  effect.recall_interval = score::Interval{-0.5, -0.3};
  effect.false_alarm_difference = -1.0 / 3000;
  effect.false_alarm_interval = score::Interval{-0.012, 0.001};
  effect.scenarios = {{.id = "M01", .title = "Silver", .incidents = 90, .before = 9, .after = 2}};
  stored.baseline_effect = effect;
  stored.mutation = gate::MutationScore{.noticed = 3, .of = 7};
  stored.notes = {"a note"};
  stored.old_file = "rules/old.toml";
  out.rules.push_back(stored);
  gate::RuleResult broken;
  broken.file = "rules/c.toml";
  broken.usable = false;
  Diagnostic finding = error_in("rules/c.toml", "E203", "process.pid is a number", "write 4");
  finding.place = Place{.file = "rules/c.toml",
                        .line = 12,
                        .column = 30,
                        .end_column = 35,
                        .source_line = "  process where process.pid == \"abc\""};
  broken.diagnostics = {finding, error_in("rules/c.toml", "L301", "no name")};
  broken.diagnostic_is_new = {true, false};
  broken.checks = {{.id = "usable", .outcome = gate::Outcome::failed, .text = "E203"}};
  out.rules.push_back(broken);
  out.diagnostics = {error_in("x.toml", "E301", "not TOML"), error_in({}, "E744", "no such base")};
  out.other_cases = {
      {.file = "z.case", .line = 3, .why = "first", .passed = true, .detail = {}},
      {.file = "a.case", .line = 3, .why = "second", .passed = false, .detail = "got\n  none\n"},
      {.file = "b.case", .line = 9, .why = "third", .passed = true, .detail = {}}};
  out.skipped = {{.file = "t.toml", .name = "T", .type = "threshold"}};
  out.notes = {"of all"};
  out.unchanged = 4;
  out.policy_file = "eqlab.toml";
  out.repository_prefix = "detections/";
  conclude(out);
  return out;
}

TEST(GateReader, EveryFormatOfWhatWasReadIsTheOriginals) {
  gate::GateResult bare;
  conclude(bare);
  gate::GateResult passing;
  gate::RuleResult same;
  same.file = "rules/a.toml";
  same.diff = gate::RuleDiff{.changes = {}, .is_equivalent = true, .step_of = {}};
  passing.rules = {same};
  conclude(passing);
  for (const gate::GateResult& original :
       {bare, passing, test::result_of(test::lossy_rule()), varied()}) {
    const auto read = read_back(gate_json(original));
    ASSERT_TRUE(read) << render(read.error());
    EXPECT_EQ(gate_json(*read), gate_json(original));
    EXPECT_EQ(gate_text(*read, {.columns = 100}), gate_text(original, {.columns = 100}));
    EXPECT_EQ(gate_markdown(*read), gate_markdown(original));
    EXPECT_EQ(gate_junit(*read), gate_junit(original));
    EXPECT_EQ(gate_sarif(*read), gate_sarif(original));
    EXPECT_EQ(gate_annotations(*read), gate_annotations(original));
    EXPECT_EQ(read->exit_status(), original.exit_status());
  }
}

TEST(GateReader, HostileTextStaysWhatJsonShows) {
  gate::RuleResult rule = test::lossy_rule();
  rule.name = tiny::hostile;
  rule.cases[1].detail = std::string("a\n") + tiny::hostile;
  const std::string text = gate_json(test::result_of(std::move(rule)));
  const auto read = read_back(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(gate_json(*read), text);
}

TEST(GateReader, OlderResultsWithoutTheNewerKeysAreRead) {
  Json document = Json::parse(gate_json(varied()));
  document["other_cases"].erase("passed");
  for (Json& rule : document["rules"]) {
    rule["cases"].erase("passed");
    for (Json& finding : rule["diagnostics"]) finding.erase("file");
  }
  const auto read = read_back(document.dump());
  ASSERT_TRUE(read) << render(read.error());
  EXPECT_EQ(read->other_cases.size(), 3U);
  EXPECT_EQ(gate_text(*read, {.columns = 100}), gate_text(varied(), {.columns = 100}));
}

/// Calls `use` with the document once for each value in it, that value gone or replaced.
template <class Use>
void crooked(Json& root, Json& at, const Use& use) {
  if (!at.is_structured()) return;
  for (Json& member : at) {
    const Json kept = member;
    for (const Json& other : {Json(nullptr), Json("x"), Json(-1), Json(1e308), Json(4e9),
                              Json::array({1}), Json::object(), Json(true)}) {
      member = other;
      use(root.dump());
    }
    member = kept;
    crooked(root, member, use);
  }
}

TEST(GateReader, AnythingInTheWrongPlaceIsRefusedThereOrHarmless) {
  Json document = Json::parse(gate_json(varied()));
  document["rules"][0]["effect"]["lost"].erase(document["rules"][0]["effect"]["lost"].begin() + 1,
                                               document["rules"][0]["effect"]["lost"].end());
  std::size_t refused = 0;
  std::size_t read = 0;
  crooked(document, document, [&](const std::string& text) {
    const auto result = read_back(text);
    if (!result) {
      ++refused;
      EXPECT_TRUE(result.error().place && result.error().place->line > 0);
      return;
    }
    ++read;
    (void)gate_text(*result, {.columns = 80});
    (void)gate_markdown(*result);
    (void)gate_junit(*result);
    (void)gate_sarif(*result);
  });
  EXPECT_GT(refused, 1'000U);
  EXPECT_GT(read, 100U);
}

TEST(StoredResult, WhatIsNoneIsRefusedAtItsPlace) {
  struct Refused {
    std::string text;
    const char* code;
    std::uint32_t line;
  };
  const std::string whole = gate_json(test::result_of(test::lossy_rule()));
  const auto lines = static_cast<std::uint32_t>(std::ranges::count(whole, '\n'));
  for (const Refused& one :
       std::vector<Refused>{{"", "E791", 1},
                            {"not json", "E791", 1},
                            {"{}", "E791", 1},
                            {"[]", "E791", 1},
                            {"[\n{}]", "E791", 2},
                            {"{\"eqlab_result\": \"gate\"}", "E791", 1},
                            {"{\"eqlab_result\": \"check\", \"schema_version\": 1}", "E791", 1},
                            {"{\"eqlab_result\": \"gate\", \"schema_version\": 1.5}", "E791", 1},
                            {"{\n\"eqlab_result\": \"gate\",\n\"schema_version\": 9}", "E792", 3},
                            {"{\"eqlab_result\": \"scorecard\", \"schema_version\": 3}", "E792", 1},
                            {"[{\"eqlab_result\": \"gate\", \"schema_version\": 1}]", "E791", 1},
                            {"{\"a\":\"\xFF\"}", "E791", 1},
                            {std::string(10'000, '['), "E791", 1},
                            {whole.substr(0, whole.size() - 3), "E791", lines - 1}}) {
    const auto read = read_stored_result(one.text, "r.json");
    ASSERT_FALSE(read) << one.text.substr(0, 60);
    EXPECT_EQ(read.error().code, one.code) << one.text.substr(0, 60);
    ASSERT_TRUE(read.error().place);
    EXPECT_EQ(read.error().place->file, "r.json");
    EXPECT_EQ(read.error().place->line, one.line) << one.text.substr(0, 60);
  }
  EXPECT_EQ(read_back("{\"eqlab_result\": \"gate\", \"schema_version\": 1}").error().code, "E793");
}

TEST(StoredResult, IsReadUpToALengthAndNoLonger) {
  const std::string text = "{\"eqlab_result\": \"gate\", \"schema_version\": 1}";
  EXPECT_TRUE(read_stored_result(text, "r.json", text.size()));
  const auto read = read_stored_result(text, "r.json", text.size() - 1);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "E791");
}

TEST(StoredResult, ScorecardsKeepTheirBytes) {
  const std::string printed =
      scorecard_json(tiny::score_of(tiny::hostile_world()), tiny::small_info());
  const auto stored = read_stored_result(printed, "s.json");
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->kind, ResultKind::scorecard);
  EXPECT_EQ(json_text(json_of(*stored)), printed);
}

}  // namespace
}  // namespace eqlab::report
