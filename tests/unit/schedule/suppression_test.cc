// What groups and what does not is in tests/cases/schedule/suppression.case; here figures, limits
// and what must hold whatever comes.
#include "harness/schedule/suppression.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "harness/base/rng.h"
#include "harness/schedule/alert_documents.h"
#include "tests/unit/schedule/scanned.h"
#include "tests/unit/schedule/tiny_log.h"

namespace eqlab::schedule {
namespace {

using Json = nlohmann::json;

rule::Schedule nine_minutes(std::uint32_t cap = 100) {
  return {.interval = std::chrono::minutes{5},
          .look_back = std::chrono::minutes{9},
          .max_signals = cap};
}

/// Slot 0 joins, slot 1 groups.
Simulation run(const std::vector<tiny::Event>& events, const rule::Schedule& schedule,
               const SimulationOptions& options) {
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  return simulate(tiny::log_of(events, 2, 2), match::Matcher(rule.query, rule.binding), schedule,
                  options);
}

SimulationOptions suppressing(std::optional<Duration> duration = std::nullopt) {
  return {.start = tiny::at(0),
          .refresh = Duration::zero(),
          .run_duration = tiny::seconds(4),
          .suppression = SuppressionOptions{.group_by = {1}, .duration = duration}};
}

std::vector<tiny::Event> sequences(int count, double at, const std::vector<std::string>& groups) {
  std::vector<tiny::Event> events;
  for (int i = 0; i < count; ++i) {
    const std::string name = std::to_string(i);
    const std::string& group = groups[static_cast<std::size_t>(i) % groups.size()];
    events.push_back({.id = "a" + name, .at = at + i * 0.1, .stages = {0}, .keys = {name, group}});
    events.push_back(
        {.id = "b" + name, .at = at + i * 0.1 + 1, .stages = {1}, .keys = {name, group}});
  }
  return events;
}

TEST(Suppression, AnAlertSaysWhatItTookIn) {
  const Simulation out =
      run(sequences(3, 120, {"g"}), nine_minutes(), suppressing(std::chrono::hours{1}));
  ASSERT_EQ(out.alerts.size(), 1U);
  const SuppressedGroup& group = out.alerts[0].suppression.value();
  EXPECT_EQ(group.count, 4U) << "two at 10:05, and the same two again at 10:10";
  EXPECT_EQ(group.start, tiny::wall(304)) << "a sequence's time is when its alert is made";
  EXPECT_EQ(group.end, tiny::wall(604));
  EXPECT_EQ(group.last_detected, tiny::wall(604));
  ASSERT_EQ(out.suppressed.size(), 2U);
  EXPECT_EQ(out.suppressed[0].alert, 0U);
  EXPECT_EQ(out.suppressed[0].times, 2U);
  EXPECT_EQ(out.suppressed[0].run, 0U);
  EXPECT_EQ(out.counters.returned, 6U);
  EXPECT_EQ(out.counters.duplicates, 1U);
  EXPECT_EQ(out.counters.suppressed, 4U);
}

TEST(Suppression, EventsHaveTheirOwnTimes) {
  const tiny::Rule rule = tiny::rule_of({"process"}, std::nullopt);
  SimulationOptions options = suppressing(std::chrono::hours{1});
  options.suppression->group_by = {0};
  const Simulation out =
      simulate(tiny::log_of({{.id = "x", .at = 100, .stages = {0}},
                             {.id = "y", .at = 200, .stages = {0}},
                             {.id = "z", .at = 400, .stages = {0}}},
                            1),
               match::Matcher(rule.query, rule.binding), nine_minutes(), options);
  ASSERT_EQ(out.alerts.size(), 1U);
  EXPECT_EQ(out.alerts[0].suppression->start, tiny::wall(100));
  EXPECT_EQ(out.alerts[0].suppression->end, tiny::wall(400));
  EXPECT_EQ(out.alerts[0].suppression->count, 2U);
  EXPECT_EQ(out.counters.duplicates, 3U)
      << "at 10:10 x, the alert, and y, which was counted; at 10:15 z";
}

// bulk_create_suppressed_alerts_in_memory.ts: for sequences of two and a cap of 100, 33 whole
// groups and a shell.
TEST(Suppression, TheCapCountsDocuments) {
  std::vector<std::string> groups;
  for (int i = 0; i < 100; ++i) groups.push_back("g" + std::to_string(i));
  const rule::Schedule once = {.interval = std::chrono::minutes{5},
                               .look_back = std::chrono::minutes{5},
                               .max_signals = 100};
  const Simulation out = run(sequences(100, 120, groups), once, suppressing());
  ASSERT_EQ(out.alerts.size(), 34U);
  for (std::size_t i = 0; i < 33; ++i) EXPECT_EQ(out.alerts[i].blocks_cut, 0U);
  EXPECT_EQ(out.alerts[33].blocks_cut, 2U);
  EXPECT_EQ(out.counters.without_room, 66U);
  EXPECT_EQ(out.lost_to_cap.size(), 66U);
  EXPECT_EQ(out.counters.returned, 100U);

  const Simulation again = run(sequences(100, 120, groups), nine_minutes(), suppressing());
  EXPECT_EQ(again.alerts.size(), 68U) << "an overlapping window writes what had no room";
  EXPECT_EQ(again.lost_to_cap.size(), 32U);
}

TEST(Suppression, WhatCannotBeGroupedTakesRoomFirst) {
  SimulationOptions options = suppressing();
  options.suppression->missing = MissingFields::are_not_suppressed;
  // Five with a group each, then five without the field.
  std::vector<std::string> groups = {"g0", "g1", "g2", "g3", "g4", "", "", "", "", ""};
  const rule::Schedule once = {
      .interval = std::chrono::minutes{5}, .look_back = std::chrono::minutes{5}, .max_signals = 10};
  const Simulation out = run(sequences(10, 120, groups), once, options);
  std::vector<std::string> written;
  const scan::CandidateLog log = tiny::log_of(sequences(10, 120, groups), 2, 2);
  for (const Alert& alert : out.alerts)
    written.push_back(format("{}-{}", log.event_id(alert.match.first()), alert.blocks_cut));
  // Of the ungrouped 3 + 3 + 3 + 1 documents; then 10 - 4 alerts: 3 + 3.
  EXPECT_EQ(join(written, " "), "a0-0 a1-0 a5-0 a6-0 a7-0 a8-2");
}

// Over random worlds: every match that a search returns has one fate, evaluating every run changes
// nothing, and no two alerts of one run and group exist.
TEST(Suppression, HoldsWhateverComes) {
  Rng rng(37);
  std::uint64_t suppressed = 0;
  std::uint64_t without_room = 0;
  std::uint64_t counted = 0;
  for (int round = 0; round < 2'000; ++round) {
    std::vector<tiny::Event> events;
    const auto count = static_cast<int>(rng.in_range(0, 24));
    for (int i = 0; i < count; ++i) {
      tiny::Event event;
      event.id = "e" + std::to_string(rng.below(30));
      event.at = static_cast<double>(rng.in_range(0, 80)) * 15;
      if (rng.chance(0.7)) event.stages.push_back(0);
      if (rng.chance(0.6)) event.stages.push_back(1);
      event.keys = {rng.chance(0.5) ? "x" : "y", rng.chance(0.6)   ? "g"
                                                 : rng.chance(0.5) ? "h"
                                                                   : ""};
      event.delay = rng.chance(0.5) ? static_cast<double>(rng.in_range(0, 600)) : 0;
      events.push_back(event);
    }
    const bool is_sequence = rng.chance(0.6);
    const tiny::Rule rule = is_sequence ? tiny::rule_of({"process", "network"}, 60)
                                        : tiny::rule_of({"process"}, std::nullopt);
    rule::Schedule schedule = nine_minutes(static_cast<std::uint32_t>(rng.in_range(1, 9)));
    schedule.look_back = std::chrono::minutes{rng.in_range(3, 20)};
    SimulationOptions options = suppressing(
        rng.chance(0.5) ? std::optional<Duration>(std::chrono::minutes{rng.in_range(1, 30)})
                        : std::nullopt);
    if (rng.chance(0.5)) options.suppression->missing = MissingFields::are_not_suppressed;
    if (rng.chance(0.3))
      options.disturbances = {
          {.run = rng.below(4), .late = std::chrono::minutes{rng.in_range(0, 20)}}};
    const scan::CandidateLog log = tiny::log_of(events, 2, 2);
    const match::Matcher matcher(rule.query, rule.binding);
    const Simulation out = simulate(log, matcher, schedule, options);
    options.effort = Effort::every;
    const Simulation every = simulate(log, matcher, schedule, options);
    EXPECT_EQ(out, every);
    const SimulationCounters& n = out.counters;
    EXPECT_EQ(n.returned, out.alerts.size() + n.duplicates + n.suppressed + n.without_room);
    std::uint64_t taken_in = 0;
    std::set<std::pair<std::uint64_t, SuppressionTerms>> seen;
    for (const Alert& alert : out.alerts) {
      if (!alert.suppression) continue;
      taken_in += alert.suppression->count;
      EXPECT_LE(alert.suppression->start, alert.suppression->end);
      EXPECT_TRUE(seen.emplace(alert.run, alert.suppression->terms).second);
    }
    EXPECT_EQ(taken_in, n.suppressed);
    std::uint64_t times = 0;
    for (const SuppressedMatch& match : out.suppressed) {
      times += match.times;
      ASSERT_LT(match.alert, out.alerts.size());
      EXPECT_EQ(suppression_terms(log, match.match, std::vector<scan::KeySlot>{1}),
                out.alerts[match.alert].suppression.value().terms);
    }
    EXPECT_EQ(times, n.suppressed);
    suppressed += n.suppressed;
    without_room += n.without_room;
    counted += is_sequence ? 0 : n.duplicates;
  }
  EXPECT_GT(suppressed, 1'000U);
  EXPECT_GT(without_room, 20U);
  EXPECT_GT(counted, 100U);
}

// The terms are decided by carried values; the shell's merged fields are what the engine asks.
TEST(Suppression, TermsAreTheFieldsOfTheShell) {
  Rng rng(73);
  for (int round = 0; round < 200; ++round) {
    const auto value = [&]() -> std::string {
      const auto word = [&] { return format("\"{}\"", rng.chance(0.5) ? "ann" : "bob"); };
      if (rng.chance(0.2)) return "null";
      if (rng.chance(0.4)) return format("[{},{}]", word(), word());
      return word();
    };
    std::string ndjson;
    std::vector<std::string> documents;
    for (const std::string category : {"process", "network"}) {
      documents.push_back(format(
          R"({{"@timestamp":"2026-03-02T10:00:0{}Z","event":{{"category":"{}","id":"{}"}},"host":{{"id":"h"}},"user":{{"name":{}}}}})",
          documents.size(), category, category, value()));
      ndjson += documents.back() + "\n";
    }
    rule::Rule rule = rule::bare_query(
        "sequence by host.id with maxspan=30s [process where true] [network where true]", "q");
    rule.suppression = rule::Suppression{.group_by = {"user.name"}, .missing_fields_strategy = ""};
    std::optional<SuppressionOptions> options;
    std::optional<Addresses> addresses;
    const tiny::Scanned scanned(rule, ndjson, true, [&](scan::Plan& plan) {
      options = carry_suppression(plan, event::Schema::builtin(), rule);
      addresses.emplace(plan, event::Schema::builtin(), "event.category");
    });
    const Simulation out = scanned.simulate({.suppression = options});
    ASSERT_EQ(out.alerts.size(), 1U);
    const std::string text =
        AlertDocuments(scanned.log, scanned.rule, *addresses).write(out.alerts[0]);
    const Json shell = Json::parse(text.substr(0, text.find('\n')))["_source"];
    const Json& term = shell["kibana"]["alert"]["suppression"]["terms"].at(0);
    EXPECT_EQ(term["field"], "user.name");
    std::set<std::string> merged;
    if (const Json name = shell.value("/user/name"_json_pointer, Json()); name.is_string()) {
      merged.insert(name.get<std::string>());
    } else {
      for (const Json& item : name) merged.insert(item.get<std::string>());
    }
    EXPECT_EQ(term["value"], merged.empty() ? Json() : Json(merged)) << ndjson << text;
  }
}

TEST(Suppression, DocumentsSayWhatWasTakenIn) {
  rule::Rule rule = rule::bare_query("process where true", "q");
  rule.suppression = rule::Suppression{.group_by = {"host.id", "user.name"},
                                       .missing_fields_strategy = "suppress"};
  std::string ndjson;
  for (int i = 0; i < 3; ++i) {
    ndjson += format(
        R"({{"@timestamp":"2026-03-02T10:00:0{}Z","event":{{"category":"process","id":"e{}"}},"host":{{"id":"h"}}}})"
        "\n",
        i, i);
  }
  std::optional<SuppressionOptions> options;
  std::optional<Addresses> addresses;
  const tiny::Scanned scanned(rule, ndjson, true, [&](scan::Plan& plan) {
    options = carry_suppression(plan, event::Schema::builtin(), rule);
    addresses.emplace(plan, event::Schema::builtin(), "event.category");
  });
  const Simulation out = scanned.simulate({.suppression = options});
  ASSERT_EQ(out.alerts.size(), 1U);
  const Json alert = Json::parse(AlertDocuments(scanned.log, scanned.rule, *addresses)
                                     .write(out.alerts[0]))["_source"]["kibana"]["alert"];
  EXPECT_EQ(alert["suppression"], Json::parse(R"({"docs_count":2,"start":"2026-03-02T10:00:00.000Z",
                            "end":"2026-03-02T10:00:02.000Z",
                            "terms":[{"field":"host.id","value":["h"]},
                                     {"field":"user.name","value":null}]})"));
  EXPECT_EQ(alert["instance"]["id"].get<std::string>().size(), 64U);
}

TEST(Suppression, ShellsWithoutRoomForTheirBlocksAreWrittenWithoutThem) {
  rule::Rule rule = rule::bare_query(
      "sequence by host.id with maxspan=30s [process where true] [network where true]", "q");
  rule.suppression = rule::Suppression{.group_by = {"host.id"}, .missing_fields_strategy = ""};
  rule.schedule.max_signals = 2;
  const std::string ndjson =
      R"({"@timestamp":"2026-03-02T10:00:00Z","event":{"category":"process","id":"a"},"host":{"id":"h"}})"
      "\n"
      R"({"@timestamp":"2026-03-02T10:00:01Z","event":{"category":"network","id":"b"},"host":{"id":"h"}})"
      "\n";
  std::optional<SuppressionOptions> options;
  std::optional<Addresses> addresses;
  const tiny::Scanned scanned(rule, ndjson, true, [&](scan::Plan& plan) {
    options = carry_suppression(plan, event::Schema::builtin(), rule);
    addresses.emplace(plan, event::Schema::builtin(), "event.category");
  });
  const Simulation out = scanned.simulate({.suppression = options});
  ASSERT_EQ(out.alerts.size(), 1U);
  const std::string text =
      AlertDocuments(scanned.log, scanned.rule, *addresses).write(out.alerts[0]);
  EXPECT_EQ(std::ranges::count(text, '\n'), 2) << "a shell and one of two blocks";
}

}  // namespace
}  // namespace eqlab::schedule
