#include <algorithm>

#include "harness/base/text.h"
#include "harness/cli/command_words.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/output_options.h"
#include "harness/cli/rule_options.h"
#include "harness/tune/mutate_rule.h"

namespace eqlab::cli {
namespace {

struct Options {
  tune::MutationRequest request;
  std::vector<CLI::Option*> corpus_options;
  std::optional<double> min_score;
  std::string write;
  OutputOptions output;
  bool show_cases = false;
  bool verbose = false;
};

std::string again(const tune::MutationRequest& request, const generators::CorpusOptions& used) {
  std::vector<std::string> words = {"eqlab", "mutate", request.rule};
  words.insert(words.end(), request.cases.begin(), request.cases.end());
  CommandWords out(std::move(words));
  out.add("rule-id", request.choice.rule_id).add("at", request.choice.at);
  out.add("schema", request.schema);
  if (request.asks_corpus) out.add(options_of(request.source, used));
  return out.text();
}

Exit run(const Options& options, Console& console) {
  const auto give_up = [&console](const Diagnostic& diagnostic) {
    console.report(diagnostic);
    return exit_for(diagnostic);
  };
  const run::Watcher watcher = console.watcher();
  auto result = tune::mutate_rule(options.request, watcher);
  if (watcher.stop.stop_requested()) {
    console.note("interrupted: nothing was written\n");
    return Exit::interrupted;
  }
  if (!result) return give_up(result.error());
  result->command = again(options.request, result->used);
  if (!options.write.empty()) {
    const bool has_cases = std::ranges::any_of(
        result->mutants, [](const tune::MutantRow& row) { return !row.killing_case.empty(); });
    if (has_cases) {
      auto text = tune::killing_cases(*result, options.request, options.write);
      if (!text) return give_up(text.error());
      if (auto written = write_file(options.write, *text); !written)
        return give_up(written.error());
    } else {
      console.note("no case was found that would notice more: no file written\n");
    }
  }
  report::View view = view_of(console);
  view.shows_cases = options.show_cases;
  if (options.verbose) view.detail = report::Detail::full;
  print_result(options.output, *result, view, console);
  const auto& judged = result->by_cases ? result->by_cases : result->by_corpus;
  const double share = judged ? judged->value().value_or(1) : 1;
  if (options.min_score && share * 100 < *options.min_score) {
    console.note(eqlab::format("{:.1f} % of the mutants are noticed, less than {} %\n", share * 100,
                               *options.min_score));
    return Exit::check_failed;
  }
  return Exit::fine;
}

}  // namespace

void define_mutate(CLI::App& app, Action& chosen) {
  CLI::App* const command = app.add_subcommand(
      "mutate", "Put small faults into a rule and see whether its cases, or a corpus, notice");
  auto options = std::make_shared<Options>();
  command->add_option("RULE", options->request.rule, "Rule file")->required();
  command->add_option("CASE", options->request.cases,
                      ".case files or folders; default: those beside the rule that name it");
  add_rule_choice(*command, options->request.choice);
  auto* const folder = command->add_option("--corpus", options->request.source.corpus_dir,
                                           "Ask this corpus folder too; a profile or its options, "
                                           "below, ask a corpus that is generated");
  options->corpus_options = add_corpus_options(*command, options->request.source.corpus);
  for (CLI::Option* const option : options->corpus_options) option->excludes(folder);
  command->add_option(
      "--schema", options->request.schema,
      "Elasticsearch mapping (JSON), field,type CSV, or none, for rule and corpus; cases keep "
      "theirs; default: ECS and Elastic Defend");
  command->add_option("--mutants", options->request.mutants_max, "Mutants tried at most")
      ->check(whole_number(1, 100'000))
      ->capture_default_str();
  command->add_flag("--show-cases", options->show_cases,
                    "Print, below each mutant that no case notices, a case that would");
  command->add_option("--write", options->write, "Write these cases to a new .case file");
  command
      ->add_option("--min-score", options->min_score,
                   "Exit with 1 when fewer percent of the mutants are noticed, by the cases "
                   "where there are any, else by the corpus")
      ->check(number_between(0, 100));
  command->add_flag("--verbose", options->verbose, "Also list the mutants that are noticed");
  add_output_options<report::MutationResult>(*command, options->output);
  add_threads_option(*command, options->request.source.threads);
  command->footer(
      "Example:\n  eqlab mutate rules/macos_installer_package_spawns_network_event.toml "
      "--min-score 95\nExit status: 0 fine, 1 too few are noticed or a case fails, 2 the rule or "
      "its cases cannot "
      "be used, 3 input or output failed.");
  command->callback([options, &chosen] {
    options->request.asks_corpus =
        !options->request.source.corpus_dir.empty() ||
        std::ranges::any_of(options->corpus_options,
                            [](const CLI::Option* option) { return option->count() > 0; });
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
