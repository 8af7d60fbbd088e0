#include <algorithm>
#include <memory>
#include <utility>

#include "harness/base/text.h"
#include "harness/cli/command_words.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/output_options.h"
#include "harness/cli/rule_options.h"
#include "harness/cli/version.h"
#include "harness/rule/rewrite.h"
#include "harness/tune/tune_rule.h"

namespace eqlab::cli {
namespace {

struct Options {
  tune::RuleTuningRequest request;
  std::size_t apply = 0;  ///< number of a suggestion; 0: none
  std::size_t diff = 0;
  bool verbose = false;
  OutputOptions output;
};

/// Commands that measure again, whatever defaults were in force.
report::TuningInfo describe(const Options& options, const rule::Rule& rule,
                            const generators::CorpusOptions& used) {
  report::TuningInfo out;
  report::RunInfo& info = out.run;
  info.rule_name = rule.name;
  info.rule_id = rule.rule_id;
  info.rule_file = options.request.rule;
  info.rule_version = rule.version;
  info.tool_version = std::string(version);
  info.corpus = name_of(options.request.source, used);
  if (options.request.source.corpus_dir.empty()) info.seed = used.seed;
  run::NamedValues shared = options_of(options.request.source, used);
  run::NamedValues own;
  const auto add_to = [](run::NamedValues& to, const std::string& name, const std::string& value) {
    if (!value.empty()) to.emplace_back(name, value);
  };
  add_to(shared, "rule-id", options.request.choice.rule_id);
  add_to(shared, "at", options.request.choice.at);
  add_to(shared, "schema", options.request.schema);
  for (const std::string& text : options.request.schedules) add_to(shared, "schedule", text);
  add_to(own, "maxspan", options.request.sweeps.maxspan);
  add_to(own, "interval", options.request.sweeps.interval);
  add_to(own, "lookback", options.request.sweeps.look_back);
  for (const std::string& keys : options.request.sweeps.by) add_to(own, "by", keys);
  if (!options.request.sweeps.are_named()) {
    add_to(own, "split-seed", format("{}", options.request.split_seed));
    add_to(own, "suggestions", format("{}", options.request.suggestions));
  }
  info.options = shared;
  info.options.insert(info.options.end(), own.begin(), own.end());
  info.command = CommandWords({"eqlab", "tune", options.request.rule}).add(info.options).text();
  out.score_command = CommandWords({"eqlab", "score", options.request.rule}).add(shared).text();
  out.tune_command = CommandWords({"eqlab", "tune", options.request.rule}).add(shared).text();
  return out;
}

std::string_view caution(const tune::Suggestion& suggestion) {
  switch (suggestion.advice) {
    case tune::Advice::keep:
      return "";
    case tune::Advice::at_a_price:
      return "something is lost by it, ";
    case tune::Advice::not_proven:
      return "not proven better, ";
    case tune::Advice::unmeasured:
      return "what it would miss is not measured, ";
  }
  return "";
}

Exit give_diff_or_apply(const Options& options, const rule::Rule& rule,
                        const tune::Suggestions& suggestions, Console& console) {
  if (options.apply > 0) {
    if (auto same = tune::unchanged_since_read(rule); !same) {
      console.report(same.error());
      return exit_for(same.error());
    }
  }
  const std::size_t number = std::max(options.apply, options.diff);
  if (number > suggestions.list.size()) {
    console.report(
        error_in(options.request.rule, "E723",
                 format("there is no suggestion {}: there {} {}", number,
                        suggestions.list.size() == 1 ? "is" : "are", suggestions.list.size()),
                 "run tune without --apply and --diff to see them"));
    return Exit::unusable;
  }
  const tune::Suggestion& suggestion = suggestions.list[number - 1];
  if (options.diff > 0) {
    console.print(tune::diff_of(rule, suggestion.change.variant));
    return Exit::fine;
  }
  const auto text = rule::with_query(rule, tune::changed_query(rule, suggestion.change.variant));
  if (!text) {
    console.report(text.error());
    return exit_for(text.error());
  }
  if (auto written = write_file(rule.file, *text); !written) {
    console.report(written.error());
    return exit_for(written.error());
  }
  console.note(format("{}: {}, {}written\n", printable(rule.file),
                      printable(suggestion.change.variant.what), caution(suggestion)));
  return Exit::fine;
}

Exit run(Options options, Console& console) {
  const auto give_up = [&console](const Diagnostic& diagnostic) {
    console.report(diagnostic);
    return exit_for(diagnostic);
  };
  const double started = seconds_now();
  if (auto able = check_outputs(options.output); !able) return give_up(able.error());
  if (options.request.sweeps.are_named() && (options.apply > 0 || options.diff > 0))
    return give_up(error_in({}, "E722", "--apply and --diff are about suggestions, not sweeps",
                            "leave --maxspan, --interval, --lookback and --by out"));
  options.request.must_be_writable = options.apply > 0;
  tune::RuleTuning run(options.request);
  if (auto ready = run.prepare(); !ready) return give_up(ready.error());
  const rule::Rule& rule = run.rule();
  const run::Watcher watcher = console.watcher();
  double scanned_at = 0;
  auto done = run.run(watcher, [&scanned_at] { scanned_at = seconds_now(); });
  if (watcher.stop.stop_requested()) {
    console.note("interrupted: nothing was written\n");
    return Exit::interrupted;
  }
  if (!done) return give_up(done.error());
  const tune::Tuning& tuning = *done;
  if (options.apply > 0 || options.diff > 0)
    return give_diff_or_apply(options, rule, tuning.suggestions, console);

  report::TuningInfo info = describe(options, rule, run.used());
  if (tuning.has_suggestions) {
    info.cases = tune::words_of_cases(rule);
    // A corpus folder is made by `generate` too.
    info.caveats = {
        "the events are generated: hosts differ between the halves, scenarios and their names do "
        "not"};
  }
  for (const tune::Suggestion& suggestion : tuning.suggestions.list) {
    info.diffs.push_back(tune::diff_of(rule, suggestion.change.variant));
    info.queries.push_back(tune::changed_query(rule, suggestion.change.variant));
  }
  report::View view = view_of(console);
  if (options.verbose) view.detail = report::Detail::full;
  const report::TuningResult result{
      .tuning = tuning, .info = info, .rule = report::rule_text(rule, run.query())};
  if (auto written = write_outputs(options.output, result, view, console); !written)
    return give_up(written.error());
  console.note(format("took {:.1f} s: {:.1f} s scanning, {:.2f} s deciding\n",
                      seconds_now() - started, scanned_at - started, seconds_now() - scanned_at));
  return Exit::fine;
}

}  // namespace

void define_tune(CLI::App& app, Action& chosen) {
  CLI::App* const command = app.add_subcommand(
      "tune", "What other settings and small changes of a rule would catch, and at what price");
  auto options = std::make_shared<Options>();
  command->add_option("RULE", options->request.rule, "Rule file")->required();
  add_rule_choice(*command, options->request.choice);
  auto* const folder = command->add_option("--corpus", options->request.source.corpus_dir,
                                           "Measure on a corpus folder instead of generating one");
  for (CLI::Option* const option : add_corpus_options(*command, options->request.source.corpus))
    option->excludes(folder);
  add_schema_option(*command, options->request.schema);
  add_schedule_option(*command, options->request.schedules, false);
  const char* const sweeps = "Sweeps; naming one or more does just those";
  command
      ->add_option("--maxspan", options->request.sweeps.maxspan,
                   "5s,15s,30s or 1s..100s or 1s..100s/500ms")
      ->group(sweeps);
  command
      ->add_option("--interval", options->request.sweeps.interval,
                   "How often the rule runs: 1m,5m,15m")
      ->group(sweeps);
  command
      ->add_option("--lookback", options->request.sweeps.look_back,
                   "How far back a run looks: 6m,9m,20m; with --interval, all pairs")
      ->group(sweeps);
  command
      ->add_option("--by", options->request.sweeps.by,
                   "Join keys, as host.id,user.id; may be given several times")
      ->allow_extra_args(false)
      ->group(sweeps);
  command
      ->add_option("--split-seed", options->request.split_seed,
                   "Which hosts changes are chosen on, and which they are judged on")
      ->check(whole_number(0, UINT64_MAX))
      ->capture_default_str();
  command
      ->add_option("--suggestions", options->request.suggestions,
                   "How many changes are judged; the fewer, the less each must prove")
      ->check(whole_number(1, 50))
      ->capture_default_str();
  auto* const apply =
      command->add_option("--apply", options->apply, "Write suggestion N into the rule's file")
          ->check(whole_number(1, 100));
  command->add_option("--diff", options->diff, "Print suggestion N as a patch, and nothing else")
      ->check(whole_number(1, 100))
      ->excludes(apply);
  command->add_flag("--verbose", options->verbose,
                    "Every value of the sweeps and everything that was tried");
  add_output_options<report::TuningResult>(*command, options->output);
  add_threads_option(*command, options->request.source.threads);
  command->footer(
      "Examples:\n"
      "  eqlab tune rules/macos_installer_package_spawns_network_event.toml --events 2000000\n"
      "  eqlab tune rules/macos_installer_package_spawns_network_event.toml --events 2000000 "
      "--maxspan 1s..100s");
  command->callback([options, &chosen] {
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
