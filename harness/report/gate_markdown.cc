// The table and what failed come first and always fit; folded details are left out, and counted,
// where they would make the whole too long. Tested in tests/unit/report/gate_reports_test.cc.
#include <algorithm>

#include "harness/base/text.h"
#include "harness/report/cells.h"
#include "harness/report/gate_pieces.h"
#include "harness/report/gate_report.h"
#include "harness/report/scorecard_markdown.h"

namespace eqlab::report {
namespace {

using gate::Check;
using gate::Outcome;
using gate::RuleResult;

constexpr std::size_t table_rows_max = 50;
constexpr std::size_t failures_max = 30;
constexpr std::size_t list_rows_max = 20;
/// Of one text; a rule may hold a megabyte in a constant.
constexpr std::size_t text_columns_max = 300;
constexpr std::size_t title_columns_max = 80;

std::string safe(std::string_view text, std::size_t columns = text_columns_max) {
  // No more is looked at than could be shown: events may hold megabytes.
  return markdown_text(cut(printable(text.substr(0, 8 * columns)), columns));
}

std::string row(const std::vector<std::string>& cells) {
  return "| " + join(cells, " | ") + " |\n";
}

std::string title_of_rule(const RuleResult& rule) {
  return safe(rule.name.empty() ? rule.file : rule.name, title_columns_max);
}

std::string table(const gate::GateResult& result) {
  if (result.rules.empty()) return {};
  std::string out = row({"", "rule", "recall", "false alarms¹", "p95 latency", "incidents"}) +
                    "| --- | --- | --: | --: | --: | --: |\n";
  // Those that fail come first, so that none is left out.
  std::vector<const RuleResult*> rules;
  for (const RuleResult& rule : result.rules) rules.push_back(&rule);
  std::ranges::stable_sort(rules, std::greater<>{}, [](const RuleResult* rule) {
    return rule->outcome() == Outcome::failed;
  });
  for (std::size_t i = 0; i < std::min(rules.size(), table_rows_max); ++i) {
    const RuleResult& rule = *rules[i];
    std::string incidents;
    if (rule.effect) {
      incidents = format("{} lost, {} gained", rule.effect->recall.only_before,
                         rule.effect->recall.only_after);
    }
    const std::string change = change_text(rule, result.base);
    const bool has_figures = rule.before || rule.after;
    out += row({std::string("**") + std::string(word_of(rule)) + "**",
                title_of_rule(rule) + (change.empty() ? "" : format(" ({})", safe(change))),
                has_figures ? recall_text(rule) : "", has_figures ? false_alarms_text(rule) : "",
                has_figures ? latency_text(rule) : "", incidents});
  }
  if (rules.size() > table_rows_max)
    out += row({"", format("and {} more", rules.size() - table_rows_max), "", "", "", ""});
  return out + "\n<sub>¹ per 1,000 hosts a day, repeats left out</sub>\n\n";
}

std::string failures(const gate::GateResult& result) {
  std::vector<std::string> lines;
  for (const RuleResult& rule : result.rules) {
    const std::string who = result.rules.size() > 1 ? title_of_rule(rule) + ": " : std::string();
    for (const Check& check : rule.checks) {
      if (check.outcome == Outcome::failed)
        lines.push_back(format("- {}{}\n", who, safe(check.text)));
    }
    if (!rule.effect || rule.outcome() != Outcome::failed) continue;
    std::vector<std::string> parts;
    for (const ScenarioShift& shift : shifts_of(rule.effect->lost)) {
      if (parts.size() < list_rows_max)
        parts.push_back(format("{} {} {}", safe(shift.id), safe(shift.title), shift.count));
    }
    if (!parts.empty()) lines.push_back(format("- {}lost: {}\n", who, join(parts, " · ")));
    for (const auto& [cause, count] : causes_of(rule))
      lines.push_back(format("- {}{} lost by: {}\n", who, count, safe(cause)));
  }
  for (const Diagnostic& diagnostic : result.diagnostics) {
    if (diagnostic.severity == Severity::error)
      lines.push_back(format("- {} {}\n", diagnostic.code, safe(diagnostic.message)));
  }
  for (const gate::CaseOutcome& outcome : result.other_cases) {
    if (!outcome.passed)
      lines.push_back(format("- {}:{}: {}\n", safe(outcome.file), outcome.line, safe(outcome.why)));
  }
  std::string out;
  for (std::size_t i = 0; i < std::min(lines.size(), failures_max); ++i) out += lines[i];
  if (lines.size() > failures_max) out += format("- and {} more\n", lines.size() - failures_max);
  return out.empty() ? out : out + "\n";
}

void add_incidents(std::string& out, std::string_view what,
                   const std::vector<gate::IncidentChange>& changes) {
  if (changes.empty()) return;
  out += format("\n**{} {}**\n\n", count_of(changes.size(), "incident", "incidents"), what);
  out += row({"scenario", "", "incidents", "for example", "event"}) +
         "| --- | --- | --: | --- | --- |\n";
  const std::vector<ScenarioShift> shifts = shifts_of(changes);
  for (std::size_t i = 0; i < std::min(shifts.size(), list_rows_max); ++i) {
    const gate::IncidentChange& example = *shifts[i].example;
    out += row({safe(shifts[i].id), safe(shifts[i].title), format("{}", shifts[i].count),
                safe(example.incident), safe(example_text(example.example))});
  }
  if (shifts.size() > list_rows_max)
    out += row({"", format("and {} more", shifts.size() - list_rows_max), "", "", ""});
}

void add_alerts(std::string& out, std::string_view what, std::uint64_t count,
                const std::vector<gate::AlertChange>& kept) {
  if (count == 0) return;
  out += format("\n**{} {}**{}\n", count_of(count, "alert", "alerts"), what,
                kept.empty() ? ""
                             : format(", such as {} ({})", safe(example_text(kept.front().example)),
                                      score::to_string(kept.front().verdict)));
}

std::string details(const RuleResult& rule) {
  std::string out =
      format("<details><summary>{} {}</summary>\n\n", word_of(rule), title_of_rule(rule));
  out += format("{}\n", safe(rule.file));
  if (rule.diff && !rule.diff->changes.empty()) {
    out += "\n**changes**\n\n";
    for (std::size_t i = 0; i < std::min(rule.diff->changes.size(), list_rows_max); ++i)
      out += format("- {}\n", safe(describe(rule.diff->changes[i])));
    if (rule.diff->changes.size() > list_rows_max)
      out += format("- and {} more\n", rule.diff->changes.size() - list_rows_max);
  }
  out += "\n**checks**\n\n" + row({"", "check", "result"}) + "| --- | --- | --- |\n";
  for (std::size_t i = 0; i < std::min(rule.checks.size(), 2 * list_rows_max); ++i) {
    const Check& check = rule.checks[i];
    const std::string outcome(to_string(check.outcome));
    out += row({check.outcome == Outcome::failed ? "**failed**" : outcome,
                safe(title_of(check.id).title), safe(check.text)});
  }
  if (rule.effect) {
    add_incidents(out, "lost", rule.effect->lost);
    add_incidents(out, "gained", rule.effect->gained);
    add_alerts(out, "no longer raised", rule.effect->alerts_lost, rule.effect->lost_alerts);
    add_alerts(out, "newly raised", rule.effect->alerts_gained, rule.effect->gained_alerts);
  }
  if (!rule.diagnostics.empty()) {
    out += "\n**findings**\n\n";
    for (std::size_t i = 0; i < std::min(rule.diagnostics.size(), list_rows_max); ++i) {
      const Diagnostic& found = rule.diagnostics[i];
      out += format("- {} {}{}: {}\n", to_string(found.severity), found.code,
                    found.place && found.place->line > 0 ? format(" line {}", found.place->line)
                                                         : std::string(),
                    safe(found.message));
    }
    if (rule.diagnostics.size() > list_rows_max)
      out += format("- and {} more\n", rule.diagnostics.size() - list_rows_max);
  }
  for (const std::string& note : rule.notes) out += format("\n{}\n", safe(note));
  return out + "\n</details>\n\n";
}

}  // namespace

std::string gate_markdown(const gate::GateResult& result) {
  std::string out =
      format("### {} · eqlab gate\n\n{}\n\n", word_of(result.verdict), safe(result.reason));
  out += table(result) + failures(result);
  std::string tail = safe(base_text(result.base));
  if (result.unchanged > 0)
    tail += format(" · {} unchanged", count_of(result.unchanged, "rule", "rules"));
  if (result.corpus) tail += " · " + safe(corpus_text(*result.corpus));
  for (const std::string& note : result.notes) tail += "\n\n" + safe(note);
  if (!result.command.empty() && result.command.size() < 1000)
    tail += format("\n\nagain: <code>{}</code>", markdown_text(printable(result.command)));
  tail += "\n";
  constexpr std::size_t reserve = 200;  // for the line that says what was left out
  if (out.size() + tail.size() + reserve > gate_markdown_bytes_max) {
    // Texts of rules in their escaped form made even the short part too long.
    out = format("### {} · eqlab gate\n\n{}\n\n", word_of(result.verdict),
                 "The details are too long for a comment; they are in the log.");
    return out + (tail.size() < gate_markdown_bytes_max / 2 ? tail : std::string());
  }
  std::size_t left_out = 0;
  for (const RuleResult& rule : result.rules) {
    const std::string part = details(rule);
    if (out.size() + part.size() + tail.size() + reserve > gate_markdown_bytes_max)
      ++left_out;
    else
      out += part;
  }
  if (left_out > 0)
    out += format("The details of {} did not fit here; they are in the log.\n\n",
                  count_of(left_out, "rule", "rules"));
  return out + tail;
}

}  // namespace eqlab::report
