#include "harness/report/scorecard_text.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/report/cells.h"

namespace eqlab::report {
namespace {

using score::MissGroup;
using score::NamedCount;
using score::Scorecard;

constexpr std::size_t reason_columns_max = 36;
constexpr std::size_t example_columns_max = 40;
constexpr std::size_t id_columns_max = 14;
constexpr std::size_t surprises_max = 4;
constexpr std::size_t tries_max = 3;

enum class Weight : std::uint8_t { plain, strong };

class Page {
 public:
  explicit Page(const View& view) : view_(view) {}

  void line(std::string_view text, Weight weight = Weight::plain) {
    const std::string fitting = cut(text, view_.columns);
    if (view_.colour == Colour::off || weight == Weight::plain) {
      out_ += fitting;
    } else {
      out_ += "\x1b[1m" + fitting + "\x1b[0m";
    }
    out_ += '\n';
  }
  void blank() { out_ += '\n'; }
  /// A line that must stay whole, such as a command to copy.
  void whole_line(std::string_view text) { (out_ += text) += '\n'; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  const View& view_;
  std::string out_;
};

/// Room that ` · +89` takes after example `place`, when `rest` stands for the examples from it on.
std::size_t room_for_rest(const std::vector<NamedCount>& examples, std::size_t place,
                          std::uint64_t rest) {
  return place + 1 < examples.size() ? 4 + width(grouped(rest - examples[place].count)) : 0;
}

std::uint64_t total(const std::vector<NamedCount>& examples) {
  std::uint64_t sum = 0;
  for (const NamedCount& example : examples) sum += example.count;
  return sum;
}

/// `python3.11 31 · ruby 14 · +9`: as many names as fit, then the count behind the rest.
std::string examples_text(const std::vector<NamedCount>& examples, std::size_t columns) {
  std::string out;
  std::uint64_t rest = total(examples);
  for (std::size_t i = 0; i < examples.size(); ++i) {
    // The first is shown in any case, shortened if need be.
    const std::size_t reserve = room_for_rest(examples, i, rest);
    const std::string count = " " + grouped(examples[i].count);
    const std::size_t taken = reserve + width(count);
    const std::size_t name_max = out.empty() && columns > taken
                                     ? std::min(example_columns_max, columns - taken)
                                     : example_columns_max;
    const std::string item = cut(printable(examples[i].name), name_max) + count;
    const std::size_t between = out.empty() ? 0 : 3;
    if (width(out) + between + width(item) + reserve > columns) break;
    if (!out.empty()) out += " · ";
    out += item;
    rest -= examples[i].count;
  }
  if (rest > 0) out += format("{}+{}", out.empty() ? "" : " · ", grouped(rest));
  return out;
}

/// What the note of a row of losses takes at least: itself, or the first example and a count of the
/// others.
std::size_t note_columns(const MissGroup& group) {
  if (!group.note.empty()) return width(printable(group.note));
  if (group.examples.empty()) return 0;
  const NamedCount& first = group.examples.front();
  return std::min(width(printable(first.name)), example_columns_max) + 1 +
         width(grouped(first.count)) + room_for_rest(group.examples, 0, total(group.examples));
}

void header(Page& page, const Scorecard& card, const RunInfo& info, const View& view) {
  std::string first = printable(info.rule_name);
  if (info.rule_version > 0) first += format(" · v{}", info.rule_version);
  page.line(first + " · " + engine_text(card), Weight::strong);

  std::vector<std::string> parts;
  if (!info.corpus.empty()) parts.push_back(printable(info.corpus));
  parts.push_back(count_of(card.hosts, "host", "hosts"));
  parts.push_back(days_text(card.days));
  parts.push_back(count_of(card.events, "event", "events"));
  if (info.malformed > 0) parts.push_back(format("{} malformed", grouped(info.malformed)));
  if (card.labels == score::Labels::given) {
    parts.push_back(
        count_of(card.malicious_incidents, "malicious incident", "malicious incidents"));
  }
  if (info.seed) parts.push_back(format("seed {}", *info.seed));
  const std::string second = join(parts, " · ");
  std::string took;
  if (info.seconds && *info.seconds > 0) {
    const double rate = static_cast<double>(card.events) / *info.seconds;
    took = rate >= 1e6 ? format("{:.3g} s, {:.2g} M events/s", *info.seconds, rate / 1e6)
                       : format("{:.3g} s, {} events/s", *info.seconds, figure(rate));
  }
  if (!took.empty() && width(second) + 3 + width(took) <= view.columns) {
    page.line(second + pad_left(took, view.columns - width(second)));
  } else {
    page.line(second);
    if (!took.empty()) page.line(took);
  }
}

/// `count` and then what belongs to it, in two columns where they fit.
class Columns {
 public:
  Columns(Page& page, const View& view, std::size_t middle)
      : page_(page), view_(view), middle_(middle) {}
  void line(const std::string& left, const std::string& right) {
    if (middle_ + width(right) <= view_.columns) {
      page_.line(pad_right(left, middle_) + right, Weight::strong);
    } else {
      page_.line(left, Weight::strong);
      page_.line(indent + right, Weight::strong);
    }
  }
  /// Parts in as many lines as it takes; the next lines are indented.
  void parts(std::string_view title, const std::vector<std::string>& parts,
             std::string_view between, Weight weight) {
    const std::string text = join(parts, between);
    std::string line = "  " + pad_right(title, indent.size() - 2);
    bool is_empty = true;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = end_of_word(text, begin);
      const std::string_view word = std::string_view(text).substr(begin, end - begin);
      begin = end + 1;
      if (!is_empty && width(line) + 1 + width(word) > view_.columns) {
        page_.line(line, weight);
        line = indent;
        is_empty = true;
      }
      if (!is_empty) line += ' ';
      line += word;
      is_empty = false;
    }
    page_.line(line, weight);
  }

 private:
  /// A number stays with what it counts: `2m 34s later`, `15.9 s`.
  static std::size_t end_of_word(std::string_view text, std::size_t begin) {
    for (;;) {
      const std::size_t end = std::min(text.find(' ', begin), text.size());
      if (end == text.size() || text[begin] < '0' || text[begin] > '9') return end;
      begin = end + 1;
    }
  }

  inline static const std::string indent = std::string(12, ' ');
  Page& page_;
  const View& view_;
  std::size_t middle_;
};

std::string rate_interval(const std::optional<score::Interval>& per_host_day) {
  if (!per_host_day) return {};
  return format(" [{} – {}]", figure(per_host_day->low * score::hosts_shown),
                figure(per_host_day->high * score::hosts_shown));
}

/// What alarms and alerts are counted by: `331 a day per 1,000 hosts`.
std::string daily(double per_host_day) {
  return format("{} a day per {} hosts", figure(*shown(per_host_day)),
                grouped(static_cast<std::uint64_t>(score::hosts_shown)));
}

void latency_lines(Columns& columns, const Scorecard& card) {
  const auto [whose, late] = headline_latency(card);
  if (late.count == 0) {
    columns.parts("latency", {not_measured(why_no_latency(late))}, "", Weight::strong);
    return;
  }
  std::vector<std::string> parts = {
      format("{} come {} after the last event (median)", whose, human_duration(late.p50))};
  if (late.p95) parts.push_back(format("{} p95", human_duration(*late.p95)));
  parts.push_back(format("{} worst", human_duration(late.max)));
  columns.parts("latency", parts, ", ", Weight::strong);

  const bool is_of_right = card.latency_malicious.from_event.count > 0;
  const score::Latencies& of = is_of_right ? card.latency_malicious : card.latency;
  std::vector<std::string> where;
  if (card.engine == score::EngineKind::streaming) {
    where.push_back(format("on average {} to arrive + {} until it is seen",
                           human_duration(of.ingest.mean), human_duration(of.wait.mean)));
  } else {
    where.push_back(format("on average {} to arrive + {} until a run + {} the run",
                           human_duration(of.ingest.mean), human_duration(of.wait.mean),
                           human_duration(of.run.mean)));
  }
  for (const score::Stratum stratum : {score::Stratum::congested, score::Stratum::offline}) {
    const score::LatencySummary& summary = of.by_stratum[static_cast<std::size_t>(stratum)];
    if (summary.count > 0) {
      where.push_back(format("{} {}: median {}", grouped(summary.count), to_string(stratum),
                             human_duration(summary.p50)));
    }
  }
  columns.parts("", where, " · ", Weight::plain);
}

void load_line(Columns& columns, const Scorecard& card) {
  const score::Load& load = card.load;
  if (load.hours == 0 || card.alert_count() == 0) return;
  std::vector<std::string> parts = {figure_of(load.per_hour_mean, "alert", "alerts") + " an hour"};
  if (load.per_hour_p95) parts.push_back(format("{} at p95", grouped(*load.per_hour_p95)));
  parts.push_back(format("{} in the busiest ({})", grouped(load.per_hour_max),
                         format_iso8601(load.busiest_hour->time_since_epoch().count(), 0)));
  columns.parts("load", parts, ", ", Weight::plain);
}

void schedule_line(Columns& columns, const Scorecard& card) {
  if (card.engine == score::EngineKind::streaming) return;
  if (!card.forecast) {
    columns.parts("schedule", {card.forecast.reason()}, "", Weight::plain);
    return;
  }
  const score::Forecast& forecast = *card.forecast;
  std::vector<std::string> parts;
  parts.push_back(forecast.guaranteed_delay >= Duration::zero()
                      ? format("survives {} of delay", human_duration(forecast.guaranteed_delay))
                      : std::string("can lose even prompt events"));
  parts.push_back("seen " + figure_of(forecast.sightings, "time", "times"));
  if (forecast.latency_mean) {
    parts.push_back(format("{} later on average, {} at worst",
                           human_duration(*forecast.latency_mean),
                           human_duration(*forecast.latency_worst)));
  }
  columns.parts("schedule", parts, " · ", Weight::plain);
}

void headline(Page& page, const Scorecard& card, const View& view) {
  page.blank();
  const bool is_labelled = card.labels == score::Labels::given;
  const score::Proportion& recall = card.recall.all;
  const std::string catches = format("  catches   {} malicious incidents", hits_of_total(recall));
  const std::string raises =
      format("  raises    {}", count_of(card.alert_count(), "alert", "alerts"));
  Columns columns(page, view, std::max(is_labelled ? width(catches) : 0, width(raises)) + 2);
  bool has_host_interval = false;
  bool has_count_interval = false;
  const auto interval = [&](const score::Measured<score::Interval>& by_host,
                            std::optional<score::Interval> by_counts) {
    (by_host ? has_host_interval : has_count_interval) = true;
    return best_interval(by_host, by_counts);
  };
  if (recall.value()) {
    columns.line(catches,
                 format("{}   {}", percent(*recall.value()),
                        percent_interval(*interval(card.by_host.recall_all, recall.interval()))));
  } else {
    columns.parts("catches", {not_measured(why_no_recall(card))}, "", Weight::strong);
  }
  if (card.alert_count() > 0 && is_labelled) {
    columns.line(raises, alerts_by_kind(card));
  } else if (card.alert_count() > 0) {
    columns.line(raises, format("on {} of {}{}", grouped(card.hosts_with_alerts),
                                count_of(card.hosts, "host", "hosts"), suppressed_text(card)));
  } else {
    page.line(raises, Weight::strong);
  }
  const score::Rate& rate = is_labelled ? card.false_alarms.rate : card.alert_rate;
  const std::string why = is_labelled ? why_no_alarm_rate(card) : why_no_alert_rate(card);
  const std::string title = is_labelled ? "false" : "rate";
  if (why.empty()) {
    const bool has_repeats = card.verdict(score::Verdict::duplicate) > 0;
    columns.parts(
        title,
        {daily(*rate.value()) + (has_repeats ? ", repeats left out" : "") +
         rate_interval(interval(is_labelled ? card.by_host.false_alarms : card.by_host.alerts,
                                rate.interval()))},
        "", Weight::strong);
  } else {
    columns.parts(title, {not_measured(why)}, "", Weight::strong);
  }
  if (card.precision.value()) {
    std::vector<std::string> parts = {
        format("{} of alerts {}", percent(*card.precision.value()),
               percent_interval(*interval(card.by_host.precision, card.precision.interval())))};
    if (card.at_prevalence.precision) {
      parts.push_back(format("{} where {} attacks a day come to {} hosts",
                             small_percent(*card.at_prevalence.precision),
                             figure(card.at_prevalence.per_host_day * score::hosts_shown),
                             grouped(static_cast<std::uint64_t>(score::hosts_shown))));
    }
    columns.parts("right", parts, " · ", Weight::plain);
  }
  latency_lines(columns, card);
  load_line(columns, card);
  schedule_line(columns, card);
  if (has_host_interval || has_count_interval) {
    const std::string_view how = !has_count_interval ? "hosts resampled"
                                 : !has_host_interval
                                     ? "by counts alone, too narrow where hosts differ"
                                     : "hosts resampled where enough have a part, else by counts";
    columns.parts("[ – ]", {format("{:.0f} % intervals, {}", score::confidence_default * 100, how)},
                  "", Weight::plain);
  }
}

void losses(Page& page, const Scorecard& card, const View& view) {
  if (card.misses.empty()) return;
  const std::uint64_t missed = card.recall.all.total - card.recall.all.hits;
  page.blank();
  page.line(format("where the {}{} went: {}", card.recall.all.hits == 0 ? "" : "other ",
                   grouped(missed), losses_by_cause(card.recall)));
  const std::size_t rows = std::min(card.misses.size(), summary_rows_max);
  std::size_t count_columns = 3;
  std::size_t reason_columns = 0;
  std::size_t notes = 0;
  // The id of an incident to look at stands at the end of each line.
  std::size_t id_columns = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    id_columns = std::max(id_columns, 2 + width(printable(card.misses[i].example_incident)));
    count_columns = std::max(count_columns, width(grouped(card.misses[i].count)));
    reason_columns = std::max(reason_columns, width(printable(card.misses[i].text)));
    notes = std::max(notes, note_columns(card.misses[i]));
  }
  reason_columns = std::min(reason_columns, reason_columns_max);
  // The examples are what a reader acts on, so the bar gives way first; where that is not enough
  // they get a line.
  const std::size_t others = 2 + 2 + count_columns + 2 + reason_columns + 2;
  constexpr std::size_t bar_long = 20;
  constexpr std::size_t bar_short = 10;
  id_columns = view.columns < 80 ? 0 : std::min(id_columns, id_columns_max);
  const std::size_t room = view.columns - id_columns;
  const std::size_t bar_columns =
      view.columns >= 100 && others + bar_long + notes <= room ? bar_long : bar_short;
  for (std::size_t i = 0; i < rows; ++i) {
    const MissGroup& group = card.misses[i];
    const std::string reason = cut(printable(group.text), reason_columns);
    std::string line = "  " + bar(group.count, missed, bar_columns) + "  " +
                       pad_left(grouped(group.count), count_columns) + "  ";
    if (width(line) + reason_columns + 2 + note_columns(group) <= room) {
      line += pad_right(reason, reason_columns) + "  ";
    } else {
      page.line(line + reason);
      line = std::string(width(line) + 2, ' ');
    }
    const std::size_t left = room > width(line) ? room - width(line) : 0;
    line +=
        group.note.empty() ? examples_text(group.examples, left) : cut(printable(group.note), left);
    const std::string id = cut(printable(group.example_incident), id_columns_max - 2);
    page.line(id_columns > 0 ? pad_right(line, room) + pad_left(id, id_columns) : line);
  }
  if (rows < card.misses.size())
    page.line("  and " + count_of(card.misses.size() - rows, "more reason", "more reasons"));
}

void alarms(Page& page, const Scorecard& card, const View& view) {
  const score::FalseAlarms& alarms = card.false_alarms;
  if (alarms.rate.count == 0) return;
  struct Row {
    std::uint64_t count;
    std::string_view text;
    const std::vector<NamedCount>* examples;
  };
  const std::vector<NamedCount> none;
  std::vector<Row> rows = {
      {alarms.coincidence, "coincidence: events of unrelated activity",
       &alarms.coincidence_by_persona},
      {alarms.causal_benign, "benign activity that really does it", &alarms.causal_by_scenario},
      {alarms.out_of_scope, "stories that are out of scope",
       alarms.causal_benign == 0 ? &alarms.causal_by_scenario : &none},
      {alarms.impossible, "alerts that break the rule: a fault of the matcher", &none}};
  std::erase_if(rows, [](const Row& row) { return row.count == 0; });
  std::ranges::stable_sort(rows, std::greater<>(), &Row::count);
  page.blank();
  page.line(format("where the {} come{} from",
                   count_of(alarms.rate.count, "false alarm", "false alarms"),
                   alarms.rate.count == 1 ? "s" : ""));
  std::size_t text_columns = 0;
  std::size_t count_columns = 5;
  for (const Row& row : rows) {
    text_columns = std::max(text_columns, width(row.text));
    count_columns = std::max(count_columns, width(grouped(row.count)));
  }
  for (const Row& row : rows) {
    std::string line = "  " + pad_left(grouped(row.count), count_columns) + "  " +
                       pad_right(row.text, text_columns) + "  ";
    const std::size_t left = view.columns > width(line) ? view.columns - width(line) : 0;
    page.line(line + examples_text(*row.examples, left));
  }
}

void surprises(Page& page, const Scorecard& card, const View& view) {
  std::vector<const score::ScenarioRow*> rows;
  for (const score::ScenarioRow& row : card.scenarios) {
    if (row.disagrees()) rows.push_back(&row);
  }
  if (!rows.empty()) {
    page.blank();
    page.line("scenarios that did not do what they promise");
    const std::size_t shown_rows = std::min(
        {rows.size(), summary_rows_max, view.detail == Detail::full ? rows.size() : surprises_max});
    for (std::size_t i = 0; i < shown_rows; ++i) {
      const score::ScenarioRow& row = *rows[i];
      std::string what;
      if (row.fires_but_missed > 0)
        what = format("{} should fire and did not", grouped(row.fires_but_missed));
      if (row.silent_but_alerted > 0) {
        if (!what.empty()) what += ", ";
        what += format("{} should stay silent and fired", grouped(row.silent_but_alerted));
      }
      if (row.fires_but_missed > 0 && !row.main_reason.empty())
        what += ": " + printable(row.main_reason);
      page.line("  " + pad_right(cut(printable(row.id), 8), 6) +
                pad_right(cut(printable(row.title), 36), 38) + what);
    }
    if (rows.size() > shown_rows) page.line(format("  and {} more", rows.size() - shown_rows));
  }

  const schedule::SimulationCounters& runs = card.runs;
  std::vector<std::string> notes;
  if (runs.runs_at_cap > 0) {
    notes.push_back(format("{} of {} reached the cap; {} cut",
                           count_of(runs.runs_at_cap, "run", "runs"), grouped(runs.runs),
                           count_of(runs.cut, "match", "matches")));
  }
  if (runs.failed_runs > 0)
    notes.push_back(format("{} failed", count_of(runs.failed_runs, "run", "runs")));
  if (runs.dropped_pending > 0) {
    notes.push_back(format("{} dropped for want of room",
                           count_of(runs.dropped_pending, "sequence", "sequences")));
  }
  if (notes.empty()) return;
  page.blank();
  for (std::size_t i = 0; i < notes.size(); ++i)
    page.line((i == 0 ? "note   " : "       ") + notes[i]);
}

/// A question, and the commands that answer it.
struct Try {
  std::string why;
  std::vector<std::string> commands;
};

bool has_option(const RunInfo& info, std::string_view option) {
  return info.command.find(option) != std::string::npos;
}

/// Whole seconds, or whole minutes from two minutes on, rounded up.
std::string option_duration(Duration duration) {
  const std::int64_t seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
  return seconds < 120 ? format("{}s", seconds) : format("{}m", (seconds + 59) / 60);
}

/// What would show an engineer more, or might catch more: by group, the largest first.
std::vector<Try> tries(const Scorecard& card, const RunInfo& info) {
  std::vector<Try> out;
  for (const MissGroup& group : card.misses) {
    const std::string command = explain_command(info, group);
    if (command.empty()) continue;
    Try why{.why = format("why {} was missed", printable(group.example_incident)), .commands = {}};
    if (!info.before_explain.empty()) {
      why.why += ", with the corpus as files";
      why.commands.push_back(printable(info.before_explain));
    }
    why.commands.push_back(command);
    out.push_back(std::move(why));
    break;
  }
  const auto again = [&](std::string why, const std::string& option) {
    out.push_back({.why = std::move(why), .commands = {printable(info.command) + option}});
  };
  const bool has_schedule = card.engine == score::EngineKind::scheduled;
  for (const MissGroup& group : card.misses) {
    if (out.size() >= tries_max || info.command.empty()) break;
    switch (group.reason) {
      case explain::Reason::over_maxspan:
        if (!group.gap_median || has_option(info, "--maxspan")) break;
        again("whether a longer maxspan catches those that are too long",
              " --maxspan " + option_duration(*group.gap_median));
        break;
      case explain::Reason::too_late:
      case explain::Reason::look_back_too_short:
        if (!has_schedule || has_option(info, "--schedule")) break;
        again("whether a longer look-back catches those that were late",
              " --schedule lookback=" +
                  option_duration(card.schedule.look_back + 2 * card.schedule.interval));
        break;
      case explain::Reason::cut_by_cap:
        if (has_option(info, "--schedule")) break;
        again("whether a higher cap keeps those that were cut",
              format(" --schedule cap={}", std::uint64_t{10} * card.schedule.max_signals));
        break;
      default:
        break;
    }
  }
  return out;
}

void attempts(Page& page, const Scorecard& card, const RunInfo& info) {
  const std::vector<Try> all = tries(card, info);
  if (!all.empty()) page.blank();
  for (std::size_t i = 0; i < all.size(); ++i) {
    page.line((i == 0 ? "try    " : "       ") + all[i].why);
    for (const std::string& command : all[i].commands) page.whole_line("         " + command);
  }
  if (info.command.empty()) return;
  if (all.empty()) page.blank();
  page.whole_line("again  " + printable(info.command));
}

// What follows is shown in full detail only.

void table(Page& page, const std::vector<std::vector<std::string>>& rows,
           std::size_t left_columns) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
  }
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t c = 0; c < row.size(); ++c) {
      line += " " + (c < left_columns ? pad_right(row[c], widths[c]) : pad_left(row[c], widths[c]));
      if (c + 1 < row.size()) line += " ";
    }
    while (line.ends_with(' ')) line.pop_back();
    page.line(line);
  }
}

std::vector<std::string> share_row(std::string title, const score::Proportion& p,
                                   const score::Measured<score::Interval>& by_host) {
  if (!p.value()) return {std::move(title), hits_of_total(p), "–", "", ""};
  return {std::move(title), hits_of_total(p), percent(*p.value()), percent_interval(*p.interval()),
          by_host ? percent_interval(*by_host) : "–"};
}

std::vector<std::string> prevalence_row(const Scorecard& card) {
  const score::AtPrevalence& at = card.at_prevalence;
  return {"right alerts at the stated prevalence", "",
          at.precision ? small_percent(*at.precision) : "–", "",
          at.by_host
              ? format("[{} – {}]", small_percent(at.by_host->low), small_percent(at.by_host->high))
              : "–"};
}

void all_shares(Page& page, const Scorecard& card) {
  page.blank();
  page.line("shares, with 95 % intervals by counts and by hosts");
  const score::HostIntervals& hosts = card.by_host;
  const auto score_row = [](std::string title, std::optional<double> value,
                            const score::Measured<score::Interval>& by_host) {
    return std::vector<std::string>{std::move(title), "", value ? percent(*value) : "–", "",
                                    by_host ? percent_interval(*by_host) : "–"};
  };
  table(page,
        {share_row("caught of malicious incidents", card.recall.all, hosts.recall_all),
         share_row("… of those that open a connection", card.recall.with_behaviour,
                   hosts.recall_with_behaviour),
         share_row("… of those whose events satisfy the rule", card.recall.reachable,
                   hosts.recall_reachable),
         share_row("… of those that some run could see", card.recall.visible, hosts.recall_visible),
         share_row("right alerts", card.precision, hosts.precision),
         share_row("alerts whose events belong together", card.behaviour_precision,
                   hosts.behaviour_precision),
         score_row("F1", card.f1, hosts.f1),
         score_row(format("F{:.3g}, recall counts {:.3g} times", card.beta, card.beta), card.f_beta,
                   hosts.f_beta),
         prevalence_row(card)},
        1);
}

void all_latencies(Page& page, const Scorecard& card) {
  if (card.latency.from_event.count == 0) return;
  page.blank();
  page.line("latency of all alerts");
  const auto row = [](std::string title, const score::LatencySummary& of) {
    const auto text = [](std::optional<Duration> d) { return d ? human_duration(*d) : "–"; };
    if (of.count == 0) return std::vector<std::string>{std::move(title), "0"};
    return std::vector<std::string>{
        std::move(title),       grouped(of.count), human_duration(of.mean),
        human_duration(of.p50), text(of.p75),      text(of.p90),
        text(of.p95),           text(of.p99),      text(of.p999),
        human_duration(of.max)};
  };
  const score::Latencies& all = card.latency;
  const bool has_runs = card.engine == score::EngineKind::scheduled;
  std::vector<std::vector<std::string>> rows = {
      {"", "alerts", "mean", "p50", "p75", "p90", "p95", "p99", "p99.9", "max"},
      row("from the last event", all.from_event),
      row("from the last ingest", all.from_ingest),
      row("of it: until ingest", all.ingest),
      row(has_runs ? "of it: until a run" : "of it: until it is seen", all.wait)};
  if (has_runs) rows.push_back(row("of it: the run", all.run));
  for (std::size_t s = 0; s < score::stratum_count; ++s)
    rows.push_back(row(std::string(to_string(static_cast<score::Stratum>(s))), all.by_stratum[s]));
  table(page, rows, 1);
}

std::string buckets_text(const std::vector<score::CountBucket>& buckets) {
  std::vector<std::string> parts;
  for (const score::CountBucket& bucket : buckets)
    parts.push_back(format("{} × {}", grouped(bucket.count), grouped(bucket.value)));
  return join(parts, " · ");
}

/// What went otherwise than the schedule says; empty where nothing did.
std::vector<std::string> run_parts(const Scorecard& card) {
  const schedule::SimulationCounters& runs = card.runs;
  std::vector<std::string> parts;
  if (runs.failed_runs > 0)
    parts.push_back(format("{} of {} failed", grouped(runs.failed_runs), grouped(runs.runs)));
  if (runs.late_runs > 0) parts.push_back(format("{} started late", grouped(runs.late_runs)));
  if (runs.catch_up_searches > 0)
    parts.push_back(count_of(runs.catch_up_searches, "search", "searches") + " to catch up");
  if (card.unsearched.gaps > 0) {
    parts.push_back(format("{} of {} that no run searched",
                           count_of(card.unsearched.gaps, "gap", "gaps"),
                           human_duration(card.unsearched.time)));
  }
  if (runs.manual_searches > 0)
    parts.push_back(count_of(runs.manual_searches, "manual search", "manual searches"));
  return parts;
}

void all_counts(Page& page, const Scorecard& card, const View& view) {
  page.blank();
  Columns columns(page, view, 0);
  const std::vector<std::string> runs = run_parts(card);
  if (!runs.empty()) columns.parts("runs", runs, " · ", Weight::plain);
  if (card.suppression) {
    columns.parts(
        "counted",
        {format("{} suppressed into {}", count_of(card.suppression->matches, "match", "matches"),
                count_of(card.suppression->alerts, "alert", "alerts")),
         count_of(card.suppression->times, "addition", "additions")},
        " · ", Weight::plain);
  }
  if (card.sightings.mean && card.engine == score::EngineKind::scheduled) {
    std::string text = format("{:.2f} searches returned an alert on average", *card.sightings.mean);
    if (card.sightings.expected) text += format(", {:.2f} expected", *card.sightings.expected);
    columns.parts("sightings", {text, buckets_text(card.sightings.histogram)}, " · ",
                  Weight::plain);
  }
  if (card.recall.all.hits > 0) {
    columns.parts("repeats",
                  {format("{:.3g} alerts on average about a caught incident, {} at most",
                          card.alerts_per_incident, card.alerts_per_incident_max),
                   buckets_text(card.alerts_per_incident_histogram)},
                  " · ", Weight::plain);
  }
  std::vector<std::string> hours;
  for (std::size_t h = 0; h < 24; ++h) {
    if (card.load.by_hour_of_day[h] > 0)
      hours.push_back(format("{:02}h {}", h, grouped(card.load.by_hour_of_day[h])));
  }
  if (!hours.empty()) columns.parts("by hour", hours, " · ", Weight::plain);
  std::vector<std::string> hosts;
  for (const NamedCount& host : card.noisiest_hosts)
    hosts.push_back(cut(printable(host.name), example_columns_max) + " " + grouped(host.count));
  if (!hosts.empty()) columns.parts("hosts", hosts, " · ", Weight::plain);
}

void all_breakdowns(Page& page, const Scorecard& card) {
  for (std::size_t d = 0; d < score::dimension_count; ++d) {
    if (card.breakdowns[d].empty()) continue;
    page.blank();
    std::string title = "by ";
    title += to_string(static_cast<score::Dimension>(d));
    std::ranges::replace(title, '_', ' ');
    std::vector<std::vector<std::string>> rows = {
        {title, "caught", "", "", "false", "a day per 1,000 hosts"}};
    for (const score::BreakdownRow& row : card.breakdowns[d]) {
      const bool any = row.caught.total > 0;
      const auto rate =
          why_no_alarm_rate(card).empty() ? shown(row.false_alarms.value()) : std::nullopt;
      rows.push_back({cut(printable(row.name), example_columns_max),
                      any ? hits_of_total(row.caught) : "–",
                      any ? percent(*row.caught.value()) : "",
                      any ? percent_interval(*row.caught.interval()) : "",
                      grouped(row.false_alarms.count), rate ? figure(*rate) : "–"});
    }
    table(page, rows, 1);
  }
}

}  // namespace

std::string scorecard_text(const Scorecard& card, const RunInfo& info, const View& view) {
  Page page(view);
  header(page, card, info, view);
  headline(page, card, view);
  losses(page, card, view);
  alarms(page, card, view);
  surprises(page, card, view);
  if (view.detail == Detail::full) {
    all_shares(page, card);
    all_latencies(page, card);
    all_counts(page, card, view);
    all_breakdowns(page, card);
  } else if (card.labels == score::Labels::none && !card.noisiest_hosts.empty()) {
    page.blank();
    page.line("where they come from");
    page.line("  " + examples_text(card.noisiest_hosts, view.columns - 2));
  }
  attempts(page, card, info);
  return page.take();
}

}  // namespace eqlab::report
