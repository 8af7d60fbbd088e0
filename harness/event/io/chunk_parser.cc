// Tested in tests/unit/event/reader_*_test.cc.
#include "harness/event/io/chunk_parser.h"

#include <map>
#include <utility>

namespace eqlab::event {

Tally::Before Tally::enter(const Chunk& chunk, std::uint64_t lines, std::uint64_t events) {
  std::unique_lock lock(mutex_);
  turn_.wait(lock, [&] { return next_ == chunk.number; });
  if (chunk.begins_file) {
    if (chunk.after_open_line) ++before_.lines;
    before_.file_lines = 0;
  }
  const Before before = before_;
  before_.lines += lines;
  before_.file_lines += lines;
  before_.events += events;
  ++next_;
  lock.unlock();
  turn_.notify_all();
  return before;
}

/// The scratch of one thread.
struct ChunkParser::Worker {
  explicit Worker(const ReadPlan& plan) : rows(plan) {}

  void run(const Chunk& chunk, const ReadPlan& plan) {
    const std::string_view text = chunk.text();
    rows.start(chunk.file, text);
    if (chunk.format != nullptr) {
      std::unique_ptr<Parser>& parser = parsers[chunk.format];
      if (parser == nullptr) parser = chunk.format->make_parser(plan);
      parser->parse(chunk, rows);
    } else {
      for (const Document& refused : chunk.documents) {
        rows.at(refused.begin);
        rows.malformed(std::string(refused.problem));
      }
    }
    rows.at(text.size());
  }

  ChunkRows rows;
  std::map<const Format*, std::unique_ptr<Parser>> parsers;
};

ChunkParser::ChunkParser(const Projection& projection, std::size_t document_bytes_max,
                         bool keep_sources)
    : plan_(projection, document_bytes_max, keep_sources) {}
ChunkParser::~ChunkParser() = default;

std::unique_ptr<ChunkParser::Worker> ChunkParser::take_worker() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Worker> worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
  }
  return std::make_unique<Worker>(plan_);
}

void ChunkParser::give_back(std::unique_ptr<Worker> worker) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(worker));
}

ChunkReport ChunkParser::parse(Chunk& chunk, const Scan& scan) {
  std::unique_ptr<Worker> worker;
  try {
    worker = take_worker();
    worker->run(chunk, plan_);
  } catch (...) {  // out of memory: the chunks that follow must not wait for this one
    tally_.enter(chunk, 0, 0);
    throw;
  }
  ChunkRows& rows = worker->rows;
  const Tally::Before before = tally_.enter(chunk, rows.line_, rows.report_.usable);
  rows.settle(before.lines, before.file_lines, before.events);
  for (const EventBatch& batch : rows.batches()) {
    if (batch.row_count() > 0) scan(batch);
  }
  ChunkReport report = std::move(rows.report_);
  give_back(std::move(worker));
  return report;
}

}  // namespace eqlab::event
