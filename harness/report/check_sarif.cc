// Tested in tests/unit/report/check_sarif_test.cc.
#include <algorithm>

#include "embedded/message_codes.h"
#include "harness/base/text.h"
#include "harness/report/check_result.h"
#include "harness/report/sarif.h"

namespace eqlab::report {

const std::vector<MessageCode>& message_codes() {
  static const std::vector<MessageCode> codes = [] {
    std::vector<MessageCode> rows;
    std::string_view rest = embedded::message_codes;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      // `| E101 | when |`
      if (line.size() < 11 || (!line.starts_with("| E") && !line.starts_with("| L"))) continue;
      rows.push_back({line.substr(2, 4), trim(line.substr(8, line.rfind('|') - 8))});
    }
    return rows;
  }();
  return codes;
}

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
