#pragma once

#include <cstddef>
#include <cstdint>

namespace eqlab::report {

/// ANSI sequences for strong lines; the text itself never brings any.
enum class Colour : std::uint8_t { off, on };

/// `summary` fits one screen; `full` adds everything else below the same answer.
enum class Detail : std::uint8_t { summary, full };

/// How a result is shown to people. Files get the default.
struct View {
  std::size_t columns = 100;  ///< lines are cut to this, except commands
  Colour colour = Colour::off;
  Detail detail = Detail::summary;
  bool shows_cases = false;          ///< of `mutate`: the killing cases, ready to be copied
  bool is_read_by_workflow = false;  ///< of `gate`: nothing may be taken for a workflow command
};

/// Rows of each list in a summary; what is left out is counted.
inline constexpr std::size_t summary_rows_max = 6;

}  // namespace eqlab::report
