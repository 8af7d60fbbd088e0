#pragma once

#include "harness/gate/result.h"
#include "harness/report/stored_result.h"

namespace eqlab::report {

/// The result that gate_json wrote. Every writer makes the same bytes of it as of the original,
/// where texts hold no control characters (JSON shows those escaped); results written before
/// passing cases and source lines were stored lack these.
/// Errors, at the place: E793 something is missing or of the wrong type. O(size).
[[nodiscard]] Result<gate::GateResult> read_gate(const StoredResult& stored);

}  // namespace eqlab::report
