#include "harness/cli/read_notes.h"

#include "harness/base/text.h"

namespace eqlab::cli {

void note_read(const event::ReadReport& read, Console& console) {
  for (const event::InputProblem& problem : read.problems) {
    console.note(format("{}:{}: malformed: {}\n", printable(problem.file), problem.line,
                        printable(problem.message)));
  }
  if (read.malformed > read.problems.size())
    console.note(format("… and {} more malformed\n", group_digits(static_cast<std::int64_t>(
                                                         read.malformed - read.problems.size()))));
}

void note_limits(const match::Matches& all, Console& console) {
  const auto warn = [&console](std::uint64_t count, std::string_view what) {
    if (count > 0)
      console.note(format("warning: {} {}; results may lack some\n",
                          group_digits(static_cast<std::int64_t>(count)), what));
  };
  warn(all.dropped_pending, "unfinished sequences were dropped to bound memory");
  warn(all.dropped_matches, "results were dropped to bound memory");
  warn(all.cut_keys, "times an event had more combinations of join keys than are followed");
}

std::string read_summary(const event::ReadReport& read) {
  const auto count = [](std::uint64_t n) { return group_digits(static_cast<std::int64_t>(n)); };
  std::string text = format("read {} events: {} usable, {} malformed", count(read.read),
                            count(read.usable), count(read.malformed));
  if (read.undated > 0)
    text += format(", {} without a time (no sequence can use them)", count(read.undated));
  if (read.ill_typed > 0)
    text +=
        format(", {} values not of their field's type (taken as missing)", count(read.ill_typed));
  return text;
}

}  // namespace eqlab::cli
