#include "harness/score/evaluate.h"

#include <utility>

namespace eqlab::score {

Evaluation evaluate(const scan::CandidateLog& log, const EvaluatedRule& rule,
                    const truth::Truth& truth, const truth::TruthIndex& index,
                    std::uint64_t candidates, schedule::SimulationOptions options) {
  const match::Matcher matcher(rule.query, rule.binding);
  options.start = truth.from;
  options.end = truth.to;
  options.maxspan = rule.maxspan;
  Evaluation out{.matches = matcher.find(log, log.dated(), {.maxspan = rule.maxspan}),
                 .simulation = schedule::simulate(log, matcher, rule.schedule, options),
                 .card = {}};
  out.card = score({.log = log,
                    .matches = out.matches,
                    .simulation = out.simulation,
                    .truth = truth,
                    .index = index,
                    .query = rule.query,
                    .binding = rule.binding,
                    .schedule = rule.schedule,
                    .maxspan = rule.maxspan,
                    .rule_id = rule.rule_id,
                    .candidates = candidates,
                    .host_slot = rule.host_slot,
                    .options = rule.scoring});
  return out;
}

}  // namespace eqlab::score
