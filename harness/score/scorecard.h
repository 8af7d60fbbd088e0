#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/eql/condition.h"
#include "harness/match/matcher.h"
#include "harness/rule/rule.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"
#include "harness/schedule/simulation.h"
#include "harness/score/bootstrap.h"
#include "harness/score/breakdown.h"
#include "harness/score/latency.h"
#include "harness/score/load.h"
#include "harness/score/miss.h"
#include "harness/score/statistics.h"
#include "harness/score/verdict.h"
#include "harness/truth/truth.h"

/// Alerts against truth: what a rule catches, what it misses and why, what it raises besides, and
/// how late. Two axes, never mixed: *intent* asks whether an alert is about a malicious incident,
/// *behaviour* whether its events really belong together, whoever's they are.
namespace eqlab::score {

/// Does anybody say what really happened?
enum class Labels : std::uint8_t { given, none };

/// `scheduled`: the rule runs as its schedule says. `streaming`: it sees each event as it arrives.
enum class EngineKind : std::uint8_t { scheduled, streaming };
[[nodiscard]] std::string_view to_string(EngineKind engine);

/// What was looked at, where no truth says it.
struct Exposure {
  std::uint64_t hosts = 0;
  EventTime from{};  ///< [from, to)
  EventTime to{};
  std::uint64_t events = 0;
  [[nodiscard]] double days() const;
  friend bool operator==(const Exposure&, const Exposure&) = default;
};

struct ScoreOptions {
  double beta = 2;  ///< of F-beta: how many times as much recall counts as precision
  /// Malicious incidents that a host has a day, for the precision there. The default is three a
  /// month on a thousand hosts.
  double prevalence = 1e-4;
  BootstrapOptions bootstrap = {};
  /// From the start of a run until its alerts exist; for what the closed forms expect.
  Duration run_duration = schedule::SimulationOptions{}.run_duration;
};

struct ScoreInputs {
  const scan::CandidateLog& log;
  /// Over all data at once: no cap, no runs.
  const match::Matches& matches;
  const schedule::Simulation& simulation;
  const truth::Truth& truth;
  const truth::TruthIndex& index;
  const scan::BoundQuery& bound;
  rule::Schedule schedule;
  EngineKind engine = EngineKind::scheduled;  ///< that `simulation` is of
  /// Instead of the query's own; as given to the simulation.
  std::optional<Duration> maxspan = std::nullopt;
  /// Of the rule that is scored. Only the rule that Truth::expected_rule names is held to the
  /// expectations; one without an id never is.
  std::string rule_id = {};
  /// How many candidates the scan found, if `log` holds only those that matter. 0: `log` has all.
  std::uint64_t candidates = 0;
  /// `none`: `truth` and `index` are empty, `exposure` says what was looked at, and nothing is
  /// right or wrong.
  Labels labels = Labels::given;
  /// Instead of the truth's. Needed without labels.
  std::optional<Exposure> exposure = std::nullopt;
  /// The values of `host.id`, as Plan::carry answered: so that alerts have a host though nothing is
  /// labelled and no query joins by it.
  std::optional<scan::KeySlot> host_slot = std::nullopt;
  ScoreOptions options = {};
};

/// A name and how often it occurred.
struct NamedCount {
  std::string name;
  std::uint64_t count = 0;
  friend bool operator==(const NamedCount&, const NamedCount&) = default;
};

/// Incident-level: the same hits among ever fewer incidents; what is lost from one to the next has
/// a reason.
struct Recall {
  Proportion all;             ///< all malicious incidents
  Proportion with_behaviour;  ///< … that opened a connection, where the rule asks for one
  Proportion reachable;       ///< … whose own events satisfy the rule
  Proportion visible;         ///< … and of which some run saw enough
  /// Missed incidents by Cause; with the caught ones they add up to `all`.
  std::array<std::uint64_t, cause_count> lost{};
  [[nodiscard]] std::uint64_t lost_to(Cause cause) const {
    return lost[static_cast<std::size_t>(cause)];
  }
  friend bool operator==(const Recall&, const Recall&) = default;
};

/// Missed malicious incidents that share a reason.
struct MissGroup {
  Reason reason = Reason::unexplained;
  std::uint32_t stage = 0;
  std::string keys;
  std::string text;  ///< the reason in words
  std::string note;  ///< figures of the group; may be empty
  Cause cause = Cause::fault;
  std::uint64_t count = 0;
  std::string example_incident;        ///< id of the first with the most frequent example
  std::optional<Duration> gap_median;  ///< over_maxspan: of the nearest spans
  std::vector<NamedCount> examples;  ///< most frequent first; names are data: escape before showing
  friend bool operator==(const MissGroup&, const MissGroup&) = default;
};

/// One scenario of the catalogue.
struct ScenarioRow {
  std::string id;
  std::string title;
  truth::Intent intent = truth::Intent::benign;
  std::uint64_t incidents = 0;
  std::uint64_t alerted = 0;  ///< with an alert of their own
  std::uint64_t coincidences =
      0;  ///< alerts that took one of its events by chance, repeats included
  /// Incidents by expectation; all 0, and no reason given, when the expectations are about another
  /// rule.
  std::uint64_t expected_fires = 0;
  std::uint64_t expected_silent = 0;
  std::uint64_t expected_depends = 0;
  std::string expected_because;  ///< of the first incident that gives one
  /// Why most of the losses were missed: incidents that raised nothing, not even by chance, and are
  /// malicious or were expected to fire. Empty when there is none; correct silence needs no reason.
  std::string main_reason;
  std::uint64_t main_reason_count = 0;
  /// Expectation and outcome disagree. What is expected is whether the rule fires, be it by chance;
  /// but silence is not broken by chance. Expectations assume prompt and complete events, so a miss
  /// by the schedule, by suppression, by the cap or by other matches is none.
  std::uint64_t fires_but_missed = 0;
  std::uint64_t silent_but_alerted = 0;
  [[nodiscard]] bool disagrees() const { return fires_but_missed + silent_but_alerted > 0; }
  friend bool operator==(const ScenarioRow&, const ScenarioRow&) = default;
};

/// What became of one incident; as many as Truth::incidents, in its order.
struct IncidentOutcome {
  std::optional<std::uint32_t> alert;  ///< the first causal one
  std::uint32_t causal_alerts = 0;
  std::uint32_t coincidences =
      0;                     ///< alerts that took one of its events by chance, repeats included
  std::optional<Miss> miss;  ///< set where there is no causal alert
  friend bool operator==(const IncidentOutcome&, const IncidentOutcome&) = default;
};

struct FalseAlarms {
  /// Alerts, neither duplicate nor causal-malicious, per host-day.
  Rate rate;
  /// Of these: a benign package that really did it; chance; a story out of scope; faults of the
  /// matcher.
  std::uint64_t causal_benign = 0;
  std::uint64_t coincidence = 0;
  std::uint64_t out_of_scope = 0;
  std::uint64_t impossible = 0;
  std::vector<NamedCount> causal_by_scenario;      ///< `B37 title`, benign and out of scope
  std::vector<NamedCount> coincidence_by_persona;  ///< of the host; `unknown` where nothing tells
  friend bool operator==(const FalseAlarms&, const FalseAlarms&) = default;
};

/// The share of right alerts at a stated prevalence; see precision_at.
struct AtPrevalence {
  double per_host_day = 0;
  Measured<double> precision = Unmeasured{"not computed"};
  Measured<Interval> by_host = Unmeasured{"not computed"};
  friend bool operator==(const AtPrevalence&, const AtPrevalence&) = default;
};

/// Intervals by resampling hosts, beside those that the counts alone give.
struct HostIntervals {
  Measured<Interval> recall_all = Unmeasured{"not computed"};
  Measured<Interval> recall_with_behaviour = Unmeasured{"not computed"};
  Measured<Interval> recall_reachable = Unmeasured{"not computed"};
  Measured<Interval> recall_visible = Unmeasured{"not computed"};
  Measured<Interval> precision = Unmeasured{"not computed"};
  Measured<Interval> f1 = Unmeasured{"not computed"};
  Measured<Interval> f_beta = Unmeasured{"not computed"};
  Measured<Interval> false_alarms = Unmeasured{"not computed"};  ///< per host-day
  Measured<Interval> alerts = Unmeasured{"not computed"};        ///< per host-day
  Measured<Interval> behaviour_precision = Unmeasured{"not computed"};
  Measured<Interval> behaviour_recall = Unmeasured{"not computed"};
  friend bool operator==(const HostIntervals&, const HostIntervals&) = default;
};

/// What became of matches where the rule suppresses alerts.
struct SuppressionCounts {
  std::uint64_t matches = 0;  ///< added to an alert instead of becoming one, each once
  std::uint64_t times = 0;    ///< the same, each as often as it was found and added
  std::uint64_t alerts = 0;   ///< that took any in
  friend bool operator==(const SuppressionCounts&, const SuppressionCounts&) = default;
};

/// Event time that no scheduled run ever searched.
struct Unsearched {
  std::uint64_t gaps = 0;
  Duration time = Duration::zero();  ///< of all of them together
  friend bool operator==(const Unsearched&, const Unsearched&) = default;
};

/// How many of a kind have how much of something.
struct CountBucket {
  std::uint64_t value = 0;
  std::uint64_t count = 0;
  friend bool operator==(const CountBucket&, const CountBucket&) = default;
};

/// How often runs see what they alert on.
struct SightingCounts {
  std::vector<CountBucket> histogram;  ///< alerts by searches that returned them
  std::optional<double> mean;
  /// What the closed forms expect of the same alerts, given their spans and delays, over all phases
  /// in which there is a sighting. Disturbed runs, the cap and other matches make the two differ.
  std::optional<double> expected;
  friend bool operator==(const SightingCounts&, const SightingCounts&) = default;
};

/// What arithmetic says of the schedule, whatever the corpus holds (`rule/closed_forms.h`, F1
/// to F4): of a sequence as long as maxspan, or of one event, that arrives at once.
struct Forecast {
  Duration span = Duration::zero();
  Duration guaranteed_delay = Duration::zero();  ///< negative: even prompt events can be lost
  double sightings = 0;
  /// Nothing when no run could see it.
  std::optional<Duration> latency_mean;
  std::optional<Duration> latency_worst;
  friend bool operator==(const Forecast&, const Forecast&) = default;
};

struct Scorecard {
  // What was looked at.
  Labels labels = Labels::given;
  std::uint64_t hosts = 0;
  EventTime from{};
  EventTime to{};
  double days = 0;
  std::uint64_t events = 0;
  std::uint64_t malicious_incidents = 0;
  std::uint64_t benign_incidents = 0;
  std::uint64_t out_of_scope_incidents = 0;
  std::uint64_t candidates = 0;
  std::uint64_t matches = 0;  ///< on complete data
  EngineKind engine = EngineKind::scheduled;
  rule::Schedule schedule;  ///< not in force where the engine streams
  std::optional<Duration> maxspan;
  schedule::SimulationCounters runs;  ///< streaming: instants at which events arrived
  Unsearched unsearched;
  /// Nothing where the rule suppresses no alerts.
  std::optional<SuppressionCounts> suppression = std::nullopt;

  // Intent.
  Recall recall;             ///< incident-level
  Proportion precision;      ///< alert-level: causal-malicious among all but duplicates
  std::optional<double> f1;  ///< of precision and recall.all
  double beta = 0;
  std::optional<double> f_beta;
  AtPrevalence at_prevalence;
  FalseAlarms false_alarms;
  Latencies latency;            ///< of all alerts
  Latencies latency_malicious;  ///< of causal-malicious ones
  double alerts_per_incident =
      0;  ///< causal alerts, duplicates included, per caught malicious incident
  std::uint32_t alerts_per_incident_max = 0;
  std::vector<CountBucket> alerts_per_incident_histogram;  ///< caught incidents by causal alerts

  // Behaviour.
  Proportion
      behaviour_precision;  ///< alert-level: causal of whatever intent among all but duplicates
  Proportion
      behaviour_recall;  ///< incident-level: alerted among those that connect and are reachable

  // Whatever is right or wrong.
  Rate alert_rate;  ///< all alerts per host-day
  std::uint64_t hosts_with_alerts = 0;
  std::uint64_t alerts_without_host = 0;
  std::vector<NamedCount> noisiest_hosts;  ///< by alerts, at most `noisiest_hosts_max`
  Load load;
  SightingCounts sightings;
  Measured<Forecast> forecast = Unmeasured{"not computed"};
  HostIntervals by_host;
  BootstrapOptions bootstrap;  ///< as used; `threads` is 1 whatever was
  Breakdowns breakdowns;

  std::array<std::uint64_t, verdict_count> verdicts{};  ///< by Verdict; they add up to the alerts
  std::vector<MissGroup> misses;           ///< by count; add up to the missed malicious incidents
  std::vector<ScenarioRow> scenarios;      ///< by id
  std::vector<JudgedAlert> alerts;         ///< as Simulation::alerts
  std::vector<IncidentOutcome> incidents;  ///< as Truth::incidents

  [[nodiscard]] std::uint64_t verdict(Verdict which) const {
    return verdicts[static_cast<std::size_t>(which)];
  }
  [[nodiscard]] std::uint64_t alert_count() const { return alerts.size(); }
  friend bool operator==(const Scorecard&, const Scorecard&) = default;
};

/// False alarms are shown per this many host-days.
inline constexpr double hosts_shown = 1'000;
inline constexpr std::size_t noisiest_hosts_max = 10;

/// Why the figures of one kind have no value; empty where they have one.
[[nodiscard]] std::string why_no_recall(const Scorecard& card);
[[nodiscard]] std::string why_no_precision(const Scorecard& card);
[[nodiscard]] std::string why_no_alarm_rate(const Scorecard& card);
[[nodiscard]] std::string why_no_alert_rate(const Scorecard& card);
[[nodiscard]] std::string why_no_latency(const LatencySummary& summary);

/// Cost: a pass over the log and the alerts, and for each incident without an alert the number of
/// its own candidates squared; resampling hosts costs 7 ns × hosts × resamples.
[[nodiscard]] Scorecard score(const ScoreInputs& inputs);

}  // namespace eqlab::score
