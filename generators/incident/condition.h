#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/time.h"

namespace eqlab::generators {

/// What became of one step in one run of a scenario.
struct StepRecord {
  std::vector<EventTime> times = {};  ///< of its execs, or of its connections that begin
  bool replaced_parent = false;       ///< it ran in the place of its parent
  bool is_orphan = false;             ///< launchd shows as its parent
  bool is_ipv6 = false;               ///< it connected to an IPv6 address
};

/// One of several ways in which a scenario can go; drawn once for each run.
struct Choice {
  std::string name;
  std::vector<std::string> options;
  std::vector<double> weights;  ///< as many, adding up to more than 0
};

/// A statement about one run, as scenario files write it:
///
///     within(postinstall, download, 15s) and not orphan(curl)
///
/// with `within(A, B, LENGTH)` (B happens at or after A, at most that much later), `happens(A)`,
/// `in_place(A)`, `orphan(A)`, `ipv6(A)`, `CHOICE is OPTION`, `and`, `or`, `not` and brackets.
/// Times are compared as a document's `@timestamp` is: in whole milliseconds.
class Condition {
 public:
  /// `steps` and `chosen` as in the scenario whose names the condition was parsed with.
  [[nodiscard]] bool holds(std::span<const StepRecord> steps,
                           std::span<const std::uint32_t> chosen) const;
  /// True or false before anything has been simulated: nothing but choices.
  [[nodiscard]] bool is_about_choices() const;

 private:
  friend class ConditionParser;
  [[nodiscard]] bool is_within(std::span<const StepRecord> steps) const;

  enum class Op : std::uint8_t { within, happens, in_place, orphan, ipv6, chosen, all, any, none };

  Op op_ = Op::all;
  std::vector<std::uint32_t> first_;   // steps: one, or one for each round of a loop
  std::vector<std::uint32_t> second_;  // within
  Duration length_{};                  // within
  std::uint32_t choice_ = 0;
  std::uint32_t option_ = 0;
  std::vector<Condition> parts_;  // all, any, none
};

/// The names that a condition may use. A step inside a loop occurs once for each round, under one
/// name.
struct ConditionNames {
  std::span<const std::string> steps;
  std::span<const Choice> choices;
};

/// Errors, with spans in `text`: E505 not a condition, or a name that does not exist.
[[nodiscard]] Result<Condition> parse_condition(std::string_view text, const ConditionNames& names);

}  // namespace eqlab::generators
