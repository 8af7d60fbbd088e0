// Equal lines at both ends are set aside; what is left is small in practice, so its longest common
// subsequence is found by the plain table. Tested in tests/unit/cli/fmt_test.cc.
#include "harness/base/line_diff.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "harness/base/text.h"

namespace eqlab {
namespace {

constexpr std::size_t table_cells_max = 4'000'000;
constexpr std::size_t context_lines = 3;

using Lines = std::vector<std::string_view>;

/// Each with its line end, so that a last line without one differs from one with it.
Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t length = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

struct Edit {
  char sign;  ///< ' ', '-' or '+'
  std::string_view line;
};

/// The edits of the stretch between equal beginnings and ends.
void add_changes(const Lines& before, const Lines& after, std::vector<Edit>& edits) {
  const std::size_t rows = before.size();
  const std::size_t columns = after.size();
  // common[i * (columns + 1) + j]: the most lines that before[i…] and after[j…] share in order.
  std::vector<std::uint32_t> common;
  if ((rows + 1) * (columns + 1) <= table_cells_max) {
    common.assign((rows + 1) * (columns + 1), 0);
    for (std::size_t i = rows; i-- > 0;) {
      for (std::size_t j = columns; j-- > 0;) {
        common[i * (columns + 1) + j] =
            before[i] == after[j]
                ? common[(i + 1) * (columns + 1) + j + 1] + 1
                : std::max(common[(i + 1) * (columns + 1) + j], common[i * (columns + 1) + j + 1]);
      }
    }
  }
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < rows || j < columns) {
    if (!common.empty() && i < rows && j < columns && before[i] == after[j]) {
      edits.push_back({' ', before[i++]});
      ++j;
    } else if (i < rows &&
               (common.empty() || j == columns ||
                common[(i + 1) * (columns + 1) + j] >= common[i * (columns + 1) + j + 1])) {
      edits.push_back({'-', before[i++]});
    } else {
      edits.push_back({'+', after[j++]});
    }
  }
}

/// `@@ -12,3` of a hunk's head: the first line, or the one before when there is none.
std::string range(std::size_t first, std::size_t count) {
  return format("{},{}", count == 0 ? first - 1 : first, count);
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view name) {
  if (before == after) return {};
  const Lines old_lines = lines_of(before);
  const Lines new_lines = lines_of(after);
  const std::size_t most = std::min(old_lines.size(), new_lines.size());
  std::size_t head = 0;
  while (head < most && old_lines[head] == new_lines[head]) ++head;
  std::size_t tail = 0;
  while (tail < most - head &&
         old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail])
    ++tail;
  const auto middle = [&](const Lines& lines) {
    return Lines(lines.begin() + static_cast<std::ptrdiff_t>(head),
                 lines.end() - static_cast<std::ptrdiff_t>(tail));
  };
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < head; ++i) edits.push_back({' ', old_lines[i]});
  add_changes(middle(old_lines), middle(new_lines), edits);
  for (std::size_t i = old_lines.size() - tail; i < old_lines.size(); ++i)
    edits.push_back({' ', old_lines[i]});

  std::string out = format("--- {}\n+++ {}\n", name, name);
  std::size_t old_line = 1;
  std::size_t new_line = 1;
  for (std::size_t at = 0; at < edits.size();) {
    // A hunk: changes with at most twice the context between one and the next.
    std::size_t first = at;
    while (first < edits.size() && edits[first].sign == ' ') ++first;
    if (first == edits.size()) break;
    std::size_t last = first;  // change
    for (std::size_t i = first; i < edits.size() && i <= last + 2 * context_lines + 1; ++i) {
      if (edits[i].sign != ' ') last = i;
    }
    const std::size_t begin = std::max(at, first - std::min(first, context_lines));
    const std::size_t end = std::min(edits.size(), last + 1 + context_lines);
    old_line += begin - at;
    new_line += begin - at;
    std::string body;
    std::size_t old_count = 0;
    std::size_t new_count = 0;
    for (std::size_t i = begin; i < end; ++i) {
      old_count += edits[i].sign != '+' ? 1U : 0U;
      new_count += edits[i].sign != '-' ? 1U : 0U;
      body += edits[i].sign;
      body += edits[i].line;
      if (!edits[i].line.ends_with('\n')) body += "\n\\ No newline at end of file\n";
    }
    out += format("@@ -{} +{} @@\n", range(old_line, old_count), range(new_line, new_count)) + body;
    old_line += old_count;
    new_line += new_count;
    at = end;
  }
  return out;
}

}  // namespace eqlab
