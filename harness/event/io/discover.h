#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/io/reader.h"
#include "harness/event/schema.h"

namespace eqlab::event {

/// What Elasticsearch's dynamic mapping would make of `names`: each gets its type from the first
/// value that any event has for it (whole number: long; fraction: float; true or false: boolean;
/// text: a date where it reads as one, else text with a keyword sub-field cut at 256 characters).
/// Names without a value are left out: no index would map them. Reads all inputs once, so it is for
/// small inputs and unusual mappings only. Errors: as read_events. Standard input cannot be read
/// twice: leave it out of `options.paths`.
[[nodiscard]] Result<std::vector<Field>> discover_fields(const ReadOptions& options,
                                                         const std::vector<std::string>& names,
                                                         const std::stop_token& stop);

}  // namespace eqlab::event
