// Random timelines: the matches over what is relevant are those over everything, also of every
// subset that a search might see and of every smaller maxspan.
#include "harness/match/relevant.h"

#include <gtest/gtest.h>

#include "harness/base/rng.h"
#include "harness/eql/query.h"
#include "harness/match/matcher.h"

namespace eqlab::match {
namespace {

using std::chrono::seconds;

struct World {
  explicit World(const std::string& text)
      : query(*eql::check_query(*eql::parse_query(text), event::Schema::open(), {})),
        plan(scan::Plan::options_for(event::Schema::open(), "@timestamp", "")),
        binding(plan.add(query)),
        log(plan.new_log()) {}

  void add(std::uint64_t filters, std::int64_t second,
           const std::vector<std::vector<event::Value>>& slots) {
    const EventTime time{seconds{second}};
    log.add({.filter_words = {&filters, 1},
             .event_time = time,
             .full_time = time,
             .ordinal = next++,
             .id = {},
             .source = {}},
            slots);
  }

  eql::CheckedQuery query;
  scan::Plan plan;
  scan::QueryBinding binding;
  scan::CandidateLog log;
  std::uint64_t next = 0;
};

TEST(Relevant, WhatIsLeftOutChangesNoMatchOfAnySearch) {
  const std::vector<std::string> queries = {
      "sequence by k, u with maxspan=6s [a where true] [b where true]",
      "sequence by k with maxspan=6s [a where true] [b where true] [c where true]",
      "sequence by k with maxspan=6s [a where true] [b where true] until [c where true]",
      "sequence with maxspan=6s [a where true] [b where true]",
      "sequence by ?k with maxspan=6s [a where true] with runs=2 [b where true]",
      "sequence with maxspan=6s [a where true] by k [b where true] by u"};
  std::size_t all = 0;
  std::size_t kept = 0;
  std::size_t matched = 0;
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    Rng rng = Rng(20261124).split(seed);
    World world(queries[seed % queries.size()]);
    const std::size_t slots = world.plan.key_columns().size();
    const auto filters = static_cast<std::uint64_t>(world.plan.filters().size());
    for (int e = 0; e < 24; ++e) {
      std::vector<std::vector<event::Value>> keys(slots);
      for (auto& slot : keys) {
        for (std::uint64_t n = rng.below(8) == 0 ? rng.below(3) : 1; n > 0; --n)
          slot.emplace_back(std::string(1, static_cast<char>('x' + rng.below(3))));
      }
      world.add(1 + rng.below((std::uint64_t{1} << filters) - 1), rng.in_range(0, 60), keys);
    }
    world.log.finish();
    const auto left = relevant(world.log, world.query, world.binding, seconds(7),
                               [](CandidateIndex) { return false; });
    all += world.log.size();
    kept += left.size();
    const Matcher matcher(world.query, world.binding);
    for (const int maxspan : {6, 3}) {
      for (int trial = 0; trial < 4; ++trial) {
        std::vector<CandidateIndex> seen;
        std::vector<CandidateIndex> seen_and_left;
        for (CandidateIndex c = 0; c < world.log.size(); ++c) {
          if (trial > 0 && rng.chance(0.2)) continue;
          seen.push_back(c);
          if (std::ranges::binary_search(left, c)) seen_and_left.push_back(c);
        }
        MatchOptions options;
        options.maxspan = seconds(maxspan);
        const Matches expected = matcher.find(world.log, seen, options);
        matched += expected.matches.size();
        ASSERT_EQ(matcher.find(world.log, seen_and_left, options).matches, expected.matches)
            << "seed " << seed;
      }
    }
  }
  EXPECT_GT(matched, 10'000U);
  EXPECT_LT(kept, all * 9 / 10) << "something is left out at all";
}

TEST(Relevant, KeepsEverythingWhereNothingCanBeSaid) {
  for (const std::string query :
       {"any where true", "sequence by k [a where true] [b where true]",
        "sequence by k with maxspan=10s [a where true] [b where true]",
        "sequence by k with maxspan=2s [a where true] ![b where true] [c where true]",
        "sample by k [a where true] [b where true]"}) {
    World world(query);
    for (int e = 0; e < 4; ++e)
      world.add(1, e * 100,
                std::vector<std::vector<event::Value>>(world.plan.key_columns().size(),
                                                       {event::Value(std::string("x"))}));
    world.log.finish();
    EXPECT_EQ(relevant(world.log, world.query, world.binding, seconds(7),
                       [](CandidateIndex) { return false; })
                  .size(),
              4U)
        << query;
  }
}

TEST(Relevant, KeepsWhatMustBeKept) {
  World world("sequence by k with maxspan=2s [a where true] [b where true]");
  for (int e = 0; e < 4; ++e) world.add(2, e * 100, {{event::Value(std::string("x"))}});
  world.log.finish();
  const auto left = relevant(world.log, world.query, world.binding, seconds(7),
                             [](CandidateIndex c) { return c == 2; });
  EXPECT_EQ(left, std::vector<CandidateIndex>{2});
}

}  // namespace
}  // namespace eqlab::match
