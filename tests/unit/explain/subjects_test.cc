#include "harness/explain/subjects.h"

#include <gtest/gtest.h>

#include "tests/unit/explain/world.h"

namespace eqlab::explain {
namespace {

using reference::parse_timeline;
using reference::timeline_schema;

World world_of(const std::string& timeline, Wanted wanted = {}) {
  return World(reference::expand_query("sequence by k with maxspan=10s [A] [B]"),
               parse_timeline(timeline), timeline_schema(), {.wanted = std::move(wanted)});
}

TEST(Subjects, ANumberAsksForALineAndForAnId) {
  EXPECT_EQ(wanted_event("12").lines, std::vector<std::uint64_t>{12});
  EXPECT_EQ(wanted_event("12").ids, std::vector<std::string>{"12"});
  EXPECT_TRUE(wanted_event("e-12").lines.empty());
  EXPECT_TRUE(wanted_event("e-12").near_misses);
}

TEST(Subjects, AnEventIsFoundByItsLine) {
  World world = world_of("A@1/x B@20/x", wanted_event("2"));
  const auto found = explain_event(world.explainer(), world.sightings(), "2");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, Explained::Kind::event);
  EXPECT_EQ(found->title, "event on line 2");
  EXPECT_EQ(found->reason, Reason::over_maxspan);
  EXPECT_EQ(found->text, found->explanation.text);
  EXPECT_FALSE(found->is_match);
}

TEST(Subjects, AnEventThatIsNotThereIsAnError) {
  World world = world_of("A@1/x B@20/x", wanted_event("7"));
  const auto found = explain_event(world.explainer(), world.sightings(), "7");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, "E409");
}

TEST(Subjects, TheFirstOfTheMatchesIsShown) {
  World world = world_of("A@1/x B@2/x A@3/y B@4/y A@5/z");
  const std::vector<Explained> found = explain_first(world.explainer(), 5);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, Explained::Kind::match);
  EXPECT_EQ(found[0].title, "the first of 2 matches");
  EXPECT_TRUE(found[0].is_match);
  EXPECT_EQ(found[0].explanation.notes.size(), 1U);
}

TEST(Subjects, WithoutAMatchTheNearestMissIsShown) {
  World world = world_of("A@1/x B@20/x A@30/y");
  const std::vector<Explained> found = explain_first(world.explainer(), 3);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, Explained::Kind::near_miss);
  EXPECT_EQ(found[0].title, "the nearest miss");
  EXPECT_EQ(found[0].reason, Reason::over_maxspan);
}

TEST(Subjects, NearMissesAreNumbered) {
  World world = world_of("A@1/x B@20/x A@101/y B@120/y");
  const std::vector<Explained> found = explain_near_misses(world.explainer(), 5, 4);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].title, "near miss 1");
  EXPECT_EQ(found[1].title, "near miss 2");
}

TEST(Subjects, ThatNothingComesNearIsSaid) {
  World world = world_of("");
  for (const auto& [events, text] :
       {std::pair(0U, "the input has no events"), std::pair(3U, "no event comes near the query")}) {
    const std::vector<Explained> found = explain_near_misses(world.explainer(), 5, events);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].reason, Reason::nothing_near);
    EXPECT_EQ(found[0].text, text);
  }
}

}  // namespace
}  // namespace eqlab::explain
