#include <algorithm>

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/version.h"
#include "harness/report/check_result.h"
#include "harness/rule/rule.h"

namespace eqlab::cli {
namespace {

struct Options {
  std::vector<std::string> rules;
  std::string schema;
  std::string format = "text";
  std::string delay = "2m";
  std::string jitter = "15s";
  std::vector<std::string> ignored;
  bool version_lock = false;
  bool warnings_fail = false;
};

using report::CheckedRule;

std::string describe(const rule::Rule& rule, const eql::CheckedQuery& query) {
  std::string text;
  switch (query.kind) {
    case eql::QueryKind::event:
      text = "event query";
      break;
    case eql::QueryKind::sequence:
      text = format("sequence of {}", query.stages.size());
      break;
    case eql::QueryKind::sample:
      text = format("sample of {}", query.stages.size());
      break;
  }
  std::vector<std::string> keys;
  for (const eql::JoinKey& key : query.stages[0].keys) keys.push_back(key.field.name);
  if (!keys.empty()) text += " by " + join(keys, ", ");
  if (query.maxspan) text += format(" within {}", human_duration(*query.maxspan));
  const rule::Schedule& schedule = rule.schedule;
  return text + format(" · every {}, looks back {}, at most {} alerts a run",
                       human_duration(schedule.interval), human_duration(schedule.look_back),
                       schedule.max_signals);
}

/// `rule` receives the rule where it can be read.
CheckedRule check_one(const std::string& path, const event::Schema& schema,
                      const rule::LintOptions& lint, std::optional<rule::Rule>& readable) {
  CheckedRule checked{.file = path, .name = {}, .summary = {}, .diagnostics = {}};
  auto rule = rule::load_rule(path);
  if (!rule) {
    checked.diagnostics.push_back(std::move(rule.error()));
    return checked;
  }
  readable = std::move(*rule);
  checked.name = readable->name;
  auto query = rule::compile(*readable, schema);
  if (!query) {
    checked.diagnostics.push_back(std::move(query.error()));
    return checked;
  }
  checked.usable = true;
  checked.summary = describe(*readable, *query);
  checked.diagnostics = rule::lint(*readable, *query, lint);
  return checked;
}

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
    const auto& known = report::message_codes();
    if (code.starts_with('L') &&
        std::ranges::find(known, code, &report::MessageCode::code) != known.end()) {
      continue;
    }
    return fail(error_in({}, "E905", format("--ignore {}: there is no such lint", printable(code)),
                         "codes of lint begin with L, such as L316"));
  }
  return ok();
}

/// Ids and names that two of the rules share.
void add_duplicates(const std::vector<std::optional<rule::Rule>>& rules,
                    std::vector<CheckedRule>& checked) {
  std::vector<const rule::Rule*> readable;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (!rules[i] || !checked[i].usable) continue;
    readable.push_back(&*rules[i]);
    places.push_back(i);
  }
  for (auto& [at, diagnostic] : rule::lint_duplicates(readable)) {
    std::vector<Diagnostic>& found = checked[places[at]].diagnostics;
    found.insert(found.begin(), std::move(diagnostic));
  }
}

std::string counted(std::size_t count, std::string_view what) {
  return format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void print_text(const report::CheckResult& result, Console& console) {
  for (const CheckedRule& rule : result.rules) {
    for (const Diagnostic& diagnostic : rule.diagnostics) console.report(diagnostic);
    if (rule.usable) console.print(format("{}: {}\n", printable(rule.file), rule.summary));
  }
  const std::size_t errors = result.count(Severity::error);
  const std::size_t warnings = result.count(Severity::warning);
  if (result.rules.size() > 1 || errors + warnings + result.ignored > 0) {
    console.note(format("{}, {}, {}{}\n", counted(result.rules.size(), "rule"),
                        counted(errors, "error"), counted(warnings, "warning"),
                        result.ignored > 0 ? format(", {} ignored", result.ignored) : ""));
  }
}

Exit status_of(const report::CheckResult& result, bool warnings_fail) {
  Exit status = Exit::fine;
  for (const CheckedRule& rule : result.rules) {
    for (const Diagnostic& diagnostic : rule.diagnostics) {
      const bool counts = diagnostic.severity == Severity::error ||
                          (diagnostic.severity == Severity::warning && warnings_fail);
      const Exit of_this = !rule.usable ? exit_for(diagnostic)
                           : counts     ? Exit::check_failed
                                        : Exit::fine;
      // An unusable rule outweighs lint; input that cannot be read outweighs both.
      status = std::max(status, of_this);
    }
  }
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
  auto schema = schema_from(options.schema);
  auto lint = lint_options(options);
  if (!schema || !lint) {
    const Diagnostic& error = schema ? lint.error() : schema.error();
    console.report(error);
    return exit_for(error);
  }
  lint->schema = options.schema.empty() ? &event::Schema::builtin() : &*schema;
  report::CheckResult result;
  std::vector<std::optional<rule::Rule>> rules(options.rules.size());
  for (std::size_t i = 0; i < options.rules.size(); ++i)
    result.rules.push_back(check_one(options.rules[i], *schema, *lint, rules[i]));
  add_duplicates(rules, result.rules);
  for (CheckedRule& rule : result.rules) {
    result.ignored += std::erase_if(rule.diagnostics, [&](const Diagnostic& diagnostic) {
      return std::ranges::find(options.ignored, diagnostic.code) != options.ignored.end();
    });
  }
  const Exit status = status_of(result, options.warnings_fail);
  result.exit_status = static_cast<int>(status);
  result.tool_version = version;
  if (options.format == "json")
    console.print(report::write_check_json(result));
  else if (options.format == "sarif")
    console.print(report::write_check_sarif(result));
  else
    print_text(result, console);
  return status;
}

}  // namespace

void define_check(CLI::App& app, Action& chosen) {
  CLI::App* const command =
      app.add_subcommand("check", "Parse rules, check their types, lint metadata and schedule");
  auto options = std::make_shared<Options>();
  command->add_option("RULE", options->rules, "Rule files: detection-rules TOML, or a bare query")
      ->required();
  command->add_option(
      "--schema", options->schema,
      "Elasticsearch mapping (JSON), field,type CSV, or none; default: ECS and Elastic Defend");
  command->add_option("--format", options->format, "text, json or sarif")
      ->check(CLI::IsMember({"text", "json", "sarif"}))
      ->capture_default_str();
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
