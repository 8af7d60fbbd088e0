#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/event/schema.h"
#include "harness/rule/rule.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"
#include "harness/schedule/run_clock.h"

/// Which times of an event decide whether a search's window holds it. Source:
/// build_events_query.ts. The order of events and maxspan always go by the timestamp field.
namespace eqlab::schedule {

/// One date field, as the window's clause reads it.
struct TimeSource {
  enum class Kind : std::uint8_t {
    event_time,  ///< what orders the events; undated ones have none
    carried,     ///< the values in `slot`: nanoseconds since 1970, of several any may lie inside
    absent,      ///< the indices do not map the field: no event has it
  };
  Kind kind = Kind::event_time;
  scan::KeySlot slot = 0;
  bool whole_seconds = false;  ///< cut downwards, as the agent pipeline cuts `event.ingested`
  friend bool operator==(const TimeSource&, const TimeSource&) = default;
};

/// The field P of the range clause, and S for events without P; no S where fallback is disabled or
/// P is `@timestamp`. An event whose P lies outside is not rescued by S.
struct RangeField {
  TimeSource primary;
  std::optional<TimeSource> fallback = std::nullopt;
  friend bool operator==(const RangeField&, const RangeField&) = default;
};

/// What the rule's windows read, from `timestamp_override`,
/// `timestamp_override_fallback_disabled` and `timestamp_field`; `plan` is told to carry it. Call
/// after Plan::add of the rule's query. Nothing: the event time, as in most rules, at no cost.
/// Errors: E660 a field that is mapped and no date.
[[nodiscard]] Result<std::optional<RangeField>> carry_range_field(const rule::Rule& rule,
                                                                  const event::Schema& schema,
                                                                  scan::Plan& plan);

/// Does the window hold candidate `c`? `range` nothing: by event time.
[[nodiscard]] bool is_inside(const scan::CandidateLog& log, scan::CandidateIndex c,
                             const SearchWindow& window, const std::optional<RangeField>& range);

/// The times by which windows hold candidate `c`; none: no window does.
[[nodiscard]] std::vector<EventTime> range_times(const scan::CandidateLog& log,
                                                 scan::CandidateIndex c,
                                                 const std::optional<RangeField>& range);

/// The candidates by the time that windows go by. By event time that is the log itself, else a
/// sorted copy of the times: 16 bytes a candidate.
class RangeIndex {
 public:
  /// `log` must outlive it.
  RangeIndex(const scan::CandidateLog& log, const std::optional<RangeField>& range);

  /// Those in the window, rising. O(log n + the answer, sorted where the times are not the event
  /// times).
  [[nodiscard]] std::vector<scan::CandidateIndex> inside(const SearchWindow& window) const;
  /// The earliest and the latest time of any candidate; nothing when no candidate has one.
  [[nodiscard]] std::optional<EventTime> first() const { return first_from(EventTime::min()); }
  [[nodiscard]] std::optional<EventTime> last() const;
  [[nodiscard]] std::optional<EventTime> first_from(EventTime time) const;

 private:
  struct Entry {
    EventTime time{};
    scan::CandidateIndex candidate = 0;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] EventTime time(std::size_t place) const;
  /// The first place of which the time is not before `limit`; the first of which it is after.
  [[nodiscard]] std::size_t place_from(EventTime limit) const;
  [[nodiscard]] std::size_t place_after(EventTime limit) const;

  const scan::CandidateLog* log_;
  bool by_event_time_;
  std::vector<Entry> entries_;
};

}  // namespace eqlab::schedule
