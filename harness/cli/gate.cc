#include <unistd.h>

#include <algorithm>

#include "harness/base/text.h"
#include "harness/cli/command_words.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/output_options.h"
#include "harness/cli/rule_options.h"
#include "harness/cli/version.h"
#include "harness/gate/judge.h"
#include "harness/report/gate_pieces.h"
#include "harness/report/gate_report.h"

namespace eqlab::cli {
namespace {

struct Options {
  gate::Paths paths;
  run::EventSource source;
  std::vector<CLI::Option*> corpus_options;  ///< in the order of add_corpus_options
  bool judges_all = false;
  bool updates_baseline = false;
  bool annotations = false;
  bool is_read_by_workflow = false;  ///< a GitHub runner takes lines of the log for commands
  OutputOptions output;
};

/// The command line outweighs the policy, key by key; a folder there replaces the whole.
void choose_corpus(const Options& options, const gate::Inputs& inputs, run::EventSource& source) {
  const gate::CorpusPolicy& policy = inputs.policy.corpus;
  const auto is_given = [&](std::size_t option) {
    return options.corpus_options[option]->count() > 0;
  };
  if (!source.corpus_dir.empty()) return;
  const bool any_given = std::ranges::any_of(options.corpus_options,
                                             [](const CLI::Option* o) { return o->count() > 0; });
  if (policy.folder && !any_given) {
    source.corpus_dir = inputs.root + *policy.folder;
    return;
  }
  if (policy.profile && !is_given(0)) {
    // A built-in profile has a plain name; all else is a file beside the policy.
    source.corpus.profile = *policy.profile;
    if (policy.profile->find_first_of("/.") != std::string::npos)
      source.corpus.profile = inputs.root + *policy.profile;
  }
  if (policy.seed && !is_given(1)) source.corpus.seed = *policy.seed;
  // Events, hosts and days say the same thing: who gives one of them gives the size.
  const bool size_is_given = is_given(2) || is_given(3) || is_given(4);
  if (!size_is_given) {
    source.corpus.events = policy.events.value_or(0);
    source.corpus.hosts = policy.hosts.value_or(0);
    source.corpus.days = policy.days.value_or(0);
  }
  if (policy.scenarios && !is_given(7))
    source.corpus.scenarios_dir = inputs.root + *policy.scenarios;
}

std::string again(const Options& options, const run::EventSource& source) {
  std::vector<std::string> words = {"eqlab", "gate"};
  words.insert(words.end(), options.paths.rules.begin(), options.paths.rules.end());
  CommandWords out(std::move(words));
  out.add("policy", options.paths.policy)
      .add("base", options.paths.base)
      .add("base-file", options.paths.base_file)
      .add("baseline", options.paths.baseline);
  if (options.judges_all) out.add_flag("all");
  for (const auto& [name, value] : options_of(source, source.corpus)) {
    if (value != "0" || name == "seed") out.add(name, value);  // hosts and days: the profile's
  }
  return out.text();
}

std::vector<std::pair<std::string, std::string>> environment_of_process() {
  std::vector<std::pair<std::string, std::string>> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos && equals > 0)
      out.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

/// Errors: E902.
Status update_baseline(const Options& options, const gate::Inputs& inputs,
                       const gate::GateResult& result, Console& console) {
  gate::Baseline fresh;
  if (result.corpus) fresh.corpus = *result.corpus;
  for (const gate::RuleResult& rule : result.rules) {
    if (!rule.after) continue;
    rule::Rule named;
    named.file = rule.file;
    named.rule_id = rule.rule_id;
    named.name = rule.name;
    fresh.rules.push_back(gate::baseline_of(named, rule.logic, *rule.after));
  }
  const gate::Baseline old = inputs.baseline.value_or(gate::Baseline{});
  const gate::Baseline written = gate::updated(old, fresh, inputs.rule_files);
  EQLAB_CHECK(write_file(options.paths.baseline, gate::write_baseline(written)));
  console.note(format("{}: figures of {} rules written\n", printable(options.paths.baseline),
                      written.rules.size()));
  return ok();
}

void print(const Options& options, const gate::GateResult& result, Console& console) {
  report::View view = view_of(console);
  view.is_read_by_workflow = options.is_read_by_workflow;
  print_result(options.output, result, view, console);
  if (!options.annotations) return;
  // Workflows read both streams; what programs read stays whole.
  if (options.output.format == "text")
    console.print(report::gate_annotations(result));
  else
    console.note(report::gate_annotations(result));
}

/// What was stored, beside what stood there before.
void print_stored(const Options& options, const gate::GateResult& result, Console& console) {
  if (options.output.format != "text") {
    print(options, result, console);
    return;
  }
  for (const gate::RuleResult& rule : result.rules) {
    if (!rule.after) continue;
    console.print(format("{}  recall {} · false alarms {} per 1,000 hosts a day\n",
                         printable(rule.file), report::recall_text(rule),
                         report::false_alarms_text(rule)));
  }
}

/// With its caret: a line of somebody else's rule or policy.
void report_error(const Options& options, const Diagnostic& diagnostic, Console& console) {
  if (options.is_read_by_workflow)
    console.note(report::inert_in_workflows(render(diagnostic)));
  else
    console.report(diagnostic);
}

/// Of what cannot be used.
void report_errors(const Options& options, const gate::GateResult& result, Console& console) {
  const auto show = [&](const Diagnostic& diagnostic) {
    report_error(options, diagnostic, console);
  };
  for (const gate::RuleResult& rule : result.rules) {
    if (!rule.usable) std::ranges::for_each(rule.diagnostics, show);
  }
  std::ranges::for_each(result.diagnostics, show);
}

Exit run(Options options, Console& console) {
  gate::Paths paths = options.paths;
  paths.environment = environment_of_process();
  options.is_read_by_workflow =
      options.annotations ||
      std::ranges::find(paths.environment,
                        std::pair<std::string, std::string>("GITHUB_ACTIONS", "true")) !=
          paths.environment.end();
  const auto give_up = [&](const Diagnostic& diagnostic) {
    report_error(options, diagnostic, console);
    return exit_for(diagnostic);
  };
  if (options.updates_baseline && options.paths.baseline.empty()) {
    return give_up(error_in({}, "E905", "--update-baseline does not know which file to write",
                            "eqlab gate --update-baseline --baseline eqlab-baseline.json"));
  }
  if (auto able = check_outputs(options.output); !able) return give_up(able.error());
  paths.baseline_is_written = options.updates_baseline;
  auto inputs = gate::load_inputs(paths);
  if (!inputs) return give_up(inputs.error());
  gate::JudgeOptions how{.source = options.source,
                         .judges_unchanged = options.judges_all || options.updates_baseline};
  choose_corpus(options, *inputs, how.source);
  auto result = gate::judge_change(*inputs, how, console.watcher());
  if (console.stop().stop_requested()) {
    console.note("interrupted: nothing was written\n");
    return Exit::interrupted;
  }
  if (!result) return give_up(result.error());
  result->tool_version = std::string(version);
  result->command = again(options, how.source);
  conclude(*result);
  report_errors(options, *result, console);
  if (auto written = write_files(options.output, *result); !written)
    return give_up(written.error());
  if (options.updates_baseline) {
    if (result->exit_status() >= static_cast<int>(Exit::unusable)) {
      print(options, *result, console);
      return static_cast<Exit>(result->exit_status());
    }
    if (auto written = update_baseline(options, *inputs, *result, console); !written)
      return give_up(written.error());
    print_stored(options, *result, console);
    return Exit::fine;
  }
  print(options, *result, console);
  return static_cast<Exit>(result->exit_status());
}

}  // namespace

void define_gate(CLI::App& app, Action& chosen) {
  CLI::App* const command = app.add_subcommand(
      "gate", "Compare a rule change with its base under a policy; pass or fail");
  auto options = std::make_shared<Options>();
  gate::Paths& paths = options->paths;
  command->add_option("RULE", paths.rules,
                      "Rules or folders; default: what eqlab.toml names, else rules/");
  command->add_option(
      "--policy", paths.policy,
      "Policy; default: eqlab.toml here or in a folder above, else sensible demands");
  auto* const base =
      command->add_option("--base", paths.base, "Git revision that the change is against");
  auto* const base_file =
      command->add_option("--base-file", paths.base_file, "A file with the rules as they were");
  auto* const baseline =
      command->add_option("--baseline", paths.baseline, "Figures stored with --update-baseline");
  base->excludes(base_file)->excludes(baseline);
  base_file->excludes(baseline);
  command
      ->add_flag("--update-baseline", options->updates_baseline,
                 "Measure all rules and write the file that --baseline names")
      ->needs(baseline);
  command->add_flag("--all", options->judges_all, "Judge rules that did not change too");
  auto* const folder = command->add_option("--corpus", options->source.corpus_dir,
                                           "A corpus folder instead of a generated one");
  options->corpus_options = add_corpus_options(*command, options->source.corpus);
  for (CLI::Option* const option : options->corpus_options) option->excludes(folder);
  add_output_options<gate::GateResult>(*command, options->output);
  command->add_flag("--annotations", options->annotations,
                    "Also print annotations for a GitHub workflow");
  add_threads_option(*command, options->source.threads);
  command->footer(
      "Example:\n  eqlab gate --base origin/main --output-junit gate.xml --output-markdown "
      "gate.md\n"
      "  eqlab gate rules/new_rule.toml --base-file old_rule.toml\n"
      "  eqlab gate --update-baseline --baseline eqlab-baseline.json\n"
      "Exit status: 0 passes, 1 fails, 2 a rule, the policy or an option cannot be used, 3 git, "
      "input or output failed.");
  command->callback([options, &chosen] {
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
