#include "harness/score/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "harness/base/rng.h"
#include "harness/score/latency.h"

namespace eqlab::score {
namespace {

using std::chrono::seconds;

void expect_interval(const std::optional<Interval>& got, double low, double high,
                     double tolerance) {
  ASSERT_TRUE(got.has_value());
  EXPECT_NEAR(got->low, low, tolerance);
  EXPECT_NEAR(got->high, high, tolerance);
}

// Numbers of statsmodels 0.15.0, proportion_confint(method="wilson").
TEST(Statistics, WilsonIntervalsAreThoseOfStatsmodels) {
  expect_interval(Proportion{8, 10}.interval(), 0.49016247153664, 0.94331784854562, 1e-12);
  expect_interval(Proportion{1, 29}.interval(), 0.00611321429276, 0.17175521879320, 1e-12);
  expect_interval(Proportion{61, 214}.interval(), 0.22876954068055, 0.34890497316979, 1e-12);
  expect_interval(Proportion{7, 40}.interval(0.9), 0.09776044308912, 0.29341929853043, 1e-12);
  expect_interval(Proportion{900, 1'000}.interval(0.99), 0.87286545668404, 0.92186161139324, 1e-12);
}

TEST(Statistics, WilsonIntervalsStayInRangeAndReachTheEnds) {
  EXPECT_EQ((Proportion{0, 10}.interval()->low), 0);
  EXPECT_NEAR((Proportion{0, 10}.interval()->high), 0.27753279986289, 1e-12);
  EXPECT_EQ((Proportion{10, 10}.interval()->high), 1);
  EXPECT_NEAR((Proportion{10, 10}.interval()->low), 0.72246720013711, 1e-12);
}

TEST(Statistics, WilsonTreatsHitsAndMissesAlike) {
  for (std::uint64_t total = 1; total < 40; ++total) {
    for (std::uint64_t hits = 0; hits <= total; ++hits) {
      const Interval a = *Proportion{hits, total}.interval();
      const Interval b = *Proportion{total - hits, total}.interval();
      EXPECT_NEAR(a.low, 1 - b.high, 1e-12);
      EXPECT_LE(a.low, *Proportion({hits, total}).value());
      EXPECT_GE(a.high, *Proportion({hits, total}).value());
    }
  }
}

TEST(Statistics, NothingMeasuredIsNeitherZeroNorOne) {
  EXPECT_FALSE((Proportion{0, 0}.value().has_value()));
  EXPECT_FALSE((Proportion{0, 0}.interval().has_value()));
  EXPECT_FALSE((Rate{5, 0}.value().has_value()));
  EXPECT_FALSE((Rate{5, 0}.interval().has_value()));
  EXPECT_FALSE(f1({1, 2}, {0, 0}).has_value());
  EXPECT_EQ(f1({0, 2}, {0, 4}), 0);
  EXPECT_DOUBLE_EQ(*f1({1, 2}, {1, 4}), 1.0 / 3);
  const Measured<double> nothing = Unmeasured{"no alerts"};
  EXPECT_FALSE(nothing);
  EXPECT_EQ(nothing.reason(), "no alerts");
  EXPECT_NE(nothing, Measured<double>(0.0));
}

// By hand: P 1/2, R 1/4. β 2: 5 × 1/8 / (4 × 1/2 + 1/4) = 5/18; β 1/2: 1.25 × 1/8 / (1/8 + 1/4) =
// 5/12.
TEST(Statistics, FBetaWeighsRecallByBeta) {
  EXPECT_DOUBLE_EQ(*f_beta(0.5, 0.25, 2), 5.0 / 18);
  EXPECT_DOUBLE_EQ(*f_beta(0.5, 0.25, 0.5), 5.0 / 12);
  EXPECT_DOUBLE_EQ(*f_beta(0.5, 0.25, 1), *f1({1, 2}, {1, 4}));
  EXPECT_FALSE(f_beta(0.5, std::nullopt, 2).has_value());
  EXPECT_EQ(f_beta(0.0, 0.0, 2), 0);
}

// By hand: of 1,000 attacks a day 300 are seen, 20 cause a wrong alert; 680 wrong ones otherwise.
TEST(Statistics, PrecisionFollowsThePrevalence) {
  const PrevalenceInputs inputs{
      .recall = 0.3, .chance_per_incident = 0.02, .false_per_host_day = 0.68};
  EXPECT_DOUBLE_EQ(*precision_at(inputs, 1), 0.3);
  EXPECT_DOUBLE_EQ(*precision_at(inputs, 0), 0);
  EXPECT_NEAR(*precision_at(inputs, 1e-4), 0.3e-4 / (0.3e-4 + 0.02e-4 + 0.68), 1e-15);
  EXPECT_NEAR(*precision_at(inputs, 1e9), 0.3 / 0.32, 1e-6) << "only chance is left";
  EXPECT_FALSE(precision_at({}, 0.5).has_value()) << "no alert at all";
}

// Numbers of scipy 1.17.1: chi2.ppf(α/2, 2c)/2 and chi2.ppf(1 − α/2, 2c + 2)/2.
TEST(Statistics, PoissonIntervalsAreThoseOfScipy) {
  expect_interval(Rate{0, 1}.interval(), 0, 3.68887945411394, 1e-10);
  expect_interval(Rate{1, 1}.interval(), 0.02531780798429, 5.57164339093890, 1e-10);
  expect_interval(Rate{10, 1}.interval(), 4.79538869613253, 18.39035604201778, 1e-10);
  expect_interval(Rate{10, 2}.interval(), 4.79538869613253 / 2, 18.39035604201778 / 2, 1e-10);
  expect_interval(Rate{100, 1}.interval(), 81.36399125092314, 121.62679379242638, 1e-9);
  expect_interval(Rate{7, 1}.interval(0.9), 3.28531569189467, 13.14811380243212, 1e-10);
  expect_interval(Rate{2'318, 1}.interval(), 2'224.587028499539, 2'414.3275717466445, 1e-7);
}

/// Hits of `total` trials.
std::uint64_t binomial(Rng& rng, std::uint64_t total, double p) {
  std::uint64_t hits = 0;
  for (std::uint64_t i = 0; i < total; ++i) hits += rng.chance(p) ? 1U : 0U;
  return hits;
}

std::uint64_t poisson(Rng& rng, double mean) {
  std::uint64_t count = 0;
  for (double left = rng.uniform(), term = std::exp(-mean); left >= term; ++count) {
    left -= term;
    term *= mean / static_cast<double>(count + 1);
  }
  return count;
}

// Wilson covers its 95 % on average over p, and nowhere much less; that of Garwood never less.
TEST(Statistics, IntervalsCoverTheTruthAsOftenAsTheySay) {
  constexpr int rounds = 4'000;
  Rng rng(11);
  double wilson = 0;
  const std::vector<double> shares = {0.05, 0.2, 0.5, 0.7, 0.93};
  for (const double p : shares) {
    int covered = 0;
    for (int round = 0; round < rounds; ++round) {
      const Interval interval = *Proportion{binomial(rng, 60, p), 60}.interval();
      covered += interval.low <= p && p <= interval.high ? 1 : 0;
    }
    EXPECT_GT(covered, rounds * 0.92) << p;
    EXPECT_LT(covered, rounds * 0.985) << p;
    wilson += covered;
  }
  EXPECT_NEAR(wilson / (rounds * static_cast<double>(shares.size())), 0.95, 0.01);
  for (const double mean : {0.5, 3.0, 12.0, 60.0}) {
    int covered = 0;
    for (int round = 0; round < rounds; ++round) {
      const Interval interval = *Rate{poisson(rng, mean), 1}.interval();
      covered += interval.low <= mean && mean <= interval.high ? 1 : 0;
    }
    EXPECT_GT(covered, rounds * 0.945) << mean;
  }
}

TEST(Statistics, OrderStatisticsAreValuesOfTheSample) {
  std::vector<Duration> values;
  for (int i = 100; i >= 1; --i) values.emplace_back(seconds{i});
  const LatencySummary summary = summarize(values);
  EXPECT_EQ(summary.count, 100U);
  EXPECT_EQ(summary.mean, std::chrono::milliseconds{50'500});
  EXPECT_EQ(summary.p50, seconds{50});
  EXPECT_EQ(summary.p75, seconds{75});
  EXPECT_EQ(summary.p90, seconds{90});
  EXPECT_EQ(summary.p95, seconds{95});
  EXPECT_EQ(summary.p99, seconds{99});
  EXPECT_EQ(summary.p999, std::nullopt) << "100 values say nothing of one in a thousand";
  EXPECT_EQ(summary.max, seconds{100});
  EXPECT_EQ(summary.histogram.size(), 100U);
  EXPECT_EQ(summarize({seconds{1}, seconds{2}}).p50, seconds{1});
  EXPECT_EQ(summarize(std::vector<Duration>{}).count, 0U);
}

// Ranks by scipy 1.17.1: the largest k with binom.cdf(k - 1, n, 0.5) at most 0.025.
TEST(Statistics, TheMedianLiesBetweenTwoOfTheValues) {
  for (std::uint64_t count = 0; count < 6; ++count) EXPECT_EQ(median_rank(count, 0.95), 0U);
  EXPECT_EQ(median_rank(6, 0.95), 1U);
  EXPECT_EQ(median_rank(10, 0.95), 2U);
  EXPECT_EQ(median_rank(20, 0.95), 6U);
  EXPECT_EQ(median_rank(50, 0.95), 18U);
  EXPECT_EQ(median_rank(100, 0.95), 40U);
  std::vector<Duration> values;
  for (int i = 1; i <= 20; ++i) values.emplace_back(seconds{i});
  EXPECT_EQ(summarize(values).p50_low, seconds{6});
  EXPECT_EQ(summarize(values).p50_high, seconds{15});
  EXPECT_EQ(summarize({seconds{1}, seconds{2}}).p50_low, std::nullopt);
  Rng rng(31);
  int covered = 0;
  constexpr int rounds = 4'000;
  for (int round = 0; round < rounds; ++round) {
    values.clear();
    for (int i = 0; i < 45; ++i)
      values.emplace_back(static_cast<std::int64_t>(rng.below(1'000'000)));
    const LatencySummary summary = summarize(values);
    const Duration truth(500'000);
    covered += *summary.p50_low <= truth && truth <= *summary.p50_high ? 1 : 0;
  }
  EXPECT_GT(covered, rounds * 0.945);
}

TEST(Statistics, PercentilesNeedValuesBeyondThem) {
  EXPECT_EQ(values_needed(0.5), 2U);
  EXPECT_EQ(values_needed(0.75), 4U);
  EXPECT_EQ(values_needed(0.9), 10U);
  EXPECT_EQ(values_needed(0.95), 20U);
  EXPECT_EQ(values_needed(0.99), 100U);
  EXPECT_EQ(values_needed(0.999), 1'000U);
  const auto of = [](int count) {
    std::vector<Duration> values;
    for (int i = 1; i <= count; ++i) values.emplace_back(seconds{i});
    return summarize(values);
  };
  EXPECT_EQ(of(1).p50, seconds{1});
  EXPECT_EQ(of(3).p75, std::nullopt);
  EXPECT_EQ(of(4).p75, seconds{3});
  EXPECT_EQ(of(9).p90, std::nullopt);
  EXPECT_EQ(of(10).p90, seconds{9});
  EXPECT_EQ(of(19).p95, std::nullopt);
  EXPECT_EQ(of(20).p95, seconds{19});
  EXPECT_EQ(of(99).p99, std::nullopt);
  EXPECT_EQ(of(999).p999, std::nullopt);
  EXPECT_EQ(of(1'000).p999, seconds{999});
}

TEST(Statistics, TheHistogramHoldsEveryLatency) {
  const LatencySummary summary =
      summarize({seconds{0}, std::chrono::milliseconds{900}, seconds{1}, seconds{200}});
  const std::vector<LatencySummary::Bucket> expected = {
      {seconds{1}, 2}, {seconds{2}, 1}, {seconds{202}, 1}};
  EXPECT_EQ(summary.histogram, expected);
}

}  // namespace
}  // namespace eqlab::score
