#pragma once

#include <string>
#include <vector>

#include "harness/base/result.h"

namespace eqlab::generators {

/// Is the folder the corpus that its manifest describes: every file there, and byte for byte as
/// written? Errors: E502 a file is missing or has been changed, or the manifest cannot be read;
/// E901 cannot be opened. Cost: one pass over the files as stored.
[[nodiscard]] Status verify_corpus(const std::string& folder);

/// The `events-*` files of a corpus folder, in order. Errors: E404 there are none.
[[nodiscard]] Result<std::vector<std::string>> event_files(const std::string& folder);

}  // namespace eqlab::generators
