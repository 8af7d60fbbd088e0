#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/score/statistics.h"

/// Two versions on the same events: is the difference real?
namespace eqlab::gate {

/// One host's part of both outcomes.
struct HostOutcome {
  std::uint32_t incidents = 0;  ///< malicious
  std::uint32_t caught_before = 0;
  std::uint32_t caught_after = 0;
  std::uint32_t false_before = 0;  ///< alarms
  std::uint32_t false_after = 0;
};

struct PairedShare {
  std::uint64_t lost = 0;    ///< incidents that only the first catches
  std::uint64_t gained = 0;  ///< … only the second
  std::uint64_t total = 0;
  std::optional<double> difference;         ///< of shares, second − first; nothing without total
  std::optional<score::Interval> interval;  ///< of it, 95 %
  std::optional<double> p;                  ///< McNemar, exact, two-sided: chance of such a split
};

struct PairedRate {
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  double exposure = 0;               ///< host-days
  std::optional<double> difference;  ///< per host-day
  std::optional<score::Interval> interval;
};

/// Hosts are resampled with replacement, as incidents and alarms of one host go together; a
/// difference that no host shows has no width. Same seed, same figures.
[[nodiscard]] PairedShare compare_shares(const std::vector<HostOutcome>& hosts, std::uint64_t lost,
                                         std::uint64_t gained, std::uint64_t seed);
[[nodiscard]] PairedRate compare_rates(const std::vector<HostOutcome>& hosts, double host_days,
                                       std::uint64_t seed);

/// The difference of two figures that were not measured on the same events, by the intervals of
/// each (method of variance estimates recovery).
[[nodiscard]] score::Interval unpaired_difference(double before, const score::Interval& of_before,
                                                  double after, const score::Interval& of_after);

}  // namespace eqlab::gate
