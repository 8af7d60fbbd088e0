#include "harness/tune/frontier.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/base/rng.h"

namespace eqlab::tune {
namespace {

Figures figures(std::uint64_t hits, std::uint64_t alarms) {
  return {.recall = {.hits = hits, .total = 100},
          .precision = {},
          .false_alarms = {.count = alarms, .exposure = 10}};
}

bool beats(const Figures& a, const Figures& b) {
  return a.recall.hits >= b.recall.hits && a.false_alarms.count <= b.false_alarms.count &&
         (a.recall.hits > b.recall.hits || a.false_alarms.count < b.false_alarms.count);
}

TEST(Frontier, IsWhatNothingBeats) {
  Rng rng = Rng(3).split("front");
  for (int round = 0; round < 200; ++round) {
    std::vector<Figures> all;
    for (std::size_t i = 0; i < 1 + rng.below(30); ++i)
      all.push_back(figures(rng.below(12), rng.below(12)));
    const std::vector<std::size_t> front = pareto_front(all);
    for (std::size_t i = 0; i < all.size(); ++i) {
      bool is_beaten = false;
      bool is_repeat = false;
      for (std::size_t j = 0; j < all.size(); ++j) {
        is_beaten = is_beaten || beats(all[j], all[i]);
        is_repeat = is_repeat || (j < i && all[j] == all[i]);
      }
      const bool is_on_front = std::ranges::find(front, i) != front.end();
      EXPECT_EQ(is_on_front, !is_beaten && !is_repeat);
    }
    for (std::size_t k = 1; k < front.size(); ++k) {
      EXPECT_GT(all[front[k]].recall.hits, all[front[k - 1]].recall.hits);
      EXPECT_GT(all[front[k]].false_alarms.count, all[front[k - 1]].false_alarms.count);
    }
  }
}

TEST(Frontier, OfNothingIsNothing) { EXPECT_TRUE(pareto_front({}).empty()); }

}  // namespace
}  // namespace eqlab::tune
