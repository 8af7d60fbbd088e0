#include "harness/score/statistics.h"

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "harness/base/check.h"

namespace eqlab::score {

std::string_view to_string(Method method) {
  switch (method) {
    case Method::wilson:
      return "wilson";
    case Method::garwood:
      return "garwood";
    case Method::order_statistics:
      return "order-statistics";
    case Method::bootstrap:
      return "bootstrap-by-host";
  }
  return "";
}

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

std::optional<double> f_beta(std::optional<double> precision, std::optional<double> recall,
                             double beta) {
  EQLAB_ASSERT(beta > 0);
  if (!precision || !recall) return std::nullopt;
  const double weight = beta * beta;
  const double below = weight * *precision + *recall;
  return below > 0 ? (1 + weight) * *precision * *recall / below : 0;
}

std::optional<double> f1(const Proportion& precision, const Proportion& recall) {
  return f_beta(precision.value(), recall.value(), 1);
}

std::optional<double> precision_at(const PrevalenceInputs& inputs, double per_host_day) {
  const double right = per_host_day * inputs.recall;
  const double all = right + per_host_day * inputs.chance_per_incident + inputs.false_per_host_day;
  if (!(all > 0)) return std::nullopt;
  return right / all;
}

}  // namespace eqlab::score
