// Two versions over a few events that are written down here: what is lost, gained, and by what.
#include "harness/gate/effect.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "harness/scan/scanner.h"
#include "tests/unit/gate/rows.h"
#include "tests/unit/gate/rules_in_toml.h"

namespace eqlab::gate {
namespace {

using test::batch_of;
using test::Compiled;
using test::Row;

/// A script and a connection of one package on one host, a minute after the one before.
void install(std::vector<Row>& rows, truth::Truth& truth, int number, const std::string& tool,
             const std::string& parent) {
  const std::string name = "I-" + std::to_string(number);
  const std::string host = "mac-" + std::to_string(number % 30);
  const int at = 600 + number * 60;
  rows.push_back({name + "-s",
                  at,
                  {{"event.category", "process"},
                   {"host.id", host},
                   {"process.name", "bash"},
                   {"process.parent.name", parent}}});
  rows.push_back({name + "-n",
                  at + 1,
                  {{"event.category", "network"}, {"host.id", host}, {"process.name", tool}}});
  truth::Incident incident;
  incident.id = name;
  incident.scenario = tool == "curl" ? "M01" : "M02";
  incident.title = "about " + incident.scenario;
  incident.family = "stealer";
  incident.intent = truth::Intent::malicious;
  incident.behaviour = truth::Behaviour::connects;
  incident.host_id = host;
  incident.host_name = "mbp-" + std::to_string(number);
  for (const auto& [id, role, second] : {std::tuple(name + "-s", truth::Role::script, at),
                                         std::tuple(name + "-n", truth::Role::network, at + 1)}) {
    truth::IncidentEvent event;
    event.id = id;
    event.role = role;
    event.time = EventTime(std::chrono::seconds(second));
    event.what = role == truth::Role::script ? "exec bash < " + parent : "connect " + tool + " x";
    incident.events.push_back(event);
  }
  incident.true_pairs = {{0, 1}};
  truth.incidents.push_back(incident);
}

std::string query(const std::string& parents, const std::string& tools) {
  return "sequence by host.id with maxspan=30s\n"
         "  [process where process.name : \"bash\" and process.parent.name : (" +
         parents + ")]\n  [network where process.name : (" + tools + ")]";
}

struct Compared {
  Figures before;
  Figures after;
  Effect effect;
  RuleDiff diff;
};

Compared compared(const std::string& old_query, const std::string& new_query) {
  std::vector<Row> rows;
  truth::Truth truth;
  truth.from = EventTime(std::chrono::seconds(0));
  truth.to = EventTime(std::chrono::seconds(86'400));
  for (int i = 0; i < 30; ++i) {
    truth::HostRecord host;
    host.id = "mac-" + std::to_string(i);
    truth.hosts.push_back(host);
  }
  for (int i = 0; i < 60; ++i)
    install(rows, truth, i, i % 3 == 0 ? "wget" : "curl", i % 5 == 0 ? "installer" : "service");
  // Nobody's doing: a false alarm of every version that knows nc.
  rows.push_back({"x-s",
                  50'000,
                  {{"event.category", "process"},
                   {"host.id", "mac-3"},
                   {"process.name", "bash"},
                   {"process.parent.name", "service"}}});
  rows.push_back({"x-n",
                  50'001,
                  {{"event.category", "network"}, {"host.id", "mac-3"}, {"process.name", "nc"}}});
  const Compiled before(old_query);
  const Compiled after(new_query);
  const event::Schema& schema = event::Schema::builtin();
  scan::Plan plan(scan::Plan::options_for(schema, "@timestamp", ""));
  const scan::BoundQuery of_before = plan.bind(before.query);
  const scan::BoundQuery of_after = plan.bind(after.query);
  const scan::KeySlot host = plan.carry(*schema.find("host.id"));
  const scan::KeySlot process = plan.carry(*schema.find("process.name"));
  const scan::KeySlot parent = plan.carry(*schema.find("process.parent.name"));
  scan::CandidateLog log = plan.new_log();
  scan::Scanner scanner(plan);
  EXPECT_TRUE(scanner.scan(batch_of(plan, rows), log));
  log.finish();
  const truth::TruthIndex index(truth);
  const auto evaluate = [&](const Compiled& version, const scan::BoundQuery& bound) {
    return score::evaluate({.log = log, .truth = truth, .index = index},
                           {.bound = bound, .schedule = version.rule.schedule, .rule_id = "id"});
  };
  const score::Evaluation old_result = evaluate(before, of_before);
  const score::Evaluation new_result = evaluate(after, of_after);
  const EffectInputs inputs{.log = log,
                            .truth = truth,
                            .index = index,
                            .host = host,
                            .process = process,
                            .parent = parent};
  Compared out;
  out.diff = diff_rules(before.version(), after.version());
  out.before = figures_of(inputs, {before.query, old_result});
  out.after = figures_of(inputs, {after.query, new_result});
  out.effect = compare(inputs, {before.query, old_result}, {after.query, new_result}, out.diff);
  return out;
}

TEST(Effect, ALostListMemberLosesItsIncidents) {
  const Compared all = compared(query("\"installer\", \"service\"", "\"curl\", \"wget\""),
                                query("\"installer\", \"service\"", "\"wget\""));
  EXPECT_EQ(all.before.recall, (score::Proportion{.hits = 60, .total = 60}));
  EXPECT_EQ(all.after.recall, (score::Proportion{.hits = 20, .total = 60}));
  const Effect& effect = all.effect;
  EXPECT_EQ(effect.recall.only_before, 40U);
  EXPECT_EQ(effect.recall.only_after, 0U);
  EXPECT_NEAR(*effect.recall.change, -40.0 / 60, 1e-12);
  ASSERT_TRUE(effect.recall.interval);
  EXPECT_LT(effect.recall.interval->high, -0.3);
  EXPECT_LT(effect.recall.p_value, 1e-9);
  ASSERT_EQ(effect.lost.size(), 40U);
  for (const IncidentChange& lost : effect.lost) {
    EXPECT_EQ(lost.scenario, "M01");
    EXPECT_EQ(lost.subject, "curl");
    ASSERT_TRUE(lost.cause);
    EXPECT_EQ(describe(all.diff.changes[*lost.cause]),
              "step 2: removed \"curl\" from process.name :");
  }
  const ExampleEvent& example = effect.lost.front().example;
  EXPECT_EQ(example.process, "curl");
  EXPECT_EQ(example.parent, "bash") << "of a connection: who started what";
  EXPECT_EQ(example.id, "I-1-n");
  EXPECT_EQ(example.host, "mac-1");
  ASSERT_EQ(effect.scenarios.size(), 1U);
  EXPECT_EQ(effect.scenarios[0].before, 40U);
  EXPECT_EQ(effect.scenarios[0].after, 0U);
  EXPECT_EQ(effect.alerts_lost, 40U);
  EXPECT_EQ(effect.alerts_gained, 0U);
}

TEST(Effect, WideningGainsWhatItNames) {
  const Compared all = compared(query("\"service\"", "\"curl\", \"wget\""),
                                query("\"installer\", \"service\"", "\"curl\", \"wget\", \"nc\""));
  EXPECT_EQ(all.effect.gained.size(), 12U);
  EXPECT_TRUE(all.effect.lost.empty());
  EXPECT_EQ(all.effect.alerts_gained, 13U);
  EXPECT_EQ(all.effect.gained_alerts.back().verdict, score::Verdict::coincident_benign);
  EXPECT_EQ(all.effect.gained_alerts.back().example.process, "nc");
  EXPECT_EQ(all.effect.false_alarms.before.count, 0U);
  EXPECT_EQ(all.effect.false_alarms.after.count, 1U);
  EXPECT_NEAR(*all.effect.false_alarms.change, 1.0 / 30, 1e-12);
}

TEST(Effect, NoChangeChangesNothing) {
  const std::string same = query("\"service\"", "\"curl\"");
  const Compared all = compared(same, same);
  EXPECT_TRUE(all.effect.lost.empty());
  EXPECT_TRUE(all.effect.scenarios.empty());
  EXPECT_EQ(all.effect.alerts_lost + all.effect.alerts_gained, 0U);
  EXPECT_EQ(*all.effect.recall.change, 0);
  EXPECT_EQ(all.effect.recall.p_value, 1);
}

TEST(Effect, FamiliesAndScenariosAddUp) {
  const Compared all = compared(query("\"service\"", "\"curl\""), query("\"service\"", "\"curl\""));
  ASSERT_EQ(all.after.families.size(), 1U);
  EXPECT_EQ(all.after.families[0].recall, all.after.recall);
  ASSERT_EQ(all.after.scenarios.size(), 2U);
  EXPECT_EQ(all.after.scenarios[0].recall.hits + all.after.scenarios[1].recall.hits,
            all.after.recall.hits);
}

TEST(Effect, TwoSamplesDifferByTheirIntervals) {
  const score::Interval same =
      unpaired_difference(0.5, {.low = 0.4, .high = 0.6}, 0.5, {.low = 0.4, .high = 0.6});
  EXPECT_NEAR(same.low, -0.1414, 1e-4);
  EXPECT_NEAR(same.high, 0.1414, 1e-4);
}

}  // namespace
}  // namespace eqlab::gate
