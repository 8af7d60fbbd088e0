// Tested in tests/unit/report/gate_reports_test.cc.
#include <algorithm>

#include "harness/base/text.h"
#include "harness/report/gate_pieces.h"
#include "harness/report/gate_report.h"
#include "harness/report/junit.h"

namespace eqlab::report {
namespace {

using gate::Check;
using gate::Outcome;
using gate::RuleResult;

JunitCase test_of(const RuleResult& rule, const Check& check) {
  JunitCase out{.name = format("{}: {}", check.id, title_of(check.id).title)};
  if (check.outcome == Outcome::skipped) out.skipped = check.text;
  if (check.outcome != Outcome::failed) return out;
  std::string detail = check.text;
  if (check.id == "cases") {
    for (const gate::CaseOutcome& outcome : rule.cases) {
      if (!outcome.passed)
        detail +=
            format("\n\n{}:{}: {}\n{}", outcome.file, outcome.line, outcome.why, outcome.detail);
    }
  } else if (check.id == "lint" || check.id == "usable") {
    for (const Diagnostic& diagnostic : rule.diagnostics) detail += "\n\n" + render(diagnostic);
  }
  out.failures.push_back({.message = check.text, .text = detail});
  return out;
}

/// A scenario fails when it lost incidents and the policy does not allow it.
void add_scenarios(const RuleResult& rule, JunitSuite& suite) {
  if (!rule.after) return;
  const bool loss_fails = std::ranges::any_of(rule.checks, [](const Check& check) {
    return check.outcome == Outcome::failed &&
           (check.id == "recall-drop" || check.id == "scenarios-lost");
  });
  const std::vector<gate::ScenarioChange> none;
  const std::vector<gate::ScenarioChange>& changes =
      rule.effect ? rule.effect->scenarios
                  : (rule.baseline_effect ? rule.baseline_effect->scenarios : none);
  for (const gate::GroupRecall& scenario : rule.after->scenarios) {
    JunitCase test{.name = format("scenario {} {}", scenario.name, scenario.title)};
    const auto change = std::ranges::find(changes, scenario.name, &gate::ScenarioChange::id);
    if (loss_fails && change != changes.end() && change->after < change->before) {
      std::string text = format("caught {} of {} before, {} now", change->before, change->incidents,
                                change->after);
      std::string detail = text;
      if (rule.effect) {
        for (const gate::IncidentChange& lost : rule.effect->lost) {
          if (lost.scenario == scenario.name)
            detail += format("\n{} on {}: {}; {}", lost.incident, lost.host,
                             example_text(lost.example), lost.why);
        }
      }
      test.failures.push_back({.message = std::move(text), .text = std::move(detail)});
    }
    suite.cases.push_back(std::move(test));
  }
}

}  // namespace

std::string gate_junit(const gate::GateResult& result) {
  std::vector<JunitSuite> suites;
  for (const RuleResult& rule : result.rules) {
    JunitSuite suite{.name = rule.file.empty() ? rule.name : rule.file, .cases = {}};
    for (const Check& check : rule.checks) suite.cases.push_back(test_of(rule, check));
    add_scenarios(rule, suite);
    suites.push_back(std::move(suite));
  }
  JunitSuite others{.name = "eqlab gate", .cases = {}};
  for (const Diagnostic& diagnostic : result.diagnostics) {
    JunitCase test{.name = diagnostic.place && !diagnostic.place->file.empty()
                               ? diagnostic.place->file
                               : "input"};
    if (diagnostic.severity == Severity::error)
      test.failures.push_back({.message = diagnostic.message, .text = render(diagnostic)});
    others.cases.push_back(std::move(test));
  }
  for (const gate::CaseOutcome& outcome : result.other_cases) {
    JunitCase test{.name = format("{}:{}: {}", outcome.file, outcome.line, outcome.why)};
    if (!outcome.passed)
      test.failures.push_back({.message = "the case fails", .text = outcome.detail});
    others.cases.push_back(std::move(test));
  }
  if (!others.cases.empty()) suites.push_back(std::move(others));
  return write_junit(suites);
}

}  // namespace eqlab::report
