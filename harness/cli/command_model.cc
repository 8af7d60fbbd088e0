#include "harness/cli/command_model.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "harness/base/text.h"

namespace eqlab::cli {
namespace {

/// `TEXT:{text,json}` → text, json.
std::vector<std::string> choices_of(const std::string& type) {
  const std::size_t open = type.find('{');
  const std::size_t close = type.rfind('}');
  if (open == std::string::npos || close == std::string::npos || close < open) return {};
  std::vector<std::string> out;
  std::string_view rest = std::string_view(type).substr(open + 1, close - open - 1);
  while (true) {
    const std::size_t comma = rest.find(',');
    out.emplace_back(rest.substr(0, comma));
    if (comma == std::string_view::npos) return out;
    rest.remove_prefix(comma + 1);
  }
}

/// What the values are called of options that take any text; one option means one thing in all
/// commands.
constexpr std::array<std::pair<std::string_view, std::string_view>, 42> value_names = {
    {{"against", "PATH"},
     {"alerts", "FILE"},
     {"at", "TIME"},
     {"base", "REVISION"},
     {"base-file", "FILE"},
     {"baseline", "FILE"},
     {"by", "FIELDS"},
     {"corpus", "FOLDER"},
     {"delay", "DURATION"},
     {"event", "EVENT"},
     {"event-category-field", "FIELD"},
     {"failed-runs", "RUNS"},
     {"ignore", "CODE"},
     {"incident", "ID"},
     {"input", "EVENTS"},
     {"interval", "DURATIONS"},
     {"jitter", "DURATION"},
     {"lookback", "DURATIONS"},
     {"maxspan", "DURATIONS"},
     {"only", "SCENARIO"},
     {"output", "PATH"},
     {"output-html", "FILE"},
     {"output-json", "FILE"},
     {"output-junit", "FILE"},
     {"output-markdown", "FILE"},
     {"output-sarif", "FILE"},
     {"policy", "FILE"},
     {"profile", "PROFILE"},
     {"query", "EQL"},
     {"query-file", "FILE"},
     {"rule-id", "ID"},
     {"runs-at", "TIMES"},
     {"scenarios", "FOLDER"},
     {"schedule", "SETTINGS"},
     {"schema", "FILE"},
     {"source", "SOURCE"},
     {"tiebreaker-field", "FIELD"},
     {"timestamp-field", "FIELD"},
     {"truth", "FILE"},
     {"without", "SCENARIO"},
     {"write", "FILE"},
     {"days", "DAYS"}}};

/// As people call it. The definition's type is `TEXT`, `UINT:NUMBER`, `UINT:UINT in [1 - 256]`.
std::string value_name(const CLI::Option& option, const std::vector<std::string>& choices) {
  if (!choices.empty()) return join(choices, "|");
  for (const std::string& name : option.get_lnames()) {
    const auto* const known = std::ranges::find(
        value_names, std::string_view(name), &std::pair<std::string_view, std::string_view>::first);
    if (known != value_names.end()) return std::string(known->second);
  }
  const std::string& type = option.get_type_name();
  return type.starts_with("UINT") || type.starts_with("INT") || type.starts_with("FLOAT") ? "NUMBER"
                                                                                          : type;
}

/// `UINT:UINT in [1 - 256]` → 1 to 256.
std::string range_of(const std::string& type) {
  const std::size_t open = type.find(" in [");
  const std::size_t dash = type.find(" - ", open);
  const std::size_t close = type.find(']', open);
  if (open == std::string::npos || dash == std::string::npos || close == std::string::npos)
    return {};
  return format("{} to {}", type.substr(open + 5, dash - open - 5),
                type.substr(dash + 3, close - dash - 3));
}

/// In order of their names: CLI11 keeps them by address.
std::vector<std::string> option_names(const std::set<CLI::Option*>& options) {
  std::vector<std::string> out;
  for (const CLI::Option* const option : options) out.push_back(option->get_name());
  std::ranges::sort(out);
  return out;
}

OptionModel option_model(const CLI::Option& option) {
  OptionModel out;
  for (const std::string& name : option.get_lnames()) out.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) out.names.push_back("-" + name);
  out.takes_value = option.get_items_expected_max() > 0;
  out.required = option.get_required();
  out.needs = option_names(option.get_needs());
  out.excludes = option_names(option.get_excludes());
  out.group = option.get_group();
  out.description = option.get_description();
  if (!out.takes_value) return out;
  out.many = option.get_items_expected_max() > 1;
  out.choices = choices_of(option.get_type_name());
  out.value = value_name(option, out.choices);
  out.range = range_of(option.get_type_name());
  out.standard = option.get_default_str();
  return out;
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::string sentence(const std::string& text) {
  const std::string line = one_line(text);
  return line.empty() || line.ends_with('.') ? line : line + ".";
}

// --- bash ---

std::string in_single_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string names_of(const std::vector<CommandModel>& commands) {
  std::vector<std::string> names;
  for (const CommandModel& command : commands) names.push_back(command.name);
  return join(names, " ");
}

/// One branch of the `case` over the words of the command so far.
void bash_branch(const CommandModel& command, const std::string& path, std::string& out) {
  std::vector<std::string> options;
  std::string values;
  for (const OptionModel& option : command.options) {
    std::ranges::copy(option.names, std::back_inserter(options));
    if (option.takes_value)
      values +=
          format("        {}) values={} ;;\n", join(option.names, "|"),
                 in_single_quotes(option.choices.empty() ? "FILES" : join(option.choices, " ")));
  }
  out += format("    {})\n", in_single_quotes(path));
  out += format("      words={}\n", in_single_quotes(join(options, " ")));
  out += format("      commands={}\n", in_single_quotes(names_of(command.commands)));
  if (!values.empty()) out += format("      case $previous in\n{}      esac\n", values);
  out += "      ;;\n";
  for (const CommandModel& inner : command.commands)
    bash_branch(inner, path + " " + inner.name, out);
}

/// What lets a further word extend the path of the command.
void bash_commands(const CommandModel& command, const std::string& path, std::string& out) {
  for (const CommandModel& inner : command.commands) {
    const std::string longer = path + " " + inner.name;
    out += format("      {}) path+=\" $word\" ;;\n", in_single_quotes(longer));
    bash_commands(inner, longer, out);
  }
}

std::string bash_script(const CommandModel& program) {
  std::string known;
  bash_commands(program, program.name, known);
  std::string out = format(
      "# bash completion of {0}; made by `{0} completions bash`.\n"
      "_{0}() {{\n"
      "  local word path={0} words='' commands='' values='' i\n"
      "  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}\n"
      "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
      "    word=${{COMP_WORDS[i]}}\n"
      "    case \"$path $word\" in\n{1}    esac\n"
      "  done\n"
      "  case $path in\n",
      program.name, known);
  bash_branch(program, program.name, out);
  out += format(
      "  esac\n"
      "  COMPREPLY=()\n"
      "  if [[ $values == FILES ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
      "  elif [[ -n $values ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$values\" -- \"$current\")\n"
      "  elif [[ $current == -* ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
      "  elif [[ -n $commands ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$current\")\n"
      "  else\n"
      "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
      "  fi\n"
      "}}\n"
      "complete -o filenames -F _{0} {0}\n",
      program.name);
  return out;
}

// --- zsh ---

/// Text inside `[…]` of an _arguments specification, which stands in single quotes.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : one_line(text)) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return out;
}

std::string zsh_function(const std::string& path) {
  std::string out = "_" + path;
  std::ranges::replace(out, ' ', '_');
  return out;
}

void zsh_command(const CommandModel& command, const std::string& path, std::string& out) {
  out += format("{}() {{\n", zsh_function(path));
  if (!command.commands.empty())
    out += "  local curcontext=$curcontext state line\n  local -a commands\n";
  out += "  _arguments -s";
  if (!command.commands.empty()) out += " -C";
  for (const OptionModel& option : command.options) {
    for (const std::string& name : option.names) {
      out += format(" \\\n    '*{}[{}]", name, zsh_text(option.description));
      if (option.takes_value) {
        out += format(":{}:", zsh_text(option.value));
        out += option.choices.empty() ? "_files" : format("({})", join(option.choices, " "));
      }
      out += "'";
    }
  }
  if (!command.commands.empty()) {
    out += " \\\n    '1:command:->command' '*::argument:->argument'\n";
    out += "  case $state in\n    command)\n      commands=(\n";
    for (const CommandModel& inner : command.commands)
      out += format("        '{}:{}'\n", inner.name, zsh_text(inner.description));
    out += "      )\n      _describe command commands ;;\n    argument)\n      case $line[1] in\n";
    for (const CommandModel& inner : command.commands)
      out += format("        {}) {} ;;\n", inner.name, zsh_function(path + " " + inner.name));
    out += "      esac ;;\n  esac\n";
  } else {
    out += " \\\n    '*:file:_files'\n";
  }
  out += "}\n";
  for (const CommandModel& inner : command.commands)
    zsh_command(inner, path + " " + inner.name, out);
}

// --- fish ---

std::string fish_text(const std::string& text) {
  std::string out = "'";
  for (const char c : one_line(text)) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

void fish_command(const std::string& program, const CommandModel& command,
                  const std::vector<std::string>& path, std::string& out) {
  std::string condition;
  if (path.empty()) {
    condition = "__fish_use_subcommand";
  } else {
    condition = format("__fish_seen_subcommand_from {}", path.back());
    if (path.size() > 1)
      condition = format("__fish_seen_subcommand_from {}; and {}", path[0], condition);
    if (!command.commands.empty())
      condition += format("; and not __fish_seen_subcommand_from {}", names_of(command.commands));
  }
  const std::string head = format("complete -c {} -n {}", program, fish_text(condition));
  for (const CommandModel& inner : command.commands)
    out += format("{} -f -a {} -d {}\n", head, inner.name, fish_text(inner.description));
  for (const OptionModel& option : command.options) {
    out += head;
    for (const std::string& name : option.names)
      out += name.starts_with("--") ? format(" -l {}", name.substr(2))
                                    : format(" -s {}", name.substr(1));
    if (option.takes_value && option.choices.empty()) out += " -r";
    if (!option.choices.empty()) out += format(" -x -a {}", fish_text(join(option.choices, " ")));
    out += format(" -d {}\n", fish_text(option.description));
  }
  for (const CommandModel& inner : command.commands) {
    std::vector<std::string> longer = path;
    longer.push_back(inner.name);
    fish_command(program, inner, longer, out);
  }
}

// --- man ---

std::string roff(const std::string& text) {
  std::string out;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    at_start = c == '\n';
  }
  return out;
}

void manual_options(const CommandModel& command, std::string& out) {
  for (const PositionalModel& positional : command.positionals) {
    out += format(".TP\n\\fI{}\\fR{}\n{}\n", roff(positional.name), positional.many ? " ..." : "",
                  roff(sentence(positional.description)));
  }
  for (const OptionModel& option : command.options) {
    std::vector<std::string> names;
    for (const std::string& name : option.names) names.push_back(format("\\fB{}\\fR", roff(name)));
    out += format(".TP\n{}{}\n{}", join(names, ", "),
                  option.takes_value ? format(" \\fI{}\\fR", roff(option.value)) : "",
                  roff(sentence(option.description)));
    const bool are_named = std::ranges::all_of(option.choices, [&](const std::string& choice) {
      return option.description.find(choice) != std::string::npos;
    });
    if (!are_named) out += format("\nOne of {}.", roff(join(option.choices, ", ")));
    if (!option.standard.empty()) out += format("\nDefault: {}.", roff(one_line(option.standard)));
    out += "\n";
  }
}

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

std::string example(const std::string& footer) {
  if (footer.empty()) return {};
  return format(".PP\n.nf\n{}{}.fi\n", roff(footer), footer.ends_with('\n') ? "" : "\n");
}

void manual_command(const CommandModel& command, const std::string& path, std::string& out) {
  std::string synopsis = format("\\fB{}\\fR", roff(path));
  if (!command.options.empty()) synopsis += " [\\fIoptions\\fR]";
  for (const PositionalModel& positional : command.positionals) {
    const std::string name =
        format("\\fI{}\\fR{}", roff(positional.name), positional.many ? " ..." : "");
    synopsis += positional.required ? " " + name : format(" [{}]", name);
  }
  out += format(".SS {}\n{}\n.PP\n{}\n", roff(path), synopsis, roff(sentence(command.description)));
  manual_options(command, out);
  out += example(command.footer);
  for (const CommandModel& inner : command.commands)
    manual_command(inner, path + " " + inner.name, out);
}

}  // namespace

CommandModel model_of(const CLI::App& app) {
  CommandModel out{.name = app.get_name(),
                   .group = app.get_group(),
                   .description = app.get_description(),
                   .options = {},
                   .positionals = {},
                   .commands = {},
                   .footer = app.get_footer()};
  // What CLI11 hands down or fills in.
  if (app.get_parent() != nullptr && out.footer == app.get_parent()->get_footer()) out.footer = {};
  if (out.group == "Subcommands") out.group = "Commands";
  for (const CLI::Option* const option : app.get_options()) {
    // Commands inherit it, where it says no more than --help.
    if (option == app.get_help_all_ptr() && app.get_parent() != nullptr) continue;
    if (option->nonpositional()) {
      out.options.push_back(option_model(*option));
    } else {
      out.positionals.push_back({.name = option->get_name(true),
                                 .required = option->get_required(),
                                 .many = option->get_items_expected_max() > 1,
                                 .standard = option->get_default_str(),
                                 .description = option->get_description()});
    }
  }
  for (const CLI::App* const command : app.get_subcommands([](const CLI::App*) { return true; }))
    out.commands.push_back(model_of(*command));
  return out;
}

std::string completion_script(const CommandModel& program, const std::string& shell) {
  if (shell == "bash") return bash_script(program);
  std::string out;
  if (shell == "zsh") {
    out = format("#compdef {0}\n# zsh completion of {0}; made by `{0} completions zsh`.\n",
                 program.name);
    zsh_command(program, program.name, out);
    return out + format("_{} \"$@\"\n", program.name);
  }
  out = format("# fish completion of {0}; made by `{0} completions fish`.\n", program.name);
  fish_command(program.name, program, {}, out);
  return out;
}

std::string manual_page(const CommandModel& program, const std::string& version) {
  std::string out = format(
      ".\\\" Made by `{0} manual`.\n.TH {1} 1 \"\" \"{0} {2}\" \"User Commands\"\n"
      ".SH NAME\n{0} \\- test and simulation harness for detection rules\n"
      ".SH SYNOPSIS\n\\fB{0}\\fR \\fIcommand\\fR [\\fIoptions\\fR] [\\fIarguments\\fR]\n"
      ".SH DESCRIPTION\n{3}\n.SH OPTIONS\n",
      program.name, upper(program.name), roff(version), roff(one_line(program.description)));
  manual_options(program, out);
  out += ".SH COMMANDS\n";
  for (const CommandModel& command : program.commands)
    manual_command(command, program.name + " " + command.name, out);
  out += ".SH FIRST STEPS AND EXIT STATUS\n" + example(program.footer);
  return out;
}

}  // namespace eqlab::cli
