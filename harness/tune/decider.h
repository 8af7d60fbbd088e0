#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/schema.h"
#include "harness/rule/rule.h"
#include "harness/scan/kept_rows.h"
#include "harness/schedule/simulation.h"
#include "harness/tune/outcome.h"
#include "harness/tune/variant.h"

namespace eqlab::tune {

/// What the one scan left, and what it was about; all must outlive the decider.
struct DeciderInputs {
  const rule::Rule& rule;
  const event::Schema& schema;
  const scan::Plan& plan;  ///< of the scan
  const scan::KeptRows& rows;
  scan::CandidateLog::Ties ties;
  const truth::TruthIndex& index;
  const Population& population;
  std::optional<event::Field> host_field;  ///< one that the plan reads
  /// Without what the rule says of windows and suppression, whose fields the plan reads too.
  schedule::SimulationOptions simulation = {};
  unsigned threads = 1;
  std::stop_token stop = {};
};

/// The candidates that some of the queries can match with, at any maxspan up to `horizon`: runs
/// need not walk over the rest. See match::relevant. `log` is finished. Cost: O(candidates ×
/// stages) for each.
[[nodiscard]] std::vector<scan::CandidateIndex> needed_by(
    const scan::CandidateLog& log, std::span<const scan::BoundQuery* const> queries,
    Duration horizon);

/// Decides variants of a rule over the rows that one scan kept. Each filter of a variant must imply
/// one that the scan's plan had, which whoever makes the variants sees to.
class VariantDecider {
 public:
  explicit VariantDecider(const DeciderInputs& inputs) : in_(inputs) {}

  /// An outcome for each variant, in their order and the same at any number of threads. Nothing
  /// where the variant does not compile, reads a field that the scan did not, or a script of it
  /// fails on some event. Cost: a scan of the rows for each sixteen variants (for each that drops a
  /// term), and a simulation for each.
  [[nodiscard]] std::vector<std::optional<Outcome>> decide(std::span<const Variant> variants) const;

 private:
  [[nodiscard]] std::vector<std::optional<Outcome>> decide_group(
      std::span<const Variant> group) const;

  const DeciderInputs& in_;
};

}  // namespace eqlab::tune
