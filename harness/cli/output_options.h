#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/text.h"
#include "harness/cli/console.h"
#include "harness/report/outputs.h"

/// `--format` and `--output-…` of a command, from the table of report/outputs.h.
namespace eqlab::cli {

/// What was asked for. `format` holds the default when the options are defined.
struct OutputOptions {
  std::string format = "text";                             ///< of standard output
  std::vector<std::pair<std::string, std::string>> files;  ///< format and path; empty: not asked

  /// Whether a file in this format is asked for.
  [[nodiscard]] bool writes(std::string_view file_format) const;
};

/// How standard output shows a result.
[[nodiscard]] report::View view_of(const Console& console);

/// The parts of add_output_options that do not depend on the kind.
void add_format_option(CLI::App& command, OutputOptions& options,
                       const std::vector<std::string>& formats, const std::string& help);
void add_file_option(CLI::App& command, std::pair<std::string, std::string>& file,
                     std::string_view help);

/// Defines `--format` and an `--output-NAME` for each format that is offered as a file. `help` is
/// that of `--format`; empty: the names. `options` must outlive the parsing.
template <class Kind>
void add_output_options(CLI::App& command, OutputOptions& options, const std::string& help = {}) {
  std::vector<std::string> on_screen;
  for (const report::Output<Kind>& output : report::outputs_of<Kind>()) {
    if (output.offered != report::Offered::in_file) on_screen.emplace_back(output.format);
    if (output.offered != report::Offered::on_screen) options.files.emplace_back(output.format, "");
  }
  add_format_option(command, options, on_screen, help);
  for (auto& file : options.files)
    add_file_option(command, file, report::output_named<Kind>(file.first)->file_help);
}

/// To be asked before the work begins. Errors: E790 (a page is wanted that nobody could write).
[[nodiscard]] Status check_outputs(const OutputOptions& options);

/// All files that were asked for, each whole or not at all. Errors: E902; E790.
template <class Kind>
[[nodiscard]] Status write_files(const OutputOptions& options, const Kind& result) {
  for (const auto& [name, path] : options.files) {
    if (path.empty()) continue;
    EQLAB_TRY(const std::string text, report::output_named<Kind>(name)->write(result, {}));
    EQLAB_CHECK(write_file(path, text));
  }
  return ok();
}

/// What standard output shows. Only pages can fail, and they are files.
template <class Kind>
void print_result(const OutputOptions& options, const Kind& result, const report::View& view,
                  Console& console) {
  if (const auto text = report::output_named<Kind>(options.format)->write(result, view)) {
    console.print(*text);
  } else {
    console.report(text.error());
  }
}

/// The files, then standard output.
template <class Kind>
[[nodiscard]] Status write_outputs(const OutputOptions& options, const Kind& result,
                                   const report::View& view, Console& console) {
  EQLAB_CHECK(write_files(options, result));
  print_result(options, result, view, console);
  return ok();
}

}  // namespace eqlab::cli
