#pragma once

#include <string>

#include "harness/cli/console.h"
#include "harness/event/io/read_report.h"
#include "harness/match/matcher.h"
#include "harness/rule/rule.h"

/// What commands say on standard error of what they read and found.
namespace eqlab::cli {

/// Malformed events, to standard error.
void note_read(const event::ReadReport& read, Console& console);
/// `read 7 events: 6 usable, 1 malformed` and what else is worth knowing; without a line end.
[[nodiscard]] std::string read_summary(const event::ReadReport& read);
/// What limits cut off, to standard error.
void note_limits(const match::Matches& all, Console& console);

}  // namespace eqlab::cli
