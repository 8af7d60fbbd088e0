#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "harness/eql/condition.h"

namespace eqlab::eql {

/// Brings a leaf to its canonical form and names it: constants of a field that keeps lower case are
/// folded, lists sorted and made distinct, `identity` set. `syntax` is what script leaves refer to.
void settle_leaf(Leaf& leaf, const Query& syntax);

/// Adds native conditions to a checked query, in the form that the checker gives its own: leaves
/// distinct, chains flat, no `always` or `never` below another condition. `query` must outlive it.
class ConditionBuilder {
 public:
  explicit ConditionBuilder(CheckedQuery& query);

  [[nodiscard]] ConditionId constant(bool holds);
  /// Constants must be of the field's physical type.
  [[nodiscard]] ConditionId leaf(Leaf leaf);
  /// True for no part at all.
  [[nodiscard]] ConditionId all(const std::vector<ConditionId>& parts);
  /// False for no part at all.
  [[nodiscard]] ConditionId any(const std::vector<ConditionId>& parts);
  [[nodiscard]] ConditionId negation(ConditionId part);

 private:
  [[nodiscard]] ConditionId add(Condition condition);
  [[nodiscard]] ConditionId chain(ConditionKind kind, const std::vector<ConditionId>& parts);
  [[nodiscard]] ConditionKind kind(ConditionId id) const { return query_.conditions[id].kind; }

  CheckedQuery& query_;
  std::unordered_map<std::string, LeafId> leaf_ids_;
};

}  // namespace eqlab::eql
