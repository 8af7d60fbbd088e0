#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/diagnostic.h"
#include "harness/report/view.h"
#include "harness/score/statistics.h"

/// What `mutate` found, and its two forms.
namespace eqlab::report {

struct MutantRow {
  std::string kind;
  std::string what;
  Place place;  ///< in the rule's file
  /// `file:line` of the first case that notices it; empty: none does, or none was asked.
  std::string noticed_by;
  /// What the corpus says; nothing: not asked.
  std::optional<bool> noticed_by_corpus;
  std::optional<bool> catches_others;  ///< other incidents are caught than by the rule
  /// Accepts too many events to be asked of the corpus.
  bool is_too_wide = false;
  std::string killing_case;  ///< of one that no case notices; empty: none was found
};

struct AlternativeRow {
  std::string what;
  Place place;
  std::uint64_t matches = 0;  ///< that went through it
};

struct CoverageTable {
  std::uint64_t matches = 0;
  std::vector<AlternativeRow> alternatives;
  score::Proportion exercised;
  score::Proportion pairs;  ///< alternatives of two steps in one match
  std::uint64_t left_out = 0;
};

struct MutationResult {
  std::string rule_name;
  std::string rule_file;
  std::uint64_t blocks = 0;  ///< cases that ran
  std::vector<MutantRow> mutants;
  std::uint64_t stillborn = 0;
  std::uint64_t equivalent = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t left_out = 0;
  std::optional<score::Proportion> by_cases;   ///< nothing: no case runs the rule
  std::optional<score::Proportion> by_corpus;  ///< nothing: no corpus; of those that were asked
  std::optional<CoverageTable> case_coverage;
  std::optional<CoverageTable> corpus_coverage;
  std::string corpus;   ///< for people
  std::string command;  ///< makes the same result again
  std::string written;  ///< file that the killing cases went to; empty: none
  std::uint64_t written_cases = 0;
};

/// `full`: also mutants that are noticed, and by what.
[[nodiscard]] std::string mutation_text(const MutationResult& result, const View& view);
/// Keys: harness/cli/README.md.
[[nodiscard]] std::string mutation_json(const MutationResult& result);

}  // namespace eqlab::report
