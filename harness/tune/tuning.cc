#include "harness/tune/tuning.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "harness/base/parallel.h"
#include "harness/base/text.h"
#include "harness/score/evaluate.h"

namespace eqlab::tune {
namespace {

std::string schedule_words(const rule::Schedule& schedule) {
  return format("every {}, looks back {}", human_duration(schedule.interval),
                human_duration(schedule.look_back));
}

/// The log for the rule itself and its joins, without what only changes of it look for.
scan::CandidateLog narrowed(const scan::CandidateLog& log, const WidePlan& plan) {
  std::vector<const scan::BoundQuery*> queries = {&plan.original().bound};
  for (const auto& keys : plan.keys()) queries.push_back(&keys->bound);
  scan::CandidateLog out = log;
  out.keep(needed_by(log, queries, plan.horizon()));
  return out;
}

class Run {
 public:
  Run(const TuningInputs& in, const TuningRequest& request)
      : in_(in),
        request_(request),
        population_(in.truth),
        simulation_(in.plan.simulation(request.simulation)) {}

  Tuning run();

 private:
  void sweep_all(const scan::CandidateLog& log);
  void suggest_all();
  void add_settings();
  void draw_frontier();
  void add_tried(Candidate candidate, Outcome outcome) {
    tried_.push_back({.candidate = std::move(candidate), .outcome = std::move(outcome)});
  }

  const TuningInputs& in_;
  const TuningRequest& request_;
  Population population_;
  schedule::SimulationOptions simulation_;
  Outcome current_;
  std::vector<Outcome> maxspan_outcomes_;
  std::vector<Outcome> key_outcomes_;
  std::vector<Tried> tried_;
  Tuning out_;
};

void Run::sweep_all(const scan::CandidateLog& log) {
  const PlannedVariant& original = in_.plan.original();
  const JudgedLog judged{.log = log, .index = in_.index, .host_slot = in_.plan.host_slot()};
  const score::EvaluatedRule rule{.bound = original.bound, .schedule = in_.rule.schedule};
  if (request_.maxspans) {
    maxspan_outcomes_ = sweep_maxspan(judged, rule, population_, *request_.maxspans, simulation_);
    for (std::size_t i = 0; i < maxspan_outcomes_.size(); ++i) {
      out_.maxspans.push_back(point_of({.maxspan = (*request_.maxspans)[i]}, maxspan_outcomes_[i],
                                       current_, population_));
      out_.maxspans.back().is_current = original.bound.query.maxspan == (*request_.maxspans)[i];
    }
  }
  // Each schedule and each join is a simulation; they are independent.
  struct Task {
    const rule::Schedule* schedule = nullptr;
    const PlannedVariant* keys = nullptr;
  };
  std::vector<Task> tasks;
  if (request_.schedules) {
    for (const rule::Schedule& schedule : *request_.schedules)
      tasks.push_back({.schedule = &schedule});
  }
  for (const auto& keys : in_.plan.keys()) tasks.push_back({.keys = keys.get()});
  std::size_t next = 0;
  std::size_t done = 0;
  const std::function<std::optional<Task>()> produce = [&]() -> std::optional<Task> {
    if (next == tasks.size()) return std::nullopt;
    return tasks[next++];
  };
  const std::function<Outcome(Task)> work = [&](Task task) {
    if (task.schedule != nullptr) {
      return decide(judged, {.bound = original.bound, .schedule = *task.schedule}, population_,
                    simulation_);
    }
    return decide(judged, {.bound = task.keys->bound, .schedule = in_.rule.schedule}, population_,
                  simulation_);
  };
  const std::function<void(Outcome)> consume = [&](Outcome outcome) {
    const Task& task = tasks[done++];
    if (task.schedule != nullptr) {
      out_.schedules.push_back(
          point_of({.schedule = *task.schedule}, outcome, current_, population_));
      out_.schedules.back().is_current = *task.schedule == in_.rule.schedule;
    } else {
      out_.joins.push_back(point_of({.keys = task.keys->keys}, outcome, current_, population_));
      key_outcomes_.push_back(std::move(outcome));
    }
  };
  OrderedPool pool(in_.threads);
  pool.run<Task, Outcome>(produce, work, consume, in_.stop);
}

/// Maxspans and joins are changes like others, and decided already.
void Run::add_settings() {
  for (std::size_t i = 0; i < maxspan_outcomes_.size(); ++i) {
    const Duration maxspan = (*request_.maxspans)[i];
    if (in_.plan.original().bound.query.maxspan == maxspan) continue;
    if (auto variant = with_maxspan(in_.plan.text(), maxspan)) {
      add_tried(
          {.variant = std::move(*variant),
           .origin = Origin::setting,
           .seen_in = 0,
           .list = std::nullopt,
           .member = std::nullopt,
           .stands_alone = maxspan > in_.plan.original().bound.query.maxspan.value_or(maxspan)},
          std::move(maxspan_outcomes_[i]));
    }
  }
  const auto first_key = [](const eql::CheckedQuery& query) {
    return query.stages.front().keys.empty() ? std::string()
                                             : query.stages.front().keys.front().field.name;
  };
  for (std::size_t i = 0; i < key_outcomes_.size(); ++i) {
    const PlannedVariant& keys = *in_.plan.keys()[i];
    add_tried(
        {.variant = keys.variant,
         .origin = Origin::setting,
         .seen_in = 0,
         .list = std::nullopt,
         .member = std::nullopt,
         .stands_alone = first_key(keys.bound.query) != first_key(in_.plan.original().bound.query)},
        std::move(key_outcomes_[i]));
  }
}

void Run::suggest_all() {
  const HostSplit split = split_hosts(population_, request_.seed);
  out_.search_hosts = split.search_hosts;
  out_.held_out_hosts = split.held_out_hosts;
  out_.search_incidents = split.search_incidents;
  out_.held_out_incidents = split.held_out_incidents;

  const PlannedVariant& original = in_.plan.original();
  // Over the whole log, in which incidents' events satisfy relaxed filters too.
  schedule::SimulationOptions covering = simulation_;
  covering.start = in_.truth.from;
  covering.end = in_.truth.to;
  const schedule::Simulation simulation =
      schedule::simulate(in_.log, match::Matcher(original.bound), in_.rule.schedule, covering);
  Mined mined = mine({.plan = in_.plan,
                      .log = in_.log,
                      .rows = in_.rows,
                      .index = in_.index,
                      .population = population_,
                      .simulation = simulation,
                      .hosts = split.search});
  out_.left_out = mined.left_out;
  const DeciderInputs inputs{.rule = in_.rule,
                             .schema = in_.schema,
                             .plan = in_.plan.plan(),
                             .rows = in_.rows,
                             .ties = in_.ties,
                             .index = in_.index,
                             .population = population_,
                             .host_field = in_.plan.host_field(),
                             .simulation = request_.simulation,
                             .threads = in_.threads,
                             .stop = in_.stop};
  const VariantDecider decider(inputs);
  std::vector<Variant> variants;
  for (const Candidate& candidate : mined.candidates) variants.push_back(candidate.variant);
  std::vector<std::optional<Outcome>> outcomes = decider.decide(variants);
  if (in_.stop.stop_requested()) return;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!outcomes[i]) {
      ++out_.not_usable;
      continue;
    }
    add_tried(std::move(mined.candidates[i]), std::move(*outcomes[i]));
  }
  const std::vector<Candidate> joined =
      joined_values(current_, tried_, population_, split.search, in_.plan.text());
  variants.clear();
  for (const Candidate& candidate : joined) variants.push_back(candidate.variant);
  outcomes = decider.decide(variants);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i]) add_tried(joined[i], std::move(*outcomes[i]));
  }
  add_settings();
  const HostSet all = all_hosts(population_);
  for (const Tried& tried : tried_) {
    out_.tried.push_back(
        {.variant = tried.candidate.variant,
         .origin = tried.candidate.origin,
         .seen_in = tried.candidate.seen_in,
         .all = figures_of(tried.outcome, population_, all),
         .change = compare(current_, tried.outcome, population_, all),
         .search_worth = worth(current_, tried.outcome, population_, split.search)});
  }
  out_.suggestions = suggest(
      current_, tried_, population_, split, decider,
      {.suggestions_max = request_.suggestions_max, .seed = request_.seed, .threads = in_.threads});
}

void Run::draw_frontier() {
  std::vector<FrontPoint> points = {
      {.what = "the rule as it is", .is_current = true, .figures = out_.current.figures}};
  for (const TriedFigures& tried : out_.tried)
    points.push_back({.what = tried.variant.what, .figures = tried.all});
  for (const Suggestion& suggestion : out_.suggestions.list) {
    if (!suggestion.parts.empty())
      points.push_back({.what = suggestion.change.variant.what, .figures = suggestion.all_after});
  }
  for (const SweepPoint& point : out_.maxspans)
    points.push_back({.what = format("maxspan={}", exact_duration(*point.setting.maxspan)),
                      .figures = point.figures});
  for (const SweepPoint& point : out_.schedules)
    points.push_back({.what = schedule_words(*point.setting.schedule), .figures = point.figures});
  for (const SweepPoint& point : out_.joins)
    points.push_back({.what = "by " + join(*point.setting.keys, ", "), .figures = point.figures});
  std::vector<Figures> figures;
  for (const FrontPoint& point : points) figures.push_back(point.figures);
  for (const std::size_t place : pareto_front(figures))
    out_.frontier.push_back(std::move(points[place]));
}

Tuning Run::run() {
  const PlannedVariant& original = in_.plan.original();
  out_.hosts = in_.truth.hosts.size();
  out_.days = in_.truth.days();
  out_.events = in_.truth.events;
  out_.malicious_incidents = population_.malicious_count();
  out_.maxspan = original.bound.query.maxspan;
  out_.schedule = in_.rule.schedule;
  out_.keys = keys_of(original.bound.query.syntax);
  out_.seed = request_.seed;
  out_.notes = in_.plan.notes();

  const bool is_wide = in_.plan.keeps_rows();
  const scan::CandidateLog narrow =
      is_wide ? narrowed(in_.log, in_.plan) : scan::CandidateLog(1, 1, false);
  const scan::CandidateLog& log = is_wide ? narrow : in_.log;
  const JudgedLog judged{.log = log, .index = in_.index, .host_slot = in_.plan.host_slot()};
  current_ = decide(judged, {.bound = original.bound, .schedule = in_.rule.schedule}, population_,
                    simulation_);
  out_.current = point_of({}, current_, current_, population_);
  out_.current.is_current = true;
  score::EvaluateOptions options;
  options.simulation = simulation_;
  options.score.bootstrap.threads = in_.threads;
  const score::Scorecard card =
      score::evaluate(
          {.log = log, .truth = in_.truth, .index = in_.index, .host_slot = in_.plan.host_slot()},
          {.bound = original.bound, .schedule = in_.rule.schedule}, options)
          .card;
  out_.recall_by_host = card.by_host.recall_all;
  out_.false_alarms_by_host = card.by_host.false_alarms;
  sweep_all(log);
  if (request_.suggests && is_wide) {
    out_.has_suggestions = true;
    suggest_all();
  }
  draw_frontier();
  return std::move(out_);
}

}  // namespace

DefaultRequest default_request(const rule::Rule& rule, const eql::CheckedQuery& query,
                               const event::Schema& schema) {
  DefaultRequest out;
  if (query.kind == eql::QueryKind::sequence)
    out.request.maxspans = default_maxspans(query.maxspan);
  else
    out.notes.emplace_back(query.kind == eql::QueryKind::event
                               ? "a query of one event has no maxspan and no join keys to vary"
                               : "a sample has no maxspan to vary");
  out.request.schedules = default_schedules(rule.schedule);
  if (query.kind != eql::QueryKind::event) {
    const bool has_host = !query.stages.front().keys.empty() &&
                          names_host(query.stages.front().keys.front().field.name);
    auto keys = default_keys(query, schema);
    if (!has_host)
      out.notes.emplace_back(
          "the rule does not join by host first: joins are not varied; name some with --by");
    else if (!keys.empty())
      out.request.keys = std::move(keys);
  }
  return out;
}

Result<std::unique_ptr<WidePlan>> plan_for(const rule::Rule& rule, const event::Schema& schema,
                                           const TuningRequest& request) {
  return WidePlan::make(rule, schema,
                        {.maxspans = request.maxspans.value_or(std::vector<Duration>{}),
                         .keys = request.keys.value_or(std::vector<std::vector<std::string>>{}),
                         .changes_filters = request.suggests});
}

Tuning tune(const TuningInputs& inputs, const TuningRequest& request) {
  return Run(inputs, request).run();
}

}  // namespace eqlab::tune
