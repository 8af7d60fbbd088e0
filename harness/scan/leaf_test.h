#pragma once

#include <memory>
#include <vector>

#include "harness/eql/condition.h"
#include "harness/event/column.h"

namespace eqlab::scan {

/// A native leaf made ready: answers for every distinct value of a dictionary at once, so that the
/// loop over rows is a table look-up. Immutable and thread-safe; copies share what was compiled.
class LeafTest {
 public:
  explicit LeafTest(const eql::Leaf& leaf);
  /// truth[code] is 1 where the value satisfies the leaf; one more entry, 0, at the end stands for
  /// "no value". O(distinct values × constants at worst; hashed where the leaf asks for equality).
  void evaluate(const event::Dictionary& values, std::vector<std::uint8_t>& truth) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

/// Exact order of two numbers of any kind; −1, 0, 1, and 2 when one is not a number.
[[nodiscard]] int compare_numbers(const event::Value& a, const event::Value& b);
/// Order of Elasticsearch's `version` type: semantic versioning, texts that are no version after
/// all others.
[[nodiscard]] int compare_versions(std::string_view a, std::string_view b);

}  // namespace eqlab::scan
