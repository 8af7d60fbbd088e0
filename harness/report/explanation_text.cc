#include <algorithm>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/report/cells.h"
#include "harness/report/explanation.h"

namespace eqlab::report {
namespace {

using match::Detail;
using match::FieldValues;
using match::StageView;
using match::Term;
using match::TermKind;
using match::Truth;

constexpr std::size_t fields_shown_max = 3;
constexpr std::size_t passed_terms_shown_max = 2;
constexpr std::size_t steps_shown_max = 12;
constexpr std::size_t nesting_shown_max = 12;
constexpr std::size_t term_columns_max = 72;

std::string values_text(const FieldValues& values) {
  if (values.total == 0) return "missing";
  std::string out = join(values.values, ", ");
  if (values.total > values.values.size()) out += format(", … ({} values)", grouped(values.total));
  return printable(out);
}

class Writer {
 public:
  Writer(const ExplainedRun& run, const ExplanationOptions& options)
      : run_(run), options_(options) {}

  std::string take() { return std::move(out_); }

  void item(const Explained& item) {
    strong(printable(item.title));
    line("  " + printable(item.text));
    blank();
    steps(item.explanation.stages);
    if (item.explanation.by && !item.is_match) by(item.explanation);
    for (const match::ChangeView& change : item.explanation.changes) {
      const std::string then =
          change.is_whole
              ? "→ matches"
              : format("→ step {} is met; other steps still lack an event", change.stage + 1);
      const std::string head = "  nearest change: ";
      line(head + printable(change.what) + "  " + then);
    }
    for (const std::string& note : item.explanation.notes) line("  note: " + printable(note));
  }
  void blank() { out_ += '\n'; }

 private:
  void line(std::string_view text) { (out_ += cut(text, options_.columns)) += '\n'; }
  void strong(std::string_view text) {
    const std::string fitting = cut(text, options_.columns);
    out_ += options_.colour == Colour::on ? "\x1b[1m" + fitting + "\x1b[0m\n" : fitting + "\n";
  }

  [[nodiscard]] std::string place(std::uint64_t line_number) const {
    if (run_.file_starts.size() < 2) return format("line {}", line_number);
    const auto after = std::ranges::lower_bound(run_.file_starts, line_number, {},
                                                &event::FileStart::lines_before);
    const event::FileStart& start = after == run_.file_starts.begin() ? *after : *std::prev(after);
    return format("{}:{}", printable(start.file), line_number - start.lines_before);
  }

  [[nodiscard]] std::string event(const match::EventView& view) const {
    std::string out = place(view.line);
    std::size_t shown = 0;
    const auto is_told = [](const FieldValues& v) { return v.total > 0; };
    for (const FieldValues& values : view.fields) {
      if (shown == fields_shown_max) break;
      if (!is_told(values)) continue;
      out += format("  {} {}", printable(values.field), values_text(values));
      ++shown;
    }
    return out;
  }

  void steps(const std::vector<StageView>& stages) {
    // A long run of steps that are met says nothing by its length.
    std::size_t skipped = 0;
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const bool is_dull = stages[i].state == StageView::State::met ||
                           stages[i].state == StageView::State::free ||
                           stages[i].state == StageView::State::absent;
      const bool is_inside = i >= steps_shown_max / 2 && i + steps_shown_max / 2 < stages.size();
      if (options_.detail == Detail::essential && stages.size() > steps_shown_max && is_dull &&
          is_inside) {
        ++skipped;
        continue;
      }
      skip(skipped);
      skipped = 0;
      step(stages[i], stages.size());
    }
    skip(skipped);
  }
  void skip(std::size_t count) {
    if (count > 0) line(format("  … {} more steps, none of which fails", grouped(count)));
  }

  void step(const StageView& view, std::size_t count) {
    const std::string name = count == 1 ? "event " : format("step {}", view.stage + 1);
    const std::string indent(width(name) + 7, ' ');
    switch (view.state) {
      case StageView::State::absent:
        line(format("  {}  ✗  no event", name));
        return;
      case StageView::State::free:
        line(format("  {}  ✓  no such event, as asked", name));
        return;
      case StageView::State::met:
      case StageView::State::failed:
      case StageView::State::happened:
        break;
    }
    const bool is_met = view.state == StageView::State::met;
    const bool is_later = view.since_first && *view.since_first != Duration::zero();
    std::string time;
    if (view.event && view.event->time) {
      const std::string whole = format_iso8601(view.event->time->time_since_epoch().count());
      time = is_later ? format("{:<13}{}{}", whole.substr(11, 12),
                               *view.since_first < Duration::zero() ? "" : "+",
                               human_duration(*view.since_first))
                      : whole;
    }
    line(format("  {}  {}  {}  {}", name, is_met ? "✓" : "✗", pad_right(time, 24),
                view.event ? event(*view.event) : std::string()));
    if (view.condition) condition(*view.condition, indent, 0);
    for (const match::KeyView& key : view.keys) {
      if (!key.differs && options_.detail == Detail::essential) continue;
      line(format("{}{} {}  is {}", indent, key.differs ? "✗ join key" : "✓ join key",
                  printable(key.name), values_text(key.values)));
    }
  }

  static std::string mark(const Term& term) {
    switch (term.truth) {
      case Truth::yes:
        return "✓";
      case Truth::no:
        return "✗";
      case Truth::fails:
        return "!";
    }
    return "";
  }

  static std::string term_text(const Term& term) {
    std::string out = pad_right(cut(printable(term.text), term_columns_max), 0);
    if (term.truth == Truth::fails)
      return out + "   cannot be evaluated: " + printable(term.problem);
    if (term.values.size() == 1) {
      out += "   is " + values_text(term.values[0]);
    } else {
      std::vector<std::string> parts;
      for (const FieldValues& values : term.values)
        parts.push_back(printable(values.field) + " is " + values_text(values));
      if (!parts.empty()) out += "   " + join(parts, ", ");
    }
    if (!term.nearest.empty()) out += "; nearest " + printable(term.nearest);
    return out;
  }

  void condition(const Term& term, const std::string& indent,
                 std::size_t depth) {  // NOLINT(misc-no-recursion): nesting_shown_max
    if (depth > nesting_shown_max) {
      line(indent + "…");
      return;
    }
    switch (term.kind) {
      case TermKind::term:
        line(indent + mark(term) + " " + term_text(term));
        return;
      case TermKind::none:
        if (term.children.size() == 1 && term.children[0].kind == TermKind::term) {
          line(indent + mark(term) + " not " + term_text(term.children[0]));
          return;
        }
        line(indent + mark(term) + " not:");
        break;
      case TermKind::any:
        line(indent + mark(term) + " any of:");
        break;
      case TermKind::all:
        if (depth > 0) line(indent + mark(term) + " all of:");
        break;
    }
    children(term, depth > 0 || term.kind != TermKind::all ? indent + "  " : indent, depth);
  }

  void children(const Term& term, const std::string& indent,
                std::size_t depth) {  // NOLINT(misc-no-recursion): nesting_shown_max
    // Below a `not` it is what holds that matters.
    const Truth dull = term.kind == TermKind::none ? Truth::no : Truth::yes;
    const auto passed = std::ranges::count(term.children, dull, &Term::truth);
    const bool is_collapsed = options_.detail == Detail::essential &&
                              static_cast<std::size_t>(passed) > passed_terms_shown_max;
    if (is_collapsed)
      line(format("{}{} {} other terms", indent, dull == Truth::yes ? "✓" : "✗", passed));
    for (const Term& child : term.children) {
      if (is_collapsed && child.truth == dull) continue;
      condition(child, indent, depth + 1);
    }
    if (term.hidden > 0) line(format("{}… and {} more", indent, grouped(term.hidden)));
  }

  void by(const match::Explanation& explanation) {
    const match::EventView& view = *explanation.by;
    const std::string time =
        view.time ? format_iso8601(view.time->time_since_epoch().count()) : std::string();
    line(format("  between ✗  {}  {}", pad_right(time, 24), event(view)));
  }

  const ExplainedRun& run_;
  const ExplanationOptions& options_;
  std::string out_;
};

}  // namespace

std::string explanation_text(const ExplainedRun& run, const ExplanationOptions& options) {
  Writer writer(run, options);
  bool is_first = true;
  for (const Explained& item : run.items) {
    if (!is_first) writer.blank();
    is_first = false;
    writer.item(item);
  }
  return writer.take();
}

}  // namespace eqlab::report
