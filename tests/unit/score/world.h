#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/match/matcher.h"
#include "harness/schedule/simulation.h"
#include "harness/schedule/streaming.h"
#include "harness/score/scorecard.h"
#include "harness/truth/truth.h"
#include "tests/unit/schedule/tiny_log.h"

/// A labelled timeline written down by hand, and its scorecard under `sequence by host.id, user.id
/// with maxspan=30s [process …] [network …]`, every 5 minutes with a look-back of 9.
namespace eqlab::tiny {

/// An event together with its label. `stages` as in tiny::Event; none at all: the query never sees
/// it.
struct Labelled {
  std::string id;
  double at = 0;
  std::vector<std::uint32_t> stages;
  std::vector<std::string> keys = {"mac-1", "0"};
  double delay = 0;
  truth::Role role = truth::Role::noise;
  std::string what = {};
  std::vector<std::string> faults = {};
  std::optional<double> date = std::nullopt;  ///< value of slot 2, for windows by another time
};

struct Story {
  std::string scenario;
  truth::Intent intent = truth::Intent::malicious;
  truth::Behaviour behaviour = truth::Behaviour::connects;
  std::vector<Labelled> events;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> true_pairs = {{0, 1}};
  truth::Expectation expected = truth::Expectation::unstated;
  std::string persona = "office";
  std::string family = {};
  std::vector<std::string> tags = {};
};

/// The rule that the expectations of every world speak of.
inline constexpr const char* expected_rule = "the-rule";

struct World {
  std::vector<Story> stories;
  std::vector<Event> background = {};
  rule::Schedule schedule = {.interval = std::chrono::minutes{5},
                             .look_back = std::chrono::minutes{9},
                             .max_signals = 100};
  std::optional<double> maxspan = 30;
  std::string rule_id = expected_rule;  ///< of the rule that is scored
  std::vector<schedule::Disturbance> disturbances = {};
  std::vector<WallTime> run_times = {};
  std::vector<schedule::ManualRun> manual_runs = {};
  std::optional<schedule::RangeField> range = std::nullopt;
  std::optional<schedule::SuppressionOptions> suppression = std::nullopt;
  score::EngineKind engine = score::EngineKind::scheduled;
  score::ScoreOptions options = {};
  int hosts = 10;
};

/// A script at `at` and the connection that it makes `gap` later.
[[nodiscard]] inline std::vector<Labelled> install(const std::string& name, double at,
                                                   double gap = 1) {
  return {{.id = name + "-script",
           .at = at,
           .stages = {0},
           .role = truth::Role::script,
           .what = "exec bash < package_script_service"},
          {.id = name + "-connect",
           .at = at + gap,
           .stages = {1},
           .role = truth::Role::network,
           .what = "connect curl 203.0.113.8:443"}};
}

[[nodiscard]] inline truth::Truth truth_of(const World& world) {
  truth::Truth truth;
  truth.from = at(0);
  truth.to = at(86'400);
  truth.expected_rule = expected_rule;
  for (int i = 1; i <= world.hosts; ++i) {
    truth::HostRecord host;
    host.id = "mac-" + std::to_string(i);
    host.name = "mbp-" + std::to_string(i);
    host.persona = i == 1 ? "office" : "agent-heavy";
    host.agent_version = i % 2 == 0 ? "8.18.0" : "8.14.3";
    truth.hosts.push_back(host);
  }
  for (const Story& story : world.stories) {
    truth::Incident incident;
    incident.id = "I-" + std::to_string(truth.incidents.size());
    incident.scenario = story.scenario;
    incident.title = "about " + story.scenario;
    incident.intent = story.intent;
    incident.behaviour = story.behaviour;
    incident.persona = story.persona;
    incident.family = story.family;
    incident.tags = story.tags;
    incident.host_id = story.events.empty() ? "mac-1" : story.events[0].keys[0];
    incident.expected = story.expected;
    incident.expected_because = "the story of " + story.scenario + " says so";
    incident.true_pairs = story.true_pairs;
    for (const Labelled& event : story.events) {
      truth::IncidentEvent labelled;
      labelled.id = event.id;
      labelled.role = event.role;
      labelled.time = at(event.at);
      labelled.what = event.what;
      labelled.faults = event.faults;
      incident.events.push_back(labelled);
    }
    truth.incidents.push_back(incident);
  }
  return truth;
}

[[nodiscard]] inline scan::CandidateLog log_of(const World& world) {
  std::vector<Event> events = world.background;
  for (const Story& story : world.stories) {
    for (const Labelled& event : story.events) {
      if (event.stages.empty()) continue;
      events.push_back({.id = event.id,
                        .at = event.at,
                        .stages = event.stages,
                        .keys = event.keys,
                        .delay = event.delay,
                        .dates = {event.date}});
    }
  }
  return log_of(events, 3, 2, 1);
}

[[nodiscard]] inline Rule rule_of(const World& world) {
  return rule_of({"process", "network"}, world.maxspan, {"host.id", "user.id"});
}

[[nodiscard]] inline schedule::Simulation simulation_of(const World& world,
                                                        const scan::CandidateLog& log,
                                                        const match::Matcher& matcher) {
  if (world.engine == score::EngineKind::streaming)
    return schedule::simulate_streaming(log, matcher, {});
  return schedule::simulate(log, matcher, world.schedule,
                            {.start = at(0),
                             .end = at(86'400),
                             .run_duration = Duration::zero(),
                             .disturbances = world.disturbances,
                             .run_times = world.run_times,
                             .manual_runs = world.manual_runs,
                             .range = world.range,
                             .suppression = world.suppression});
}

[[nodiscard]] inline score::Scorecard score_of(const World& world, const Rule& rule) {
  const truth::Truth truth = truth_of(world);
  const truth::TruthIndex index(truth);
  const scan::CandidateLog log = log_of(world);
  const match::Matcher matcher(rule.query, rule.binding);
  const schedule::Simulation simulation = simulation_of(world, log, matcher);
  const match::Matches matches = matcher.find(log, log.dated(), {});
  return score::score({.log = log,
                       .matches = matches,
                       .simulation = simulation,
                       .truth = truth,
                       .index = index,
                       .bound = rule,
                       .schedule = world.schedule,
                       .engine = world.engine,
                       .rule_id = world.rule_id,
                       .options = world.options});
}
/// The same events, of which nobody says what they are about.
[[nodiscard]] inline score::Scorecard unlabelled_score_of(const World& world) {
  const Rule rule = rule_of(world);
  const truth::Truth nothing;
  const truth::TruthIndex index(nothing);
  const scan::CandidateLog log = log_of(world);
  const match::Matcher matcher(rule.query, rule.binding);
  const schedule::Simulation simulation = simulation_of(world, log, matcher);
  const match::Matches matches = matcher.find(log, log.dated(), {});
  return score::score({.log = log,
                       .matches = matches,
                       .simulation = simulation,
                       .truth = nothing,
                       .index = index,
                       .bound = rule,
                       .schedule = world.schedule,
                       .engine = world.engine,
                       .labels = score::Labels::none,
                       .exposure = score::Exposure{.hosts = static_cast<std::uint64_t>(world.hosts),
                                                   .from = at(0),
                                                   .to = at(86'400),
                                                   .events = 1'000},
                       .host_slot = 0,
                       .options = world.options});
}
[[nodiscard]] inline score::Scorecard score_of(const World& world) {
  return score_of(world, rule_of(world));
}

}  // namespace eqlab::tiny
