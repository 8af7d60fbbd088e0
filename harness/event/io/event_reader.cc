#include "harness/event/io/event_reader.h"

#include <algorithm>
#include <utility>

namespace eqlab::event {
namespace {

/// Adds up to the limit.
void add_notes(std::vector<InputProblem>& out, std::vector<ChunkReport::Note> notes,
               const std::string& file) {
  for (ChunkReport::Note& note : notes) {
    if (out.size() == limits::reported_problems_max) return;
    out.push_back({file, note.line, std::move(note.message)});
  }
}

/// 0 when the size of one of them is not known.
std::uint64_t total_of(const std::vector<InputFile>& files) {
  std::uint64_t total = 0;
  for (const InputFile& file : files) {
    if (file.path == "-") return 0;
    total += file.bytes;
  }
  return total;
}

}  // namespace

EventReader::EventReader(std::vector<InputFile> files, const ReadOptions& options,
                         const Projection& projection, const ChunkOptions& cuts)
    : options_(options),
      source_(std::move(files), cuts),
      parser_(projection, cuts.document_bytes_max, options.keep_sources),
      stored_bytes_total_(total_of(source_.files())) {}

std::optional<Chunk> EventReader::next() {
  std::optional<Chunk> chunk = source_.next();
  if (options_.progress) options_.progress(source_.stored_bytes(), stored_bytes_total_);
  return chunk;
}

ChunkReport EventReader::parse(Chunk chunk, const ChunkParser::Scan& scan) {
  ChunkReport report = parser_.parse(chunk, scan);
  source_.recycle(std::move(chunk.buffer));
  return report;
}

bool EventReader::accept(ChunkReport report) {
  const std::string& file = source_.files()[report.file].path;
  if (options_.strict && report.malformed > 0) {
    const ChunkReport::Note& first = report.problems.front();
    error_ = error_in(file, "E403", first.message);
    error_->place =
        Place{.file = file,
              .line = static_cast<std::uint32_t>(std::min<std::uint64_t>(first.line, UINT32_MAX)),
              .column = 1,
              .end_column = 1,
              .source_line = {}};
    return false;
  }
  if (report_.file_starts.empty() || last_file_ != report.file)
    report_.file_starts.push_back({file, report.lines_before_file});
  last_file_ = report.file;
  report_.read += report.read;
  report_.usable += report.usable;
  report_.malformed += report.malformed;
  report_.undated += report.undated;
  report_.ill_typed += report.ill_typed;
  report_.cut_values += report.cut_values;
  add_notes(report_.problems, std::move(report.problems), file);
  add_notes(report_.undated_places, std::move(report.undated_places), file);
  return true;
}

Result<ReadReport> EventReader::finish() && {
  if (error_) return fail(std::move(*error_));
  if (source_.error()) return fail(*source_.error());
  report_.files = source_.files_opened();
  report_.bytes = source_.bytes();
  return std::move(report_);
}

}  // namespace eqlab::event
