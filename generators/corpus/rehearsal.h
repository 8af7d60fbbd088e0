#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "generators/corpus/corpus.h"
#include "harness/base/result.h"
#include "harness/event/batch.h"

namespace eqlab::generators {

struct Catalogue;

/// One run of one scenario.
struct ScenarioRun {
  std::uint32_t host = 0;  ///< the upper half of EventBatch::line
  bool connects = false;   ///< package code connects within 60 s, be it to the host itself
  /// As Rehearsal::rules: whether the scenario promises that the rule fires; nothing where it only
  /// promises a share of many runs.
  std::vector<std::optional<bool>> promised;
};

/// How agents send what happens; as it stands, what promises speak of.
struct AgentOptions {
  bool merging = false;      ///< short lives and connections as one document
  bool id_per_exec = false;  ///< a new entity id at every exec, as agents up to 8.1 give
};

/// What a scenario promises of one rule.
struct PromiseSummary {
  std::string outcome;  ///< Y, N or D
  std::string because;
  std::string condition;                           ///< as written; empty: none
  std::optional<std::pair<double, double>> share;  ///< of many runs, that fire
  bool is_stated = false;
};

/// Runs scenarios in isolation: each run on a host of its own where nothing else happens, so that
/// what a rule does there is what the scenario makes it do.
class Rehearsal {
 public:
  /// Errors: those of the catalogue; E521 no such scenario.
  [[nodiscard]] static Result<Rehearsal> open(const std::string& scenarios_dir,
                                              const std::vector<std::string>& only);
  Rehearsal(Rehearsal&&) noexcept;
  Rehearsal& operator=(Rehearsal&&) noexcept;
  ~Rehearsal();

  struct Rule {
    std::string key;
    std::string rule_id;
    std::string title;
  };
  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
  [[nodiscard]] std::size_t scenario_count() const { return selected_.size(); }
  [[nodiscard]] ScenarioSummary scenario(std::size_t index) const;
  /// As rules().
  [[nodiscard]] std::vector<PromiseSummary> promises(std::size_t index) const;

  /// Runs scenario `index` `runs` times and hands the events over in batches, run by run, those of
  /// one run in order of time; hosts count from 0, in order of runs. Personas that the scenario
  /// suits take turns. Same seed, same events; `how` changes documents, not what happens.
  /// Thread-safe.
  [[nodiscard]] std::vector<ScenarioRun> run(
      std::size_t index, std::uint32_t runs, std::uint64_t seed,
      const event::Projection& projection,
      const std::function<void(const event::EventBatch&)>& on_batch,
      const AgentOptions& how = {}) const;

 private:
  Rehearsal();
  std::unique_ptr<Catalogue> catalogue_;
  std::vector<std::uint32_t> selected_;
  std::vector<Rule> rules_;
};

}  // namespace eqlab::generators
