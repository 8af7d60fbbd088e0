#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "harness/event/batch.h"
#include "harness/event/io/chunk_source.h"
#include "harness/event/io/path_trie.h"

namespace eqlab::event {

/// What one chunk held. Lines are those of the file.
struct ChunkReport {
  struct Note {
    std::uint64_t line = 0;           ///< of the mistake, if it can be told
    std::uint64_t document_line = 0;  ///< on which the document begins
    std::string message;
  };
  std::uint32_t file = 0;
  std::uint64_t lines_before_file = 0;  ///< of all inputs
  std::uint64_t read = 0;
  std::uint64_t usable = 0;
  std::uint64_t malformed = 0;
  std::uint64_t undated = 0;
  std::uint64_t ill_typed = 0;
  std::uint64_t cut_values = 0;
  std::vector<Note> problems;        ///< the first limits::reported_problems_max
  std::vector<Note> undated_places;  ///< likewise
};

/// Hands out, chunk after chunk in the order of their numbers, what came before: lines and events.
/// A chunk can be parsed without it but not finished, so it waits for the chunks before it to be
/// parsed; they never wait for it.
class Tally {
 public:
  struct Before {
    std::uint64_t lines = 0;       ///< of all inputs
    std::uint64_t file_lines = 0;  ///< of the same file
    std::uint64_t events = 0;
  };
  Before enter(const Chunk& chunk, std::uint64_t lines, std::uint64_t events);

 private:
  std::mutex mutex_;
  std::condition_variable turn_;
  std::uint64_t next_ = 0;
  Before before_;
};

/// Turns chunks into batches: JSON, projection, types. Any number of threads.
class ChunkParser {
 public:
  using Scan = std::function<void(const EventBatch&)>;

  ChunkParser(const Projection& projection, std::size_t document_bytes_max, bool keep_sources);
  ~ChunkParser();
  ChunkParser(const ChunkParser&) = delete;
  ChunkParser& operator=(const ChunkParser&) = delete;

  /// Gives every batch of the chunk to `scan`. Waits for the chunks with smaller numbers to be
  /// parsed on other threads.
  ChunkReport parse(Chunk& chunk, const Scan& scan);

 private:
  class Worker;
  struct Plan;
  std::unique_ptr<Worker> take_worker();
  void give_back(std::unique_ptr<Worker> worker);

  std::unique_ptr<const Plan> plan_;
  Tally tally_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Worker>> idle_;
};

}  // namespace eqlab::event
