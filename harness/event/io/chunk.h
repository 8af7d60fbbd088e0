#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/limits.h"

namespace eqlab::event {

struct Format;

/// How the input is cut; tests make these small.
struct ChunkOptions {
  std::size_t chunk_bytes = std::size_t{4} << 20U;
  std::size_t document_bytes_max = limits::document_bytes_max;
};

/// Raw memory that a parser may read a little past the end of.
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

/// One document inside a text, or a stretch of text that should have been one.
struct Document {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_hit = false;     ///< an element of a response's hits: `_source` and what goes with it
  bool is_broken = false;  ///< cannot be read, whatever a parser would say
  std::string_view problem = {};  ///< why, where the text alone does not tell; a literal
};

/// A piece of one file that ends where documents end.
struct Chunk {
  std::uint64_t number = 0;  ///< 0, 1, 2, … over the whole input
  std::uint32_t file = 0;    ///< place in the list of files
  bool begins_file = false;
  bool after_open_line = false;  ///< begins_file: the file before did not end with a line break
  /// Whose Parser reads it. Null: of a file or document that is not read; the text only counts
  /// lines, and `documents` is empty or names the one that is refused.
  const Format* format = nullptr;
  std::vector<Document> documents;  ///< as the format's Cutter named them; offsets in `text()`
  std::shared_ptr<const std::string> header = {};  ///< see Cutter::header
  TextBuffer buffer;
  std::size_t begin = 0;  ///< where the text begins in the buffer

  [[nodiscard]] std::string_view text() const { return buffer.text().substr(begin); }
};

}  // namespace eqlab::event
