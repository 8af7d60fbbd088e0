#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/diagnostic.h"
#include "harness/base/result.h"
#include "harness/run/event_source.h"
#include "harness/run/rule_choice.h"
#include "harness/run/watcher.h"
#include "harness/score/statistics.h"
#include "harness/tune/mutants.h"

/// Small faults put into a rule, asked of its cases and of a corpus: who notices.
namespace eqlab::tune {

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
  std::string corpus;                   ///< for people
  generators::CorpusOptions used = {};  ///< of a profile: with its own numbers filled in
  std::string command;                  ///< makes the same result again
  std::string written;                  ///< file that the killing cases went to; empty: none
  std::uint64_t written_cases = 0;
};

struct MutationRequest {
  std::string rule;                ///< its file
  std::vector<std::string> cases;  ///< files or folders; none: those beside the rule that name it
  run::RuleChoice choice;
  std::string schema;  ///< as run::schema_from; for rule and corpus, cases keep theirs
  std::size_t mutants_max = MutantOptions{}.mutants_max;
  run::EventSource source;  ///< a profile or a corpus folder
  bool asks_corpus = false;
};

/// All of the result but `command`. Errors: those of rule, cases, schema and corpus; E700 a case
/// fails already; E701 there is nobody to ask.
[[nodiscard]] Result<MutationResult> mutate_rule(const MutationRequest& request,
                                                 const run::Watcher& watcher);

/// The killing cases as the text of a file at `path`, which finds the rule from where it lies.
/// Counts them in `result`: one may notice several mutants. Errors: E702 the file is there already.
[[nodiscard]] Result<std::string> killing_cases(MutationResult& result,
                                                const MutationRequest& request,
                                                const std::string& path);

}  // namespace eqlab::tune
