#pragma once

#include <optional>
#include <vector>

#include "harness/match/matcher.h"
#include "harness/rule/rule.h"
#include "harness/scan/candidate_log.h"
#include "harness/schedule/recording.h"
#include "harness/schedule/simulation.h"

/// Many simulations from the matching of one.
namespace eqlab::schedule {

/// The same rule under several values of maxspan. A value's simulation is made when it is asked
/// for, so that a hundred need the memory of one; what they share is done once.
///
/// For a sequence without absent stages and without pipes, the matches under maxspan m are those
/// under a longer one whose events lie within m: an event takes the newest partial match whether or
/// not that one is too old by then, and what is older would be later still. So one walk under the
/// longest value, without a cap, answers for all; cap and comparison with earlier alerts are each
/// value's own. Other sequences, and walks that met a limit, are simulated value by value; event
/// queries and samples have no maxspan and are simulated once.
class Sweep {
 public:
  [[nodiscard]] std::size_t size() const { return maxspans_.size(); }
  [[nodiscard]] Duration maxspan(std::size_t i) const { return maxspans_[i]; }
  /// As simulate() with that maxspan gives it. Thread-safe. Cost: O(matches of all searches) where
  /// the walk is shared, else a simulation.
  [[nodiscard]] Simulation simulation(std::size_t i) const;
  /// Whether one walk answers for all values.
  [[nodiscard]] bool is_shared() const { return recording_.has_value() || single_.has_value(); }

 private:
  friend Sweep simulate_sweep(const scan::CandidateLog& log, const match::Matcher& matcher,
                              const rule::Schedule& schedule, const SimulationOptions& options,
                              std::vector<Duration> maxspans);
  Sweep(const scan::CandidateLog& log, const match::Matcher& matcher,
        const rule::Schedule& schedule, const SimulationOptions& options,
        std::vector<Duration> maxspans);

  const scan::CandidateLog* log_;
  match::Matcher matcher_;
  rule::Schedule schedule_;
  SimulationOptions options_;
  std::vector<Duration> maxspans_;
  std::optional<Recording> recording_;
  std::optional<Simulation> single_;
};

/// `options.maxspan` is not looked at. `log` and what `matcher` refers to must outlive the sweep.
[[nodiscard]] Sweep simulate_sweep(const scan::CandidateLog& log, const match::Matcher& matcher,
                                   const rule::Schedule& schedule, const SimulationOptions& options,
                                   std::vector<Duration> maxspans);

/// One result for each schedule, as simulate() gives it. Schedules that differ in `max_signals`
/// alone share one walk; others see other windows and have one each.
[[nodiscard]] std::vector<Simulation> simulate_schedules(
    const scan::CandidateLog& log, const match::Matcher& matcher,
    const std::vector<rule::Schedule>& schedules, const SimulationOptions& options);

}  // namespace eqlab::schedule
