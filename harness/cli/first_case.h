#pragma once

#include <string>

#include "harness/eql/condition.h"
#include "harness/rule/rule.h"

namespace eqlab::cli {

/// The first case file of a rule.
struct FirstCase {
  std::string text;
  /// A timeline that the rule fires on was found; otherwise the text has a block that only shows
  /// the rule silent, and a commented one to be filled in.
  bool has_match = false;
};

/// Cases made from the rule's own constants (`synth`), each of them run against the rule on every
/// built-in engine: what is in the text passes. `rule_path` is what stands after `rule:`. Empty
/// text where there is no such file: the path cannot be written in one, or the rule fails on an
/// event without fields. Cost: some dozens of runs of a few events.
[[nodiscard]] FirstCase first_case(const rule::Rule& rule, const eql::CheckedQuery& query,
                                   const std::string& rule_path);

}  // namespace eqlab::cli
