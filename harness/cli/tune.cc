#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "generators/corpus/corpus.h"
#include "harness/base/text.h"
#include "harness/cases/io/files.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/labelled_events.h"
#include "harness/cli/line_diff.h"
#include "harness/cli/rule_choice.h"
#include "harness/cli/schedule_option.h"
#include "harness/cli/version.h"
#include "harness/report/report_document.h"
#include "harness/report/report_page.h"
#include "harness/report/tuning_json.h"
#include "harness/report/tuning_text.h"
#include "harness/rule/rewrite.h"
#include "harness/rule/rule.h"
#include "harness/tune/mutation.h"
#include "harness/tune/tuning.h"

namespace eqlab::cli {
namespace {

struct Options {
  std::string rule;
  RuleChoice choice;
  generators::CorpusOptions corpus;
  std::string corpus_dir;
  std::string schema;
  std::vector<std::string> schedules;
  std::string maxspan;
  std::string interval;
  std::string look_back;
  std::vector<std::string> by;
  std::uint64_t split_seed = 1;
  std::size_t suggestions = 8;
  std::size_t apply = 0;  ///< number of a suggestion; 0: none
  std::size_t diff = 0;
  bool verbose = false;
  std::string format = "text";
  std::string output_json;
  std::string output_html;
  unsigned threads = 1;
  [[nodiscard]] bool names_sweeps() const {
    return !maxspan.empty() || !interval.empty() || !look_back.empty() || !by.empty();
  }
};

/// `host.id, user.id` as a list.
std::vector<std::string> split_keys(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view key = trim(text.substr(0, comma));
    if (!key.empty()) out.emplace_back(key);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return out;
}

/// The sweeps that were named, and nothing else.
Result<tune::TuningRequest> named_sweeps(const Options& options, const rule::Rule& rule,
                                         const eql::CheckedQuery& query) {
  tune::TuningRequest out;
  out.suggests = false;
  if (!options.maxspan.empty()) {
    if (query.kind != eql::QueryKind::sequence) {
      return fail(error_in({}, "E722", "--maxspan: the query is no sequence and has no maxspan",
                           "leave it out; without sweeps of its own, tune varies what it can"));
    }
    EQLAB_TRY(out.maxspans, tune::parse_durations(options.maxspan, "maxspan"));
  }
  if (!options.by.empty()) {
    if (query.kind == eql::QueryKind::event) {
      return fail(error_in({}, "E722", "--by: a query of one event joins nothing",
                           "leave it out; without sweeps of its own, tune varies what it can"));
    }
    out.keys.emplace();
    for (const std::string& keys : options.by) out.keys->push_back(split_keys(keys));
  }
  if (!options.interval.empty() || !options.look_back.empty()) {
    std::vector<Duration> intervals;
    std::vector<Duration> look_backs;
    if (!options.interval.empty()) {
      EQLAB_TRY(intervals, tune::parse_durations(options.interval, "interval"));
      if (intervals.front() < std::chrono::seconds{1})
        return fail(error_in({}, "E720", "--interval: a rule runs at most once a second",
                             "write for example: --interval 1m,5m,15m"));
    }
    if (!options.look_back.empty()) {
      EQLAB_TRY(look_backs, tune::parse_durations(options.look_back, "lookback"));
    }
    out.schedules = tune::schedule_grid(rule.schedule, intervals, look_backs);
    if (out.schedules->size() > tune::sweep_points_max)
      return fail(error_in({}, "E720",
                           format("--interval, --lookback: {} pairs, more than {}",
                                  out.schedules->size(), tune::sweep_points_max),
                           "name fewer"));
  }
  return out;
}

/// Commands that measure again, whatever defaults were in force.
report::TuningInfo describe(const Options& options, const rule::Rule& rule,
                            const generators::CorpusOptions& used) {
  report::TuningInfo out;
  report::RunInfo& info = out.run;
  info.rule_name = rule.name;
  info.rule_id = rule.rule_id;
  info.rule_file = options.rule;
  info.rule_version = rule.version;
  info.tool_version = std::string(version);
  std::vector<std::string> shared = {options.rule};
  std::vector<std::string> own;
  const auto add_to = [&](std::vector<std::string>& words, const std::string& name,
                          const std::string& value) {
    if (value.empty()) return;
    info.options.emplace_back(name, value);
    words.push_back("--" + name);
    words.push_back(value);
  };
  if (options.corpus_dir.empty()) {
    info.corpus = used.profile;
    info.seed = used.seed;
    add_to(shared, "profile", used.profile);
    add_to(shared, "seed", format("{}", used.seed));
    if (used.events > 0) add_to(shared, "events", format("{}", used.events));
    add_to(shared, "hosts", format("{}", used.hosts));
    add_to(shared, "days", format("{}", used.days));
    add_to(shared, "only", join(used.only, ","));
    add_to(shared, "without", join(used.without, ","));
    add_to(shared, "scenarios", used.scenarios_dir);
  } else {
    info.corpus = options.corpus_dir;
    add_to(shared, "corpus", options.corpus_dir);
  }
  add_to(shared, "rule-id", options.choice.rule_id);
  add_to(shared, "at", options.choice.at);
  add_to(shared, "schema", options.schema);
  for (const std::string& text : options.schedules) add_to(shared, "schedule", text);
  add_to(own, "maxspan", options.maxspan);
  add_to(own, "interval", options.interval);
  add_to(own, "lookback", options.look_back);
  for (const std::string& keys : options.by) add_to(own, "by", keys);
  if (!options.names_sweeps()) {
    add_to(own, "split-seed", format("{}", options.split_seed));
    add_to(own, "suggestions", format("{}", options.suggestions));
  }
  const auto command = [&](const std::string& name, bool with_own) {
    std::vector<std::string> words = {"eqlab", name};
    words.insert(words.end(), shared.begin(), shared.end());
    if (with_own) words.insert(words.end(), own.begin(), own.end());
    return quote_command(words);
  };
  info.command = command("tune", true);
  out.score_command = command("score", false);
  out.tune_command = command("tune", false);
  return out;
}

/// What the cases beside the rule say of it; nothing where there are none.
std::vector<std::string> words_of_cases(const rule::Rule& rule) {
  const auto blocks = cases::load_cases_of(rule, {});
  if (!blocks || blocks->empty()) return {};
  const auto summary = tune::summarize_cases(rule, *blocks);
  // A case that fails is for `eqlab test` to tell.
  if (!summary) return {"cases: " + summary.error().message};
  const auto share = [](const score::Proportion& of) {
    return format("{} of {}", of.hits, of.total);
  };
  return {format("cases: {} mutants noticed, {} alternatives exercised by {}: eqlab mutate {}",
                 share(summary->noticed), share(summary->alternatives),
                 summary->blocks == 1 ? "1 case" : format("{} cases", summary->blocks), rule.file)};
}

/// The changed query, lines ended by "\n" as rule::with_query wants them.
std::string changed_query(const rule::Rule& rule, const tune::Variant& variant) {
  const std::string text = tune::with_edits(rule.query.text, variant.edits);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out += text[i];
  }
  return out;
}

const std::string& file_text(const rule::Rule& rule) {
  return rule.query.file_text.empty() ? rule.query.text : rule.query.file_text;
}

/// Of the rule's file, or, where a rule cannot be written back (an export of many), of the query.
std::string diff_of(const rule::Rule& rule, const tune::Variant& variant) {
  const std::string query = changed_query(rule, variant);
  if (const auto file = rule::with_query(rule, query))
    return unified_diff(file_text(rule), *file, rule.file);
  return unified_diff(rule.query.text, query, "query");
}

/// What was edited in the meantime must not be lost.
Status unchanged_since_read(const rule::Rule& rule) {
  EQLAB_TRY(const std::string now, cases::read_text(rule.file));
  if (now == file_text(rule)) return ok();
  return fail(error_in(rule.file, "E724", "the rule's file changed while it was measured",
                       "run the same command again"));
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
    if (auto same = unchanged_since_read(rule); !same) {
      console.report(same.error());
      return exit_for(same.error());
    }
  }
  const std::size_t number = std::max(options.apply, options.diff);
  if (number > suggestions.list.size()) {
    console.report(
        error_in(options.rule, "E723",
                 format("there is no suggestion {}: there {} {}", number,
                        suggestions.list.size() == 1 ? "is" : "are", suggestions.list.size()),
                 "run tune without --apply and --diff to see them"));
    return Exit::unusable;
  }
  const tune::Suggestion& suggestion = suggestions.list[number - 1];
  if (options.diff > 0) {
    console.print(diff_of(rule, suggestion.change.variant));
    return Exit::fine;
  }
  const auto text = rule::with_query(rule, changed_query(rule, suggestion.change.variant));
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
  if (!options.output_html.empty()) {
    if (auto page = report::check_report_page(); !page) return give_up(page.error());
  }
  if (options.names_sweeps() && (options.apply > 0 || options.diff > 0))
    return give_up(error_in({}, "E722", "--apply and --diff are about suggestions, not sweeps",
                            "leave --maxspan, --interval, --lookback and --by out"));
  auto rule = load_chosen_rule(options.rule, options.choice);
  if (!rule) return give_up(rule.error());
  if (options.apply > 0) {
    // Better now than after minutes of measuring.
    if (auto text = rule::with_query(*rule, changed_query(*rule, {})); !text)
      return give_up(text.error());
  }
  schedule::SimulationOptions simulation;
  for (const std::string& text : options.schedules) {
    auto change = parse_schedule_change(text);
    if (!change) return give_up(change.error());
    if (auto applied = change->apply(rule->schedule, simulation); !applied)
      return give_up(applied.error());
  }
  auto schema = schema_from(options.schema);
  if (!schema) return give_up(schema.error());
  auto query = rule::compile(*rule, *schema);
  if (!query) return give_up(query.error());

  std::vector<std::string> notes;
  tune::TuningRequest request;
  if (options.names_sweeps()) {
    auto named = named_sweeps(options, *rule, *query);
    if (!named) return give_up(named.error());
    request = std::move(*named);
  } else {
    tune::DefaultRequest all = tune::default_request(*rule, *query, *schema);
    request = std::move(all.request);
    notes = std::move(all.notes);
    // What is applied does not depend on the sweeps that take part in the search, so they stay.
    request.suggestions_max = options.suggestions;
  }
  request.seed = options.split_seed;
  request.simulation = simulation;
  auto plan = tune::plan_for(*rule, *schema, request);
  if (!plan) return give_up(plan.error());

  std::vector<PlannedQuery> planned;
  for (const tune::PlannedVariant* const asked : (*plan)->queries())
    planned.push_back({.query = &asked->query,
                       .binding = &asked->binding,
                       .kept_span = (*plan)->horizon_of(*asked)});
  auto events = scan_labelled(
      {.corpus = options.corpus, .corpus_dir = options.corpus_dir, .threads = options.threads},
      (*plan)->plan(),
      {.queries = planned, .kept_span = (*plan)->horizon(), .keep_rows = (*plan)->keeps_rows()},
      console);
  const auto interrupted = [&] {
    console.note("interrupted: nothing was written\n");
    return Exit::interrupted;
  };
  if (console.stop().stop_requested()) return interrupted();
  if (!events) return give_up(locate(std::move(events.error()), rule->query));
  const double scanned_at = seconds_now();

  const truth::TruthIndex index(events->truth);
  tune::Tuning tuning = tune::tune({.rule = *rule,
                                    .schema = *schema,
                                    .plan = **plan,
                                    .log = events->log,
                                    .rows = events->rows,
                                    .ties = events->ties,
                                    .truth = events->truth,
                                    .index = index,
                                    .threads = options.threads,
                                    .stop = console.stop()},
                                   request);
  if (console.stop().stop_requested()) return interrupted();
  tuning.notes.insert(tuning.notes.begin(), notes.begin(), notes.end());
  if (options.apply > 0 || options.diff > 0)
    return give_diff_or_apply(options, *rule, tuning.suggestions, console);

  report::TuningInfo info = describe(options, *rule, events->used);
  if (tuning.has_suggestions) {
    info.cases = words_of_cases(*rule);
    // A corpus folder is made by `generate` too.
    info.caveats = {
        "the events are generated: hosts differ between the halves, scenarios and their names do "
        "not"};
  }
  for (const tune::Suggestion& suggestion : tuning.suggestions.list) {
    info.diffs.push_back(diff_of(*rule, suggestion.change.variant));
    info.queries.push_back(changed_query(*rule, suggestion.change.variant));
  }
  if (!options.output_json.empty()) {
    if (auto written = write_file(options.output_json, report::tuning_json(tuning, info)); !written)
      return give_up(written.error());
  }
  if (!options.output_html.empty()) {
    report::ReportDocument document;
    document.add_tuning(nlohmann::ordered_json::parse(report::tuning_json(tuning, info)),
                        report::rule_text(*rule, *query));
    auto page = report::report_page(document.write());
    if (!page) return give_up(page.error());
    if (auto written = write_file(options.output_html, *page); !written)
      return give_up(written.error());
  }
  if (options.format == "json")
    console.print(report::tuning_json(tuning, info));
  else
    console.print(report::tuning_text(
        tuning, info,
        {.columns = std::clamp<std::size_t>(console.columns(), 60, 100),
         .colour = console.output_has_colour() ? report::Colour::on : report::Colour::off,
         .detail = options.verbose ? report::Detail::full : report::Detail::summary}));
  console.note(format("took {:.1f} s: {:.1f} s scanning, {:.2f} s deciding\n",
                      seconds_now() - started, scanned_at - started, seconds_now() - scanned_at));
  return Exit::fine;
}

}  // namespace

void define_tune(CLI::App& app, Action& chosen) {
  CLI::App* const command = app.add_subcommand(
      "tune", "What other settings and small changes of a rule would catch, and at what price");
  auto options = std::make_shared<Options>();
  command->add_option("RULE", options->rule, "Rule file")->required();
  add_rule_choice(*command, options->choice);
  auto* const folder = command->add_option("--corpus", options->corpus_dir,
                                           "Measure on a corpus folder instead of generating one");
  for (CLI::Option* const option : add_corpus_options(*command, options->corpus))
    option->excludes(folder);
  command->add_option(
      "--schema", options->schema,
      "Elasticsearch mapping (JSON), field,type CSV, or none; default: ECS and Elastic Defend");
  add_schedule_option(*command, options->schedules, false);
  const char* const sweeps = "Sweeps; naming one or more does just those";
  command->add_option("--maxspan", options->maxspan, "5s,15s,30s or 1s..100s or 1s..100s/500ms")
      ->group(sweeps);
  command->add_option("--interval", options->interval, "How often the rule runs: 1m,5m,15m")
      ->group(sweeps);
  command
      ->add_option("--lookback", options->look_back,
                   "How far back a run looks: 6m,9m,20m; with --interval, all pairs")
      ->group(sweeps);
  command
      ->add_option("--by", options->by, "Join keys, as host.id,user.id; may be given several times")
      ->allow_extra_args(false)
      ->group(sweeps);
  command
      ->add_option("--split-seed", options->split_seed,
                   "Which hosts changes are chosen on, and which they are judged on")
      ->check(whole_number(0, UINT64_MAX))
      ->capture_default_str();
  command
      ->add_option("--suggestions", options->suggestions,
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
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("--output-json", options->output_json, "Also write the result as JSON");
  command->add_option("--output-html", options->output_html,
                      "Also write it as one HTML page with charts");
  add_threads_option(*command, options->threads);
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
