#pragma once

#include <string_view>
#include <vector>

namespace eqlab {

/// A row of `harness/base/ERRORS.md`, the registry of codes.
struct MessageCode {
  std::string_view code;
  int status;  ///< of a command that gives up over such a message; 1, 2 or 3
  std::string_view when;
};

/// All of them, in order of code.
[[nodiscard]] const std::vector<MessageCode>& message_codes();

/// Nothing for a code that there is not. O(log codes).
[[nodiscard]] const MessageCode* find_message_code(std::string_view code);

}  // namespace eqlab
