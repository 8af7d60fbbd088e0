#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/result.h"
#include "harness/cases/case_block.h"
#include "harness/match/matcher.h"
#include "harness/rule/rule.h"
#include "harness/scan/candidate_log.h"
#include "harness/tune/query_text.h"

/// Which of a rule's alternatives some match went through.
namespace eqlab::tune {

/// One way in which a step can be satisfied: a member of a list, a branch of an `or`, an optional
/// join key that is missing.
struct Alternative {
  std::size_t step = 0;  ///< as QueryText::step; never `until`
  std::string what;      ///< for people: `"curl" in step 2`; not escaped
  Span place;            ///< of the rule's query
  std::string probe;     ///< an event query that the events satisfy which go this way
};

struct Alternatives {
  std::vector<Alternative> all;  ///< in order of place
  std::uint64_t left_out = 0;    ///< beyond `alternatives_max`
};
inline constexpr std::size_t alternatives_max = 2'000;

/// Lists of two members or more, branches, optional keys. What a rule excludes is no alternative:
/// no match goes through it. Errors: those of eql::parse_query.
[[nodiscard]] Result<Alternatives> alternatives_of(const rule::Rule& rule);

/// Counts go up with every match added.
struct Coverage {
  std::uint64_t matches = 0;
  std::vector<std::uint64_t> by_alternative;  ///< matches that went through it
  /// Pairs of alternatives of two steps, of those that exist; up to `pairs_max`, the rest is not
  /// looked at.
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> by_pair = {};
  std::uint64_t pairs = 0;
  [[nodiscard]] std::uint64_t exercised() const;
  /// Adds a match that went through these alternatives (rising).
  void add(const Alternatives& alternatives, const std::vector<std::size_t>& through);
};
inline constexpr std::size_t pairs_max = 100'000;
[[nodiscard]] Coverage empty_coverage(const Alternatives& alternatives);

/// By the matches that the rule finds in the blocks. Errors: the query of a block does not compile.
[[nodiscard]] Result<Coverage> cover_by_cases(const Alternatives& alternatives,
                                              const std::vector<cases::CaseBlock>& blocks);

/// The probe of an alternative under the rule's settings, filters and exceptions.
[[nodiscard]] Result<eql::CheckedQuery> compile_probe(const rule::Rule& rule,
                                                      const event::Schema& schema,
                                                      const Alternative& alternative);

/// By matches over a log whose plan has the probes. `probes`: their filters, one an alternative.
[[nodiscard]] Coverage cover_by_matches(const Alternatives& alternatives,
                                        const eql::CheckedQuery& query,
                                        const scan::CandidateLog& log,
                                        const std::vector<match::Match>& matches,
                                        const std::vector<scan::FilterIndex>& probes);

}  // namespace eqlab::tune
