#pragma once

#include "harness/rule/closed_forms.h"

/// The closed forms of `harness/rule/closed_forms.h`, and the one that needs the engine's windows.
namespace eqlab::schedule {

using rule::blind_spot;
using rule::guaranteed_delay;
using rule::Latency;
using rule::latency;
using rule::SequenceTiming;
using rule::settle_time;
using rule::Sightings;
using rule::sightings;
using rule::sufficient_look_back;

/// The delay still guaranteed to events near the previous run when the next one follows after
/// `spacing` (F6), catch-up included. Negative: so much event time is never searched.
[[nodiscard]] Duration guaranteed_after_spacing(const rule::Schedule& schedule, Duration spacing);

}  // namespace eqlab::schedule
