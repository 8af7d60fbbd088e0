#include "harness/tune/corpus_kills.h"

#include <algorithm>
#include <set>
#include <utility>

#include "harness/match/matcher.h"
#include "harness/score/verdict.h"

namespace eqlab::tune {
namespace {

struct Outcome {
  /// Of each alert its own events and how many matches it took in.
  std::vector<std::pair<std::vector<scan::CandidateIndex>, std::uint64_t>> alerts;
  std::set<std::uint32_t> caught;  ///< malicious incidents
};

Outcome run(const KillInputs& in, const scan::BoundQuery& bound) {
  schedule::SimulationOptions options = in.simulation;
  options.start = in.truth.from;
  options.end = in.truth.to;
  const schedule::Simulation simulation =
      schedule::simulate(in.log, match::Matcher(bound), in.schedule, options);
  Outcome out;
  for (const schedule::Alert& alert : simulation.alerts) {
    out.alerts.emplace_back(alert.match.events, alert.suppression ? alert.suppression->count : 0);
    const auto incident = score::causal_incident(in.log, alert.match, in.truth, in.index);
    if (incident && in.truth.incidents[*incident].intent == truth::Intent::malicious)
      out.caught.insert(*incident);
  }
  std::ranges::sort(out.alerts);
  return out;
}

}  // namespace

std::vector<CorpusKill> kill_by_corpus(const KillInputs& inputs, const scan::BoundQuery& original,
                                       std::span<const scan::BoundQuery* const> mutants) {
  const Outcome expected = run(inputs, original);
  std::vector<CorpusKill> out;
  for (const scan::BoundQuery* const mutant : mutants) {
    const Outcome got = run(inputs, *mutant);
    out.push_back({.alerts_differ = got.alerts != expected.alerts,
                   .catches_others = got.caught != expected.caught});
  }
  return out;
}

}  // namespace eqlab::tune
