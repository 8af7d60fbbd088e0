#pragma once

#include <string>

#include "harness/report/view.h"
#include "harness/tune/mutate_rule.h"

/// What `mutate` found, in its two forms.
namespace eqlab::report {

using tune::AlternativeRow;
using tune::CoverageTable;
using tune::MutantRow;
using tune::MutationResult;

/// `full`: also mutants that are noticed, and by what.
[[nodiscard]] std::string mutation_text(const MutationResult& result, const View& view);
/// Keys: harness/cli/README.md.
[[nodiscard]] std::string mutation_json(const MutationResult& result);

}  // namespace eqlab::report
