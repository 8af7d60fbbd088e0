#include "harness/report/scorecard_json.h"

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/base/time.h"
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

Json reason_or_null(const std::string& reason) {
  return reason.empty() ? Json(nullptr) : Json(printable(reason));
}

/// An interval made by resampling hosts, in units of `scale`.
Json by_host(const score::Measured<score::Interval>& interval, double scale = 1) {
  return {{"low", interval ? number(interval->low * scale) : Json(nullptr)},
          {"high", interval ? number(interval->high * scale) : Json(nullptr)},
          {"method", to_string(score::Method::bootstrap)},
          {"unmeasured", reason_or_null(interval.reason())}};
}

Json proportion(const score::Proportion& p, const std::string& why_not) {
  const auto interval = p.interval();
  return {{"hits", p.hits},
          {"total", p.total},
          {"value", number(p.value())},
          {"low", interval ? number(interval->low) : Json(nullptr)},
          {"high", interval ? number(interval->high) : Json(nullptr)},
          {"method", to_string(score::Method::wilson)},
          {"unmeasured", p.value() ? Json(nullptr) : reason_or_null(why_not)}};
}

Json proportion(const score::Proportion& p, const std::string& why_not,
                const score::Measured<score::Interval>& hosts) {
  Json out = proportion(p, why_not);
  out["by_host"] = by_host(hosts);
  return out;
}

/// Per hosts_shown hosts a day.
Json daily_rate(const score::Rate& rate, const std::string& why_not) {
  const auto interval = why_not.empty() ? rate.interval() : std::nullopt;
  const auto bound = [&](double score::Interval::*end) {
    return interval ? number((*interval).*end * score::hosts_shown) : Json(nullptr);
  };
  return {{"count", rate.count},
          {"host_days", number(rate.exposure)},
          {"value", why_not.empty() ? number(shown(rate.value())) : Json(nullptr)},
          {"low", bound(&score::Interval::low)},
          {"high", bound(&score::Interval::high)},
          {"method", to_string(score::Method::garwood)},
          {"unmeasured", reason_or_null(why_not)}};
}

Json daily_rate(const score::Rate& rate, const std::string& why_not,
                const score::Measured<score::Interval>& hosts) {
  Json out = daily_rate(rate, why_not);
  out["by_host"] =
      by_host(why_not.empty() ? hosts : score::Unmeasured{why_not}, score::hosts_shown);
  return out;
}

/// A figure that is no simple share.
Json estimate(std::optional<double> value, const std::string& why_not,
              const score::Measured<score::Interval>& hosts) {
  return {{"value", number(value)},
          {"unmeasured", value ? Json(nullptr) : reason_or_null(why_not)},
          {"by_host", by_host(hosts)}};
}

Json histogram(const score::LatencySummary& summary) {
  Json out = Json::array();
  for (const auto& bucket : summary.histogram)
    out.push_back({{"le_s", bucket.below.count()}, {"count", bucket.count}});
  return out;
}

Json latency(const score::LatencySummary& summary) {
  const bool any = summary.count > 0;
  const auto if_any = [&](Duration value) { return any ? in_seconds(value) : Json(nullptr); };
  return {{"count", summary.count},
          {"mean_s", if_any(summary.mean)},
          {"p50_s", if_any(summary.p50)},
          {"p50_low_s", in_seconds(summary.p50_low)},
          {"p50_high_s", in_seconds(summary.p50_high)},
          {"method", to_string(score::Method::order_statistics)},
          {"p75_s", in_seconds(summary.p75)},
          {"p90_s", in_seconds(summary.p90)},
          {"p95_s", in_seconds(summary.p95)},
          {"p99_s", in_seconds(summary.p99)},
          {"p999_s", in_seconds(summary.p999)},
          {"max_s", if_any(summary.max)},
          {"unmeasured", reason_or_null(why_no_latency(summary))}};
}

Json latencies(const score::Latencies& of) {
  return {{"from_event", latency(of.from_event)}, {"from_ingest", latency(of.from_ingest)}};
}

Json parts(const score::Latencies& of) {
  return {{"delay", latency(of.ingest)}, {"wait", latency(of.wait)}, {"run", latency(of.run)}};
}

Json strata(const score::Latencies& of) {
  constexpr std::array<Duration, score::stratum_count> from = {
      Duration::zero(), score::congested_from, score::offline_from};
  Json out = Json::array();
  for (std::size_t s = 0; s < score::stratum_count; ++s) {
    out.push_back({{"stratum", to_string(static_cast<score::Stratum>(s))},
                   {"ingest_delay_from_s", in_seconds(from[s])},
                   {"from_event", latency(of.by_stratum[s])},
                   {"histogram", histogram(of.by_stratum[s])}});
  }
  return out;
}

std::string time_text(std::chrono::nanoseconds since_1970) {
  return format_iso8601(since_1970.count());
}

Json load(const score::Load& load) {
  const bool any = load.hours > 0;
  Json per_hour = nullptr;
  if (any && load.hours <= hours_listed_max) {
    std::vector<std::uint64_t> counts(load.hours, 0);
    for (const score::LoadCell& cell : load.by_hour)
      counts[static_cast<std::size_t>((cell.start - load.first_hour) / std::chrono::hours{1})] =
          cell.alerts;
    per_hour = counts;
  }
  Json days = Json::array();
  for (const score::LoadCell& cell : load.by_day) {
    days.push_back(
        {{"day", time_text(cell.start.time_since_epoch()).substr(0, 10)}, {"alerts", cell.alerts}});
  }
  return {
      {"hours", load.hours},
      {"first_hour", any ? Json(time_text(load.first_hour.time_since_epoch())) : Json(nullptr)},
      {"per_hour_mean", any ? number(load.per_hour_mean) : Json(nullptr)},
      {"per_hour_p95", load.per_hour_p95 ? Json(*load.per_hour_p95) : Json(nullptr)},
      {"per_hour_max", any ? Json(load.per_hour_max) : Json(nullptr)},
      {"busiest_hour",
       load.busiest_hour ? Json(time_text(load.busiest_hour->time_since_epoch())) : Json(nullptr)},
      {"per_hour", std::move(per_hour)},
      {"by_day", std::move(days)},
      {"by_hour_of_day", load.by_hour_of_day},
      {"unmeasured", any ? Json(nullptr) : Json("the events cover no time")}};
}

Json breakdowns(const score::Scorecard& card) {
  Json out = Json::object();
  for (std::size_t d = 0; d < score::dimension_count; ++d) {
    Json rows = Json::array();
    for (const score::BreakdownRow& row : card.breakdowns[d]) {
      rows.push_back({{"name", printable(row.name)},
                      {"recall", proportion(row.caught, "no malicious incidents of it")},
                      {"false_alarms",
                       daily_rate(row.false_alarms,
                                  row.false_alarms.exposure > 0 ? "" : "no host-days of it")}});
    }
    out[std::string(to_string(static_cast<score::Dimension>(d)))] = std::move(rows);
  }
  return out;
}

Json buckets(const std::vector<score::CountBucket>& counts, const char* value, const char* count) {
  Json out = Json::array();
  for (const score::CountBucket& bucket : counts)
    out.push_back({{value, bucket.value}, {count, bucket.count}});
  return out;
}

Json sightings(const score::SightingCounts& sightings) {
  return {{"mean", number(sightings.mean)},
          {"expected", number(sightings.expected)},
          {"histogram", buckets(sightings.histogram, "searches", "alerts")}};
}

Json forecast(const score::Measured<score::Forecast>& forecast) {
  const auto seconds = [&](Duration score::Forecast::*what) {
    return forecast ? in_seconds((*forecast).*what) : Json(nullptr);
  };
  return {{"span_s", seconds(&score::Forecast::span)},
          {"guaranteed_delay_s", seconds(&score::Forecast::guaranteed_delay)},
          {"sightings", forecast ? number(forecast->sightings) : Json(nullptr)},
          {"mean_latency_s", forecast ? in_seconds(forecast->latency_mean) : Json(nullptr)},
          {"worst_latency_s", forecast ? in_seconds(forecast->latency_worst) : Json(nullptr)},
          {"unmeasured", reason_or_null(forecast.reason())}};
}

Json schedule_json(const score::Scorecard& card) {
  const bool is_in_force = card.engine == score::EngineKind::scheduled;
  const auto seconds = [&](Duration value) {
    return is_in_force ? in_seconds(value) : Json(nullptr);
  };
  return {{"interval_s", seconds(card.schedule.interval)},
          {"look_back_s", seconds(card.schedule.look_back)},
          {"to_s", seconds(card.schedule.to)},
          {"max_signals", is_in_force ? Json(card.schedule.max_signals) : Json(nullptr)},
          {"maxspan_s", in_seconds(card.maxspan)},
          {"forecast", forecast(card.forecast)}};
}

Json suppression(const std::optional<score::SuppressionCounts>& counts) {
  if (!counts) return nullptr;
  return {{"matches", counts->matches}, {"additions", counts->times}, {"alerts", counts->alerts}};
}

Json recall(const score::Scorecard& card) {
  const std::string none = why_no_recall(card);
  const auto why = [&](std::string_view reason) {
    return none.empty() ? std::string(reason) : none;
  };
  Json lost = Json::object();
  for (std::size_t c = 0; c < score::cause_count; ++c) {
    lost[std::string(to_string(static_cast<score::Cause>(c)))] = card.recall.lost[c];
  }
  return {{"all", proportion(card.recall.all, none, card.by_host.recall_all)},
          {"with_behaviour",
           proportion(card.recall.with_behaviour, why("none of them opens a connection"),
                      card.by_host.recall_with_behaviour)},
          {"reachable", proportion(card.recall.reachable, why("none of them satisfies the rule"),
                                   card.by_host.recall_reachable)},
          {"visible", proportion(card.recall.visible, why("no run could see any of them"),
                                 card.by_host.recall_visible)},
          {"lost_to", std::move(lost)}};
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
          {"variant", info.variant.empty() ? Json(nullptr) : Json(printable(info.variant))},
          {"before_repeat",
           info.before_explain.empty() ? Json(nullptr) : Json(printable(info.before_explain))},
          {"tool_version", printable(info.tool_version)},
          {"options", std::move(options)}};
}

Json misses(const score::Scorecard& card, const RunInfo& info) {
  Json out = Json::array();
  for (const score::MissGroup& group : card.misses) {
    Json entry = {{"reason", explain::to_string(group.reason)},
                  {"cause", score::to_string(group.cause)},
                  {"text", printable(group.text)},
                  {"count", group.count}};
    if (group.reason == explain::Reason::stage_unmatched ||
        group.reason == explain::Reason::document_missing)
      entry["step"] = group.stage + 1;
    if (!group.keys.empty()) entry["keys"] = printable(group.keys);
    if (!group.note.empty()) entry["note"] = printable(group.note);
    entry["examples"] = named_counts(group.examples);
    entry["example_incident"] = printable(group.example_incident);
    const std::string again = explain_command(info, group);
    entry["repeat"] = again.empty() ? Json(nullptr) : Json(again);
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

Json verdicts(const score::Scorecard& card) {
  Json out = Json::object();
  for (std::size_t v = 0; v < score::verdict_count; ++v)
    out[std::string(score::to_string(static_cast<score::Verdict>(v)))] = card.verdicts[v];
  return out;
}

Json document(const score::Scorecard& card, const RunInfo& info) {
  const bool is_labelled = card.labels == score::Labels::given;
  const score::HostIntervals& hosts = card.by_host;
  const std::string no_recall = why_no_recall(card);
  const std::string no_precision = why_no_precision(card);
  const std::string no_f = no_recall.empty() ? no_precision : no_recall;
  const Json recalled = proportion(card.recall.all, no_recall, hosts.recall_all);
  const Json precise = proportion(card.precision, no_precision, hosts.precision);
  const Json alarmed =
      daily_rate(card.false_alarms.rate, why_no_alarm_rate(card), hosts.false_alarms);
  return {{"eqlab_result", "scorecard"},
          {"schema_version", scorecard_schema_version},
          {"rule", rule_json(info)},
          {"run", run_json(info)},
          {"engine", score::to_string(card.engine)},
          {"schedule", schedule_json(card)},
          {"corpus",
           {{"labelled", is_labelled},
            {"from", time_text(card.from.time_since_epoch())},
            {"to", time_text(card.to.time_since_epoch())},
            {"hosts", card.hosts},
            {"days", number(card.days)},
            {"events", card.events},
            {"malformed", info.malformed},
            {"candidates", card.candidates},
            {"incidents",
             {{"malicious", card.malicious_incidents},
              {"benign", card.benign_incidents},
              {"out_of_scope", card.out_of_scope_incidents}}}}},
          {"intervals",
           {{"confidence", card.bootstrap.confidence},
            {"resamples", card.bootstrap.resamples},
            {"seed", card.bootstrap.seed}}},
          {"headline",
           {{"incident_recall", recalled},
            {"alert_precision", precise},
            {"f1", number(card.f1)},
            {"false_alarms_per_1000_hosts_a_day", alarmed},
            {"latency_from_event", latency(card.latency.from_event)},
            {"confidence", score::confidence_default}}},
          {"recall", recall(card)},
          {"f_scores",
           {{"beta", number(card.beta)},
            {"f1", estimate(card.f1, no_f, hosts.f1)},
            {"f_beta", estimate(card.f_beta, no_f, hosts.f_beta)}}},
          {"at_prevalence",
           {{"malicious_per_1000_hosts_a_day",
             number(card.at_prevalence.per_host_day * score::hosts_shown)},
            {"alert_precision",
             estimate(card.at_prevalence.precision.value(), card.at_prevalence.precision.reason(),
                      card.at_prevalence.by_host)}}},
          {"behaviour",
           {{"alert_precision",
             proportion(card.behaviour_precision, no_precision, hosts.behaviour_precision)},
            {"incident_recall",
             proportion(card.behaviour_recall,
                        is_labelled ? "no incident that connects satisfies the rule" : "no labels",
                        hosts.behaviour_recall)}}},
          {"alerts",
           {{"total", card.alert_count()},
            {"verdicts", verdicts(card)},
            {"per_1000_hosts_a_day",
             daily_rate(card.alert_rate, why_no_alert_rate(card), hosts.alerts)},
            {"per_caught_incident",
             card.recall.all.hits > 0 ? number(card.alerts_per_incident) : Json(nullptr)},
            {"per_caught_incident_max",
             card.recall.all.hits > 0 ? Json(card.alerts_per_incident_max) : Json(nullptr)},
            {"per_caught_incident_histogram",
             buckets(card.alerts_per_incident_histogram, "alerts", "incidents")},
            {"hosts_with_alerts", card.hosts_with_alerts},
            {"without_host", card.alerts_without_host},
            {"noisiest_hosts", named_counts(card.noisiest_hosts)},
            {"suppression", suppression(card.suppression)},
            {"sightings", sightings(card.sightings)}}},
          {"misses", misses(card, info)},
          {"false_alarms",
           {{"causal_benign", card.false_alarms.causal_benign},
            {"coincidence", card.false_alarms.coincidence},
            {"out_of_scope", card.false_alarms.out_of_scope},
            {"impossible", card.false_alarms.impossible},
            {"causal_by_scenario", named_counts(card.false_alarms.causal_by_scenario)},
            {"coincidence_by_persona", named_counts(card.false_alarms.coincidence_by_persona)}}},
          {"latency",
           {{"all", latencies(card.latency)},
            {"malicious", latencies(card.latency_malicious)},
            {"decomposition",
             {{"all", parts(card.latency)}, {"malicious", parts(card.latency_malicious)}}},
            {"by_stratum", strata(card.latency)},
            {"histogram", histogram(card.latency.from_event)},
            {"histogram_from_ingest", histogram(card.latency.from_ingest)}}},
          {"load", load(card.load)},
          {"breakdowns", breakdowns(card)},
          {"scenarios", scenarios(card)},
          {"runs",
           {{"runs", card.runs.runs},
            {"failed", card.runs.failed_runs},
            {"late", card.runs.late_runs},
            {"at_cap", card.runs.runs_at_cap},
            {"catch_up_searches", card.runs.catch_up_searches},
            {"manual_searches", card.runs.manual_searches},
            {"gaps", card.unsearched.gaps},
            {"unsearched_s", in_seconds(card.unsearched.time)},
            {"matches_on_complete_data", card.matches},
            {"matches_returned", card.runs.returned},
            {"matches_known_already", card.runs.duplicates},
            {"matches_suppressed", card.runs.suppressed},
            {"matches_without_room", card.runs.without_room},
            {"matches_cut", card.runs.cut},
            {"dropped_pending", card.runs.dropped_pending}}}};
}

/// All text went through `printable`, so it is UTF-8; `replace` only keeps the library from
/// throwing.
std::string written(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string scorecard_json(const score::Scorecard& card, const RunInfo& info) {
  return written(document(card, info));
}

std::string scorecards_json(const std::vector<CardOfRun>& cards) {
  Json out = Json::array();
  for (const CardOfRun& each : cards) out.push_back(document(each.card, each.info));
  return written(out);
}

}  // namespace eqlab::report
