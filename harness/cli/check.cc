#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/cli/checked_rules.h"
#include "harness/cli/commands.h"
#include "harness/cli/rule_choice.h"

namespace eqlab::cli {
namespace {

struct Options {
  std::vector<std::string> rules;
  std::string schema;
  std::string format = "text";
  std::string at;
  bool warnings_fail = false;
};

nlohmann::ordered_json to_json(const Diagnostic& diagnostic) {
  nlohmann::ordered_json out = {{"code", diagnostic.code},
                                {"severity", to_string(diagnostic.severity)},
                                {"message", diagnostic.message}};
  if (!diagnostic.hint.empty()) out["hint"] = diagnostic.hint;
  if (diagnostic.place && diagnostic.place->line > 0) {
    out["line"] = diagnostic.place->line;
    out["column"] = diagnostic.place->column;
    out["end_column"] = diagnostic.place->end_column;
  }
  return out;
}

nlohmann::ordered_json to_json(const CheckedRule& rule) {
  nlohmann::ordered_json out = {{"file", rule.file}, {"name", rule.name}, {"usable", rule.sound}};
  if (rule.line > 0) out["line"] = rule.line;
  if (rule.sound) out["summary"] = rule.summary;
  out["diagnostics"] = nlohmann::ordered_json::array();
  for (const Diagnostic& diagnostic : rule.diagnostics)
    out["diagnostics"].push_back(to_json(diagnostic));
  return out;
}

nlohmann::ordered_json to_json(const rule::Skipped& skipped) {
  nlohmann::ordered_json out = {
      {"file", skipped.file}, {"name", skipped.name}, {"type", skipped.type}};
  if (skipped.line > 0) out["line"] = skipped.line;
  return out;
}

Exit run(const Options& options, Console& console) {
  auto schema = schema_from(options.schema);
  if (!schema) {
    console.report(schema.error());
    return exit_for(schema.error());
  }
  auto at = time_from(options.at);
  if (!at) {
    console.report(at.error());
    return exit_for(at.error());
  }
  const CheckedRules checked = check_rules(options.rules, *schema, *at);
  Exit status = Exit::fine;
  const auto worsen = [&status](Exit to) {
    // An unusable rule outweighs lint; input that cannot be read outweighs both.
    if (static_cast<int>(to) > static_cast<int>(status)) status = to;
  };
  const bool is_text = options.format == "text";
  std::size_t errors = 0;
  std::size_t warnings = 0;
  const auto take = [&](const Diagnostic& diagnostic, bool sound) {
    errors += diagnostic.severity == Severity::error ? 1 : 0;
    warnings += diagnostic.severity == Severity::warning ? 1 : 0;
    const bool counts = diagnostic.severity == Severity::error ||
                        (diagnostic.severity == Severity::warning && options.warnings_fail);
    if (!sound)
      worsen(exit_for(diagnostic));
    else if (counts)
      worsen(Exit::check_failed);
    if (is_text) console.report(diagnostic);
  };
  nlohmann::ordered_json rules = nlohmann::ordered_json::array();
  for (const CheckedRule& rule : checked.rules) {
    for (const Diagnostic& diagnostic : rule.diagnostics) take(diagnostic, rule.sound);
    if (is_text && rule.sound) console.print(summary_line(rule));
    if (!is_text) rules.push_back(to_json(rule));
  }
  nlohmann::ordered_json skipped = nlohmann::ordered_json::array();
  for (const rule::Skipped& document : checked.skipped) {
    if (is_text) console.print(skipped_line(document));
    if (!is_text) skipped.push_back(to_json(document));
  }
  nlohmann::ordered_json of_files = nlohmann::ordered_json::array();
  for (const Diagnostic& diagnostic : checked.file_diagnostics) {
    take(diagnostic, true);
    nlohmann::ordered_json entry = {{"file", diagnostic.place->file}};
    entry.update(to_json(diagnostic));
    of_files.push_back(std::move(entry));
  }
  if (!is_text) {
    const nlohmann::ordered_json out = {
        {"eqlab_result", "check"},     {"schema_version", 1}, {"errors", errors},
        {"warnings", warnings},        {"rules", rules},      {"skipped", skipped},
        {"file_diagnostics", of_files}};
    console.print(out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  } else if (checked.rules.size() + checked.skipped.size() > 1 || errors + warnings > 0) {
    const auto counted = [](std::size_t count, std::string_view what) {
      return format("{} {}{}", count, what, count == 1 ? "" : "s");
    };
    console.note(
        format("{}, {}, {}{}\n", counted(checked.rules.size(), "rule"), counted(errors, "error"),
               counted(warnings, "warning"),
               checked.skipped.empty() ? "" : format(", {} skipped", checked.skipped.size())));
  }
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
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  add_at_option(*command, options->at);
  command->add_flag("--warnings-fail", options->warnings_fail, "Exit with 1 on warnings too");
  command->footer(
      "Example:\n  eqlab check rules/*.toml\nExit status: 0 sound, 1 lint found an error, 2 a rule "
      "cannot be used, 3 a file cannot be read.");
  command->callback([options, &chosen] {
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
