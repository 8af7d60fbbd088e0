#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/diagnostic.h"

/// SARIF 2.1.0 as OASIS defines it, kept to what GitHub, GitLab, Azure and editors read.
namespace eqlab::report {

/// One message, and the file and rule that it is about.
struct SarifFinding {
  Diagnostic diagnostic;
  std::string file;  ///< where the diagnostic has no place of its own
  std::string name;  ///< of the rule; may be empty
};

/// What a code means that stands in no table of ours.
struct SarifDescriptor {
  std::string_view code;
  std::string_view title;
  std::string_view help;
};

struct SarifRun {
  std::vector<SarifFinding> findings;
  std::vector<std::string> files;            ///< all that were looked at
  std::vector<SarifDescriptor> descriptors;  ///< besides those of ERRORS.md
  std::string path_prefix;  ///< put before relative paths: of the folder they count from
  std::string tool_version;
  int exit_status = 0;
};

/// One run, a result for each finding, a descriptor for each code that occurs. Columns count UTF-16
/// code units, as SARIF's readers expect. Paths become relative URIs (absolute ones `file:`), and
/// fingerprints survive lines that move. Any text may go in. Same input, same bytes.
[[nodiscard]] std::string write_sarif(const SarifRun& run);

}  // namespace eqlab::report
