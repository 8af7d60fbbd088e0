#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cases/case_block.h"
#include "harness/tune/mutants.h"

/// What a rule's cases do not say yet: for mutants that they do not notice, a case that would.
namespace eqlab::tune {

struct KillingCase {
  std::size_t mutant = 0;  ///< place in MutantSet::mutants
  /// A block of a `.case` file: `why:` to the expectation, which is what the rule finds. It passes
  /// with the rule and fails with the mutant; both were run. A person has to agree with it.
  std::string text;
  std::string why;
};

struct KillingOptions {
  std::size_t tried_max = 6'000;  ///< changed timelines
  std::size_t bases_max = 24;     ///< timelines that are changed
  /// Runs of the engine for all mutants together, counted by the hundred expressions of the query.
  std::size_t runs_max = 60'000;
};

/// Searches the timelines of `blocks` with one change each: a field set to a constant of the rule
/// or the mutant, to its other case, with a letter more, taken away; a number beside; an event's
/// time at maxspan and past it; an event taken out, doubled, of another category; order turned
/// round; and the same with an event between that `until` or a missing step asks for. `survivors`
/// are places in `mutants`; what is found for one comes once, in their order. Blocks with a schema
/// or options of their own are not looked at. Cost: tried × (1 + survivors) runs of the engine.
[[nodiscard]] std::vector<KillingCase> find_killing_cases(
    const rule::Rule& rule, const MutantSet& mutants, const std::vector<std::size_t>& survivors,
    const std::vector<cases::CaseBlock>& blocks, const KillingOptions& options = {});

}  // namespace eqlab::tune
