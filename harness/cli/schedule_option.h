#pragma once

#include <string>

#include "harness/base/result.h"
#include "harness/rule/rule.h"

namespace eqlab::cli {

/// `--schedule`: `interval=5m,lookback=9m,cap=100`, any of them, over the rule's own. Errors: E905.
[[nodiscard]] Status apply_schedule(const std::string& text, rule::Schedule& schedule);

}  // namespace eqlab::cli
