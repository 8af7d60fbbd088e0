#pragma once

#include "harness/base/result.h"
#include "harness/gate/inputs.h"
#include "harness/gate/result.h"
#include "harness/run/event_source.h"
#include "harness/run/watcher.h"

namespace eqlab::gate {

/// How a gate is run.
struct JudgeOptions {
  run::EventSource source;
  bool judges_unchanged = false;
};

/// The work between the gate's inputs and its verdict: compile, lint, run the cases, scan once with
/// old and new versions together, decide, check. All of the result but `command`, `tool_version`,
/// verdict and reason. Errors: those of the corpus.
[[nodiscard]] Result<GateResult> judge_change(const Inputs& inputs, const JudgeOptions& options,
                                              const run::Watcher& watcher);

}  // namespace eqlab::gate
