// Tested through read_events, at chunk sizes from one byte up:
// tests/unit/event/reader_forms_test.cc.
#include "harness/event/io/chunk_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace eqlab::event {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view too_large = "the document is too large";

bool is_blank_line(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// `{ … }` on one line.
bool looks_like_object(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  const std::size_t last = line.find_last_not_of(" \t\r");
  return first != std::string_view::npos && first < last && line[first] == '{' && line[last] == '}';
}

/// Byte order mark, or every other one of the first bytes is zero.
bool is_utf16(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return true;
  if (text.size() < 4) return false;
  return (text[0] != 0 && text[1] == 0 && text[2] != 0 && text[3] == 0) ||
         (text[0] == 0 && text[1] != 0 && text[2] == 0 && text[3] != 0);
}

/// The start of the trailing lines that all look like action lines: one of them may need the
/// document that follows.
std::size_t before_trailing_actions(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0) {
    const std::size_t line_break = text.rfind('\n', end - 1 - (text[end - 1] == '\n' ? 1 : 0));
    const std::size_t begin = line_break == std::string_view::npos || end == 1 ? 0 : line_break + 1;
    const std::string_view line = text.substr(begin, end - begin);
    if (!is_blank_line(line) && !looks_like_action(line)) break;
    end = begin;
  }
  return end;
}

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
  form_ = Form::unknown;
  splitter_.restore({});
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
  form_ = Form::documents;
  if (is_utf16(text())) {
    refusal_ = Refusal::file;
    return;
  }
  std::string_view window = text().substr(0, detection_bytes);
  const bool is_whole_file = file_ended_ && window.size() == text().size();
  if (looks_like_response(window)) return;
  bool seen = false;
  while (!window.empty()) {
    const std::size_t end = window.find('\n');
    if (end == std::string_view::npos && !is_whole_file)
      break;  // a line that is not all there tells nothing
    const std::string_view line = window.substr(0, end);
    window.remove_prefix(std::min(line.size() + 1, window.size()));
    if (is_blank_line(line)) continue;
    if (!looks_like_object(line)) return;
    seen = true;
  }
  if (seen) form_ = Form::lines;
}

/// Cuts off the text up to `end`; what is left moves to the front of a new buffer.
Chunk ChunkSource::emit(std::size_t end, std::vector<Document> documents) {
  const std::string_view left = text().substr(end);
  TextBuffer next = fresh_buffer(std::max(left.size(), options_.chunk_bytes));
  if (!left.empty()) std::memcpy(next.data(), left.data(), left.size());
  next.resize(left.size());

  Chunk chunk;
  chunk.number = chunks_++;
  chunk.file = file_ - 1;
  chunk.begins_file = std::exchange(begins_file_, false);
  chunk.after_open_line = chunk.begins_file && after_open_line_;
  chunk.is_lines = form_ == Form::lines && documents.empty();
  chunk.documents = std::move(documents);
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
  return emit(end, {{.begin = begin, .end = end, .is_broken = true, .problem = problem}});
}

/// Text of a refused document, as a chunk without documents, so that its lines are still counted.
Chunk ChunkSource::skip_refused() {
  const std::string_view all = text();
  std::size_t end = all.size();
  if (refusal_ != Refusal::file) {
    const std::size_t found = refusal_ == Refusal::line ? all.find('\n') : all.find("\n{");
    if (found != std::string_view::npos) {
      end = found + 1;
      refusal_ = Refusal::none;
    } else if (refusal_ == Refusal::document && all.ends_with('\n') && !file_ended_) {
      --end;
    }
  }
  Chunk chunk = emit(end, {});
  chunk.is_lines = false;
  return chunk;
}

std::optional<Chunk> ChunkSource::cut_lines() {
  const std::string_view all = text();
  if (file_ended_ && all.size() <= wanted_) return emit(all.size(), {});
  const std::size_t last_break = all.substr(0, wanted_).rfind('\n');
  if (last_break != std::string_view::npos) {
    const std::size_t end = before_trailing_actions(all.substr(0, last_break + 1));
    if (end > 0) return emit(end, {});
  } else if (wanted_ > options_.document_bytes_max) {
    return refuse(0, Refusal::line, too_large);
  }
  return std::nullopt;
}

std::optional<Chunk> ChunkSource::cut_documents() {
  const std::string_view all = text();
  std::vector<Document> documents;
  std::size_t at = 0;
  // What can go: everything up to the last document that is not an action line, which may need the
  // next document.
  std::size_t end = 0;
  std::size_t kept = 0;
  Splitter::State state = splitter_.state();
  while (at < wanted_ || file_ended_) {
    Document document;
    const Splitter::Step step = splitter_.next(all, at, file_ended_, document);
    if (step == Splitter::Step::finished) return emit(all.size(), std::move(documents));
    if (step == Splitter::Step::needs_more) break;
    documents.push_back(document);
    if (document.is_hit ||
        !looks_like_action(all.substr(document.begin, document.end - document.begin))) {
      end = at;
      kept = documents.size();
      state = splitter_.state();
      if (at >= wanted_) break;
    }
  }
  if (kept == 0 && wanted_ > options_.document_bytes_max &&
      all.size() - at > options_.document_bytes_max) {
    return refuse(at, Refusal::document, too_large);
  }
  splitter_.restore(std::move(state));
  if (kept == 0) return std::nullopt;
  documents.resize(kept);
  return emit(end, std::move(documents));
}

std::optional<Chunk> ChunkSource::next() {
  while (!error_) {
    if (!source_ && !open_next_file()) return std::nullopt;
    if (!fill(wanted_)) return std::nullopt;
    if (form_ == Form::unknown) {
      detect();
      if (refusal_ == Refusal::file) {
        return refuse(0, Refusal::file,
                      "the file is UTF-16, not UTF-8; convert it first, for example with iconv -f "
                      "UTF-16 -t UTF-8");
      }
      continue;
    }
    // A list that is still open at the end of the file has something to say, even if all its text
    // has gone with the chunk before.
    const bool is_inside_list =
        form_ == Form::documents && refusal_ == Refusal::none && !splitter_.state().empty();
    if (file_ended_ && text().empty() && !begins_file_ && !is_inside_list) {
      stored_before_ += source_->stored_bytes();
      source_.reset();
      continue;
    }
    if (refusal_ != Refusal::none) {
      if (!text().empty()) return skip_refused();
      continue;
    }
    std::optional<Chunk> chunk = form_ == Form::lines ? cut_lines() : cut_documents();
    if (chunk) return chunk;
    wanted_ = std::max(wanted_, text().size()) * 2;
  }
  return std::nullopt;
}

}  // namespace eqlab::event
