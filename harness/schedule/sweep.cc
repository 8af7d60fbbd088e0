#include "harness/schedule/sweep.h"

#include <algorithm>
#include <utility>

// Held equal to simulations of their own in tests/unit/schedule/sweep_test.cc.
namespace eqlab::schedule {
namespace {

/// Shorter maxspans and other caps follow from what a search finds without a cap.
bool can_share(const eql::CheckedQuery& query) {
  return query.kind != eql::QueryKind::sample && query.limits.empty() &&
         std::ranges::none_of(query.stages, &eql::CheckedStage::missing);
}

}  // namespace

Sweep::Sweep(const scan::CandidateLog& log, const match::Matcher& matcher,
             const rule::Schedule& schedule, const SimulationOptions& options,
             std::vector<Duration> maxspans)
    : log_(&log),
      matcher_(matcher),
      schedule_(schedule),
      options_(options),
      maxspans_(std::move(maxspans)) {
  if (maxspans_.empty()) return;
  if (matcher_.query().kind != eql::QueryKind::sequence) {
    options_.maxspan = std::nullopt;
    single_ = simulate(*log_, matcher_, schedule_, options_);
    return;
  }
  if (!can_share(matcher_.query())) return;
  options_.maxspan = std::ranges::max(maxspans_);
  Recording recording = record(*log_, matcher_, schedule_, options_);
  if (recording.is_whole) recording_ = std::move(recording);
}

Simulation Sweep::simulation(std::size_t i) const {
  if (single_) return *single_;
  if (recording_) return replay(*recording_, *log_, options_, schedule_.max_signals, maxspans_[i]);
  SimulationOptions options = options_;
  options.maxspan = maxspans_[i];
  return simulate(*log_, matcher_, schedule_, options);
}

Sweep simulate_sweep(const scan::CandidateLog& log, const match::Matcher& matcher,
                     const rule::Schedule& schedule, const SimulationOptions& options,
                     std::vector<Duration> maxspans) {
  return {log, matcher, schedule, options, std::move(maxspans)};
}

std::vector<Simulation> simulate_schedules(const scan::CandidateLog& log,
                                           const match::Matcher& matcher,
                                           const std::vector<rule::Schedule>& schedules,
                                           const SimulationOptions& options) {
  std::vector<Simulation> out(schedules.size());
  std::vector<bool> is_done(schedules.size(), false);
  for (std::size_t i = 0; i < schedules.size(); ++i) {
    if (is_done[i]) continue;
    std::vector<std::size_t> alike;
    for (std::size_t j = i; j < schedules.size(); ++j) {
      rule::Schedule other = schedules[j];
      other.max_signals = schedules[i].max_signals;
      if (other == schedules[i]) alike.push_back(j);
    }
    std::optional<Recording> shared;
    if (alike.size() > 1 && can_share(matcher.query()))
      shared = record(log, matcher, schedules[i], options);
    if (shared && !shared->is_whole) shared.reset();
    for (const std::size_t j : alike) {
      is_done[j] = true;
      out[j] = shared ? replay(*shared, log, options, schedules[j].max_signals, std::nullopt)
                      : simulate(log, matcher, schedules[j], options);
    }
  }
  return out;
}

}  // namespace eqlab::schedule
