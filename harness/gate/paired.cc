// Tested in tests/unit/gate/paired_test.cc.
#include "harness/gate/paired.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "harness/base/rng.h"

namespace eqlab::gate {
namespace {

constexpr int resamples = 1000;

/// Two-sided exact binomial test of `a` against `b` at even odds.
double mcnemar(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t n = a + b;
  if (n == 0) return 1;
  // Terms of the tail, each from the one before, in logarithms so that thousands do not underflow.
  double log_term = -static_cast<double>(n) * std::log(2.0);
  double tail = 0;
  for (std::uint64_t k = 0; k <= std::min(a, b); ++k) {
    tail += std::exp(log_term);
    log_term += std::log(static_cast<double>(n - k)) - std::log(static_cast<double>(k + 1));
  }
  return std::min(1.0, 2 * tail);
}

/// Percentiles of a statistic over resampled hosts. Hosts for which `is_plain` all count zero in
/// numerator and denominator are drawn but not looked at.
std::optional<score::Interval> bootstrap(
    std::size_t hosts, std::uint64_t seed,
    const std::function<std::optional<double>(const std::vector<std::uint32_t>&)>& statistic) {
  if (hosts < 2) return std::nullopt;
  Rng rng(seed);
  std::vector<double> values;
  std::vector<std::uint32_t> times(hosts);
  for (int i = 0; i < resamples; ++i) {
    std::ranges::fill(times, 0U);
    for (std::size_t draw = 0; draw < hosts; ++draw) ++times[rng.below(hosts)];
    if (const auto value = statistic(times)) values.push_back(*value);
  }
  if (values.size() < resamples / 2) return std::nullopt;
  std::ranges::sort(values);
  const auto at = [&](double share) {
    const auto place = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    return values[place];
  };
  return score::Interval{.low = at(0.025), .high = at(0.975)};
}

}  // namespace

PairedShare compare_shares(const std::vector<HostOutcome>& hosts, std::uint64_t lost,
                           std::uint64_t gained, std::uint64_t seed) {
  PairedShare out{.lost = lost, .gained = gained};
  std::vector<HostOutcome> with_incidents;
  for (const HostOutcome& host : hosts) {
    out.total += host.incidents;
    if (host.incidents > 0) with_incidents.push_back(host);
  }
  if (out.total == 0) return out;
  out.difference = (static_cast<double>(gained) - static_cast<double>(lost)) /
                   static_cast<double>(out.total);
  out.p = mcnemar(lost, gained);
  if (lost + gained == 0) {
    out.interval = score::Interval{};
    return out;
  }
  out.interval = bootstrap(
      with_incidents.size(), seed,
      [&](const std::vector<std::uint32_t>& times) -> std::optional<double> {
        double difference = 0;
        double total = 0;
        for (std::size_t i = 0; i < with_incidents.size(); ++i) {
          const HostOutcome& host = with_incidents[i];
          difference += times[i] * (static_cast<double>(host.caught_after) - host.caught_before);
          total += static_cast<double>(times[i]) * host.incidents;
        }
        if (total <= 0) return std::nullopt;
        return difference / total;
      });
  return out;
}

PairedRate compare_rates(const std::vector<HostOutcome>& hosts, double host_days,
                         std::uint64_t seed) {
  PairedRate out{.exposure = host_days};
  bool is_same = true;
  for (const HostOutcome& host : hosts) {
    out.before += host.false_before;
    out.after += host.false_after;
    is_same = is_same && host.false_before == host.false_after;
  }
  if (!(host_days > 0)) return out;
  out.difference =
      (static_cast<double>(out.after) - static_cast<double>(out.before)) / host_days;
  if (is_same) {
    out.interval = score::Interval{};
    return out;
  }
  out.interval = bootstrap(
      hosts.size(), seed,
      [&](const std::vector<std::uint32_t>& times) -> std::optional<double> {
        double difference = 0;
        for (std::size_t i = 0; i < hosts.size(); ++i)
          difference += times[i] * (static_cast<double>(hosts[i].false_after) -
                                    hosts[i].false_before);
        return difference / host_days;
      });
  return out;
}

score::Interval unpaired_difference(double before, const score::Interval& of_before, double after,
                                    const score::Interval& of_after) {
  const double difference = after - before;
  const auto width = [](double a, double b) { return std::sqrt(a * a + b * b); };
  return {.low = difference - width(after - of_after.low, of_before.high - before),
          .high = difference + width(of_after.high - after, before - of_before.low)};
}

}  // namespace eqlab::gate
