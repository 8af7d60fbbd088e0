#include "harness/schedule/range_field.h"

#include <algorithm>
#include <string>
#include <variant>

#include "harness/base/text.h"

// Where windows go by another time than the order of the log, the times are sorted once; a window
// is then a range of that list, brought back into the log's order. Tested in
// tests/unit/schedule/range_field_test.cc.
namespace eqlab::schedule {
namespace {

using scan::CandidateIndex;
using scan::CandidateLog;

constexpr std::string_view event_timestamp = "@timestamp";

EventTime in_seconds(EventTime time) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t count = time.time_since_epoch().count();
  const std::int64_t past = ((count % second) + second) % second;
  std::int64_t floored = 0;
  if (__builtin_sub_overflow(count, past, &floored)) return time;
  return EventTime{Duration{floored}};
}

/// Calls `use` for each time of the event; false when it has none.
template <class Use>
bool for_each_time(const CandidateLog& log, CandidateIndex c, const TimeSource& source,
                   const Use& use) {
  const auto give = [&](EventTime time) { use(source.whole_seconds ? in_seconds(time) : time); };
  switch (source.kind) {
    case TimeSource::Kind::event_time:
      if (c >= log.dated_count()) return false;
      give(log.event_time(c));
      return true;
    case TimeSource::Kind::carried: {
      bool any = false;
      for (const scan::KeyId key : log.keys(c, source.slot)) {
        const auto* const nanoseconds = std::get_if<std::int64_t>(&log.key_value(key));
        if (nanoseconds == nullptr) continue;
        any = true;
        give(EventTime{Duration{*nanoseconds}});
      }
      return any;
    }
    case TimeSource::Kind::absent:
      return false;
  }
  return false;
}

template <class Use>
void for_each_time(const CandidateLog& log, CandidateIndex c, const RangeField& range,
                   const Use& use) {
  if (!for_each_time(log, c, range.primary, use) && range.fallback)
    for_each_time(log, c, *range.fallback, use);
}

Result<TimeSource> source_for(const std::string& name, const rule::Rule& rule,
                              const event::Schema& schema, scan::Plan& plan) {
  // build_events_query.ts: the pipeline that writes it keeps whole seconds.
  TimeSource source{.whole_seconds = name == "event.ingested"};
  if (name == rule.timestamp_field) return source;
  const event::Field* const known = schema.find(name);
  if (known != nullptr && !event::is_date(known->type)) {
    return fail(error_at(key_span(rule, "timestamp_override"), "E660",
                         format("{} is {}, not a date: searches cannot go by it", printable(name),
                                event::to_string(known->type)),
                         "timestamp_override = \"event.ingested\""));
  }
  if (known == nullptr && !schema.is_open() && !schema.is_dynamic() && !schema.is_assumed()) {
    source.kind = TimeSource::Kind::absent;
    return source;
  }
  source.kind = TimeSource::Kind::carried;
  source.slot =
      plan.carry(known != nullptr
                     ? *known
                     : event::Field{.name = name, .type = event::FieldType::date, .source = name});
  return source;
}

}  // namespace

Result<std::optional<RangeField>> carry_range_field(const rule::Rule& rule,
                                                    const event::Schema& schema, scan::Plan& plan) {
  const std::string& named = rule.timestamp_override;
  const bool is_overridden = !named.empty() && named != event_timestamp;
  const std::string primary = is_overridden ? named : std::string(event_timestamp);
  const auto disabled = rule.texts.find("timestamp_override_fallback_disabled");
  const bool falls_back =
      is_overridden && (disabled == rule.texts.end() || disabled->second != "true");
  // Only ordering by whole seconds differs from the event time itself.
  if (primary == rule.timestamp_field && !falls_back && primary != "event.ingested")
    return std::optional<RangeField>();
  RangeField range;
  EQLAB_TRY(range.primary, source_for(primary, rule, schema, plan));
  if (falls_back) {
    EQLAB_TRY(range.fallback, source_for(std::string(event_timestamp), rule, schema, plan));
  }
  return std::optional<RangeField>(range);
}

bool is_inside(const CandidateLog& log, CandidateIndex c, const SearchWindow& window,
               const std::optional<RangeField>& range) {
  bool inside = false;
  for_each_time(log, c, range.value_or(RangeField{}), [&](EventTime time) {
    inside = inside || (window.from <= time && time <= window.to);
  });
  return inside;
}

std::vector<EventTime> range_times(const CandidateLog& log, CandidateIndex c,
                                   const std::optional<RangeField>& range) {
  std::vector<EventTime> out;
  for_each_time(log, c, range.value_or(RangeField{}), [&](EventTime time) { out.push_back(time); });
  return out;
}

RangeIndex::RangeIndex(const CandidateLog& log, const std::optional<RangeField>& range)
    : log_(&log), by_event_time_(!range || *range == RangeField{}) {
  if (by_event_time_) return;
  for (std::size_t i = 0; i < log.size(); ++i) {
    const auto c = static_cast<CandidateIndex>(i);
    for_each_time(log, c, *range, [&](EventTime time) { entries_.push_back({time, c}); });
  }
  std::ranges::sort(entries_);
}

std::size_t RangeIndex::size() const {
  return by_event_time_ ? log_->dated_count() : entries_.size();
}

EventTime RangeIndex::time(std::size_t place) const {
  return by_event_time_ ? log_->event_time(static_cast<CandidateIndex>(place))
                        : entries_[place].time;
}

std::size_t RangeIndex::place_from(EventTime limit) const {
  std::size_t low = 0;
  std::size_t high = size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (time(middle) < limit) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::size_t RangeIndex::place_after(EventTime limit) const {
  return limit == EventTime::max() ? size() : place_from(limit + Duration{1});
}

std::vector<CandidateIndex> RangeIndex::inside(const SearchWindow& window) const {
  const std::size_t begin = place_from(window.from);
  const std::size_t end = std::max(begin, place_after(window.to));
  std::vector<CandidateIndex> out;
  out.reserve(end - begin);
  for (std::size_t place = begin; place < end; ++place)
    out.push_back(by_event_time_ ? static_cast<CandidateIndex>(place) : entries_[place].candidate);
  if (!by_event_time_) {
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
  }
  return out;
}

std::optional<EventTime> RangeIndex::last() const {
  return size() == 0 ? std::nullopt : std::optional(time(size() - 1));
}

std::optional<EventTime> RangeIndex::first_from(EventTime limit) const {
  const std::size_t place = place_from(limit);
  return place == size() ? std::nullopt : std::optional(time(place));
}

}  // namespace eqlab::schedule
