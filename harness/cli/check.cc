#include <algorithm>

#include "harness/base/message_codes.h"
#include "harness/base/text.h"
#include "harness/cli/checked_rules.h"
#include "harness/cli/commands.h"
#include "harness/cli/output_options.h"
#include "harness/cli/rule_options.h"
#include "harness/cli/version.h"
#include "harness/report/check_result.h"
#include "harness/rule/rule.h"

namespace eqlab::cli {
namespace {

struct Options {
  std::vector<std::string> rules;
  std::string schema;
  OutputOptions output;
  std::string delay = "2m";
  std::string jitter = "15s";
  std::vector<std::string> ignored;
  std::string at;
  bool version_lock = false;
  bool warnings_fail = false;
};

using report::CheckedRule;

/// `--delay` and `--jitter`. Errors: E905.
Result<Duration> budget_from(std::string_view option, const std::string& text) {
  const auto duration = parse_duration(text);
  constexpr Duration longest = std::chrono::hours{24 * 30};
  if (!duration || *duration < Duration::zero() || *duration > longest) {
    return fail(error_in({}, "E905",
                         format("--{} must be a length of time of at most 30 days", option),
                         format("--{} 2m", option)));
  }
  return *duration;
}

/// `--ignore`. Only lint can be ignored: what cannot be used stays unusable. Errors: E905.
Status check_ignored(const std::vector<std::string>& codes) {
  for (const std::string& code : codes) {
    if (code.starts_with('L') && find_message_code(code) != nullptr) continue;
    return fail(error_in({}, "E905", format("--ignore {}: there is no such lint", printable(code)),
                         "codes of lint begin with L, such as L316"));
  }
  return ok();
}

std::string counted(std::size_t count, std::string_view what) {
  return format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void print_text(const report::CheckResult& result, Console& console) {
  for (const CheckedRule& rule : result.rules) {
    for (const Diagnostic& diagnostic : rule.diagnostics) console.report(diagnostic);
    if (rule.usable) console.print(summary_line(rule));
    if (rule.schedule) console.print(schedule_line(*rule.schedule));
  }
  for (const rule::Skipped& skipped : result.skipped) console.print(run::skipped_line(skipped));
  for (const Diagnostic& diagnostic : result.file_diagnostics) console.report(diagnostic);
  const std::size_t errors = result.count(Severity::error);
  const std::size_t warnings = result.count(Severity::warning);
  if (result.rules.size() + result.skipped.size() > 1 || errors + warnings + result.ignored > 0) {
    console.note(format("{}, {}, {}{}{}\n", counted(result.rules.size(), "rule"),
                        counted(errors, "error"), counted(warnings, "warning"),
                        result.skipped.empty() ? "" : format(", {} skipped", result.skipped.size()),
                        result.ignored > 0 ? format(", {} ignored", result.ignored) : ""));
  }
}

Exit status_of(const report::CheckResult& result, bool warnings_fail) {
  Exit status = Exit::fine;
  // An unusable rule outweighs lint; input that cannot be read outweighs both.
  const auto judge = [&](const Diagnostic& diagnostic, bool is_usable) {
    const bool counts = diagnostic.severity == Severity::error ||
                        (diagnostic.severity == Severity::warning && warnings_fail);
    const Exit of_this = !is_usable ? exit_for(diagnostic)
                         : counts   ? Exit::check_failed
                                    : Exit::fine;
    status = std::max(status, of_this);
  };
  for (const CheckedRule& rule : result.rules) {
    for (const Diagnostic& diagnostic : rule.diagnostics) judge(diagnostic, rule.usable);
  }
  for (const Diagnostic& diagnostic : result.file_diagnostics) judge(diagnostic, true);
  return status;
}

Result<rule::LintOptions> lint_options(const Options& options) {
  rule::LintOptions lint;
  EQLAB_TRY(lint.delay, budget_from("delay", options.delay));
  EQLAB_TRY(lint.jitter, budget_from("jitter", options.jitter));
  EQLAB_CHECK(check_ignored(options.ignored));
  lint.version_locked = options.version_lock;
  return lint;
}

Exit run(const Options& options, Console& console) {
  auto schema = run::schema_from(options.schema);
  auto lint = lint_options(options);
  if (!schema || !lint) {
    const Diagnostic& error = schema ? lint.error() : schema.error();
    console.report(error);
    return exit_for(error);
  }
  lint->schema = options.schema.empty() ? &event::Schema::builtin() : &*schema;
  auto at = run::time_from(options.at);
  if (!at) {
    console.report(at.error());
    return exit_for(at.error());
  }
  report::CheckResult result = check_rules(options.rules, *schema, *lint, *at);
  const auto ignore = [&](std::vector<Diagnostic>& found) {
    result.ignored += std::erase_if(found, [&](const Diagnostic& diagnostic) {
      return std::ranges::find(options.ignored, diagnostic.code) != options.ignored.end();
    });
  };
  for (CheckedRule& rule : result.rules) ignore(rule.diagnostics);
  ignore(result.file_diagnostics);
  const Exit status = status_of(result, options.warnings_fail);
  result.exit_status = static_cast<int>(status);
  result.tool_version = version;
  if (options.output.format == "text")
    print_text(result, console);
  else
    print_result(options.output, result, view_of(console), console);
  return status;
}

}  // namespace

void define_check(CLI::App& app, Action& chosen) {
  CLI::App* const command =
      app.add_subcommand("check", "Parse rules, check their types, lint metadata and schedule");
  auto options = std::make_shared<Options>();
  command
      ->add_option(
          "RULE", options->rules,
          "Rules: detection-rules TOML, Kibana's export NDJSON or API's JSON, bare queries "
          "(.eql), or folders of them")
      ->required();
  command->add_option(
      "--schema", options->schema,
      "Elasticsearch mapping (JSON), field,type CSV, or none; default: ECS and Elastic Defend");
  add_output_options<report::CheckResult>(*command, options->output);
  command
      ->add_option("--delay", options->delay,
                   "How late events may arrive and still must be seen (99 of 100 come sooner)")
      ->capture_default_str();
  command->add_option("--jitter", options->jitter, "How late a run may start")
      ->capture_default_str();
  command->add_option("--ignore", options->ignored, "Codes of lint to leave out, such as L316,L317")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--version-lock", options->version_lock,
                    "Versions come from the repository's lock file: none may stand in a rule");
  add_at_option(*command, options->at);
  command->add_flag("--warnings-fail", options->warnings_fail, "Exit with 1 on warnings too");
  command->footer(
      "Example:\n  eqlab check rules/*.toml\n  eqlab check --delay 5m --format sarif rules/*.toml "
      "> "
      "eqlab.sarif\nExit status: 0 sound, 1 lint found an error, 2 a rule "
      "cannot be used, 3 a file cannot be read.");
  command->callback([options, &chosen] {
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
