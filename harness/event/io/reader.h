#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <stop_token>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/batch.h"

namespace eqlab::event {

/// What was found wrong in an input, and where.
struct InputProblem {
  std::string file;
  std::uint64_t line = 0;    ///< in that file, from 1; 0: the file as a whole
  std::string message;
  friend bool operator==(const InputProblem&, const InputProblem&) = default;
};

/// read == usable + malformed, always; undated events are usable.
struct ReadReport {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;         ///< after decompression
  std::uint64_t read = 0;          ///< documents found, whole or broken
  std::uint64_t usable = 0;
  std::uint64_t malformed = 0;
  std::uint64_t undated = 0;       ///< usable, but `timestamp_field` is missing or unreadable
  std::uint64_t ill_typed = 0;     ///< projected values that their field's type cannot hold; read as missing
  std::vector<InputProblem> problems;  ///< the first limits::reported_problems_max, in input order
};

struct ReadOptions {
  std::vector<std::string> paths;  ///< files, folders (walked in order of name), `-` for standard input
  bool strict = false;             ///< stop at the first malformed document: E403 at its file and line
  bool keep_sources = false;       ///< fill EventBatch::sources
  unsigned threads = 1;
  std::function<void(std::uint64_t bytes_done, std::uint64_t bytes_total)> progress = {};  ///< total 0: unknown
};

/// Reads all inputs and hands over every batch, in input order, on the calling thread; `work` runs on
/// the pool, so put the scan there. The result does not depend on `threads` or on where batches end.
///
/// Takes, without being told which: NDJSON of plain documents; hits (`_source`, `_index`, `_id`,
/// `fields`); whole `_search` and `_eql/search` responses; bulk bodies with action lines; one JSON
/// array; documents one after another, pretty-printed, with or without commas. Plain, gzip or zstd.
/// Nested objects and dotted keys mean the same.
///
/// Errors: E403 strict; E404 a folder without event files; E901 cannot be opened; E902 broken
/// compression. Cost: see tests/bench.
///
/// `Scanned` is what one piece of the input yields: `scan` (any thread) adds a batch to it, `consume`
/// (calling thread, input order) takes it. A default-constructed one begins each piece.
template <class Scanned>
[[nodiscard]] Result<ReadReport> read_events(const ReadOptions& options, const Projection& projection,
                                             const std::function<void(Scanned&, const EventBatch&)>& scan,
                                             const std::function<void(Scanned&&)>& consume,
                                             const std::stop_token& stop);

}  // namespace eqlab::event
