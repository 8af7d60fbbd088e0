#include "harness/schedule/run_list.h"

#include <algorithm>
#include <string>

#include "harness/base/text.h"

// Tested in tests/unit/schedule/run_list_test.cc.
namespace eqlab::schedule {
namespace {

constexpr std::string_view moments_hint =
    "write for example: +0m,+5m,+17m or 2026-03-02T10:00:00Z,2026-03-02T10:05:12Z";
constexpr std::string_view pauses_hint =
    "write for example: +2h..+3h or 2026-03-02T10:00:00Z..2026-03-02T12:00:00Z";
constexpr std::string_view failures_hint =
    "write for example: 3,7-9,12:throws; after the colon: fails, throws, unavailable, blocked, "
    "dies, +7m, takes=20m";

bool is_between(char c) { return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// The pieces between commas, blanks and line ends, without comments.
std::vector<std::string_view> pieces(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] == '#') {
      i = std::min(text.find('\n', i), text.size());
    } else if (is_between(text[i])) {
      ++i;
    } else {
      const std::size_t begin = i;
      while (i < text.size() && !is_between(text[i]) && text[i] != '#') ++i;
      out.push_back(text.substr(begin, i - begin));
    }
  }
  return out;
}

Span span_in(std::string_view text, std::string_view piece) {
  const auto begin = static_cast<std::size_t>(piece.data() - text.data());
  return {.begin = begin, .end = begin + piece.size()};
}

/// Shown whole it would fill the screen.
std::string shown(std::string_view piece) {
  constexpr std::size_t shown_max = 60;
  return piece.size() <= shown_max ? printable(piece) : printable(piece.substr(0, shown_max)) + "…";
}

std::optional<Moment> moment_of(std::string_view piece) {
  if (piece.front() == '+' || piece.front() == '-') {
    const auto offset = parse_duration(piece.substr(1));
    if (!offset || *offset < Duration::zero()) return std::nullopt;
    return Moment{.offset = piece.front() == '-' ? -*offset : *offset};
  }
  const auto at = parse_iso8601(piece);
  if (!at) return std::nullopt;
  return Moment{.at = WallTime(Duration(*at))};
}

/// One word after a colon; false when there is no such word.
bool apply(std::string_view word, Duration interval, Disturbance& what, bool& is_stated) {
  constexpr std::string_view takes = "takes=";
  if (word.starts_with('+') || word.starts_with(takes)) {
    const bool is_late = word.front() == '+';
    const auto time = parse_duration(word.substr(is_late ? 1 : takes.size()));
    if (!time || *time < Duration::zero()) return false;
    (is_late ? what.late : what.takes) = *time;
    if (!is_stated) what.outcome = RunOutcome::succeeds;
    return true;
  }
  is_stated = true;
  what.retry_after = std::nullopt;
  if (word == "fails") {
    what.outcome = RunOutcome::search_fails;
  } else if (word == "dies") {
    what.outcome = RunOutcome::dies;
  } else if (word == "throws" || word == "unavailable" || word == "blocked") {
    what.outcome = RunOutcome::task_throws;
    // As in task_runner.ts.
    if (word == "unavailable")
      what.retry_after = std::min<Duration>(interval, std::chrono::minutes{5});
    if (word == "blocked") what.retry_after = std::chrono::minutes{1};
  } else {
    return false;
  }
  return true;
}

}  // namespace

WallTime resolve(const Moment& moment, EventTime start) {
  return moment.at ? *moment.at : saturating_add(on_clock<WallTime>(start), moment.offset);
}

std::vector<WallTime> resolve(const std::vector<Moment>& moments, EventTime start) {
  std::vector<WallTime> out;
  out.reserve(moments.size());
  for (const Moment& moment : moments) out.push_back(resolve(moment, start));
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Result<std::vector<Moment>> parse_runs_at(std::string_view text) {
  std::vector<Moment> out;
  for (const std::string_view piece : pieces(text)) {
    const auto moment = moment_of(piece);
    if (!moment) {
      return fail(error_at(span_in(text, piece), "E661",
                           format("{} is neither a date nor an offset", shown(piece)),
                           std::string(moments_hint)));
    }
    if (out.size() == listed_runs_max) {
      return fail(error_at(span_in(text, piece), "E661",
                           format("more than {} runs", group_digits(listed_runs_max)),
                           "a grid of runs needs no list: leave it out"));
    }
    out.push_back(*moment);
  }
  if (out.empty())
    return fail(error_at({}, "E661", "the list of runs is empty", std::string(moments_hint)));
  return out;
}

Result<std::vector<Disturbance>> parse_failed_runs(std::string_view text, Duration interval) {
  std::vector<Disturbance> out;
  const auto wrong = [&](std::string_view piece, std::string message) {
    return fail(
        error_at(span_in(text, piece), "E662", std::move(message), std::string(failures_hint)));
  };
  for (const std::string_view piece : pieces(text)) {
    const std::size_t colon = std::min(piece.find(':'), piece.size());
    const std::string_view range = piece.substr(0, colon);
    const std::size_t dash = range.find('-');
    const auto first = parse_number<unsigned long>(range.substr(0, dash));
    const auto last = dash == std::string_view::npos
                          ? first
                          : parse_number<unsigned long>(range.substr(dash + 1));
    if (!first || !last || *last < *first)
      return wrong(piece, format("{} is no run and no range of runs", shown(range)));
    if (*last - *first >= listed_runs_max - out.size())
      return wrong(piece, format("more than {} runs", group_digits(listed_runs_max)));
    Disturbance what{.outcome = RunOutcome::search_fails};
    bool is_stated = false;
    for (std::size_t at = colon; at < piece.size();) {
      const std::size_t next = std::min(piece.find(':', at + 1), piece.size());
      const std::string_view word = piece.substr(at + 1, next - at - 1);
      if (!apply(word, interval, what, is_stated))
        return wrong(piece, format("{} is nothing that happens to a run", shown(word)));
      at = next;
    }
    for (std::uint64_t i = 0; i <= *last - *first; ++i) {
      what.run = *first + i;
      out.push_back(what);
    }
  }
  if (out.empty()) return wrong(text, "the list of failed runs is empty");
  std::ranges::stable_sort(out, {}, &Disturbance::run);
  const auto twice = std::ranges::adjacent_find(out, {}, &Disturbance::run);
  if (twice != out.end()) return wrong(text, format("run {} stands in the list twice", twice->run));
  return out;
}

Result<std::vector<WrittenPause>> parse_pauses(std::string_view text) {
  constexpr std::string_view dots = "..";
  std::vector<WrittenPause> out;
  for (const std::string_view piece : pieces(text)) {
    const std::size_t at = piece.find(dots);
    const std::string_view from = piece.substr(0, at);
    const std::string_view to =
        at == std::string_view::npos ? std::string_view() : piece.substr(at + dots.size());
    const auto begin = from.empty() ? std::nullopt : moment_of(from);
    const auto end = to.empty() ? std::nullopt : moment_of(to);
    if (at == std::string_view::npos || !begin || (!to.empty() && !end)) {
      return fail(error_at(span_in(text, piece), "E663", format("{} is no pause", shown(piece)),
                           std::string(pauses_hint)));
    }
    if (out.size() == listed_runs_max) {
      return fail(error_at(span_in(text, piece), "E663",
                           format("more than {} pauses", group_digits(listed_runs_max)),
                           "join those that follow one another"));
    }
    out.push_back({.from = *begin, .to = end});
  }
  if (out.empty())
    return fail(error_at({}, "E663", "the list of pauses is empty", std::string(pauses_hint)));
  return out;
}

Result<std::vector<Pause>> resolve(const std::vector<WrittenPause>& pauses, EventTime start) {
  std::vector<Pause> out;
  out.reserve(pauses.size());
  for (const WrittenPause& pause : pauses) {
    out.push_back({.from = resolve(pause.from, start),
                   .to = pause.to ? resolve(*pause.to, start) : WallTime::max()});
  }
  std::ranges::sort(out, {}, &Pause::from);
  const auto shown_time = [](WallTime time) {
    return format_iso8601(time.time_since_epoch().count());
  };
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i].to <= out[i].from) {
      return fail(error_at(
          {}, "E663", format("the pause from {} ends before it begins", shown_time(out[i].from)),
          std::string(pauses_hint)));
    }
    if (i > 0 && out[i].from < out[i - 1].to) {
      return fail(error_at({}, "E663",
                           format("the pauses from {} and from {} overlap",
                                  shown_time(out[i - 1].from), shown_time(out[i].from)),
                           "join them into one"));
    }
  }
  return out;
}

}  // namespace eqlab::schedule
