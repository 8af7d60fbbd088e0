#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/event/batch_builder.h"
#include "harness/event/io/read_plan.h"

namespace eqlab::event {

/// What one chunk held. Lines are those of the file.
struct ChunkReport {
  struct Note {
    std::uint64_t line = 0;           ///< of the mistake, if it can be told
    std::uint64_t document_line = 0;  ///< on which the document begins
    std::string message;
  };
  std::uint32_t file = 0;
  std::uint64_t lines_before_file = 0;  ///< of all inputs
  std::uint64_t read = 0;
  std::uint64_t usable = 0;
  std::uint64_t malformed = 0;
  std::uint64_t undated = 0;
  std::uint64_t ill_typed = 0;
  std::uint64_t cut_values = 0;
  std::vector<Note> problems;        ///< the first limits::reported_problems_max
  std::vector<Note> undated_places;  ///< likewise
};

[[nodiscard]] std::uint64_t count_lines(std::string_view text);
/// At most 60 bytes of a text from a document, fit for a message.
[[nodiscard]] std::string shown(std::string_view text);

/// Where a Parser puts what it finds in a chunk: rows into batches, mistakes into the report, both
/// with their lines. Documents are given in the order of the text.
class ChunkRows {
 public:
  explicit ChunkRows(const ReadPlan& plan) : plan_(plan), builder_(plan.projection()) {}

  /// Says where in the chunk's text the next document begins, which is never before the last one.
  void at(std::size_t offset) {
    line_ += count_lines(text_.substr(line_offset_, offset - line_offset_));
    line_offset_ = offset;
  }
  /// Calls `use(text, offset)` for every line of the chunk that is not blank, with the place set.
  template <class Use>
  void for_each_line(const Use& use);

  /// Begins the row of a document. It counts for nothing until it ends.
  BatchBuilder& begin_row();
  /// Ends the row. `id` is used where the row has none of its own; `source` is the event as JSON,
  /// wanted if ReadPlan::keeps_sources.
  void end_row(std::string_view id = {}, std::optional<std::string_view> source = std::nullopt);

  /// A document cannot be read. `line_in_document` counts line breaks between its beginning and the
  /// mistake.
  void malformed(std::string message, std::uint64_t line_in_document = 0) {
    malformed_on(line_, std::move(message), line_in_document);
  }
  /// Whether a message will be shown; otherwise documents are only counted.
  [[nodiscard]] bool wants_messages() const {
    return report_.problems.size() < limits::reported_problems_max;
  }
  /// Where the text stands now, for a document that turns out to be malformed later.
  [[nodiscard]] std::uint64_t line() const { return line_; }
  void malformed_on(std::uint64_t line, std::string message, std::uint64_t line_in_document = 0);

 private:
  friend class ChunkParser;  // starts, settles and hands over what is found

  void start(std::uint32_t file, std::string_view text);
  /// Places everything in the whole input, once it is known what came before.
  void settle(std::uint64_t lines, std::uint64_t file_lines, std::uint64_t events);
  [[nodiscard]] std::span<EventBatch> batches() { return std::span(batches_).first(batches_used_); }

  const ReadPlan& plan_;
  BatchBuilder builder_;
  std::vector<EventBatch> batches_;
  std::size_t batches_used_ = 0;
  ChunkReport report_;
  std::string_view text_;
  std::uint64_t line_ = 0;  ///< line breaks before line_offset_
  std::size_t line_offset_ = 0;
};

template <class Use>
void ChunkRows::for_each_line(const Use& use) {
  for (std::size_t begin = 0; begin < text_.size();) {
    const void* const found = std::memchr(text_.data() + begin, '\n', text_.size() - begin);
    const std::size_t end =
        found == nullptr ? text_.size()
                         : static_cast<std::size_t>(static_cast<const char*>(found) - text_.data());
    line_offset_ = begin;
    const std::string_view line = text_.substr(begin, end - begin);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) use(line, begin);
    begin = end + 1;
    if (found != nullptr) ++line_;
  }
  line_offset_ = text_.size();
}

}  // namespace eqlab::event
