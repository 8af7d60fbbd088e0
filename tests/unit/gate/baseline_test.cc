#include "harness/gate/baseline.h"

#include <gtest/gtest.h>

#include <string>

namespace eqlab::gate {
namespace {

Baseline small() {
  BaselineRule rule{
      .file = "rules/a.toml",
      .rule_id = "1",
      .name = "A \"quoted\"",
      .logic = "abc",
      .recall = {.hits = 61, .total = 214},
      .scenarios = {{"M02", {.hits = 5, .total = 6}}, {"E01", {.hits = 0, .total = 3}}},
      .false_alarms = {.count = 40, .exposure = 800},
      .latency_p95 = 309.5,
      .cap_hits = 2};
  BaselineRule other{.file = "rules/0.toml",
                     .rule_id = "2",
                     .name = "B",
                     .logic = "def",
                     .recall = {.hits = 0, .total = 214},
                     .scenarios = {},
                     .false_alarms = {.count = 0, .exposure = 800},
                     .latency_p95 = {},
                     .cap_hits = 0};
  return {.corpus = {.profile = "balanced",
                     .seed = 1,
                     .hosts = 400,
                     .days = 2,
                     .events = 2'000'000,
                     .incidents = 214},
          .rules = {rule, other}};
}

TEST(Baseline, ReadsBackWhatItWrote) {
  const std::string text = write_baseline(small());
  const auto read = parse_baseline(text, "b.json");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->corpus, small().corpus);
  ASSERT_EQ(read->rules.size(), 2U);
  EXPECT_EQ(read->rules[0], small().rules[1]) << "in order of files";
  EXPECT_EQ(read->rules[1], small().rules[0]);
  EXPECT_EQ(write_baseline(*read), text);
}

TEST(Baseline, StandsInLinesThatDiffWell) {
  EXPECT_EQ(write_baseline(small()), R"({
  "eqlab_baseline": 1,
  "corpus": {
    "profile": "balanced",
    "seed": 1,
    "hosts": 400,
    "days": 2.0,
    "events": 2000000,
    "incidents": 214
  },
  "rules": [
    {
      "file": "rules/0.toml",
      "rule_id": "2",
      "name": "B",
      "logic": "def",
      "recall": [0,214],
      "false_alarms": 0,
      "host_days": 800.0,
      "cap_hits": 0,
      "scenarios": {}
    },
    {
      "file": "rules/a.toml",
      "rule_id": "1",
      "name": "A \"quoted\"",
      "logic": "abc",
      "recall": [61,214],
      "false_alarms": 40,
      "host_days": 800.0,
      "latency_p95_seconds": 309.5,
      "cap_hits": 2,
      "scenarios": {
        "E01": [0,3],
        "M02": [5,6]
      }
    }
  ]
}
)");
}

TEST(Baseline, WhatIsNoneIsShownAtItsPlace) {
  const auto code = [](const std::string& text) {
    const auto read = parse_baseline(text, "b.json");
    return read ? std::string("read") : read.error().code;
  };
  EXPECT_EQ(code("{"), "E747");
  EXPECT_EQ(code("[]"), "E747");
  EXPECT_EQ(code("{}"), "E747");
  EXPECT_EQ(code(R"({"eqlab_baseline": 2, "corpus": {}, "rules": []})"), "E747");
  std::string text = write_baseline(small());
  text.replace(text.find("[61,214]"), 8, "[300,214]");
  const auto read = parse_baseline(text, "b.json");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "a share is written [caught, of]");
  EXPECT_EQ(read.error().place->source_line, "      \"recall\": [300,214],");
}

TEST(Baseline, ComparesAsTwoSamples) {
  const BaselineRule before = small().rules[0];
  Figures after;
  after.recall = {.hits = 31, .total = 214};
  after.false_alarms = {.count = 40, .exposure = 800};
  after.scenarios = {{.name = "M02", .title = "m", .recall = {.hits = 0, .total = 6}},
                     {.name = "E01", .title = "e", .recall = {.hits = 0, .total = 3}}};
  const BaselineEffect effect =
      compare_with_baseline(before, small().corpus, after, small().corpus);
  EXPECT_TRUE(effect.is_same_corpus);
  EXPECT_NEAR(*effect.recall_difference, -30.0 / 214, 1e-12);
  // Newcombe's hybrid score interval (method 10) of 31/214 − 61/214, computed by hand from
  // Wilson's [10.40, 19.83] and [22.88, 34.89] per cent.
  EXPECT_NEAR(effect.recall_interval->low, -0.21602, 1e-4);
  EXPECT_NEAR(effect.recall_interval->high, -0.06259, 1e-4);
  ASSERT_EQ(effect.scenarios.size(), 1U);
  EXPECT_EQ(effect.scenarios[0].id, "M02");
  CorpusIdentity other = small().corpus;
  other.seed = 2;
  EXPECT_FALSE(compare_with_baseline(before, small().corpus, after, other).is_same_corpus);
}

TEST(Baseline, KeepsRulesThatWereNotMeasuredAndAreStillThere) {
  Baseline fresh = small();
  fresh.rules.pop_back();
  fresh.rules[0].recall.hits = 62;
  const Baseline kept = updated(small(), fresh, {"rules/0.toml", "rules/a.toml"});
  EXPECT_EQ(kept.rules.size(), 2U);
  EXPECT_EQ(updated(small(), fresh, {"rules/a.toml"}).rules.size(), 1U);
  fresh.corpus.seed = 9;
  EXPECT_EQ(updated(small(), fresh, {"rules/0.toml", "rules/a.toml"}).rules.size(), 1U)
      << "figures of another corpus cannot stand beside these";
}

}  // namespace
}  // namespace eqlab::gate
