#include "harness/score/paired.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <vector>

#include "harness/base/check.h"

namespace eqlab::score {

double mcnemar_exact(std::uint64_t only_before, std::uint64_t only_after) {
  if (only_before == only_after) return 1;
  const auto trials = static_cast<double>(only_before + only_after);
  const auto fewer = static_cast<double>(std::min(only_before, only_after));
  const boost::math::binomial_distribution<> fair(trials, 0.5);
  return std::min(1.0, 2 * boost::math::cdf(fair, fewer));
}

PairedComparison compare_paired(std::span<const PairedOutcome> outcomes, std::size_t hosts,
                                const BootstrapOptions& options) {
  enum Column : std::size_t { incidents, before, after, columns };
  PairedComparison out;
  std::vector<double> table(hosts * columns, 0);
  for (const PairedOutcome& outcome : outcomes) {
    EQLAB_ASSERT(outcome.host < hosts);
    std::uint64_t& cell = outcome.before ? (outcome.after ? out.both : out.only_before)
                                         : (outcome.after ? out.only_after : out.neither);
    ++cell;
    double* const row = table.data() + outcome.host * columns;
    row[incidents] += 1;
    row[before] += outcome.before ? 1 : 0;
    row[after] += outcome.after ? 1 : 0;
  }
  out.p_value = mcnemar_exact(out.only_before, out.only_after);
  if (outcomes.empty()) return out;
  const auto change = [](std::span<const double> sums) -> std::optional<double> {
    if (sums[incidents] <= 0) return std::nullopt;
    return (sums[after] - sums[before]) / sums[incidents];
  };
  const Bootstrap bootstrap(std::move(table), columns, options);
  out.change = change(bootstrap.totals());
  out.interval = bootstrap.interval(change, incidents);
  return out;
}

RateComparison compare_rates(std::span<const PairedCounts> hosts, double exposure,
                             const BootstrapOptions& options) {
  enum Column : std::size_t { before, after, either, columns };
  RateComparison out;
  out.before.exposure = exposure;
  out.after.exposure = exposure;
  std::vector<double> table;
  for (const PairedCounts& host : hosts) {
    out.before.count += host.before;
    out.after.count += host.after;
    table.push_back(static_cast<double>(host.before));
    table.push_back(static_cast<double>(host.after));
    table.push_back(static_cast<double>(host.before + host.after));
  }
  if (!(exposure > 0) || hosts.empty()) return out;
  const auto change = [exposure](std::span<const double> sums) -> std::optional<double> {
    return (sums[after] - sums[before]) / exposure;
  };
  const Bootstrap bootstrap(std::move(table), columns, options);
  out.change = change(bootstrap.totals());
  out.interval = bootstrap.interval(change, either);
  return out;
}

}  // namespace eqlab::score
