#include "harness/score/scorecard.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>

#include "harness/base/text.h"
#include "harness/match/elapsed.h"

// Order of work: a verdict for each alert, an outcome for each incident, then only counting. Every
// alert is in exactly one verdict and every missed malicious incident in exactly one group; the
// counting asserts both.
namespace eqlab::score {
namespace {

using truth::Intent;

/// By count, the greater first, then by name.
std::vector<NamedCount> ranked(const std::map<std::string, std::uint64_t>& counts) {
  std::vector<NamedCount> out;
  for (const auto& [name, count] : counts) out.push_back({.name = name, .count = count});
  std::ranges::stable_sort(out, std::greater<>(), &NamedCount::count);
  return out;
}

/// The incidents that own an event of the match, each once.
std::set<std::uint32_t> touched(const ScoreInputs& in, const match::Match& match) {
  std::set<std::uint32_t> out;
  for (const scan::CandidateIndex event : match.events) {
    if (event == match::missing_event) continue;
    if (const auto* label = in.index.find(in.log.event_id(event))) out.insert(label->incident);
  }
  return out;
}

std::vector<IncidentOutcome> outcomes(const ScoreInputs& in, const JudgedRule& rule,
                                      const std::vector<JudgedAlert>& alerts) {
  std::vector<IncidentOutcome> out(in.truth.incidents.size());
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    if (alerts[i].causal) {
      IncidentOutcome& outcome = out[*alerts[i].incident];
      if (!outcome.alert) outcome.alert = static_cast<std::uint32_t>(i);
      ++outcome.causal_alerts;
    } else if (alerts[i].verdict != Verdict::impossible) {
      for (const std::uint32_t incident : touched(in, in.simulation.alerts[i].match))
        ++out[incident].coincidences;
    }
  }
  const MissExplainer explainer({.log = in.log,
                                 .matches = in.matches,
                                 .simulation = in.simulation,
                                 .truth = in.truth,
                                 .index = in.index,
                                 .rule = rule,
                                 .schedule = in.schedule});
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!out[i].alert) out[i].miss = explainer.explain(static_cast<std::uint32_t>(i));
  }
  return out;
}

Recall recall_of(const truth::Truth& truth, const std::vector<IncidentOutcome>& outcomes) {
  Recall recall;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (truth.incidents[i].intent != Intent::malicious) continue;
    const bool caught = outcomes[i].alert.has_value();
    const Reach reach = caught ? Reach::visible : reach_of(outcomes[i].miss->reason);
    const auto count = [&](Proportion& proportion, Reach needed) {
      if (reach < needed) return;
      ++proportion.total;
      if (caught) ++proportion.hits;
    };
    count(recall.all, Reach::none);
    count(recall.with_behaviour, Reach::behaviour);
    count(recall.reachable, Reach::reachable);
    count(recall.visible, Reach::visible);
  }
  return recall;
}

std::string note_of(const std::vector<Duration>& gaps) {
  if (gaps.empty()) return {};
  return format("nearest {}, median {}", match::precise_duration(std::ranges::min(gaps)),
                match::precise_duration(summarize(gaps).p50));
}

std::vector<MissGroup> group_misses(const ScoreInputs& in, std::optional<Duration> maxspan,
                                    const std::vector<IncidentOutcome>& outcomes) {
  struct Gathered {
    MissGroup group;
    std::map<std::string, std::uint64_t> examples;
    std::vector<Duration> gaps;
  };
  std::map<std::tuple<MissReason, std::uint32_t, std::string>, Gathered> gathered;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (in.truth.incidents[i].intent != Intent::malicious || !outcomes[i].miss) continue;
    const Miss& miss = *outcomes[i].miss;
    Gathered& entry = gathered[{miss.reason, miss.stage, miss.keys}];
    entry.group.reason = miss.reason;
    entry.group.stage = miss.stage;
    entry.group.keys = miss.keys;
    entry.group.text = describe(miss, in.query, maxspan);
    ++entry.group.count;
    if (!miss.example.empty()) ++entry.examples[miss.example];
    if (miss.gap) entry.gaps.push_back(*miss.gap);
  }
  std::vector<MissGroup> out;
  for (auto& [key, entry] : gathered) {
    entry.group.examples = ranked(entry.examples);
    entry.group.note = note_of(entry.gaps);
    out.push_back(std::move(entry.group));
  }
  std::ranges::stable_sort(out, std::greater<>(), &MissGroup::count);
  return out;
}

/// Persona of the host that an alert is about: by a join key that names a host, else by an incident
/// that it touches.
class Personas {
 public:
  explicit Personas(const ScoreInputs& in) : in_(in) {
    for (const truth::HostRecord& host : in.truth.hosts) {
      of_host_.emplace(host.id, host.persona);
      of_host_.emplace(host.name, host.persona);
    }
  }
  [[nodiscard]] std::string of(const match::Match& match, const JudgedAlert& judged) const {
    for (const scan::KeyId key : match.keys) {
      const auto host = of_host_.find(event::to_text(in_.log.key_value(key)));
      if (host != of_host_.end()) return host->second;
    }
    if (judged.incident) return in_.truth.incidents[*judged.incident].persona;
    return "unknown";
  }

 private:
  const ScoreInputs& in_;
  std::map<std::string, std::string> of_host_;
};

FalseAlarms false_alarms_of(const ScoreInputs& in, const std::vector<JudgedAlert>& alerts) {
  FalseAlarms out;
  out.rate.exposure = in.truth.host_days();
  const Personas personas(in);
  std::map<std::string, std::uint64_t> by_scenario;
  std::map<std::string, std::uint64_t> by_persona;
  const auto scenario_name = [&](const JudgedAlert& judged) {
    const truth::Incident& incident = in.truth.incidents[*judged.incident];
    return incident.title.empty() ? incident.scenario : incident.scenario + " " + incident.title;
  };
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    switch (alerts[i].verdict) {
      case Verdict::causal_malicious:
      case Verdict::duplicate:
        continue;
      case Verdict::causal_benign:
        ++out.causal_benign;
        ++by_scenario[scenario_name(alerts[i])];
        break;
      case Verdict::causal_out_of_scope:
        ++out.out_of_scope;
        ++by_scenario[scenario_name(alerts[i])];
        break;
      case Verdict::coincident_with_incident:
      case Verdict::coincident_benign:
        ++out.coincidence;
        ++by_persona[personas.of(in.simulation.alerts[i].match, alerts[i])];
        break;
      case Verdict::impossible:
        ++out.impossible;
        break;
    }
    ++out.rate.count;
  }
  out.causal_by_scenario = ranked(by_scenario);
  out.coincidence_by_persona = ranked(by_persona);
  return out;
}

template <class Wanted>
Latencies latencies_of(const ScoreInputs& in, const std::vector<JudgedAlert>& alerts,
                       const Wanted& wanted) {
  std::vector<Duration> from_event;
  std::vector<Duration> from_ingest;
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    if (!wanted(alerts[i].verdict)) continue;
    const schedule::Alert& alert = in.simulation.alerts[i];
    IngestTime ingested = IngestTime::min();
    for (const scan::CandidateIndex event : alert.match.events) {
      if (event != match::missing_event) ingested = std::max(ingested, in.log.ingest_time(event));
    }
    from_event.push_back(alert.alert_time -
                         on_clock<WallTime>(in.log.event_time(alert.match.completing())));
    from_ingest.push_back(alert.alert_time - on_clock<WallTime>(ingested));
  }
  return {.from_event = summarize(std::move(from_event)),
          .from_ingest = summarize(std::move(from_ingest))};
}

/// Incidents of which some match on complete data has an event: what the schedule then lost is no
/// broken promise.
std::vector<bool> touched_incidents(const ScoreInputs& in) {
  std::vector<bool> touched(in.truth.incidents.size(), false);
  for (const match::Match& match : in.matches.matches) {
    for (const match::CandidateIndex event : match.events) {
      if (event == match::missing_event) continue;
      if (const auto* const label = in.index.find(in.log.event_id(event)))
        touched[label->incident] = true;
    }
  }
  return touched;
}

std::vector<ScenarioRow> scenario_rows(const ScoreInputs& in, std::optional<Duration> maxspan,
                                       const std::vector<IncidentOutcome>& outcomes) {
  const std::vector<bool> touched = touched_incidents(in);
  const bool is_held_to_expectations = !in.rule_id.empty() && in.rule_id == in.truth.expected_rule;
  std::map<std::string, ScenarioRow> rows;
  std::map<std::string, std::map<std::string, std::uint64_t>> reasons;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const truth::Incident& incident = in.truth.incidents[i];
    ScenarioRow& row = rows[incident.scenario];
    if (row.incidents == 0) {
      row.id = incident.scenario;
      row.title = incident.title;
      row.intent = incident.intent;
    }
    const truth::Expectation expected =
        is_held_to_expectations ? incident.expected : truth::Expectation::unstated;
    if (is_held_to_expectations && row.expected_because.empty())
      row.expected_because = incident.expected_because;
    ++row.incidents;
    const bool alerted = outcomes[i].alert.has_value();
    row.alerted += alerted ? 1U : 0U;
    row.coincidences += outcomes[i].coincidences;
    const bool fired = alerted || outcomes[i].coincidences > 0;
    const bool late = !fired && reach_of(outcomes[i].miss->reason) >= Reach::reachable &&
                      outcomes[i].miss->reason != MissReason::unexplained;
    const bool excused = late || (!fired && touched[i]);
    switch (expected) {
      case truth::Expectation::fires:
        ++row.expected_fires;
        row.fires_but_missed += !fired && !excused ? 1U : 0U;
        break;
      case truth::Expectation::silent:
        ++row.expected_silent;
        row.silent_but_alerted += alerted ? 1U : 0U;
        break;
      case truth::Expectation::depends:
        ++row.expected_depends;
        break;
      case truth::Expectation::unstated:
        break;
    }
    const bool is_loss =
        incident.intent == Intent::malicious || expected == truth::Expectation::fires;
    if (!fired && is_loss)
      ++reasons[incident.scenario][describe(*outcomes[i].miss, in.query, maxspan)];
  }
  std::vector<ScenarioRow> out;
  for (auto& [id, row] : rows) {
    const std::vector<NamedCount> why = ranked(reasons[id]);
    if (!why.empty()) {
      row.main_reason = why.front().name;
      row.main_reason_count = why.front().count;
    }
    out.push_back(std::move(row));
  }
  return out;
}

void count_incidents(const ScoreInputs& in, Scorecard& card) {
  std::uint64_t caught = 0;
  std::uint64_t causal = 0;
  for (std::size_t i = 0; i < card.incidents.size(); ++i) {
    const truth::Incident& incident = in.truth.incidents[i];
    const IncidentOutcome& outcome = card.incidents[i];
    switch (incident.intent) {
      case Intent::malicious:
        ++card.malicious_incidents;
        break;
      case Intent::benign:
        ++card.benign_incidents;
        break;
      case Intent::out_of_scope:
        ++card.out_of_scope_incidents;
        break;
    }
    if (incident.intent == Intent::malicious && outcome.alert) {
      ++caught;
      causal += outcome.causal_alerts;
      card.alerts_per_incident_max = std::max(card.alerts_per_incident_max, outcome.causal_alerts);
    }
    const bool reachable = outcome.alert || reach_of(outcome.miss->reason) >= Reach::reachable;
    if (incident.intent != Intent::out_of_scope && incident.behaviour != truth::Behaviour::none &&
        reachable) {
      ++card.behaviour_recall.total;
      card.behaviour_recall.hits += outcome.alert ? 1U : 0U;
    }
  }
  if (caught > 0)
    card.alerts_per_incident = static_cast<double>(causal) / static_cast<double>(caught);
}

}  // namespace

Scorecard score(const ScoreInputs& in) {
  const JudgedRule rule{.query = in.query,
                        .binding = in.binding,
                        .maxspan = in.maxspan ? in.maxspan : in.query.maxspan};
  Scorecard card;
  card.hosts = in.truth.hosts.size();
  card.days = in.truth.days();
  card.events = in.truth.events;
  card.candidates = std::max<std::uint64_t>(in.candidates, in.log.size());
  card.matches = in.matches.matches.size();
  card.schedule = in.schedule;
  card.maxspan = rule.maxspan;
  card.runs = in.simulation.counters;

  card.alerts = judge(in.log, in.simulation.alerts, rule, in.truth, in.index);
  for (const JudgedAlert& judged : card.alerts)
    ++card.verdicts[static_cast<std::size_t>(judged.verdict)];
  card.incidents = outcomes(in, rule, card.alerts);
  count_incidents(in, card);

  const std::uint64_t counted = card.alert_count() - card.verdict(Verdict::duplicate);
  const std::uint64_t causal = card.verdict(Verdict::causal_malicious) +
                               card.verdict(Verdict::causal_benign) +
                               card.verdict(Verdict::causal_out_of_scope);
  card.recall = recall_of(in.truth, card.incidents);
  card.precision = {.hits = card.verdict(Verdict::causal_malicious), .total = counted};
  card.behaviour_precision = {.hits = causal, .total = counted};
  card.f1 = f1(card.precision, card.recall.all);
  card.false_alarms = false_alarms_of(in, card.alerts);
  card.latency = latencies_of(in, card.alerts, [](Verdict v) {
    return v != Verdict::duplicate && v != Verdict::impossible;
  });
  card.latency_malicious =
      latencies_of(in, card.alerts, [](Verdict v) { return v == Verdict::causal_malicious; });
  card.misses = group_misses(in, rule.maxspan, card.incidents);
  card.scenarios = scenario_rows(in, rule.maxspan, card.incidents);

  // Conservation: nothing is counted twice or lost.
  EQLAB_ASSERT(card.precision.hits + card.false_alarms.rate.count == counted);
  EQLAB_ASSERT(card.recall.all.hits == card.verdict(Verdict::causal_malicious));
  std::uint64_t missed = 0;
  for (const MissGroup& group : card.misses) missed += group.count;
  EQLAB_ASSERT(card.recall.all.hits + missed == card.malicious_incidents);
  return card;
}

}  // namespace eqlab::score
