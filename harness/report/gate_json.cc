// The schema is schemas/gate.schema.json. Tested in tests/unit/report/gate_reports_test.cc, which
// holds the output against it.
#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/report/cells.h"
#include "harness/report/gate_pieces.h"
#include "harness/report/gate_report.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value, double scale = 1) {
  return value ? Json(rounded(*value * scale)) : Json(nullptr);
}

Json to_json(const std::optional<score::Interval>& interval, double scale = 1) {
  if (!interval) return nullptr;
  return {{"low", rounded(interval->low * scale)}, {"high", rounded(interval->high * scale)}};
}

Json to_json(const score::Proportion& proportion) {
  return {{"hits", proportion.hits},
          {"of", proportion.total},
          {"value", number(proportion.value())},
          {"interval", to_json(proportion.interval())}};
}

/// Not rounded: gate_reader.h makes the same duration of it.
Json seconds(const std::optional<Duration>& duration) {
  if (!duration) return nullptr;
  return std::chrono::duration<double>(*duration).count();
}

Json place(const Place& where) {
  if (where.line == 0) return nullptr;
  return {{"file", where.file},
          {"line", where.line},
          {"column", where.column},
          {"end_column", where.end_column},
          {"source_line", where.source_line}};
}

Json to_json(const Diagnostic& diagnostic) {
  return {{"code", diagnostic.code},
          {"severity", to_string(diagnostic.severity)},
          {"message", diagnostic.message},
          {"hint", diagnostic.hint},
          {"file", diagnostic.place ? Json(diagnostic.place->file) : Json(nullptr)},
          {"place", diagnostic.place ? place(*diagnostic.place) : Json(nullptr)}};
}

Json groups(const std::vector<gate::GroupRecall>& all, bool with_titles) {
  Json out = Json::array();
  for (const gate::GroupRecall& group : all) {
    Json entry = {{"name", group.name}};
    if (with_titles) entry["title"] = group.title;
    entry["recall"] = to_json(group.recall);
    out.push_back(std::move(entry));
  }
  return out;
}

Json to_json(const std::optional<gate::Figures>& figures) {
  if (!figures) return nullptr;
  return {
      {"recall", to_json(figures->recall)},
      {"precision", to_json(figures->precision)},
      {"false_alarms",
       {{"count", figures->false_alarms.count},
        {"host_days", figures->false_alarms.exposure},
        {"per_1000_hosts_a_day", number(figures->false_alarms.value(), score::hosts_shown)},
        {"interval", to_json(figures->false_alarms.interval(), score::hosts_shown)}}},
      {"alerts", figures->alerts},
      {"latency",
       {{"alerts", figures->latency.count},
        {"of_right_alerts", figures->latency_is_of_right_alerts},
        {"p50_seconds", figures->latency.count > 0 ? seconds(figures->latency.p50) : Json(nullptr)},
        {"p95_seconds", seconds(figures->latency.p95)}}},
      {"cap_hits", figures->cap_hits},
      {"lost_to_cap", figures->lost_to_cap},
      {"families", groups(figures->families, false)},
      {"scenarios", groups(figures->scenarios, true)}};
}

Json to_json(const gate::ExampleEvent& example) {
  return {{"time", format_iso8601(example.time.time_since_epoch().count())},
          {"host", example.host},
          {"process", example.process},
          {"parent", example.parent},
          {"id", example.id}};
}

Json incidents(const std::vector<gate::IncidentChange>& changes) {
  Json out = Json::array();
  for (const gate::IncidentChange& change : changes) {
    out.push_back({{"incident", change.incident},
                   {"scenario", change.scenario},
                   {"title", change.title},
                   {"family", change.family},
                   {"host", change.host},
                   {"why", change.why},
                   {"subject", change.subject},
                   {"cause", change.cause ? Json(*change.cause) : Json(nullptr)},
                   {"event", to_json(change.example)}});
  }
  return out;
}

Json alerts(const std::vector<gate::AlertChange>& changes) {
  Json out = Json::array();
  for (const gate::AlertChange& change : changes) {
    out.push_back({{"verdict", score::to_string(change.verdict)},
                   {"incident", change.incident},
                   {"scenario", change.scenario},
                   {"event", to_json(change.example)}});
  }
  return out;
}

Json scenarios(const std::vector<gate::ScenarioChange>& changes) {
  Json out = Json::array();
  for (const gate::ScenarioChange& change : changes) {
    out.push_back({{"id", change.id},
                   {"title", change.title},
                   {"incidents", change.incidents},
                   {"before", change.before},
                   {"after", change.after}});
  }
  return out;
}

Json to_json(const std::optional<gate::Effect>& effect) {
  if (!effect) return nullptr;
  const score::PairedComparison& recall = effect->recall;
  const score::RateComparison& alarms = effect->false_alarms;
  return {{"recall",
           {{"both", recall.both},
            {"lost", recall.only_before},
            {"gained", recall.only_after},
            {"neither", recall.neither},
            {"change", number(recall.change)},
            {"interval", to_json(recall.interval.value())},
            {"p_value", rounded(recall.p_value)}}},
          {"false_alarms",
           {{"before", alarms.before.count},
            {"after", alarms.after.count},
            {"change_per_1000_hosts_a_day", number(alarms.change, score::hosts_shown)},
            {"interval", to_json(alarms.interval.value(), score::hosts_shown)}}},
          {"scenarios", scenarios(effect->scenarios)},
          {"lost", incidents(effect->lost)},
          {"gained", incidents(effect->gained)},
          {"alerts_lost", effect->alerts_lost},
          {"alerts_gained", effect->alerts_gained},
          {"lost_alerts", alerts(effect->lost_alerts)},
          {"gained_alerts", alerts(effect->gained_alerts)}};
}

Json to_json(const std::optional<gate::BaselineEffect>& effect) {
  if (!effect) return nullptr;
  return {{"same_corpus", effect->is_same_corpus},
          {"recall_change", number(effect->recall_difference)},
          {"recall_interval", to_json(effect->recall_interval)},
          {"false_alarms_change_per_1000_hosts_a_day",
           number(effect->false_alarm_difference, score::hosts_shown)},
          {"false_alarms_interval", to_json(effect->false_alarm_interval, score::hosts_shown)},
          {"scenarios", scenarios(effect->scenarios)}};
}

Json changes(const gate::RuleResult& rule) {
  Json out = Json::array();
  if (!rule.diff) return out;
  for (std::size_t i = 0; i < rule.diff->changes.size(); ++i) {
    const gate::RuleChange& change = rule.diff->changes[i];
    out.push_back(
        {{"kind", to_string(change.kind)},
         {"step", change.step ? Json(*change.step + 1) : Json(nullptr)},
         {"subject", change.subject},
         {"before", change.before},
         {"after", change.after},
         {"text", describe(change)},
         {"place", i < rule.change_places.size() ? place(rule.change_places[i]) : Json(nullptr)}});
  }
  return out;
}

Json cases(const std::vector<gate::CaseOutcome>& outcomes) {
  Json failed = Json::array();
  Json passed = Json::array();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const gate::CaseOutcome& outcome = outcomes[i];
    Json entry = {
        {"number", i + 1}, {"file", outcome.file}, {"line", outcome.line}, {"why", outcome.why}};
    if (!outcome.passed) entry["detail"] = outcome.detail;
    (outcome.passed ? passed : failed).push_back(std::move(entry));
  }
  return {{"count", outcomes.size()}, {"failed", std::move(failed)}, {"passed", std::move(passed)}};
}

Json to_json(const gate::Check& check) {
  return {{"id", check.id},
          {"outcome", to_string(check.outcome)},
          {"text", check.text},
          {"actual", number(check.actual)},
          {"limit", number(check.limit)},
          {"interval", to_json(check.interval)},
          {"certain", check.certain},
          {"undecided", check.undecided}};
}

Json to_json(const gate::RuleResult& rule, const gate::BaseInfo& base) {
  Json diagnostics = Json::array();
  for (std::size_t i = 0; i < rule.diagnostics.size(); ++i) {
    Json entry = to_json(rule.diagnostics[i]);
    entry["new"] = i < rule.diagnostic_is_new.size() && rule.diagnostic_is_new[i];
    diagnostics.push_back(std::move(entry));
  }
  Json checks = Json::array();
  for (const gate::Check& check : rule.checks) checks.push_back(to_json(check));
  Json mutation = nullptr;
  if (rule.mutation) mutation = {{"noticed", rule.mutation->noticed}, {"of", rule.mutation->of}};
  return {
      {"file", rule.file},
      {"old_file", rule.old_file.empty() ? Json(nullptr) : Json(rule.old_file)},
      {"rule_id", rule.rule_id},
      {"name", rule.name},
      {"change", base.kind == gate::BaseKind::none ? Json(nullptr) : Json(to_string(rule.change))},
      {"outcome", to_string(rule.outcome())},
      {"usable", rule.usable},
      {"base_usable", rule.base_usable},
      {"equivalent", rule.is_equivalent()},
      {"logic", rule.logic.empty() ? Json(nullptr) : Json(rule.logic)},
      {"place", place(rule.place)},
      {"changes", changes(rule)},
      {"checks", std::move(checks)},
      {"diagnostics", std::move(diagnostics)},
      {"ignored", rule.ignored},
      {"before", to_json(rule.before)},
      {"after", to_json(rule.after)},
      {"effect", to_json(rule.effect)},
      {"baseline_effect", to_json(rule.baseline_effect)},
      {"cases", cases(rule.cases)},
      {"mutation", std::move(mutation)},
      {"notes", rule.notes}};
}

std::string_view name_of(gate::BaseKind kind) {
  switch (kind) {
    case gate::BaseKind::none:
      return "none";
    case gate::BaseKind::git:
      return "git";
    case gate::BaseKind::file:
      return "file";
    case gate::BaseKind::baseline:
      return "baseline";
  }
  return "";
}

/// Line by line: what has several lines keeps them, as `\n` of JSON.
std::string printable_lines(const std::string& text) {
  std::string out;
  std::string_view rest = text;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    out += printable(rest.substr(0, end)) + "\n";
    rest.remove_prefix(end + 1);
  }
  return out + printable(rest);
}

/// Control characters and bidirectional marks made visible in every text: people print JSON too.
void make_printable(Json& json) {  // NOLINT(misc-no-recursion): as deep as the schema
  if (json.is_string())
    json = printable_lines(json.get_ref<const std::string&>());
  else if (json.is_structured())
    for (Json& member : json) make_printable(member);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace

std::string gate_json(const gate::GateResult& result) {
  Json corpus = nullptr;
  if (result.corpus) {
    corpus = {{"profile", result.corpus->profile},
              {"seed", result.corpus->seed ? Json(*result.corpus->seed) : Json(nullptr)},
              {"hosts", result.corpus->hosts},
              {"days", rounded(result.corpus->days)},
              {"events", result.corpus->events},
              {"incidents", result.corpus->incidents}};
  }
  Json rules = Json::array();
  for (const gate::RuleResult& rule : result.rules) rules.push_back(to_json(rule, result.base));
  Json diagnostics = Json::array();
  for (const Diagnostic& diagnostic : result.diagnostics)
    diagnostics.push_back(to_json(diagnostic));
  Json skipped = Json::array();
  for (const rule::Skipped& one : result.skipped)
    skipped.push_back({{"file", one.file}, {"name", one.name}, {"type", one.type}});
  Json out = {{"eqlab_result", "gate"},
              {"schema_version", gate_schema_version},
              {"tool_version", result.tool_version},
              {"verdict", to_string(result.verdict)},
              {"exit_status", result.exit_status()},
              {"reason", result.reason},
              {"base",
               {{"kind", name_of(result.base.kind)},
                {"name", text_or_null(result.base.name)},
                {"commit", text_or_null(result.base.commit)},
                {"is_merge_base", result.base.is_merge_base}}},
              {"policy", text_or_null(result.policy_file)},
              {"repository_prefix", result.repository_prefix},
              {"corpus", std::move(corpus)},
              {"unchanged", result.unchanged},
              {"rules", std::move(rules)},
              {"other_cases", cases(result.other_cases)},
              {"diagnostics", std::move(diagnostics)},
              {"skipped", std::move(skipped)},
              {"notes", result.notes},
              {"repeat", result.command}};
  make_printable(out);
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace eqlab::report
