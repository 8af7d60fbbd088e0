#include "harness/base/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "harness/base/rng.h"

namespace eqlab {
namespace {

TEST(Histograms, TellQuantilesWithinOnePartInSixtyFour) {
  Rng rng(7);
  Histogram histogram;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 50'000; ++i) {
    const auto value = static_cast<std::int64_t>(rng.next() >> (1 + rng.below(60)));
    histogram.add(value);
    values.push_back(value);
  }
  std::ranges::sort(values);
  for (const double p : {0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = std::max<std::size_t>(
        static_cast<std::size_t>(std::ceil(p * static_cast<double>(values.size()))), 1);
    const auto exact = static_cast<double>(values[rank - 1]);
    EXPECT_GE(static_cast<double>(histogram.quantile(p)), exact) << p;
    EXPECT_LE(static_cast<double>(histogram.quantile(p)), exact * (1 + 1.0 / 64) + 1) << p;
  }
  EXPECT_EQ(histogram.max(), values.back());
  EXPECT_EQ(histogram.count(), values.size());
}

TEST(Histograms, HoldTheSmallestAndTheLargestNumber) {
  Histogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0);
  histogram.add(0);
  histogram.add(INT64_MAX);
  EXPECT_EQ(histogram.quantile(0.5), 0);
  EXPECT_EQ(histogram.quantile(1), INT64_MAX);
  EXPECT_DOUBLE_EQ(histogram.share_from(1), 0.5);
}

TEST(Histograms, BucketsHoldEveryNumberOnceUnderTheirUpperEnds) {
  Histogram histogram;
  for (const std::int64_t value : {0, 1, 1, 63, 64, 129, 100'000}) histogram.add(value);
  std::uint64_t counted = 0;
  std::int64_t last = -1;
  for (const Histogram::Bucket& bucket : histogram.buckets()) {
    EXPECT_GT(bucket.top, last);
    EXPECT_GT(bucket.count, 0U);
    last = bucket.top;
    counted += bucket.count;
  }
  EXPECT_EQ(counted, 7U);
  const std::vector<Histogram::Bucket> buckets = histogram.buckets();
  EXPECT_EQ(buckets[1], (Histogram::Bucket{1, 2}));
  EXPECT_EQ(buckets[4], (Histogram::Bucket{129, 1})) << "two numbers to a bucket from 128 on";
  EXPECT_EQ(Histogram().buckets(), std::vector<Histogram::Bucket>{});
}

}  // namespace
}  // namespace eqlab
