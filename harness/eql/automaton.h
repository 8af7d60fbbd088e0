#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/eql/lucene_regex.h"

namespace eqlab::eql {

/// A deterministic automaton over code points: what RE2 cannot say (intersection, complement, more
/// than a thousand repetitions). At most 10,000 states, as Elasticsearch's own limit of work when
/// it makes a pattern deterministic, and 8 MB. Matching takes one table look-up per character.
class Automaton {
 public:
  /// Errors: E218 spanning `span` when the automaton, or the work to build it, would be too large.
  [[nodiscard]] static Result<Automaton> build(const LuceneTree& tree, Span span);
  /// Does the whole of `text` (UTF-8) belong to the language?
  [[nodiscard]] bool matches(std::string_view text) const;
  [[nodiscard]] std::size_t state_count() const { return accepts_.size(); }

 private:
  friend class AutomatonBuilder;
  using State = std::uint16_t;
  /// Characters that no set of the pattern tells apart have one class.
  using ClassId = std::uint16_t;

  [[nodiscard]] ClassId class_of(char32_t c) const;

  std::vector<char32_t> starts_;         ///< first code points of the intervals, rising from 0
  std::vector<ClassId> classes_;         ///< of each interval
  std::array<ClassId, 128> ascii_ = {};  ///< the same for ASCII, ready to look up
  std::size_t class_count_ = 0;
  std::vector<State> next_;  ///< [state × class_count_ + class]; the first state is 0
  std::vector<bool> accepts_;
  State never_ = 0;   ///< no way to accept from here; `none` if there is no such state
  State always_ = 0;  ///< accepts whatever follows; the same
};

}  // namespace eqlab::eql
