#include "harness/cli/schedule_option.h"

#include <chrono>
#include <string_view>

#include "harness/base/text.h"

namespace eqlab::cli {

Status apply_schedule(const std::string& text, rule::Schedule& schedule) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    const auto duration = parse_duration(value);
    const auto number = parse_number<unsigned>(value);
    if (name == "interval" && duration && *duration >= std::chrono::seconds{1}) {
      schedule.interval = *duration;
    } else if (name == "lookback" && duration && *duration > Duration::zero()) {
      schedule.look_back = *duration;
    } else if (name == "cap" && number && *number > 0) {
      schedule.max_signals = *number;
    } else {
      return fail(error_in({}, "E905", format("--schedule: {} is not understood", printable(part)),
                           "write for example: --schedule interval=5m,lookback=9m,cap=100"));
    }
  }
  return ok();
}

}  // namespace eqlab::cli
