#include "harness/score/evaluate.h"

#include <utility>

#include "harness/schedule/streaming.h"

namespace eqlab::score {
namespace {

Exposure exposure_of(const truth::Truth& truth) {
  return {.hosts = truth.hosts.size(), .from = truth.from, .to = truth.to, .events = truth.events};
}

schedule::Simulation run(const EvaluatedEvents& events, const EvaluatedRule& rule,
                         const match::Matcher& matcher, const EvaluateOptions& options) {
  if (options.engine == EngineKind::streaming) {
    return schedule::simulate_streaming(
        events.log, matcher, {.refresh = options.simulation.refresh, .maxspan = rule.maxspan});
  }
  schedule::SimulationOptions simulation = options.simulation;
  simulation.start = events.truth.from;
  simulation.end = events.truth.to;
  simulation.maxspan = rule.maxspan;
  return schedule::simulate(events.log, matcher, rule.schedule, simulation);
}

}  // namespace

Evaluation evaluate(const EvaluatedEvents& events, const EvaluatedRule& rule,
                    const EvaluateOptions& options) {
  const match::Matcher matcher(rule.query, rule.binding);
  Evaluation out{.matches = matcher.find(events.log, events.log.dated(), {.maxspan = rule.maxspan}),
                 .simulation = run(events, rule, matcher, options),
                 .card = {}};
  ScoreInputs inputs{.log = events.log,
                     .matches = out.matches,
                     .simulation = out.simulation,
                     .truth = events.truth,
                     .index = events.index,
                     .query = rule.query,
                     .binding = rule.binding,
                     .schedule = rule.schedule,
                     .engine = options.engine,
                     .maxspan = rule.maxspan,
                     .rule_id = rule.rule_id,
                     .candidates = events.candidates,
                     .labels = events.labels,
                     .host_slot = events.host_slot,
                     .options = options.score};
  if (events.labels == Labels::none) inputs.exposure = exposure_of(events.truth);
  inputs.options.run_duration = options.simulation.run_duration;
  out.card = score(inputs);
  return out;
}

Evaluation evaluate(const scan::CandidateLog& log, const EvaluatedRule& rule,
                    const truth::Truth& truth, const truth::TruthIndex& index,
                    std::uint64_t candidates, schedule::SimulationOptions options) {
  EvaluateOptions all;
  all.simulation = std::move(options);
  return evaluate({.log = log, .truth = truth, .index = index, .candidates = candidates}, rule,
                  all);
}

}  // namespace eqlab::score
