#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/output_options.h"
#include "harness/cli/read_notes.h"
#include "harness/cli/rule_options.h"
#include "harness/run/event_search.h"
#include "harness/run/explain_rule.h"

namespace eqlab::cli {
namespace {

struct Options {
  run::SearchRequest search;
  run::ExplainRequest request;
  OutputOptions output;
  bool full = false;
};

Exit run(const Options& options, Console& console) {
  const auto give_up = [&console](const Diagnostic& diagnostic) {
    console.report(diagnostic);
    return exit_for(diagnostic);
  };
  const auto detail = options.full ? explain::Detail::full : explain::Detail::essential;
  const run::Watcher watcher = console.watcher();
  auto from = run::EventSearch::prepare(options.search, "explain", watcher);
  if (!from) return give_up(from.error());
  run::ExplainRequest request = options.request;
  request.detail = detail;
  auto explanation = run::RuleExplanation::prepare(
      {.rule = from->rule, .schema = from->schema, .bound = from->bound, .plan = from->plan},
      std::move(request), from->source.files);
  if (!explanation) return give_up(explanation.error());
  run::RuleExplanation& explaining = **explanation;
  const auto read =
      from->read<run::RuleExplanation::Piece>(explaining.scan_batch(), explaining.take(), watcher);
  if (!read) return give_up(read.error());
  if (watcher.stop.stop_requested()) {
    console.note("interrupted: nothing was explained\n");
    return Exit::interrupted;
  }
  if (auto finished = explaining.finish(); !finished) return give_up(finished.error());
  note_read(*read, console);
  if (read->read > 0 && read->usable == 0)
    return give_up(error_in({}, "E406", "none of this is an event"));
  note_limits(explaining.matches(), console);

  const auto result = explaining.explain(*read);
  if (!result) return give_up(result.error());
  report::View view = view_of(console);
  if (options.full) view.detail = report::Detail::full;
  print_result(options.output, *result, view, console);
  console.note(format("{} · {} match{}\n", read_summary(*read),
                      group_digits(static_cast<std::int64_t>(result->matches_found)),
                      result->matches_found == 1 ? "" : "es"));
  return Exit::fine;
}

}  // namespace

void define_explain(CLI::App& app, Action& chosen) {
  CLI::App* const command = app.add_subcommand(
      "explain", "Why an event or incident did or did not match, and what is nearest to a match");
  auto options = std::make_shared<Options>();
  auto* const query = add_search_options(*command, options->search);
  auto* const event =
      command->add_option("--event", options->request.event,
                          "This event: its line in the input, or its event.id (or _id)");
  auto* const incident =
      command
          ->add_option("--incident", options->request.incidents.ids,
                       "This incident of a labelled corpus (or several, with commas)")
          ->allow_extra_args(false)
          ->delimiter(',')
          ->excludes(event);
  command->add_option("--truth", options->request.incidents.truth_file,
                      "Labels; default: truth.ndjson beside the events");
  command
      ->add_option("--all-misses", options->request.incidents.misses_max,
                   "Up to so many: missed malicious incidents where there are labels, else the "
                   "nearest misses")
      ->check(whole_number(1, 10'000))
      ->excludes(event)
      ->excludes(incident);
  command->add_flag("--full", options->full, "Every term and key, also those that hold");
  command->add_flag("--strict", options->search.strict,
                    "Stop at the first malformed event, with status 3");
  add_output_options<report::ExplainedRun>(*command, options->output);
  add_threads_option(*command, options->search.threads);
  command->footer(
      "Without --event, --incident and --all-misses: the first match, or the nearest miss.\n"
      "A change is shown only after the events, so changed, were matched again.\n"
      "Example:\n  eqlab explain --query 'process where process.name == \"curl\"' --event 12 "
      "events.ndjson");
  command->callback([options, query, &chosen] {
    options->search.has_query = query->count() > 0;
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
