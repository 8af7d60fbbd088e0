#include "harness/run/rule_choice.h"

#include "harness/base/text.h"

namespace eqlab::run {

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

std::string skipped_line(const rule::Skipped& skipped) {
  const std::string place = skipped.line > 0
                                ? format("{}:{}", printable(skipped.file), skipped.line)
                                : printable(skipped.file);
  if (skipped.type.empty()) return format("{}: skipped: no rule\n", place);
  if (skipped.name.empty()) return format("{}: skipped: {} rules\n", place, skipped.type);
  return format("{}: {}: skipped: a rule of type {}\n", place, printable(skipped.name),
                skipped.type);
}

Result<event::Schema> schema_from(const std::string& option) {
  if (option.empty()) return event::Schema(event::Schema::builtin());
  if (option == "none") return event::Schema::open();
  return event::Schema::load(option);
}

}  // namespace eqlab::run
