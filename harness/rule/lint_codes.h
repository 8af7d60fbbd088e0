#pragma once

#include <span>
#include <string_view>

#include "harness/base/diagnostic.h"

namespace eqlab::rule {

/// What a code of lint is about, for those who meet it in a report. `severity` is its usual one;
/// some codes tell of milder or graver forms.
struct LintCode {
  std::string_view code;
  Severity severity;
  std::string_view help;  ///< sentences: why it matters, what mends it
};

/// In order of code.
[[nodiscard]] std::span<const LintCode> lint_codes();
/// Nothing for codes that are not lint's.
[[nodiscard]] const LintCode* find_lint_code(std::string_view code);

}  // namespace eqlab::rule
