#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/rule/rule.h"

namespace eqlab::cli {
namespace {

struct Options {
  std::vector<std::string> rules;
  std::string schema;
  std::string format = "text";
  bool warnings_fail = false;
};

/// What was found out about one rule file.
struct Checked {
  std::string file;
  std::string name;
  std::string summary;                  ///< of a sound rule
  std::vector<Diagnostic> diagnostics;  ///< errors first
  bool sound = false;
};

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

Checked check_one(const std::string& path, const event::Schema& schema) {
  Checked checked{.file = path, .name = {}, .summary = {}, .diagnostics = {}};
  auto rule = rule::load_rule(path);
  if (!rule) {
    checked.diagnostics.push_back(std::move(rule.error()));
    return checked;
  }
  checked.name = rule->name;
  auto query = rule::compile(*rule, schema);
  if (!query) {
    checked.diagnostics.push_back(std::move(query.error()));
    return checked;
  }
  checked.sound = true;
  checked.summary = describe(*rule, *query);
  checked.diagnostics = rule::lint(*rule, *query);
  return checked;
}

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

Exit run(const Options& options, Console& console) {
  auto schema = schema_from(options.schema);
  if (!schema) {
    console.report(schema.error());
    return exit_for(schema.error());
  }
  Exit status = Exit::fine;
  const auto worsen = [&status](Exit to) {
    // An unusable rule outweighs lint; input that cannot be read outweighs both.
    if (static_cast<int>(to) > static_cast<int>(status)) status = to;
  };
  nlohmann::ordered_json rules = nlohmann::ordered_json::array();
  std::size_t errors = 0;
  std::size_t warnings = 0;
  for (const std::string& path : options.rules) {
    const Checked checked = check_one(path, *schema);
    for (const Diagnostic& diagnostic : checked.diagnostics) {
      errors += diagnostic.severity == Severity::error ? 1 : 0;
      warnings += diagnostic.severity == Severity::warning ? 1 : 0;
      const bool counts = diagnostic.severity == Severity::error ||
                          (diagnostic.severity == Severity::warning && options.warnings_fail);
      if (!checked.sound)
        worsen(exit_for(diagnostic));
      else if (counts)
        worsen(Exit::check_failed);
      if (options.format == "text") console.report(diagnostic);
    }
    if (options.format == "text") {
      if (checked.sound) console.print(format("{}: {}\n", printable(path), checked.summary));
    } else {
      nlohmann::ordered_json rule = {
          {"file", checked.file}, {"name", checked.name}, {"usable", checked.sound}};
      if (checked.sound) rule["summary"] = checked.summary;
      rule["diagnostics"] = nlohmann::ordered_json::array();
      for (const Diagnostic& diagnostic : checked.diagnostics)
        rule["diagnostics"].push_back(to_json(diagnostic));
      rules.push_back(std::move(rule));
    }
  }
  if (options.format == "json") {
    const nlohmann::ordered_json out = {{"eqlab_result", "check"},
                                        {"schema_version", 1},
                                        {"errors", errors},
                                        {"warnings", warnings},
                                        {"rules", rules}};
    console.print(out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  } else if (options.rules.size() > 1 || errors + warnings > 0) {
    console.note(format("{} rule{}, {} error{}, {} warning{}\n", options.rules.size(),
                        options.rules.size() == 1 ? "" : "s", errors, errors == 1 ? "" : "s",
                        warnings, warnings == 1 ? "" : "s"));
  }
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
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_flag("--warnings-fail", options->warnings_fail, "Exit with 1 on warnings too");
  command->footer(
      "Example:\n  eqlab check rules/*.toml\nExit status: 0 sound, 1 lint found an error, 2 a rule "
      "cannot be used, 3 a file cannot be read.");
  command->callback([options, &chosen] {
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
