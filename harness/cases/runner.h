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
  std::string configuration;            ///< engine; empty where no engine was asked (parser, checker)
  std::string expected;                 ///< as in the file, lines ended by "\n"
  std::string got;
};

struct CaseResult {
  std::string file;
  std::uint32_t line = 0;               ///< of `why:`
  std::string why;
  std::vector<CaseFailure> failures;    ///< none: it passed
  std::vector<Skip> skipped;            ///< engines that it did not run on, and why
  [[nodiscard]] bool passed() const { return failures.empty(); }
};

struct CaseReport {
  std::uint64_t files = 0;
  std::vector<CaseResult> results;      ///< in order of path, then place
  [[nodiscard]] std::size_t failed() const;
};

/// Runs all blocks of the files, and of all `.case` files in the folders and below.
/// Errors: E450 to E452 a case file that cannot be read; E453 no case file in a folder; E901 cannot be opened.
[[nodiscard]] Result<CaseReport> run_cases(const std::vector<std::string>& paths, const RunOptions& options);

/// The same for one block, whose rule has been applied.
[[nodiscard]] CaseResult run_block(const CaseBlock& block, const RunOptions& options);

/// For people: one paragraph for each failure, `file:line: FAIL why`, expected and got; nothing for what passed.
[[nodiscard]] std::string describe_failures(const CaseReport& report);

struct UpdateReport {
  std::vector<std::string> changed;     ///< files
  std::uint64_t blocks = 0;             ///< expectations rewritten
  CaseReport after;                     ///< what still fails: engines that disagree, files that cannot be rewritten
};

/// Rewrites, in place, every expectation that did not come out and on which all engines agree.
/// Errors: as run_cases; E902 a file cannot be written.
[[nodiscard]] Result<UpdateReport> update_cases(const std::vector<std::string>& paths, const RunOptions& options);

/// `text` with the expectations of the failing blocks replaced by what came out.
struct Rewritten {
  std::string text;
  std::uint64_t blocks = 0;
};
[[nodiscard]] Rewritten rewrite(const std::string& text, const std::vector<CaseBlock>& blocks, const RunOptions& options);

}  // namespace eqlab::cases
