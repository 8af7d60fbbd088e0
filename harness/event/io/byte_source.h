#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "harness/base/result.h"

namespace eqlab::event {

/// One file as plain bytes: gzip (also several members after one another) and zstd (several frames)
/// are told by their first bytes and unpacked on the way. Memory is bounded.
class ByteSource {
 public:
  /// `path` `-` is standard input. Errors: E901 cannot be opened.
  [[nodiscard]] static Result<ByteSource> open(const std::string& path);
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  ~ByteSource();

  /// Up to `size` bytes to `out`; 0 at the end. Errors: E901 cannot be read, E902 broken
  /// compression.
  [[nodiscard]] Result<std::size_t> read(char* out, std::size_t size);
  /// Bytes of the file as stored that were read so far.
  [[nodiscard]] std::uint64_t stored_bytes() const;

 private:
  class Impl;
  explicit ByteSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace eqlab::event
