#include "harness/report/scorecard_text.h"

#include <algorithm>
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

enum class Weight : std::uint8_t { plain, strong };

class Page {
 public:
  explicit Page(const TextOptions& options) : options_(options) {}

  void line(std::string_view text, Weight weight = Weight::plain) {
    const std::string fitting = cut(text, options_.columns);
    if (options_.colour == Colour::off || weight == Weight::plain) {
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
  const TextOptions& options_;
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

std::string days_text(double days) {
  if (days == 1) return "1 day";
  return format("{:.4g} days", days);
}

void header(Page& page, const Scorecard& card, const RunInfo& info, const TextOptions& options) {
  std::string first = printable(info.rule_name);
  if (info.rule_version > 0) first += format(" · v{}", info.rule_version);
  page.line(first + " · " + schedule_text(card.schedule), Weight::strong);

  std::vector<std::string> parts;
  if (!info.corpus.empty()) parts.push_back(printable(info.corpus));
  parts.push_back(count_of(card.hosts, "host", "hosts"));
  parts.push_back(days_text(card.days));
  parts.push_back(count_of(card.events, "event", "events"));
  parts.push_back(count_of(card.malicious_incidents, "malicious incident", "malicious incidents"));
  if (info.seed) parts.push_back(format("seed {}", *info.seed));
  const std::string second = join(parts, " · ");
  std::string took;
  if (info.seconds && *info.seconds > 0) {
    const double rate = static_cast<double>(card.events) / *info.seconds;
    took = rate >= 1e6 ? format("{:.3g} s, {:.2g} M events/s", *info.seconds, rate / 1e6)
                       : format("{:.3g} s, {} events/s", *info.seconds, figure(rate));
  }
  if (!took.empty() && width(second) + 3 + width(took) <= options.columns) {
    page.line(second + pad_left(took, options.columns - width(second)));
  } else {
    page.line(second);
    if (!took.empty()) page.line(took);
  }
}

void headline(Page& page, const Scorecard& card, const TextOptions& options) {
  page.blank();
  const score::Proportion& recall = card.recall.all;
  const std::string catches = format("  catches   {} malicious incidents", hits_of_total(recall));
  const std::string raises =
      format("  raises    {}", count_of(card.alert_count(), "alert", "alerts"));
  const std::size_t middle = std::max(width(catches), width(raises)) + 2;
  const auto columns_of = [&](const std::string& left, const std::string& right) {
    if (middle + width(right) <= options.columns) {
      page.line(pad_right(left, middle) + right, Weight::strong);
    } else {
      page.line(left, Weight::strong);
      page.line("            " + right, Weight::strong);
    }
  };
  if (recall.value()) {
    columns_of(catches,
               format("{}   {}", percent(*recall.value()), percent_interval(*recall.interval())));
  } else {
    page.line(format("  catches   {}", no_malicious), Weight::strong);
  }
  if (card.alert_count() > 0) {
    columns_of(raises, alerts_by_kind(card));
  } else {
    page.line(raises, Weight::strong);
  }
  const auto rate = shown(card.false_alarms.rate.value());
  const auto interval = card.false_alarms.rate.interval();
  if (rate && interval) {
    const bool has_repeats = card.verdict(score::Verdict::duplicate) > 0;
    page.line(
        format("  false     {} a day per {} hosts{}   [{} – {}]", figure(*rate),
               grouped(static_cast<std::uint64_t>(score::hosts_shown)),
               has_repeats ? ", repeats left out" : "", figure(interval->low * score::hosts_shown),
               figure(interval->high * score::hosts_shown)),
        Weight::strong);
  } else {
    page.line(format("  false     {}", no_exposure));
  }

  const auto [whose, late] = headline_latency(card);
  if (late.count == 0) {
    page.line(format("  latency   {}", no_alerts), Weight::strong);
    return;
  }
  const std::string median =
      format("  {} come {} after the last event (median),", whose, human_duration(late.p50));
  const std::string tail =
      format("{} p95, {} worst", human_duration(late.p95), human_duration(late.max));
  if (width(median) + 1 + width(tail) <= options.columns) {
    page.line(median + " " + tail, Weight::strong);
  } else {
    page.line(median, Weight::strong);
    page.line("            " + tail, Weight::strong);
  }
}

void losses(Page& page, const Scorecard& card, const TextOptions& options) {
  if (card.misses.empty()) return;
  const std::uint64_t missed = card.recall.all.total - card.recall.all.hits;
  page.blank();
  page.line(card.recall.all.hits == 0 ? format("where the {} went", grouped(missed))
                                      : format("where the other {} went", grouped(missed)));
  const std::size_t rows = std::min(card.misses.size(), options.rows_max);
  std::size_t count_columns = 3;
  std::size_t reason_columns = 0;
  std::size_t notes = 0;
  for (std::size_t i = 0; i < rows; ++i) {
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
  const std::size_t bar_columns =
      options.columns >= 100 && others + bar_long + notes <= options.columns ? bar_long : bar_short;
  for (std::size_t i = 0; i < rows; ++i) {
    const MissGroup& group = card.misses[i];
    const std::string reason = cut(printable(group.text), reason_columns);
    std::string line = "  " + bar(group.count, missed, bar_columns) + "  " +
                       pad_left(grouped(group.count), count_columns) + "  ";
    if (width(line) + reason_columns + 2 + note_columns(group) <= options.columns) {
      line += pad_right(reason, reason_columns) + "  ";
    } else {
      page.line(line + reason);
      line = std::string(width(line) + 2, ' ');
    }
    const std::size_t left = options.columns > width(line) ? options.columns - width(line) : 0;
    line +=
        group.note.empty() ? examples_text(group.examples, left) : cut(printable(group.note), left);
    page.line(line);
  }
  if (rows < card.misses.size())
    page.line(format("  and {} more reasons", card.misses.size() - rows));
}

void alarms(Page& page, const Scorecard& card, const TextOptions& options) {
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
    const std::size_t left = options.columns > width(line) ? options.columns - width(line) : 0;
    page.line(line + examples_text(*row.examples, left));
  }
}

void surprises(Page& page, const Scorecard& card, const TextOptions& options) {
  std::vector<const score::ScenarioRow*> rows;
  for (const score::ScenarioRow& row : card.scenarios) {
    if (row.disagrees()) rows.push_back(&row);
  }
  if (!rows.empty()) {
    page.blank();
    page.line("scenarios that did not do what they promise");
    for (std::size_t i = 0; i < std::min(rows.size(), options.rows_max); ++i) {
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
    if (rows.size() > options.rows_max)
      page.line(format("  and {} more", rows.size() - options.rows_max));
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

}  // namespace

std::string scorecard_text(const Scorecard& card, const RunInfo& info, const TextOptions& options) {
  Page page(options);
  header(page, card, info, options);
  headline(page, card, options);
  losses(page, card, options);
  alarms(page, card, options);
  surprises(page, card, options);
  if (!info.command.empty()) {
    page.blank();
    page.whole_line("again  " + printable(info.command));
  }
  return page.take();
}

}  // namespace eqlab::report
