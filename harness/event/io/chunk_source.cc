// Tested through read_events, at chunk sizes from one byte up:
// tests/unit/event/reader_forms_test.cc.
#include "harness/event/io/chunk_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace eqlab::event {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

void TextBuffer::reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  auto larger = std::make_unique_for_overwrite<char[]>(capacity + padding);
  if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
  std::memset(larger.get() + capacity, 0, padding);
  bytes_ = std::move(larger);
  capacity_ = capacity;
}

ChunkSource::ChunkSource(std::vector<InputFile> files, ChunkOptions options)
    : files_(std::move(files)), options_(options) {}

std::uint64_t ChunkSource::stored_bytes() const {
  return stored_before_ + (source_ ? source_->stored_bytes() : 0);
}

TextBuffer ChunkSource::fresh_buffer(std::size_t capacity) {
  TextBuffer buffer;
  {
    const std::lock_guard lock(mutex_);
    if (!spare_.empty()) {
      buffer = std::move(spare_.back());
      spare_.pop_back();
    }
  }
  buffer.resize(0);
  buffer.reserve(capacity);
  return buffer;
}

void ChunkSource::recycle(TextBuffer buffer) {
  if (buffer.capacity() > 4 * options_.chunk_bytes + detection_bytes)
    return;  // one huge document must not stay for ever
  const std::lock_guard lock(mutex_);
  spare_.push_back(std::move(buffer));
}

bool ChunkSource::open_next_file() {
  if (file_ == files_.size()) return false;
  Result<ByteSource> opened = ByteSource::open(files_[file_].path);
  if (!opened) {
    error_ = std::move(opened.error());
    return false;
  }
  ++file_;
  source_.emplace(std::move(*opened));
  buffer_.resize(0);
  begin_ = 0;
  file_ended_ = false;
  format_ = nullptr;
  cutter_.reset();
  wanted_ = detection_bytes;
  refusal_ = Refusal::none;
  begins_file_ = true;
  after_open_line_ = last_byte_ != '\n';
  last_byte_ = '\n';
  return true;
}

/// Reads until the text has `wanted` bytes or the file ends.
bool ChunkSource::fill(std::size_t wanted) {
  while (!file_ended_ && buffer_.size() - begin_ < wanted) {
    if (buffer_.capacity() < begin_ + wanted) {
      TextBuffer larger = fresh_buffer(wanted);
      const std::string_view left = text();
      if (!left.empty()) std::memcpy(larger.data(), left.data(), left.size());
      larger.resize(left.size());
      recycle(std::exchange(buffer_, std::move(larger)));
      begin_ = 0;
    }
    Result<std::size_t> got =
        source_->read(buffer_.data() + buffer_.size(), begin_ + wanted - buffer_.size());
    if (!got) {
      error_ = std::move(got.error());
      return false;
    }
    buffer_.resize(buffer_.size() + *got);
    bytes_ += *got;
    file_ended_ = *got == 0;
    if (*got > 0) last_byte_ = buffer_.data()[buffer_.size() - 1];
  }
  return true;
}

void ChunkSource::detect() {
  if (text().starts_with(byte_order_mark)) begin_ += byte_order_mark.size();
  wanted_ = options_.chunk_bytes;
  const std::string_view window = text().substr(0, detection_bytes);
  format_ =
      &format_of({.text = window, .is_whole_file = file_ended_ && window.size() == text().size()});
  if (format_->make_cutter != nullptr) cutter_ = format_->make_cutter(options_.document_bytes_max);
}

/// Cuts off the text up to `end`; what is left moves to the front of a new buffer.
Chunk ChunkSource::emit(std::size_t end, const Format* format, std::vector<Document> documents) {
  const std::string_view left = text().substr(end);
  TextBuffer next = fresh_buffer(std::max(left.size(), options_.chunk_bytes));
  if (!left.empty()) std::memcpy(next.data(), left.data(), left.size());
  next.resize(left.size());

  Chunk chunk;
  chunk.number = chunks_++;
  chunk.file = file_ - 1;
  chunk.begins_file = std::exchange(begins_file_, false);
  chunk.after_open_line = chunk.begins_file && after_open_line_;
  chunk.format = format;
  chunk.documents = std::move(documents);
  if (format != nullptr) chunk.header = cutter_->header();
  buffer_.resize(begin_ + end);
  chunk.buffer = std::exchange(buffer_, std::move(next));
  chunk.begin = std::exchange(begin_, 0);
  wanted_ = options_.chunk_bytes;
  return chunk;
}

/// The next document cannot be read whole: a chunk that says so. What is left of it is dropped by
/// `skip_refused`.
Chunk ChunkSource::refuse(std::size_t begin, Refusal refusal, std::string_view problem) {
  refusal_ = refusal;
  const std::size_t end = text().size();
  return emit(end, nullptr, {{.begin = begin, .end = end, .is_broken = true, .problem = problem}});
}

/// Text of a refused document, as a chunk without documents, so that its lines are still counted.
Chunk ChunkSource::skip_refused() {
  const std::string_view all = text();
  std::size_t end = all.size();
  if (refusal_ == Refusal::document) {
    const std::string mark = "\n" + std::string(cutter_->resumes_at());
    const std::size_t found = all.find(mark);
    if (found != std::string_view::npos) {
      end = found + 1;
      refusal_ = Refusal::none;
    } else if (mark.size() > 1 && all.ends_with('\n') && !file_ended_) {
      --end;
    }
  }
  return emit(end, nullptr, {});
}

std::optional<Chunk> ChunkSource::next() {
  while (!error_) {
    if (!source_ && !open_next_file()) return std::nullopt;
    if (!fill(wanted_)) return std::nullopt;
    if (format_ == nullptr) {
      detect();
      if (cutter_ == nullptr) return refuse(0, Refusal::file, format_->refusal);
      continue;
    }
    const bool is_open = refusal_ == Refusal::none && cutter_->is_open();
    if (file_ended_ && text().empty() && !begins_file_ && !is_open) {
      stored_before_ += source_->stored_bytes();
      source_.reset();
      continue;
    }
    if (refusal_ != Refusal::none) {
      if (!text().empty()) return skip_refused();
      continue;
    }
    Cut cut = cutter_->cut(text(), wanted_, file_ended_);
    switch (cut.kind) {
      case Cut::Kind::piece:
        return emit(cut.end, format_, std::move(cut.documents));
      case Cut::Kind::too_large:
        return refuse(cut.end, Refusal::document, "the document is too large");
      case Cut::Kind::needs_more:
        wanted_ = std::max(wanted_, text().size()) * 2;
    }
  }
  return std::nullopt;
}

}  // namespace eqlab::event
