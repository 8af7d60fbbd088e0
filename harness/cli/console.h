#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/diagnostic.h"
#include "harness/base/result.h"
#include "harness/run/watcher.h"

/// The one folder that knows the outside world: arguments, environment, standard streams, signals,
/// the clock, exit statuses.
namespace eqlab::cli {

/// Exit statuses: a pipeline must tell "the check failed" from "the harness broke".
enum class Exit : int {
  fine = 0,
  check_failed = 1,
  unusable = 2,
  io_failed = 3,
  interrupted = 130
};

/// As `harness/base/ERRORS.md` has it.
[[nodiscard]] Exit exit_for(const Diagnostic& diagnostic);

/// Standard output and error, and what a terminal adds to them.
class Console {
 public:
  /// Looks at the streams and at NO_COLOR, TERM and CLICOLOR_FORCE; starts listening for Ctrl-C.
  Console();

  /// Results. False once standard output cannot be written (a full disk).
  bool print(std::string_view text);
  /// Diagnostics and summaries, to standard error; ends a progress line first.
  void note(std::string_view text);
  void report(const Diagnostic& diagnostic);

  [[nodiscard]] bool output_has_colour() const { return output_has_colour_; }
  [[nodiscard]] bool output_is_terminal() const { return output_is_terminal_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }

  /// Requested by the first Ctrl-C (or SIGTERM). The second ends the program at once, and so does
  /// the first after a second of waiting, for work that cannot look up (reading a silent pipe),
  /// unless `wait_for_clean_up` was called.
  [[nodiscard]] std::stop_token stop() const;
  /// From here on the program has something to take away before it ends.
  void wait_for_clean_up();

  /// A progress bar on standard error, shown only on a terminal and only for work of more than a
  /// second.
  void progress(std::string_view what, std::uint64_t done, std::uint64_t total);
  void end_progress();

  /// This console as who looks at long work; it must outlive that.
  [[nodiscard]] run::Watcher watcher();

  /// Flushes standard output; the status to leave with.
  [[nodiscard]] Exit finish(Exit status);

 private:
  bool output_is_terminal_ = false;
  bool error_is_terminal_ = false;
  bool output_has_colour_ = false;
  bool error_has_colour_ = false;
  bool output_failed_ = false;
  bool progress_shown_ = false;
  std::size_t columns_ = 100;
  std::int64_t started_ms_ = 0;
  std::int64_t last_progress_ms_ = 0;
};

/// Writes the file whole or not at all: to a temporary name beside it, then renamed. Missing
/// folders are made, permissions kept. A link is followed; what is no regular file (a pipe, a
/// device) is written to as it is. Errors: E902.
[[nodiscard]] Status write_file(const std::string& path, std::string_view content);
/// Seconds of a monotonic clock, for "took 12.4 s".
[[nodiscard]] double seconds_now();

/// The command line as a user would type it again, quoted for a shell.
[[nodiscard]] std::string quote_command(const std::vector<std::string>& words);

}  // namespace eqlab::cli
