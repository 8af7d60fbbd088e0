#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "harness/event/batch.h"
#include "harness/event/io/chunk_rows.h"
#include "harness/event/io/format.h"
#include "harness/event/io/read_plan.h"

namespace eqlab::event {

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

/// Turns chunks into batches, each by the Parser of its format. Any number of threads.
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
  struct Worker;
  std::unique_ptr<Worker> take_worker();
  void give_back(std::unique_ptr<Worker> worker);

  const ReadPlan plan_;
  Tally tally_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Worker>> idle_;
};

}  // namespace eqlab::event
