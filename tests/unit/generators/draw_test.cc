#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "generators/draw/distribution.h"
#include "generators/draw/portable_math.h"

namespace eqlab::generators {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Distribution parsed(std::string_view text, const DistributionTable& table = {}) {
  auto result = parse_distribution(text, table);
  EXPECT_TRUE(result) << text << ": " << (result ? "" : result.error().message);
  return result ? *result : Distribution();
}

std::vector<double> draws(const Distribution& distribution, std::size_t count) {
  Rng rng(7);
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(static_cast<double>(distribution.sample(rng).count()) / 1e9);
  std::ranges::sort(values);
  return values;
}

TEST(PortableMath, AgreesWithTheLibraryAndWithTabulatedQuantiles) {
  for (double x = 1e-9; x < 1e9; x *= 1.7)
    EXPECT_NEAR(portable_log(x), std::log(x), 1e-13 * std::max(1.0, std::abs(std::log(x))));
  for (double x = -40; x < 40; x += 0.37) EXPECT_NEAR(portable_exp(x) / std::exp(x), 1, 1e-14);
  EXPECT_EQ(normal_quantile(0.5), 0);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_quantile(0.001), -3.090232306167814, 1e-13);
  EXPECT_NEAR(normal_quantile(1e-12), -7.034483825301131, 1e-12);
}

TEST(Distribution, QuantilesOfManyDrawsAreThoseOfTheClosedForm) {
  for (const std::string_view text :
       {"lognormal(median=0.3s, sigma=0.9)", "uniform(1s, 10s)", "exponential(mean=12s)",
        "clip(lognormal(35s, 0.8), 5s, 15m)", "times(4, exponential(2s))"}) {
    const Distribution distribution = parsed(text);
    const std::vector<double> values = draws(distribution, 200'000);
    for (const double p : {0.05, 0.25, 0.5, 0.75, 0.95}) {
      const double expected = static_cast<double>(distribution.quantile(p).count()) / 1e9;
      const double drawn = values[static_cast<std::size_t>(p * static_cast<double>(values.size()))];
      EXPECT_NEAR(drawn / expected, 1, 0.02) << text << " at " << p;
    }
  }
}

TEST(Distribution, ClosedFormsAreTheTextbookOnes) {
  EXPECT_NEAR(static_cast<double>(parsed("lognormal(2s, 0.5)").quantile(0.9).count()),
              2e9 * std::exp(0.5 * 1.2815515655446004), 2);
  EXPECT_NEAR(static_cast<double>(parsed("exponential(12s)").quantile(0.5).count()),
              12e9 * std::log(2.0), 2);
}

TEST(Distribution, AMixtureDrawsEachPartByItsWeight) {
  const std::vector<double> values =
      draws(parsed("mix(75%: 1s, 20%: 2s, 5%: uniform(10s, 20s))"), 100'000);
  const auto share_below = [&](double limit) {
    return static_cast<double>(std::ranges::lower_bound(values, limit) - values.begin()) / 100'000;
  };
  EXPECT_NEAR(share_below(1.5), 0.75, 0.006);
  EXPECT_NEAR(share_below(5), 0.95, 0.004);
}

TEST(Distribution, ConstantsAndChoicesAreExactToTheNanosecond) {
  Rng rng(1);
  EXPECT_EQ(parsed("29.999s").sample(rng), milliseconds(29'999));
  for (int i = 0; i < 100; ++i) {
    const Duration drawn = parsed("choice(14.9s, 30.001s)").sample(rng);
    EXPECT_TRUE(drawn == milliseconds(14'900) || drawn == milliseconds(30'001));
  }
}

TEST(Distribution, ANameStandsForTheTableSEntry) {
  DistributionTable table;
  table.emplace("network_after_script.benign", Distribution::constant(seconds(3)));
  Rng rng(1);
  EXPECT_EQ(parsed("plus(1s, network_after_script.benign)", table).sample(rng), seconds(4));
}

TEST(Distribution, MistakesArePointedAt) {
  struct Case {
    std::string_view text;
    std::string_view code;
    Span span;
  };
  DistributionTable table;
  table.emplace("first_child", Distribution::constant(seconds(1)));
  const std::vector<Case> cases = {
      {"", "E513", {0, 0}},
      {"2", "E513", {0, 1}},
      {"-2s", "E516", {0, 3}},
      {"uniform(1s, -3s)", "E516", {12, 15}},
      {"uniform(3s, 1s)", "E513", {0, 14}},
      {"lognormel(1s, 2)", "E513", {0, 9}},
      {"lognormal(1s)", "E513", {12, 13}},
      {"frist_child", "E513", {0, 11}},
      {"mix(50% 1s)", "E513", {8, 9}},
      {"mix(0%: 1s)", "E513", {4, 10}},
      {"2s 3s", "E513", {3, 5}},
      {"constant(2s", "E513", {11, 11}},
  };
  for (const Case& c : cases) {
    const auto result = parse_distribution(c.text, table);
    ASSERT_FALSE(result) << c.text;
    EXPECT_EQ(result.error().code, c.code) << c.text << ": " << result.error().message;
    EXPECT_EQ(result.error().span, c.span)
        << c.text << " at " << result.error().span.begin << "-" << result.error().span.end;
  }
  EXPECT_EQ(parse_distribution("frist_child", table).error().hint, "did you mean first_child?");
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "times(1, ";
  EXPECT_EQ(parse_distribution(deep, table).error().code, "E513");
}

TEST(QuantileTable, DrawsAsTheDistributionThatItWasMadeFrom) {
  const Distribution distribution = Distribution::lognormal(milliseconds(60), 0.8);
  const QuantileTable table(distribution);
  Rng rng(3);
  std::vector<std::int64_t> values;
  for (int i = 0; i < 200'000; ++i) values.push_back(table.sample(rng).count());
  std::ranges::sort(values);
  for (const double p : {0.01, 0.1, 0.5, 0.9, 0.99}) {
    const auto drawn = static_cast<double>(values[static_cast<std::size_t>(p * 200'000)]);
    EXPECT_NEAR(drawn / static_cast<double>(distribution.quantile(p).count()), 1, 0.03) << p;
  }
}

TEST(DrawCount, HasTheMeanAndTheVarianceOfPoisson) {
  for (const double mean : {0.4, 7.0, 63.0, 400.0}) {
    Rng rng(11);
    double sum = 0;
    double squares = 0;
    constexpr int draws_count = 40'000;
    for (int i = 0; i < draws_count; ++i) {
      const auto n = static_cast<double>(draw_count(rng, mean));
      sum += n;
      squares += n * n;
    }
    const double average = sum / draws_count;
    EXPECT_NEAR(average / mean, 1, 0.03) << mean;
    EXPECT_NEAR((squares / draws_count - average * average) / mean, 1, 0.05) << mean;
  }
  Rng rng(1);
  EXPECT_EQ(draw_count(rng, 0), 0U);
}

}  // namespace
}  // namespace eqlab::generators
