#pragma once

#include <optional>
#include <string>

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/event/schema.h"
#include "harness/rule/rule.h"

namespace eqlab::run {

/// Which rule of a file is meant, and the time at which it runs.
struct RuleChoice {
  std::string rule_id;  ///< rule_id or name; empty: the only rule of the file
  std::string at;       ///< ISO 8601; empty: no exception has expired
};

/// Errors: E905 not a time.
[[nodiscard]] Result<std::optional<WallTime>> time_from(const std::string& at);
/// Errors: those of rule::load_rule; E905.
[[nodiscard]] Result<rule::Rule> load_chosen_rule(const std::string& path,
                                                  const RuleChoice& choice);

/// A line about a document that was passed over, with its end.
[[nodiscard]] std::string skipped_line(const rule::Skipped& skipped);

/// What `--schema` names: empty the built-in schema; `none` takes field types from use; else a
/// file. Errors: those of event::Schema::load.
[[nodiscard]] Result<event::Schema> schema_from(const std::string& option);

}  // namespace eqlab::run
