#pragma once

#include <optional>
#include <vector>

#include "harness/event/io/chunk_parser.h"
#include "harness/event/io/chunk_source.h"
#include "harness/event/io/read_report.h"

namespace eqlab::event {

/// The two ends of read_events and what is counted between them. `next`, `accept` and `finish`
/// belong to the calling thread, `parse` to any.
class EventReader {
 public:
  EventReader(std::vector<InputFile> files, const ReadOptions& options,
              const Projection& projection, const ChunkOptions& cuts);

  [[nodiscard]] std::optional<Chunk> next();
  [[nodiscard]] ChunkReport parse(Chunk chunk, const ChunkParser::Scan& scan);
  /// Adds up, in input order. False: reading ends here, and the piece is not to be used.
  [[nodiscard]] bool accept(ChunkReport report);
  [[nodiscard]] Result<ReadReport> finish() &&;

 private:
  const ReadOptions& options_;
  ChunkSource source_;
  ChunkParser parser_;
  ReadReport report_;
  std::uint32_t last_file_ = 0;
  std::optional<Diagnostic> error_;
  std::uint64_t stored_bytes_total_ = 0;
};

}  // namespace eqlab::event
