#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/base/result.h"
#include "harness/cases/case_block.h"

namespace eqlab::cases {

/// All offsets count from here.
inline constexpr std::string_view base_time = "2026-01-01T00:00:00Z";

/// One event as written, before the schema has typed it.
struct RawValue {
  CaseValue value;
  bool is_bare = false;  ///< without quotes: its type is the field's
  Span span;
};
struct RawField {
  std::string name;
  std::vector<RawValue> values;
  bool is_array = false;
  Span span;
};
struct RawEvent {
  std::string id;
  std::optional<EventTime> time;
  std::vector<RawField> fields;  ///< the category has an empty name
  std::uint32_t line = 0;
};

/// Reads `ID @TIME CATEGORY field=value …` or `ID @TIME {json}`. `begin`, `end`: bytes of the line
/// in `text`. Errors: E451 with a span in `text`.
[[nodiscard]] Result<RawEvent> read_event_line(std::string_view text, std::size_t begin,
                                               std::size_t end);

/// Types the values by the schema; the category's field keeps its empty name. Errors: E451, also
/// for a field that documents under this schema do not carry, unless the schema is open: such a
/// field can make no rule fire, and nothing else would tell a slip of the pen from a rule that
/// rightly stays silent.
[[nodiscard]] Result<CaseEvent> type_event(const RawEvent& event, const event::Schema& schema);

/// The line that reads back to this event; `category_field` stands where the category does. Values
/// are bare words where that keeps their type; an event with others is written as a document.
[[nodiscard]] std::string write_event_line(const CaseEvent& event,
                                           const std::string& category_field,
                                           const event::Schema& schema);

/// `0s`, `2m`, `1.5s`, `29.999999999s`, `-3s`; units ns us ms s m h d; exact. Nothing when
/// malformed.
[[nodiscard]] std::optional<Duration> parse_offset(std::string_view text);

}  // namespace eqlab::cases
