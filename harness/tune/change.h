#pragma once

#include <cstdint>
#include <optional>

#include "harness/score/statistics.h"
#include "harness/tune/outcome.h"

/// What a change to a rule does, paired: the same incidents and the same hosts before and after.
namespace eqlab::tune {

struct Change {
  std::uint64_t incidents = 0;   ///< malicious
  std::uint64_t gained = 0;      ///< of them, caught only after
  std::uint64_t lost = 0;        ///< caught only before
  std::optional<double> recall;  ///< after less before; nothing without incidents
  std::optional<score::Interval> recall_interval;
  std::optional<double> false_alarms;  ///< per host-day, after less before
  std::optional<score::Interval> false_alarms_interval;
  friend bool operator==(const Change&, const Change&) = default;
};

/// Intervals take hosts as what was sampled: the change of a ratio of sums over hosts is linear in
/// what each adds, which gives its variance (Taylor linearisation, Woodruff 1971), and the normal
/// distribution the rest, at score::confidence_default. O(hosts + incidents) and no resampling, so
/// it suits hundreds of points; with few hosts that differ it is a little narrow, which `confirm`
/// is for. No interval with fewer than two hosts.
[[nodiscard]] Change compare(const Outcome& before, const Outcome& after,
                             const Population& population, const HostSet& hosts);

}  // namespace eqlab::tune
