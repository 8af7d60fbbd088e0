#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/base/time.h"
#include "harness/event/column.h"
#include "harness/event/schema.h"

namespace eqlab::event {

/// Index of a column in a Projection and in every EventBatch made for it.
using ColumnIndex = std::uint32_t;

/// What a reader or generator must bring: the columns that a plan asks for and no others, and the
/// names of the fields that every event is placed by.
struct Projection {
  std::vector<Field> columns;  ///< distinct; `source` says where documents carry it
  std::string timestamp_field = "@timestamp";
  std::string ingest_field = "event.ingested";
  std::string id_field = "event.id";

  std::unordered_map<std::string, ColumnIndex> by_name = {};  ///< of `columns`; `add` keeps it

  /// The column of `field`, added if it is not there.
  ColumnIndex add(const Field& field);
  /// The projected field of that name, or one that documents carry under it.
  [[nodiscard]] Field field_of(const std::string& name) const;
};

/// Variable-length texts, one a row, in one buffer.
class TextRows {
 public:
  void push(std::string_view text) {
    bytes_.append(text);
    ends_.push_back(bytes_.size());
  }
  [[nodiscard]] std::string_view operator[](std::size_t row) const {
    const std::size_t begin = row == 0 ? 0 : ends_[row - 1];
    return std::string_view(bytes_).substr(begin, ends_[row] - begin);
  }
  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  void clear() {
    bytes_.clear();
    ends_.clear();
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

/// What a row is beside its columns.
struct RowPlace {
  std::optional<EventTime> event_time = std::nullopt;
  std::optional<IngestTime> ingest_time = std::nullopt;  ///< nothing: the event time
  std::uint64_t line = 0;
  std::uint64_t ordinal = 0;
  std::string_view id = {};
  std::optional<std::string_view> source = std::nullopt;  ///< nothing: sources are not kept
};

/// Up to limits::batch_rows_max events in columns. Every per-row vector has `row_count()` entries.
struct EventBatch {
  explicit EventBatch(const Projection& projection);

  [[nodiscard]] std::size_t row_count() const { return event_time.size(); }
  /// Forgets the rows; keeps columns and memory.
  void clear();
  /// Completes the row whose values every column has just been given. BatchBuilder does both.
  void place_row(const RowPlace& place);
  [[nodiscard]] RowPlace place_of(RowIndex row) const;

  std::vector<Column> columns;  ///< as Projection::columns
  /// Full precision of the document. Where `has_event_time` is 0 the value means nothing: such an
  /// event can match an event query, never a sequence.
  std::vector<EventTime> event_time;
  std::vector<std::uint8_t> has_event_time;
  /// `event.ingested`; where the document has none, the event time.
  std::vector<IngestTime> ingest_time;
  /// Place in the whole input, rising from row to row and batch to batch: for text the line on
  /// which the event begins, counted from 1 over all inputs; for generated events host << 32 |
  /// number on host. Two events on one line (an array written on one line) share it.
  std::vector<std::uint64_t> line;
  /// Text inputs: which event of the input it is, from 0. The implicit tiebreaker. Generated: as
  /// `line`.
  std::vector<std::uint64_t> ordinal;
  TextRows ids;      ///< `event.id`, or the hit's `_id`; empty text when there is none
  TextRows sources;  ///< the document's JSON, only when the reader was asked to keep it; else empty
                     ///< (0 rows)
};

}  // namespace eqlab::event
