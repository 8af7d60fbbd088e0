#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/base/time.h"

/// Numbers that keep what they were made from.
namespace eqlab::score {

struct Interval {
  double low = 0;
  double high = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

inline constexpr double confidence_default = 0.95;

/// hits out of total. Without a total there is no value: neither 0 nor 1 would be true.
struct Proportion {
  std::uint64_t hits = 0;
  std::uint64_t total = 0;
  [[nodiscard]] std::optional<double> value() const;
  /// Wilson's score interval, which also holds near 0 and 1 and for small totals.
  [[nodiscard]] std::optional<Interval> interval(double confidence = confidence_default) const;
  friend bool operator==(const Proportion&, const Proportion&) = default;
};

/// Events counted over an exposure (host-days, say).
struct Rate {
  std::uint64_t count = 0;
  double exposure = 0;
  [[nodiscard]] std::optional<double> value() const;
  /// Exact Poisson interval (Garwood), by quantiles of the gamma distribution.
  [[nodiscard]] std::optional<Interval> interval(double confidence = confidence_default) const;
  friend bool operator==(const Rate&, const Rate&) = default;
};

/// Order statistics by nearest rank: every figure is one of the values.
struct LatencySummary {
  std::uint64_t count = 0;  ///< 0: the others mean nothing
  Duration p50{};
  Duration p95{};
  Duration p99{};
  Duration max{};
  friend bool operator==(const LatencySummary&, const LatencySummary&) = default;
};
[[nodiscard]] LatencySummary summarize(std::vector<Duration> values);

/// The harmonic mean of the two; nothing when one of them has no value, 0 when both are 0.
[[nodiscard]] std::optional<double> f1(const Proportion& precision, const Proportion& recall);

}  // namespace eqlab::score
