#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

/// The command line as data, read off its definitions: for `--help`, completions and the manual
/// page, which can therefore never say different things.
namespace eqlab::cli {

struct OptionModel {
  std::vector<std::string> names;  ///< with their dashes, long ones first
  bool takes_value = false;
  bool many = false;  ///< several values after one name
  bool required = false;
  std::string value;  ///< as people call it: FILE, NUMBER, text|json; empty for a flag
  std::vector<std::string> choices;   ///< the only values, where the definition lists them
  std::string range;                  ///< of a number: `1 to 256`; may be empty
  std::string standard;               ///< value in force without it; may be empty
  std::vector<std::string> needs;     ///< options without which it says nothing, by name
  std::vector<std::string> excludes;  ///< options that it cannot stand beside, by name
  std::string group;                  ///< heading that it stands under
  std::string description;
};

struct PositionalModel {
  std::string name;
  bool required = false;
  bool many = false;
  std::string standard;  ///< as of an option
  std::string description;
};

struct CommandModel {
  std::string name;   ///< `eqlab`, `score`, `verify`
  std::string group;  ///< heading that it stands under
  std::string description;
  std::vector<OptionModel> options;
  std::vector<PositionalModel> positionals;
  std::vector<CommandModel> commands;  ///< in the order of their definition
  std::string footer;                  ///< examples and the like, lines ended by "\n"
};

[[nodiscard]] CommandModel model_of(const CLI::App& app);

/// Scripts for bash (4.2 or later), zsh and fish; `shell` is one of these names. Files are
/// completed where no list of values is known.
[[nodiscard]] std::string completion_script(const CommandModel& program, const std::string& shell);

/// The manual page in man(7) macros: one section a command.
[[nodiscard]] std::string manual_page(const CommandModel& program, const std::string& version);

}  // namespace eqlab::cli
