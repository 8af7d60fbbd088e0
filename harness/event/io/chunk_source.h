#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/limits.h"
#include "harness/base/result.h"
#include "harness/event/io/byte_source.h"
#include "harness/event/io/input_files.h"
#include "harness/event/io/splitter.h"

namespace eqlab::event {

/// How the input is cut; tests make these small.
struct ChunkOptions {
  std::size_t chunk_bytes = std::size_t{4} << 20U;
  std::size_t document_bytes_max = limits::document_bytes_max;
};

/// Raw memory that the parser may read a little past the end of.
class TextBuffer {
 public:
  static constexpr std::size_t padding = 64;  ///< simdjson's need; checked where it is included

  [[nodiscard]] char* data() { return bytes_.get(); }
  [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  void resize(std::size_t size) { size_ = size; }  ///< at most capacity
  void reserve(std::size_t capacity);              ///< keeps the text

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// A piece of one file that ends where documents end.
struct Chunk {
  std::uint64_t number = 0;  ///< 0, 1, 2, … over the whole input
  std::uint32_t file = 0;    ///< place in the list of files
  bool begins_file = false;
  bool after_open_line = false;  ///< begins_file: the file before did not end with a line break
  bool is_lines = false;         ///< every line is a document; else `documents` are named
  std::vector<Document> documents;
  TextBuffer buffer;
  std::size_t begin = 0;  ///< where the text begins in the buffer
};

/// Opens, unpacks and cuts the inputs on the calling thread, so that everything else can be done on
/// any. Which form a file has is told by its first `detection_bytes`, whatever the size of chunks:
/// lines that all look like objects are cut at line breaks without a second look, everything else
/// goes through the Splitter.
class ChunkSource {
 public:
  static constexpr std::size_t detection_bytes = std::size_t{64} << 10U;

  ChunkSource(std::vector<InputFile> files, ChunkOptions options);

  /// The next chunk; nothing at the end of the input, or once `error` is set.
  [[nodiscard]] std::optional<Chunk> next();
  [[nodiscard]] const std::optional<Diagnostic>& error() const { return error_; }
  /// Gives a chunk's memory back. Any thread.
  void recycle(TextBuffer buffer);

  [[nodiscard]] const std::vector<InputFile>& files() const { return files_; }
  [[nodiscard]] std::uint64_t files_opened() const { return file_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }  ///< unpacked
  [[nodiscard]] std::uint64_t stored_bytes() const;             ///< as progress counts

 private:
  enum class Form : std::uint8_t { unknown, lines, documents };
  enum class Refusal : std::uint8_t { none, line, document, file };

  bool open_next_file();
  bool fill(std::size_t wanted);
  void detect();
  std::optional<Chunk> cut_lines();
  std::optional<Chunk> cut_documents();
  Chunk emit(std::size_t end, std::vector<Document> documents);
  Chunk refuse(std::size_t begin, Refusal refusal, std::string_view problem);
  Chunk skip_refused();
  TextBuffer fresh_buffer(std::size_t capacity);
  [[nodiscard]] std::string_view text() const { return buffer_.text().substr(begin_); }

  std::vector<InputFile> files_;
  ChunkOptions options_;
  std::optional<Diagnostic> error_;

  std::uint32_t file_ = 0;  // files opened so far; the open one is file_ - 1
  std::optional<ByteSource> source_;
  TextBuffer buffer_;
  std::size_t begin_ = 0;  // of the text that is not cut off yet
  bool file_ended_ = false;
  Form form_ = Form::unknown;
  Splitter splitter_;
  std::size_t wanted_ = 0;  // bytes to hold before the next cut
  bool begins_file_ = false;
  bool after_open_line_ = false;
  char last_byte_ = '\n';
  Refusal refusal_ = Refusal::none;  // what is being skipped

  std::uint64_t chunks_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t stored_before_ = 0;  // of the files that are closed

  std::mutex mutex_;
  std::vector<TextBuffer> spare_;
};

}  // namespace eqlab::event
