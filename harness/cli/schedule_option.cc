#include "harness/cli/schedule_option.h"

#include <algorithm>

#include "harness/base/text.h"

namespace eqlab::cli {
namespace {

constexpr std::size_t durations_max = 1'000;

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
  if (!duration || *duration < Duration::zero()) return false;
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

Status ScheduleChange::apply(rule::Schedule& schedule, schedule::SimulationOptions& options) const {
  schedule.interval = interval.value_or(schedule.interval);
  schedule.look_back = look_back.value_or(schedule.look_back);
  schedule.to = to.value_or(schedule.to);
  schedule.max_signals = cap.value_or(schedule.max_signals);
  options.refresh = delay.value_or(options.refresh);
  options.run_duration = run.value_or(options.run_duration);
  options.phase = phase.value_or(options.phase);
  if (schedule.to < schedule.look_back) return ok();
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
                           "search, run=4s or phase=0s: any of them"));
    }
  }
  return change;
}

CLI::Option* add_schedule_option(CLI::App& command, std::vector<std::string>& schedules,
                                 bool many) {
  const std::string text = format(
      "Instead of the rule's own: interval=5m,lookback=9m,to=0s,cap=100, and delay=1s from ingest "
      "to search, run=4s, phase=0s; any of them{}",
      many ? "; several times: side by side" : "");
  CLI::Option* const option = command.add_option("--schedule", schedules, text);
  // One value an occurrence: what follows is the next option or rule.
  option->allow_extra_args(false);
  if (!many) option->expected(1);
  return option;
}

Result<std::vector<Duration>> parse_durations(std::string_view option, std::string_view text) {
  std::vector<Duration> out;
  const auto refuse = [&](std::string_view part, std::string_view why) {
    return fail(error_in({}, "E905", format("{}: {} {}", option, printable(part), why),
                         "write for example 15s, or 15s,30s,1m, or 1s..100s, or 10s..60s/5s"));
  };
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view part = next_part(rest);
    const std::size_t dots = part.find("..");
    const std::size_t slash = part.find('/');
    const auto first = parse_duration(part.substr(0, dots));
    if (!first || *first <= Duration::zero()) return refuse(part, "is no length of time");
    if (dots == std::string_view::npos) {
      out.push_back(*first);
    } else {
      const auto last = parse_duration(part.substr(dots + 2, slash - dots - 2));
      const auto step =
          slash == std::string_view::npos ? first : parse_duration(part.substr(slash + 1));
      if (!last || *last < *first || !step || *step <= Duration::zero())
        return refuse(part, "is no range");
      if ((*last - *first) / *step >= static_cast<std::int64_t>(durations_max))
        return refuse(part, format("has more than {} values", durations_max));
      for (Duration at = *first; at <= *last; at += *step) out.push_back(at);
    }
    if (out.size() > durations_max)
      return refuse(text, format("has more than {} values", durations_max));
  }
  if (out.empty()) return refuse(text, "names no value");
  std::ranges::sort(out);
  const auto repeated = std::unique(out.begin(), out.end());
  out.erase(repeated, out.end());
  return out;
}

std::string exact_duration(Duration duration) {
  using namespace std::chrono;
  const auto in = [&](Duration unit) { return duration % unit == Duration::zero(); };
  if (in(minutes{1}) && duration >= minutes{1}) return format("{}m", duration / minutes{1});
  if (in(seconds{1})) return format("{}s", duration / seconds{1});
  if (in(milliseconds{1})) return format("{}ms", duration / milliseconds{1});
  return format("{}ns", duration.count());
}

}  // namespace eqlab::cli
