#include "harness/report/scorecards_text.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/report/cells.h"
#include "harness/report/scorecard_markdown.h"

namespace eqlab::report {
namespace {

using score::Scorecard;

constexpr std::size_t name_columns_max = 40;
constexpr std::size_t example_columns_max = 40;

std::string name_of(const CardOfRun& card) {
  return printable(card.info.variant.empty() ? card.info.rule_name : card.info.variant);
}

/// How intervals are written: `[6.1 – 79.2]`, or `[6.1–79.2]` where names need the room.
enum class Room : std::uint8_t { ample, scarce };

std::string in(Room room, std::string text) {
  static constexpr std::string_view spaced = " – ";
  const std::size_t dash = room == Room::scarce ? text.find(spaced) : std::string::npos;
  if (dash != std::string::npos) text.replace(dash, spaced.size(), "–");
  return text;
}

std::string recall_of(const Scorecard& card) {
  const score::Proportion& recall = card.recall.all;
  if (!recall.value()) return "–";
  return percent(*recall.value()) + " " +
         percent_interval(*best_interval(card.by_host.recall_all, recall.interval()));
}

std::string false_of(const Scorecard& card) {
  if (!why_no_alarm_rate(card).empty()) return "–";
  const auto interval = best_interval(card.by_host.false_alarms, card.false_alarms.rate.interval());
  return format("{} [{} – {}]", figure(*shown(card.false_alarms.rate.value())),
                figure(interval->low * score::hosts_shown),
                figure(interval->high * score::hosts_shown));
}

std::string right_of(const Scorecard& card) {
  return card.precision.value() ? percent(*card.precision.value()) : "–";
}

std::string latency_of(const Scorecard& card) {
  const HeadlineLatency late = headline_latency(card);
  return late.latency.count > 0 ? human_duration(late.latency.p50) : "–";
}

/// `misses 104: no network event satisfies step 2, python3.11 31`: the largest group of misses.
std::string telling_miss(const Scorecard& card) {
  if (card.labels == score::Labels::none) return not_measured("no labels");
  if (card.recall.all.total == 0) return not_measured(why_no_recall(card));
  if (card.misses.empty()) return "misses nothing";
  const score::MissGroup& group = card.misses.front();
  std::string out = format("misses {}: {}", grouped(group.count), printable(group.text));
  if (!group.note.empty()) {
    out += ", " + printable(group.note);
  } else if (!group.examples.empty()) {
    out += format(", {} {}", cut(printable(group.examples.front().name), example_columns_max),
                  grouped(group.examples.front().count));
  }
  return out;
}

using Row = std::vector<std::string>;

Row titles() {
  return {"rule or variant", "recall", "false a day per 1,000 hosts", "right", "latency", "alerts"};
}

Row row_of(const CardOfRun& card, Room room) {
  return {name_of(card),       in(room, recall_of(card.card)), in(room, false_of(card.card)),
          right_of(card.card), latency_of(card.card),          grouped(card.card.alert_count())};
}

/// Rows and how wide their columns are.
struct Table {
  std::vector<Row> rows;
  std::vector<std::size_t> widths;
  [[nodiscard]] std::size_t other_columns() const {
    std::size_t out = 0;
    for (std::size_t c = 1; c < widths.size(); ++c) out += 2 + widths[c];
    return out;
  }
};

Table table_of(const std::vector<CardOfRun>& cards, Room room) {
  Table out{.rows = {titles()}, .widths = {}};
  // Short, so that the table fits a terminal.
  out.rows.front()[2] = "false/day/1,000";
  for (const CardOfRun& card : cards) out.rows.push_back(row_of(card, room));
  out.widths.resize(out.rows.front().size());
  for (Row& row : out.rows) {
    row[0] = cut(row[0], name_columns_max);
    for (std::size_t c = 0; c < row.size(); ++c)
      out.widths[c] = std::max(out.widths[c], width(row[c]));
  }
  return out;
}

}  // namespace

std::string scorecards_text(const std::vector<CardOfRun>& cards, const View& view) {
  Table table = table_of(cards, Room::ample);
  if (table.widths[0] + table.other_columns() > view.columns) table = table_of(cards, Room::scarce);
  auto& [rows, widths] = table;
  const std::size_t others = table.other_columns();
  const std::size_t left = view.columns > others ? view.columns - others : 0;
  widths[0] = std::min(widths[0], std::max<std::size_t>(left, 8));
  std::string out;
  const auto put = [&](std::string_view text, bool is_strong) {
    const std::string fitting = cut(text, view.columns);
    out += is_strong && view.colour == Colour::on ? "\x1b[1m" + fitting + "\x1b[0m" : fitting;
    out += '\n';
  };
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line = pad_right(cut(rows[r][0], widths[0]), widths[0]);
    for (std::size_t c = 1; c < rows[r].size(); ++c) line += "  " + pad_left(rows[r][c], widths[c]);
    put(line, r == 0);
  }
  if (cards.empty()) return out;
  out += '\n';
  const std::string first = telling_miss(cards.front().card);
  if (std::ranges::all_of(
          cards, [&](const CardOfRun& card) { return telling_miss(card.card) == first; })) {
    put(cards.size() == 1 ? first : "each " + first, false);
    return out;
  }
  for (const CardOfRun& card : cards) {
    put(pad_right(cut(name_of(card), widths[0]), widths[0]) + "  " + telling_miss(card.card),
        false);
  }
  return out;
}

std::string scorecards_markdown(const std::vector<CardOfRun>& cards) {
  Row head = titles();
  head.emplace_back("most telling miss");
  std::string out = "| " + join(head, " | ") + " |\n| --- | --: | --: | --: | --: | --: | --- |\n";
  for (const CardOfRun& card : cards) {
    Row row = row_of(card, Room::ample);
    row[0] = markdown_text(row[0]);
    row.push_back(markdown_text(telling_miss(card.card)));
    out += "| " + join(row, " | ") + " |\n";
  }
  return out;
}

}  // namespace eqlab::report
