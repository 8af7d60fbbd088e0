#include "harness/tune/corpus_kills.h"

#include <algorithm>
#include <set>

#include "harness/match/matcher.h"
#include "harness/schedule/simulation.h"
#include "harness/score/verdict.h"

namespace eqlab::tune {
namespace {

struct Outcome {
  std::vector<std::vector<scan::CandidateIndex>> alerts;  ///< their events, in order
  std::set<std::uint32_t> caught;                         ///< malicious incidents
};

class Runner {
 public:
  Runner(const scan::CandidateLog& log, const truth::Truth& truth, const truth::TruthIndex& index,
         const rule::Schedule& schedule)
      : log_(log), truth_(truth), index_(index), schedule_(schedule) {}

  [[nodiscard]] Outcome run(const AskedQuery& asked) const {
    const match::Matcher matcher(*asked.query, *asked.binding);
    const schedule::Simulation simulation =
        schedule::simulate(log_, matcher, schedule_, {.start = truth_.from, .end = truth_.to});
    Outcome out;
    for (const schedule::Alert& alert : simulation.alerts) {
      out.alerts.push_back(alert.match.events);
      const auto incident = score::causal_incident(log_, alert.match, truth_, index_);
      if (incident && truth_.incidents[*incident].intent == truth::Intent::malicious)
        out.caught.insert(*incident);
    }
    std::ranges::sort(out.alerts);
    return out;
  }

 private:
  const scan::CandidateLog& log_;
  const truth::Truth& truth_;
  const truth::TruthIndex& index_;
  const rule::Schedule& schedule_;
};

}  // namespace

std::vector<CorpusKill> kill_by_corpus(const scan::CandidateLog& log, const truth::Truth& truth,
                                       const truth::TruthIndex& index,
                                       const rule::Schedule& schedule, const AskedQuery& original,
                                       std::span<const AskedQuery> mutants) {
  const Runner runner(log, truth, index, schedule);
  const Outcome expected = runner.run(original);
  std::vector<CorpusKill> out;
  for (const AskedQuery& mutant : mutants) {
    const Outcome got = runner.run(mutant);
    out.push_back({.alerts_differ = got.alerts != expected.alerts,
                   .catches_others = got.caught != expected.caught});
  }
  return out;
}

}  // namespace eqlab::tune
