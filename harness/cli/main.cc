#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#include "harness/base/parallel.h"
#include "harness/base/text.h"
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
  return format(
      "there is no command {}{}", argv[1],
      close.empty() ? ": they are " + join(held, ", ") : format("; did you mean {}?", close[0]));
}

int run(int argc, char** argv) {
  CLI::App app{
      "eqlab tells what a detection rule will do before it ships: what it catches, what it misses "
      "and why,\n"
      "how many false alarms it raises, and how late the alert comes.",
      "eqlab"};
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
  define_check(app, chosen);
  define_match(app, chosen);
  define_test(app, chosen);
  define_generate(app, chosen);
  define_rehearse(app, chosen);
  define_score(app, chosen);
  define_tune(app, chosen);
  define_mutate(app, chosen);
  define_corpus(app, chosen);
  define_fmt(app, chosen);
  define_explain(app, chosen);
  define_init(app, chosen);
  define_completions(app, chosen);
  define_gate(app, chosen);
  define_report(app, chosen);
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
