#include "harness/score/bootstrap.h"

#include <gtest/gtest.h>

#include <functional>
#include <tuple>
#include <vector>

#include "harness/base/rng.h"
#include "harness/score/paired.h"

namespace eqlab::score {
namespace {

std::optional<double> ratio(std::span<const double> sums) {
  if (sums[1] <= 0) return std::nullopt;
  return sums[0] / sums[1];
}

/// hits and trials, host by host.
std::vector<double> table_of(const std::vector<double>& hits, const std::vector<double>& trials) {
  std::vector<double> out;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    out.push_back(hits[i]);
    out.push_back(trials[i]);
  }
  return out;
}

// scipy 1.17.1, stats.bootstrap(method="BCa", n_resamples=400000): [1, 3.2] for the mean, [0.3226,
// 0.6735] for the ratio. Percentiles alone would give [0.867, 2.933] and [0.319, 0.667].
TEST(Bootstrap, IntervalsAreThoseOfScipy) {
  const std::vector<double> alarms = {3, 0, 0, 7, 1, 2, 0, 0, 12, 1, 0, 4, 0, 0, 2,
                                      1, 0, 9, 0, 0, 1, 5, 0, 0,  2, 0, 1, 0, 3, 0};
  const auto mean = [&](std::span<const double> sums) -> std::optional<double> {
    return sums[0] / static_cast<double>(alarms.size());
  };
  // 15 of the hosts have alarms, fewer than an interval asks for: the other column stands in.
  std::vector<double> table;
  for (const double count : alarms) {
    table.push_back(count);
    table.push_back(1);
  }
  const auto of_mean = Bootstrap(table, 2, {.resamples = 40'000}).interval(mean, 1);
  ASSERT_TRUE(of_mean) << of_mean.reason();
  EXPECT_NEAR(of_mean->low, 1.0, 0.04);
  EXPECT_NEAR(of_mean->high, 3.2, 0.07);

  const std::vector<double> hits = {1, 0, 2, 0, 1, 1, 0, 3, 0, 1, 2, 0,
                                    0, 1, 1, 0, 0, 2, 0, 1, 1, 0, 4, 0};
  const std::vector<double> trials = {1, 1, 2, 3, 1, 2, 1, 3, 1, 1, 5, 1,
                                      2, 1, 1, 2, 1, 2, 1, 1, 1, 1, 6, 1};
  const auto of_ratio =
      Bootstrap(table_of(hits, trials), 2, {.resamples = 40'000}).interval(ratio, 1);
  ASSERT_TRUE(of_ratio) << of_ratio.reason();
  EXPECT_NEAR(of_ratio->low, 0.3226, 0.006);
  EXPECT_NEAR(of_ratio->high, 0.6735, 0.008) << "one step of the ratio's";
}

TEST(Bootstrap, SameSeedSameBytesAtAnyThreadCount) {
  Rng rng(5);
  std::vector<double> table;
  for (int host = 0; host < 500; ++host) {
    const auto trials = static_cast<double>(rng.below(4));
    table.push_back(trials > 0 && rng.chance(0.4) ? 1 : 0);
    table.push_back(trials);
  }
  const auto with = [&](std::uint64_t seed, unsigned threads) {
    return Bootstrap(table, 2, {.resamples = 777, .seed = seed, .threads = threads})
        .interval(ratio, 1);
  };
  ASSERT_TRUE(with(1, 1));
  EXPECT_EQ(with(1, 1), with(1, 2));
  EXPECT_EQ(with(1, 1), with(1, 5));
  EXPECT_NE(with(1, 1), with(2, 1));
}

TEST(Bootstrap, HostsThatAddNothingAreStillDrawn) {
  std::vector<double> table;
  for (int host = 0; host < 40; ++host) table.push_back(1 + host % 3);
  const auto total = [](std::span<const double> sums) -> std::optional<double> { return sums[0]; };
  const auto all = Bootstrap(table, 1, {}).interval(total, 0);
  table.resize(4'000, 0);
  const auto few = Bootstrap(table, 1, {}).interval(total, 0);
  ASSERT_TRUE(all && few);
  EXPECT_GT(few->high - few->low, 2 * (all->high - all->low))
      << "40 of 40 hosts are a fact, 40 of 4,000 a draw";
}

TEST(Bootstrap, WhatTheDataDoesNotSupportHasNoInterval) {
  const auto of = [](std::size_t hosts, double hits, std::uint32_t resamples = 1'000) {
    return Bootstrap(table_of(std::vector<double>(hosts, hits), std::vector<double>(hosts, 1)), 2,
                     {.resamples = resamples})
        .interval(ratio, 1)
        .reason();
  };
  EXPECT_EQ(of(bootstrap_hosts_min - 1, 1), "only 19 hosts have a part in it; resampling needs 20");
  EXPECT_EQ(of(1, 1), "only 1 host has a part in it; resampling needs 20");
  EXPECT_EQ(of(0, 0), "the figure itself has no value");
  EXPECT_EQ(of(bootstrap_hosts_min, 1), "all resamples give the same figure");
  EXPECT_EQ(of(bootstrap_hosts_min, 1, 0), "hosts were not resampled");
  // 20 hosts of 100,000 on which anything is: most resamples have a figure, not all.
  std::vector<double> hits(3, 1);
  std::vector<double> trials(3, 1);
  hits.resize(100, 0);
  trials.resize(100, 0);
  const auto never = [](std::span<const double>) -> std::optional<double> { return std::nullopt; };
  const Bootstrap rare(table_of(std::vector<double>(30, 1), std::vector<double>(30, 1)), 2, {});
  EXPECT_EQ(rare.interval(never, 1).reason(), "the figure itself has no value");
  const auto sometimes = [](std::span<const double> sums) -> std::optional<double> {
    if (sums[0] < 30) return std::nullopt;
    return sums[0];
  };
  std::vector<double> uneven;
  for (int host = 0; host < 30; ++host) uneven.push_back(host % 2 == 0 ? 2 : 0.5);
  EXPECT_EQ(Bootstrap(uneven, 1, {}).interval(sometimes, 0).reason(),
            "too many resamples give no figure");
}

TEST(Bootstrap, HostsBeyondTheTableAreDrawnToo) {
  std::vector<double> table;
  for (int host = 0; host < 40; ++host) table.push_back(1 + host % 3);
  const auto total = [](std::span<const double> sums) -> std::optional<double> { return sums[0]; };
  const auto named = Bootstrap(table, 1, 4'000, {}).interval(total, 0);
  table.resize(4'000, 0);
  EXPECT_EQ(named, Bootstrap(table, 1, {}).interval(total, 0));
  EXPECT_EQ(Bootstrap(table, 1, bootstrap_draws_max, {}).interval(total, 0).reason(),
            "too many hosts to resample");
  EXPECT_EQ(Bootstrap(table, 1, UINT64_MAX, {}).interval(total, 0).reason(),
            "too many hosts to resample");
}

struct Coverage {
  double wilson = 0;
  double bootstrap = 0;
};

/// How often either interval holds the true share, over fleets of `hosts` hosts. Each host has its
/// own share, drawn from `share_of`, whose mean is `truth`; and 1 to `trials_max` incidents.
Coverage coverage(std::size_t hosts, std::uint64_t trials_max, double truth,
                  const std::function<double(Rng&)>& share_of, int rounds) {
  Rng rng(17);
  int by_wilson = 0;
  int by_bootstrap = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<double> table;
    Proportion all;
    for (std::size_t host = 0; host < hosts; ++host) {
      const double p = share_of(rng);
      const std::uint64_t trials = 1 + rng.below(trials_max);
      std::uint64_t hits = 0;
      for (std::uint64_t i = 0; i < trials; ++i) hits += rng.chance(p) ? 1U : 0U;
      all.hits += hits;
      all.total += trials;
      table.push_back(static_cast<double>(hits));
      table.push_back(static_cast<double>(trials));
    }
    const Interval wilson = *all.interval();
    by_wilson += wilson.low <= truth && truth <= wilson.high ? 1 : 0;
    const auto interval = Bootstrap(std::move(table), 2,
                                    {.resamples = 400, .seed = static_cast<std::uint64_t>(round)})
                              .interval(ratio, 1);
    by_bootstrap += interval && interval->low <= truth && truth <= interval->high ? 1 : 0;
  }
  testing::Test::RecordProperty("wilson_per_mille", by_wilson * 1'000 / rounds);
  testing::Test::RecordProperty("bootstrap_per_mille", by_bootstrap * 1'000 / rounds);
  return {static_cast<double>(by_wilson) / rounds, static_cast<double>(by_bootstrap) / rounds};
}

// The reason why hosts are resampled: incidents of one host are alike.
TEST(Bootstrap, CoversOnClusteredHostsWhereWilsonDoesNot) {
  const auto alike = [](Rng& rng) { return rng.chance(0.3) ? 0.9 : 0.1; };  // mean 0.34
  const Coverage clustered = coverage(100, 20, 0.34, alike, 1'000);
  EXPECT_GT(clustered.bootstrap, 0.925);
  EXPECT_LT(clustered.bootstrap, 0.975);
  EXPECT_LT(clustered.wilson, 0.75) << "nominally 95 %";
}

TEST(Bootstrap, CoversLikeWilsonWhereIncidentsAreIndependent) {
  const Coverage independent = coverage(
      100, 3, 0.3, [](Rng&) { return 0.3; }, 1'000);
  EXPECT_GT(independent.bootstrap, 0.925);
  EXPECT_GT(independent.wilson, 0.93);
}

TEST(Bootstrap, CoversTolerablyAtTheFewestHostsThatItTakes) {
  const auto alike = [](Rng& rng) { return 0.2 + 0.6 * rng.uniform(); };
  const Coverage few = coverage(bootstrap_hosts_min, 5, 0.5, alike, 1'500);
  EXPECT_GT(few.bootstrap, 0.90);
  EXPECT_LT(few.bootstrap, 0.97);
}

// Most hosts raise nothing, a few very much.
TEST(Bootstrap, CoversRatesOfHostsThatDifferWhereGarwoodDoesNot) {
  constexpr std::size_t hosts = 300;
  constexpr int rounds = 1'000;
  Rng rng(23);
  int by_garwood = 0;
  int by_bootstrap = 0;
  const double truth = 0.25 * 4.5;  // alarms a host: a quarter of the hosts have 0 to 9
  for (int round = 0; round < rounds; ++round) {
    std::vector<double> table;
    Rate rate{.exposure = hosts};
    for (std::size_t host = 0; host < hosts; ++host) {
      const std::uint64_t alarms = rng.chance(0.25) ? rng.below(10) : 0;
      rate.count += alarms;
      table.push_back(static_cast<double>(alarms));
    }
    const Interval garwood = *rate.interval();
    by_garwood += garwood.low <= truth && truth <= garwood.high ? 1 : 0;
    const auto per_host = [](std::span<const double> sums) -> std::optional<double> {
      return sums[0] / hosts;
    };
    const auto interval = Bootstrap(std::move(table), 1,
                                    {.resamples = 400, .seed = static_cast<std::uint64_t>(round)})
                              .interval(per_host, 0);
    by_bootstrap += interval && interval->low <= truth && truth <= interval->high ? 1 : 0;
  }
  EXPECT_GT(by_bootstrap, rounds * 0.92);
  EXPECT_LT(by_bootstrap, rounds * 0.975);
  EXPECT_LT(by_garwood, rounds * 0.8);
}

// statsmodels 0.15.0, mcnemar(exact=True).
TEST(Paired, McNemarIsThatOfStatsmodels) {
  EXPECT_NEAR(mcnemar_exact(10, 2), 0.03857421875, 1e-14);
  EXPECT_NEAR(mcnemar_exact(0, 5), 0.0625, 1e-14);
  EXPECT_NEAR(mcnemar_exact(25, 11), 0.028816719655878845, 1e-12);
  EXPECT_NEAR(mcnemar_exact(121, 59), 4.4344492637551645e-06, 1e-15);
  EXPECT_EQ(mcnemar_exact(3, 3), 1);
  EXPECT_EQ(mcnemar_exact(1, 0), 1);
  EXPECT_EQ(mcnemar_exact(0, 0), 1);
  for (std::uint64_t a = 0; a < 20; ++a) {
    for (std::uint64_t b = 0; b < 20; ++b) EXPECT_EQ(mcnemar_exact(a, b), mcnemar_exact(b, a));
  }
}

/// 200 incidents on 100 hosts: 60 caught by both, `lost` by the old rule alone, `gained` by the
/// new.
std::vector<PairedOutcome> outcomes_of(std::uint32_t lost, std::uint32_t gained) {
  std::vector<PairedOutcome> out;
  for (std::uint32_t i = 0; i < 200; ++i) {
    const bool both = i < 60;
    const bool is_lost = !both && i < 60 + lost;
    const bool is_gained = !both && !is_lost && i < 60 + lost + gained;
    out.push_back({.host = (i * 37) % 100, .before = both || is_lost, .after = both || is_gained});
  }
  return out;
}

TEST(Paired, CountsWhatChangedAndHowSurelyItDid) {
  const PairedComparison worse = compare_paired(outcomes_of(16, 2), 100, {});
  EXPECT_EQ(worse.both, 60U);
  EXPECT_EQ(worse.only_before, 16U);
  EXPECT_EQ(worse.only_after, 2U);
  EXPECT_EQ(worse.neither, 122U);
  EXPECT_EQ(worse.total(), 200U);
  EXPECT_DOUBLE_EQ(*worse.change, -0.07);
  ASSERT_TRUE(worse.interval) << worse.interval.reason();
  EXPECT_LT(worse.interval->high, 0);
  EXPECT_LT(worse.p_value, 0.01);

  const PairedComparison unclear = compare_paired(outcomes_of(3, 4), 100, {});
  ASSERT_TRUE(unclear.interval);
  EXPECT_LT(unclear.interval->low, 0);
  EXPECT_GT(unclear.interval->high, 0);
  EXPECT_EQ(unclear.p_value, 1);
}

TEST(Paired, SwappingTheRulesSwapsTheSign) {
  std::vector<PairedOutcome> outcomes = outcomes_of(16, 2);
  const PairedComparison there = compare_paired(outcomes, 100, {.resamples = 4'000});
  for (PairedOutcome& outcome : outcomes) std::swap(outcome.before, outcome.after);
  const PairedComparison back = compare_paired(outcomes, 100, {.resamples = 4'000});
  EXPECT_DOUBLE_EQ(*there.change, -*back.change);
  EXPECT_EQ(there.p_value, back.p_value);
  EXPECT_NEAR(there.interval->low, -back.interval->high, 0.005);
  EXPECT_NEAR(there.interval->high, -back.interval->low, 0.005);
}

TEST(Paired, TheSameRuleTwiceIsNoChange) {
  const PairedComparison same = compare_paired(outcomes_of(0, 0), 100, {});
  EXPECT_EQ(same.change, 0);
  EXPECT_EQ(same.p_value, 1);
  EXPECT_EQ(same.interval.reason(), "all resamples give the same figure");
  EXPECT_FALSE(compare_paired({}, 100, {}).change.has_value());
}

TEST(Paired, RatesAreComparedHostByHost) {
  std::vector<PairedCounts> hosts(200);
  for (std::size_t i = 0; i < 80; ++i)
    hosts[i] = {.before = 1 + i % 9, .after = i % 9 + (i % 8 == 0 ? 1U : 0U)};
  const RateComparison fewer = compare_rates(hosts, 1'400, {});
  EXPECT_EQ(fewer.before.count - fewer.after.count, 70U);
  EXPECT_DOUBLE_EQ(*fewer.change, -70.0 / 1'400);
  ASSERT_TRUE(fewer.interval);
  EXPECT_LT(fewer.interval->high, 0);
  // Side by side the two rates cannot be told apart.
  EXPECT_GT(fewer.after.interval()->high, fewer.before.interval()->low);
  EXPECT_FALSE(compare_rates(hosts, 0, {}).change.has_value());
}

}  // namespace
}  // namespace eqlab::score
