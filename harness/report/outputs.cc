// The table. Tested in tests/unit/report/outputs_test.cc, and by every command's tests.
#include "harness/report/outputs.h"

#include <algorithm>
#include <array>
#include <concepts>

#include "harness/report/gate_report.h"
#include "harness/report/report_page.h"
#include "harness/report/scorecard_json.h"
#include "harness/report/scorecard_markdown.h"
#include "harness/report/scorecard_text.h"
#include "harness/report/scorecards_text.h"
#include "harness/report/tuning_json.h"

namespace eqlab::report {
namespace {

/// Terminals wider than `columns_max` are not filled: long lines are hard to read.
View within(std::size_t columns_max, View view) {
  view.columns = std::clamp<std::size_t>(view.columns, 60, columns_max);
  return view;
}

/// A writer as the table takes it, whether or not it asks for a view or can fail.
template <class Kind, auto writer>
Result<std::string> row(const Kind& result, const View& view) {
  if constexpr (std::invocable<decltype(writer), const Kind&, const View&>)
    return writer(result, view);
  else
    return writer(result);
}

std::string scorecards_as_text(const Scorecards& all, const View& view) {
  const CardOfRun& first = all.cards.front();
  return all.cards.size() == 1 ? scorecard_text(first.card, first.info, within(100, view))
                               : scorecards_text(all.cards, within(100, view));
}
std::string scorecards_as_json(const Scorecards& all) {
  const CardOfRun& first = all.cards.front();
  return all.cards.size() == 1 ? scorecard_json(first.card, first.info)
                               : scorecards_json(all.cards);
}
std::string scorecards_as_markdown(const Scorecards& all) {
  const CardOfRun& first = all.cards.front();
  return all.cards.size() == 1 ? scorecard_markdown(first.card, first.info)
                               : scorecards_markdown(all.cards);
}
Result<std::string> scorecards_as_page(const Scorecards& all) {
  ReportDocument document;
  document.add_scorecards(nlohmann::ordered_json::parse(scorecards_as_json(all)), all.rules);
  document.set_incidents(all.incidents);
  return report_page(document.write());
}

std::string tuning_as_text(const TuningResult& result, const View& view) {
  return tuning_text(result.tuning, result.info, within(100, view));
}
std::string tuning_as_json(const TuningResult& result) {
  return tuning_json(result.tuning, result.info);
}
Result<std::string> tuning_as_page(const TuningResult& result) {
  ReportDocument document;
  document.add_tuning(nlohmann::ordered_json::parse(tuning_as_json(result)), result.rule);
  return report_page(document.write());
}

std::string gate_as_text(const gate::GateResult& result, const View& view) {
  const std::string text = gate_text(result, within(120, view));
  return view.is_read_by_workflow ? inert_in_workflows(text) : text;
}
std::string gate_as_markdown(const gate::GateResult& result, const View& view) {
  const std::string text = gate_markdown(result);
  return view.is_read_by_workflow ? inert_in_workflows(text) : text;
}
Result<std::string> gate_as_page(const gate::GateResult& result) {
  ReportDocument document;
  document.add_gate(result);
  return report_page(document.write());
}

std::string explanation_as_text(const ExplainedRun& run, const View& view) {
  return explanation_text(run, {.columns = within(160, view).columns,
                                .colour = view.colour,
                                .detail = view.detail == Detail::full ? explain::Detail::full
                                                                      : explain::Detail::essential});
}

using enum Offered;

constexpr std::array<Output<Scorecards>, 4> of_scorecards = {{
    {"text", on_screen, {}, row<Scorecards, scorecards_as_text>},
    {"json", both, "Also write the scorecard as JSON to this file",
     row<Scorecards, scorecards_as_json>},
    {"markdown", both, "Also write it as Markdown to this file",
     row<Scorecards, scorecards_as_markdown>},
    {"html", in_file, "Also write it as one HTML page, with every incident of a single scorecard",
     row<Scorecards, scorecards_as_page>},
}};

constexpr std::array<Output<TuningResult>, 3> of_tuning = {{
    {"text", on_screen, {}, row<TuningResult, tuning_as_text>},
    {"json", both, "Also write the result as JSON", row<TuningResult, tuning_as_json>},
    {"html", in_file, "Also write it as one HTML page with charts",
     row<TuningResult, tuning_as_page>},
}};

constexpr std::array<Output<gate::GateResult>, 6> of_gate = {{
    {"text", on_screen, {}, row<gate::GateResult, gate_as_text>},
    {"json", both, "Also write the result as JSON", row<gate::GateResult, gate_json>},
    {"junit", in_file, "Also write JUnit XML", row<gate::GateResult, gate_junit>},
    {"sarif", in_file, "Also write SARIF 2.1.0", row<gate::GateResult, gate_sarif>},
    {"markdown", both, "Also write Markdown, for a pull request's comment or a step's summary",
     row<gate::GateResult, gate_as_markdown>},
    {"html", in_file, "Also write one HTML page", row<gate::GateResult, gate_as_page>},
}};

constexpr std::array<Output<CheckResult>, 3> of_check = {{
    {"text", on_screen},
    {"json", on_screen, {}, row<CheckResult, write_check_json>},
    {"sarif", on_screen, {}, row<CheckResult, write_check_sarif>},
}};

constexpr std::array<Output<MutationResult>, 2> of_mutation = {{
    {"text", on_screen, {}, row<MutationResult, mutation_text>},
    {"json", on_screen, {}, row<MutationResult, mutation_json>},
}};

constexpr std::array<Output<ExplainedRun>, 2> of_explanation = {{
    {"text", on_screen, {}, row<ExplainedRun, explanation_as_text>},
    {"json", on_screen, {}, row<ExplainedRun, explanation_json>},
}};

constexpr std::array<Output<RehearsalResult>, 2> of_rehearsal = {{
    {"text", on_screen, {}, row<RehearsalResult, rehearsal_text>},
    {"json", on_screen, {}, row<RehearsalResult, rehearsal_json>},
}};

constexpr std::array<Output<MatchList>, 4> of_matches = {{
    {"json", on_screen, {}, row<MatchList, match_json>},
    {"ndjson", on_screen, {}, row<MatchList, match_ndjson>},
    {"table", on_screen, {}, row<MatchList, match_table>},
    {"text", on_screen, {}, row<MatchList, match_table>},
}};

}  // namespace

template <>
std::span<const Output<Scorecards>> outputs_of() {
  return of_scorecards;
}
template <>
std::span<const Output<TuningResult>> outputs_of() {
  return of_tuning;
}
template <>
std::span<const Output<gate::GateResult>> outputs_of() {
  return of_gate;
}
template <>
std::span<const Output<CheckResult>> outputs_of() {
  return of_check;
}
template <>
std::span<const Output<MutationResult>> outputs_of() {
  return of_mutation;
}
template <>
std::span<const Output<ExplainedRun>> outputs_of() {
  return of_explanation;
}
template <>
std::span<const Output<RehearsalResult>> outputs_of() {
  return of_rehearsal;
}
template <>
std::span<const Output<MatchList>> outputs_of() {
  return of_matches;
}

}  // namespace eqlab::report
