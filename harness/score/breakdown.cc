#include "harness/score/breakdown.h"

#include <map>
#include <set>

namespace eqlab::score {
namespace {

using truth::Incident;
using truth::Intent;
using Rows = std::map<std::string, BreakdownRow>;

std::string or_none(const std::string& text) { return text.empty() ? "none" : text; }

}  // namespace

std::string_view to_string(Dimension dimension) {
  switch (dimension) {
    case Dimension::family:
      return "family";
    case Dimension::scenario:
      return "scenario";
    case Dimension::persona:
      return "persona";
    case Dimension::agent_version:
      return "agent_version";
    case Dimension::tag:
      return "tag";
  }
  return "";
}

bool is_false_alarm(Verdict verdict) {
  switch (verdict) {
    case Verdict::causal_malicious:
    case Verdict::duplicate:
    case Verdict::unlabelled:
      return false;
    case Verdict::causal_benign:
    case Verdict::causal_out_of_scope:
    case Verdict::coincident_with_incident:
    case Verdict::coincident_benign:
    case Verdict::impossible:
      return true;
  }
  return false;
}

Breakdowns break_down(const truth::Truth& truth, const std::vector<bool>& caught,
                      const std::vector<JudgedAlert>& alerts,
                      const std::vector<std::optional<Hosts::Number>>& alert_hosts,
                      const Hosts& hosts) {
  std::array<Rows, dimension_count> rows;
  const auto at = [&](Dimension dimension, const std::string& name) -> BreakdownRow& {
    return rows[static_cast<std::size_t>(dimension)][name];
  };
  const double all_days = truth.host_days();
  const auto exposed = [&](Dimension dimension, const std::string& name) -> BreakdownRow& {
    BreakdownRow& row = at(dimension, name);
    row.false_alarms.exposure = all_days;
    return row;
  };
  // Hosts without incidents are rows too: that nothing happened there is a measurement.
  for (Hosts::Number host = 0; host < hosts.listed(); ++host) {
    at(Dimension::persona, or_none(hosts.persona(host))).false_alarms.exposure += truth.days();
    at(Dimension::agent_version, or_none(hosts.agent_version(host))).false_alarms.exposure +=
        truth.days();
  }
  for (std::size_t i = 0; i < truth.incidents.size(); ++i) {
    const Incident& incident = truth.incidents[i];
    if (incident.intent != Intent::malicious) continue;
    const auto count = [&](BreakdownRow& row) {
      ++row.caught.total;
      row.caught.hits += caught[i] ? 1U : 0U;
    };
    count(exposed(Dimension::family, or_none(incident.family)));
    count(exposed(Dimension::scenario, or_none(incident.scenario)));
    count(at(Dimension::persona, or_none(incident.persona)));
    count(at(Dimension::agent_version, or_none(incident.agent_version)));
    for (const std::string& tag : std::set(incident.tags.begin(), incident.tags.end()))
      count(exposed(Dimension::tag, tag));
  }
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    const JudgedAlert& alert = alerts[i];
    if (!is_false_alarm(alert.verdict)) continue;
    if (alert.causal) {
      const Incident& incident = truth.incidents[*alert.incident];
      ++exposed(Dimension::family, or_none(incident.family)).false_alarms.count;
      ++exposed(Dimension::scenario, or_none(incident.scenario)).false_alarms.count;
      for (const std::string& tag : std::set(incident.tags.begin(), incident.tags.end()))
        ++exposed(Dimension::tag, tag).false_alarms.count;
    } else {
      ++exposed(Dimension::family, std::string(unrelated)).false_alarms.count;
      ++exposed(Dimension::scenario, std::string(unrelated)).false_alarms.count;
    }
    const bool is_known = alert_hosts[i] && *alert_hosts[i] < hosts.listed();
    const std::string persona = is_known ? or_none(hosts.persona(*alert_hosts[i])) : "unknown";
    const std::string version =
        is_known ? or_none(hosts.agent_version(*alert_hosts[i])) : "unknown";
    ++at(Dimension::persona, persona).false_alarms.count;
    ++at(Dimension::agent_version, version).false_alarms.count;
  }
  Breakdowns out;
  for (std::size_t d = 0; d < dimension_count; ++d) {
    for (auto& [name, row] : rows[d]) {
      row.name = name;
      out[d].push_back(std::move(row));
    }
  }
  return out;
}

}  // namespace eqlab::score
