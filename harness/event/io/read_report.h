#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace eqlab::event {

/// What was found wrong in an input, and where.
struct InputProblem {
  std::string file;
  std::uint64_t line = 0;  ///< in that file, from 1; 0: the file as a whole
  std::string message;
  friend bool operator==(const InputProblem&, const InputProblem&) = default;
};

/// Which lines of the whole input are a file's: line n of the input is line n - lines_before of the
/// last file whose `lines_before` is smaller.
struct FileStart {
  std::string file;
  std::uint64_t lines_before = 0;
  friend bool operator==(const FileStart&, const FileStart&) = default;
};

/// read == usable + malformed, always; undated events are usable.
struct ReadReport {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;  ///< after decompression
  std::uint64_t read = 0;   ///< documents found, whole or broken
  std::uint64_t usable = 0;
  std::uint64_t malformed = 0;
  std::uint64_t undated = 0;  ///< usable, but `timestamp_field` is missing or unreadable
  std::uint64_t ill_typed =
      0;  ///< projected values that their field's type cannot hold; read as missing
  std::uint64_t cut_values =
      0;  ///< values of one event's field beyond limits::values_per_field_max; dropped
  std::vector<FileStart> file_starts;  ///< files that had text, in input order
  std::vector<InputProblem>
      undated_places;                  ///< the first limits::reported_problems_max, in input order
  std::vector<InputProblem> problems;  ///< the first limits::reported_problems_max, in input order
};

struct ReadOptions {
  std::vector<std::string> paths =
      {};                     ///< files, folders (walked in order of name), `-` for standard input
  bool strict = false;        ///< stop at the first malformed document: E403 at its file and line
  bool keep_sources = false;  ///< fill EventBatch::sources
  unsigned threads = 1;
  std::function<void(std::uint64_t bytes_done, std::uint64_t bytes_total)> progress =
      {};  ///< total 0: unknown
};

}  // namespace eqlab::event
