#include "harness/score/bootstrap.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "harness/base/check.h"
#include "harness/base/parallel.h"
#include "harness/base/rng.h"
#include "harness/base/text.h"

namespace eqlab::score {
namespace {

/// Resamples that one thread makes at a time.
constexpr std::uint32_t resamples_per_item = 50;

double normal_quantile(double p) { return boost::math::quantile(boost::math::normal(), p); }
double normal_cdf(double z) { return boost::math::cdf(boost::math::normal(), z); }

/// The value below which a share `p` of the sorted ones lies.
double percentile(const std::vector<double>& sorted, double p) {
  const double rank = std::floor(p * (static_cast<double>(sorted.size()) + 1));
  const auto place = std::clamp<double>(rank, 1, static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(place) - 1];
}

}  // namespace

Bootstrap::Bootstrap(std::vector<double> table, std::size_t columns, std::uint64_t hosts,
                     const BootstrapOptions& options)
    : columns_(columns), options_(options) {
  EQLAB_ASSERT(columns > 0 && table.size() % columns == 0);
  const std::size_t rows = table.size() / columns;
  hosts_ = std::max<std::uint64_t>(rows, hosts);
  totals_.assign(columns, 0);
  // A host that adds nothing only takes a place among those that may be drawn.
  for (std::size_t host = 0; host < rows; ++host) {
    const auto counts = std::span(table).subspan(host * columns, columns);
    if (std::ranges::all_of(counts, [](double count) { return count == 0; })) continue;
    table_.insert(table_.end(), counts.begin(), counts.end());
    for (std::size_t c = 0; c < columns; ++c) totals_[c] += counts[c];
  }
  active_ = table_.size() / columns;
  if (active_ == 0 || is_too_large()) return;
  sums_.assign(std::size_t{options.resamples} * columns, 0);
  std::uint32_t next = 0;
  OrderedPool pool(options.threads);
  const std::function<std::optional<std::uint32_t>()> produce =
      [&]() -> std::optional<std::uint32_t> {
    if (next >= options.resamples) return std::nullopt;
    const std::uint32_t first = next;
    next += resamples_per_item;
    return first;
  };
  // Each item writes to its own part of `sums_`.
  const std::function<bool(std::uint32_t)> work = [&](std::uint32_t first) {
    const std::uint32_t last = std::min(first + resamples_per_item, options.resamples);
    for (std::uint32_t r = first; r < last; ++r)
      draw(r, std::span(sums_).subspan(std::size_t{r} * columns_, columns_));
    return true;
  };
  pool.run<std::uint32_t, bool>(produce, work, [](bool) {}, {});
}

void Bootstrap::draw(std::uint32_t resample, std::span<double> sums) const {
  Rng rng = Rng(options_.seed).split("bootstrap").split(resample);
  const auto add = [&](std::uint64_t random) {
    // 32 bits scaled to the number of hosts: some hosts are likelier by one in 2^32 / hosts, which
    // no resampling could tell.
    const std::uint64_t host = (random & 0xFFFF'FFFFU) * hosts_ >> 32U;
    if (host >= active_) return;
    const double* const counts = table_.data() + host * columns_;
    for (std::size_t c = 0; c < columns_; ++c) sums[c] += counts[c];
  };
  for (std::uint64_t i = 0; i + 1 < hosts_; i += 2) {
    const std::uint64_t random = rng.next();
    add(random);
    add(random >> 32U);
  }
  if (hosts_ % 2 == 1) add(rng.next());
}

Measured<Interval> Bootstrap::interval(const Figure& figure, std::size_t support) const {
  EQLAB_ASSERT(support < columns_);
  if (options_.resamples == 0) return Unmeasured{"hosts were not resampled"};
  if (is_too_large()) return Unmeasured{"too many hosts to resample"};
  const std::optional<double> observed = figure(totals_);
  if (!observed) return Unmeasured{"the figure itself has no value"};
  std::size_t supporting = 0;
  for (std::size_t host = 0; host < active_; ++host) supporting += row(host)[support] > 0 ? 1U : 0U;
  if (supporting < bootstrap_hosts_min) {
    return Unmeasured{format("only {} {} a part in it; resampling needs {}", supporting,
                             supporting == 1 ? "host has" : "hosts have", bootstrap_hosts_min)};
  }
  std::vector<double> values;
  values.reserve(options_.resamples);
  for (std::uint32_t r = 0; r < options_.resamples; ++r) {
    if (const auto value = figure(std::span(sums_).subspan(std::size_t{r} * columns_, columns_)))
      values.push_back(*value);
  }
  if (values.size() * 100 < std::size_t{options_.resamples} * 99)
    return Unmeasured{"too many resamples give no figure"};
  std::ranges::sort(values);
  if (values.front() == values.back()) return Unmeasured{"all resamples give the same figure"};

  // Bias: how far the observed figure lies from the middle of the resampled ones; a tie is half
  // below.
  const auto first = std::lower_bound(values.begin(), values.end(), *observed);
  const auto last = std::upper_bound(first, values.end(), *observed);
  const auto below =
      static_cast<double>(first - values.begin()) + static_cast<double>(last - first) / 2;
  const auto count = static_cast<double>(values.size());
  const double bias = normal_quantile(std::clamp(below / count, 0.5 / count, 1 - 0.5 / count));

  // Acceleration, by leaving out one host at a time. Those that add nothing leave the figure as it
  // is.
  std::vector<double> without;
  std::vector<double> rest(columns_);
  for (std::size_t host = 0; host < active_; ++host) {
    for (std::size_t c = 0; c < columns_; ++c) rest[c] = totals_[c] - row(host)[c];
    without.push_back(figure(rest).value_or(*observed));
  }
  double mean = static_cast<double>(hosts_ - active_) * *observed;
  for (const double value : without) mean += value;
  mean /= static_cast<double>(hosts_);
  double squares = 0;
  double cubes = 0;
  const auto spread = [&](double value, double times) {
    const double away = mean - value;
    squares += times * away * away;
    cubes += times * away * away * away;
  };
  spread(*observed, static_cast<double>(hosts_ - active_));
  for (const double value : without) spread(value, 1);
  const double acceleration = squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;

  const auto adjusted = [&](double p) {
    const double z = bias + normal_quantile(p);
    return normal_cdf(bias + z / (1 - acceleration * z));
  };
  const double tail = (1 - options_.confidence) / 2;
  return Interval{.low = percentile(values, adjusted(tail)),
                  .high = percentile(values, adjusted(1 - tail))};
}

}  // namespace eqlab::score
