// Tested in tests/unit/cli/help_test.cc.
#include "harness/cli/command_help.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/text.h"

namespace eqlab::cli {
namespace {

constexpr std::size_t columns_max = 100;
constexpr std::size_t text_column = 28;  ///< where descriptions begin

std::size_t width(std::string_view text) { return split_characters(text).size(); }

/// Words on lines of at most columns_max, each line after the first indented. `used`: columns taken
/// on the first line.
std::string wrapped(std::string_view text, std::size_t used, std::size_t indent) {
  std::string out;
  std::size_t column = used;
  bool at_start = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    const bool breaks = end < text.size() && text[end] == '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!at_start && column + 1 + width(word) > columns_max) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
      at_start = true;
    }
    out += at_start ? "" : " ";
    out += word;
    column += width(word) + (at_start ? 0 : 1);
    at_start = false;
    if (breaks) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
      at_start = true;
    }
  }
  return out + "\n";
}

/// A name and what it is for, beside it or, below a long one, on lines of their own.
std::string entry(const std::string& name, std::string_view text) {
  std::string out = "  " + name;
  if (text.empty()) return out + "\n";
  const std::size_t used = 2 + width(name);
  out += used + 2 > text_column ? "\n" + std::string(text_column, ' ')
                                : std::string(text_column - used, ' ');
  return out + wrapped(text, text_column, text_column);
}

std::string option_entry(const OptionModel& option) {
  std::vector<std::string> names(option.names.rbegin(), option.names.rend());  // short ones first
  std::string name = join(names, ", ");
  if (option.takes_value) name += " " + option.value + (option.many ? "..." : "");
  std::vector<std::string> notes = {option.description};
  if (!option.range.empty()) notes.push_back(option.range);
  if (option.required) notes.emplace_back("required");
  if (!option.needs.empty()) notes.push_back("only with " + join(option.needs, " and "));
  // An option that many exclude does not name them: they name it.
  constexpr std::size_t excluded_max = 3;
  if (!option.excludes.empty() && option.excludes.size() <= excluded_max)
    notes.push_back("not with " + join(option.excludes, " or "));
  if (!option.standard.empty()) notes.push_back("default: " + option.standard);
  return entry(name, join(notes, "; "));
}

/// Examples are indented, and stay as written.
std::string footer_text(std::string_view footer) {
  std::string out;
  while (!footer.empty()) {
    const std::size_t end = std::min(footer.find('\n'), footer.size());
    const std::string_view line = footer.substr(0, end);
    footer.remove_prefix(std::min(end + 1, footer.size()));
    out += line.starts_with(' ') ? std::string(line) + "\n" : wrapped(line, 0, 0);
  }
  return out;
}

/// Members by group, in order of each group's first.
template <class Member>
std::vector<std::pair<std::string, std::vector<const Member*>>> by_group(
    const std::vector<Member>& members) {
  std::vector<std::pair<std::string, std::vector<const Member*>>> out;
  for (const Member& member : members) {
    auto found = std::ranges::find_if(out, [&](const auto& g) { return g.first == member.group; });
    if (found == out.end()) found = out.insert(out.end(), {member.group, {}});
    found->second.push_back(&member);
  }
  return out;
}

}  // namespace

std::string help_text(const CommandModel& command, const std::string& path) {
  std::string out = wrapped(command.description, 0, 0) + "\n";
  std::string usage = "Usage: " + path;
  if (!command.options.empty()) usage += " [OPTIONS]";
  for (const PositionalModel& positional : command.positionals) {
    const std::string name = positional.name + (positional.many ? "..." : "");
    usage += positional.required ? " " + name : format(" [{}]", name);
  }
  if (!command.commands.empty()) usage += " COMMAND";
  out += wrapped(usage, 0, 7);
  if (!command.positionals.empty()) out += "\nArguments:\n";
  for (const PositionalModel& positional : command.positionals) {
    std::string text = positional.description;
    if (!positional.standard.empty()) text += "; default: " + positional.standard;
    out += entry(positional.name + (positional.many ? "..." : ""), text);
  }
  for (const auto& [group, commands] : by_group(command.commands)) {
    out += format("\n{}:\n", group);
    for (const CommandModel* const one : commands) out += entry(one->name, one->description);
  }
  for (const auto& [group, options] : by_group(command.options)) {
    out += format("\n{}:\n", group);
    for (const OptionModel* const option : options) out += option_entry(*option);
  }
  if (!command.footer.empty()) out += "\n" + footer_text(command.footer);
  return out;
}

namespace {

// NOLINTNEXTLINE(misc-no-recursion): as deep as commands have commands
std::string help_of_all(const CommandModel& command, const std::string& path) {
  std::string out = help_text(command, path);
  for (const CommandModel& inner : command.commands) {
    const std::string longer = path + " " + inner.name;
    out += format("\n--- {} ---\n\n{}", longer, help_of_all(inner, longer));
  }
  return out;
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string path,
                                     CLI::AppFormatMode mode) const {
  const CommandModel model = model_of(*app);
  return mode == CLI::AppFormatMode::All ? help_of_all(model, path) : help_text(model, path);
}

}  // namespace eqlab::cli
