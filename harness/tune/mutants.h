#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/eql/condition.h"
#include "harness/event/schema.h"
#include "harness/rule/rule.h"
#include "harness/tune/query_text.h"

/// Small faults put into a rule, to see whether its cases, or a corpus, would notice.
namespace eqlab::tune {

enum class MutationKind : std::uint8_t {
  comparison,    ///< another operator of comparison
  case_folding,  ///< `:`, `in~`, `like~`, `regex~`, `startsWith~` and their strict twins
  wildcard,      ///< one taken out of a constant, or added to it
  connective,    ///< `and`, `or`
  negation,      ///< `not` added or taken away
  member,        ///< of a list, left out
  constant,      ///< another text, number or boolean
  term,          ///< left out
  step,          ///< left out, swapped with the next, missing or not
  category,
  until,     ///< left out
  key,       ///< left out
  optional,  ///< `?`
  maxspan,
  runs,
  pipe,
  function,  ///< another function or sign of arithmetic
};
[[nodiscard]] std::string_view to_string(MutationKind kind);

struct Mutant {
  MutationKind kind = MutationKind::comparison;
  std::string what;  ///< for people: `"curl" → "curl*" in step 2`; not escaped
  std::vector<TextEdit> edits;
  Span place;               ///< of the rule's query
  eql::CheckedQuery query;  ///< compiled, with the rule's filters and exceptions
};

struct MutantSet {
  std::vector<Mutant> mutants;   ///< in order of place; each of another normal form
  std::uint64_t stillborn = 0;   ///< would not compile
  std::uint64_t equivalent = 0;  ///< mean what the rule means
  std::uint64_t duplicates = 0;  ///< mean what another one means
  std::uint64_t left_out = 0;    ///< beyond what is tried; spread evenly over the query
};

struct MutantOptions {
  /// Tried at most; fewer of long queries, so that text and trees of all stay within about 64 MB.
  std::size_t mutants_max = 2'000;
};

/// Every mutant of the rule's query, one fault each. Errors: those of rule::compile, for the rule
/// itself. Cost: a compilation each.
[[nodiscard]] Result<MutantSet> make_mutants(const rule::Rule& rule, const event::Schema& schema,
                                             const MutantOptions& options = {});

}  // namespace eqlab::tune
