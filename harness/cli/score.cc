#include <algorithm>

#include "generators/corpus/corpus.h"
#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/labelled_events.h"
#include "harness/cli/rule_choice.h"
#include "harness/cli/schedule_option.h"
#include "harness/cli/version.h"
#include "harness/report/scorecard_json.h"
#include "harness/report/scorecard_markdown.h"
#include "harness/report/scorecard_text.h"
#include "harness/rule/rule.h"
#include "harness/scan/plan.h"
#include "harness/score/evaluate.h"

namespace eqlab::cli {
namespace {

struct Options {
  std::string rule;
  RuleChoice choice;
  generators::CorpusOptions corpus;
  std::string corpus_dir;
  std::string schema;
  std::string schedule;
  std::string maxspan;
  std::string format = "text";
  std::string output_json;
  std::string output_markdown;
  unsigned threads = 1;
};

/// Within this of one another events are kept even if they are too far apart for a match: it is
/// how near a near miss must be to be noticed.
constexpr Duration kept_span = std::chrono::hours(1);

/// What makes the same result again, whatever defaults were in force.
report::RunInfo describe_run(const Options& options, const rule::Rule& rule,
                             const generators::CorpusOptions& used) {
  report::RunInfo info;
  info.rule_name = rule.name;
  info.rule_id = rule.rule_id;
  info.rule_file = options.rule;
  info.rule_version = rule.version;
  info.tool_version = std::string(version);
  std::vector<std::string> again = {"eqlab", "score", options.rule};
  std::vector<std::string> generate = {"eqlab", "generate"};
  std::vector<std::string> explain = {"eqlab", "explain", options.rule};
  const auto add = [&](const std::string& name, const std::string& value) {
    info.options.emplace_back(name, value);
    for (std::vector<std::string>* const words : {&again, &generate}) {
      words->push_back("--" + name);
      words->push_back(value);
    }
  };
  if (options.corpus_dir.empty()) {
    info.corpus = used.profile;
    info.seed = used.seed;
    add("profile", used.profile);
    add("seed", format("{}", used.seed));
    if (used.events > 0) add("events", format("{}", used.events));
    add("hosts", format("{}", used.hosts));
    add("days", format("{}", used.days));
    if (!used.only.empty()) add("only", join(used.only, ","));
    if (!used.without.empty()) add("without", join(used.without, ","));
    if (!used.scenarios_dir.empty()) add("scenarios", used.scenarios_dir);
  } else {
    info.corpus = options.corpus_dir;
    add("corpus", options.corpus_dir);
  }
  explain.push_back(options.corpus_dir.empty() ? "corpus" : options.corpus_dir);
  if (options.corpus_dir.empty()) {
    generate.insert(generate.end(), {"--output", "corpus"});
    info.before_explain = quote_command(generate);
  }
  if (!options.choice.rule_id.empty()) add("rule-id", options.choice.rule_id);
  if (!options.choice.at.empty()) add("at", options.choice.at);
  if (!options.schema.empty()) add("schema", options.schema);
  if (!options.schedule.empty()) add("schedule", options.schedule);
  if (!options.maxspan.empty()) add("maxspan", options.maxspan);
  info.command = quote_command(again);
  const auto also = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) explain.insert(explain.end(), {"--" + name, value});
  };
  also("rule-id", options.choice.rule_id);
  also("at", options.choice.at);
  also("schema", options.schema);
  // `explain` knows the rule's own schedule and maxspan only.
  if (options.schedule.empty() && options.maxspan.empty()) info.explain = quote_command(explain);
  return info;
}

Exit run(Options options, Console& console) {
  const auto give_up = [&console](const Diagnostic& diagnostic) {
    console.report(diagnostic);
    return exit_for(diagnostic);
  };
  const double started = seconds_now();
  auto rule = load_chosen_rule(options.rule, options.choice);
  if (!rule) return give_up(rule.error());
  if (auto applied = apply_schedule(options.schedule, rule->schedule); !applied)
    return give_up(applied.error());
  std::optional<Duration> maxspan;
  if (!options.maxspan.empty()) {
    maxspan = parse_duration(options.maxspan);
    if (!maxspan || *maxspan <= Duration::zero())
      return give_up(
          error_in({}, "E905", "--maxspan: not a time", "write for example: --maxspan 15s"));
  }
  auto schema = schema_from(options.schema);
  if (!schema) return give_up(schema.error());
  auto query = rule::compile(*rule, *schema);
  if (!query) return give_up(query.error());
  for (const Diagnostic& finding : rule::lint(*rule, *query)) {
    if (finding.severity == Severity::error)
      console.report(finding);  // figures below suffer from it
  }

  scan::Plan plan(scan::Plan::options_for(*schema, rule->timestamp_field, rule->tiebreaker_field));
  const scan::QueryBinding binding = plan.add(*query);
  std::optional<scan::KeySlot> host_slot;
  if (const event::Field* const host = schema->find("host.id")) host_slot = plan.carry(*host);

  const PlannedQuery planned{.query = &*query, .binding = &binding};
  auto events = scan_labelled(
      {.corpus = options.corpus, .corpus_dir = options.corpus_dir, .threads = options.threads},
      plan,
      {.queries = {&planned, 1}, .kept_span = std::max(kept_span, maxspan.value_or(kept_span))},
      console);
  if (console.stop().stop_requested()) {
    console.note("interrupted: nothing was written\n");
    return Exit::interrupted;
  }
  if (!events) return give_up(locate(std::move(events.error()), rule->query));
  const double scanned_at = seconds_now();

  const truth::TruthIndex index(events->truth);
  score::ScoreOptions scoring;
  scoring.bootstrap.threads = options.threads;
  const score::Scorecard card = score::evaluate(events->log,
                                                {.query = *query,
                                                 .binding = binding,
                                                 .schedule = rule->schedule,
                                                 .maxspan = maxspan,
                                                 .rule_id = rule->rule_id,
                                                 .host_slot = host_slot,
                                                 .scoring = scoring},
                                                events->truth, index, events->candidates)
                                    .card;

  const report::RunInfo info = describe_run(options, *rule, events->used);
  if (!options.output_json.empty()) {
    if (auto written = write_file(options.output_json, report::scorecard_json(card, info));
        !written)
      return give_up(written.error());
  }
  if (!options.output_markdown.empty()) {
    if (auto written = write_file(options.output_markdown, report::scorecard_markdown(card, info));
        !written)
      return give_up(written.error());
  }
  if (options.format == "json")
    console.print(report::scorecard_json(card, info));
  else if (options.format == "markdown")
    console.print(report::scorecard_markdown(card, info));
  else
    console.print(report::scorecard_text(
        card, info,
        {.columns = std::clamp<std::size_t>(console.columns(), 60, 100),
         .colour = console.output_has_colour() ? report::Colour::on : report::Colour::off}));
  console.note(
      format("took {:.1f} s: {:.1f} s scanning ({} events/s), {:.2f} s deciding\n",
             seconds_now() - started, scanned_at - started,
             group_digits(static_cast<std::int64_t>(static_cast<double>(events->truth.events) /
                                                    std::max(scanned_at - started, 1e-9))),
             seconds_now() - scanned_at));
  return Exit::fine;
}

}  // namespace

void define_score(CLI::App& app, Action& chosen) {
  CLI::App* const command = app.add_subcommand(
      "score", "Run the rule's schedule over a labelled corpus and print the scorecard");
  auto options = std::make_shared<Options>();
  command->add_option("RULE", options->rule, "Rule file")->required();
  add_rule_choice(*command, options->choice);
  auto* const folder = command->add_option("--corpus", options->corpus_dir,
                                           "Score a corpus folder instead of generating one");
  for (CLI::Option* const option : add_corpus_options(*command, options->corpus))
    option->excludes(folder);
  command->add_option(
      "--schema", options->schema,
      "Elasticsearch mapping (JSON), field,type CSV, or none; default: ECS and Elastic Defend");
  command->add_option("--schedule", options->schedule,
                      "Instead of the rule's own: interval=5m,lookback=9m,cap=100 (any of them)");
  command->add_option("--maxspan", options->maxspan, "Instead of the query's own, for example 15s");
  command->add_option("--format", options->format, "text, json or markdown")
      ->check(CLI::IsMember({"text", "json", "markdown"}))
      ->capture_default_str();
  command->add_option("--output-json", options->output_json,
                      "Also write the scorecard as JSON to this file");
  command->add_option("--output-markdown", options->output_markdown,
                      "Also write it as Markdown to this file");
  add_threads_option(*command, options->threads);
  command->footer(
      "Example:\n  eqlab score rules/macos_installer_package_spawns_network_event.toml --events "
      "2000000 --seed 1");
  command->callback([options, &chosen] {
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
