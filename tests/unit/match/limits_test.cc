// What bounds the matcher's memory: reached here with small numbers, counted in every case.
#include <gtest/gtest.h>

#include "harness/eql/query.h"
#include "harness/match/matcher.h"
#include "harness/scan/plan.h"

namespace eqlab::match {
namespace {

constexpr std::uint64_t first_stage = 1;
constexpr std::uint64_t second_stage = 2;

/// A query of two stages by one key, and events for it put into its log by hand.
struct World {
  explicit World(const std::string& text)
      : query(*eql::check_query(*eql::parse_query(text), event::Schema::open(), {})),
        plan(scan::Plan::options_for(event::Schema::open(), "@timestamp", "")),
        binding(plan.add(query)),
        log(plan.new_log()) {}

  void add(std::uint64_t filters, std::int64_t second, const std::vector<std::string>& keys) {
    const std::vector<std::vector<event::Value>> slots = {{keys.begin(), keys.end()}};
    const EventTime time{std::chrono::seconds{second}};
    log.add({.filter_words = {&filters, 1},
             .event_time = time,
             .full_time = time,
             .ordinal = next++,
             .id = {},
             .source = {}},
            slots);
  }
  Matches find(std::size_t pending_max) {
    log.finish();
    MatchOptions options;
    options.pending_max = pending_max;
    return Matcher(query, binding).find(log, log.dated(), options);
  }

  eql::CheckedQuery query;
  scan::Plan plan;
  scan::QueryBinding binding;
  scan::CandidateLog log;
  std::uint64_t next = 0;
};

TEST(PendingSequences, BeyondTheLimitTheOldestGoesAndIsCounted) {
  World world("sequence by k [a where true] [b where true]");
  for (int i = 0; i < 5; ++i) world.add(first_stage, i, {"k" + std::to_string(i)});
  for (int i = 0; i < 5; ++i) world.add(second_stage, 10 + i, {"k" + std::to_string(i)});
  const Matches found = world.find(3);
  EXPECT_EQ(found.dropped_pending, 2U);
  ASSERT_EQ(found.matches.size(), 3U);
  EXPECT_EQ(found.matches[0].events, (std::vector<CandidateIndex>{2, 7}));
}

TEST(PendingSequences, WhatCouldNotBeFinishedAnyMoreIsNoLoss) {
  World world("sequence by k with maxspan=1s [a where true] [b where true]");
  for (int i = 0; i < 5; ++i) world.add(first_stage, 10 * i, {"k" + std::to_string(i)});
  world.add(second_stage, 41, {"k4"});
  const Matches found = world.find(2);
  EXPECT_EQ(found.dropped_pending, 0U);
  EXPECT_EQ(found.matches.size(), 1U);
}

TEST(PendingSequences, ManyStartsUnderOneKeyTakeOnePlace) {
  World world("sequence by k [a where true] [b where true]");
  for (int i = 0; i < 5'000; ++i) world.add(first_stage, i, {"k"});
  world.add(second_stage, 6'000, {"k"});
  const Matches found = world.find(1);
  EXPECT_EQ(found.dropped_pending, 0U);
  ASSERT_EQ(found.matches.size(), 1U);
  EXPECT_EQ(found.matches[0].events[0], 4'999U);
}

TEST(JoinKeys, MoreCombinationsThanAreFollowedAreCounted) {
  World world("sequence by k [a where true] [b where true]");
  std::vector<std::string> keys;
  for (std::size_t i = 0; i <= limits::key_combinations_max; ++i) keys.push_back(std::to_string(i));
  world.add(first_stage, 0, keys);
  world.add(second_stage, 1, {"5"});
  const Matches found = world.find(limits::pending_matches_max);
  EXPECT_EQ(found.cut_keys, 1U);
  EXPECT_EQ(found.matches.size(), 1U);
}

TEST(Matches, BeyondTheLimitTheyAreCountedAndNotKept) {
  World world("sequence by k [a where true] [b where true]");
  for (int i = 0; i < 9; ++i) {
    world.add(first_stage, 2 * i, {"k"});
    world.add(second_stage, 2 * i + 1, {"k"});
  }
  world.log.finish();
  MatchOptions options;
  options.matches_max = 4;
  const Matches found =
      Matcher(world.query, world.binding).find(world.log, world.log.dated(), options);
  EXPECT_EQ(found.matches.size(), 4U);
  EXPECT_EQ(found.matches[0].events, (std::vector<CandidateIndex>{0, 1}));
  EXPECT_EQ(found.dropped_matches, 5U);
}

/// Five boxes that all events fill, hundreds of them, have more combinations than could be listed,
/// and as many failed ones where only four different events are there.
TEST(Samples, ManyEventsInEveryBoxOfALargeKeyAreNotAllCombined) {
  World world(
      "sample by k [a where true] [b where true] [c where true] [d where true] [e where true]");
  const std::string large(100'000, 'k');
  for (int i = 0; i < 300; ++i) world.add(0b11111, i, {large + "1", large + "2"});
  for (int i = 0; i < 4; ++i) world.add(0b11111, 300 + i, {large + "3"});
  world.log.finish();
  MatchOptions options;
  options.max_samples_per_key = 3;
  const Matches found =
      Matcher(world.query, world.binding).find(world.log, world.log.dated(), options);
  ASSERT_EQ(found.matches.size(), 6U);
  EXPECT_EQ(found.matches[0].events, (std::vector<CandidateIndex>{0, 1, 2, 3, 4}));
  EXPECT_EQ(found.cut_keys, 0U);
}

}  // namespace
}  // namespace eqlab::match
