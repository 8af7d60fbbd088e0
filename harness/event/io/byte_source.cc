// Tested in tests/unit/event/reader_forms_test.cc.
#include "harness/event/io/byte_source.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "harness/base/text.h"

namespace eqlab::event {
namespace {

enum class Packing : std::uint8_t { none, gzip, zstd };

Packing packing_of(const unsigned char* bytes, std::size_t size) {
  if (size >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B) return Packing::gzip;
  if (size < 4) return Packing::none;
  const bool frame = bytes[0] == 0x28 && bytes[1] == 0xB5 && bytes[2] == 0x2F && bytes[3] == 0xFD;
  const bool skippable =
      (bytes[0] & 0xF0U) == 0x50U && bytes[1] == 0x2A && bytes[2] == 0x4D && bytes[3] == 0x18;
  return frame || skippable ? Packing::zstd : Packing::none;
}

struct FreeZstd {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

class ByteSource::Impl {
 public:
  Impl(std::string path, int file) : path_(std::move(path)), file_(file), input_(input_bytes) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (packing_ == Packing::gzip) inflateEnd(&gzip_);
    if (file_ > STDIN_FILENO) close(file_);
  }

  Result<std::size_t> read(char* out, std::size_t size) {
    if (!told_) EQLAB_CHECK(tell());
    switch (packing_) {
      case Packing::none:
        return read_plain(out, size);
      case Packing::gzip:
        return read_gzip(out, size);
      case Packing::zstd:
        return read_zstd(out, size);
    }
    return std::size_t{0};
  }

  [[nodiscard]] std::uint64_t stored_bytes() const { return stored_bytes_; }

 private:
  static constexpr std::size_t input_bytes = std::size_t{1} << 18U;

  Result<std::size_t> read_file(void* out, std::size_t size) {
    for (;;) {
      const ssize_t got = ::read(file_, out, size);
      if (got >= 0) {
        stored_bytes_ += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
      }
      if (errno != EINTR) {
        return fail(error_in(
            path_, "E901",
            format("cannot be read: {}", std::strerror(errno))));  // NOLINT(concurrency-mt-unsafe)
      }
    }
  }

  /// Reads more packed bytes behind what is left.
  Status refill() {
    std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    EQLAB_TRY(const std::size_t got, read_file(input_.data() + end_, input_.size() - end_));
    end_ += got;
    file_ended_ = got == 0;
    return ok();
  }

  Status tell() {
    told_ = true;
    while (end_ < 4 && !file_ended_) EQLAB_CHECK(refill());
    packing_ = packing_of(input_.data(), end_);
    if (packing_ == Packing::gzip) {
      EQLAB_ASSERT(inflateInit2(&gzip_, 16 + MAX_WBITS) == Z_OK);
    } else if (packing_ == Packing::zstd) {
      zstd_.reset(ZSTD_createDCtx());
      EQLAB_ASSERT(zstd_ != nullptr);
    }
    return ok();
  }

  Result<std::size_t> read_plain(char* out, std::size_t size) {
    if (begin_ == end_)
      return file_ended_ ? Result<std::size_t>(std::size_t{0}) : read_file(out, size);
    const std::size_t held = std::min(size, end_ - begin_);
    std::memcpy(out, input_.data() + begin_, held);
    begin_ += held;
    return held;
  }

  Failure<Diagnostic> broken(std::string_view kind, std::string_view why) const {
    return fail(error_in(path_, "E902", format("broken {} file: {}", kind, why)));
  }

  Result<std::size_t> read_gzip(char* out, std::size_t size) {
    gzip_.next_out = reinterpret_cast<Bytef*>(out);
    gzip_.avail_out = static_cast<uInt>(std::min(size, std::size_t{1} << 30U));
    const uInt wanted = gzip_.avail_out;
    while (gzip_.avail_out == wanted) {
      if (begin_ == end_) {
        if (!file_ended_) EQLAB_CHECK(refill());
        if (begin_ == end_) {
          if (between_) return std::size_t{0};
          return broken("gzip", "it ends too early; was it cut off?");
        }
      }
      if (between_) {
        // After a member: another one, or the zeros that tape and block devices pad with.
        while (begin_ < end_ && input_[begin_] == 0) ++begin_;
        if (begin_ == end_) continue;
        if (inflateReset(&gzip_) != Z_OK) return broken("gzip", "it cannot be read on");
        between_ = false;
      }
      gzip_.next_in = input_.data() + begin_;
      gzip_.avail_in = static_cast<uInt>(end_ - begin_);
      const int state = inflate(&gzip_, Z_NO_FLUSH);
      begin_ = end_ - gzip_.avail_in;
      if (state == Z_STREAM_END) {
        between_ = true;
      } else if (state != Z_OK && state != Z_BUF_ERROR) {
        return broken("gzip", gzip_.msg != nullptr ? gzip_.msg : "its data do not fit together");
      }
    }
    return std::size_t{wanted - gzip_.avail_out};
  }

  Result<std::size_t> read_zstd(char* out, std::size_t size) {
    ZSTD_outBuffer output{out, size, 0};
    while (output.pos == 0) {
      if (begin_ == end_ && !file_ended_) EQLAB_CHECK(refill());
      ZSTD_inBuffer input{input_.data(), end_, begin_};
      if (begin_ == end_ && between_) return std::size_t{0};
      const std::size_t state = ZSTD_decompressStream(zstd_.get(), &output, &input);
      if (ZSTD_isError(state) != 0) return broken("zstd", ZSTD_getErrorName(state));
      const bool stuck = input.pos == begin_ && output.pos == 0;
      begin_ = input.pos;
      between_ = state == 0;
      if (stuck && file_ended_ && !between_)
        return broken("zstd", "it ends too early; was it cut off?");
    }
    return output.pos;
  }

  std::string path_;
  int file_;
  std::vector<unsigned char> input_;
  std::size_t begin_ = 0;  // [begin_, end_) of input_ is not used yet
  std::size_t end_ = 0;
  bool file_ended_ = false;
  bool told_ = false;
  bool between_ = false;  // the last gzip member or zstd frame is complete
  std::uint64_t stored_bytes_ = 0;
  Packing packing_ = Packing::none;
  z_stream gzip_ = {};
  std::unique_ptr<ZSTD_DCtx, FreeZstd> zstd_;
};

ByteSource::ByteSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;
ByteSource::~ByteSource() = default;

Result<ByteSource> ByteSource::open(const std::string& path) {
  int file = STDIN_FILENO;
  if (path != "-") {
    file = ::open(path.c_str(),
                  O_RDONLY | O_CLOEXEC);  // NOLINT(cppcoreguidelines-pro-type-vararg): POSIX
    if (file < 0)
      return fail(error_in(
          path, "E901",
          format("cannot be opened: {}", std::strerror(errno))));  // NOLINT(concurrency-mt-unsafe)
  }
  return ByteSource(std::make_unique<Impl>(path, file));
}

Result<std::size_t> ByteSource::read(char* out, std::size_t size) { return impl_->read(out, size); }
std::uint64_t ByteSource::stored_bytes() const { return impl_->stored_bytes(); }

}  // namespace eqlab::event
