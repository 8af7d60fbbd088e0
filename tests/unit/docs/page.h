#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Pages of the guide whose examples are run: every block that begins with ```console holds
/// commands (`$ ` before them, `> ` before their further lines, of which an empty one is `>`) and
/// what they print.
namespace eqlab::docs {

struct Command {
  std::string text;  ///< lines ended by "\n"
  std::vector<std::string>
      expected;          ///< lines; `…` in one stands for any text, alone for any lines
  std::size_t line = 0;  ///< of the page, from 1
};

/// All commands of a page, in order. A block without a command is an error, said by a command whose
/// text is empty.
[[nodiscard]] std::vector<Command> commands_of(std::string_view page);

/// Does what was printed agree with what the page shows? Blanks at line ends do not count, nor do
/// empty lines at the end.
[[nodiscard]] bool agrees(const std::vector<std::string>& expected, std::string_view printed);

}  // namespace eqlab::docs
