#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/base/time.h"
#include "harness/report/cells.h"
#include "harness/report/explanation.h"
#include "harness/report/inert_json.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;
using explain::Explained;
using explain::ExplainedRun;
using explain::StageView;
using explain::Term;

double seconds(Duration duration) { return rounded(static_cast<double>(duration.count()) / 1e9); }

Json values(const std::vector<explain::FieldValues>& all) {
  Json out = Json::array();
  for (const explain::FieldValues& one : all)
    out.push_back({{"field", one.field}, {"values", one.values}, {"count", one.total}});
  return out;
}

Json term(const Term& given) {  // NOLINT(misc-no-recursion): depth bounded by the parser
  constexpr std::array<std::string_view, 4> kinds = {"term", "and", "or", "not"};
  Json out = {
      {"kind", kinds[static_cast<std::size_t>(given.kind)]},
      {"truth", given.truth == explain::Truth::fails ? Json(nullptr)
                                                     : Json(given.truth == explain::Truth::yes)}};
  if (given.kind == explain::TermKind::term) {
    out["text"] = given.text;
    out["fields"] = values(given.values);
  }
  if (!given.guard.empty()) out["guard"] = given.guard;
  if (!given.nearest.empty()) out["nearest"] = given.nearest;
  if (!given.problem.empty()) out["problem"] = given.problem;
  if (!given.children.empty()) {
    out["terms"] = Json::array();
    for (const Term& child : given.children) out["terms"].push_back(term(child));
  }
  if (given.hidden > 0) out["hidden"] = given.hidden;
  return out;
}

Json event(const explain::EventView& view, const ExplainedRun& run) {
  Json out = {{"line", view.line}};
  if (!view.id.empty()) out["id"] = view.id;
  if (run.file_starts.size() > 1) {
    const event::FileStart& start = run.file_of(view.line);
    out["file"] = start.file;
    out["file_line"] = view.line - start.lines_before;
  }
  out["time"] =
      view.time ? Json(format_iso8601(view.time->time_since_epoch().count())) : Json(nullptr);
  out["fields"] = values(view.fields);
  return out;
}

Json step(const StageView& view, const ExplainedRun& run) {
  constexpr std::array<std::string_view, 5> states = {"met", "failed", "absent", "free",
                                                      "happened"};
  Json out = {{"step", view.stage + 1}, {"state", states[static_cast<std::size_t>(view.state)]}};
  if (view.event) out["event"] = event(*view.event, run);
  if (view.since_first) out["seconds_since_first"] = seconds(*view.since_first);
  if (!view.keys.empty()) {
    out["join_keys"] = Json::array();
    for (const explain::KeyView& key : view.keys)
      out["join_keys"].push_back({{"field", key.name},
                                  {"values", key.values.values},
                                  {"count", key.values.total},
                                  {"differs", key.differs}});
  }
  if (view.condition) out["condition"] = term(*view.condition);
  return out;
}

Json explained(const Explained& item, const ExplainedRun& run) {
  constexpr std::array<std::string_view, 4> kinds = {"event", "incident", "match", "near-miss"};
  const explain::Explanation& given = item.explanation;
  Json out = {{"kind", kinds[static_cast<std::size_t>(item.kind)]}, {"subject", item.title}};
  for (const auto& [name, value] : item.facts) out[name] = value;
  out["matched"] = item.is_match;
  out["reason"] = explain::to_string(item.reason);
  out["text"] = item.text;
  out["step"] = given.stage ? Json(*given.stage + 1) : Json(nullptr);
  if (given.over) out["seconds_over_maxspan"] = seconds(*given.over);
  out["steps"] = Json::array();
  for (const StageView& view : given.stages) out["steps"].push_back(step(view, run));
  if (given.by) out["by"] = event(*given.by, run);
  out["changes"] = Json::array();
  for (const explain::ChangeView& change : given.changes) {
    const bool is_whole = change.then != explain::ChangeView::Then::meets_stage;
    out["changes"].push_back(
        {{"change", change.parts},
         {"matches", is_whole},
         {"with_other_events", change.then == explain::ChangeView::Then::matches_otherwise},
         {"step_met", is_whole ? Json(nullptr) : Json(change.stage + 1)}});
  }
  if (!given.notes.empty()) out["notes"] = given.notes;
  return out;
}

}  // namespace

std::string explanation_json(const ExplainedRun& run) {
  Json out = {{"eqlab_result", "explanation"}, {"schema_version", explanation_schema_version},
              {"rule", run.rule_name},         {"events_read", run.events_read},
              {"malformed", run.malformed},    {"matches_found", run.matches_found},
              {"explanations", Json::array()}};
  for (const Explained& item : run.items) out["explanations"].push_back(explained(item, run));
  return inert_json(out.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace eqlab::report
