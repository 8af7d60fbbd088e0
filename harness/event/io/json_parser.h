#pragma once

#include <memory>

#include "harness/event/io/format.h"

namespace eqlab::event {

/// For chunks whose every line is a document. A line that is not one may hold several.
[[nodiscard]] std::unique_ptr<Parser> make_json_line_parser(const ReadPlan& plan);
/// For chunks that name their documents.
[[nodiscard]] std::unique_ptr<Parser> make_json_parser(const ReadPlan& plan);

}  // namespace eqlab::event
