#include "generators/corpus/rehearsal.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "harness/event/schema.h"

namespace eqlab::generators {
namespace {

Rehearsal open(const std::vector<std::string>& only = {}) {
  auto made = Rehearsal::open("", only);
  EXPECT_TRUE(made) << (made ? "" : render(made.error()));
  return std::move(*made);
}

struct Runs {
  std::vector<ScenarioRun> runs;
  std::map<std::uint64_t, std::vector<EventTime>> times;  ///< by host
};
Runs run(const Rehearsal& rehearsal, std::size_t index, std::uint32_t runs,
         std::uint64_t seed = 1) {
  Runs out;
  out.runs = rehearsal.run(index, runs, seed, {}, [&](const event::EventBatch& batch) {
    for (std::size_t row = 0; row < batch.row_count(); ++row)
      out.times[batch.line[row] >> 32U].push_back(batch.event_time[row]);
  });
  return out;
}

TEST(Rehearsal, EachRunHasAHostOfItsOwnAndItsEventsInOrder) {
  const Runs out = run(open({"M11"}), 0, 30);
  ASSERT_EQ(out.runs.size(), 30U);
  EXPECT_EQ(out.times.size(), 30U);
  for (const auto& [host, times] : out.times) {
    EXPECT_GT(times.size(), 10U);
    EXPECT_TRUE(std::ranges::is_sorted(times));
  }
}

TEST(Rehearsal, TheSameSeedGivesTheSame) {
  const Rehearsal rehearsal = open({"M01"});
  EXPECT_EQ(run(rehearsal, 0, 10).times, run(rehearsal, 0, 10).times);
  EXPECT_NE(run(rehearsal, 0, 10).times, run(rehearsal, 0, 10, 2).times);
}

TEST(Rehearsal, IdsThatDoNotExistAreNamed) {
  const auto none = Rehearsal::open("", {"M111"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, "E521");
  EXPECT_TRUE(none.error().hint.starts_with("did you mean M1")) << none.error().hint;
}

TEST(Rehearsal, TheCatalogueHasEveryKindOfStory) {
  const Rehearsal rehearsal = open();
  EXPECT_GT(rehearsal.scenario_count(), 110U);
  std::map<std::string, int> classes;
  std::set<std::string> families;
  for (std::size_t i = 0; i < rehearsal.scenario_count(); ++i) {
    const ScenarioSummary summary = rehearsal.scenario(i);
    ++classes[summary.scenario_class];
    families.insert(summary.family);
    EXPECT_EQ(summary.promises.size(), rehearsal.rules().size());
    EXPECT_FALSE(summary.tags.empty()) << summary.id;
    if (summary.intent == "benign") {
      EXPECT_GT(summary.rate_per_month, 0) << summary.id;
    }
  }
  EXPECT_GE(classes["malicious_firing"], 19);
  EXPECT_GE(classes["evasion"], 30);
  EXPECT_GE(classes["benign_network"], 12);
  EXPECT_GE(classes["benign_local"], 40);
  EXPECT_GE(families.size(), 25U);
}

/// What the file says of the package's behaviour is what its process tree does.
TEST(Rehearsal, CodeOfThePackageConnectsWhereTheFileSaysSoAndNowhereElse) {
  const Rehearsal rehearsal = open();
  for (std::size_t i = 0; i < rehearsal.scenario_count(); ++i) {
    const ScenarioSummary summary = rehearsal.scenario(i);
    int connects = 0;
    for (const ScenarioRun& run : run(rehearsal, i, 40).runs) connects += run.connects ? 1 : 0;
    if (summary.behaviour == "connects within 60 s") {
      EXPECT_GT(connects, 5) << summary.id;
    } else {
      EXPECT_EQ(connects, 0) << summary.id;
    }
  }
}

/// Where it depends, it is seen to go both ways.
TEST(Rehearsal, AConditionHoldsInSomeRunsAndNotInOthers) {
  const Rehearsal rehearsal = open();
  int conditions = 0;
  for (std::size_t i = 0; i < rehearsal.scenario_count(); ++i) {
    const auto promises = rehearsal.promises(i);
    const Runs out = run(rehearsal, i, 400);
    for (std::size_t r = 0; r < promises.size(); ++r) {
      if (promises[r].condition.empty()) continue;
      ++conditions;
      std::set<bool> outcomes;
      for (const ScenarioRun& run : out.runs) outcomes.insert(run.promised[r].value_or(false));
      EXPECT_EQ(outcomes.size(), 2U) << rehearsal.scenario(i).id << " " << rehearsal.rules()[r].key;
    }
  }
  EXPECT_GT(conditions, 25);
}

}  // namespace
}  // namespace eqlab::generators
