#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/parallel.h"
#include "harness/base/text.h"
#include "harness/cli/command_help.h"
#include "harness/cli/commands.h"
#include "harness/cli/version.h"

namespace eqlab::cli {

namespace {

/// CLI11 only says that a command is missing when the word given is none.
std::string complaint(const CLI::App& app, int argc, char** argv, const std::string& otherwise) {
  if (argc < 2 || argv[1][0] == '-') return otherwise;
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  if (!chosen.empty()) {
    const bool has_commands =
        !chosen[0]->get_subcommands([](const CLI::App*) { return true; }).empty();
    return has_commands ? complaint(*chosen[0], argc - 1, argv + 1, otherwise) : otherwise;
  }
  std::vector<std::string_view> names;
  const std::vector<const CLI::App*> commands =
      app.get_subcommands([](const CLI::App*) { return true; });
  std::vector<std::string> held;
  for (const CLI::App* const command : commands) held.push_back(command->get_name());
  names.assign(held.begin(), held.end());
  const std::vector<std::string> close = nearest(argv[1], names, 1);
  return format("there is no command {}{}", argv[1],
                close.empty() ? "; the commands are " + join(held, ", ")
                              : format("; did you mean {}?", close[0]));
}

/// The commands in the order in which work is done, under a heading for each part of it.
void define_commands(CLI::App& app, Action& chosen) {
  using Define = void (*)(CLI::App&, Action&);
  const std::vector<std::pair<std::string, std::vector<Define>>> parts = {
      {"Write rules", {define_init, define_check, define_fmt}},
      {"See what they find", {define_match, define_explain, define_test}},
      {"Measure and improve them", {define_score, define_tune, define_mutate}},
      {"Scenarios and corpora", {define_rehearse, define_generate, define_corpus}},
      {"Decide and report", {define_gate, define_report}},
      {"Shells", {define_completions}}};
  const auto any = [](const CLI::App*) { return true; };
  std::size_t grouped = 0;
  for (const auto& [heading, definitions] : parts) {
    for (const Define define : definitions) define(app, chosen);
    const std::vector<CLI::App*> commands = app.get_subcommands(any);
    for (; grouped < commands.size(); ++grouped) commands[grouped]->group(heading);
  }
}

int run(int argc, char** argv) {
  CLI::App app{
      "eqlab tells what a detection rule will do before it ships: what it catches, what it misses "
      "and why, how many false alarms it raises, and how late the alert comes.",
      "eqlab"};
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_version_flag("--version", std::string("eqlab ") + std::string(version));
  app.set_help_all_flag("--help-all", "Help of every command");
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);
  app.footer(
      "First steps:\n"
      "  eqlab check rules/macos_installer_package_spawns_network_event.toml\n"
      "  eqlab score rules/macos_installer_package_spawns_network_event.toml --events 2000000\n"
      "Exit status: 0 fine, 1 the check itself failed, 2 unusable arguments, rule or scenario,\n"
      "3 input or output failed, 130 interrupted.");

  Action chosen;
  define_commands(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    std::ostringstream text;  // --help, --version
    (void)app.exit(asked, text, text);
    Console console;
    console.print(text.str());
    return static_cast<int>(console.finish(Exit::fine));
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "eqlab: %s\n",
                 printable(complaint(app, argc, argv, error.what())).c_str());
    const auto named = app.get_subcommands();
    std::fprintf(stderr, "See eqlab %s--help.\n",
                 named.empty() ? "" : (named[0]->get_name() + " ").c_str());
    return static_cast<int>(Exit::unusable);
  }
  Console console;
  return static_cast<int>(console.finish(chosen(console)));
}

}  // namespace
}  // namespace eqlab::cli

int main(int argc, char** argv) {
  try {
    return eqlab::cli::run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("error E903: out of memory\n", stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error E904: %s\n", error.what());
  }
  return static_cast<int>(eqlab::cli::Exit::io_failed);
}
