#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/rng.h"
#include "harness/base/time.h"

namespace eqlab::generators {

/// A distribution of lengths of time, as scenario files write it (generators/scenarios/README.md):
///
///     2s   constant(2s)   uniform(1s, 10s)   lognormal(median=0.3s, sigma=0.9)
///     exponential(mean=12s) choice(5s, 15s, 20s)   mix(75%: lognormal(0.3s, 0.9), 25%: uniform(1s,
///     10s)) clip(exponential(6h), 1m, 12h)   times(4, first_child)   jitter(choice(31s, 60s), 1%)
///     plus(2s, first_child)
///
/// or the name of one that stands in a table. Never negative. Immutable; draws are the same numbers
/// on every machine.
class Distribution {
 public:
  [[nodiscard]] static Distribution constant(Duration value);
  [[nodiscard]] static Distribution uniform(Duration low, Duration high);
  [[nodiscard]] static Distribution lognormal(Duration median, double sigma);
  [[nodiscard]] static Distribution exponential(Duration mean);

  [[nodiscard]] Duration sample(Rng& rng) const;
  /// The value that a draw stays below with probability p (0 < p < 1), for those that have a closed
  /// form: all but mix, plus and jitter.
  [[nodiscard]] bool has_quantile() const;
  [[nodiscard]] Duration quantile(double p) const;
  [[nodiscard]] bool is_constant() const { return op_ == Op::constant; }

 private:
  friend class DistributionParser;
  enum class Op : std::uint8_t {
    constant,
    uniform,
    lognormal,
    exponential,
    choice,
    mix,
    clip,
    times,
    jitter,
    plus
  };

  Op op_ = Op::constant;
  Duration a_{};                     // constant; low; median; mean
  Duration b_{};                     // high
  double x_ = 0;                     // sigma; factor; jitter share
  std::vector<double> bounds_;       // mix: running sums of the weights, the last is 1
  std::vector<Distribution> parts_;  // choice, mix, clip, times, jitter, plus
};

/// Named distributions. Ordered, so that listings and suggestions repeat.
using DistributionTable = std::map<std::string, Distribution, std::less<>>;

/// Errors, with spans in `text`: E513 not a distribution, or an unknown name; E516 a negative
/// length.
[[nodiscard]] Result<Distribution> parse_distribution(std::string_view text,
                                                      const DistributionTable& table);

/// A distribution with a closed form as a table of 1,024 quantiles, so that a draw is one random
/// number and one interpolation: for background events, of which there are millions.
class QuantileTable {
 public:
  explicit QuantileTable(const Distribution& distribution);
  [[nodiscard]] Duration sample(Rng& rng) const {
    const std::uint64_t bits = rng.next();
    const std::size_t place = bits >> 54U;
    const std::uint64_t share = (bits >> 22U) & 0xFFFF'FFFFU;  // of 2^32
    const std::uint64_t width = values_[place + 1] - values_[place];
    return Duration(static_cast<std::int64_t>(values_[place] + (width >> 32U) * share +
                                              (((width & 0xFFFF'FFFFU) * share) >> 32U)));
  }

 private:
  std::array<std::uint64_t, 1025> values_ = {};
};

/// How many of something happen when `mean` are expected: Poisson for small means, the rounded
/// normal for large ones (above 64, where the two agree to a part in a hundred).
[[nodiscard]] std::uint64_t draw_count(Rng& rng, double mean);

}  // namespace eqlab::generators
