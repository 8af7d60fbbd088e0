#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/cases/runner.h"
#include "harness/cli/commands.h"
#include "harness/report/junit.h"

namespace eqlab::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::vector<std::string> paths;
  std::string format = "text";
  bool update = false;
};

std::string in_json(const cases::CaseReport& report) {
  Json out = {{"eqlab_result", "test"},    {"schema_version", 1},
              {"files", report.files},     {"cases", report.results.size()},
              {"failed", report.failed()}, {"unusable", Json::array()},
              {"results", Json::array()}};
  for (const Diagnostic& diagnostic : report.unusable) {
    out["unusable"].push_back({{"file", diagnostic.place ? diagnostic.place->file : ""},
                               {"line", diagnostic.place ? diagnostic.place->line : 0},
                               {"code", diagnostic.code},
                               {"message", diagnostic.message}});
  }
  for (const cases::CaseResult& result : report.results) {
    Json row = {{"file", result.file},
                {"line", result.line},
                {"why", result.why},
                {"passed", result.passed()}};
    for (const cases::CaseFailure& failure : result.failures) {
      row["failures"].push_back({{"configuration", failure.configuration},
                                 {"expected", failure.expected},
                                 {"got", failure.got}});
    }
    for (const cases::Skip& skip : result.skipped)
      row["skipped"].push_back({{"configuration", skip.configuration}, {"reason", skip.reason}});
    out["results"].push_back(std::move(row));
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string in_junit(const cases::CaseReport& report) {
  std::vector<report::JunitSuite> suites;
  for (const cases::CaseResult& result : report.results) {
    if (suites.empty() || suites.back().name != result.file)
      suites.push_back({.name = result.file, .cases = {}});
    report::JunitCase row{.name = format("line {}: {}", result.line, result.why)};
    for (const cases::CaseFailure& failure : result.failures) {
      row.failures.push_back({.message = failure.configuration.empty()
                                             ? "expected and got differ"
                                             : failure.configuration + ": expected and got differ",
                              .text = "expected\n" + failure.expected + "got\n" + failure.got});
    }
    suites.back().cases.push_back(std::move(row));
  }
  return report::write_junit(suites);
}

/// Names the files that could not be used; they outweigh failing cases.
Exit conclude(const cases::CaseReport& report, Console& console) {
  for (const Diagnostic& diagnostic : report.unusable) console.report(diagnostic);
  if (!report.unusable.empty()) return exit_for(report.unusable.front());
  return report.failed() == 0 ? Exit::fine : Exit::check_failed;
}

Exit update(const Options& options, Console& console) {
  auto updated = cases::update_cases(options.paths, {});
  if (!updated) {
    console.report(updated.error());
    return exit_for(updated.error());
  }
  for (const std::string& file : updated->changed)
    console.print("rewrote " + printable(file) + "\n");
  console.note(format("{} expectation{} rewritten: review the change before you commit it\n",
                      updated->blocks, updated->blocks == 1 ? "" : "s"));
  console.print(cases::describe_failures(updated->after));
  return conclude(updated->after, console);
}

Exit run(const Options& options, Console& console) {
  if (options.update) return update(options, console);
  auto report = cases::run_cases(options.paths, {});
  if (!report) {
    console.report(report.error());
    return exit_for(report.error());
  }
  if (options.format == "json") {
    console.print(in_json(*report));
  } else if (options.format == "junit") {
    console.print(in_junit(*report));
  } else {
    console.print(cases::describe_failures(*report));
    const std::string unusable =
        report->unusable.empty() ? "" : format(", {} unusable", report->unusable.size());
    console.print(format("{} passed, {} failed  ({} file{}{})\n",
                         report->results.size() - report->failed(), report->failed(), report->files,
                         report->files == 1 ? "" : "s", unusable));
  }
  return conclude(*report, console);
}

}  // namespace

void define_test(CLI::App& app, Action& chosen) {
  CLI::App* const command = app.add_subcommand(
      "test", "Run case files: a timeline of events, a rule or query, and what must come out");
  auto options = std::make_shared<Options>();
  command->add_option("PATH", options->paths, ".case files, or folders of them")->required();
  command->add_flag("--update", options->update, "Rewrite the expectations that do not come out");
  command->add_option("--format", options->format, "text, json or junit")
      ->check(CLI::IsMember({"text", "json", "junit"}))
      ->capture_default_str();
  command->footer(
      "Example:\n  eqlab test rules\nExit status: 0 all pass, 1 some fail, 2 a case file cannot be "
      "used, 3 one cannot be read.");
  command->callback([options, &chosen] {
    chosen = [options](Console& console) { return run(*options, console); };
  });
}

}  // namespace eqlab::cli
