#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// JUnit XML, as CI servers read it.
namespace eqlab::report {

struct JunitFailure {
  std::string message;  ///< one line
  std::string text;     ///< the details
};

struct JunitCase {
  std::string name;
  std::optional<double> seconds = std::nullopt;
  std::vector<JunitFailure> failures = {};  ///< none: passed
  /// Not run, and why.
  std::optional<std::string> skipped = std::nullopt;
};

struct JunitSuite {
  std::string name;
  std::vector<JunitCase> cases;
};

/// Any text may go in: bytes that are not UTF-8 and characters that XML forbids become U+FFFD.
/// Same input, same bytes.
[[nodiscard]] std::string write_junit(const std::vector<JunitSuite>& suites);

/// `text` with everything that XML 1.0 cannot carry replaced.
[[nodiscard]] std::string xml_text(std::string_view text);

}  // namespace eqlab::report
