#include "harness/report/scorecard_json.h"

#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/report/cells.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return rounded(value); }
Json number(std::optional<double> value) { return value ? number(*value) : Json(nullptr); }
Json in_seconds(Duration duration) { return rounded(static_cast<double>(duration.count()) / 1e9); }
Json in_seconds(std::optional<Duration> duration) {
  return duration ? in_seconds(*duration) : Json(nullptr);
}

Json proportion(const score::Proportion& p) {
  const auto interval = p.interval();
  return {{"hits", p.hits},
          {"total", p.total},
          {"value", number(p.value())},
          {"low", interval ? number(interval->low) : Json(nullptr)},
          {"high", interval ? number(interval->high) : Json(nullptr)}};
}

Json alarm_rate(const score::Rate& rate) {
  const auto interval = rate.interval();
  const auto bound = [&](double score::Interval::*end) {
    return interval ? number((*interval).*end * score::hosts_shown) : Json(nullptr);
  };
  return {{"count", rate.count},
          {"host_days", number(rate.exposure)},
          {"value", number(shown(rate.value()))},
          {"low", bound(&score::Interval::low)},
          {"high", bound(&score::Interval::high)}};
}

Json latency(const score::LatencySummary& summary) {
  if (summary.count == 0)
    return {{"count", 0},
            {"p50_s", nullptr},
            {"p95_s", nullptr},
            {"p99_s", nullptr},
            {"max_s", nullptr}};
  return {{"count", summary.count},
          {"p50_s", in_seconds(summary.p50)},
          {"p95_s", in_seconds(summary.p95)},
          {"p99_s", in_seconds(summary.p99)},
          {"max_s", in_seconds(summary.max)}};
}

Json latencies(const score::Latencies& both) {
  return {{"from_event", latency(both.from_event)}, {"from_ingest", latency(both.from_ingest)}};
}

Json named_counts(const std::vector<score::NamedCount>& counts) {
  Json out = Json::array();
  for (const auto& [name, count] : counts)
    out.push_back({{"name", printable(name)}, {"count", count}});
  return out;
}

Json rule_json(const RunInfo& info) {
  return {{"name", printable(info.rule_name)},
          {"rule_id", printable(info.rule_id)},
          {"version", info.rule_version == 0 ? Json(nullptr) : Json(info.rule_version)},
          {"file", printable(info.rule_file)}};
}

Json run_json(const RunInfo& info) {
  Json options = Json::object();
  for (const auto& [name, value] : info.options) options[printable(name)] = printable(value);
  return {{"corpus", printable(info.corpus)},
          {"seed", info.seed ? Json(*info.seed) : Json(nullptr)},
          {"command", printable(info.command)},
          {"tool_version", printable(info.tool_version)},
          {"options", std::move(options)}};
}

Json misses(const score::Scorecard& card) {
  Json out = Json::array();
  for (const score::MissGroup& group : card.misses) {
    Json entry = {{"reason", score::to_string(group.reason)},
                  {"text", printable(group.text)},
                  {"count", group.count}};
    if (group.reason == score::MissReason::stage_unmatched) entry["step"] = group.stage + 1;
    if (!group.keys.empty()) entry["keys"] = printable(group.keys);
    if (!group.note.empty()) entry["note"] = printable(group.note);
    entry["examples"] = named_counts(group.examples);
    out.push_back(std::move(entry));
  }
  return out;
}

Json scenarios(const score::Scorecard& card) {
  Json out = Json::array();
  for (const score::ScenarioRow& row : card.scenarios) {
    out.push_back(
        {{"id", printable(row.id)},
         {"title", printable(row.title)},
         {"intent", truth::to_string(row.intent)},
         {"incidents", row.incidents},
         {"alerted", row.alerted},
         {"coincidences", row.coincidences},
         {"expected",
          {{"fires", row.expected_fires},
           {"silent", row.expected_silent},
           {"depends", row.expected_depends}}},
         {"expected_because", printable(row.expected_because)},
         {"main_miss", row.main_reason.empty() ? Json(nullptr)
                                               : Json({{"text", printable(row.main_reason)},
                                                       {"count", row.main_reason_count}})},
         {"fires_but_missed", row.fires_but_missed},
         {"silent_but_alerted", row.silent_but_alerted},
         {"disagrees", row.disagrees()}});
  }
  return out;
}

}  // namespace

std::string scorecard_json(const score::Scorecard& card, const RunInfo& info) {
  Json verdicts = Json::object();
  for (std::size_t v = 0; v < score::verdict_count; ++v) {
    verdicts[std::string(score::to_string(static_cast<score::Verdict>(v)))] = card.verdicts[v];
  }
  const Json out = {
      {"eqlab_result", "scorecard"},
      {"schema_version", scorecard_schema_version},
      {"rule", rule_json(info)},
      {"run", run_json(info)},
      {"schedule",
       {{"interval_s", in_seconds(card.schedule.interval)},
        {"look_back_s", in_seconds(card.schedule.look_back)},
        {"to_s", in_seconds(card.schedule.to)},
        {"max_signals", card.schedule.max_signals},
        {"maxspan_s", in_seconds(card.maxspan)}}},
      {"corpus",
       {{"hosts", card.hosts},
        {"days", number(card.days)},
        {"events", card.events},
        {"candidates", card.candidates},
        {"incidents",
         {{"malicious", card.malicious_incidents},
          {"benign", card.benign_incidents},
          {"out_of_scope", card.out_of_scope_incidents}}}}},
      {"headline",
       {{"incident_recall", proportion(card.recall.all)},
        {"alert_precision", proportion(card.precision)},
        {"f1", number(card.f1)},
        {"false_alarms_per_1000_hosts_a_day", alarm_rate(card.false_alarms.rate)},
        {"latency_from_event", latency(card.latency.from_event)},
        {"confidence", score::confidence_default}}},
      {"recall",
       {{"all", proportion(card.recall.all)},
        {"with_behaviour", proportion(card.recall.with_behaviour)},
        {"reachable", proportion(card.recall.reachable)},
        {"visible", proportion(card.recall.visible)}}},
      {"behaviour",
       {{"alert_precision", proportion(card.behaviour_precision)},
        {"incident_recall", proportion(card.behaviour_recall)}}},
      {"alerts",
       {{"total", card.alert_count()},
        {"verdicts", std::move(verdicts)},
        {"per_caught_incident", number(card.alerts_per_incident)},
        {"per_caught_incident_max", card.alerts_per_incident_max}}},
      {"misses", misses(card)},
      {"false_alarms",
       {{"causal_benign", card.false_alarms.causal_benign},
        {"coincidence", card.false_alarms.coincidence},
        {"out_of_scope", card.false_alarms.out_of_scope},
        {"impossible", card.false_alarms.impossible},
        {"causal_by_scenario", named_counts(card.false_alarms.causal_by_scenario)},
        {"coincidence_by_persona", named_counts(card.false_alarms.coincidence_by_persona)}}},
      {"latency",
       {{"all", latencies(card.latency)}, {"malicious", latencies(card.latency_malicious)}}},
      {"scenarios", scenarios(card)},
      {"runs",
       {{"runs", card.runs.runs},
        {"failed", card.runs.failed_runs},
        {"at_cap", card.runs.runs_at_cap},
        {"catch_up_searches", card.runs.catch_up_searches},
        {"matches_on_complete_data", card.matches},
        {"matches_returned", card.runs.returned},
        {"matches_known_already", card.runs.duplicates},
        {"matches_cut", card.runs.cut},
        {"dropped_pending", card.runs.dropped_pending}}}};
  // All text went through `printable`, so it is UTF-8; `replace` only keeps the library from
  // throwing.
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace eqlab::report
