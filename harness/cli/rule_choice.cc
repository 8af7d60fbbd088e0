#include "harness/cli/rule_choice.h"

#include "harness/base/text.h"

namespace eqlab::cli {

void add_at_option(CLI::App& command, std::string& at) {
  command.add_option("--at", at,
                     "When the rule runs, for exceptions that expire (2026-03-02T09:00:00Z); "
                     "default: none has expired");
}

void add_rule_choice(CLI::App& command, RuleChoice& choice) {
  command.add_option("--rule-id", choice.rule_id,
                     "Which rule of a file with several: its rule_id or name");
  add_at_option(command, choice.at);
}

Result<std::optional<WallTime>> time_from(const std::string& at) {
  if (at.empty()) return std::optional<WallTime>();
  const auto nanoseconds = parse_iso8601(at);
  if (!nanoseconds) {
    return fail(error_in({}, "E905", format("--at: {} is not a time", printable(at)),
                         "write for example: --at 2026-03-02T09:00:00Z"));
  }
  return std::optional<WallTime>(WallTime(Duration{*nanoseconds}));
}

Result<rule::Rule> load_chosen_rule(const std::string& path, const RuleChoice& choice) {
  EQLAB_TRY(const std::optional<WallTime> at, time_from(choice.at));
  EQLAB_TRY(rule::Rule rule, rule::load_rule(path, choice.rule_id));
  rule.as_of = at;
  return rule;
}

}  // namespace eqlab::cli
