#pragma once

#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "harness/event/io/reader.h"

/// Helpers of the reader's tests: files on disk, and what comes out of them as plain rows.
namespace eqlab::event::testing {

/// A folder of its own that goes away again.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "eqlab-XXXXXX").native();
    path_ = mkdtemp(pattern.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  /// Writes a file, making folders on the way; returns its path.
  std::string write(const std::string& name, std::string_view text) const {
    const std::filesystem::path path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.native();
  }
  [[nodiscard]] std::string path() const { return path_.native(); }

 private:
  std::filesystem::path path_;
};

inline std::string gzip(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  std::string in(text);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

/// One event as the batch has it, values as text, columns in order; missing columns are empty
/// lists.
struct Row {
  std::uint64_t line = 0;
  std::uint64_t ordinal = 0;
  std::string id;
  bool is_dated = false;
  std::int64_t event_time = 0;
  std::int64_t ingest_time = 0;
  std::vector<std::vector<std::string>> values;
  std::string source;
  friend bool operator==(const Row&, const Row&) = default;
};

inline std::vector<Row> rows_of(const EventBatch& batch) {
  std::vector<Row> rows;
  for (RowIndex r = 0; r < batch.row_count(); ++r) {
    Row row{.line = batch.line[r],
            .ordinal = batch.ordinal[r],
            .id = std::string(batch.ids[r]),
            .is_dated = batch.has_event_time[r] != 0,
            .event_time = batch.event_time[r].time_since_epoch().count(),
            .ingest_time = batch.ingest_time[r].time_since_epoch().count(),
            .values = {},
            .source = batch.sources.size() == 0 ? "" : std::string(batch.sources[r])};
    for (const Column& column : batch.columns) {
      std::vector<std::string> values;
      for (const ValueCode code : column.codes(r))
        values.push_back(to_text(column.dictionary().value(code)));
      row.values.push_back(std::move(values));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

struct Reading {
  std::string error;  ///< code and message, empty when all went well
  std::string error_place;
  ReadReport report;
  std::vector<Row> rows;
};

inline Reading read(const ReadOptions& options, const Projection& projection,
                    const ChunkOptions& cuts = {}) {
  Reading reading;
  using Rows = std::vector<Row>;
  Result<ReadReport> result = read_events_cut<Rows>(
      options, projection,
      [](Rows& rows, const EventBatch& batch) {
        for (Row& row : rows_of(batch)) rows.push_back(std::move(row));
      },
      [&reading](Rows&& rows) {
        for (Row& row : rows) reading.rows.push_back(std::move(row));
      },
      {}, cuts);
  if (result) {
    reading.report = std::move(*result);
  } else {
    reading.error = result.error().code + " " + result.error().message;
    if (result.error().place) {
      reading.error_place =
          format("{}:{}", std::filesystem::path(result.error().place->file).filename().native(),
                 result.error().place->line);
    }
  }
  return reading;
}

/// Columns by name and type; each reads the path of its name.
inline Projection columns(std::initializer_list<std::pair<const char*, FieldType>> fields) {
  Projection projection;
  for (const auto& [name, type] : fields)
    projection.add({.name = name, .type = type, .source = name});
  return projection;
}

/// Reads a text as a file.
inline Reading read_text(std::string_view text, const Projection& projection,
                         const ReadOptions& options = {}, const ChunkOptions& cuts = {}) {
  const TempFolder folder;
  ReadOptions with_path = options;
  with_path.paths = {folder.write("events.json", text)};
  return read(with_path, projection, cuts);
}

/// The values of the first column of every event, those of one event joined by `+`.
inline std::vector<std::string> first_column(const Reading& reading) {
  std::vector<std::string> out;
  for (const Row& row : reading.rows) out.push_back(join(row.values.at(0), "+"));
  return out;
}

/// `line: message` of every problem.
inline std::vector<std::string> problems(const Reading& reading) {
  std::vector<std::string> out;
  for (const InputProblem& problem : reading.report.problems)
    out.push_back(format("{}: {}", problem.line, problem.message));
  return out;
}

}  // namespace eqlab::event::testing
