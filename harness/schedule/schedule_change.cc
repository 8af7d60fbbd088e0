#include "harness/schedule/schedule_change.h"

#include <algorithm>

#include "harness/base/text.h"
#include "harness/rule/date_math.h"

namespace eqlab::schedule {
namespace {

/// The text up to the next comma, which is taken off `rest`.
std::string_view next_part(std::string_view& rest) {
  const std::size_t comma = rest.find(',');
  const std::string_view part = rest.substr(0, comma);
  rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  return trim(part);
}

bool set(ScheduleChange& change, std::string_view name, std::string_view value) {
  if (name == "cap") {
    const auto number = parse_number<unsigned>(value);
    if (number && *number > 0) change.cap = *number;
    return number && *number > 0;
  }
  const auto duration = parse_duration(value);
  if (!duration || *duration < Duration::zero() || *duration > rule::schedule_length_max)
    return false;
  if (name == "interval") {
    change.interval = *duration;
    return *duration >= std::chrono::seconds{1};
  }
  if (name == "lookback") {
    change.look_back = *duration;
    return *duration > Duration::zero();
  }
  std::optional<Duration>* const target = name == "to"      ? &change.to
                                          : name == "delay" ? &change.delay
                                          : name == "run"   ? &change.run
                                          : name == "phase" ? &change.phase
                                                            : nullptr;
  if (target == nullptr) return false;
  *target = *duration;
  return true;
}

}  // namespace

Status ScheduleChange::apply(rule::Schedule& schedule, SimulationOptions& options) const {
  schedule.interval = interval.value_or(schedule.interval);
  schedule.look_back = look_back.value_or(schedule.look_back);
  schedule.to = to.value_or(schedule.to);
  schedule.max_signals = cap.value_or(schedule.max_signals);
  options.refresh = delay.value_or(options.refresh);
  options.run_duration = run.value_or(options.run_duration);
  options.phase = phase.value_or(options.phase);
  if (schedule.to < schedule.look_back) return ok();
  if (!look_back && !to) {
    return fail(error_at({}, "E303", "the rule's window ends before it begins: no event is read",
                         "let from lie before to, as from = \"now-9m\" does without a to"));
  }
  return fail(error_in({}, "E905", "--schedule: to lies at or before the look-back's start",
                       "a run searches from now-lookback to now-to"));
}

Result<ScheduleChange> parse_schedule_change(std::string_view text) {
  ScheduleChange change;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view part = next_part(rest);
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos ||
        !set(change, part.substr(0, equals), part.substr(equals + 1))) {
      return fail(error_in({}, "E905", format("--schedule: {} is not understood", printable(part)),
                           "write interval=5m,lookback=9m,to=0s,cap=100, delay=1s from ingest to "
                           "search, run=4s or phase=0s: any of them; no length above 3650d"));
    }
  }
  return change;
}

}  // namespace eqlab::schedule
