#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/rule/rule.h"
#include "harness/schedule/simulation.h"

namespace eqlab::schedule {

/// What is other than the rule and the program say about when the rule runs and what it can see.
struct ScheduleChange {
  std::optional<Duration> interval = {};
  std::optional<Duration> look_back = {};
  std::optional<Duration> to = {};
  std::optional<std::uint32_t> cap = {};
  std::optional<Duration> delay = {};  ///< from ingest until a search can see an event
  std::optional<Duration> run = {};    ///< how long a run takes
  std::optional<Duration> phase = {};  ///< of the grid of runs

  /// Errors, where what comes out searches nothing: E905 by this change; E303, at no place in the
  /// rule, where the rule does so itself.
  [[nodiscard]] Status apply(rule::Schedule& schedule, SimulationOptions& options) const;
};

/// `interval=5m,lookback=9m,cap=100,delay=30s`, any of them; the empty text changes nothing.
/// Errors: E905.
[[nodiscard]] Result<ScheduleChange> parse_schedule_change(std::string_view text);

}  // namespace eqlab::schedule
