#include "harness/report/explanation.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/report/cells.h"

namespace eqlab::report {
namespace {

using explain::Explained;
using explain::ExplainedRun;
using explain::FieldValues;
using explain::StageView;
using explain::Term;
using explain::TermKind;
using explain::Truth;

EventTime at(std::int64_t milliseconds) {
  return EventTime{std::chrono::seconds{1'772'445'600} + std::chrono::milliseconds{milliseconds}};
}

FieldValues one(const std::string& field, const std::string& value) {
  return {.field = field, .values = {value}, .total = 1};
}

/// Two steps, the second of which fails by one of four terms.
ExplainedRun missed() {
  StageView first{.stage = 0, .state = StageView::State::met};
  first.event = {.line = 3, .id = "e1", .time = at(0), .fields = {one("process.name", "\"bash\"")}};
  first.since_first = Duration::zero();
  StageView second{.stage = 1, .state = StageView::State::failed};
  second.event = {
      .line = 9, .id = "e2", .time = at(495), .fields = {one("process.name", "\"python3.11\"")}};
  second.since_first = std::chrono::milliseconds{495};
  Term condition{.kind = TermKind::all};
  for (const std::string text : {"a == 1", "b == 2", "c == 3"})
    condition.children.push_back({.truth = Truth::yes, .text = text});
  condition.children.push_back({.truth = Truth::no,
                                .text = "process.name : (\"curl\", \"python\")",
                                .values = {one("process.name", "\"python3.11\"")},
                                .nearest = "\"python\""});
  second.condition = condition;
  second.keys = {{.name = "user.id", .values = one("user.id", "\"501\""), .differs = true}};
  Explained item{.kind = Explained::Kind::event, .title = "event on line 9"};
  item.reason = explain::Reason::stage_unmatched;
  item.text = "step 2 is not met: process.name is \"python3.11\"";
  item.explanation.stage = 1;
  item.explanation.stages = {first, second};
  item.explanation.changes = {{.parts = {"process.name \"python\" instead of \"python3.11\""}}};
  return {.items = {item}, .rule_name = "the rule", .events_read = 12, .matches_found = 0};
}

TEST(ExplanationText, SaysTheReasonThenTheStepsThenTheChange) {
  EXPECT_EQ(explanation_text(missed(), {}),
            "event on line 9\n"
            "  step 2 is not met: process.name is \"python3.11\"\n"
            "\n"
            "  step 1  ✓  2026-03-02T10:00:00.000Z  line 3  process.name \"bash\"\n"
            "  step 2  ✗  10:00:00.495 +0.495 s     line 9  process.name \"python3.11\"\n"
            "             ✓ 3 other terms\n"
            "             ✗ process.name : (\"curl\", \"python\")   is \"python3.11\"; nearest "
            "\"python\"\n"
            "             ✗ join key user.id  is \"501\"\n"
            "  nearest change: process.name \"python\" instead of \"python3.11\"  → matches\n");
}

TEST(ExplanationText, FullShowsWhatHolds) {
  const std::string text = explanation_text(missed(), {.detail = explain::Detail::full});
  EXPECT_NE(text.find("✓ a == 1\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("other terms"), std::string::npos);
}

TEST(ExplanationText, NegationAndAlternativesAreNested) {
  ExplainedRun run = missed();
  Term negated{
      .kind = TermKind::none,
      .truth = Truth::no,
      .children = {
          {.truth = Truth::yes, .text = "user.id == \"0\"", .values = {one("user.id", "\"0\"")}}}};
  Term any{.kind = TermKind::any,
           .truth = Truth::no,
           .children = {negated, {.truth = Truth::fails, .text = "7 / q > 1", .problem = "no"}}};
  run.items[0].explanation.stages[1].condition = Term{.kind = TermKind::all, .children = {any}};
  const std::string text = explanation_text(run, {});
  EXPECT_NE(text.find("✗ any of:\n"
                      "               ✗ not user.id == \"0\"   is \"0\"\n"
                      "               ! 7 / q > 1   cannot be evaluated: no\n"),
            std::string::npos)
      << text;
}

TEST(ExplanationText, LongSequencesAreShortened) {
  ExplainedRun run = missed();
  std::vector<StageView>& stages = run.items[0].explanation.stages;
  stages.clear();
  for (std::size_t i = 0; i < 256; ++i) {
    StageView view{.stage = i, .state = StageView::State::met};
    view.event = {.line = i + 1, .id = {}, .time = at(static_cast<std::int64_t>(i))};
    stages.push_back(view);
  }
  stages[100].state = StageView::State::absent;
  stages[150].state = StageView::State::failed;
  const std::string text = explanation_text(run, {});
  EXPECT_NE(text.find("  … 144 more steps, none of which fails\n"), std::string::npos) << text;
  EXPECT_NE(text.find("step 151"), std::string::npos);
  EXPECT_LT(std::ranges::count(text, '\n'), 40);
}

TEST(ExplanationText, WhatAnEventSaysCannotReachTheTerminalOrWidenTheLines) {
  ExplainedRun run = missed();
  Explained& item = run.items[0];
  const std::string evil = "\x1b[2J\r\n\u202e" + std::string(5'000, 'x');
  item.title = item.text = evil;
  StageView& stage = item.explanation.stages[1];
  stage.event->fields = {one(evil, evil)};
  stage.condition->children[3].text = evil;
  stage.condition->children[3].nearest = evil;
  stage.condition->children[3].values = {one(evil, evil)};
  stage.keys[0].name = evil;
  item.explanation.changes[0].parts = {evil, evil};
  item.explanation.notes = {evil};
  item.explanation.by = explain::EventView{.line = 1, .id = evil, .time = at(1)};
  const std::string text = explanation_text(run, {.columns = 80});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_EQ(text.find("\u202e"), std::string::npos);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    EXPECT_LE(width(std::string_view(text).substr(begin, end - begin)), 80U);
    begin = end + 1;
  }
}

TEST(ExplanationText, ALongChangeIsWrappedAndMaxspanNamedBesideTheTerm) {
  ExplainedRun run = missed();
  explain::Explanation& explanation = run.items[0].explanation;
  explanation.over = std::chrono::seconds{4};
  const std::string fresh = "process.name \"" + std::string(40, 'n') + "\"";
  const std::string old = "instead of \"" + std::string(40, 'o') + "\" at step 2";
  explanation.changes = {{.parts = {fresh + " " + old}}};
  const std::string text = explanation_text(run, {});
  EXPECT_NE(text.find("             ✗ maxspan  over by 4 s\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  nearest change: " + fresh + "\n                    " + old +
                      "\n                  → matches\n"),
            std::string::npos)
      << text;
  // Where it is the reason itself, the first line has said it.
  explanation.reason = explain::Reason::over_maxspan;
  EXPECT_EQ(explanation_text(run, {}).find("✗ maxspan"), std::string::npos);
}

TEST(ExplanationText, WithSeveralFilesPlacesNameThem) {
  ExplainedRun run = missed();
  run.file_starts = {{.file = "a.ndjson", .lines_before = 0},
                     {.file = "b.ndjson", .lines_before = 5}};
  run.file_starts[1].file = "folder/b.ndjson";
  const std::string text = explanation_text(run, {});
  EXPECT_NE(text.find("  a.ndjson:3"), std::string::npos) << text;
  EXPECT_NE(text.find("  b.ndjson:4"), std::string::npos) << text;
  run.file_starts[0].file = "other/b.ndjson";
  EXPECT_NE(explanation_text(run, {}).find("  folder/b.ndjson:4"), std::string::npos);
}

TEST(ExplanationJson, HasTheSame) {
  ExplainedRun run = missed();
  run.items[0].facts = {{"incident", "I-1"}};
  run.items[0].explanation.over = std::chrono::milliseconds{3'200};
  run.file_starts = {{.file = "a.ndjson", .lines_before = 0},
                     {.file = "b.ndjson", .lines_before = 5}};
  const auto json = nlohmann::json::parse(explanation_json(run));
  EXPECT_EQ(json["eqlab_result"], "explanation");
  EXPECT_EQ(json["schema_version"], 1);
  EXPECT_EQ(json["events_read"], 12);
  const auto& item = json["explanations"][0];
  EXPECT_EQ(item["kind"], "event");
  EXPECT_EQ(item["incident"], "I-1");
  EXPECT_EQ(item["matched"], false);
  EXPECT_EQ(item["reason"], "stage-unmatched");
  EXPECT_EQ(item["step"], 2);
  EXPECT_EQ(item["seconds_over_maxspan"], 3.2);
  EXPECT_EQ(item["steps"][0]["state"], "met");
  const auto& step = item["steps"][1];
  EXPECT_EQ(step["seconds_since_first"], 0.495);
  EXPECT_EQ(step["event"]["file"], "b.ndjson");
  EXPECT_EQ(step["event"]["file_line"], 4);
  EXPECT_EQ(step["join_keys"][0]["differs"], true);
  EXPECT_EQ(step["condition"]["terms"][3]["truth"], false);
  EXPECT_EQ(step["condition"]["terms"][3]["nearest"], "\"python\"");
  EXPECT_EQ(item["changes"][0]["matches"], true);
}

}  // namespace
}  // namespace eqlab::report
