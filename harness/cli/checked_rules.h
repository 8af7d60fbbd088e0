#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/base/diagnostic.h"
#include "harness/base/time.h"
#include "harness/event/schema.h"
#include "harness/rule/rule.h"

namespace eqlab::cli {

/// What was found out about one rule.
struct CheckedRule {
  std::string file;
  std::uint32_t line = 0;               ///< of a rule that shares its file with others; else 0
  std::string name;                     ///< empty where it could not be read
  std::string summary;                  ///< of a sound rule
  std::vector<Diagnostic> diagnostics;  ///< errors first
  bool sound = false;
};

struct CheckedRules {
  std::vector<CheckedRule> rules;  ///< in order of files, then lines
  std::vector<rule::Skipped> skipped;
  std::vector<Diagnostic> file_diagnostics;  ///< of exports as a whole (L314)
};

/// Loads, compiles and lints every rule under the paths.
[[nodiscard]] CheckedRules check_rules(const std::vector<std::string>& paths,
                                       const event::Schema& schema,
                                       const std::optional<WallTime>& as_of);

/// A line about a rule or about a document that was passed over, ready to print.
[[nodiscard]] std::string summary_line(const CheckedRule& rule);
[[nodiscard]] std::string skipped_line(const rule::Skipped& skipped);

}  // namespace eqlab::cli
