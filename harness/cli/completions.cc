#include <memory>
#include <string>

#include "harness/cli/command_model.h"
#include "harness/cli/commands.h"
#include "harness/cli/version.h"

namespace eqlab::cli {

void define_completions(CLI::App& app, Action& chosen) {
  CLI::App* const completions = app.add_subcommand(
      "completions",
      "Print the completion script of a shell, made from the options of this program");
  auto shell = std::make_shared<std::string>();
  completions->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completions->footer(
      "Example:\n  eqlab completions bash > ~/.local/share/bash-completion/completions/eqlab");
  completions->callback([shell, &app, &chosen] {
    chosen = [shell, &app](Console& console) {
      console.print(completion_script(model_of(app), *shell));
      return Exit::fine;
    };
  });

  CLI::App* const manual =
      app.add_subcommand("manual", "Print the manual page, made from the options of this program");
  manual->footer("Example:\n  eqlab manual | man -l -");
  manual->callback([&app, &chosen] {
    chosen = [&app](Console& console) {
      console.print(manual_page(model_of(app), std::string(version)));
      return Exit::fine;
    };
  });
}

}  // namespace eqlab::cli
