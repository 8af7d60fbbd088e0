#include "harness/cli/rule_options.h"

#include "harness/base/parallel.h"
#include "harness/base/text.h"

namespace eqlab::cli {

void add_at_option(CLI::App& command, std::string& at) {
  command.add_option("--at", at,
                     "When the rule runs, for exceptions that expire (2026-03-02T09:00:00Z); "
                     "default: none has expired");
}

void add_rule_choice(CLI::App& command, run::RuleChoice& choice) {
  command.add_option("--rule-id", choice.rule_id,
                     "Which rule of a file with several: its rule_id or name");
  add_at_option(command, choice.at);
}

void add_schema_option(CLI::App& command, std::string& schema) {
  command.add_option(
      "--schema", schema,
      "Elasticsearch mapping (JSON), field,type CSV, or none; default: ECS and Elastic Defend");
}

void add_threads_option(CLI::App& command, unsigned& threads) {
  threads = hardware_threads();
  command.add_option("--threads", threads, "Threads; the result is the same at any number")
      ->check(CLI::Range(1U, 256U))
      ->capture_default_str();
}

CLI::Option* add_schedule_option(CLI::App& command, std::vector<std::string>& schedules,
                                 bool many) {
  const std::string text = format(
      "Instead of the rule's own: interval=5m,lookback=9m,to=0s,cap=100, and delay=1s from ingest "
      "to search, run=4s, phase=0s; any of them{}",
      many ? "; several times: side by side" : "");
  CLI::Option* const option = command.add_option("--schedule", schedules, text);
  // One value an occurrence: what follows is the next option or rule.
  option->allow_extra_args(false);
  if (!many) option->expected(1);
  return option;
}

CLI::Option* add_search_options(CLI::App& command, run::SearchRequest& options) {
  command.add_option("INPUT", options.arguments,
                     "The rule (unless --query or --query-file is given), then event files or "
                     "folders; - or nothing: standard input");
  auto* const query =
      command.add_option("--query", options.query, "EQL text instead of a rule file");
  command.add_option("--query-file", options.query_file, "File with EQL text or a rule")
      ->excludes(query);
  add_rule_choice(command, options.choice);
  add_schema_option(command, options.schema);
  command.add_option("--timestamp-field", options.timestamp_field,
                     "Default: the rule's, or @timestamp");
  command.add_option("--tiebreaker-field", options.tiebreaker_field,
                     "Orders events of equal time; default: the rule's, or none");
  command.add_option("--event-category-field", options.category_field,
                     "Default: the rule's, or event.category");
  return query;
}

}  // namespace eqlab::cli
