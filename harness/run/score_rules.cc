#include "harness/run/score_rules.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "harness/base/text.h"
#include "harness/schedule/duration_list.h"
#include "harness/schedule/run_list.h"

namespace eqlab::run {
namespace {

/// Rules times schedules times maxspans.
constexpr std::size_t variants_max = 1'000;

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

}  // namespace

Status Scoring::load(const Watcher& watcher) {
  EQLAB_TRY(schema_, schema_from(request_.schema));
  if (request_.rules.size() == 1 && !request_.choice.rule_id.empty()) {
    EQLAB_TRY(rule::Rule rule, load_chosen_rule(request_.rules[0], request_.choice));
    rules_.push_back(std::move(rule));
  } else {
    EQLAB_TRY(const std::optional<WallTime> at, time_from(request_.choice.at));
    rule::RuleSet set = rule::load_rules(request_.rules);
    for (Diagnostic& problem : set.diagnostics) {
      if (problem.severity == Severity::error) return fail(std::move(problem));
      watcher.tell(problem);
    }
    for (const rule::Skipped& skipped : set.skipped) watcher.tell(skipped_line(skipped));
    for (rule::Rule& rule : set.rules) {
      if (!request_.choice.rule_id.empty() && rule.rule_id != request_.choice.rule_id &&
          rule.name != request_.choice.rule_id)
        continue;
      rule.as_of = at;
      rules_.push_back(std::move(rule));
    }
  }
  if (!rules_.empty()) return ok();
  return fail(error_in({}, "E905", "no EQL rule is left to score",
                       "name rule files, folders of them, or exports"));
}

Status Scoring::make_groups(const Watcher& watcher) {
  std::vector<eql::CheckedQuery> queries;
  std::vector<const rule::Rule*> rules;
  for (const rule::Rule& rule : rules_) {
    EQLAB_TRY(eql::CheckedQuery query, rule::compile(rule, schema_));
    for (const Diagnostic& finding : rule::lint(rule, query)) {
      if (finding.severity == Severity::error) watcher.tell(finding);  // figures suffer from it
    }
    queries.push_back(std::move(query));
    rules.push_back(&rule);
  }
  places_.resize(rules.size());
  // Files may hold hits, which have names of their own.
  const PrepareOptions options{.addresses =
                                   request_.writes_alerts || !request_.source.files.empty()};
  for (const std::vector<std::size_t>& members : groups_by_order(rules)) {
    std::vector<CompiledRule> compiled;
    for (const std::size_t member : members) {
      places_[member] = {.group = groups_.size(), .rule = compiled.size()};
      compiled.push_back({.rule = rules[member], .query = std::move(queries[member])});
    }
    EQLAB_TRY(RuleGroup group, prepare_group(std::move(compiled), schema_, options));
    groups_.push_back(std::move(group));
  }
  return ok();
}

Status Scoring::make_variants() {
  if (!request_.maxspans.empty()) {
    EQLAB_TRY(maxspans_, schedule::parse_durations(request_.maxspans, "maxspan"));
  }
  std::vector<std::pair<std::string, schedule::ScheduleChange>> changes;
  for (const std::string& text : request_.schedules) {
    EQLAB_TRY(const schedule::ScheduleChange change, schedule::parse_schedule_change(text));
    changes.emplace_back(text, change);
  }
  if (changes.empty()) changes.emplace_back();
  if (request_.engine == score::EngineKind::streaming &&
      !(request_.runs_at.empty() && request_.failed_runs.empty())) {
    return fail(error_in({}, "E905",
                         format("{}: a streaming engine has no runs",
                                request_.runs_at.empty() ? "--failed-runs" : "--runs-at"),
                         "leave it out, or --engine streaming"));
  }
  std::vector<std::optional<Duration>> spans(maxspans_.begin(), maxspans_.end());
  if (spans.empty()) spans.emplace_back();
  for (std::size_t r = 0; r < rules_.size(); ++r) {
    for (const auto& [text, change] : changes) {
      for (const auto& span : spans)
        variants_.push_back({.rule = r, .schedule = text, .change = change, .maxspan = span});
    }
  }
  if (variants_.size() <= variants_max) return ok();
  return fail(error_in(
      {}, "E905",
      format("{} rules and variants are more than {} side by side", variants_.size(), variants_max),
      "name fewer, or sweep one rule with eqlab tune"));
}

Result<score::EvaluateOptions> Scoring::engine_options(const ScoredVariant& variant,
                                                       rule::Schedule& schedule,
                                                       EventTime start) const {
  const rule::Rule& rule = rules_[variant.rule];
  score::EvaluateOptions out{.engine = request_.engine,
                             .simulation = prepared(variant.rule).fields.in(),
                             .score = request_.score};
  if (auto applied = variant.change.apply(schedule, out.simulation); !applied) {
    Diagnostic problem = std::move(applied.error());
    if (problem.code == "E303") problem.place = eqlab::Place{.file = rule.file, .source_line = {}};
    return fail(std::move(problem));
  }
  if (!request_.source.files.empty())
    out.simulation.addresses = groups_[places_[variant.rule].group].addresses;
  if (!request_.runs_at.empty()) {
    EQLAB_TRY(const std::string text, text_or_file(request_.runs_at));
    EQLAB_TRY(const std::vector<schedule::Moment> moments, schedule::parse_runs_at(text));
    out.simulation.run_times = schedule::resolve(moments, start);
  }
  if (!request_.failed_runs.empty()) {
    EQLAB_TRY(const std::string text, text_or_file(request_.failed_runs));
    EQLAB_TRY(out.simulation.disturbances, schedule::parse_failed_runs(text, schedule.interval));
  }
  out.score.bootstrap.threads = request_.source.threads;
  return out;
}

Status Scoring::prepare(const Watcher& watcher) {
  EQLAB_CHECK(load(watcher));
  EQLAB_CHECK(make_groups(watcher));
  EQLAB_CHECK(make_variants());
  if (request_.engine == score::EngineKind::streaming &&
      std::ranges::any_of(rules_,
                          [](const rule::Rule& rule) { return rule.suppression.has_value(); }))
    watcher.tell("note: a streaming engine suppresses no alerts, whatever the rule says\n");
  for (const ScoredVariant& variant : variants_) {
    rule::Schedule schedule = rules_[variant.rule].schedule;
    EQLAB_CHECK(engine_options(variant, schedule, EventTime{}));
  }
  return ok();
}

Status Scoring::is_usable(const event::ReadReport& read, const RuleGroup& group) {
  if (read.usable == 0) {
    return fail(error_in({}, "E406", "none of this is an event",
                         "give NDJSON: one event a line, each a JSON object"));
  }
  const schedule::PreparedRule& first = group.rules.front();
  if (read.undated < read.usable || first.fields.range) return ok();  // or windows by another time
  return fail(error_in(
      {}, "E406",
      format("none of the events has a time in {}", printable(first.rule->timestamp_field)),
      "a rule runs over time: each event needs a date there"));
}

Status Scoring::run_pass(std::size_t place, const Watcher& watcher, const ScoreSink& sink) {
  const RuleGroup& group = groups_[place];
  PassOptions options{.queries = wanted(group.rules)};
  if (!maxspans_.empty()) options.kept_span = std::max(options.kept_span, maxspans_.back());
  auto events = scan_events(request_.source, group.plan, options, watcher);
  if (watcher.stop.stop_requested()) return ok();
  if (!events) {
    // A search that fails on an event: in which rule, only a plan of one rule can tell.
    if (group.rules.size() > 1) return fail(std::move(events.error()));
    return fail(locate(std::move(events.error()), group.rules.front().rule->query));
  }
  sink.scanned(*events);
  // A script must not take a scorecard without figures for a success.
  if (events->labels == score::Labels::none) EQLAB_CHECK(is_usable(events->read, group));
  const truth::TruthIndex index(events->truth);
  for (std::size_t v = 0; v < variants_.size(); ++v) {
    const ScoredVariant& variant = variants_[v];
    if (places_[variant.rule].group != place) continue;
    const schedule::PreparedRule& rule = prepared(variant.rule);
    rule::Schedule schedule = rule.rule->schedule;
    EQLAB_TRY(const score::EvaluateOptions how,
              engine_options(variant, schedule, events->truth.from));
    const score::Evaluation done = score::evaluate({.log = events->log,
                                                    .truth = events->truth,
                                                    .index = index,
                                                    .candidates = events->candidates,
                                                    .labels = events->labels,
                                                    .host_slot = group.host},
                                                   {.bound = rule.bound,
                                                    .schedule = schedule,
                                                    .maxspan = variant.maxspan,
                                                    .rule_id = rule.rule->rule_id},
                                                   how);
    sink.decided({.place = v,
                  .rule = rule,
                  .group = group,
                  .events = *events,
                  .index = index,
                  .evaluation = done,
                  .maxspan = variant.maxspan});
  }
  return ok();
}

Status Scoring::run(const Watcher& watcher, const ScoreSink& sink) {
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    EQLAB_CHECK(run_pass(group, watcher, sink));
    if (watcher.stop.stop_requested()) return ok();
  }
  return ok();
}

}  // namespace eqlab::run
