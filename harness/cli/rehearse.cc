#include "harness/run/rehearse.h"

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/output_options.h"
#include "harness/cli/rule_options.h"

namespace eqlab::cli {
namespace {

struct Options {
  run::RehearsalRequest request;
  OutputOptions output;
};

Exit run(const Options& options, Console& console) {
  const run::Watcher watcher = console.watcher();
  auto result = run::rehearse(options.request, watcher);
  if (watcher.stop.stop_requested()) {
    console.note("interrupted\n");
    return Exit::interrupted;
  }
  if (!result) {
    console.report(result.error());
    return exit_for(result.error());
  }
  print_result(options.output, *result, view_of(console), console);
  console.note(format("{} scenarios, {} tellings of each: {} promises kept, {} broken\n",
                      result->scenarios.size(), result->runs, result->promises_kept(),
                      result->promises_broken()));
  return result->promises_broken() == 0 ? Exit::fine : Exit::check_failed;
}

}  // namespace

void define_rehearse(CLI::App& app, Action& chosen) {
  CLI::App* const command = app.add_subcommand(
      "rehearse",
      "Tell every scenario alone, many times, and hold rules to what its file promises");
  auto options = std::make_shared<Options>();
  command
      ->add_option("RULE", options->request.rules,
                   "Rule files; known to the scenarios by rule_id, others are counted only")
      ->required();
  command->add_option("--only", options->request.only, "Scenario ids, no others")->delimiter(',');
  command->add_option("--scenarios", options->request.scenarios_dir,
                      "Folder of scenario files instead of the built-in catalogue");
  command->add_option("--runs", options->request.runs, "Tellings of each scenario")
      ->check(whole_number(1, 100'000))
      ->capture_default_str();
  command->add_option("--seed", options->request.seed, "Same seed and options, same result")
      ->check(whole_number(0, UINT64_MAX))
      ->capture_default_str();
  add_schema_option(*command, options->request.schema);
  command
      ->add_option("--merging", options->request.variant.merging,
                   "on: say also what changes if short lives and connections come as one document")
      ->check(CLI::IsMember({"off", "on"}))
      ->capture_default_str();
  command
      ->add_option("--entity-id", options->request.variant.entity_id,
                   "exec: say also what changes if every exec gives a process a new entity id, as "
                   "agents up to 8.1 do")
      ->check(CLI::IsMember({"pid", "exec"}))
      ->capture_default_str();
  add_output_options<report::RehearsalResult>(*command, options->output);
  add_threads_option(*command, options->request.threads);
  command->footer(
      "Y must fire in every telling, N in none, D exactly when the condition in the file holds, or "
      "in the share that it states. What --merging and --entity-id change is told beside it and "
      "breaks no promise.\n"
      "Example:\n  eqlab rehearse rules/*.toml rules/history/*.toml --runs 1000\n"
      "Exit status: 0 all promises kept, 1 some broken.");
  command->callback([options, &chosen] {
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
