#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "harness/score/statistics.h"

/// Intervals by resampling hosts. What happens on one host hangs together (one user, one set of
/// agents, one habit of installing), so hosts, not alerts, are what was sampled; intervals that
/// take each alert as a sample of its own are too narrow.
namespace eqlab::score {

struct BootstrapOptions {
  std::uint32_t resamples = 1'000;
  std::uint64_t seed = 1;  ///< the same seed gives the same bytes, at any thread count
  double confidence = confidence_default;
  unsigned threads = 1;
  friend bool operator==(const BootstrapOptions&, const BootstrapOptions&) = default;
};

/// So many hosts must have a part in a figure before its interval means anything. At this number
/// nominal 95 % covers about 93 %, at 100 hosts 95 % (tests/unit/score/bootstrap_test.cc).
inline constexpr std::size_t bootstrap_hosts_min = 20;

/// More draws than this take seconds; beyond it nothing is resampled, and intervals say so.
inline constexpr std::uint64_t bootstrap_draws_max = 500'000'000;

/// Draws as many hosts as there are, with replacement, `resamples` times, and keeps the sums of
/// their counts; every figure that is a function of sums then costs next to nothing. Intervals are
/// BCa (Efron 1987): percentiles corrected for bias and for spread that changes with the value.
/// Cost: hosts × resamples draws, about 7 ns each; memory: columns × resamples numbers.
class Bootstrap {
 public:
  /// `table` has `columns` counts for each host, one host after another: what it adds to the sums.
  /// Whole numbers, so that sums are exact in any order. `hosts`: how many there are in all; those
  /// beyond the table add nothing.
  Bootstrap(std::vector<double> table, std::size_t columns, std::uint64_t hosts,
            const BootstrapOptions& options);
  /// All hosts are in the table.
  Bootstrap(std::vector<double> table, std::size_t columns, const BootstrapOptions& options)
      : Bootstrap(std::move(table), columns, 0, options) {}

  /// A figure of the sums; nothing where they give none (no total, say).
  using Figure = std::function<std::optional<double>(std::span<const double> sums)>;

  /// `support`: the column that counts what the figure is about; hosts without any have no part in
  /// it. Unmeasured with too few such hosts, when all resamples agree (all caught: the data does
  /// not say how far below 1 the truth may be), or when more than one resample in a hundred gives
  /// no figure.
  [[nodiscard]] Measured<Interval> interval(const Figure& figure, std::size_t support) const;

  [[nodiscard]] std::span<const double> totals() const { return totals_; }
  [[nodiscard]] std::uint64_t hosts() const { return hosts_; }

 private:
  [[nodiscard]] std::span<const double> row(std::size_t host) const {
    return std::span(table_).subspan(host * columns_, columns_);
  }
  [[nodiscard]] bool is_too_large() const {
    return hosts_ > bootstrap_draws_max / std::max<std::uint64_t>(options_.resamples, 1);
  }
  void draw(std::uint32_t resample, std::span<double> sums) const;

  std::vector<double> table_;  ///< only hosts that add anything
  std::size_t columns_;
  std::uint64_t hosts_ = 0;  ///< all
  std::size_t active_ = 0;   ///< rows of `table_`
  BootstrapOptions options_;
  std::vector<double> totals_;
  std::vector<double> sums_;  ///< by resample; empty where nothing was drawn
};

}  // namespace eqlab::score
