// Tested in tests/unit/report/gate_reports_test.cc.
#include "harness/base/text.h"
#include "harness/report/gate_pieces.h"
#include "harness/report/gate_report.h"
#include "harness/report/sarif.h"

namespace eqlab::report {

std::string gate_sarif(const gate::GateResult& result) {
  SarifRun run{.findings = {},
               .files = {},
               .descriptors = {},
               .path_prefix = result.repository_prefix,
               .tool_version = result.tool_version,
               .exit_status = result.exit_status()};
  // Codes must outlive the run's descriptors, which are views.
  std::vector<std::string> held;
  held.reserve(64);
  const auto code_of = [&](std::string_view check) {
    const CheckTitle& title = title_of(check);
    const std::string code = format("gate-{}", title.id);
    for (const SarifDescriptor& known : run.descriptors) {
      if (known.code == code) return code;
    }
    held.push_back(code);
    run.descriptors.push_back({held.back(), title.title, title.help});
    return code;
  };
  for (const gate::RuleResult& rule : result.rules) {
    if (rule.change != gate::ChangeKind::deleted) run.files.push_back(rule.file);
    for (const Diagnostic& diagnostic : rule.diagnostics)
      run.findings.push_back({diagnostic, rule.file, rule.name});
    for (const gate::Check& check : rule.checks) {
      // Lint and errors have findings of their own.
      if (check.outcome != gate::Outcome::failed || check.id == "lint" || check.id == "usable")
        continue;
      Diagnostic diagnostic = error_in(rule.file, code_of(check.id), check.text);
      if (Place place = place_of(rule, check); place.line > 0) diagnostic.place = std::move(place);
      run.findings.push_back({std::move(diagnostic), rule.file, rule.name});
    }
    for (const gate::CaseOutcome& outcome : rule.cases) {
      if (outcome.passed) continue;
      Diagnostic diagnostic = error_in(outcome.file, code_of("cases"), outcome.why, outcome.detail);
      diagnostic.place->line = outcome.line;
      diagnostic.place->column = 1;
      diagnostic.place->end_column = 2;
      run.findings.push_back({std::move(diagnostic), outcome.file, rule.name});
    }
  }
  for (const Diagnostic& diagnostic : result.diagnostics)
    run.findings.push_back({diagnostic, diagnostic.place ? diagnostic.place->file : "", ""});
  for (const gate::CaseOutcome& outcome : result.other_cases) {
    if (outcome.passed) continue;
    Diagnostic diagnostic = error_in(outcome.file, code_of("cases"), outcome.why, outcome.detail);
    diagnostic.place->line = outcome.line;
    diagnostic.place->column = 1;
    diagnostic.place->end_column = 2;
    run.findings.push_back({std::move(diagnostic), outcome.file, ""});
  }
  return write_sarif(run);
}

}  // namespace eqlab::report
