#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/diagnostic.h"
#include "harness/rule/closed_forms.h"
#include "harness/rule/rule.h"

/// What `check` found, and its two forms for programs.
namespace eqlab::report {

struct CheckedRule {
  std::string file;
  std::uint32_t line = 0;               ///< of a rule that shares its file with others; else 0
  std::string name;                     ///< empty where it could not be read
  std::string summary;                  ///< of a usable rule
  std::vector<Diagnostic> diagnostics;  ///< errors first
  bool usable = false;
  std::optional<rule::ScheduleFigures> schedule = std::nullopt;  ///< of a usable rule
};

struct CheckResult {
  std::vector<CheckedRule> rules;            ///< in order of files, then lines
  std::vector<rule::Skipped> skipped;        ///< rules of other types, and files without a rule
  std::vector<Diagnostic> file_diagnostics;  ///< of exports as a whole (L314), with their places
  std::size_t ignored = 0;  ///< findings left out because their code was (`--ignore`)
  std::string tool_version;
  int exit_status = 0;
  /// Findings of one severity over all rules and files.
  [[nodiscard]] std::size_t count(Severity severity) const;
};

/// Keys: harness/cli/README.md.
[[nodiscard]] std::string write_check_json(const CheckResult& result);

/// SARIF 2.1.0: one run, a result for each finding, a descriptor for each code that occurs. Columns
/// count UTF-16 code units, as SARIF's readers expect. Paths become relative URIs (absolute ones
/// `file:`), and fingerprints survive lines that move. Any text may go in. Same input, same bytes.
[[nodiscard]] std::string write_check_sarif(const CheckResult& result);

}  // namespace eqlab::report
