// Bytes as an event file, in whatever form the reader takes them for, read whole and in small
// pieces. The file lives in memory.
#include <sys/mman.h>
#include <unistd.h>

#include <vector>

#include "harness/base/text.h"
#include "harness/event/io/event_reader.h"
#include "tests/fuzz/fuzz.h"

namespace eqlab::fuzz {
namespace {

/// A file without a place on a disk.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& text) : descriptor_(memfd_create("eqlab-fuzz", 0)) {
    EQLAB_ASSERT(descriptor_ >= 0);
    EQLAB_ASSERT(write(descriptor_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  [[nodiscard]] std::string path() const { return format("/proc/self/fd/{}", descriptor_); }

 private:
  int descriptor_;
};

struct Reading {
  std::string error;  ///< code
  event::ReadReport report;
  std::string rows;  ///< everything of every row as text
};

void expect_same_length(const event::EventBatch& batch, const event::Projection& projection) {
  const std::size_t rows = batch.row_count();
  EQLAB_ASSERT(rows <= limits::batch_rows_max);
  EQLAB_ASSERT(batch.has_event_time.size() == rows && batch.ingest_time.size() == rows);
  EQLAB_ASSERT(batch.line.size() == rows && batch.ordinal.size() == rows);
  EQLAB_ASSERT(batch.ids.size() == rows && batch.sources.size() == rows);
  EQLAB_ASSERT(batch.columns.size() == projection.columns.size());
  for (const event::Column& column : batch.columns) EQLAB_ASSERT(column.row_count() == rows);
}

Reading read(const std::string& path, const event::Projection& projection,
             const event::ChunkOptions& cuts) {
  Reading reading;
  const event::ReadOptions options{.paths = {path}, .keep_sources = true};
  auto files = event::find_input_files(options.paths);
  EQLAB_ASSERT(files.has_value());
  event::EventReader reader(std::move(*files), options, projection, cuts);
  std::uint64_t rows = 0;
  std::uint64_t dated = 0;
  std::uint64_t last_line = 1;
  while (auto chunk = reader.next()) {
    const bool goes_on =
        reader.accept(reader.parse(std::move(*chunk), [&](const event::EventBatch& batch) {
          expect_same_length(batch, projection);
          for (std::size_t row = 0; row < batch.row_count(); ++row) {
            EQLAB_ASSERT(batch.line[row] >= last_line && batch.ordinal[row] == rows);
            last_line = batch.line[row];
            ++rows;
            dated += batch.has_event_time[row];
            reading.rows += format(
                "{} {} {} {}", batch.line[row], batch.ids[row], batch.sources[row],
                batch.has_event_time[row] == 0 ? 0
                                               : batch.event_time[row].time_since_epoch().count());
            for (const event::Column& column : batch.columns) {
              for (const event::ValueCode code : column.codes(static_cast<event::RowIndex>(row)))
                reading.rows += " " + event::to_text(column.dictionary().value(code));
            }
            reading.rows += "\n";
          }
        }));
    if (!goes_on) break;
  }
  auto report = std::move(reader).finish();
  if (!report) {
    reading.error = report.error().code;
    return reading;
  }
  reading.report = std::move(*report);
  const event::ReadReport& counts = reading.report;
  EQLAB_ASSERT(counts.read == counts.usable + counts.malformed);
  EQLAB_ASSERT(counts.usable == rows && counts.usable - counts.undated == dated);
  EQLAB_ASSERT(counts.problems.size() ==
               std::min<std::uint64_t>(counts.malformed, limits::reported_problems_max));
  return reading;
}

void run(const std::string& text) {
  static const event::Projection projection = [] {
    event::Projection columns;
    for (const char* name : {"process.name", "process.pid", "process.args", "host.ip", "file.size",
                             "process.code_signature.trusted", "event.created",
                             "process.parent.thread.uptime", "message"}) {
      if (const event::Field* field = event::Schema::builtin().find(name)) columns.add(*field);
    }
    return columns;
  }();
  const MemoryFile file(text);
  // Not the usual 4 MB: clearing them would take most of the time.
  const Reading whole = read(file.path(), projection, {.chunk_bytes = std::size_t{128} << 10U});
  const Reading pieces = read(file.path(), projection, {.chunk_bytes = 64});
  EQLAB_ASSERT(whole.error == pieces.error);
  if (!whole.error.empty()) return;  // what came before the error depends on the pieces
  EQLAB_ASSERT(whole.rows == pieces.rows);
  EQLAB_ASSERT(whole.report.problems == pieces.report.problems);
  EQLAB_ASSERT(whole.report.ill_typed == pieces.report.ill_typed);
}

}  // namespace
}  // namespace eqlab::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  eqlab::fuzz::run(eqlab::fuzz::text_of(data, size));
  return 0;
}
