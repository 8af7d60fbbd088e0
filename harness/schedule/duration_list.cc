#include "harness/schedule/duration_list.h"

#include <chrono>
#include <optional>
#include <set>

#include "harness/base/text.h"

namespace eqlab::schedule {
namespace {

using std::chrono::milliseconds;

Status add_range(std::string_view part, std::string_view option, std::set<Duration>& out) {
  const auto give_up = [&] {
    return fail(
        error_in({}, "E720", format("--{}: \"{}\" is not understood", option, printable(part)),
                 format("write for example: --{} 5s,15s,30s or --{} 1s..100s/1s", option, option)));
  };
  const std::size_t dots = part.find("..");
  const auto low = parse_duration(part.substr(0, dots));
  std::optional<Duration> high = low;
  std::optional<Duration> step = low;
  if (dots != std::string_view::npos) {
    const std::string_view rest = part.substr(dots + 2);
    const std::size_t slash = rest.find('/');
    high = parse_duration(rest.substr(0, slash));
    if (slash != std::string_view::npos) step = parse_duration(rest.substr(slash + 1));
  }
  if (!low || !high || !step || *low < milliseconds(1) || *step < milliseconds(1) || *high < *low ||
      *low % milliseconds(1) != Duration::zero() || *step % milliseconds(1) != Duration::zero())
    return give_up();
  if ((*high - *low) / *step >= static_cast<std::int64_t>(sweep_points_max))
    return fail(error_in(
        {}, "E720", format("--{}: more than {} values", option, sweep_points_max),
        "take larger steps: " + std::string(part.substr(0, part.find('/'))) + "/10s, say"));
  for (Duration value = *low; value <= *high; value += *step) out.insert(value);
  return ok();
}

}  // namespace

Result<std::vector<Duration>> parse_durations(std::string_view text, std::string_view option) {
  std::set<Duration> out;
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    EQLAB_CHECK(add_range(trim(rest.substr(0, comma)), option, out));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (out.size() > sweep_points_max)
    return fail(error_in({}, "E720", format("--{}: more than {} values", option, sweep_points_max),
                         "name fewer"));
  return std::vector<Duration>(out.begin(), out.end());
}

}  // namespace eqlab::schedule
