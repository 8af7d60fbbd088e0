#include <algorithm>

#include "harness/base/text.h"
#include "harness/report/rehearsal.h"

namespace eqlab::report {
namespace {

std::string promise_in_words(const RehearsedPromise& promise) {
  std::string text = promise.outcome;
  if (!promise.condition.empty()) text += format(" (if {})", printable(promise.condition));
  if (promise.share)
    text += format(" ({:.0f} to {:.0f} % of tellings)", promise.share->first * 100,
                   promise.share->second * 100);
  return text;
}

std::string broken_in_words(const RehearsedCell& cell, std::uint32_t runs) {
  if (cell.broken == 0) return format("fired in {} of {} tellings", cell.fired, runs);
  return format("fired in {} of {} tellings; {} went the other way, first telling {}", cell.fired,
                runs, cell.broken, cell.first_broken);
}

std::string variant_in_words(const RehearsalVariant& variant) {
  std::vector<std::string> parts;
  if (variant.merging == "on") parts.emplace_back("merging on");
  if (variant.entity_id == "exec") parts.emplace_back("a new entity id at every exec");
  return join(parts, " and ");
}

std::size_t widest_label(const RehearsalResult& result, std::size_t width) {
  for (const RehearsedRule& rule : result.rules)
    width = std::max(width, printable(rule.label).size());
  return width;
}

std::string changes_in_words(const RehearsalResult& result) {
  std::string out;
  const std::size_t width = widest_label(result, 4);
  for (const RehearsedScenario& scenario : result.scenarios) {
    for (std::size_t r = 0; r < result.rules.size(); ++r) {
      const RehearsedCell& cell = scenario.cells[r];
      if (!cell.fired_in_variant || *cell.fired_in_variant == cell.fired) continue;
      out += format("{:<6}{:<{}}{:>9} → {}\n", printable(scenario.id),
                    printable(result.rules[r].label), width, cell.fired, *cell.fired_in_variant);
    }
  }
  const std::string what = variant_in_words(*result.variant);
  if (out.empty()) return format("\nwith {}: nothing changes\n", what);
  return format("\nwith {}, tellings on which a rule fires, before → then:\n{}", what, out);
}

/// Without the blanks at the end of the line.
void end_line(std::string& out) {
  out.erase(out.find_last_not_of(' ') + 1);
  out += '\n';
}

}  // namespace

std::string rehearsal_text(const RehearsalResult& result) {
  std::string out = format(
      "tellings of {} that connect and that a rule fires in; promised: Y all, N none, D as the "
      "scenario's file says\n",
      result.runs);
  const std::size_t label_width = widest_label(result, 0);
  for (const RehearsedRule& rule : result.rules)
    out += format("  {:<{}}  {}\n", printable(rule.label), label_width, printable(rule.file));
  out += format("{:<6}{:<18}{:>9}", "", "class", "connects");
  std::vector<std::size_t> widths;
  for (const RehearsedRule& rule : result.rules) {
    const std::string label = printable(rule.label);
    widths.push_back(std::max<std::size_t>(7, label.size()));
    out += format("  {:>{}}  ", label, widths.back());
  }
  end_line(out);
  for (const RehearsedScenario& scenario : result.scenarios) {
    out += format("{:<6}{:<18}{:>9}", printable(scenario.id), scenario.scenario_class,
                  scenario.connects);
    for (std::size_t r = 0; r < result.rules.size(); ++r) {
      const RehearsedCell& cell = scenario.cells[r];
      out += format("  {} {:>{}}{}", cell.promise ? cell.promise->outcome : " ", cell.fired,
                    widths[r] - 2, cell.is_kept() ? "  " : " ✗");
    }
    end_line(out);
  }
  for (const RehearsedScenario& scenario : result.scenarios) {
    for (std::size_t r = 0; r < result.rules.size(); ++r) {
      const RehearsedCell& cell = scenario.cells[r];
      if (cell.is_kept()) continue;
      out += format("\n{} {}: promises {}\n    {}\n", printable(scenario.id),
                    printable(result.rules[r].label), promise_in_words(*cell.promise),
                    broken_in_words(cell, result.runs));
    }
  }
  if (result.variant) out += changes_in_words(result);
  return out;
}

}  // namespace eqlab::report
