#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/event/schema.h"
#include "tests/reference/finder.h"

namespace eqlab::reference {

/// A finding as a block of a `.case` file, ready to be pasted below the suite's other cases. Only
/// the fields of the schema that the rows use are written, with the options that differ from their
/// defaults.
[[nodiscard]] std::string case_text(std::string_view why, std::string_view query,
                                    const event::Schema& schema, const Options& options,
                                    const std::vector<Row>& rows,
                                    const std::vector<ReferenceMatch>& matches);

}  // namespace eqlab::reference
