#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/io/byte_source.h"
#include "harness/event/io/chunk.h"
#include "harness/event/io/format.h"
#include "harness/event/io/input_files.h"

namespace eqlab::event {

/// Opens, unpacks and cuts the inputs on the calling thread, so that everything else can be done on
/// any. Which format a file has is told by its first `detection_bytes`, whatever the size of
/// chunks.
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
  enum class Refusal : std::uint8_t { none, document, file };

  bool open_next_file();
  bool fill(std::size_t wanted);
  void detect();
  Chunk emit(std::size_t end, const Format* format, std::vector<Document> documents);
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
  const Format* format_ = nullptr;  // of the open file, once it is known
  std::unique_ptr<Cutter> cutter_;
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
