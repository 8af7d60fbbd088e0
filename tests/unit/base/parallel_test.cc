#include "harness/base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <stdexcept>

namespace eqlab {
namespace {

/// Squares 0 to 999 with so many threads; what came out, in order.
std::vector<int> squares(unsigned threads, std::stop_source& stop, int stop_after = -1) {
  OrderedPool pool(threads);
  std::vector<int> out;
  int next = 0;
  pool.run<int, int>(
      [&]() -> std::optional<int> { return next == 1'000 ? std::nullopt : std::optional(next++); },
      [](int n) { return n * n; },
      [&](int square) {
        out.push_back(square);
        if (static_cast<int>(out.size()) == stop_after) stop.request_stop();
      },
      stop.get_token());
  return out;
}

TEST(OrderedPool, GivesResultsInOrderAtAnyThreadCount) {
  std::stop_source never;
  const std::vector<int> one = squares(1, never);
  EXPECT_EQ(one.size(), 1'000U);
  EXPECT_EQ(one[999], 998'001);
  EXPECT_EQ(squares(4, never), one);
}

TEST(OrderedPool, StopsWhenAsked) {
  for (const unsigned threads : {1U, 4U}) {
    std::stop_source stop;
    EXPECT_EQ(squares(threads, stop, 10).size(), 10U);
  }
}

TEST(OrderedPool, HoldsFewItemsAtOnce) {
  OrderedPool pool(3);
  std::atomic<int> flying = 0;
  int most = 0;
  int next = 0;
  pool.run<int, int>(
      [&]() -> std::optional<int> {
        if (next == 500) return std::nullopt;
        most = std::max(most, ++flying);
        return next++;
      },
      [](int n) { return n; }, [&](int) { --flying; }, {});
  EXPECT_LE(most, 2 * 3 + 2);
}

TEST(OrderedPool, PassesExceptionsOn) {
  OrderedPool pool(2);
  int next = 0;
  const auto run = [&] {
    pool.run<int, int>(
        [&]() -> std::optional<int> { return next == 100 ? std::nullopt : std::optional(next++); },
        [](int n) -> int {
          if (n == 50) throw std::runtime_error("at fifty");
          return n;
        },
        [](int) {}, {});
  };
  EXPECT_THROW(run(), std::runtime_error);
}

}  // namespace
}  // namespace eqlab
