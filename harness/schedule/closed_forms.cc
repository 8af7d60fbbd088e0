#include "harness/schedule/closed_forms.h"

#include "harness/schedule/run_clock.h"

namespace eqlab::schedule {

Duration guaranteed_after_spacing(const rule::Schedule& schedule, Duration spacing) {
  const WallTime previous{};
  const WallTime now = previous + spacing;
  return previous - on_clock<WallTime>(plan_windows(schedule, now, previous).windows.front().from);
}

}  // namespace eqlab::schedule
