#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/result.h"
#include "harness/cases/case_block.h"
#include "harness/eql/condition.h"

namespace eqlab::cases {

/// One result of a query over a block's events.
struct FoundMatch {
  std::vector<std::optional<std::size_t>>
      events;  ///< places in CaseBlock::events; nothing: placeholder of a missing event
  std::vector<std::string> keys;  ///< join keys as text, in written order
};

/// Runs a block's checked query over its events under its options. An error is that of a search
/// which fails as it runs.
using Engine =
    std::function<Result<std::vector<FoundMatch>>(const CaseBlock&, const eql::CheckedQuery&)>;

/// What the block's rule does under its schedule.
struct FoundAlert {
  FoundMatch match;
  WallTime started_at{};              ///< of the run that wrote it
  std::uint64_t sightings = 0;        ///< searches that returned it
  Duration after = Duration::zero();  ///< from the completing event to the alert
  std::uint64_t suppressed = 0;       ///< matches that it took in
};
struct FoundAlerts {
  std::vector<FoundAlert> alerts;  ///< as they were written
  std::vector<std::pair<WallTime, WallTime>>
      gaps;                        ///< never searched; empty unless the block lists them
  std::vector<FoundMatch> missed;  ///< matches over all events that no alert is or took in
};
/// Errors: those of a search that fails as it runs; E456 runs closer than the rule's
/// interval, or more than case_runs_max.
using ScheduleEngine =
    std::function<Result<FoundAlerts>(const CaseBlock&, const eql::CheckedQuery&)>;

struct NamedEngine {
  std::string name;
  Engine run;                    ///< empty: not for blocks that expect matches
  ScheduleEngine schedule = {};  ///< empty: not for blocks that expect alerts
};

/// The engine of this program three times: one event a batch, seven, and all in one (`batch-1`,
/// `batch-7`, `whole`). Where batches end must never show. Alerts also by evaluating every run
/// (`every-run`) where the others pass over those that see nothing new.
[[nodiscard]] std::vector<NamedEngine> built_in_engines();
/// The `whole` one of these, for whoever runs a block very often.
[[nodiscard]] Engine fast_engine();

}  // namespace eqlab::cases
