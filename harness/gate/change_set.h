#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/rule/rule.h"

/// Which rule became which.
namespace eqlab::gate {

enum class ChangeKind : std::uint8_t { unchanged, added, deleted, modified };
[[nodiscard]] std::string_view to_string(ChangeKind kind);

/// A rule before and after; at least one of the two is there.
struct RulePair {
  std::optional<rule::Rule> before = {};
  std::optional<rule::Rule> after = {};

  /// Unchanged: not a byte of its text.
  [[nodiscard]] ChangeKind kind() const;
  [[nodiscard]] bool is_moved() const { return before && after && before->file != after->file; }
  /// The version there is, the new one first.
  [[nodiscard]] const rule::Rule& rule() const { return after ? *after : *before; }
};

/// Rules of the new set in its order, then those that only the old one has. A rule is found again
/// by its file and id, else by its id, else, without an id or with a new one, by its file where
/// that holds one rule in both, else by its name (ASCII letters of either case), where of what is
/// left one old rule and one new one have it.
[[nodiscard]] std::vector<RulePair> pair_rules(std::vector<rule::Rule> before,
                                               std::vector<rule::Rule> after);

}  // namespace eqlab::gate
