// From results to the contract of the page, web/report.schema.json. Tested in
// tests/unit/report/report_document_test.cc, which holds documents of real runs against it.
#include "harness/report/report_document.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "harness/base/text.h"
#include "harness/eql/query.h"
#include "harness/report/cells.h"
#include "harness/report/gate_pieces.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view alarms_per = "1,000 hosts a day";

// What is stored may be anything, as deep as the reader of it allows: nothing is taken for granted.

const Json& at(const Json& object, const std::string& key) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

std::string text_at(const Json& object, const std::string& key) {
  const Json& value = at(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<double> number_at(const Json& object, const std::string& key) {
  const Json& value = at(object, key);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

bool flag_at(const Json& object, const std::string& key) {
  const Json& value = at(object, key);
  return value.is_boolean() && value.get<bool>();
}

const Json& list_at(const Json& object, const std::string& key) {
  static const Json none = Json::array();
  const Json& value = at(object, key);
  return value.is_array() ? value : none;
}

Json number_or_null(std::optional<double> value) { return value ? Json(*value) : Json(nullptr); }

void set_text(Json& out, const std::string& key, const std::string& text) {
  if (!text.empty()) out[key] = text;
}

Json proportion(const Json& of) {
  const Json& hits = at(of, "hits");
  const Json& total = at(of, "total");
  if (!hits.is_number_unsigned() || !total.is_number_unsigned()) return nullptr;
  const auto value = number_at(of, "value");
  return {{"hits", hits},
          {"total", total},
          {"value", value && *value >= 0 && *value <= 1 ? Json(*value) : Json(nullptr)},
          {"low", number_or_null(number_at(of, "low"))},
          {"high", number_or_null(number_at(of, "high"))},
          {"method", "wilson"}};
}

Json alarm_rate(const Json& of) {
  if (!of.is_object()) return nullptr;
  Json out = {{"value", number_or_null(number_at(of, "value"))},
              {"low", number_or_null(number_at(of, "low"))},
              {"high", number_or_null(number_at(of, "high"))}};
  if (at(of, "count").is_number_unsigned()) out["count"] = at(of, "count");
  if (const auto days = number_at(of, "host_days"); days && *days >= 0) out["host_days"] = *days;
  out["per"] = alarms_per;
  out["method"] = "garwood";
  return out;
}

/// Cut between characters. Nesting is bounded by whoever read the result.
void bound_texts(Json& json, const std::string& key) {  // NOLINT(misc-no-recursion)
  if (json.is_string()) {
    std::string& text = json.get_ref<std::string&>();
    if (text.size() <= page_text_bytes_max || key == "query" || key == "diff") return;
    std::size_t end = page_text_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
    text += "…";
  } else if (json.is_object()) {
    for (const auto& member : json.items()) bound_texts(member.value(), member.key());
  } else if (json.is_array()) {
    for (Json& item : json) bound_texts(item, key);
  }
}

// --- tuning ---

Json figures_of_point(const Json& point, double value) {
  const Json& figures = at(point, "figures");
  const Json& latency = at(point, "latency_from_event");
  Json out = {{"value", value}};
  if (Json recall = proportion(at(figures, "incident_recall")); !recall.is_null())
    out["recall"] = std::move(recall);
  if (Json precision = proportion(at(figures, "alert_precision")); !precision.is_null())
    out["precision"] = std::move(precision);
  if (Json alarms = alarm_rate(at(figures, "false_alarms_per_1000_hosts_a_day")); !alarms.is_null())
    out["false_alarms"] = std::move(alarms);
  out["latency"] = {{"p50", number_or_null(number_at(latency, "p50_s"))},
                    {"p95", number_or_null(number_at(latency, "p95_s"))}};
  return out;
}

/// The points that are like the rule in `fixed` (any where it is empty), by `varied`; nothing where
/// there is no choice.
Json sweep(const Json& points, const std::string& parameter, const std::string& varied,
           std::optional<double> current, const std::string& fixed,
           std::optional<double> fixed_value) {
  std::map<double, const Json*> by_value;
  for (const Json& point : points) {
    const Json& setting = at(point, "setting");
    const auto value = number_at(setting, varied);
    if (!value || !std::isfinite(*value)) continue;
    if (!fixed.empty() && number_at(setting, fixed) != fixed_value) continue;
    by_value.emplace(*value, &point);
  }
  if (by_value.size() < 2) return nullptr;
  Json listed = Json::array();
  for (const auto& [value, point] : by_value) {
    if (listed.size() < page_rows_max) listed.push_back(figures_of_point(*point, value));
  }
  return {{"parameter", parameter},
          {"unit", "s"},
          {"current", number_or_null(current)},
          {"points", std::move(listed)}};
}

class Variants {
 public:
  Variants(Json& out, std::string prefix) : out_(out), prefix_(std::move(prefix)) {}

  void add(const std::string& name, const std::string& detail, const Json& figures, bool is_current,
           bool on_front, const std::string& diff) {
    if (added_ >= page_variants_max || name.empty() || !names_.insert(name).second) return;
    Json recall = proportion(at(figures, "incident_recall"));
    Json alarms = alarm_rate(at(figures, "false_alarms_per_1000_hosts_a_day"));
    if (recall.is_null() || alarms.is_null()) return;
    Json one = {{"name", prefix_ + name}};
    set_text(one, "detail", detail);
    one["recall"] = std::move(recall);
    one["false_alarms"] = std::move(alarms);
    one["on_front"] = on_front;
    one["is_current"] = is_current;
    set_text(one, "diff", diff);
    out_.push_back(std::move(one));
    ++added_;
  }

 private:
  Json& out_;
  std::string prefix_;
  std::set<std::string> names_;
  std::size_t added_ = 0;
};

std::string joined_by(const Json& point) {
  std::vector<std::string> keys;
  for (const Json& key : list_at(at(point, "setting"), "keys")) {
    if (key.is_string()) keys.push_back(key.get<std::string>());
  }
  return keys.empty() ? std::string() : "by " + join(keys, ", ");
}

/// What is on the front, then what was suggested, then all else that was measured on every host.
void add_variants(const Json& tuning, Variants& variants) {
  const Json& suggestions = at(tuning, "suggestions");
  std::map<std::string, const Json*> suggested;
  for (const Json& one : list_at(suggestions, "list"))
    suggested.emplace(text_at(one, "change"), &one);
  const auto diff_of = [&](const std::string& change) {
    const auto found = suggested.find(change);
    return found == suggested.end() ? std::string() : text_at(*found->second, "diff");
  };
  const auto detail_of = [&](const std::string& change) {
    const auto found = suggested.find(change);
    if (found == suggested.end()) return std::string();
    const std::string price = text_at(*found->second, "price");
    return format("suggestion: {}{}", text_at(*found->second, "advice"),
                  price.empty() ? "" : "; " + price);
  };
  for (const Json& point : list_at(tuning, "frontier")) {
    const bool is_current = flag_at(point, "is_current");
    const std::string change = text_at(point, "change");
    variants.add(is_current && change.empty() ? "the rule as it is" : change, detail_of(change),
                 at(point, "figures"), is_current, true, diff_of(change));
  }
  variants.add("the rule as it is", {}, at(at(tuning, "current"), "figures"), true, false, {});
  for (const Json& one : list_at(suggestions, "tried")) {
    const std::string change = text_at(one, "change");
    if (suggested.contains(change))
      variants.add(change, detail_of(change), at(one, "figures"), false, false, diff_of(change));
  }
  for (const auto& [change, one] : suggested) {
    const std::string detail = detail_of(change) + "; measured on the hosts held out";
    variants.add(change, detail, at(at(*one, "held_out"), "after"), false, false,
                 text_at(*one, "diff"));
  }
  for (const Json& point : list_at(tuning, "joins")) {
    if (!flag_at(point, "is_current"))
      variants.add(joined_by(point), "other join keys", at(point, "figures"), false, false, {});
  }
  for (const Json& one : list_at(suggestions, "tried"))
    variants.add(text_at(one, "change"), {}, at(one, "figures"), false, false, {});
}

// --- gate ---

std::string_view status_of(gate::Outcome outcome) {
  switch (outcome) {
    case gate::Outcome::passed:
      return "pass";
    case gate::Outcome::failed:
      return "fail";
    case gate::Outcome::skipped:
      return "skip";
  }
  return "";
}

Json check_row(const std::string& name, std::string_view status, const std::string& detail,
               const Place& place) {
  Json out = {{"name", name}, {"status", status}, {"detail", detail}};
  set_text(out, "file", place.file);
  if (place.line > 0) out["line"] = place.line;
  return out;
}

Json finding_row(const std::string& whose, const Diagnostic& finding) {
  const bool is_error = finding.severity == Severity::error;
  return check_row(whose + finding.code, is_error ? "fail" : "warn", finding.message,
                   finding.place.value_or(Place{}));
}

Json metric(const std::string& name, const std::string& unit, std::string_view better,
            std::optional<double> before, std::optional<double> after,
            const std::optional<score::Interval>& change = std::nullopt, double scale = 1) {
  Json out = {{"name", name}};
  set_text(out, "unit", unit);
  out["better"] = better;
  out["before"] = before ? Json(rounded(*before * scale)) : Json(nullptr);
  out["after"] = after ? Json(rounded(*after * scale)) : Json(nullptr);
  if (change) {
    const double low = rounded(change->low * scale);
    const double high = rounded(change->high * scale);
    out["interval"] = {{"low", low}, {"high", high}};
    out["certain"] = low > 0 || high < 0;
  }
  return out;
}

void add_metrics(const gate::RuleResult& rule, const std::string& whose, Json& out) {
  if (!rule.before && !rule.after) return;
  const auto both = [&rule](const auto& value) {
    const auto of = [&value](const std::optional<gate::Figures>& figures) {
      return figures ? std::optional<double>(value(*figures)) : std::nullopt;
    };
    return std::pair(of(rule.before), of(rule.after));
  };
  const auto share = [&](const score::Proportion gate::Figures::*which) {
    return std::pair(rule.before ? ((*rule.before).*which).value() : std::nullopt,
                     rule.after ? ((*rule.after).*which).value() : std::nullopt);
  };
  std::optional<score::Interval> recall_change;
  std::optional<score::Interval> alarm_change;
  if (rule.effect) {
    recall_change = rule.effect->recall.interval.value();
    alarm_change = rule.effect->false_alarms.interval.value();
  } else if (rule.baseline_effect) {
    recall_change = rule.baseline_effect->recall_interval;
    alarm_change = rule.baseline_effect->false_alarm_interval;
  }
  const auto recall = share(&gate::Figures::recall);
  out.push_back(
      metric(whose + "recall", "share", "up", recall.first, recall.second, recall_change));
  const auto precision = share(&gate::Figures::precision);
  out.push_back(
      metric(whose + "alert precision", "share", "up", precision.first, precision.second));
  out.push_back(metric(whose + "false alarms", format("per {}", alarms_per), "down",
                       rule.before ? rule.before->false_alarms.value() : std::nullopt,
                       rule.after ? rule.after->false_alarms.value() : std::nullopt, alarm_change,
                       score::hosts_shown));
  const auto p95 = [](const std::optional<gate::Figures>& figures) -> std::optional<double> {
    if (!figures || !figures->latency.p95) return std::nullopt;
    return std::chrono::duration<double>(*figures->latency.p95).count();
  };
  out.push_back(
      metric(whose + "latency, 95th percentile", "s", "down", p95(rule.before), p95(rule.after)));
  const auto alerts =
      both([](const gate::Figures& figures) { return static_cast<double>(figures.alerts); });
  out.push_back(metric(whose + "alerts", {}, "down", alerts.first, alerts.second));
  const auto cap =
      both([](const gate::Figures& figures) { return static_cast<double>(figures.cap_hits); });
  out.push_back(metric(whose + "runs at the cap", {}, "down", cap.first, cap.second));
}

void add_moved(const gate::RuleResult& rule, const std::vector<gate::IncidentChange>& changes,
               Json& out) {
  for (const gate::IncidentChange& change : changes) {
    if (out.size() >= page_rows_max) return;
    std::string reason = change.why;
    if (change.cause && rule.diff && *change.cause < rule.diff->changes.size())
      reason = describe(rule.diff->changes[*change.cause]);
    Json one = {{"id", change.incident},
                {"scenario", change.scenario},
                {"title", change.title},
                {"intent", "malicious"}};
    set_text(one, "reason", reason);
    out.push_back(std::move(one));
  }
}

std::string name_of(const gate::RuleResult& rule) {
  return rule.name.empty() ? rule.file : rule.name;
}

}  // namespace

RuleText rule_text(const rule::Rule& rule, const eql::CheckedQuery& query) {
  RuleText out{
      .severity = rule.severity, .query = rule.query.text, .maxspan = query.maxspan, .steps = {}};
  for (const eql::CheckedStage& stage : query.stages) {
    if (stage.missing) continue;
    const eql::EventFilter& filter = query.syntax.stages[stage.written].filter;
    out.steps.push_back(format("{} where {}", filter.category.value_or("any"),
                               eql::print(query.syntax, filter.condition)));
  }
  return out;
}

void ReportDocument::add_rule(Json rule, const RuleText* text) {
  if (text != nullptr) {
    set_text(rule, "severity", text->severity);
    rule["query"] = text->query;
    rule["maxspan_s"] = nullptr;
    if (text->maxspan) rule["maxspan_s"] = std::chrono::duration<double>(*text->maxspan).count();
    rule["steps"] = text->steps;
  }
  rules_.push_back(std::move(rule));
}

void ReportDocument::note_run(const std::string& command, const std::string& tool_version) {
  if (command_.empty()) command_ = command;
  if (tool_version_.empty()) tool_version_ = tool_version;
}

namespace {

Json rule_of(const Json& result) {
  const Json& rule = at(result, "rule");
  Json out = {{"name", text_at(rule, "name")}};
  set_text(out, "rule_id", text_at(rule, "rule_id"));
  if (at(rule, "version").is_number_integer()) out["version"] = at(rule, "version");
  set_text(out, "file", text_at(rule, "file"));
  return out;
}

}  // namespace

void ReportDocument::add_scorecards(Json cards, const std::vector<RuleText>& rules) {
  if (!cards.is_array()) cards = Json::array({std::move(cards)});
  for (std::size_t i = 0; i < cards.size(); ++i) {
    Json& card = cards[i];
    if (!card.is_object()) continue;
    note_run(text_at(at(card, "run"), "command"), text_at(at(card, "run"), "tool_version"));
    Json rule = rule_of(card);
    if (const auto maxspan = number_at(at(card, "schedule"), "maxspan_s"))
      rule["maxspan_s"] = *maxspan;
    add_rule(std::move(rule), i < rules.size() ? &rules[i] : nullptr);
    scores_.push_back(std::move(card));
  }
}

void ReportDocument::add_tuning(const Json& tuning, const std::optional<RuleText>& rule) {
  note_run(text_at(at(tuning, "run"), "command"), text_at(at(tuning, "run"), "tool_version"));
  Json about = rule_of(tuning);
  const Json& schedule = at(tuning, "schedule");
  const auto maxspan = number_at(schedule, "maxspan_s");
  if (maxspan) about["maxspan_s"] = *maxspan;
  const std::string prefix = tunings_++ == 0 ? std::string() : text_at(about, "name") + ": ";
  add_rule(std::move(about), rule ? &*rule : nullptr);
  const auto add = [this](Json one) {
    if (!one.is_null()) sweeps_.push_back(std::move(one));
  };
  const auto interval = number_at(schedule, "interval_s");
  const auto look_back = number_at(schedule, "look_back_s");
  add(sweep(list_at(tuning, "maxspan"), prefix + "maxspan", "maxspan_s", maxspan, {}, {}));
  const Json& schedules = list_at(tuning, "schedules");
  add(sweep(schedules, prefix + "interval", "interval_s", interval, "look_back_s", look_back));
  add(sweep(schedules, prefix + "look-back", "look_back_s", look_back, "interval_s", interval));
  Variants variants(variants_, prefix);
  add_variants(tuning, variants);
}

void ReportDocument::add_gate(const gate::GateResult& result) {
  note_run(result.command, result.tool_version);
  if (gate_.is_null()) {
    gate_ = {{"verdict", "pass"}, {"reason", ""}, {"checks", Json::array()}};
    diff_ = {{"equivalent", nullptr},
             {"changes", Json::array()},
             {"gained", Json::array()},
             {"lost", Json::array()},
             {"metrics", Json::array()}};
  }
  if (result.verdict != gate::Verdict::pass) gate_["verdict"] = "fail";
  std::string reason = text_at(gate_, "reason");
  gate_["reason"] = reason.empty() ? result.reason : reason + "; " + result.reason;
  Json& checks = gate_["checks"];
  const auto add_check = [&checks](Json row) {
    if (checks.size() < page_rows_max) checks.push_back(std::move(row));
  };
  bool all_equivalent = !result.rules.empty();
  for (const gate::RuleResult& rule : result.rules) {
    Json about = {{"name", name_of(rule)}};
    set_text(about, "rule_id", rule.rule_id);
    set_text(about, "file", rule.file);
    if (rules_.size() < page_rows_max) add_rule(std::move(about), nullptr);
    ++gated_rules_;
    all_equivalent = all_equivalent && rule.is_equivalent();
    const std::string whose =
        result.rules.size() > 1 || gated_rules_ > 1 ? name_of(rule) + ": " : std::string();
    for (const gate::Check& check : rule.checks) {
      const bool failed = check.outcome == gate::Outcome::failed;
      add_check(check_row(whose + std::string(title_of(check.id).title), status_of(check.outcome),
                          check.text, failed ? place_of(rule, check) : Place{}));
    }
    for (const Diagnostic& finding : rule.diagnostics) add_check(finding_row(whose, finding));
    for (const gate::CaseOutcome& outcome : rule.cases) {
      if (!outcome.passed)
        add_check(check_row(whose + "case: " + outcome.why, "fail", outcome.detail,
                            {.file = outcome.file, .line = outcome.line, .source_line = {}}));
    }
    if (rule.diff) {
      for (const gate::RuleChange& change : rule.diff->changes) {
        if (diff_["changes"].size() >= page_rows_max) break;
        diff_["changes"].push_back(
            {{"kind", to_string(change.kind)},
             {"what", whose + describe(change)},
             {"before", change.before.empty() ? Json(nullptr) : Json(change.before)},
             {"after", change.after.empty() ? Json(nullptr) : Json(change.after)}});
      }
    }
    if (rule.effect) {
      add_moved(rule, rule.effect->gained, diff_["gained"]);
      add_moved(rule, rule.effect->lost, diff_["lost"]);
    }
    if (diff_["metrics"].size() < page_rows_max) add_metrics(rule, whose, diff_["metrics"]);
  }
  for (const Diagnostic& finding : result.diagnostics) add_check(finding_row({}, finding));
  for (const gate::CaseOutcome& outcome : result.other_cases) {
    if (!outcome.passed)
      add_check(check_row("case: " + outcome.why, "fail", outcome.detail,
                          {.file = outcome.file, .line = outcome.line, .source_line = {}}));
  }
  if (all_equivalent && gated_rules_ == result.rules.size()) diff_["equivalent"] = true;
  if (!all_equivalent) diff_["equivalent"] = nullptr;
}

void ReportDocument::set_incidents(Json incidents) { incidents_ = std::move(incidents); }

std::string ReportDocument::write() const {
  Json out = {{"eqlab_report", 1}};
  if (rules_.size() > 1) {
    const std::size_t count = rules_.size();
    const std::string what = !scores_.empty()  ? "scorecards"
                             : gate_.is_null() ? "rules"
                                               : "rules judged";
    out["title"] = format("{} {}", count, what);
  }
  set_text(out, "command", command_);
  set_text(out, "tool_version", tool_version_);
  out["rules"] = rules_;
  if (!scores_.empty()) out["scores"] = scores_;
  if (!sweeps_.empty()) out["sweeps"] = sweeps_;
  if (!variants_.empty()) out["pareto"] = variants_;
  if (!incidents_.empty() && scores_.size() < 2) out["incidents"] = incidents_;
  if (!diff_.is_null()) out["diff"] = diff_;
  if (!gate_.is_null()) out["gate"] = gate_;
  bound_texts(out, {});
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace eqlab::report
