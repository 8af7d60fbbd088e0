#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "harness/eql/literal_finder.h"
#include "harness/eql/pattern.h"

namespace eqlab::eql {

/// A list of patterns as one: does a text match any of them? Each pattern is represented by the one
/// of its literals that is likely to be rare; one pass over the text finds which of these occur,
/// and only their patterns are tried. So a text costs O(text + literals found) plus one `Wildcard`
/// match for each pattern whose literal it has. Memory: linear in the patterns. Immutable and
/// thread-safe, apart from what `Scratch` holds.
class PatternSet {
 public:
  /// Up to this many patterns are cheaper one by one.
  static constexpr std::size_t one_by_one_max = 6;

  PatternSet() = default;
  explicit PatternSet(std::vector<Wildcard> patterns, std::size_t one_by_one = one_by_one_max);

  /// What one thread keeps between texts.
  struct Scratch {
    LiteralFinder::Marks marks = {};
  };
  [[nodiscard]] bool matches(std::string_view text, Scratch& scratch) const;
  /// The same by trying one pattern after another: the plain twin that tests compare with.
  [[nodiscard]] bool matches_one_by_one(std::string_view text) const;

 private:
  void represent_by_literals();
  [[nodiscard]] bool matches_by_length(std::string_view text) const;

  std::vector<Wildcard> patterns_;
  bool one_by_one_ = true;
  LiteralFinder finder_;
  // The patterns of literal i are tried_[first_[i]] to tried_[first_[i + 1]].
  std::vector<std::uint32_t> first_;
  std::vector<std::uint32_t> tried_;
  // Patterns of nothing but `*` and `?`.
  std::vector<std::size_t> exact_lengths_;    ///< in code points, sorted
  std::optional<std::size_t> shortest_open_;  ///< with a star: this long or longer
};

}  // namespace eqlab::eql
