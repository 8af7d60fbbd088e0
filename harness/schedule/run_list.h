#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/schedule/run_clock.h"

/// How people write down when a rule ran and what went wrong: for options of the command line and
/// for files. Spans of errors count in the text given.
namespace eqlab::schedule {

/// A moment, as a date or counted from where the events begin.
struct Moment {
  std::optional<WallTime> at = std::nullopt;
  Duration offset = Duration::zero();  ///< where `at` is nothing
  friend bool operator==(const Moment&, const Moment&) = default;
};
[[nodiscard]] WallTime resolve(const Moment& moment, EventTime start);
/// Rising, each once: what SimulationOptions::run_times asks for.
[[nodiscard]] std::vector<WallTime> resolve(const std::vector<Moment>& moments, EventTime start);

/// More are refused: a run a minute for two years.
inline constexpr std::size_t listed_runs_max = 1'000'000;

/// `+0m,+5m,+17m` or `2026-03-02T10:00:00Z,2026-03-02T10:05:12Z`: dates, and offsets from where the
/// events begin (`-5m` lies before), in any order, between commas, spaces or line ends; from `#` to
/// the end of a line is comment. So the text of a file with one a line is as good. Errors: E661
/// what is neither, no moment at all, or too many.
[[nodiscard]] Result<std::vector<Moment>> parse_runs_at(std::string_view text);

/// `3,7-9,12:throws,20:+7m`: runs counted from 0, or from-to, and after a colon what happens, where
/// it is not that the search fails: `throws` (the task does; retried after the interval),
/// `unavailable` (throws; retried after at most 5 minutes), `blocked` (throws; retried after a
/// minute), `dies` (after writing alerts), `+7m` (starts so much late and succeeds, unless another
/// word says otherwise), `takes=20m` (likewise). The answer rises by run. `interval` is the rule's.
/// Errors: E662 what cannot be read, no run at all, a run twice, or too many.
[[nodiscard]] Result<std::vector<Disturbance>> parse_failed_runs(std::string_view text,
                                                                 Duration interval);

/// `+2h..+3h,2026-03-03T10:00:00Z..`: from when to when the rule is disabled, each end a moment as
/// in parse_runs_at; without an end it stays so. In any order.
struct WrittenPause {
  Moment from;
  std::optional<Moment> to = std::nullopt;
};
/// Errors: E663 what is no such pair, no pause at all, or too many.
[[nodiscard]] Result<std::vector<WrittenPause>> parse_pauses(std::string_view text);
/// Rising, as SimulationOptions::pauses asks for. Errors: E663 one that ends before it begins, or
/// two that overlap, which only the moments themselves tell.
[[nodiscard]] Result<std::vector<Pause>> resolve(const std::vector<WrittenPause>& pauses,
                                                 EventTime start);

}  // namespace eqlab::schedule
