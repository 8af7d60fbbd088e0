#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "harness/eql/condition.h"
#include "harness/event/column.h"

namespace eqlab::scan {

/// A native leaf made ready: answers for every distinct value of a dictionary at once, so that the
/// loop over rows is a table look-up. Immutable and thread-safe; copies share what was compiled.
class LeafTest {
 public:
  explicit LeafTest(const eql::Leaf& leaf);
  /// Can the leaf be one of those that `any_of` makes one test of? Texts that are equal, match a
  /// wildcard or begin with something; not regular expressions, which are programs of their own.
  [[nodiscard]] static bool can_join(const eql::Leaf& leaf);
  /// True where any of the leaves is. They are of one field, fold alike, and each can join.
  [[nodiscard]] static LeafTest any_of(const std::vector<const eql::Leaf*>& leaves);

  /// truth[code] is 1 where the value satisfies the leaf; one more entry, 0, at the end stands for
  /// "no value". O(distinct values × constants) at worst; but equality is hashed, and of many
  /// wildcards only those are tried that have a literal part in the value (`eql::PatternSet`).
  void evaluate(const event::Dictionary& values, std::vector<std::uint8_t>& truth) const;

 private:
  struct Compiled;
  explicit LeafTest(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const Compiled> compiled_;
};

/// Exact order of two numbers of any kind; −1, 0, 1, and 2 when one is not a number.
[[nodiscard]] int compare_numbers(const event::Value& a, const event::Value& b);
/// Order of Elasticsearch's `version` type: semantic versioning, texts that are no version after
/// all others.
[[nodiscard]] int compare_versions(std::string_view a, std::string_view b);

}  // namespace eqlab::scan
