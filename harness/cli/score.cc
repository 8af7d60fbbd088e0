#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "generators/corpus/corpus.h"
#include "generators/corpus/verify.h"
#include "harness/base/parallel.h"
#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/event_scan.h"
#include "harness/cli/rule_choice.h"
#include "harness/cli/version.h"
#include "harness/event/io/reader.h"
#include "harness/match/matcher.h"
#include "harness/match/relevant.h"
#include "harness/report/scorecard_json.h"
#include "harness/report/scorecard_markdown.h"
#include "harness/report/scorecard_text.h"
#include "harness/rule/rule.h"
#include "harness/scan/plan.h"
#include "harness/scan/scanner.h"
#include "harness/schedule/simulation.h"
#include "harness/score/scorecard.h"

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

/// The labelled events, reduced to candidates.
struct Scanned {
  scan::CandidateLog log;
  truth::Truth truth;
  std::uint64_t candidates = 0;  ///< found, before those that cannot matter were dropped
};

/// Within this of one another events are kept even if they are too far apart for a match: it bounds
/// the maxspan that can be asked for, and how near a near miss must be to be noticed.
constexpr Duration kept_span = std::chrono::hours(1);

/// Drops the candidates that no decision needs; those of incidents stay.
void keep_relevant(scan::CandidateLog& log, const truth::Truth& truth,
                   const eql::CheckedQuery& query, const scan::QueryBinding& binding,
                   std::optional<Duration> maxspan) {
  const truth::TruthIndex labels(truth);
  const Duration span = std::max(kept_span, maxspan.value_or(Duration::zero()));
  log.keep(match::relevant(log, query, binding, span, [&](scan::CandidateIndex c) {
    return labels.find(log.event_id(c)) != nullptr;
  }));
}

/// `interval=5m,lookback=9m,cap=100` over the rule's own schedule.
Status apply_schedule(const std::string& text, rule::Schedule& schedule) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    const auto duration = parse_duration(value);
    const auto number = parse_number<unsigned>(value);
    if (name == "interval" && duration && *duration >= std::chrono::seconds{1}) {
      schedule.interval = *duration;
    } else if (name == "lookback" && duration && *duration > Duration::zero()) {
      schedule.look_back = *duration;
    } else if (name == "cap" && number && *number > 0) {
      schedule.max_signals = *number;
    } else {
      return fail(error_in({}, "E905", format("--schedule: {} is not understood", printable(part)),
                           "write for example: --schedule interval=5m,lookback=9m,cap=100"));
    }
  }
  return ok();
}

Result<Scanned> scan_generated(const Options& options, const scan::Plan& plan,
                               const eql::CheckedQuery& query, const scan::QueryBinding& binding,
                               std::optional<Duration> maxspan, Console& console,
                               generators::CorpusOptions& used) {
  EQLAB_TRY(const generators::Corpus corpus, generators::Corpus::plan(options.corpus));
  used = corpus.options();
  struct Part {
    scan::CandidateLog log;
    truth::Truth truth;
    std::uint64_t candidates = 0;
    std::optional<Diagnostic> failure;
  };
  // A part holds whole hosts, so what joins by host can be looked at part by part.
  const bool is_split_by_key =
      !query.stages.front().keys.empty() &&
      std::ranges::all_of(query.stages, [](const eql::CheckedStage& stage) {
        return generators::identifies_host(stage.keys.front().field.name);
      });
  Scanned out{plan.new_log(), {}, 0};
  std::optional<Diagnostic> failure;
  std::size_t next = 0;
  std::size_t done = 0;
  OrderedPool pool(options.threads);
  const std::function<std::optional<std::size_t>()> produce = [&]() -> std::optional<std::size_t> {
    if (next == corpus.part_count()) return std::nullopt;
    return next++;
  };
  const std::function<Part(std::size_t)> work = [&](std::size_t index) {
    Part part{plan.new_log(), {}, 0, {}};
    scan::Scanner scanner(plan);
    corpus.make_batches(
        index, plan.projection(),
        [&](const event::EventBatch& batch) {
          if (part.failure) return;
          if (auto status = scanner.scan(batch, part.log); !status)
            part.failure = std::move(status.error());
        },
        part.truth);
    part.candidates = part.log.size();
    if (is_split_by_key) {
      part.log.finish(scan::CandidateLog::Ties::by_full_time);
      keep_relevant(part.log, part.truth, query, binding, maxspan);
    }
    return part;
  };
  const std::function<void(Part)> consume = [&](Part part) {
    if (part.failure && !failure) failure = std::move(part.failure);
    out.log.merge(std::move(part.log));
    out.candidates += part.candidates;
    out.truth.events += part.truth.events;
    std::ranges::move(part.truth.hosts, std::back_inserter(out.truth.hosts));
    std::ranges::move(part.truth.incidents, std::back_inserter(out.truth.incidents));
    console.progress("generating and scanning", ++done, corpus.part_count());
  };
  pool.run<std::size_t, Part>(produce, work, consume, console.stop());
  if (failure) return fail(std::move(*failure));
  generators::finish_truth(out.truth, corpus);
  out.log.finish(scan::CandidateLog::Ties::by_full_time);
  return out;
}

Result<Scanned> scan_corpus(const Options& options, const scan::Plan& plan, Console& console) {
  EQLAB_CHECK(generators::verify_corpus(options.corpus_dir));
  EQLAB_TRY(
      truth::Truth truth,
      truth::read_truth((std::filesystem::path(options.corpus_dir) / "truth.ndjson").string()));
  EQLAB_TRY(std::vector<std::string> files, generators::event_files(options.corpus_dir));
  EventScan pass(plan);
  event::ReadOptions reading{.paths = std::move(files), .threads = options.threads};
  reading.progress = [&console](std::uint64_t done, std::uint64_t total) {
    console.progress("reading the corpus", done, total);
  };
  EQLAB_TRY(const event::ReadReport read,
            event::read_events<EventScan::Piece>(reading, plan.projection(), pass.scan_batch(),
                                                 pass.take(), console.stop()));
  EQLAB_TRY(scan::CandidateLog log, pass.finish());
  if (read.usable != truth.events && !console.stop().stop_requested()) {
    return fail(
        error_in(options.corpus_dir, "E502",
                 format("the corpus is not whole: truth.ndjson counts {} events, {} were read",
                        truth.events, read.usable),
                 "make it again with eqlab generate"));
  }
  const std::uint64_t candidates = log.size();
  return Scanned{std::move(log), std::move(truth), candidates};
}

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

  generators::CorpusOptions used = options.corpus;
  auto scanned = options.corpus_dir.empty()
                     ? scan_generated(options, plan, *query, binding, maxspan, console, used)
                     : scan_corpus(options, plan, console);
  if (console.stop().stop_requested()) {
    console.note("interrupted: nothing was written\n");
    return Exit::interrupted;
  }
  if (!scanned) return give_up(locate(std::move(scanned.error()), rule->query));
  // Whole logs again, whatever went part by part before: the same events stay for generated and
  // read corpora.
  keep_relevant(scanned->log, scanned->truth, *query, binding, maxspan);
  const double scanned_at = seconds_now();

  const match::Matcher matcher(*query, binding);
  match::MatchOptions everything;
  everything.maxspan = maxspan;
  const match::Matches matches = matcher.find(scanned->log, scanned->log.dated(), everything);
  schedule::SimulationOptions simulation_options;
  simulation_options.start = scanned->truth.from;
  simulation_options.end = scanned->truth.to;
  simulation_options.maxspan = maxspan;
  const schedule::Simulation simulation =
      schedule::simulate(scanned->log, matcher, rule->schedule, simulation_options);
  const truth::TruthIndex index(scanned->truth);
  score::ScoreOptions scoring;
  scoring.bootstrap.threads = options.threads;
  const score::Scorecard card = score::score({.log = scanned->log,
                                              .matches = matches,
                                              .simulation = simulation,
                                              .truth = scanned->truth,
                                              .index = index,
                                              .query = *query,
                                              .binding = binding,
                                              .schedule = rule->schedule,
                                              .maxspan = maxspan,
                                              .rule_id = rule->rule_id,
                                              .candidates = scanned->candidates,
                                              .host_slot = host_slot,
                                              .options = scoring});

  const report::RunInfo info = describe_run(options, *rule, used);
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
             group_digits(static_cast<std::int64_t>(static_cast<double>(scanned->truth.events) /
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
