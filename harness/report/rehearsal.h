#pragma once

#include <string>

#include "harness/run/rehearse.h"

/// What `rehearse` found, in its two forms.
namespace eqlab::report {

using run::RehearsalResult;
using run::RehearsalVariant;
using run::RehearsedCell;
using run::RehearsedPromise;
using run::RehearsedRule;
using run::RehearsedScenario;

[[nodiscard]] std::string rehearsal_text(const RehearsalResult& result);
/// Keys: harness/cli/README.md.
[[nodiscard]] std::string rehearsal_json(const RehearsalResult& result);

}  // namespace eqlab::report
