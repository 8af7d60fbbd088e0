#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/cases/case_block.h"

/// What a case file says about runs and alerts, line by line. Errors have spans in `text`; a line
/// is the bytes from `begin` to `end` of it.
namespace eqlab::cases {

/// `interval=5m from=now-9m to=now-1m cap=100 refresh=1s search-delay=1s run-time=4s
/// group-by=FIELD,FIELD suppress-for=1h missing=doNotSuppress`, any of them.
/// Errors: E455.
[[nodiscard]] Status read_schedule(std::string_view text, std::size_t begin, std::size_t end,
                                   CaseSchedule& schedule);

/// Adds `TIME`, `TIME=fails` or `TIME=throws` for each run. Errors: E456, also when they do not
/// rise.
[[nodiscard]] Status read_runs(std::string_view text, std::size_t begin, std::size_t end,
                               std::vector<CaseRun>& runs);

/// What one run wrote.
struct AlertLine {
  EventTime run{};                                   ///< when it started
  std::vector<std::string> ids;                      ///< the events', `-` for a placeholder
  std::optional<std::uint64_t> seen = std::nullopt;  ///< searches that returned it
  std::optional<Duration> after = std::nullopt;      ///< from the completing event to the alert
  std::optional<std::uint64_t> suppressed = std::nullopt;  ///< matches that it took in
};
/// `TIME / ID… / seen N / after DURATION / suppressed N`, the last three if wanted. Errors: E457.
[[nodiscard]] Result<AlertLine> read_alert_line(std::string_view text, std::size_t begin,
                                                std::size_t end);
[[nodiscard]] std::string alert_line_text(const AlertLine& line);

/// `TIME to TIME`, in its one spelling. Errors: E457.
[[nodiscard]] Result<std::string> read_gap_line(std::string_view text, std::size_t begin,
                                                std::size_t end);
[[nodiscard]] std::string gap_line_text(EventTime from, EventTime to);

/// The words of a line.
[[nodiscard]] std::vector<Span> word_spans(std::string_view text, std::size_t begin,
                                           std::size_t end);

}  // namespace eqlab::cases
