#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/schema.h"
#include "harness/rule/rule.h"
#include "harness/scan/kept_rows.h"
#include "harness/tune/frontier.h"
#include "harness/tune/suggest.h"
#include "harness/tune/sweep.h"
#include "harness/tune/wide_plan.h"

/// What a rule would do with other settings and with small changes, all from one scan: plan, scan,
/// then `tune`.
namespace eqlab::tune {

/// What is asked. Lists that are nothing are not swept.
struct TuningRequest {
  std::optional<std::vector<Duration>> maxspans = std::nullopt;
  std::optional<std::vector<rule::Schedule>> schedules = std::nullopt;
  std::optional<std::vector<std::vector<std::string>>> keys = std::nullopt;
  bool suggests = true;
  /// Of all runs. What the rule itself says of windows and suppression is put in by the plan.
  schedule::SimulationOptions simulation = {};
  std::uint64_t seed = 1;  ///< of the split of hosts and of resampling
  std::size_t suggestions_max = 8;
};

/// Everything, with default values; what does not apply to the query is left out and said in
/// `notes`.
struct DefaultRequest {
  TuningRequest request;
  std::vector<std::string> notes;
};
[[nodiscard]] DefaultRequest default_request(const rule::Rule& rule, const eql::CheckedQuery& query,
                                             const event::Schema& schema);
/// The scan that answers the request. Errors: as WidePlan::make.
[[nodiscard]] Result<std::unique_ptr<WidePlan>> plan_for(const rule::Rule& rule,
                                                         const event::Schema& schema,
                                                         const TuningRequest& request);

/// A change that was tried, in figures.
struct TriedFigures {
  Variant variant;
  Origin origin = Origin::left_out;
  std::uint64_t seen_in = 0;
  Figures all;
  Change change;            ///< of all hosts
  double search_worth = 0;  ///< on the searched hosts
};

/// A point of the trade between catches and false alarms.
struct FrontPoint {
  std::string what;
  bool is_current = false;
  Figures figures;
};

struct Tuning {
  std::uint64_t hosts = 0;
  double days = 0;
  std::uint64_t events = 0;
  std::uint64_t malicious_incidents = 0;
  SweepPoint current;
  /// Of `current`, hosts resampled, as its scorecard has them; intervals of its figures go by
  /// counts.
  score::Measured<score::Interval> recall_by_host = score::Unmeasured{"hosts were not resampled"};
  score::Measured<score::Interval> false_alarms_by_host =
      score::Unmeasured{"hosts were not resampled"};
  std::optional<Duration> maxspan;  ///< the rule's own
  rule::Schedule schedule;
  std::vector<std::string> keys;
  std::vector<SweepPoint> maxspans;
  std::vector<SweepPoint> schedules;
  std::vector<SweepPoint> joins;
  bool has_suggestions = false;  ///< they were asked for
  std::uint64_t seed = 1;
  std::uint64_t search_hosts = 0;
  std::uint64_t held_out_hosts = 0;
  std::uint64_t search_incidents = 0;
  std::uint64_t held_out_incidents = 0;
  std::vector<TriedFigures> tried;  ///< in order of trial
  std::uint64_t not_usable = 0;     ///< did not compile, or needed what was not read
  std::uint64_t left_out = 0;       ///< not tried: too many
  Suggestions suggestions;
  std::vector<FrontPoint> frontier;  ///< rising
  std::vector<std::string> notes;
};

/// The log and rows of the scan; all must outlive the call.
struct TuningInputs {
  const rule::Rule& rule;
  const event::Schema& schema;
  const WidePlan& plan;
  const scan::CandidateLog& log;  ///< finished
  const scan::KeptRows& rows;
  scan::CandidateLog::Ties ties;
  const truth::Truth& truth;
  const truth::TruthIndex& index;
  unsigned threads = 1;
  std::stop_token stop = {};
};

/// Deterministic, at any number of threads. When `stop` was requested, what is returned means
/// nothing.
[[nodiscard]] Tuning tune(const TuningInputs& inputs, const TuningRequest& request);

}  // namespace eqlab::tune
