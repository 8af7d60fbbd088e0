// Both versions were decided over one log, so an event has one place in it and alerts compare by
// places. Tested in tests/unit/gate/effect_test.cc.
#include "harness/gate/effect.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "harness/base/text.h"
#include "harness/event/value.h"
#include "harness/score/hosts.h"

namespace eqlab::gate {
namespace {

using match::missing_event;
using scan::CandidateIndex;
using score::Verdict;
using truth::Intent;

using Identity = std::vector<CandidateIndex>;

bool is_malicious(const truth::Incident& incident) { return incident.intent == Intent::malicious; }

bool is_false_alarm(const score::JudgedAlert& alert) {
  return alert.verdict != Verdict::duplicate && alert.verdict != Verdict::causal_malicious;
}

std::string carried(const EffectInputs& in, CandidateIndex candidate, scan::KeySlot slot) {
  const auto keys = in.log.keys(candidate, slot);
  return keys.empty() ? std::string() : event::to_text(in.log.key_value(keys.front()));
}

ExampleEvent example_of(const EffectInputs& in, const match::Match& match) {
  const CandidateIndex last = match.completing();
  ExampleEvent out{.time = in.log.event_time(last),
                   .host = carried(in, last, in.host),
                   .process = carried(in, last, in.process),
                   .parent = carried(in, last, in.parent),
                   .id = std::string(in.log.event_id(last))};
  if (const auto name = in.host_names.find(out.host);
      name != in.host_names.end() && !name->second.empty())
    out.host = name->second;
  // Network events do not name the parent; the first event of the alert may.
  const CandidateIndex first = match.first();
  if (out.parent.empty() && first != missing_event && first != last)
    out.parent = carried(in, first, in.process);
  return out;
}

/// The incident that an alert is counted to, if it is one incident's own doing.
bool is_caught(const DecidedVersion& version, std::size_t incident) {
  return version.evaluation.card.incidents[incident].alert.has_value();
}

std::vector<GroupRecall> grouped(const EffectInputs& in, const DecidedVersion& version,
                                 std::string truth::Incident::*name) {
  std::map<std::string, GroupRecall> groups;
  for (std::size_t i = 0; i < in.truth.incidents.size(); ++i) {
    const truth::Incident& incident = in.truth.incidents[i];
    if (!is_malicious(incident)) continue;
    GroupRecall& group = groups[incident.*name];
    group.name = incident.*name;
    if (group.title.empty()) group.title = incident.title;
    ++group.recall.total;
    group.recall.hits += is_caught(version, i) ? 1U : 0U;
  }
  std::vector<GroupRecall> out;
  for (auto& [key, group] : groups) out.push_back(std::move(group));
  return out;
}

void compare_by_host(const EffectInputs& in, const DecidedVersion& before,
                     const DecidedVersion& after, Effect& out) {
  score::Hosts hosts(in.log, in.truth, in.host);
  std::vector<score::PairedOutcome> outcomes;
  std::vector<std::size_t> without_host;
  for (std::size_t i = 0; i < in.truth.incidents.size(); ++i) {
    const truth::Incident& incident = in.truth.incidents[i];
    if (!is_malicious(incident)) continue;
    const auto host = hosts.of(incident);
    if (!host) without_host.push_back(outcomes.size());
    outcomes.push_back(
        {.host = host.value_or(0), .before = is_caught(before, i), .after = is_caught(after, i)});
  }
  std::vector<score::PairedCounts> alarms;
  const auto count = [&](const DecidedVersion& version,
                         std::uint64_t score::PairedCounts::*counter) {
    const auto& alerts = version.evaluation.simulation.alerts;
    const auto& judged = version.evaluation.card.alerts;
    for (std::size_t i = 0; i < alerts.size(); ++i) {
      if (!is_false_alarm(judged[i])) continue;
      const auto host = hosts.of(alerts[i].match, judged[i]);
      const std::size_t place = host ? *host + std::size_t{1} : 0;
      if (alarms.size() <= place) alarms.resize(place + 1);
      ++(alarms[place].*counter);
    }
  };
  count(before, &score::PairedCounts::before);
  count(after, &score::PairedCounts::after);
  const auto known = static_cast<std::uint32_t>(hosts.size());
  // Incidents without a host are hosts of their own: nothing says that they hang together.
  auto next = known;
  for (const std::size_t i : without_host) outcomes[i].host = next++;
  out.recall = score::compare_paired(outcomes, next, in.bootstrap);
  // Place 0 is for alerts without a host; hosts without alarms were looked at too.
  alarms.resize(std::max<std::size_t>(alarms.size(), std::size_t{known} + 1));
  out.false_alarms =
      score::compare_rates(alarms, before.evaluation.card.false_alarms.rate.exposure, in.bootstrap);
}

/// What an incident that only `from` catches is shown by.
IncidentChange change_of(const EffectInputs& in, std::size_t place, const DecidedVersion& from) {
  const truth::Incident& incident = in.truth.incidents[place];
  const std::uint32_t alert = *from.evaluation.card.incidents[place].alert;
  IncidentChange out{.incident = incident.id,
                     .scenario = incident.scenario,
                     .title = incident.title,
                     .family = incident.family,
                     .host = incident.host_name.empty() ? incident.host_id : incident.host_name,
                     .why = {},
                     .subject = {},
                     .cause = {},
                     .example = example_of(in, from.evaluation.simulation.alerts[alert].match)};
  return out;
}

/// What the new version misses it for, and which change of the rule did it.
void explain_loss(const EffectInputs& in, std::size_t place, const DecidedVersion& before,
                  const DecidedVersion& after, const RuleDiff& diff, IncidentChange& change) {
  const auto& miss = after.evaluation.card.incidents[place].miss;
  if (!miss) return;
  change.why = score::describe(*miss, after.query, after.query.maxspan);
  change.subject = miss->example;
  if (miss->reason != explain::Reason::stage_unmatched) return;
  // The old alert's own event at that step names whom the new one no longer lets in.
  const std::uint32_t step = after.query.stages[miss->stage].written;
  const auto& alert =
      before.evaluation.simulation.alerts[*before.evaluation.card.incidents[place].alert];
  for (std::size_t i = 0; i < before.query.stages.size() && i < alert.match.events.size(); ++i) {
    const std::uint32_t old_step = before.query.stages[i].written;
    const bool is_same_step = old_step < diff.step_of.size() && diff.step_of[old_step] == step;
    if (!is_same_step || alert.match.events[i] == missing_event) continue;
    const std::string process = carried(in, alert.match.events[i], in.process);
    const RuleChange* cause = removal_of(diff, step, process);
    if (cause == nullptr)
      cause = removal_of(diff, step, carried(in, alert.match.events[i], in.parent));
    if (cause == nullptr) continue;
    change.subject = process;
    change.cause = static_cast<std::size_t>(cause - diff.changes.data());
    return;
  }
}

struct AlertsOfOne {
  std::uint64_t count = 0;
  std::vector<AlertChange> kept;
};

AlertsOfOne only_in(const EffectInputs& in, const DecidedVersion& version,
                    const DecidedVersion& other) {
  std::set<Identity> known;
  for (const schedule::Alert& alert : other.evaluation.simulation.alerts)
    known.insert(alert.match.events);
  AlertsOfOne out;
  const auto& alerts = version.evaluation.simulation.alerts;
  std::vector<AlertChange> others;
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    if (known.contains(alerts[i].match.events)) continue;
    ++out.count;
    const score::JudgedAlert& judged = version.evaluation.card.alerts[i];
    std::vector<AlertChange>& kept =
        judged.verdict == Verdict::causal_malicious ? out.kept : others;
    if (kept.size() >= alerts_kept_max) continue;
    AlertChange change{.verdict = judged.verdict,
                       .incident = {},
                       .scenario = {},
                       .example = example_of(in, alerts[i].match)};
    if (judged.incident) {
      change.incident = in.truth.incidents[*judged.incident].id;
      change.scenario = in.truth.incidents[*judged.incident].scenario;
    }
    kept.push_back(std::move(change));
  }
  std::ranges::move(others, std::back_inserter(out.kept));
  if (out.kept.size() > alerts_kept_max) out.kept.resize(alerts_kept_max);
  return out;
}

}  // namespace

std::map<std::string, std::string> host_names_of(const truth::Truth& truth) {
  std::map<std::string, std::string> out;
  for (const truth::HostRecord& host : truth.hosts) out.emplace(host.id, host.name);
  return out;
}

Figures figures_of(const EffectInputs& inputs, const DecidedVersion& version) {
  const score::Scorecard& card = version.evaluation.card;
  Figures out{.recall = card.recall.all,
              .precision = card.precision,
              .families = grouped(inputs, version, &truth::Incident::family),
              .scenarios = grouped(inputs, version, &truth::Incident::scenario),
              .false_alarms = card.false_alarms.rate,
              .alerts = card.alert_count(),
              .latency = card.latency.from_event};
  if (card.latency_malicious.from_event.count > 0) {
    out.latency = card.latency_malicious.from_event;
    out.latency_is_of_right_alerts = true;
  }
  out.cap_hits = version.evaluation.simulation.counters.runs_at_cap;
  out.lost_to_cap = version.evaluation.simulation.lost_to_cap.size();
  return out;
}

Effect compare(const EffectInputs& inputs, const DecidedVersion& before,
               const DecidedVersion& after, const RuleDiff& diff) {
  Effect out;
  std::map<std::string, ScenarioChange> scenarios;
  std::uint64_t lost = 0;
  std::uint64_t gained = 0;
  for (std::size_t i = 0; i < inputs.truth.incidents.size(); ++i) {
    const truth::Incident& incident = inputs.truth.incidents[i];
    if (!is_malicious(incident)) continue;
    const bool was = is_caught(before, i);
    const bool is = is_caught(after, i);
    ScenarioChange& scenario = scenarios[incident.scenario];
    scenario.id = incident.scenario;
    scenario.title = incident.title;
    ++scenario.incidents;
    scenario.before += was ? 1U : 0U;
    scenario.after += is ? 1U : 0U;
    if (was && !is && ++lost <= incidents_kept_max) {
      out.lost.push_back(change_of(inputs, i, before));
      explain_loss(inputs, i, before, after, diff, out.lost.back());
    }
    if (is && !was && ++gained <= incidents_kept_max)
      out.gained.push_back(change_of(inputs, i, after));
  }
  for (auto& [id, scenario] : scenarios) {
    if (scenario.before != scenario.after) out.scenarios.push_back(std::move(scenario));
  }
  AlertsOfOne lost_alerts = only_in(inputs, before, after);
  AlertsOfOne gained_alerts = only_in(inputs, after, before);
  out.alerts_lost = lost_alerts.count;
  out.alerts_gained = gained_alerts.count;
  out.lost_alerts = std::move(lost_alerts.kept);
  out.gained_alerts = std::move(gained_alerts.kept);
  compare_by_host(inputs, before, after, out);
  return out;
}

score::Interval unpaired_difference(double first, const score::Interval& of_first, double second,
                                    const score::Interval& of_second) {
  const double difference = second - first;
  const auto length = [](double a, double b) { return std::sqrt(a * a + b * b); };
  return {.low = difference - length(second - of_second.low, of_first.high - first),
          .high = difference + length(of_second.high - second, first - of_first.low)};
}

}  // namespace eqlab::gate
