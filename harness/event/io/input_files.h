#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/result.h"

namespace eqlab::event {

/// One file to read, in the order of reading.
struct InputFile {
  std::string path;         ///< `-` is standard input
  std::uint64_t bytes = 0;  ///< as stored; 0 when unknown
};

/// Files as named; folders walked through in order of path for names with the endings of a format
/// (format.h), each also with .gz or .zst. Hidden files and folders (`.name`) are passed over.
/// Errors: E901 no such path, E404 a folder without such files.
[[nodiscard]] Result<std::vector<InputFile>> find_input_files(
    const std::vector<std::string>& paths);

}  // namespace eqlab::event
