#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/rule/rule.h"
#include "harness/schedule/simulation.h"
#include "harness/score/evaluate.h"
#include "harness/tune/change.h"
#include "harness/tune/outcome.h"

/// One setting of a rule at many values, all decided over the candidates of one scan.
namespace eqlab::tune {

/// What a rule comes to. Start, end and maxspan of `options` are overwritten, as by
/// score::evaluate.
[[nodiscard]] Outcome decide(const JudgedLog& log, const score::EvaluatedRule& rule,
                             const Population& population,
                             schedule::SimulationOptions options = {});

/// The rule with one thing set to another value. What is nothing is as the rule has it.
struct Setting {
  std::optional<Duration> maxspan = std::nullopt;
  std::optional<rule::Schedule> schedule = std::nullopt;
  std::optional<std::vector<std::string>> keys = std::nullopt;
  friend bool operator==(const Setting&, const Setting&) = default;
};

struct SweepPoint {
  Setting setting;
  bool is_current = false;        ///< the rule as it is
  Figures figures;                ///< of all hosts
  score::LatencySummary latency;  ///< from the event; of right alerts where there are any
  bool latency_is_of_right = false;
  bool reached_cap = false;
  Change change;  ///< from the rule as it is
  friend bool operator==(const SweepPoint&, const SweepPoint&) = default;
};
[[nodiscard]] SweepPoint point_of(Setting setting, const Outcome& outcome, const Outcome& current,
                                  const Population& population);

/// The outcome at each maxspan. Cost: one simulation and a tally for each where the query allows it
/// (schedule::simulate_sweep), else a simulation for each.
[[nodiscard]] std::vector<Outcome> sweep_maxspan(const JudgedLog& log,
                                                 const score::EvaluatedRule& rule,
                                                 const Population& population,
                                                 std::span<const Duration> maxspans,
                                                 const schedule::SimulationOptions& options = {});
/// Eight values around the rule's own maxspan, from a sixth of it to four times; a fixed row where
/// it has none.
[[nodiscard]] std::vector<Duration> default_maxspans(std::optional<Duration> own);
/// The rule's own interval and look-back, and others as rules have them. A look-back is never
/// shorter than its interval: events would be seen by no run.
[[nodiscard]] std::vector<rule::Schedule> default_schedules(const rule::Schedule& own);
/// All of `intervals` with all of `look_backs`, the rule's own where a list is empty; pairs that
/// would leave gaps are left out unless nothing would remain.
[[nodiscard]] std::vector<rule::Schedule> schedule_grid(const rule::Schedule& own,
                                                        const std::vector<Duration>& intervals,
                                                        const std::vector<Duration>& look_backs);

/// Joins worth a look for a query of these keys: each but the one that names the host dropped, and
/// host with user, process and parent. Without those that the schema does not know or that the
/// query has.
[[nodiscard]] std::vector<std::vector<std::string>> default_keys(const eql::CheckedQuery& query,
                                                                 const event::Schema& schema);
/// The keys that all steps share, as written.
[[nodiscard]] std::vector<std::string> keys_of(const eql::Query& query);
/// Each host has a value of its own in this field.
[[nodiscard]] bool names_host(std::string_view field);

}  // namespace eqlab::tune
