#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/time.h"
#include "harness/gate/rule_diff.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"
#include "harness/score/evaluate.h"
#include "harness/score/paired.h"
#include "harness/truth/truth.h"

/// What a change did: two versions of a rule over one log.
namespace eqlab::gate {

/// Caught and all malicious incidents of a group.
struct GroupRecall {
  std::string name;
  std::string title;  ///< of scenarios
  score::Proportion recall;
};

/// The figures of one version that a policy speaks of.
struct Figures {
  score::Proportion recall;  ///< incident-level, of all malicious incidents
  score::Proportion precision;
  std::vector<GroupRecall> families;   ///< of malicious incidents, by name
  std::vector<GroupRecall> scenarios;  ///< malicious ones, by id
  score::Rate false_alarms;            ///< per host-day, repeats left out
  std::uint64_t alerts = 0;
  score::LatencySummary latency;  ///< from the last event; of right alerts, or of all
  bool latency_is_of_right_alerts = false;
  std::uint64_t cap_hits = 0;     ///< runs that returned as much as the cap allows
  std::uint64_t lost_to_cap = 0;  ///< matches
};

struct ExampleEvent {
  EventTime time{};
  std::string host;
  std::string process;
  std::string parent;
  std::string id;  ///< event.id
};

/// One incident that only one of the versions catches.
struct IncidentChange {
  std::string incident;
  std::string scenario;
  std::string title;
  std::string family;
  std::string host;
  std::string why;                   ///< lost: what the new version misses it for
  std::string subject;               ///< lost: whom; may be empty
  std::optional<std::size_t> cause;  ///< lost: the change that did it, in RuleDiff::changes
  ExampleEvent example;              ///< the event that completed the alert
};

/// One alert that only one of the versions raises.
struct AlertChange {
  score::Verdict verdict = score::Verdict::coincident_benign;
  std::string incident;  ///< that it is about or touches; may be empty
  std::string scenario;
  ExampleEvent example;
};

struct ScenarioChange {
  std::string id;
  std::string title;
  std::uint64_t incidents = 0;
  std::uint64_t before = 0;  ///< caught
  std::uint64_t after = 0;
};

/// At most so many changes are kept as examples; all are counted.
inline constexpr std::size_t alerts_kept_max = 200;
inline constexpr std::size_t incidents_kept_max = 10'000;

struct Effect {
  std::vector<IncidentChange> lost;  ///< malicious, by id
  std::vector<IncidentChange> gained;
  std::vector<ScenarioChange> scenarios;  ///< malicious, those where something is other, by id
  std::uint64_t alerts_lost = 0;
  std::uint64_t alerts_gained = 0;
  std::vector<AlertChange> lost_alerts;    ///< of these those that are no catch of an incident
  std::vector<AlertChange> gained_alerts;  ///< kept: right ones first, then as raised
  score::PairedComparison recall;          ///< of malicious incidents, after − before
  score::RateComparison false_alarms;      ///< after − before, per host-day
};

/// The log and what candidates carry besides the join keys: of host, process and parent.
struct EffectInputs {
  const scan::CandidateLog& log;
  const truth::Truth& truth;
  const truth::TruthIndex& index;
  scan::KeySlot host;
  scan::KeySlot process;
  scan::KeySlot parent;
  std::map<std::string, std::string> host_names = {};  ///< by id, for examples; see host_names_of
  score::BootstrapOptions bootstrap = {};
};

/// One version, decided over the log.
struct DecidedVersion {
  const eql::CheckedQuery& query;
  const score::Evaluation& evaluation;
};

[[nodiscard]] std::map<std::string, std::string> host_names_of(const truth::Truth& truth);

[[nodiscard]] Figures figures_of(const EffectInputs& inputs, const DecidedVersion& version);

/// An alert is the same when it has the same events. `diff` goes from `before` to `after`.
[[nodiscard]] Effect compare(const EffectInputs& inputs, const DecidedVersion& before,
                             const DecidedVersion& after, const RuleDiff& diff);

/// The difference, second − first, of two figures that were not measured on the same events, by the
/// intervals of each (method of variance estimates recovery).
[[nodiscard]] score::Interval unpaired_difference(double first, const score::Interval& of_first,
                                                  double second, const score::Interval& of_second);

}  // namespace eqlab::gate
