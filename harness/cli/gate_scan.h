#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/gate_inputs.h"
#include "harness/cli/labelled_events.h"
#include "harness/gate/result.h"

/// The work of `gate` between its inputs and its verdict: compile, lint, run the cases, scan once
/// with old and new versions together, decide.
namespace eqlab::cli {

/// How many mutants of a rule its cases notice; nothing where that was not asked for or cannot be
/// told.
using MutationMeasure = std::function<std::optional<gate::MutationScore>(
    const rule::Rule& rule, const std::vector<std::string>& case_files)>;

struct GateRun {
  EventSource source;
  bool judges_unchanged = false;
  MutationMeasure mutation = {};
};

/// All but `command`, `tool_version`, verdict and reason. Errors: those of the corpus. When the
/// console was asked to stop, what is returned means nothing.
[[nodiscard]] Result<gate::GateResult> run_gate(const GateInputs& inputs, const GateRun& run,
                                                Console& console);

}  // namespace eqlab::cli
