// Tested in tests/unit/report/check_sarif_test.cc.
#include "harness/report/check_result.h"
#include "harness/report/sarif.h"

namespace eqlab::report {

std::string write_check_sarif(const CheckResult& result) {
  SarifRun run{.findings = {},
               .files = {},
               .descriptors = {},
               .path_prefix = {},
               .tool_version = result.tool_version,
               .exit_status = result.exit_status};
  for (const CheckedRule& rule : result.rules) {
    run.files.push_back(rule.file);
    for (const Diagnostic& diagnostic : rule.diagnostics)
      run.findings.push_back({diagnostic, rule.file, rule.name});
  }
  for (const Diagnostic& diagnostic : result.file_diagnostics)
    run.findings.push_back({diagnostic, diagnostic.place ? diagnostic.place->file : "", ""});
  return write_sarif(run);
}

}  // namespace eqlab::report
