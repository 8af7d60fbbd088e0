#include "harness/score/scorecard.h"

#include <algorithm>
#include <functional>
#include <map>
#include <ratio>
#include <set>
#include <tuple>

#include "harness/base/check.h"
#include "harness/base/text.h"
#include "harness/match/elapsed.h"
#include "harness/rule/closed_forms.h"
#include "harness/score/hosts.h"

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

/// What one host adds to the sums that figures are made of.
enum Column : std::size_t {
  col_malicious,
  col_with_behaviour,
  col_reachable,
  col_visible,
  col_caught,
  col_behaves,  ///< benign and malicious incidents that connect and are reachable
  col_behaves_caught,
  col_counted,  ///< alerts but duplicates
  col_causal,   ///< of these, causal of whatever intent
  col_right,    ///< causal-malicious
  col_false,
  col_by_chance_with_incident,
  col_alerts,
  columns
};

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
    if (!caught) ++recall.lost[static_cast<std::size_t>(cause_of(*outcomes[i].miss))];
  }
  return recall;
}

std::string note_of(const std::vector<Duration>& gaps) {
  if (gaps.empty()) return {};
  return format("nearest {}, median {}", precise_duration(std::ranges::min(gaps)),
                precise_duration(summarize(gaps).p50));
}

std::vector<MissGroup> group_misses(const ScoreInputs& in, std::optional<Duration> maxspan,
                                    const std::vector<IncidentOutcome>& outcomes) {
  struct Gathered {
    MissGroup group;
    std::map<std::string, std::uint64_t> examples;
    std::map<std::string, std::string> first_of_example;  ///< id of the first incident
    std::vector<Duration> gaps;
  };
  std::map<std::tuple<Reason, std::uint32_t, std::string, std::string>, Gathered> gathered;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (in.truth.incidents[i].intent != Intent::malicious || !outcomes[i].miss) continue;
    const Miss& miss = *outcomes[i].miss;
    Gathered& entry = gathered[{miss.reason, miss.stage, miss.keys, miss.fault}];
    entry.group.reason = miss.reason;
    entry.group.stage = miss.stage;
    entry.group.keys = miss.keys;
    entry.group.text = describe(miss, in.bound.query, maxspan);
    entry.group.cause = cause_of(miss);
    ++entry.group.count;
    entry.first_of_example.try_emplace(miss.example, in.truth.incidents[i].id);
    if (!miss.example.empty()) ++entry.examples[miss.example];
    if (miss.gap) entry.gaps.push_back(*miss.gap);
  }
  std::vector<MissGroup> out;
  for (auto& [key, entry] : gathered) {
    entry.group.examples = ranked(entry.examples);
    entry.group.note = note_of(entry.gaps);
    if (!entry.gaps.empty()) entry.group.gap_median = summarize(entry.gaps).p50;
    entry.group.example_incident = entry.first_of_example.at(
        entry.group.examples.empty() ? std::string() : entry.group.examples[0].name);
    out.push_back(std::move(entry.group));
  }
  std::ranges::stable_sort(out, std::greater<>(), &MissGroup::count);
  return out;
}

using AlertHosts = std::vector<std::optional<Hosts::Number>>;

FalseAlarms false_alarms_of(const ScoreInputs& in, const std::vector<JudgedAlert>& alerts,
                            const AlertHosts& alert_hosts, const Hosts& hosts, double host_days) {
  FalseAlarms out;
  out.rate.exposure = host_days;
  const auto persona_of = [&](std::size_t alert) -> std::string {
    if (alert_hosts[alert] && *alert_hosts[alert] < hosts.listed())
      return hosts.persona(*alert_hosts[alert]);
    const auto& incident = alerts[alert].incident;
    return incident ? in.truth.incidents[*incident].persona : "unknown";
  };
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
      case Verdict::unlabelled:
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
        ++by_persona[persona_of(i)];
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
Latencies latencies_of(const std::vector<AlertLatency>& latencies,
                       const std::vector<JudgedAlert>& alerts, const Wanted& wanted) {
  std::vector<AlertLatency> chosen;
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    if (wanted(alerts[i].verdict)) chosen.push_back(latencies[i]);
  }
  return summarize(chosen);
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
                      outcomes[i].miss->reason != Reason::unexplained;
    const bool is_incomplete = !fired && cause_of(*outcomes[i].miss) == Cause::telemetry;
    const bool excused = late || is_incomplete || (!fired && touched[i]);
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
      ++reasons[incident.scenario][describe(*outcomes[i].miss, in.bound.query, maxspan)];
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

std::vector<CountBucket> buckets_of(const std::map<std::uint64_t, std::uint64_t>& counts) {
  std::vector<CountBucket> out;
  for (const auto& [value, count] : counts) out.push_back({.value = value, .count = count});
  return out;
}

/// Does the package really do what the rule looks for, and could the rule see it?
bool behaves_reachably(const truth::Incident& incident, const IncidentOutcome& outcome) {
  return incident.intent != Intent::out_of_scope && incident.behaviour != truth::Behaviour::none &&
         (outcome.alert || reach_of(outcome.miss->reason) >= Reach::reachable);
}

void count_incidents(const ScoreInputs& in, Scorecard& card) {
  std::uint64_t caught = 0;
  std::uint64_t causal = 0;
  std::map<std::uint64_t, std::uint64_t> alerts_of_caught;
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
      ++alerts_of_caught[outcome.causal_alerts];
      card.alerts_per_incident_max = std::max(card.alerts_per_incident_max, outcome.causal_alerts);
    }
    if (behaves_reachably(incident, outcome)) {
      ++card.behaviour_recall.total;
      card.behaviour_recall.hits += outcome.alert ? 1U : 0U;
    }
  }
  if (caught > 0)
    card.alerts_per_incident = static_cast<double>(causal) / static_cast<double>(caught);
  card.alerts_per_incident_histogram = buckets_of(alerts_of_caught);
}

/// How early and how late the events of an alert became searchable, as the closed forms want it.
rule::SequenceTiming timing_of(const ScoreInputs& in, const match::Match& match) {
  const EventTime first = in.log.event_time(match.first());
  const EventTime last = in.log.event_time(match.completing());
  rule::SequenceTiming timing{.span = last - first};
  const auto delay = [&](scan::CandidateIndex event) {
    return schedule::searchable_at(in.log, event, in.simulation.refresh) -
           on_clock<WallTime>(in.log.event_time(event));
  };
  timing.first_delay = delay(match.first());
  // Any event may be the one that all wait for; the forms know only the last.
  for (const scan::CandidateIndex event : match.events) {
    if (event == match::missing_event) continue;
    timing.last_delay = std::max(timing.last_delay, in.log.event_time(event) - last + delay(event));
  }
  return timing;
}

std::optional<SuppressionCounts> suppression_of(const schedule::Simulation& simulation) {
  SuppressionCounts out;
  bool suppresses = !simulation.suppressed.empty();
  for (const schedule::Alert& alert : simulation.alerts) {
    if (!alert.suppression) continue;
    suppresses = true;
    out.alerts += alert.suppression->count > 0 ? 1U : 0U;
  }
  for (const schedule::SuppressedMatch& match : simulation.suppressed) {
    ++out.matches;
    out.times += match.times;
  }
  return suppresses ? std::optional(out) : std::nullopt;
}

Unsearched unsearched_of(const std::vector<schedule::Gap>& gaps) {
  Unsearched out;
  for (const schedule::Gap& gap : gaps) {
    out.gaps += gap.times;
    std::int64_t all = 0;
    if (__builtin_mul_overflow(gap.length().count(), gap.times, &all) ||
        __builtin_add_overflow(out.time.count(), all, &all))
      all = Duration::max().count();
    out.time = Duration(all);
  }
  return out;
}

/// The closed forms know runs whose windows go by event time.
bool goes_by_event_time(const ScoreInputs& in) {
  return in.engine == EngineKind::scheduled &&
         in.simulation.range.value_or(schedule::RangeField{}) == schedule::RangeField{};
}

SightingCounts sightings_of(const ScoreInputs& in) {
  SightingCounts out;
  std::map<std::uint64_t, std::uint64_t> counts;
  double seen = 0;
  double expected = 0;
  std::uint64_t expecting = 0;
  for (const schedule::Alert& alert : in.simulation.alerts) {
    ++counts[alert.sightings];
    seen += alert.sightings;
    if (!goes_by_event_time(in)) continue;
    const rule::Sightings forms = rule::sightings(in.schedule, timing_of(in, alert.match));
    // Given that it is seen at all. What only a disturbed run sees has no share here.
    const double is_seen = 1 - forms.share(0);
    if (is_seen <= 0) continue;
    expected += forms.mean() / is_seen;
    ++expecting;
  }
  out.histogram = buckets_of(counts);
  if (!in.simulation.alerts.empty())
    out.mean = seen / static_cast<double>(in.simulation.alerts.size());
  if (expecting > 0) out.expected = expected / static_cast<double>(expecting);
  return out;
}

Measured<Forecast> forecast_of(const ScoreInputs& in, std::optional<Duration> maxspan) {
  if (in.engine == EngineKind::streaming) return Unmeasured{"a streaming engine has no runs"};
  if (!goes_by_event_time(in)) return Unmeasured{"windows go by another time than the events' own"};
  const bool is_one_event = in.bound.query.kind == eql::QueryKind::event;
  if (!is_one_event && !maxspan)
    return Unmeasured{"without maxspan no delay is sure to be survived"};
  Forecast out;
  out.span = is_one_event ? Duration::zero() : *maxspan;
  const rule::SequenceTiming timing{.span = out.span};
  out.guaranteed_delay = rule::guaranteed_delay(in.schedule, out.span, Duration::zero());
  out.sightings = rule::sightings(in.schedule, timing).mean();
  if (const auto latency = rule::latency(in.schedule, timing, in.options.run_duration)) {
    out.latency_mean = latency->mean;
    out.latency_worst = latency->worst;
  }
  return out;
}

/// Fills Scorecard::by_host and at_prevalence, once all counts stand.
class HostResampling {
 public:
  HostResampling(const ScoreInputs& in, Scorecard& card, Hosts& hosts,
                 const AlertHosts& alert_hosts)
      : in_(in), card_(card) {
    AlertHosts incident_hosts;  // first all of them: asking may find hosts that nobody listed
    for (std::size_t i = 0; i < card.incidents.size(); ++i)
      incident_hosts.push_back(hosts.of(in.truth.incidents[i]));
    std::vector<double> table(hosts.size() * columns, 0);
    for (std::size_t i = 0; i < card.incidents.size(); ++i) {
      const std::optional<Hosts::Number> host = incident_hosts[i];
      if (!host) {
        ++homeless_;
        continue;
      }
      count_incident(in.truth.incidents[i], card.incidents[i], row_of(table, *host));
    }
    for (std::size_t i = 0; i < card.alerts.size(); ++i) {
      if (!alert_hosts[i]) {
        ++homeless_;
        continue;
      }
      count_alert(card.alerts[i].verdict, row_of(table, *alert_hosts[i]));
    }
    if (homeless_ == 0 && in.options.bootstrap.resamples > 0)
      bootstrap_.emplace(std::move(table), columns, card.hosts,
                         in.options.bootstrap);  // the others had no incident and no alert
  }

  void run() {
    HostIntervals& out = card_.by_host;
    out.recall_all = ratio(col_caught, col_malicious);
    out.recall_with_behaviour = ratio(col_caught, col_with_behaviour);
    out.recall_reachable = ratio(col_caught, col_reachable);
    out.recall_visible = ratio(col_caught, col_visible);
    out.precision = ratio(col_right, col_counted);
    out.behaviour_precision = ratio(col_causal, col_counted);
    out.behaviour_recall = ratio(col_behaves_caught, col_behaves);
    out.f1 = interval(f_of(1), col_malicious);
    out.f_beta = interval(f_of(card_.beta), col_malicious);
    out.false_alarms = rate(col_false);
    out.alerts = rate(col_alerts);
    at_prevalence();
  }

 private:
  using Sums = std::span<const double>;

  static double* row_of(std::vector<double>& table, Hosts::Number host) {
    return table.data() + std::size_t{host} * columns;
  }

  static void count_incident(const truth::Incident& incident, const IncidentOutcome& outcome,
                             double* row) {
    const bool caught = outcome.alert.has_value();
    if (behaves_reachably(incident, outcome)) {
      row[col_behaves] += 1;
      row[col_behaves_caught] += caught ? 1 : 0;
    }
    if (incident.intent != Intent::malicious) return;
    const Reach reach = caught ? Reach::visible : reach_of(outcome.miss->reason);
    row[col_malicious] += 1;
    row[col_with_behaviour] += reach >= Reach::behaviour ? 1 : 0;
    row[col_reachable] += reach >= Reach::reachable ? 1 : 0;
    row[col_visible] += reach >= Reach::visible ? 1 : 0;
    row[col_caught] += caught ? 1 : 0;
  }

  static void count_alert(Verdict verdict, double* row) {
    row[col_alerts] += 1;
    if (verdict == Verdict::duplicate || verdict == Verdict::unlabelled) return;
    row[col_counted] += 1;
    row[col_right] += verdict == Verdict::causal_malicious ? 1 : 0;
    row[col_causal] += verdict == Verdict::causal_malicious || verdict == Verdict::causal_benign ||
                               verdict == Verdict::causal_out_of_scope
                           ? 1
                           : 0;
    row[col_false] += is_false_alarm(verdict) ? 1 : 0;
    row[col_by_chance_with_incident] += verdict == Verdict::coincident_with_incident ? 1 : 0;
  }

  static std::optional<double> divided(double part, double whole) {
    if (!(whole > 0)) return std::nullopt;
    return part / whole;
  }

  [[nodiscard]] Measured<Interval> interval(const Bootstrap::Figure& figure,
                                            std::size_t support) const {
    if (homeless_ > 0) {
      return Unmeasured{format("{} of the alerts and incidents name no host",
                               group_digits(static_cast<std::int64_t>(homeless_)))};
    }
    if (!bootstrap_) return Unmeasured{"hosts were not resampled"};
    return bootstrap_->interval(figure, support);
  }
  [[nodiscard]] Measured<Interval> ratio(Column part, Column whole) const {
    return interval([=](Sums sums) { return divided(sums[part], sums[whole]); }, whole);
  }
  [[nodiscard]] Measured<Interval> rate(Column part) const {
    const double host_days = card_.alert_rate.exposure;
    return interval([=](Sums sums) { return divided(sums[part], host_days); }, part);
  }
  static Bootstrap::Figure f_of(double beta) {
    return [beta](Sums sums) {
      return eqlab::score::f_beta(divided(sums[col_right], sums[col_counted]),
                                  divided(sums[col_caught], sums[col_malicious]), beta);
    };
  }

  void at_prevalence() {
    AtPrevalence& out = card_.at_prevalence;
    out.per_host_day = in_.options.prevalence;
    const double host_days = card_.alert_rate.exposure;
    const auto figure = [host_days, prevalence = out.per_host_day](
                            double malicious, double caught, double wrong,
                            double by_chance) -> std::optional<double> {
      const auto recall = divided(caught, malicious);
      const auto chance = divided(by_chance, malicious);
      const auto others = divided(wrong - by_chance, host_days);
      if (!recall || !chance || !others) return std::nullopt;
      return precision_at(
          {.recall = *recall, .chance_per_incident = *chance, .false_per_host_day = *others},
          prevalence);
    };
    const auto value = figure(
        static_cast<double>(card_.recall.all.total), static_cast<double>(card_.recall.all.hits),
        static_cast<double>(card_.false_alarms.rate.count),
        static_cast<double>(card_.verdict(Verdict::coincident_with_incident)));
    if (value && card_.false_alarms.rate.count == 0) {
      // It would say 100 % of attacks however rare, which no number of quiet days supports.
      out.precision = Unmeasured{"no false alarm was seen, so how rare they are is not known"};
      out.by_host = Unmeasured{"no false alarm was seen"};
      return;
    }
    if (value) {
      out.precision = *value;
    } else {
      out.precision = Unmeasured{card_.labels == Labels::none
                                     ? "no labels"
                                     : "recall or the rate of false alarms is not measured"};
    }
    out.by_host = interval(
        [figure](Sums sums) {
          return figure(sums[col_malicious], sums[col_caught], sums[col_false],
                        sums[col_by_chance_with_incident]);
        },
        col_malicious);
  }

  const ScoreInputs& in_;
  Scorecard& card_;
  std::uint64_t homeless_ = 0;
  std::optional<Bootstrap> bootstrap_;
};

void count_alerting_hosts(const Hosts& hosts, const AlertHosts& alert_hosts, Scorecard& card) {
  std::map<std::string, std::uint64_t> by_host;
  for (const auto& host : alert_hosts) {
    if (host) {
      ++by_host[hosts.name(*host)];
    } else {
      ++card.alerts_without_host;
    }
  }
  card.hosts_with_alerts = by_host.size();
  card.noisiest_hosts = ranked(by_host);
  if (card.noisiest_hosts.size() > noisiest_hosts_max)
    card.noisiest_hosts.resize(noisiest_hosts_max);
}

/// What happened in less than this says nothing of a day.
constexpr double days_for_rates_min = 1.0 / 24;

bool is_too_short(const Scorecard& card) {
  return card.alert_rate.exposure > 0 && card.days < days_for_rates_min;
}
std::string too_short(const Scorecard& card) {
  return format("the events cover {} only", human_duration(card.to - card.from));
}

std::string unless(bool is_measured, const Scorecard& card, std::string reason) {
  if (is_measured) return {};
  return card.labels == Labels::none ? "no labels" : reason;
}

}  // namespace

std::string_view to_string(EngineKind engine) {
  return engine == EngineKind::streaming ? "streaming" : "scheduled";
}

double Exposure::days() const {
  return std::chrono::duration<double, std::ratio<86'400>>(to - from).count();
}

std::string why_no_recall(const Scorecard& card) {
  return unless(card.recall.all.total > 0, card, "no malicious incidents in this corpus");
}
std::string why_no_precision(const Scorecard& card) {
  return unless(card.precision.total > 0, card, "no alerts");
}
std::string why_no_alarm_rate(const Scorecard& card) {
  if (card.labels == Labels::given && is_too_short(card)) return too_short(card);
  return unless(card.labels == Labels::given && card.false_alarms.rate.exposure > 0, card,
                "the corpus has no hosts or covers no time");
}
std::string why_no_alert_rate(const Scorecard& card) {
  if (is_too_short(card)) return too_short(card);
  return card.alert_rate.exposure > 0 ? "" : "the events have no hosts or cover no time";
}
std::string why_no_latency(const LatencySummary& summary) {
  return summary.count > 0 ? "" : "no alerts";
}

Scorecard score(const ScoreInputs& in) {
  const JudgedRule rule{.bound = in.bound,
                        .maxspan = in.maxspan ? in.maxspan : in.bound.query.maxspan};
  const bool is_labelled = in.labels == Labels::given;
  EQLAB_ASSERT(is_labelled || (in.exposure && in.truth.incidents.empty()));
  const Exposure exposure = in.exposure.value_or(Exposure{.hosts = in.truth.hosts.size(),
                                                          .from = in.truth.from,
                                                          .to = in.truth.to,
                                                          .events = in.truth.events});
  Scorecard card;
  card.labels = in.labels;
  card.hosts = exposure.hosts;
  card.from = exposure.from;
  card.to = exposure.to;
  card.days = exposure.days();
  card.events = exposure.events;
  card.candidates = std::max<std::uint64_t>(in.candidates, in.log.size());
  card.matches = in.matches.matches.size();
  card.engine = in.engine;
  card.schedule = in.schedule;
  card.maxspan = rule.maxspan;
  card.runs = in.simulation.counters;
  card.unsearched = unsearched_of(in.simulation.gaps);
  card.suppression = suppression_of(in.simulation);
  card.bootstrap = in.options.bootstrap;
  card.bootstrap.threads = 1;

  card.alerts = is_labelled ? judge(in.log, in.simulation.alerts, rule, in.truth, in.index)
                            : judge_unlabelled(in.log, in.simulation.alerts, rule);
  for (const JudgedAlert& judged : card.alerts)
    ++card.verdicts[static_cast<std::size_t>(judged.verdict)];
  if (is_labelled) card.incidents = outcomes(in, rule, card.alerts);
  count_incidents(in, card);

  Hosts hosts(in.log, in.truth, in.host_slot);
  AlertHosts alert_hosts;
  std::vector<AlertLatency> latencies;
  std::vector<WallTime> times;
  for (std::size_t i = 0; i < card.alerts.size(); ++i) {
    const schedule::Alert& alert = in.simulation.alerts[i];
    alert_hosts.push_back(hosts.of(alert.match, card.alerts[i]));
    latencies.push_back(latency_of(in.log, alert));
    times.push_back(alert.alert_time);
  }
  count_alerting_hosts(hosts, alert_hosts, card);
  const double host_days = static_cast<double>(exposure.hosts) * exposure.days();
  card.alert_rate = {.count = card.alert_count(), .exposure = host_days};

  const std::uint64_t counted =
      card.alert_count() - card.verdict(Verdict::duplicate) - card.verdict(Verdict::unlabelled);
  const std::uint64_t causal = card.verdict(Verdict::causal_malicious) +
                               card.verdict(Verdict::causal_benign) +
                               card.verdict(Verdict::causal_out_of_scope);
  card.recall = recall_of(in.truth, card.incidents);
  if (is_labelled) {
    card.precision = {.hits = card.verdict(Verdict::causal_malicious), .total = counted};
    card.behaviour_precision = {.hits = causal, .total = counted};
  }
  card.f1 = f1(card.precision, card.recall.all);
  card.beta = in.options.beta;
  card.f_beta = f_beta(card.precision.value(), card.recall.all.value(), card.beta);
  card.false_alarms = false_alarms_of(in, card.alerts, alert_hosts, hosts, host_days);
  card.latency = latencies_of(latencies, card.alerts, [](Verdict v) {
    return v != Verdict::duplicate && v != Verdict::impossible;
  });
  card.latency_malicious = latencies_of(latencies, card.alerts,
                                        [](Verdict v) { return v == Verdict::causal_malicious; });
  card.load = load_of(times, exposure.from, exposure.to);
  card.sightings = sightings_of(in);
  card.forecast = forecast_of(in, rule.maxspan);
  card.misses = group_misses(in, rule.maxspan, card.incidents);
  card.scenarios = scenario_rows(in, rule.maxspan, card.incidents);
  if (is_labelled) {
    std::vector<bool> caught;
    for (const IncidentOutcome& outcome : card.incidents)
      caught.push_back(outcome.alert.has_value());
    card.breakdowns = break_down(in.truth, caught, card.alerts, alert_hosts, hosts);
  }
  HostResampling(in, card, hosts, alert_hosts).run();

  // Conservation: nothing is counted twice or lost.
  EQLAB_ASSERT(!is_labelled || card.precision.hits + card.false_alarms.rate.count == counted);
  EQLAB_ASSERT(card.recall.all.hits == card.verdict(Verdict::causal_malicious));
  std::uint64_t missed = 0;
  for (const MissGroup& group : card.misses) missed += group.count;
  std::uint64_t lost = 0;
  for (const std::uint64_t count : card.recall.lost) lost += count;
  EQLAB_ASSERT(card.recall.all.hits + missed == card.malicious_incidents);
  EQLAB_ASSERT(missed == lost);
  return card;
}

}  // namespace eqlab::score
