#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace eqlab::report {

/// What a reader needs to know about a run besides its results, and how to make it again. Filled by
/// whoever ran it.
struct RunInfo {
  std::string rule_name;
  std::string rule_id;
  std::string rule_file;
  std::uint32_t rule_version = 0;     ///< 0: not stated
  std::string corpus;                 ///< profile or folder
  std::uint64_t malformed = 0;        ///< documents of the input that are no events; left out
  std::optional<std::uint64_t> seed;  ///< nothing: the events were given
  std::string command;                ///< makes the same result again
  /// `eqlab explain RULE CORPUS`, to which ` --incident ID` is added; and what must be run before,
  /// if anything (a corpus that was scored as it was generated lies nowhere). Empty: cannot be
  /// offered.
  std::string explain = {};
  std::string before_explain = {};
  std::string variant = {};  ///< what tells this card from others beside it; empty: the rule's name
  std::string tool_version;
  std::vector<std::pair<std::string, std::string>> options;  ///< all that matter, in order
  /// Wall time, for people only: never in a result that is compared.
  std::optional<double> seconds;
};

}  // namespace eqlab::report
