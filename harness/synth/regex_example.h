#pragma once

#include <string>
#include <vector>

#include "harness/eql/lucene_regex.h"

namespace eqlab::synth {

/// Short texts that the pattern describes, one for each of its first few branches. Intersections
/// and complements are not solved: what is answered may fail to match where the pattern has them.
[[nodiscard]] std::vector<std::string> regex_examples(const eql::LuceneTree& pattern);

}  // namespace eqlab::synth
