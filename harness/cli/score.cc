#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/base/text.h"
#include "harness/cli/checked_rules.h"
#include "harness/cli/commands.h"
#include "harness/cli/corpus_options.h"
#include "harness/cli/event_search.h"
#include "harness/cli/labelled_events.h"
#include "harness/cli/rule_choice.h"
#include "harness/cli/schedule_option.h"
#include "harness/cli/version.h"
#include "harness/report/incident_list.h"
#include "harness/report/report_document.h"
#include "harness/report/report_page.h"
#include "harness/report/scorecard_json.h"
#include "harness/report/scorecard_markdown.h"
#include "harness/report/scorecard_text.h"
#include "harness/report/scorecards_text.h"
#include "harness/rule/rule.h"
#include "harness/scan/plan.h"
#include "harness/schedule/alert_documents.h"
#include "harness/schedule/run_list.h"
#include "harness/score/evaluate.h"
#include "harness/tune/sweep.h"

namespace eqlab::cli {
namespace {

/// Rules times schedules times maxspans.
constexpr std::size_t variants_max = 1'000;
/// Within this of one another events are kept even if they are too far apart for a match: it is
/// how near a near miss must be to be noticed.
constexpr Duration kept_span = std::chrono::hours(1);

struct Options {
  std::vector<std::string> rules;
  RuleChoice choice;
  EventSource source;
  std::string schema;
  std::vector<std::string> schedules;
  std::string maxspans;
  std::string runs_at;
  std::string failed_runs;
  std::string engine = "scheduled";
  double beta = score::ScoreOptions{}.beta;
  double prevalence = score::ScoreOptions{}.prevalence;
  std::uint32_t resamples = score::BootstrapOptions{}.resamples;
  std::string format = "text";
  bool verbose = false;
  std::string output_json;
  std::string output_markdown;
  std::string output_html;
  std::string alerts;
};

/// A rule that can be scored, and what of it the plan carries.
struct ScoredRule {
  rule::Rule rule;
  eql::CheckedQuery query;
  std::size_t plan = 0;  ///< place among the plans
  scan::QueryBinding binding = {};
  std::optional<schedule::RangeField> range = {};
  std::optional<schedule::SuppressionOptions> suppression = {};
};

/// Rules whose events are ordered by the same fields share a plan and so a pass.
struct PlannedPass {
  explicit PlannedPass(scan::Plan made) : plan(std::move(made)) {}
  scan::Plan plan;
  std::optional<scan::KeySlot> host_slot;
  std::optional<schedule::Addresses> addresses;
};

/// One line of the result.
struct Variant {
  std::size_t rule = 0;
  std::string schedule;  ///< as given; empty: the rule's own
  ScheduleChange change;
  std::optional<Duration> maxspan;
};

/// A text, or with `@` before it the name of the file that holds it.
Result<std::string> text_or_file(const std::string& value) {
  if (!value.starts_with('@')) return value;
  const std::string path = value.substr(1);
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(error_in(path, "E901", "cannot be opened"));
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return fail(error_in(path, "E901", "cannot be read"));
  return text;
}

class Scoring {
 public:
  Scoring(const Options& options, Console& console) : options_(options), console_(console) {}
  Exit run();

 private:
  Status load();
  Status plan();
  Status make_variants();
  Result<score::EvaluateOptions> engine_options(const Variant& variant, rule::Schedule& schedule,
                                                EventTime start) const;
  [[nodiscard]] Status is_usable(const event::ReadReport& read, std::size_t place) const;
  Status evaluate(std::size_t pass);
  [[nodiscard]] report::RunInfo describe(const Variant& variant,
                                         const generators::CorpusOptions& used) const;
  [[nodiscard]] std::vector<std::string> arguments(const generators::CorpusOptions& used,
                                                   report::RunInfo& info) const;
  Status write_results();
  Status write_page(std::string cards) const;

  const Options& options_;
  Console& console_;
  event::Schema schema_ = event::Schema::open();
  std::vector<ScoredRule> rules_;
  std::deque<PlannedPass> passes_;  ///< in place: rows and addresses refer to them
  std::vector<Variant> variants_;
  std::vector<Duration> maxspans_;
  std::vector<score::Scorecard> cards_;  ///< as `variants_`
  std::vector<report::RunInfo> infos_;
  nlohmann::ordered_json incidents_;  ///< for the page, of a single variant
  std::string alerts_;
  std::uint64_t events_ = 0;
  double scanning_ = 0;
  std::uint64_t malformed_ = 0;
};

/// Rules that cannot be used end the command: a table with holes would be taken for whole.
Status Scoring::load() {
  EQLAB_TRY(schema_, schema_from(options_.schema));
  std::vector<rule::Rule> loaded;
  if (options_.rules.size() == 1 && !options_.choice.rule_id.empty()) {
    EQLAB_TRY(rule::Rule rule, load_chosen_rule(options_.rules[0], options_.choice));
    loaded.push_back(std::move(rule));
  } else {
    EQLAB_TRY(const std::optional<WallTime> at, time_from(options_.choice.at));
    rule::RuleSet set = rule::load_rules(options_.rules);
    for (Diagnostic& problem : set.diagnostics) {
      if (problem.severity == Severity::error) return fail(std::move(problem));
      console_.report(problem);
    }
    for (const rule::Skipped& skipped : set.skipped) console_.note(skipped_line(skipped));
    for (rule::Rule& rule : set.rules) {
      if (!options_.choice.rule_id.empty() && rule.rule_id != options_.choice.rule_id &&
          rule.name != options_.choice.rule_id)
        continue;
      rule.as_of = at;
      loaded.push_back(std::move(rule));
    }
  }
  if (loaded.empty())
    return fail(error_in({}, "E905", "no EQL rule is left to score",
                         "name rule files, folders of them, or exports"));
  for (rule::Rule& rule : loaded) {
    EQLAB_TRY(eql::CheckedQuery query, rule::compile(rule, schema_));
    for (const Diagnostic& finding : rule::lint(rule, query)) {
      if (finding.severity == Severity::error)
        console_.report(finding);  // figures below suffer from it
    }
    rules_.push_back({.rule = std::move(rule), .query = std::move(query)});
  }
  return ok();
}

Status Scoring::plan() {
  std::map<std::pair<std::string, std::string>, std::size_t> known;
  for (ScoredRule& scored : rules_) {
    const auto [place, is_new] = known.try_emplace(
        std::pair(scored.rule.timestamp_field, scored.rule.tiebreaker_field), passes_.size());
    if (is_new) {
      passes_.emplace_back(scan::Plan(scan::Plan::options_for(schema_, scored.rule.timestamp_field,
                                                              scored.rule.tiebreaker_field)));
    }
    scored.plan = place->second;
    scored.binding = passes_[scored.plan].plan.add(scored.query);
  }
  for (ScoredRule& scored : rules_) {
    PlannedPass& pass = passes_[scored.plan];
    auto range = schedule::carry_range_field(scored.rule, schema_, pass.plan);
    if (!range) return fail(locate(std::move(range.error()), document_of(scored.rule)));
    scored.range = std::move(*range);
    scored.suppression = schedule::carry_suppression(pass.plan, schema_, scored.rule);
    if (!pass.host_slot) pass.host_slot = pass.plan.carry(host_field(schema_));
    // Files may hold hits, which have names of their own.
    if ((!options_.alerts.empty() || !options_.source.files.empty()) && !pass.addresses)
      pass.addresses.emplace(pass.plan, schema_, scored.rule.event_category_field);
  }
  return ok();
}

Status Scoring::make_variants() {
  if (!options_.maxspans.empty()) {
    EQLAB_TRY(maxspans_, tune::parse_durations(options_.maxspans, "maxspan"));
  }
  std::vector<std::pair<std::string, ScheduleChange>> changes;
  for (const std::string& text : options_.schedules) {
    EQLAB_TRY(const ScheduleChange change, parse_schedule_change(text));
    changes.emplace_back(text, change);
  }
  if (changes.empty()) changes.emplace_back();
  if (options_.engine == "streaming" &&
      !(options_.runs_at.empty() && options_.failed_runs.empty())) {
    return fail(error_in({}, "E905",
                         format("{}: a streaming engine has no runs",
                                options_.runs_at.empty() ? "--failed-runs" : "--runs-at"),
                         "leave it out, or --engine streaming"));
  }
  for (std::size_t r = 0; r < rules_.size(); ++r) {
    for (const auto& [text, change] : changes) {
      if (maxspans_.empty())
        variants_.push_back({.rule = r, .schedule = text, .change = change, .maxspan = {}});
      for (const Duration maxspan : maxspans_)
        variants_.push_back({.rule = r, .schedule = text, .change = change, .maxspan = maxspan});
    }
  }
  if (variants_.size() > variants_max) {
    return fail(error_in({}, "E905",
                         format("{} rules and variants are more than {} side by side",
                                variants_.size(), variants_max),
                         "name fewer, or sweep one rule with eqlab tune"));
  }
  return ok();
}

Result<score::EvaluateOptions> Scoring::engine_options(const Variant& variant,
                                                       rule::Schedule& schedule,
                                                       EventTime start) const {
  score::EvaluateOptions out;
  out.engine =
      options_.engine == "streaming" ? score::EngineKind::streaming : score::EngineKind::scheduled;
  const ScoredRule& scored = rules_[variant.rule];
  if (auto applied = variant.change.apply(schedule, out.simulation); !applied) {
    Diagnostic problem = std::move(applied.error());
    if (problem.code == "E303") problem.place = Place{.file = scored.rule.file, .source_line = {}};
    return fail(std::move(problem));
  }
  out.simulation.range = scored.range;
  out.simulation.suppression = scored.suppression;
  if (!options_.source.files.empty()) out.simulation.addresses = passes_[scored.plan].addresses;
  if (!options_.runs_at.empty()) {
    EQLAB_TRY(const std::string text, text_or_file(options_.runs_at));
    EQLAB_TRY(const std::vector<schedule::Moment> moments, schedule::parse_runs_at(text));
    out.simulation.run_times = schedule::resolve(moments, start);
  }
  if (!options_.failed_runs.empty()) {
    EQLAB_TRY(const std::string text, text_or_file(options_.failed_runs));
    EQLAB_TRY(out.simulation.disturbances, schedule::parse_failed_runs(text, schedule.interval));
  }
  out.score.beta = options_.beta;
  out.score.prevalence = options_.prevalence;
  out.score.bootstrap.resamples = options_.resamples;
  out.score.bootstrap.threads = options_.source.threads;
  return out;
}

/// Errors: E406 no document is an event, or none has a time.
Status Scoring::is_usable(const event::ReadReport& read, std::size_t place) const {
  if (read.usable == 0) {
    return fail(error_in({}, "E406", "none of this is an event",
                         "give NDJSON: one event a line, each a JSON object"));
  }
  if (read.undated < read.usable) return ok();
  const auto scored = std::ranges::find(rules_, place, &ScoredRule::plan);
  if (scored->range) return ok();  // its windows go by another time
  return fail(error_in(
      {}, "E406",
      format("none of the events has a time in {}", printable(scored->rule.timestamp_field)),
      "a rule runs over time: each event needs a date there"));
}

Status Scoring::evaluate(std::size_t place) {
  const PlannedPass& pass = passes_[place];
  std::vector<PlannedQuery> queries;
  for (const ScoredRule& scored : rules_) {
    if (scored.plan == place)
      queries.push_back({.query = &scored.query, .binding = &scored.binding});
  }
  const double began = seconds_now();
  Duration span = kept_span;
  if (!maxspans_.empty()) span = std::max(span, maxspans_.back());
  auto events =
      scan_labelled(options_.source, pass.plan, {.queries = queries, .kept_span = span}, console_);
  if (console_.stop().stop_requested()) return ok();
  if (!events) {
    // A search that fails on an event: in which rule, only a plan of one rule can tell.
    if (queries.size() > 1) return fail(std::move(events.error()));
    const auto scored = std::ranges::find(rules_, place, &ScoredRule::plan);
    return fail(locate(std::move(events.error()), scored->rule.query));
  }
  console_.end_progress();
  scanning_ += seconds_now() - began;
  events_ = events->truth.events;
  if (place == 0) {
    note_read(events->read, console_);
    malformed_ = events->read.malformed;
  }
  // A script must not take a scorecard without figures for a success.
  if (!options_.source.files.empty()) EQLAB_CHECK(is_usable(events->read, place));

  const truth::TruthIndex index(events->truth);
  for (std::size_t v = 0; v < variants_.size(); ++v) {
    const Variant& variant = variants_[v];
    const ScoredRule& scored = rules_[variant.rule];
    if (scored.plan != place) continue;
    rule::Schedule schedule = scored.rule.schedule;
    EQLAB_TRY(const score::EvaluateOptions how,
              engine_options(variant, schedule, events->truth.from));
    score::Evaluation done =
        score::evaluate({.log = events->log,
                         .truth = events->truth,
                         .index = index,
                         .candidates = events->candidates,
                         .labels = events->has_labels ? score::Labels::given : score::Labels::none,
                         .host_slot = pass.host_slot},
                        {.query = scored.query,
                         .binding = scored.binding,
                         .schedule = schedule,
                         .maxspan = variant.maxspan,
                         .rule_id = scored.rule.rule_id},
                        how);
    note_limits(done.matches, console_);
    if (!options_.alerts.empty()) {
      const schedule::AlertDocuments documents(events->log, scored.rule, *pass.addresses);
      for (const schedule::Alert& alert : done.simulation.alerts) alerts_ += documents.write(alert);
    }
    if (!options_.output_html.empty() && variants_.size() == 1 && events->has_labels) {
      incidents_ = report::incident_list({.log = events->log,
                                          .simulation = done.simulation,
                                          .truth = events->truth,
                                          .index = index,
                                          .query = scored.query,
                                          .binding = scored.binding,
                                          .card = done.card,
                                          .maxspan = variant.maxspan});
    }
    cards_[v] = std::move(done.card);
    infos_[v] = describe(variant, events->used);
  }
  return ok();
}

/// The options that make the same result again, whatever defaults were in force, and what of them
/// is written into the result.
std::vector<std::string> Scoring::arguments(const generators::CorpusOptions& used,
                                            report::RunInfo& info) const {
  std::vector<std::string> out;
  const auto add = [&](const std::string& name, const std::string& value) {
    info.options.emplace_back(name, value);
    out.push_back("--" + name);
    out.push_back(value);
  };
  const EventSource& source = options_.source;
  if (!source.files.empty()) {
    info.corpus = join(source.files, " ");
    for (const std::string& file : source.files) add("input", file);
  } else if (!source.corpus_dir.empty()) {
    info.corpus = source.corpus_dir;
    add("corpus", source.corpus_dir);
  } else {
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
  }
  if (!options_.choice.at.empty()) add("at", options_.choice.at);
  if (!options_.schema.empty()) add("schema", options_.schema);
  if (!options_.runs_at.empty()) add("runs-at", options_.runs_at);
  if (!options_.failed_runs.empty()) add("failed-runs", options_.failed_runs);
  if (options_.engine != "scheduled") add("engine", options_.engine);
  const score::ScoreOptions standard;
  if (options_.beta != standard.beta) add("beta", format("{}", options_.beta));
  if (options_.prevalence != standard.prevalence)
    add("prevalence", format("{}", options_.prevalence));
  if (options_.resamples != standard.bootstrap.resamples)
    add("resamples", format("{}", options_.resamples));
  return out;
}

report::RunInfo Scoring::describe(const Variant& variant,
                                  const generators::CorpusOptions& used) const {
  const rule::Rule& rule = rules_[variant.rule].rule;
  report::RunInfo info;
  info.rule_name = rule.name;
  info.rule_id = rule.rule_id;
  info.rule_file = rule.file;
  info.rule_version = rule.version;
  info.tool_version = std::string(version);
  info.malformed = malformed_;
  std::vector<std::string> again = {"eqlab", "score", rule.file};
  const std::vector<std::string> shared = arguments(used, info);
  again.insert(again.end(), shared.begin(), shared.end());
  const auto add = [&](const std::string& name, const std::string& value) {
    info.options.emplace_back(name, value);
    again.push_back("--" + name);
    again.push_back(value);
  };
  // Of a file with several rules, each result is of one.
  if (rule.format == rule::RuleFormat::json || !options_.choice.rule_id.empty())
    add("rule-id", rule.rule_id.empty() ? rule.name : rule.rule_id);
  std::vector<std::string> differs;
  if (!variant.schedule.empty()) {
    add("schedule", variant.schedule);
    if (options_.schedules.size() > 1) differs.push_back(variant.schedule);
  }
  if (variant.maxspan) {
    const std::string span = exact_duration(*variant.maxspan, std::chrono::minutes{1});
    add("maxspan", span);
    if (maxspans_.size() > 1) differs.push_back("maxspan " + span);
  }
  info.command = quote_command(again);
  // Versions of one rule have one name; their files do not.
  if (rules_.size() > 1) {
    differs.insert(differs.begin(), rule.format == rule::RuleFormat::json
                                        ? rule.name
                                        : std::filesystem::path(rule.file).stem().string());
  }
  info.variant = join(differs, " · ");

  // `explain` needs labels, and knows the rule's own schedule and maxspan only.
  if (!options_.source.files.empty() || !variant.schedule.empty() || variant.maxspan) return info;
  const std::string corpus =
      options_.source.corpus_dir.empty() ? "corpus" : options_.source.corpus_dir;
  std::vector<std::string> explain = {"eqlab", "explain", rule.file, corpus};
  for (const char* const name : {"rule-id", "at", "schema"}) {
    const auto found =
        std::ranges::find(info.options, name, &std::pair<std::string, std::string>::first);
    if (found != info.options.end())
      explain.insert(explain.end(), {"--" + found->first, found->second});
  }
  info.explain = quote_command(explain);
  if (options_.source.corpus_dir.empty()) {
    std::vector<std::string> make = {"eqlab", "generate", "--output", corpus};
    for (const char* const name :
         {"profile", "seed", "events", "hosts", "days", "only", "without", "scenarios"}) {
      const auto found =
          std::ranges::find(info.options, name, &std::pair<std::string, std::string>::first);
      if (found == info.options.end()) continue;
      make.push_back("--" + found->first);
      make.push_back(found->second);
    }
    info.before_explain = quote_command(make);
  }
  return info;
}

Status Scoring::write_page(std::string cards) const {
  report::ReportDocument document;
  std::vector<report::RuleText> texts;
  for (const Variant& variant : variants_) {
    const ScoredRule& scored = rules_[variant.rule];
    texts.push_back(report::rule_text(scored.rule, scored.query));
    if (variant.maxspan) texts.back().maxspan = variant.maxspan;
  }
  document.add_scorecards(nlohmann::ordered_json::parse(std::move(cards)), texts);
  document.set_incidents(incidents_);
  EQLAB_TRY(const std::string page, report::report_page(document.write()));
  return write_file(options_.output_html, page);
}

Status Scoring::write_results() {
  std::vector<report::CardOfRun> all;
  for (std::size_t v = 0; v < cards_.size(); ++v)
    all.push_back({.card = cards_[v], .info = infos_[v]});
  const auto as_json = [&] {
    return all.size() == 1 ? report::scorecard_json(all[0].card, all[0].info)
                           : report::scorecards_json(all);
  };
  const auto as_markdown = [&] {
    return all.size() == 1 ? report::scorecard_markdown(all[0].card, all[0].info)
                           : report::scorecards_markdown(all);
  };
  if (!options_.output_json.empty()) EQLAB_CHECK(write_file(options_.output_json, as_json()));
  if (!options_.output_markdown.empty())
    EQLAB_CHECK(write_file(options_.output_markdown, as_markdown()));
  if (!options_.output_html.empty()) EQLAB_CHECK(write_page(as_json()));
  if (!options_.alerts.empty()) EQLAB_CHECK(write_file(options_.alerts, alerts_));
  if (options_.format == "json") {
    console_.print(as_json());
  } else if (options_.format == "markdown") {
    console_.print(as_markdown());
  } else {
    const report::TextOptions text{
        .columns = std::clamp<std::size_t>(console_.columns(), 60, 100),
        .colour = console_.output_has_colour() ? report::Colour::on : report::Colour::off,
        .detail = options_.verbose ? report::Detail::full : report::Detail::summary};
    console_.print(all.size() == 1 ? report::scorecard_text(all[0].card, all[0].info, text)
                                   : report::scorecards_text(all, text));
  }
  return ok();
}

Exit Scoring::run() {
  const double began = seconds_now();
  const auto give_up = [this](const Diagnostic& diagnostic) {
    console_.report(diagnostic);
    return exit_for(diagnostic);
  };
  if (!options_.output_html.empty()) {
    if (auto page = report::check_report_page(); !page) return give_up(page.error());
  }
  for (const auto& step : {&Scoring::load, &Scoring::plan, &Scoring::make_variants}) {
    if (auto done = (this->*step)(); !done) return give_up(done.error());
  }
  if (options_.engine == "streaming" && std::ranges::any_of(rules_, [](const ScoredRule& scored) {
        return scored.suppression.has_value();
      }))
    console_.note("note: a streaming engine suppresses no alerts, whatever the rule says\n");
  // What is wrong with the schedules is said before the events are read.
  for (const Variant& variant : variants_) {
    rule::Schedule schedule = rules_[variant.rule].rule.schedule;
    if (auto options = engine_options(variant, schedule, EventTime{}); !options)
      return give_up(options.error());
  }
  cards_.resize(variants_.size());
  infos_.resize(variants_.size());
  for (std::size_t pass = 0; pass < passes_.size(); ++pass) {
    auto done = evaluate(pass);
    if (console_.stop().stop_requested()) {
      console_.note("interrupted: nothing was written\n");
      return Exit::interrupted;
    }
    if (!done) return give_up(done.error());
  }
  if (auto written = write_results(); !written) return give_up(written.error());
  const double took = seconds_now() - began;
  console_.note(format("took {:.1f} s: {:.1f} s scanning ({} events/s), {:.2f} s deciding\n", took,
                       scanning_,
                       group_digits(static_cast<std::int64_t>(static_cast<double>(events_) *
                                                              static_cast<double>(passes_.size()) /
                                                              std::max(scanning_, 1e-9))),
                       took - scanning_));
  return Exit::fine;
}

void add_event_options(CLI::App& command, EventSource& source) {
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
      ->add_option("RULE", options->rules,
                   "Rules: files, exports, folders of them; several stand side by side")
      ->required();
  add_rule_choice(*command, options->choice);
  add_event_options(*command, options->source);
  command->add_option(
      "--schema", options->schema,
      "Elasticsearch mapping (JSON), field,type CSV, or none; default: ECS and Elastic Defend");
  add_schedule_option(*command, options->schedules, true);
  command->add_option("--maxspan", options->maxspans,
                      "Instead of the query's own: 15s; several stand side by side: 15s,30s,1m or "
                      "10s..60s/10s");
  command->add_option("--runs-at", options->runs_at,
                      "When runs are due instead of every interval: +0m,+5m,+17m from where the "
                      "events begin, or dates; @FILE: one a line");
  command->add_option("--failed-runs", options->failed_runs,
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
      ->add_option("--prevalence", options->prevalence,
                   "Malicious incidents on a host a day, for the precision that would have")
      ->check(number_between(0, 1e6))
      ->capture_default_str();
  command->add_option("--beta", options->beta, "How many times recall counts as precision in F")
      ->check(number_between(1e-3, 1e3))
      ->capture_default_str();
  command->add_option("--resamples", options->resamples, "Of hosts, for intervals")
      ->check(CLI::Range(100U, 100'000U))
      ->capture_default_str();
  command->add_option("--format", options->format, "text, json or markdown")
      ->check(CLI::IsMember({"text", "json", "markdown"}))
      ->capture_default_str();
  command->add_flag("--verbose", options->verbose,
                    "All denominators, percentiles, load and breakdowns below the summary");
  command->add_option("--output-json", options->output_json,
                      "Also write the scorecard as JSON to this file");
  command->add_option("--output-markdown", options->output_markdown,
                      "Also write it as Markdown to this file");
  command->add_option("--output-html", options->output_html,
                      "Also write it as one HTML page, with every incident of a single scorecard");
  command->add_option("--alerts", options->alerts,
                      "Also write the alerts as the engine would index them to this file (NDJSON)");
  add_threads_option(*command, options->source.threads);
  command->footer(
      "Example:\n"
      "  eqlab score rules/macos_installer_package_spawns_network_event.toml --events 2000000\n"
      "  eqlab score rules/history --profile realistic --hosts 500 --days 3\n"
      "  eqlab score RULE --maxspan 15s,30s,60s --corpus corpus\n"
      "  eqlab score RULE --input events.ndjson --engine streaming --alerts alerts.ndjson");
  command->callback([options, &chosen] {
    options->source.keep_sources = !options->alerts.empty();
    chosen = [options](Console& console) { return Scoring(*options, console).run(); };
  });
}

}  // namespace eqlab::cli
