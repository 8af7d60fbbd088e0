#pragma once

#include <string>
#include <string_view>

#include "harness/gate/result.h"
#include "harness/report/view.h"

/// What the gate found, for people, programs, CI servers and code hosts. All show the same figures;
/// text of rules and events cannot break any of them. Same result, same bytes.
namespace eqlab::report {

/// For a terminal: the verdict first, then for each rule what changed, what failed, what was lost
/// and gained, and last the command that makes it again.
[[nodiscard]] std::string gate_text(const gate::GateResult& result, const View& view);

/// Version of the JSON: as for the scorecard. Its schema is schemas/gate.schema.json.
inline constexpr int gate_schema_version = 1;
[[nodiscard]] std::string gate_json(const gate::GateResult& result);

/// A suite for each rule, with a test for each check and each malicious scenario; one more for
/// cases of other rules and for files that cannot be used.
[[nodiscard]] std::string gate_junit(const gate::GateResult& result);

/// Findings of lint, errors, and failed checks at the line that did it, where the rule diff knows
/// it, else at the query.
[[nodiscard]] std::string gate_sarif(const gate::GateResult& result);

/// For a comment on a pull request and for a step's summary: a table, what failed, the rest folded.
/// Never longer than GitHub takes (65,536 characters).
inline constexpr std::size_t gate_markdown_bytes_max = 65'000;
[[nodiscard]] std::string gate_markdown(const gate::GateResult& result);

/// Workflow commands of GitHub, which show at the lines of a pull request. At most ten of each
/// kind, which is what GitHub shows of one step.
[[nodiscard]] std::string gate_annotations(const gate::GateResult& result);
/// Text that is printed in a workflow and must not be taken for a command.
[[nodiscard]] std::string inert_in_workflows(std::string_view text);

}  // namespace eqlab::report
