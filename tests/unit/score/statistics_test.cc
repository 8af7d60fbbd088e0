#include "harness/score/statistics.h"

#include <gtest/gtest.h>

namespace eqlab::score {
namespace {

using std::chrono::seconds;

void expect_interval(const std::optional<Interval>& got, double low, double high,
                     double tolerance) {
  ASSERT_TRUE(got.has_value());
  EXPECT_NEAR(got->low, low, tolerance);
  EXPECT_NEAR(got->high, high, tolerance);
}

TEST(Statistics, WilsonIntervalsAreThePublishedOnes) {
  expect_interval(Proportion{8, 10}.interval(), 0.4902, 0.9433, 5e-5);
  expect_interval(Proportion{1, 29}.interval(), 0.0061, 0.1718, 5e-5);
  expect_interval(Proportion{61, 214}.interval(), 0.2288, 0.3489, 5e-5);
  expect_interval(Proportion{81, 263}.interval(0.95), 0.2553, 0.3662, 5e-5);
}

TEST(Statistics, WilsonIntervalsStayInRangeAndReachTheEnds) {
  EXPECT_EQ((Proportion{0, 10}.interval()->low), 0);
  EXPECT_NEAR((Proportion{0, 10}.interval()->high), 0.2775, 5e-5);
  EXPECT_EQ((Proportion{10, 10}.interval()->high), 1);
  EXPECT_NEAR((Proportion{10, 10}.interval()->low), 0.7225, 5e-5);
}

TEST(Statistics, NothingMeasuredIsNeitherZeroNorOne) {
  EXPECT_FALSE((Proportion{0, 0}.value().has_value()));
  EXPECT_FALSE((Proportion{0, 0}.interval().has_value()));
  EXPECT_FALSE((Rate{5, 0}.value().has_value()));
  EXPECT_FALSE((Rate{5, 0}.interval().has_value()));
  EXPECT_FALSE(f1({1, 2}, {0, 0}).has_value());
  EXPECT_EQ(f1({0, 2}, {0, 4}), 0);
  EXPECT_DOUBLE_EQ(*f1({1, 2}, {1, 4}), 1.0 / 3);
}

TEST(Statistics, PoissonIntervalsAreTheExactOnes) {
  expect_interval(Rate{0, 1}.interval(), 0, 3.6889, 5e-5);
  expect_interval(Rate{1, 1}.interval(), 0.0253, 5.5716, 5e-5);
  expect_interval(Rate{10, 1}.interval(), 4.7954, 18.3904, 5e-5);
  expect_interval(Rate{10, 2}.interval(), 2.3977, 9.1952, 5e-5);
  expect_interval(Rate{100, 1}.interval(), 81.364, 121.627, 5e-4);
}

TEST(Statistics, OrderStatisticsAreValuesOfTheSample) {
  std::vector<Duration> values;
  for (int i = 100; i >= 1; --i) values.emplace_back(seconds{i});
  EXPECT_EQ(summarize(values),
            (LatencySummary{100, seconds{50}, seconds{95}, seconds{99}, seconds{100}}));
  EXPECT_EQ(summarize({seconds{7}}),
            (LatencySummary{1, seconds{7}, seconds{7}, seconds{7}, seconds{7}}));
  EXPECT_EQ(summarize({seconds{1}, seconds{2}}).p50, seconds{1});
  EXPECT_EQ(summarize({}).count, 0U);
}

}  // namespace
}  // namespace eqlab::score
