#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/cli/command_words.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/output_options.h"
#include "harness/cli/read_notes.h"
#include "harness/cli/rule_options.h"
#include "harness/cli/version.h"
#include "harness/report/incident_list.h"
#include "harness/run/score_rules.h"
#include "harness/schedule/alert_documents.h"

namespace eqlab::cli {
namespace {

struct Options {
  run::ScoreRequest request;
  std::string engine = "scheduled";
  OutputOptions output;
  bool verbose = false;
  std::string alerts;
};

/// One run of the command: what it collects of the scoring, and how that is told.
class Scoreboard {
 public:
  Scoreboard(const Options& options, Console& console)
      : options_(options), console_(console), scoring_(options.request) {}
  Exit run();

 private:
  void scanned(const run::ScannedEvents& events);
  void decided(const run::DecidedVariant& decided);
  [[nodiscard]] report::RunInfo describe(const run::ScoredVariant& variant,
                                         const generators::CorpusOptions& used) const;
  Status write_results();

  const Options& options_;
  Console& console_;
  run::Scoring scoring_;
  std::vector<score::Scorecard> cards_;  ///< as the variants
  std::vector<report::RunInfo> infos_;
  nlohmann::ordered_json incidents_ =
      nlohmann::ordered_json::array();  ///< for the page, of a single variant
  std::string alerts_;
  std::uint64_t events_ = 0;
  std::optional<std::uint64_t> malformed_;  ///< once a pass is done
  double began_ = seconds_now();            ///< of a pass
  double scanning_ = 0;
};

void Scoreboard::scanned(const run::ScannedEvents& events) {
  console_.end_progress();
  scanning_ += seconds_now() - began_;
  events_ = events.truth.events;
  if (!malformed_) note_read(events.read, console_);
  malformed_ = malformed_.value_or(events.read.malformed);
}

void Scoreboard::decided(const run::DecidedVariant& decided) {
  note_limits(decided.evaluation.matches, console_);
  if (!options_.alerts.empty()) {
    const schedule::AlertDocuments documents(decided.events.log, *decided.rule.rule,
                                             *decided.group.addresses);
    for (const schedule::Alert& alert : decided.evaluation.simulation.alerts)
      alerts_ += documents.write(alert);
  }
  if (options_.output.writes("html") && scoring_.variants().size() == 1 &&
      decided.events.labels == score::Labels::given) {
    incidents_ = report::incident_list({.log = decided.events.log,
                                        .simulation = decided.evaluation.simulation,
                                        .truth = decided.events.truth,
                                        .index = decided.index,
                                        .bound = decided.rule.bound,
                                        .card = decided.evaluation.card,
                                        .maxspan = decided.maxspan});
  }
  cards_[decided.place] = decided.evaluation.card;
  infos_[decided.place] = describe(scoring_.variants()[decided.place], decided.events.used);
  began_ = seconds_now();
}

report::RunInfo Scoreboard::describe(const run::ScoredVariant& variant,
                                     const generators::CorpusOptions& used) const {
  const run::ScoreRequest& request = options_.request;
  const rule::Rule& rule = scoring_.rules()[variant.rule];
  report::RunInfo info;
  info.rule_name = rule.name;
  info.rule_id = rule.rule_id;
  info.rule_file = rule.file;
  info.rule_version = rule.version;
  info.tool_version = std::string(version);
  info.malformed = malformed_.value_or(0);
  info.corpus = name_of(request.source, used);
  if (request.source.files.empty() && request.source.corpus_dir.empty()) info.seed = used.seed;
  info.options = options_of(request.source, used);
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) info.options.emplace_back(name, value);
  };
  const auto add_number = [&](const std::string& name, auto value, auto standard) {
    if (value != standard) add(name, format("{}", value));
  };
  add("at", request.choice.at);
  add("schema", request.schema);
  add("runs-at", request.runs_at);
  add("failed-runs", request.failed_runs);
  if (options_.engine != "scheduled") add("engine", options_.engine);
  const score::ScoreOptions standard;
  add_number("beta", request.score.beta, standard.beta);
  add_number("prevalence", request.score.prevalence, standard.prevalence);
  add_number("resamples", request.score.bootstrap.resamples, standard.bootstrap.resamples);
  // Of a file with several rules, each result is of one.
  if (rule.format == rule::RuleFormat::json || !request.choice.rule_id.empty())
    add("rule-id", rule.rule_id.empty() ? rule.name : rule.rule_id);
  add("schedule", variant.schedule);
  const auto maxspan = [&variant] {
    return exact_duration(*variant.maxspan, std::chrono::minutes{1});
  };
  if (variant.maxspan) add("maxspan", maxspan());
  info.command = CommandWords({"eqlab", "score", rule.file}).add(info.options).text();

  std::vector<std::string> differs;
  // Versions of one rule have one name; their files do not.
  if (scoring_.rules().size() > 1) {
    differs.push_back(rule.format == rule::RuleFormat::json
                          ? rule.name
                          : std::filesystem::path(rule.file).stem().string());
  }
  if (!variant.schedule.empty() && request.schedules.size() > 1)
    differs.push_back(variant.schedule);
  if (variant.maxspan && scoring_.maxspans().size() > 1) differs.push_back("maxspan " + maxspan());
  info.variant = join(differs, " · ");

  // `explain` needs labels, and knows the rule's own schedule and maxspan only.
  if (!request.source.files.empty() || !variant.schedule.empty() || variant.maxspan) return info;
  const std::string corpus =
      request.source.corpus_dir.empty() ? "corpus" : request.source.corpus_dir;
  info.explain = CommandWords({"eqlab", "explain", rule.file, corpus})
                     .add_named({"rule-id", "at", "schema"}, info.options)
                     .text();
  if (request.source.corpus_dir.empty()) {
    info.before_explain = CommandWords({"eqlab", "generate", "--output", corpus})
                              .add(options_of(request.source, used))
                              .text();
  }
  return info;
}

Status Scoreboard::write_results() {
  report::Scorecards all{.cards = {}, .incidents = incidents_};
  for (std::size_t v = 0; v < cards_.size(); ++v) {
    const run::ScoredVariant& variant = scoring_.variants()[v];
    all.cards.push_back({.card = cards_[v], .info = infos_[v]});
    all.rules.push_back(
        report::rule_text(scoring_.rules()[variant.rule], scoring_.query(variant.rule)));
    if (variant.maxspan) all.rules.back().maxspan = variant.maxspan;
  }
  EQLAB_CHECK(write_files(options_.output, all));
  if (!options_.alerts.empty()) EQLAB_CHECK(write_file(options_.alerts, alerts_));
  report::View view = view_of(console_);
  if (options_.verbose) view.detail = report::Detail::full;
  print_result(options_.output, all, view, console_);
  return ok();
}

Exit Scoreboard::run() {
  const double began = seconds_now();
  const run::Watcher watcher = console_.watcher();
  const auto give_up = [this](const Diagnostic& diagnostic) {
    console_.report(diagnostic);
    return exit_for(diagnostic);
  };
  if (auto able = check_outputs(options_.output); !able) return give_up(able.error());
  if (auto ready = scoring_.prepare(watcher); !ready) return give_up(ready.error());
  cards_.resize(scoring_.variants().size());
  infos_.resize(cards_.size());
  began_ = seconds_now();
  auto done = scoring_.run(
      watcher, {.scanned = [this](const run::ScannedEvents& events) { scanned(events); },
                .decided = [this](const run::DecidedVariant& variant) { decided(variant); }});
  if (watcher.stop.stop_requested()) {
    console_.note("interrupted: nothing was written\n");
    return Exit::interrupted;
  }
  if (!done) return give_up(done.error());
  if (auto written = write_results(); !written) return give_up(written.error());
  const double took = seconds_now() - began;
  console_.note(
      format("took {:.1f} s: {:.1f} s scanning ({} events/s), {:.2f} s deciding\n", took, scanning_,
             group_digits(static_cast<std::int64_t>(static_cast<double>(events_) *
                                                    static_cast<double>(scoring_.pass_count()) /
                                                    std::max(scanning_, 1e-9))),
             took - scanning_));
  return Exit::fine;
}

void add_event_options(CLI::App& command, run::EventSource& source) {
  auto* const folder = command.add_option("--corpus", source.corpus_dir,
                                          "Score a corpus folder instead of generating one");
  auto* const input = command.add_option(
      "--input", source.files,
      "Score real events, which nobody has labelled: files, folders, or - for standard input");
  input->excludes(folder);
  for (CLI::Option* const option : add_corpus_options(command, source.corpus))
    option->excludes(folder)->excludes(input);
}

}  // namespace

void define_score(CLI::App& app, Action& chosen) {
  CLI::App* const command = app.add_subcommand(
      "score", "Run a rule's schedule over labelled or real events and print the scorecard");
  auto options = std::make_shared<Options>();
  command
      ->add_option("RULE", options->request.rules,
                   "Rules: files, exports, folders of them; several stand side by side")
      ->required();
  add_rule_choice(*command, options->request.choice);
  add_event_options(*command, options->request.source);
  add_schema_option(*command, options->request.schema);
  add_schedule_option(*command, options->request.schedules, true);
  command->add_option("--maxspan", options->request.maxspans,
                      "Instead of the query's own: 15s; several stand side by side: 15s,30s,1m or "
                      "10s..60s/10s");
  command->add_option("--runs-at", options->request.runs_at,
                      "When runs are due instead of every interval: +0m,+5m,+17m from where the "
                      "events begin, or dates; @FILE: one a line");
  command->add_option("--failed-runs", options->request.failed_runs,
                      "What goes wrong, by number of the run from 0: 3,7-9 (the search fails), "
                      "12:throws, 20:+7m (late), 21:takes=20m; @FILE");
  command
      ->add_option(
          "--engine", options->engine,
          "scheduled, or streaming: the rule sees each event as it arrives, without runs, cap "
          "and suppression")
      ->check(CLI::IsMember({"scheduled", "streaming"}))
      ->capture_default_str();
  command
      ->add_option("--prevalence", options->request.score.prevalence,
                   "Malicious incidents on a host a day, for the precision that would have")
      ->check(number_between(0, 1e6))
      ->capture_default_str();
  command
      ->add_option("--beta", options->request.score.beta,
                   "How many times recall counts as precision in F")
      ->check(number_between(1e-3, 1e3))
      ->capture_default_str();
  command
      ->add_option("--resamples", options->request.score.bootstrap.resamples,
                   "Of hosts, for intervals")
      ->check(CLI::Range(100U, 100'000U))
      ->capture_default_str();
  command->add_flag("--verbose", options->verbose,
                    "All denominators, percentiles, load and breakdowns below the summary");
  add_output_options<report::Scorecards>(*command, options->output);
  command->add_option("--alerts", options->alerts,
                      "Also write the alerts as the engine would index them to this file (NDJSON)");
  add_threads_option(*command, options->request.source.threads);
  command->footer(
      "Example:\n"
      "  eqlab score rules/macos_installer_package_spawns_network_event.toml --events 2000000\n"
      "  eqlab score rules/history --profile realistic --hosts 500 --days 3\n"
      "  eqlab score RULE --maxspan 15s,30s,60s --corpus corpus\n"
      "  eqlab score RULE --input events.ndjson --engine streaming --alerts alerts.ndjson");
  command->callback([options, &chosen] {
    options->request.engine = options->engine == "streaming" ? score::EngineKind::streaming
                                                             : score::EngineKind::scheduled;
    options->request.writes_alerts = !options->alerts.empty();
    options->request.source.keep_sources = !options->alerts.empty();
    chosen = [options](Console& console) { return Scoreboard(*options, console).run(); };
  });
}

}  // namespace eqlab::cli
