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
  const match::Matcher matcher(rule.bound);
  Evaluation out{.matches = matcher.find(events.log, events.log.dated(), {.maxspan = rule.maxspan}),
                 .simulation = run(events, rule, matcher, options),
                 .card = {}};
  ScoreInputs inputs{.log = events.log,
                     .matches = out.matches,
                     .simulation = out.simulation,
                     .truth = events.truth,
                     .index = events.index,
                     .bound = rule.bound,
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

}  // namespace eqlab::score
