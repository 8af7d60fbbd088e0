#include "harness/report/tuning_json.h"

#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/report/cells.h"
#include "harness/report/inert_json.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;
using score::Interval;
using tune::Figures;
using tune::SweepPoint;

double in_seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e9; }
Json number(std::optional<double> value) { return value ? Json(rounded(*value)) : Json(nullptr); }
Json seconds(std::optional<Duration> value) {
  return value ? Json(rounded(in_seconds(*value))) : Json(nullptr);
}

Json proportion(const score::Proportion& of) {
  const auto interval = of.interval();
  return {{"hits", of.hits},
          {"total", of.total},
          {"value", number(of.value())},
          {"low", interval ? number(interval->low) : Json(nullptr)},
          {"high", interval ? number(interval->high) : Json(nullptr)}};
}

Json alarm_rate(const score::Rate& of) {
  const auto interval = of.interval();
  return {{"count", of.count},
          {"host_days", rounded(of.exposure)},
          {"value", number(shown(of.value()))},
          {"low", interval ? number(interval->low * score::hosts_shown) : Json(nullptr)},
          {"high", interval ? number(interval->high * score::hosts_shown) : Json(nullptr)}};
}

Json figures(const Figures& of) {
  return {{"incident_recall", proportion(of.recall)},
          {"false_alarms_per_1000_hosts_a_day", alarm_rate(of.false_alarms)},
          {"alert_precision", proportion(of.precision)},
          {"alerts", of.alerts},
          {"repeats", of.repeats}};
}

Json interval(const std::optional<Interval>& of, double scale) {
  if (!of) return nullptr;
  return {{"low", number(of->low * scale)}, {"high", number(of->high * scale)}};
}

Json difference(std::optional<double> value, const std::optional<Interval>& interval,
                double scale) {
  return {{"value", value ? number(*value * scale) : Json(nullptr)},
          {"low", interval ? number(interval->low * scale) : Json(nullptr)},
          {"high", interval ? number(interval->high * scale) : Json(nullptr)}};
}

Json change(const tune::Change& of) {
  Json recall = difference(of.recall, of.recall_interval, 1);
  recall["gained"] = of.gained;
  recall["lost"] = of.lost;
  return {{"incident_recall", std::move(recall)},
          {"false_alarms_per_1000_hosts_a_day",
           difference(of.false_alarms, of.false_alarms_interval, score::hosts_shown)},
          {"method", "linearised by host"}};
}

Json setting(const tune::Setting& of) {
  Json out = Json::object();
  if (of.maxspan) out["maxspan_s"] = rounded(in_seconds(*of.maxspan));
  if (of.schedule) {
    out["interval_s"] = rounded(in_seconds(of.schedule->interval));
    out["look_back_s"] = rounded(in_seconds(of.schedule->look_back));
  }
  if (of.keys) {
    Json keys = Json::array();
    for (const std::string& key : *of.keys) keys.push_back(printable(key));
    out["keys"] = std::move(keys);
  }
  return out;
}

Json point(const SweepPoint& of) {
  return {{"setting", setting(of.setting)},
          {"is_current", of.is_current},
          {"figures", figures(of.figures)},
          {"latency_from_event",
           {{"of", of.latency_is_of_right ? "right alerts" : "all alerts"},
            {"count", of.latency.count},
            {"p50_s", of.latency.count > 0 ? seconds(of.latency.p50) : Json(nullptr)},
            {"p95_s", of.latency.count > 0 ? seconds(of.latency.p95) : Json(nullptr)}}},
          {"reached_cap", of.reached_cap},
          {"change", change(of.change)}};
}

Json points(const std::vector<SweepPoint>& of, const std::string& command) {
  Json out = Json::array();
  for (const SweepPoint& each : of) {
    Json row = point(each);
    row["command"] = printable(command + " " + setting_option(each.setting));
    out.push_back(std::move(row));
  }
  return out;
}

Json suggestion(const tune::Suggestion& of, std::size_t place, const TuningInfo& info) {
  Json parts = Json::array();
  for (const std::size_t part : of.parts) parts.push_back(part + 1);
  Json recall = difference(of.recall.change, of.recall.interval.value(), 1);
  recall["gained"] = of.recall.only_after;
  recall["lost"] = of.recall.only_before;
  recall["p_value"] = of.recall.change ? number(of.recall.p_value) : Json(nullptr);
  const auto& worth = of.worth_interval.value();
  return {
      {"number", place + 1},
      {"change", printable(of.change.variant.what)},
      {"together", std::move(parts)},
      {"origin", tune::to_string(of.change.origin)},
      {"advice", tune::to_string(of.advice)},
      {"price", of.price.empty() ? Json(nullptr) : Json(of.price)},
      {"why_not_proven", of.why_not.empty() ? Json(nullptr) : Json(of.why_not)},
      {"search", {{"before", figures(of.search_before)}, {"after", figures(of.search_after)}}},
      {"held_out", {{"before", figures(of.held_before)}, {"after", figures(of.held_after)}}},
      {"held_out_change",
       {{"incident_recall", std::move(recall)},
        {"false_alarms_per_1000_hosts_a_day",
         difference(of.false_alarms.change, of.false_alarms.interval.value(), score::hosts_shown)},
        {"method", "hosts resampled; McNemar"}}},
      {"worth",
       {{"low", worth ? number(worth->low) : Json(nullptr)},
        {"high", worth ? number(worth->high) : Json(nullptr)}}},
      {"query", place < info.queries.size() ? Json(info.queries[place]) : Json(nullptr)},
      {"diff", place < info.diffs.size() ? Json(info.diffs[place]) : Json(nullptr)},
      {"command", printable(info.run.command + format(" --diff {}", place + 1))}};
}

Json suggestions(const tune::Tuning& tuning, const TuningInfo& info) {
  if (!tuning.has_suggestions) return nullptr;
  Json list = Json::array();
  for (std::size_t i = 0; i < tuning.suggestions.list.size(); ++i)
    list.push_back(suggestion(tuning.suggestions.list[i], i, info));
  Json tried = Json::array();
  for (const tune::TriedFigures& each : tuning.tried) {
    tried.push_back({{"change", printable(each.variant.what)},
                     {"origin", tune::to_string(each.origin)},
                     {"seen_in", each.seen_in},
                     {"figures", figures(each.all)},
                     {"difference", change(each.change)},
                     {"search_worth", number(each.search_worth)}});
  }
  return {{"split_seed", tuning.seed},
          {"search_hosts", tuning.search_hosts},
          {"search_incidents", tuning.search_incidents},
          {"held_out_hosts", tuning.held_out_hosts},
          {"held_out_incidents", tuning.held_out_incidents},
          {"tried_count", tuning.tried.size()},
          {"not_usable", tuning.not_usable},
          {"left_out", tuning.left_out},
          {"judged_count", tuning.suggestions.taken_over},
          {"confidence_of_each_proof", number(tuning.suggestions.confidence_shared)},
          {"list", std::move(list)},
          {"tried", std::move(tried)}};
}

Json frontier(const tune::Tuning& tuning) {
  Json out = Json::array();
  for (const tune::FrontPoint& each : tuning.frontier)
    out.push_back({{"change", printable(each.what)},
                   {"is_current", each.is_current},
                   {"figures", figures(each.figures)}});
  return out;
}

Json texts(const std::vector<std::string>& of) {
  Json out = Json::array();
  for (const std::string& text : of) out.push_back(printable(text));
  return out;
}

}  // namespace

std::string tuning_json(const tune::Tuning& tuning, const TuningInfo& info) {
  Json options = Json::object();
  for (const auto& [name, value] : info.run.options) {
    // An option that may be given several times keeps all its values.
    const std::string key = printable(name);
    if (options.contains(key))
      options[key] = options[key].get<std::string>() + " " + printable(value);
    else
      options[key] = printable(value);
  }
  const Json out = {
      {"eqlab_result", "tuning"},
      {"schema_version", tuning_schema_version},
      {"rule",
       {{"name", printable(info.run.rule_name)},
        {"rule_id", printable(info.run.rule_id)},
        {"version", info.run.rule_version == 0 ? Json(nullptr) : Json(info.run.rule_version)},
        {"file", printable(info.run.rule_file)}}},
      {"run",
       {{"corpus", printable(info.run.corpus)},
        {"seed", info.run.seed ? Json(*info.run.seed) : Json(nullptr)},
        {"command", printable(info.run.command)},
        {"tool_version", printable(info.run.tool_version)},
        {"options", std::move(options)}}},
      {"corpus",
       {{"hosts", tuning.hosts},
        {"days", rounded(tuning.days)},
        {"events", tuning.events},
        {"malicious_incidents", tuning.malicious_incidents}}},
      {"confidence", score::confidence_default},
      {"schedule",
       {{"interval_s", rounded(in_seconds(tuning.schedule.interval))},
        {"look_back_s", rounded(in_seconds(tuning.schedule.look_back))},
        {"max_signals", tuning.schedule.max_signals},
        {"maxspan_s", seconds(tuning.maxspan)},
        {"keys", texts(tuning.keys)}}},
      {"current", point(tuning.current)},
      {"current_by_host",
       {{"incident_recall", interval(tuning.recall_by_host.value(), 1)},
        {"false_alarms_per_1000_hosts_a_day",
         interval(tuning.false_alarms_by_host.value(), score::hosts_shown)}}},
      {"suggestions", suggestions(tuning, info)},
      {"maxspan", points(tuning.maxspans, info.score_command)},
      {"schedules", points(tuning.schedules, info.score_command)},
      {"joins", points(tuning.joins, info.tune_command)},
      {"frontier", frontier(tuning)},
      {"caveats", texts(info.caveats)},
      {"cases", texts(info.cases)},
      {"notes", texts(tuning.notes)}};
  // Queries and diffs are the rule's own bytes; what is no UTF-8 there is replaced.
  return inert_json(out.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace eqlab::report
