#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "harness/cli/command_model.h"

namespace eqlab::cli {

/// The text of `--help`, at most 100 columns wide but for examples, which stay as written. `path`:
/// `eqlab corpus verify`.
[[nodiscard]] std::string help_text(const CommandModel& command, const std::string& path);

/// Lets CLI11 print help_text, and for `--help-all` that of every command below too.
class HelpFormatter : public CLI::FormatterBase {
 public:
  [[nodiscard]] std::string make_help(const CLI::App* app, std::string path,
                                      CLI::AppFormatMode mode) const override;
};

}  // namespace eqlab::cli
