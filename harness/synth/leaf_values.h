#pragma once

#include <vector>

#include "harness/eql/condition.h"
#include "harness/event/value.h"

namespace eqlab::synth {

/// Does one value, as a column keeps it (dates: nanoseconds since 1970), satisfy a native leaf? For
/// choosing among values; whether a rule matches is for the matcher to say. False for script
/// leaves.
[[nodiscard]] bool holds(const eql::Leaf& leaf, const event::Value& value);

/// Values that are likely to satisfy the leaf, the plainest first; at most some dozens. None where
/// none can be thought of. Not all of them need `holds`.
[[nodiscard]] std::vector<event::Value> likely_values(const eql::Leaf& leaf);

/// Values of the field's type for a rule that asks for any, such as `host-1` for `host.id`.
[[nodiscard]] std::vector<event::Value> ordinary_values(const event::Field& field);

/// Values of the field's type that are other than this one and yet like it.
[[nodiscard]] std::vector<event::Value> other_values(const event::Field& field,
                                                     const event::Value& value);

}  // namespace eqlab::synth
