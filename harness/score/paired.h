#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "harness/score/bootstrap.h"
#include "harness/score/statistics.h"

/// Two rules, or two versions of one, over the same incidents and hosts. Pairing takes out what the
/// two share, so a small change is seen in data where two intervals side by side would overlap.
namespace eqlab::score {

/// What became of one incident under either.
struct PairedOutcome {
  std::uint32_t host = 0;  ///< any number that tells hosts apart; below `hosts`
  bool before = false;
  bool after = false;
};

struct PairedComparison {
  std::uint64_t both = 0;
  std::uint64_t only_before = 0;  ///< lost
  std::uint64_t only_after = 0;   ///< gained
  std::uint64_t neither = 0;
  /// Share caught after, less the share caught before. Nothing without incidents.
  std::optional<double> change;
  /// Of `change`, by resampling hosts.
  Measured<Interval> interval = Unmeasured{"nothing to compare"};
  /// McNemar's exact test, two-sided: how likely at least so uneven a split of lost and gained is
  /// when both rules catch alike. Takes incidents as independent.
  double p_value = 1;
  [[nodiscard]] std::uint64_t total() const { return both + only_before + only_after + neither; }
  friend bool operator==(const PairedComparison&, const PairedComparison&) = default;
};

/// 1 where nothing differs. Exact binomial; sums beyond 2^53 have no meaning.
[[nodiscard]] double mcnemar_exact(std::uint64_t only_before, std::uint64_t only_after);

/// `hosts`: how many there are in all, also those without incidents.
[[nodiscard]] PairedComparison compare_paired(std::span<const PairedOutcome> outcomes,
                                              std::size_t hosts, const BootstrapOptions& options);

/// Counts of one host, of false alarms, say.
struct PairedCounts {
  std::uint64_t before = 0;
  std::uint64_t after = 0;
};
struct RateComparison {
  Rate before;
  Rate after;
  std::optional<double> change;  ///< per unit of exposure
  Measured<Interval> interval = Unmeasured{"nothing to compare"};
  friend bool operator==(const RateComparison&, const RateComparison&) = default;
};
/// One entry for each host, `exposure` (all hosts') shared evenly among them.
[[nodiscard]] RateComparison compare_rates(std::span<const PairedCounts> hosts, double exposure,
                                           const BootstrapOptions& options);

}  // namespace eqlab::score
