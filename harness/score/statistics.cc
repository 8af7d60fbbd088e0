#include "harness/score/statistics.h"

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "harness/base/check.h"

namespace eqlab::score {
namespace {

/// The value at `percent` of a sorted list, by nearest rank.
Duration ranked(const std::vector<Duration>& sorted, std::size_t percent) {
  const std::size_t rank = (sorted.size() * percent + 99) / 100;
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

std::optional<double> Proportion::value() const {
  if (total == 0) return std::nullopt;
  return static_cast<double>(hits) / static_cast<double>(total);
}

std::optional<Interval> Proportion::interval(double confidence) const {
  EQLAB_ASSERT(hits <= total && confidence > 0 && confidence < 1);
  if (total == 0) return std::nullopt;
  const double z = boost::math::quantile(boost::math::normal(), 0.5 + confidence / 2);
  const auto n = static_cast<double>(total);
  const double p = static_cast<double>(hits) / n;
  const double scale = 1 + z * z / n;
  const double centre = (p + z * z / (2 * n)) / scale;
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale;
  // At the ends the bound is exact; arithmetic would miss it by a rounding.
  return Interval{.low = hits == 0 ? 0 : std::max(0.0, centre - half),
                  .high = hits == total ? 1 : std::min(1.0, centre + half)};
}

std::optional<double> Rate::value() const {
  if (!(exposure > 0)) return std::nullopt;
  return static_cast<double>(count) / exposure;
}

std::optional<Interval> Rate::interval(double confidence) const {
  EQLAB_ASSERT(confidence > 0 && confidence < 1);
  if (!(exposure > 0)) return std::nullopt;
  const double tail = (1 - confidence) / 2;
  const auto n = static_cast<double>(count);
  const double low =
      count == 0 ? 0 : boost::math::quantile(boost::math::gamma_distribution<>(n), tail);
  const double high = boost::math::quantile(
      boost::math::complement(boost::math::gamma_distribution<>(n + 1), tail));
  return Interval{.low = low / exposure, .high = high / exposure};
}

LatencySummary summarize(std::vector<Duration> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  return {.count = values.size(),
          .p50 = ranked(values, 50),
          .p95 = ranked(values, 95),
          .p99 = ranked(values, 99),
          .max = values.back()};
}

std::optional<double> f1(const Proportion& precision, const Proportion& recall) {
  if (!precision.value() || !recall.value()) return std::nullopt;
  const double sum = *precision.value() + *recall.value();
  return sum > 0 ? 2 * *precision.value() * *recall.value() / sum : 0;
}

}  // namespace eqlab::score
