#include "harness/event/io/chunk_rows.h"

#include <utility>

#include "harness/base/text.h"

namespace eqlab::event {

std::uint64_t count_lines(std::string_view text) {
  std::uint64_t lines = 0;
  for (std::size_t at = 0; at < text.size(); ++lines) {
    const void* found = std::memchr(text.data() + at, '\n', text.size() - at);
    if (found == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) + 1;
  }
  return lines;
}

std::string shown(std::string_view text) {
  constexpr std::size_t shown_max = 60;
  if (text.size() <= shown_max) return printable(text);
  return printable(text.substr(0, shown_max)) + "…";
}

void ChunkRows::start(std::uint32_t file, std::string_view text) {
  report_ = {};
  report_.file = file;
  batches_used_ = 0;
  text_ = text;
  line_ = 0;
  line_offset_ = 0;
}

BatchBuilder& ChunkRows::begin_row() {
  if (batches_used_ == 0 || batches_[batches_used_ - 1].row_count() == limits::batch_rows_max) {
    if (batches_used_ == batches_.size()) batches_.emplace_back(plan_.projection());
    batches_[batches_used_++].clear();
  }
  builder_.begin_row(batches_[batches_used_ - 1]);
  return builder_;
}

void ChunkRows::end_row(std::string_view id, std::optional<std::string_view> source) {
  RowPlace place = builder_.place();
  place.line = line_;
  place.ordinal = report_.usable;
  if (!builder_.has(builder_.id())) place.id = id;
  place.source = source;
  builder_.end_row(place);
  ++report_.read;
  ++report_.usable;
  report_.ill_typed += builder_.ill_typed();
  report_.cut_values += builder_.cut_values();
  if (place.event_time) return;
  ++report_.undated;
  if (report_.undated_places.size() >= limits::reported_problems_max) return;
  const std::string& name = plan_.projection().timestamp_field;
  report_.undated_places.push_back(
      {.line = line_,
       .document_line = line_,
       .message = builder_.has(builder_.timestamp())
                      ? format("{} is not a date: {}", name, shown(builder_.unread_time()))
                      : format("no {}", name)});
}

void ChunkRows::malformed_on(std::uint64_t line, std::string message,
                             std::uint64_t line_in_document) {
  ++report_.read;
  ++report_.malformed;
  if (!wants_messages()) return;
  report_.problems.push_back(
      {.line = line + line_in_document, .document_line = line, .message = std::move(message)});
}

void ChunkRows::settle(std::uint64_t lines, std::uint64_t file_lines, std::uint64_t events) {
  report_.lines_before_file = lines - file_lines;
  for (EventBatch& batch : batches()) {
    for (std::uint64_t& line : batch.line) line += lines + 1;
    for (std::uint64_t& ordinal : batch.ordinal) ordinal += events;
  }
  for (auto* notes : {&report_.problems, &report_.undated_places}) {
    for (ChunkReport::Note& note : *notes) {
      note.line += file_lines + 1;
      note.document_line += file_lines + 1;
      if (note.line == note.document_line) continue;
      note.message += format(" (in the document that begins on line {})", note.document_line);
    }
  }
}

}  // namespace eqlab::event
