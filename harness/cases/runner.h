#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cases/case_block.h"
#include "harness/cases/engine.h"

namespace eqlab::cases {

struct RunOptions {
  /// Every block with events runs on each of these, and each must give what the block expects.
  std::vector<NamedEngine> engines = built_in_engines();
};

/// One way in which a block did not come out.
struct CaseFailure {
  /// Engines, joined by ", "; empty where all that were asked got this, or none was asked (parser,
  /// checker).
  std::string configuration;
  std::string expected;  ///< as in the file, lines ended by "\n"
  std::string got;
};

struct CaseResult {
  std::string file;
  std::uint32_t line = 0;  ///< of `why:`
  std::string why;
  std::vector<CaseFailure> failures;  ///< one for each different outcome; none: it passed
  std::vector<Skip> skipped;          ///< engines that it did not run on, and why
  [[nodiscard]] bool passed() const { return failures.empty(); }
};

struct CaseReport {
  std::uint64_t files = 0;          ///< that ran
  std::vector<CaseResult> results;  ///< in order of path, then place
  /// One for each file that cannot be used, whose blocks did not run: E450 to E452 as
  /// `parse_cases`; E454 a rule file that cannot be used; E901 cannot be opened. In order of path.
  std::vector<Diagnostic> unusable;
  [[nodiscard]] std::size_t failed() const;  ///< of `results`
};

/// Runs all blocks of the files, and of all `.case` files in the folders and below. A file that
/// cannot be used does not keep the others from running. Errors: E453 no case file in a folder;
/// E901 no such path, or a folder that cannot be listed.
[[nodiscard]] Result<CaseReport> run_cases(const std::vector<std::string>& paths,
                                           const RunOptions& options);

/// The same for one block, whose rule has been applied.
[[nodiscard]] CaseResult run_block(const CaseBlock& block, const RunOptions& options);

/// Does the block say what must be found, rather than how a query reads?
[[nodiscard]] bool expects_results(const CaseBlock& block);
/// What the block expects, and what it would have to expect of `query` in place of its own on this
/// engine: two texts to compare. For blocks that expect results.
[[nodiscard]] std::string expected_outcome(const CaseBlock& block);
[[nodiscard]] std::string outcome_of(const CaseBlock& block, const eql::CheckedQuery& query,
                                     const Engine& engine);

/// For people: one paragraph for each failure, `file:line: FAIL why`, expected and got; nothing for
/// what passed. `unusable` is left to the caller, who renders diagnostics.
[[nodiscard]] std::string describe_failures(const CaseReport& report);

struct UpdateReport {
  std::vector<std::string> changed;  ///< files
  std::uint64_t blocks = 0;          ///< expectations rewritten
  /// What still fails: engines that disagree, errors. `unusable` has also, last, E902 files that
  /// cannot be written.
  CaseReport after;
};

/// Rewrites, in place, every expectation that did not come out and on which all engines agree.
/// Errors: as run_cases.
[[nodiscard]] Result<UpdateReport> update_cases(const std::vector<std::string>& paths,
                                                const RunOptions& options);

/// `text` with the expectations of the failing blocks replaced by what came out.
struct Rewritten {
  std::string text;
  std::uint64_t blocks = 0;
};
[[nodiscard]] Rewritten rewrite(const std::string& text, const std::vector<CaseBlock>& blocks,
                                const RunOptions& options);

}  // namespace eqlab::cases
