#pragma once

#include <string>

#include "harness/gate/checks.h"
#include "harness/gate/result.h"

/// Results written down by hand.
namespace eqlab::test {

inline gate::Figures figures(std::uint64_t caught, std::uint64_t of, std::uint64_t alarms) {
  gate::Figures out;
  out.recall = {.hits = caught, .total = of};
  out.precision = {.hits = caught, .total = caught + alarms};
  out.false_alarms = {.count = alarms, .exposure = 800};
  out.alerts = caught + alarms;
  out.latency.count = 30;
  out.latency.p50 = std::chrono::seconds(160);
  out.latency.p95 = std::chrono::seconds(310);
  out.latency.max = std::chrono::seconds(400);
  out.latency_is_of_right_alerts = true;
  out.families = {{.name = "stealer", .title = "", .recall = {.hits = caught, .total = of}}};
  out.scenarios = {{.name = "M01", .title = "Silver", .recall = {.hits = caught, .total = of}},
                   {.name = "M02", .title = "Copper", .recall = {.hits = 0, .total = 3}}};
  return out;
}

/// A rule that lost 40 of 100 incidents by dropping curl from its second step.
inline gate::RuleResult lossy_rule() {
  gate::RuleResult rule;
  rule.file = "rules/a.toml";
  rule.rule_id = "id";
  rule.name = "A rule";
  rule.change = gate::ChangeKind::modified;
  rule.place = {
      .file = "rules/a.toml", .line = 10, .column = 1, .end_column = 9, .source_line = "sequence"};
  gate::RuleDiff diff;
  diff.changes = {{.kind = gate::RuleChangeKind::member_removed,
                   .step = 1,
                   .subject = "process.name :",
                   .before = "\"curl\"",
                   .after = {}},
                  {.kind = gate::RuleChangeKind::metadata,
                   .step = {},
                   .subject = "version",
                   .before = "1",
                   .after = "2"}};
  rule.change_places = {{.file = "rules/a.toml",
                         .line = 14,
                         .column = 3,
                         .end_column = 20,
                         .source_line = "  process.name : \"x\""},
                        Place{}};
  rule.diff = diff;
  rule.before = figures(60, 100, 50);
  rule.after = figures(20, 100, 45);
  gate::Effect effect;
  const gate::ExampleEvent event{.time = EventTime(std::chrono::seconds(1'772'000'000)),
                                 .host = "mac-1",
                                 .process = "curl",
                                 .parent = "bash",
                                 .id = "e-1"};
  for (int i = 0; i < 40; ++i) {
    effect.lost.push_back({.incident = "I-" + std::to_string(i),
                           .scenario = i < 30 ? "M01" : "M02",
                           .title = i < 30 ? "Silver" : "Copper",
                           .family = "stealer",
                           .host = "mbp-1",
                           .why = "no network event satisfies step 2",
                           .subject = "curl",
                           .cause = 0,
                           .example = event});
  }
  effect.scenarios = {{.id = "M01", .title = "Silver", .incidents = 90, .before = 50, .after = 20},
                      {.id = "M02", .title = "Copper", .incidents = 10, .before = 10, .after = 0}};
  effect.recall = {.both = 20,
                   .only_before = 40,
                   .only_after = 0,
                   .neither = 40,
                   .change = -0.4,
                   .interval = score::Interval{-0.5, -0.3},
                   .p_value = 1e-9};
  effect.false_alarms.before = {.count = 50, .exposure = 800};
  effect.false_alarms.after = {.count = 45, .exposure = 800};
  effect.false_alarms.change = -5.0 / 800;
  effect.false_alarms.interval = score::Interval{-0.012, -0.001};
  effect.alerts_lost = 45;
  effect.lost_alerts = {{.verdict = score::Verdict::causal_malicious,
                         .incident = "I-1",
                         .scenario = "M01",
                         .example = event}};
  rule.effect = effect;
  rule.cases = {
      {.file = "rules/a.case", .line = 5, .why = "curl connects", .passed = true, .detail = {}},
      {.file = "rules/a.case",
       .line = 12,
       .why = "curl again",
       .passed = false,
       .detail = "expected\n  1 2\ngot\n  none\n"}};
  return rule;
}

inline gate::GateResult result_of(gate::RuleResult rule) {
  gate::GateResult out;
  out.base = {.kind = gate::BaseKind::git,
              .name = "origin/main",
              .commit = "0123456789abcdef",
              .is_merge_base = true};
  out.corpus = gate::CorpusIdentity{.profile = "balanced",
                                    .seed = 1,
                                    .hosts = 400,
                                    .days = 2,
                                    .events = 2'000'000,
                                    .incidents = 100};
  out.command = "eqlab gate --base origin/main";
  out.tool_version = "0.0.0";
  check_rule(rule, gate::default_policy().demands, out.base);
  out.rules.push_back(std::move(rule));
  conclude(out);
  return out;
}

}  // namespace eqlab::test
