#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/rule/rule.h"

namespace eqlab::cli {

/// Which rule of a file is meant, and the time at which it runs.
struct RuleChoice {
  std::string rule_id;  ///< rule_id or name; empty: the only rule of the file
  std::string at;       ///< ISO 8601; empty: no exception has expired
};

/// `--rule-id` and `--at`.
void add_rule_choice(CLI::App& command, RuleChoice& choice);
/// `--at` alone.
void add_at_option(CLI::App& command, std::string& at);

/// Errors: E905 not a time.
[[nodiscard]] Result<std::optional<WallTime>> time_from(const std::string& at);
/// Errors: those of rule::load_rule; E905.
[[nodiscard]] Result<rule::Rule> load_chosen_rule(const std::string& path,
                                                  const RuleChoice& choice);

}  // namespace eqlab::cli
