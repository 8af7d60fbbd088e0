// Tested in tests/unit/cases/schedule_test.cc.
#include "harness/cases/schedule_lines.h"

#include <algorithm>

#include "harness/base/text.h"
#include "harness/cases/case_time.h"
#include "harness/rule/date_math.h"

namespace eqlab::cases {
namespace {

std::string_view piece(std::string_view text, Span span) {
  return text.substr(span.begin, span.end - span.begin);
}

/// Beyond these nothing is a schedule, and sums of times could leave the clock's range.
constexpr Duration length_max = std::chrono::hours{24 * 30};
constexpr Duration distance_max = std::chrono::hours{24 * 3'660};

/// A length of time that is not negative.
bool take_length(std::string_view text, Duration& into) {
  const auto length = parse_offset(text);
  if (!length || *length < Duration::zero() || *length > length_max) return false;
  into = *length;
  return true;
}

rule::Suppression& suppression_of(CaseSchedule& schedule) {
  if (!schedule.suppression) schedule.suppression.emplace();
  return *schedule.suppression;
}

bool take_setting(std::string_view name, std::string_view value, CaseSchedule& schedule) {
  if (name == "interval") {
    schedule.interval = rule::parse_interval(value);
    return schedule.interval.has_value();
  }
  if (name == "from") {
    schedule.look_back = rule::parse_date_math(value);
    return schedule.look_back.has_value();
  }
  if (name == "to") {
    schedule.to = rule::parse_date_math(value);
    return schedule.to.has_value();
  }
  if (name == "cap") {
    schedule.cap = parse_number<unsigned>(value);
    return schedule.cap.value_or(0) > 0;
  }
  if (name == "group-by") {
    std::vector<std::string> fields;
    for (std::size_t at = 0; at <= value.size();) {
      const std::size_t comma = std::min(value.find(',', at), value.size());
      fields.emplace_back(value.substr(at, comma - at));
      at = comma + 1;
    }
    constexpr std::size_t fields_max = 3;
    if (fields.size() > fields_max ||
        std::ranges::any_of(fields, [](const auto& field) { return field.empty(); }))
      return false;
    suppression_of(schedule).group_by = std::move(fields);
    return true;
  }
  if (name == "suppress-for") {
    suppression_of(schedule).duration = rule::parse_interval(value);
    return schedule.suppression->duration.has_value();
  }
  if (name == "missing") {
    suppression_of(schedule).missing_fields_strategy = value;
    return value == "suppress" || value == "doNotSuppress";
  }
  if (name == "refresh") return take_length(value, schedule.refresh);
  if (name == "search-delay") return take_length(value, schedule.search_delay);
  if (name == "run-time") return take_length(value, schedule.run_time);
  return false;
}

Failure<Diagnostic> wrong_alert(Span span, std::string message, std::string hint) {
  return fail(error_at(span, "E457", std::move(message), std::move(hint)));
}

Result<EventTime> read_time(std::string_view text, Span span) {
  if (const auto time = parse_case_time(piece(text, span))) return *time;
  return wrong_alert(span, format("'{}' is not a time", piece(text, span)),
                     "times are 10:05, 10:05:30, 5m (after the base), or a date");
}

}  // namespace

std::vector<Span> word_spans(std::string_view text, std::size_t begin, std::size_t end) {
  std::vector<Span> words;
  text = text.substr(0, end);
  for (std::size_t at = begin;
       (at = text.find_first_not_of(" \t", at)) != std::string_view::npos;) {
    const std::size_t stop = std::min(text.find_first_of(" \t", at), end);
    words.push_back({at, stop});
    at = stop;
  }
  return words;
}

Status read_schedule(std::string_view text, std::size_t begin, std::size_t end,
                     CaseSchedule& schedule) {
  const std::vector<Span> words = word_spans(text, begin, end);
  for (const Span word : words) {
    const std::string_view setting = piece(text, word);
    const std::size_t equals = std::min(setting.find('='), setting.size());
    const std::string_view value = setting.substr(std::min(equals + 1, setting.size()));
    if (take_setting(setting.substr(0, equals), value, schedule)) continue;
    return fail(error_at(word, "E455", format("'{}' says nothing about a schedule", setting),
                         "write any of interval=5m from=now-9m to=now-1m cap=100 refresh=1s "
                         "search-delay=1s run-time=4s group-by=FIELD,FIELD suppress-for=1h "
                         "missing=doNotSuppress"));
  }
  if (!words.empty() && schedule.suppression && schedule.suppression->group_by.empty()) {
    return fail(error_at({words.front().begin, end}, "E455", "suppression needs fields to group by",
                         "add group-by=FIELD, or group-by=FIELD,FIELD"));
  }
  return ok();
}

Status read_runs(std::string_view text, std::size_t begin, std::size_t end,
                 std::vector<CaseRun>& runs) {
  for (const Span word : word_spans(text, begin, end)) {
    const std::string_view run = piece(text, word);
    const std::size_t equals = std::min(run.find('='), run.size());
    const auto time = parse_case_time(run.substr(0, equals));
    const std::string_view outcome = run.substr(equals);
    const bool is_whole =
        time && time->time_since_epoch() % std::chrono::milliseconds{1} == Duration::zero();
    if (time && (*time < *parse_case_time(base_time) - distance_max ||
                 *time > *parse_case_time(base_time) + distance_max)) {
      return fail(error_at(word, "E456", format("'{}' is more than ten years from the base", run),
                           "times of case files count from 2026-01-01"));
    }
    if (!is_whole || (!outcome.empty() && outcome != "=fails" && outcome != "=throws")) {
      return fail(error_at(word, "E456", format("'{}' is not a run", run),
                           "write a time in whole milliseconds, such as 10:05, or 10:05=fails "
                           "where the search fails and 10:05=throws where the task does"));
    }
    const WallTime at = on_clock<WallTime>(*time);
    if (!runs.empty() && at <= runs.back().at) {
      return fail(error_at(word, "E456", format("'{}' is not after the run before it", run),
                           "runs of a rule never overlap; write them in order of time"));
    }
    runs.push_back({.at = at,
                    .outcome = outcome == "=fails"    ? schedule::RunOutcome::search_fails
                               : outcome == "=throws" ? schedule::RunOutcome::task_throws
                                                      : schedule::RunOutcome::succeeds});
  }
  return ok();
}

Result<AlertLine> read_alert_line(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::string_view form =
      "write RUN / EVENTS, such as 10:05 / a b / seen 2 / after 236s; from the third on if wanted";
  const std::vector<Span> words = word_spans(text, begin, end);
  std::vector<std::vector<Span>> parts(1);
  for (const Span word : words) {
    if (piece(text, word) == "/") {
      parts.emplace_back();
    } else {
      parts.back().push_back(word);
    }
  }
  const Span whole{words.empty() ? begin : words.front().begin, end};
  if (parts.size() < 2 || parts[0].size() != 1 || parts[1].empty())
    return wrong_alert(whole, "an alert needs its run and its events", std::string(form));
  AlertLine line;
  EQLAB_TRY(line.run, read_time(text, parts[0][0]));
  for (const Span id : parts[1]) line.ids.emplace_back(piece(text, id));
  for (std::size_t i = 2; i < parts.size(); ++i) {
    const std::string_view name = parts[i].size() == 2 ? piece(text, parts[i][0]) : "";
    const std::string_view value = parts[i].size() == 2 ? piece(text, parts[i][1]) : "";
    if (name == "seen") line.seen = parse_number<unsigned long>(value);
    if (name == "after") line.after = parse_offset(value);
    if (name == "suppressed") line.suppressed = parse_number<unsigned long>(value);
    const bool is_read = (name == "seen" && line.seen) || (name == "after" && line.after) ||
                         (name == "suppressed" && line.suppressed);
    if (is_read) continue;
    const Span at = parts[i].empty() ? whole : Span{parts[i].front().begin, parts[i].back().end};
    return wrong_alert(at, format("'{}' says nothing about an alert", piece(text, at)),
                       std::string(form));
  }
  return line;
}

std::string alert_line_text(const AlertLine& line) {
  std::string out = format("{} / {}", case_time_text(line.run), join(line.ids, " "));
  if (line.seen) out += format(" / seen {}", *line.seen);
  if (line.after) out += " / after " + exact_seconds(*line.after);
  if (line.suppressed) out += format(" / suppressed {}", *line.suppressed);
  return out;
}

Result<std::string> read_gap_line(std::string_view text, std::size_t begin, std::size_t end) {
  const std::vector<Span> words = word_spans(text, begin, end);
  if (words.size() != 3 || piece(text, words[1]) != "to") {
    return wrong_alert({words.empty() ? begin : words.front().begin, end},
                       "a gap needs its beginning and its end",
                       "write TIME to TIME, such as "
                       "10:00 to 10:06, or none");
  }
  EQLAB_TRY(const EventTime from, read_time(text, words[0]));
  EQLAB_TRY(const EventTime to, read_time(text, words[2]));
  return gap_line_text(from, to);
}

std::string gap_line_text(EventTime from, EventTime to) {
  return format("{} to {}", case_time_text(from), case_time_text(to));
}

}  // namespace eqlab::cases
