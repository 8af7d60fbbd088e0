// Tested in tests/unit/report/gate_reports_test.cc.
#include <algorithm>

#include "harness/base/text.h"
#include "harness/report/cells.h"
#include "harness/report/gate_pieces.h"
#include "harness/report/gate_report.h"

namespace eqlab::report {
namespace {

using gate::Check;
using gate::Outcome;
using gate::RuleResult;

constexpr std::size_t indent = 6;
constexpr std::size_t changes_max = 6;
/// Of one text; what events and rules hold may be megabytes long, and nobody reads on for ever.
constexpr std::size_t paragraph_columns_max = 1'000;

std::string shown(std::string_view text) {
  return cut(printable(text.substr(0, 8 * paragraph_columns_max)), paragraph_columns_max);
}

class Writer {
 public:
  Writer(const gate::GateResult& result, const View& view) : result_(result), view_(view) {}
  std::string run();

 private:
  std::string strong(std::string_view text, std::string_view colour) const {
    if (view_.colour == Colour::off) return std::string(text);
    return format("\x1b[1;{}m{}\x1b[0m", colour, text);
  }
  std::string verdict_word(std::string_view word) const {
    const std::string padded = pad_right(word, indent);
    if (word == "FAIL" || word == "ERROR") return strong(padded, "31");
    return strong(padded, "32");
  }
  /// Wrapped at spaces, below one another.
  void paragraph(std::string_view lead, std::string_view text);
  void rule(const RuleResult& rule);
  void changes(const RuleResult& rule);
  void checks(const RuleResult& rule);
  void figures(const RuleResult& rule);
  void incidents(const RuleResult& rule);

  const gate::GateResult& result_;
  const View& view_;
  std::string out_;
};

void Writer::paragraph(std::string_view lead, std::string_view text) {
  const std::string safe = shown(text);
  const std::size_t columns = std::max<std::size_t>(view_.columns, 60);
  const std::string gap(indent + width(lead), ' ');
  std::string line = std::string(indent, ' ') + std::string(lead);
  std::size_t used = width(line);
  bool is_first = true;
  std::string_view rest = safe;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t length = width(word);
    if (!is_first && used + 1 + length > columns) {
      out_ += line + "\n";
      line = gap;
      used = width(gap);
      is_first = true;
    }
    if (!is_first) {
      line += ' ';
      ++used;
    }
    line += word;
    used += length;
    is_first = false;
  }
  out_ += line + "\n";
}

void Writer::changes(const RuleResult& rule) {
  const auto deciding = deciding_changes(rule);
  for (std::size_t i = 0; i < std::min(deciding.size(), changes_max); ++i)
    paragraph("", describe(*deciding[i]));
  if (deciding.size() > changes_max)
    paragraph("",
              format("and {} more", count_of(deciding.size() - changes_max, "change", "changes")));
  if (const std::size_t metadata = metadata_changes(rule); metadata > 0) {
    std::vector<std::string> names;
    for (const gate::RuleChange& change : rule.diff->changes) {
      if (is_metadata(change) && std::ranges::find(names, change.subject) == names.end())
        names.push_back(change.subject);
    }
    if (names.size() > changes_max) {
      names.resize(changes_max);
      names.emplace_back("…");
    }
    paragraph("", "metadata: " + join(names, ", "));
  }
}

void Writer::checks(const RuleResult& rule) {
  std::size_t passed = 0;
  for (const Check& check : rule.checks) {
    if (check.outcome == Outcome::failed)
      paragraph("✗ ", check.text);
    else
      passed += check.outcome == Outcome::passed ? 1U : 0U;
  }
  for (const Check& check : rule.checks) {
    // Of no base the last lines speak.
    const bool is_said_below =
        check.id == "against-base" && result_.base.kind == gate::BaseKind::none;
    if (check.outcome == Outcome::skipped && !is_said_below)
      paragraph("– ", format("{}: {}", title_of(check.id).title, check.text));
  }
  for (const Check& check : rule.checks) {
    if (check.id != "equivalent" && check.id != "deleted" && !check.undecided) continue;
    paragraph("✓ ", check.text);
    --passed;
  }
  if (passed > 0) paragraph("✓ ", count_of(passed, "check passes", "checks pass"));
}

void Writer::figures(const RuleResult& rule) {
  if (!rule.after) return;
  paragraph(
      "",
      format("recall {} · false alarms {} per 1,000 hosts a day · p95 latency {} · alerts "
             "{}",
             recall_text(rule), false_alarms_text(rule), latency_text(rule), alerts_text(rule)));
}

void Writer::incidents(const RuleResult& rule) {
  if (!rule.effect) return;
  const auto list = [&](std::string_view lead, const std::vector<gate::IncidentChange>& changes) {
    if (changes.empty()) return;
    const std::vector<ScenarioShift> shifts = shifts_of(changes);
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < std::min(shifts.size(), summary_rows_max); ++i)
      parts.push_back(format("{} {} {}", shifts[i].id, cut(shifts[i].title, 40), shifts[i].count));
    if (shifts.size() > summary_rows_max)
      parts.push_back(format("+{} scenarios", shifts.size() - summary_rows_max));
    paragraph(lead, join(parts, " · "));
    const gate::IncidentChange& example = *shifts.front().example;
    paragraph(std::string(width(lead), ' '),
              format("such as {}: {}", example.incident, example_text(example.example)));
  };
  list(format("lost {}: ", rule.effect->lost.size()), rule.effect->lost);
  if (!rule.effect->lost.empty()) {
    for (const auto& [cause, count] : causes_of(rule))
      paragraph("   ", format("{} by: {}", count, cause));
  }
  list(format("gained {}: ", rule.effect->gained.size()), rule.effect->gained);
  const auto alerts = [&](std::string_view lead, std::uint64_t count,
                          const std::vector<gate::AlertChange>& kept) {
    if (count == 0) return;
    std::string text = format("{} {}", lead, count_of(count, "alert", "alerts"));
    if (!kept.empty()) text += format(", such as {}", example_text(kept.front().example));
    paragraph("", text);
  };
  alerts("no longer raised:", rule.effect->alerts_lost, rule.effect->lost_alerts);
  alerts("newly raised:", rule.effect->alerts_gained, rule.effect->gained_alerts);
}

void Writer::rule(const RuleResult& rule) {
  const std::string change = change_text(rule, result_.base);
  out_ += verdict_word(word_of(rule)) + shown(rule.file.empty() ? rule.name : rule.file) +
          (change.empty() ? "" : format("  ({})", shown(change))) + "\n";
  if (!rule.usable) {
    for (const Diagnostic& diagnostic : rule.diagnostics)
      paragraph("✗ ", format("{} {}", diagnostic.code, diagnostic.message));
    return;
  }
  changes(rule);
  checks(rule);
  if (!rule.is_equivalent()) {
    figures(rule);
    incidents(rule);
  }
  for (const std::string& note : rule.notes) paragraph("note: ", note);
}

std::string Writer::run() {
  for (const RuleResult& one : result_.rules) rule(one);
  const auto broken = std::ranges::count(result_.other_cases, false, &gate::CaseOutcome::passed);
  if (broken > 0) {
    out_ += verdict_word("FAIL") + "cases of other rules\n";
    for (const gate::CaseOutcome& outcome : result_.other_cases) {
      if (!outcome.passed)
        paragraph("✗ ", format("{}:{}: {}", outcome.file, outcome.line, outcome.why));
    }
  }
  if (!out_.empty()) out_ += "\n";
  out_ += verdict_word(word_of(result_.verdict)) + shown(result_.reason) + "\n";
  paragraph("", base_text(result_.base) +
                    (result_.unchanged > 0
                         ? format(" · {} unchanged", count_of(result_.unchanged, "rule", "rules"))
                         : std::string()));
  if (result_.corpus) paragraph("", corpus_text(*result_.corpus));
  for (const std::string& note : result_.notes) paragraph("note: ", note);
  if (!result_.command.empty()) out_ += "again " + printable(result_.command) + "\n";
  return std::move(out_);
}

}  // namespace

std::string gate_text(const gate::GateResult& result, const View& view) {
  return Writer(result, view).run();
}

}  // namespace eqlab::report
