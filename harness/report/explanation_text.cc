#include <algorithm>
#include <set>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/match/elapsed.h"
#include "harness/report/cells.h"
#include "harness/report/explanation.h"

namespace eqlab::report {
namespace {

using explain::Detail;
using explain::Explained;
using explain::ExplainedRun;
using explain::FieldValues;
using explain::StageView;
using explain::Term;
using explain::TermKind;
using explain::Truth;

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
      : run_(run), options_(options) {
    std::set<std::string> names;
    for (const event::FileStart& start : run.file_starts) names.insert(name_of(start.file));
    are_names_enough_ = names.size() == run.file_starts.size();
  }

  std::string take() { return std::move(out_); }

  void item(const Explained& item) {
    strong(printable(item.title));
    line("  " + printable(item.text));
    blank();
    steps(item.explanation.stages);
    if (item.explanation.over && item.explanation.reason != explain::Reason::over_maxspan)
      line(format("             ✗ maxspan  over by {}",
                  precise_duration(*item.explanation.over)));
    if (item.explanation.by && !item.is_match) by(item.explanation);
    for (const explain::ChangeView& change : item.explanation.changes) {
      std::string then;
      switch (change.then) {
        case explain::ChangeView::Then::matches:
          then = "→ matches";
          break;
        case explain::ChangeView::Then::matches_otherwise:
          then = "→ matches, with other events beside it";
          break;
        case explain::ChangeView::Then::meets_stage:
          then = format("→ step {} is met; another still lacks its event", change.stage + 1);
          break;
      }
      const std::string head = "  nearest change: ";
      const std::string whole = head + printable(join(change.parts, ", ")) + "  " + then;
      if (width(whole) <= options_.columns) {
        line(whole);
        continue;
      }
      const std::string indent(width(head), ' ');
      for (std::size_t i = 0; i < change.parts.size(); ++i)
        wrapped(i == 0 ? head : indent, printable(change.parts[i]));
      line(indent + then);
    }
    for (const std::string& note : item.explanation.notes) line("  note: " + printable(note));
  }
  void blank() { out_ += '\n'; }

 private:
  /// On two lines where it does not fit: the old value, which may be long, goes below the new one.
  void wrapped(const std::string& start, const std::string& text) {
    const std::size_t old = text.find(" instead of ");
    if (width(start) + width(text) <= options_.columns || old == std::string::npos)
      return line(start + text);
    line(start + text.substr(0, old));
    line(std::string(width(start) + 2, ' ') + text.substr(old + 1));
  }
  void line(std::string_view text) { (out_ += cut(text, options_.columns)) += '\n'; }
  void strong(std::string_view text) {
    const std::string fitting = cut(text, options_.columns);
    out_ += options_.colour == Colour::on ? "\x1b[1m" + fitting + "\x1b[0m\n" : fitting + "\n";
  }

  static std::string name_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  }
  [[nodiscard]] std::string place(std::uint64_t line_number) const {
    if (run_.file_starts.size() < 2) return format("line {}", line_number);
    const event::FileStart& start = run_.file_of(line_number);
    return format("{}:{}", printable(are_names_enough_ ? name_of(start.file) : start.file),
                  line_number - start.lines_before);
  }

  /// Where it stands, and what it is; on one line where that fits.
  void event_line(const std::string& start, const std::string& indent,
                  const std::optional<explain::EventView>& view) {
    if (!view) return line(start);
    const std::string head = start + place(view->line);
    const std::string what = fields(*view);
    if (width(head) + width(what) <= options_.columns) return line(head + what);
    line(head);
    line(indent + std::string(what.begin() + 2, what.end()));
  }

  [[nodiscard]] std::string fields(const explain::EventView& view) const {
    std::string out;
    std::size_t shown = 0;
    for (const FieldValues& values : view.fields) {
      if (shown == fields_shown_max) break;
      // What every event of the rule shares is only worth showing when there is nothing else.
      const bool is_telling =
          !values.field.starts_with("host.") && !values.field.starts_with("event.");
      if (values.total == 0 || (!is_telling && shown > 0)) continue;
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
                               precise_duration(*view.since_first))
                      : whole;
    }
    event_line(format("  {}  {}  {}  ", name, is_met ? "✓" : "✗", pad_right(time, 24)), indent,
               view.event);
    if (view.condition) condition(*view.condition, indent, 0);
    for (const explain::KeyView& key : view.keys) {
      const bool is_first = !view.since_first || *view.since_first == Duration::zero();
      if (options_.detail == Detail::essential && (!key.differs || is_first)) continue;
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

  /// What a term found: `is "python3.11"; nearest "python"`.
  static std::string finding(const Term& term) {
    if (term.truth == Truth::fails) return "cannot be evaluated: " + printable(term.problem);
    std::string out;
    if (term.values.size() == 1) {
      out = "is " + values_text(term.values[0]);
    } else {
      std::vector<std::string> parts;
      for (const FieldValues& values : term.values)
        parts.push_back(printable(values.field) + " is " + values_text(values));
      out = join(parts, ", ");
    }
    if (!term.nearest.empty()) out += "; nearest " + printable(term.nearest);
    return out;
  }

  /// On one line where it fits, else the finding below the term.
  void term_line(const std::string& start, const Term& term) {
    const std::string head = start + cut(printable(term.text), term_columns_max);
    const std::string found = finding(term);
    if (found.empty() || width(head) + 3 + width(found) <= options_.columns) {
      line(found.empty() ? head : head + "   " + found);
      return;
    }
    line(head);
    line(std::string(width(start) + 2, ' ') + found);
  }

  void condition(const Term& term, const std::string& indent,
                 std::size_t depth) {  // NOLINT(misc-no-recursion): nesting_shown_max
    if (depth > nesting_shown_max) {
      line(indent + "…");
      return;
    }
    switch (term.kind) {
      case TermKind::term:
        term_line(indent + mark(term) + " ", term);
        return;
      case TermKind::none:
        if (term.children.size() == 1 && term.children[0].kind == TermKind::term) {
          term_line(indent + mark(term) + " not ", term.children[0]);
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

  void by(const explain::Explanation& explanation) {
    const explain::EventView& view = *explanation.by;
    const std::string time =
        view.time ? format_iso8601(view.time->time_since_epoch().count()) : std::string();
    event_line(format("  between ✗  {}  ", pad_right(time, 24)), std::string(13, ' '), view);
  }

  const ExplainedRun& run_;
  const ExplanationOptions& options_;
  bool are_names_enough_ = true;  // else files are told apart by their whole path
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
