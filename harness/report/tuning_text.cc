#include "harness/report/tuning_text.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/report/cells.h"

namespace eqlab::report {
namespace {

using tune::Advice;
using tune::Figures;
using tune::Suggestion;
using tune::SweepPoint;
using tune::Tuning;

constexpr std::size_t title_columns = 10;  ///< of a row of maxspans
constexpr std::size_t point_columns = 9;
constexpr std::size_t diff_lines_max = 2;  ///< of the best change
constexpr std::size_t joins_max = 3;
constexpr std::size_t front_max = 3;
constexpr std::size_t not_proven_max = 2;
constexpr std::ptrdiff_t lines_max = 50;  ///< of a summary

std::string signed_figure(double number) {
  // An exact zero is neither gained nor lost.
  if (number == 0) return "0";
  return (number > 0 ? "+" : "−") + figure(std::abs(number));
}
std::string signed_points(double share) {
  const double points = 100 * share;
  if (std::abs(points) < 0.05) return "0.0";
  return format("{}{:.1f}", points > 0 ? "+" : "−", std::abs(points));
}

std::string recall_change(std::optional<double> change,
                          const std::optional<score::Interval>& interval) {
  if (!change) return "not measured";
  if (!interval) return signed_points(*change);
  return format("{} [{}, {}]", signed_points(*change), signed_points(interval->low),
                signed_points(interval->high));
}
std::string alarm_change(std::optional<double> change,
                         const std::optional<score::Interval>& interval) {
  if (!change) return "not measured";
  const double scale = score::hosts_shown;
  if (!interval) return signed_figure(*change * scale);
  return format("{} [{}, {}]", signed_figure(*change * scale), signed_figure(interval->low * scale),
                signed_figure(interval->high * scale));
}

std::string recall_cell(const Figures& figures) {
  const auto value = figures.recall.value();
  return value ? percent(*value) : "–";
}
std::string alarm_cell(const Figures& figures) {
  const auto value = shown(figures.false_alarms.value());
  return value ? figure(*value) : "–";
}
std::string precision_cell(const Figures& figures) {
  // Where nothing malicious happened, no alert could be right.
  if (figures.recall.total == 0) return "–";
  const auto value = figures.precision.value();
  return value ? percent(*value) : "–";
}
std::string latency_cell(const SweepPoint& point) {
  return point.latency.count == 0 ? "–" : human_duration(point.latency.p50);
}
std::string tail_cell(const SweepPoint& point) {
  return point.latency.p95 ? human_duration(*point.latency.p95) : "–";
}
/// Half the width of the recall's interval, the widest of the row.
std::string half_width(const std::vector<const SweepPoint*>& points) {
  double widest = 0;
  for (const SweepPoint* const point : points) {
    if (const auto interval = point->figures.recall.interval())
      widest = std::max(widest, (interval->high - interval->low) / 2);
  }
  return widest > 0 ? format("±{:.1f}", 100 * widest) : std::string();
}

class Page {
 public:
  Page(const Tuning& tuning, const TuningInfo& info, const View& view)
      : tuning_(tuning), info_(info), view_(view) {}

  std::string write() {
    // What is left to --verbose where the screen is too short, the least telling first.
    for (const Spared spared : {Spared::nothing, Spared::frontier, Spared::frontier_and_joins}) {
      spared_ = spared;
      out_.clear();
      write_all();
      if (is_full() || std::ranges::count(out_, '\n') <= lines_max) break;
    }
    return std::move(out_);
  }

 private:
  enum class Spared : std::uint8_t { nothing, frontier, frontier_and_joins };

  void write_all() {
    header();
    suggestions();
    maxspans();
    schedules();
    if (spared_ != Spared::frontier_and_joins) joins();
    if (spared_ == Spared::nothing) frontier();
    tried();
    notes();
    commands();
  }

  enum class Weight : std::uint8_t { plain, strong };
  void line(std::string_view text, Weight weight = Weight::plain) {
    const std::string fitting = cut(text, view_.columns);
    if (view_.colour == Colour::off || weight == Weight::plain)
      out_ += fitting;
    else
      out_ += "\x1b[1m" + fitting + "\x1b[0m";
    out_ += '\n';
  }
  void blank() { out_ += '\n'; }
  [[nodiscard]] bool is_full() const { return view_.detail == Detail::full; }

  void header() {
    std::string first = printable(info_.run.rule_name);
    if (info_.run.rule_version > 0) first += format(" · v{}", info_.run.rule_version);
    line(first + " · " + schedule_text(tuning_.schedule), Weight::strong);
    std::vector<std::string> parts;
    if (!info_.run.corpus.empty()) parts.push_back(printable(info_.run.corpus));
    parts.push_back(count_of(tuning_.hosts, "host", "hosts"));
    parts.push_back(days_text(tuning_.days));
    parts.push_back(count_of(tuning_.events, "event", "events"));
    parts.push_back(
        count_of(tuning_.malicious_incidents, "malicious incident", "malicious incidents"));
    if (info_.run.seed) parts.push_back(format("seed {}", *info_.run.seed));
    line(join(parts, " · "));
    blank();
    const Figures& now = tuning_.current.figures;
    std::string text = "now   ";
    if (const auto recall = now.recall.value())
      text +=
          format("recall {} {}", percent(*recall),
                 percent_interval(*best_interval(tuning_.recall_by_host, now.recall.interval())));
    else
      text += "recall not measured";
    if (const auto rate = shown(now.false_alarms.value())) {
      const auto interval =
          best_interval(tuning_.false_alarms_by_host, now.false_alarms.interval());
      text += format(" · false {} a day per {} hosts [{} – {}]", figure(*rate),
                     grouped(static_cast<std::uint64_t>(score::hosts_shown)),
                     figure(interval->low * score::hosts_shown),
                     figure(interval->high * score::hosts_shown));
    }
    line(text, Weight::strong);
  }

  void suggestions() {
    if (!tuning_.has_suggestions) return;
    blank();
    if (tuning_.malicious_incidents == 0)
      line("there are no malicious incidents here: what a change would miss is not measured");
    const auto& list = tuning_.suggestions.list;
    if (list.empty()) {
      line(format("no change helps: {} tried on {}, none gains more than it costs",
                  grouped(tuning_.tried.size()), count_of(tuning_.search_hosts, "host", "hosts")),
           Weight::strong);
      return;
    }
    const bool any_proven = std::ranges::any_of(
        list, [](const Suggestion& s) { return s.advice != Advice::not_proven; });
    line(format("{}: chosen on {} from {} tried, {}",
                any_proven ? "best changes" : "no change is proven better",
                count_of(tuning_.search_hosts, "host", "hosts"), grouped(tuning_.tried.size()),
                tuning_.held_out_hosts == 0
                    ? std::string("with no other host to measure on")
                    : "measured on the other " + grouped(tuning_.held_out_hosts)),
         Weight::strong);
    constexpr std::size_t recall_columns = 20;
    constexpr std::size_t alarm_columns = 24;
    const std::size_t others = 5 + 1 + recall_columns + 1 + alarm_columns;
    const std::size_t what_columns = view_.columns > others + 20 ? view_.columns - others : 20;
    std::optional<Advice> heading;
    std::size_t not_proven = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Suggestion& suggestion = list[i];
      if (suggestion.advice == Advice::not_proven && ++not_proven > not_proven_max && !is_full())
        continue;
      if (heading != suggestion.advice) {
        std::string title(advice_words(suggestion.advice));
        if (!heading)
          title = pad_right(title, 5 + what_columns + 1) +
                  pad_right("recall, points", recall_columns + 1) + "false a day per 1,000";
        line(title);
        heading = suggestion.advice;
      }
      std::string what = printable(suggestion.change.variant.what);
      if (!suggestion.parts.empty()) {
        std::vector<std::string> numbers;
        for (const std::size_t part : suggestion.parts) numbers.push_back(format("{}", part + 1));
        what = "together: " + join(numbers, ", ");
      }
      line(
          pad_left(format("{}", i + 1), 3) + "  " +
              pad_right(cut(what, what_columns), what_columns) + " " +
              pad_right(recall_change(suggestion.recall.change, suggestion.recall.interval.value()),
                        recall_columns) +
              " " +
              alarm_change(suggestion.false_alarms.change,
                           suggestion.false_alarms.interval.value()),
          suggestion.advice == Advice::keep ? Weight::strong : Weight::plain);
      if (is_full() && !suggestion.price.empty())
        line("       only if you accept " + suggestion.price);
      if (is_full() && !suggestion.why_not.empty()) line("       " + suggestion.why_not);
    }
    if (tuning_.malicious_incidents > 0 && tuning_.held_out_incidents == 0)
      line("  all incidents are on searched hosts: recall is not measured on the others");
    if (any_proven) first_diff();
    for (const std::string& caveat : info_.caveats) line("  " + printable(caveat));
  }

  static std::string_view advice_words(Advice advice) {
    switch (advice) {
      case Advice::keep:
        return "keep";
      case Advice::at_a_price:
        return "only if you accept what is lost";
      case Advice::not_proven:
        return "not proven";
      case Advice::unmeasured:
        return "less noise; what it would miss is not measured";
    }
    return "";
  }

  /// The changed lines of the first suggestion.
  void first_diff() {
    if (info_.diffs.empty()) return;
    std::vector<std::string> changed;
    std::string_view rest = info_.diffs.front();
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      const std::string_view now = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      if (now.starts_with("+++") || now.starts_with("---")) continue;
      if (now.starts_with('+') || now.starts_with('-')) changed.emplace_back(now);
    }
    for (std::size_t i = 0; i < std::min(changed.size(), diff_lines_max); ++i)
      line("     " + printable(changed[i]));
    line("  the same command with --diff 1 prints this as a patch, with --apply 1 writes it");
  }

  /// Room for the title, `±3.1` and `per 1,000`.
  [[nodiscard]] std::size_t per_block() const {
    return std::max<std::size_t>(2, (view_.columns - title_columns - 11) / point_columns);
  }

  /// All, or so many that first, last and the rule's own are among them.
  [[nodiscard]] std::vector<const SweepPoint*> shown_points(
      const std::vector<SweepPoint>& points) const {
    std::vector<const SweepPoint*> out;
    const std::size_t points_max = per_block();
    if (points.size() <= points_max || is_full()) {
      for (const SweepPoint& point : points) out.push_back(&point);
      return out;
    }
    std::set<std::size_t> places;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (points[i].is_current) places.insert(i);
    }
    const std::size_t wanted = points_max - places.size();
    for (std::size_t k = 0; k < wanted; ++k)
      places.insert(k * (points.size() - 1) / std::max<std::size_t>(1, wanted - 1));
    for (const std::size_t place : places) out.push_back(&points[place]);
    return out;
  }

  void maxspans() {
    if (tuning_.maxspans.empty()) return;
    std::vector<const SweepPoint*> points = shown_points(tuning_.maxspans);
    blank();
    const std::size_t count = points.size();
    for (std::size_t begin = 0; begin < count; begin += per_block()) {
      const std::vector<const SweepPoint*> block(
          points.begin() + static_cast<std::ptrdiff_t>(begin),
          points.begin() + static_cast<std::ptrdiff_t>(std::min(count, begin + per_block())));
      const auto row = [&](std::string_view title, const auto& cell, const std::string& unit) {
        std::string text = pad_right(title, title_columns);
        for (const SweepPoint* const point : block) text += pad_left(cell(*point), point_columns);
        line(unit.empty() ? text : text + "  " + unit);
      };
      row(
          "maxspan",
          [](const SweepPoint& point) {
            return short_duration(*point.setting.maxspan) + (point.is_current ? "*" : " ");
          },
          begin == 0 ? "* as it is" : "");
      row(
          "recall", [](const SweepPoint& p) { return recall_cell(p.figures); }, half_width(block));
      row(
          "false/day", [](const SweepPoint& p) { return alarm_cell(p.figures); }, "per 1,000");
      row(
          "precision", [](const SweepPoint& p) { return precision_cell(p.figures); }, "");
      row("latency", latency_cell, "median");
      if (is_full()) {
        row("", tail_cell, "p95");
        row(
            "change",
            [](const SweepPoint& p) {
              return p.change.recall ? signed_points(*p.change.recall) : std::string("–");
            },
            "points");
      }
    }
    if (count < tuning_.maxspans.size())
      line(format("  {} of {} values; all with --verbose or --format json", count,
                  tuning_.maxspans.size()));
  }

  void schedules() {
    if (tuning_.schedules.empty()) return;
    std::set<Duration> intervals;
    std::set<Duration> look_backs;
    for (const SweepPoint& point : tuning_.schedules) {
      intervals.insert(point.setting.schedule->interval);
      look_backs.insert(point.setting.schedule->look_back);
    }
    blank();
    constexpr std::size_t cell_columns = 17;
    const std::size_t columns_max = std::max<std::size_t>(1, (view_.columns - 12) / cell_columns);
    std::string head = pad_right("looks back", 12);
    std::size_t columns = 0;
    for (const Duration look_back : look_backs) {
      if (++columns <= columns_max) head += pad_left(short_duration(look_back), cell_columns);
    }
    line(head);
    for (const Duration interval : intervals) {
      std::string text = pad_right("every " + short_duration(interval), 12);
      columns = 0;
      for (const Duration look_back : look_backs) {
        if (++columns > columns_max) break;
        const auto found = std::ranges::find_if(tuning_.schedules, [&](const SweepPoint& point) {
          return point.setting.schedule->interval == interval &&
                 point.setting.schedule->look_back == look_back;
        });
        text += pad_left(found == tuning_.schedules.end()
                             ? std::string("·")
                             : recall_cell(found->figures) + " " + latency_cell(*found) +
                                   (found->is_current ? "*" : " "),
                         cell_columns);
      }
      line(text);
    }
    line("  recall and median latency" +
         std::string(columns > columns_max ? "; longer look-backs with --format json" : ""));
  }

  void joins() {
    if (tuning_.joins.empty()) return;
    blank();
    const auto row = [&](const std::string& title, const SweepPoint& point) {
      line("  " + pad_right(cut(title, 46), 46) + pad_left(recall_cell(point.figures), 8) +
           pad_left(alarm_cell(point.figures), 9) + "  " +
           recall_change(point.change.recall, point.change.recall_interval));
    };
    line("joined by" + std::string(39, ' ') + pad_left("recall", 8) + pad_left("false/day", 9 + 1) +
         " change, points");
    row(join(tuning_.keys, ", ") + "*", tuning_.current);
    const std::size_t count =
        is_full() ? tuning_.joins.size() : std::min(joins_max, tuning_.joins.size());
    for (std::size_t i = 0; i < count; ++i)
      row(printable(tuning_.joins[i].setting.keys->empty()
                        ? std::string("nothing")
                        : join(*tuning_.joins[i].setting.keys, ", ")),
          tuning_.joins[i]);
    if (count < tuning_.joins.size())
      line(format("  and {} more with --verbose", tuning_.joins.size() - count));
  }

  void frontier() {
    if (tuning_.frontier.size() < 2 || !tuning_.has_suggestions) return;
    blank();
    const std::size_t size = tuning_.frontier.size();
    const std::size_t count = is_full() ? size : std::min(front_max, size);
    line("nothing tried catches more at fewer false alarms than" +
         (count < size ? format(" ({} of {}; all with --verbose)", count, size) : std::string()));
    std::set<std::size_t> places;
    for (std::size_t k = 0; k < count; ++k)
      places.insert(count == 1 ? 0 : k * (size - 1) / (count - 1));
    for (const std::size_t place : places) {
      const tune::FrontPoint& point = tuning_.frontier[place];
      const auto recall = point.figures.recall.interval();
      line("  " + pad_left(recall_cell(point.figures), 7) + " " +
           pad_right(recall ? percent_interval(*recall) : "", 15) +
           pad_left(alarm_cell(point.figures), 8) + "/day  " + printable(point.what));
    }
  }

  void tried() {
    if (!is_full() || tuning_.tried.empty()) return;
    blank();
    line(
        "everything that was tried, on all hosts: change of recall, of false alarms a day per "
        "1,000");
    for (const tune::TriedFigures& tried : tuning_.tried) {
      line("  " + pad_right(cut(printable(tried.variant.what), 46), 46) + " " +
           pad_right(recall_change(tried.change.recall, tried.change.recall_interval), 22) + " " +
           alarm_change(tried.change.false_alarms, tried.change.false_alarms_interval));
    }
  }

  void notes() {
    std::vector<std::string> notes = tuning_.notes;
    if (tuning_.not_usable > 0)
      notes.push_back(format("{} changes did not make a usable query", tuning_.not_usable));
    if (tuning_.left_out > 0)
      notes.push_back(format("{} more could have been tried", tuning_.left_out));
    notes.insert(notes.end(), info_.cases.begin(), info_.cases.end());
    if (spared_ == Spared::frontier)
      notes.emplace_back("what no other change beats is told with --verbose");
    if (spared_ == Spared::frontier_and_joins)
      notes.emplace_back("joins, and what no other change beats, are told with --verbose");
    if (notes.empty()) return;
    blank();
    for (const std::string& note : notes) line("note   " + printable(note));
  }

  void commands() {
    if (info_.run.command.empty()) return;
    blank();
    if (!tuning_.maxspans.empty() || !tuning_.schedules.empty())
      out_ += "one point alone  " + printable(info_.score_command) + " " +
              setting_option(tuning_.maxspans.empty() ? tuning_.schedules.front().setting
                                                      : tuning_.maxspans.front().setting) +
              "\n";
    out_ += "again  " + printable(info_.run.command) + "\n";
  }

  const Tuning& tuning_;
  const TuningInfo& info_;
  const View& view_;
  Spared spared_ = Spared::nothing;
  std::string out_;
};

}  // namespace

std::string setting_option(const tune::Setting& setting) {
  if (setting.maxspan) return "--maxspan " + exact_duration(*setting.maxspan);
  if (setting.schedule)
    return format("--schedule interval={},lookback={}", exact_duration(setting.schedule->interval),
                  exact_duration(setting.schedule->look_back));
  if (setting.keys) return "--by " + join(*setting.keys, ",");
  return {};
}

std::string tuning_text(const Tuning& tuning, const TuningInfo& info, const View& view) {
  return Page(tuning, info, view).write();
}

}  // namespace eqlab::report
