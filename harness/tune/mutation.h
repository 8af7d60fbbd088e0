#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cases/case_block.h"
#include "harness/score/statistics.h"
#include "harness/tune/mutants.h"

/// Which mutants of a rule its cases notice.
namespace eqlab::tune {

/// A mutant is noticed when some block comes out otherwise than it says.
struct CaseKills {
  std::uint64_t blocks = 0;  ///< that ran; those that expect results
  /// One for each mutant: the first block (place in the blocks given) that notices it.
  std::vector<std::optional<std::size_t>> noticed_by;
  [[nodiscard]] std::uint64_t noticed() const;
};

/// Runs every block with every mutant in place of the rule, until one notices it. `schema` is the
/// one that the mutants were compiled with; blocks with other types or settings compile them anew.
/// Errors: E700 a block does not come out with the rule as it is. Cost: a run of the engine for
/// each mutant and block.
[[nodiscard]] Result<CaseKills> kill_by_cases(const rule::Rule& rule, const MutantSet& mutants,
                                              const event::Schema& schema,
                                              const std::vector<cases::CaseBlock>& blocks);

/// The query with `edits` made, as this block would run it.
[[nodiscard]] Result<eql::CheckedQuery> compile_for(const cases::CaseBlock& block,
                                                    const std::vector<TextEdit>& edits);

/// The few numbers that other reports show.
struct MutationSummary {
  std::uint64_t blocks = 0;
  score::Proportion noticed;       ///< of the mutants that compile and mean something else
  score::Proportion alternatives;  ///< of the rule's alternatives, exercised by the cases
};
/// Mutation score and coverage of a rule by its cases. Errors: those of make_mutants, E700.
[[nodiscard]] Result<MutationSummary> summarize_cases(const rule::Rule& rule,
                                                      const std::vector<cases::CaseBlock>& blocks,
                                                      const MutantOptions& options = {});

}  // namespace eqlab::tune
