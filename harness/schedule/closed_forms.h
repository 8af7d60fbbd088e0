#pragma once

#include "harness/rule/closed_forms.h"

/// The closed forms of `harness/rule/closed_forms.h`, and one asked of the engine's own windows.
namespace eqlab::schedule {

using rule::blind_spot;
using rule::cap_outcome;
using rule::CapOutcome;
using rule::catch_up_windows;
using rule::delay_after_spacing;
using rule::guaranteed_delay;
using rule::guaranteed_skew;
using rule::Latency;
using rule::latency;
using rule::newer_matches;
using rule::schedule_figures;
using rule::ScheduleFigures;
using rule::SequenceTiming;
using rule::settle_time;
using rule::Sightings;
using rule::sightings;
using rule::sightings_by_ingest;
using rule::steady_rate_max;
using rule::straddle_loss;
using rule::straddle_share;
using rule::straddle_slack;
using rule::sufficient_look_back;
using rule::unsearched_after_spacing;
using rule::with_clock_ahead;

/// The delay still guaranteed to events near the previous run when the next one follows after
/// `spacing` (F6), catch-up included, as the engine plans its windows: delay_after_spacing says the
/// same by arithmetic.
[[nodiscard]] Duration guaranteed_after_spacing(const rule::Schedule& schedule, Duration spacing);

}  // namespace eqlab::schedule
