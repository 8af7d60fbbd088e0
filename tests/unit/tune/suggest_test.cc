// Suggestions in worlds where the right answer is known, and in worlds where there is none.
#include "harness/tune/suggest.h"

#include <set>

#include "harness/score/evaluate.h"
#include "harness/tune/mining.h"
#include "tests/unit/tune/fleet.h"

namespace eqlab::tune {
namespace {

using truth::Intent;

constexpr std::size_t hosts = 160;

/// Half of the attacks come by python 3, in several versions, which the rule does not list; an
/// agent of the makers' own raises false alarms from one program, and everybody's curl some.
fleet::Fleet python_fleet() {
  fleet::Fleet fleet;
  Rng rng = Rng(11).split("python");
  const std::vector<std::string> pythons = {"python3.11", "python3.12", "python3.9"};
  for (std::size_t host = 0; host < hosts; ++host) {
    const double at = 1'000 + static_cast<double>(rng.below(70'000));
    fleet::install(fleet, host, at, "bash", host % 2 == 0 ? "curl" : pythons[rng.below(3)],
                   Intent::malicious);
    if (rng.chance(0.5)) {
      const std::string name = format("h{:03}", host);
      const std::string id = format("agent-{}", host);
      const double when = 75'000 + static_cast<double>(rng.below(5'000));
      fleet.events.push_back(fleet::process(id + "-p", when, name, "sh", "/opt/agent/check"));
      fleet.events.push_back(fleet::network(id + "-n", when + 1, name, "curl", "agent.example"));
    }
    if (rng.chance(0.2))
      fleet::install(fleet, host, 82'000, "bash", "wget", std::nullopt, 1, "elsewhere.example");
    // Python that connects, but after no script.
    const std::string name = format("h{:03}", host);
    fleet.events.push_back(fleet::network(format("py-{}", host), 500, name, "python3.11"));
  }
  fleet::close(fleet, hosts);
  return fleet;
}

/// What an event looks like says nothing of what it is.
fleet::Fleet noise_fleet(std::uint64_t seed) {
  fleet::Fleet fleet;
  Rng rng = Rng(seed).split("noise");
  const std::vector<std::string> clients = {"curl", "wget", "python3.11", "ruby", "nc"};
  const std::vector<std::string> scripts = {"bash", "sh", "zsh"};
  const std::vector<std::string> domains = {"a.example", "b.example", "c.example"};
  for (std::size_t host = 0; host < hosts; ++host) {
    for (int i = 0; i < 5; ++i) {
      const std::optional<Intent> intent =
          rng.chance(0.3) ? std::optional(Intent::malicious) : std::nullopt;
      fleet::install(fleet, host, 1'000 + 15'000 * i + static_cast<double>(rng.below(9'000)),
                     scripts[rng.below(3)], clients[rng.below(5)], intent,
                     static_cast<double>(1 + rng.below(40)), domains[rng.below(3)]);
    }
  }
  fleet::close(fleet, hosts);
  return fleet;
}

TuningRequest everything() {
  const event::Schema schema(event::Schema::builtin());
  const rule::Rule rule = fleet::rule_of(fleet::query);
  TuningRequest request = default_request(rule, *rule::compile(rule, schema), schema).request;
  request.schedules = std::nullopt;  // no part in suggestions
  return request;
}

std::vector<std::string> whats(const Tuning& tuning, Advice advice) {
  std::vector<std::string> out;
  for (const Suggestion& suggestion : tuning.suggestions.list) {
    if (suggestion.advice == advice) out.push_back(suggestion.change.variant.what);
  }
  return out;
}

TEST(Suggest, FindsTheMissingProgramAndTheNoisyAgent) {
  const TuningRequest request = everything();
  const auto world = fleet::scanned(python_fleet(), fleet::query, request);
  const Tuning tuning = tune(world->inputs(), request);
  const std::vector<std::string> kept = whats(tuning, Advice::keep);
  const auto has = [&](const std::string& part) {
    return std::ranges::any_of(
        kept, [&](const std::string& what) { return what.find(part) != std::string::npos; });
  };
  EXPECT_TRUE(has("+ \"python3*\" in step 2")) << ::testing::PrintToString(kept);
  EXPECT_TRUE(has("/opt/agent/check")) << ::testing::PrintToString(kept);
  // A name kept for examples says nothing about other fleets.
  for (const TriedFigures& tried : tuning.tried)
    EXPECT_EQ(tried.variant.what.find("agent.example"), std::string::npos) << tried.variant.what;

  const auto wild = std::ranges::find_if(tuning.suggestions.list, [](const Suggestion& s) {
    return s.change.variant.what == "+ \"python3*\" in step 2";
  });
  ASSERT_NE(wild, tuning.suggestions.list.end());
  // All of the missed half, on the hosts that had no part in the choice.
  EXPECT_EQ(wild->recall.only_after,
            wild->held_before.recall.total - wild->held_before.recall.hits);
  EXPECT_EQ(wild->recall.only_before, 0U);
  EXPECT_EQ(wild->held_after.recall.value(), 1.0);
  ASSERT_TRUE(wild->recall.interval);
  EXPECT_GT(wild->recall.interval->low, 0.3);
  EXPECT_EQ(wild->held_before.recall.total + wild->search_before.recall.total, hosts);

  // Together they do what each does.
  const auto together = std::ranges::find_if(
      tuning.suggestions.list, [](const Suggestion& s) { return s.parts.size() > 1; });
  ASSERT_NE(together, tuning.suggestions.list.end());
  EXPECT_EQ(together->advice, Advice::keep);
  EXPECT_EQ(together->held_after.recall.value(), 1.0);
  EXPECT_LT(together->held_after.false_alarms.count, together->held_before.false_alarms.count / 2);
  const std::string text = with_edits(world->rule.query.text, together->change.variant.edits);
  EXPECT_NE(text.find("\"python3*\")"), std::string::npos) << text;
  EXPECT_NE(text.find("and not "), std::string::npos) << text;
  EXPECT_TRUE(compile_variant(world->rule, together->change.variant, world->schema));
}

/// The changed rule over all events, scanned for itself and scored whole.
score::Scorecard scored_alone(const fleet::Fleet& fleet, const fleet::Scanned& world,
                              const Variant& variant) {
  scan::Plan plan(scan::Plan::options_for(world.schema, "@timestamp", ""));
  const scan::BoundQuery bound = plan.bind(*compile_variant(world.rule, variant, world.schema));
  scan::CandidateLog log = plan.new_log();
  scan::Scanner scanner(plan);
  for (const event::EventBatch& batch : fleet::batches_of(fleet, plan))
    EXPECT_TRUE(scanner.scan(batch, log));
  log.finish();
  return score::evaluate({.log = log, .truth = world.truth, .index = *world.index},
                         {.bound = bound, .schedule = world.rule.schedule})
      .card;
}

TEST(Suggest, WhatIsTriedIsTheScorecardOfTheChangedRule) {
  const fleet::Fleet fleet = python_fleet();
  const TuningRequest request = everything();
  const auto world = fleet::scanned(fleet, fleet::query, request);
  const Tuning tuning = tune(world->inputs(2), request);
  EXPECT_EQ(tuning.current.figures.recall, scored_alone(fleet, *world, {}).recall.all);
  std::size_t compared = 0;
  std::set<VariantKind> kinds;
  for (const TriedFigures& tried : tuning.tried) {
    const score::Scorecard card = scored_alone(fleet, *world, tried.variant);
    EXPECT_EQ(tried.all.recall, card.recall.all) << tried.variant.what;
    EXPECT_EQ(tried.all.precision, card.precision) << tried.variant.what;
    EXPECT_EQ(tried.all.false_alarms, card.false_alarms.rate) << tried.variant.what;
    EXPECT_EQ(tried.all.alerts, card.alert_count()) << tried.variant.what;
    ++compared;
    kinds.insert(tried.variant.kind);
  }
  EXPECT_GT(compared, 20U);
  for (const VariantKind kind :
       {VariantKind::without_member, VariantKind::with_member, VariantKind::without_term,
        VariantKind::with_maxspan, VariantKind::with_keys, VariantKind::with_exclusion})
    EXPECT_TRUE(kinds.contains(kind));
}

TEST(Suggest, NothingIsProvenWhereThereIsNothingToFind) {
  // All proofs of one world together err one time in twenty.
  std::size_t worlds_with_proof = 0;
  std::size_t judged = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const TuningRequest request = everything();
    const auto world = fleet::scanned(noise_fleet(seed), fleet::query, request);
    const Tuning tuning = tune(world->inputs(), request);
    EXPECT_GT(tuning.tried.size(), 10U);
    judged += tuning.suggestions.list.size();
    const bool is_proven = std::ranges::any_of(
        tuning.suggestions.list,
        [](const Suggestion& suggestion) { return suggestion.advice != Advice::not_proven; });
    worlds_with_proof += is_proven ? 1 : 0;
  }
  EXPECT_GT(judged, 12U);
  EXPECT_LE(worlds_with_proof, 1U);
}

TEST(Suggest, AFilterThatBecomesLooseCostsWhatItCosts) {
  // Ruby catches a few more, and raises far more.
  fleet::Fleet fleet = python_fleet();
  Rng rng = Rng(5).split("ruby");
  for (std::size_t host = 0; host < hosts; ++host) {
    if (host % 8 == 0) fleet::install(fleet, host, 20'000, "sh", "ruby", Intent::malicious);
    fleet::install(fleet, host, 40'000 + static_cast<double>(rng.below(9'000)), "sh", "ruby",
                   std::nullopt, 1);
  }
  fleet.truth.hosts.clear();
  fleet::close(fleet, hosts);
  const TuningRequest request = everything();
  const auto world = fleet::scanned(fleet, fleet::query, request);
  const Tuning tuning = tune(world->inputs(), request);
  const auto ruby = std::ranges::find_if(tuning.tried, [](const TriedFigures& tried) {
    return tried.variant.what == "+ \"ruby\" in step 2";
  });
  ASSERT_NE(ruby, tuning.tried.end());
  EXPECT_GT(ruby->change.gained, 0U);
  for (const Suggestion& suggestion : tuning.suggestions.list)
    EXPECT_EQ(suggestion.price.find("e+"), std::string::npos) << suggestion.price;
  EXPECT_LT(ruby->search_worth, 0);
  for (const std::string& what : whats(tuning, Advice::keep))
    EXPECT_EQ(what.find("ruby"), std::string::npos) << what;
}

TEST(Suggest, WithoutIncidentsOnlyFalseAlarmsAreTuned) {
  fleet::Fleet fleet = python_fleet();
  fleet.truth.incidents.clear();
  const TuningRequest request = everything();
  const auto world = fleet::scanned(fleet, fleet::query, request);
  const Tuning tuning = tune(world->inputs(), request);
  EXPECT_EQ(tuning.malicious_incidents, 0U);
  ASSERT_FALSE(tuning.suggestions.list.empty());
  for (const Suggestion& suggestion : tuning.suggestions.list) {
    EXPECT_FALSE(suggestion.recall.change);
    EXPECT_TRUE(suggestion.advice == Advice::unmeasured || suggestion.advice == Advice::not_proven);
    EXPECT_LT(suggestion.held_after.false_alarms.count, suggestion.held_before.false_alarms.count);
  }
  EXPECT_EQ(tuning.suggestions.list.front().advice, Advice::unmeasured);
}

TEST(Suggest, TheSameAtAnyNumberOfThreads) {
  const TuningRequest request = everything();
  const auto world = fleet::scanned(python_fleet(), fleet::query, request);
  const Tuning one = tune(world->inputs(1), request);
  const Tuning four = tune(world->inputs(4), request);
  ASSERT_EQ(one.tried.size(), four.tried.size());
  for (std::size_t i = 0; i < one.tried.size(); ++i) {
    EXPECT_EQ(one.tried[i].variant.what, four.tried[i].variant.what);
    EXPECT_EQ(one.tried[i].all, four.tried[i].all);
    EXPECT_EQ(one.tried[i].change, four.tried[i].change);
  }
  ASSERT_EQ(one.suggestions.list.size(), four.suggestions.list.size());
  for (std::size_t i = 0; i < one.suggestions.list.size(); ++i) {
    const Suggestion& a = one.suggestions.list[i];
    const Suggestion& b = four.suggestions.list[i];
    EXPECT_EQ(a.change.variant.what, b.change.variant.what);
    EXPECT_EQ(a.recall, b.recall);
    EXPECT_EQ(a.false_alarms, b.false_alarms);
    EXPECT_EQ(a.worth_interval, b.worth_interval);
    EXPECT_EQ(a.advice, b.advice);
  }
}

/// What is chosen on the searched hosts, in words.
std::vector<std::string> chosen(const fleet::Scanned& world, const HostSplit& split) {
  const Population population(world.truth);
  const PlannedVariant& original = world.plan->original();
  const JudgedLog log{
      .log = *world.log, .index = *world.index, .host_slot = world.plan->host_slot()};
  const schedule::Simulation simulation =
      schedule::simulate(*world.log, match::Matcher(original.bound), world.rule.schedule,
                         {.start = world.truth.from, .end = world.truth.to});
  const Mined mined = mine({.plan = *world.plan,
                            .log = *world.log,
                            .rows = *world.rows,
                            .index = *world.index,
                            .population = population,
                            .simulation = simulation,
                            .hosts = split.search});
  const DeciderInputs inputs{.rule = world.rule,
                             .schema = world.schema,
                             .plan = world.plan->plan(),
                             .rows = *world.rows,
                             .ties = scan::CandidateLog::Ties::by_input,
                             .index = *world.index,
                             .population = population,
                             .host_field = world.plan->host_field()};
  std::vector<Variant> variants;
  for (const Candidate& candidate : mined.candidates) variants.push_back(candidate.variant);
  const auto outcomes = VariantDecider(inputs).decide(variants);
  std::vector<Tried> tried;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!outcomes[i]) continue;
    tried.push_back({.candidate = mined.candidates[i], .outcome = *outcomes[i]});
    out.push_back(format("{} {}", mined.candidates[i].variant.what, mined.candidates[i].seen_in));
  }
  const Outcome current =
      decide(log, {.bound = original.bound, .schedule = world.rule.schedule}, population);
  for (const std::size_t place : shortlist(current, tried, population, split.search, 8))
    out.push_back("chosen " + tried[place].candidate.variant.what);
  for (const Candidate& candidate :
       joined_values(current, tried, population, split.search, world.plan->text()))
    out.push_back("joined " + candidate.variant.what);
  return out;
}

TEST(Suggest, LabelsOfHeldOutHostsDoNotMatterToTheChoice) {
  const auto world = fleet::scanned(python_fleet(), fleet::query, everything());
  const HostSplit split = split_hosts(Population(world->truth), 1);
  const std::vector<std::string> before = chosen(*world, split);
  EXPECT_GT(before.size(), 10U);

  // The other half's incidents become benign, or nobody's.
  const Population population(world->truth);
  std::size_t scrambled = 0;
  for (std::size_t i = 0; i < world->truth.incidents.size(); ++i) {
    if (split.held_out[population.host_of(i)] == 0) continue;
    ++scrambled;
    truth::Incident& incident = world->truth.incidents[i];
    if (scrambled % 2 == 0) {
      incident.intent = Intent::benign;
    } else {
      for (truth::IncidentEvent& event : incident.events) event.id += "-gone";
      incident.true_pairs.clear();
    }
  }
  world->index = std::make_unique<truth::TruthIndex>(world->truth);
  EXPECT_EQ(chosen(*world, split), before);

  // A label on the searched half does matter.
  for (std::size_t i = 0; i < world->truth.incidents.size(); ++i) {
    if (split.search[population.host_of(i)] != 0) world->truth.incidents[i].intent = Intent::benign;
  }
  EXPECT_NE(chosen(*world, split), before);
}

TEST(Suggest, BothHalvesHaveIncidents) {
  fleet::Fleet fleet;
  for (std::size_t host = 0; host < 9; ++host) {
    for (std::size_t i = 0; i < host; ++i)
      fleet::install(fleet, host, 1'000.0 * static_cast<double>(i + 1), "bash", "curl",
                     Intent::malicious);
  }
  fleet::close(fleet, 9);
  const Population population(fleet.truth);
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    const HostSplit split = split_hosts(population, seed);
    EXPECT_EQ(split.search_hosts + split.held_out_hosts, 9U);
    EXPECT_EQ(split.search_incidents + split.held_out_incidents, 36U);
    EXPECT_GE(split.search_incidents, 14U);
    EXPECT_GE(split.held_out_incidents, 14U);
    for (std::size_t host = 0; host < population.unlisted(); ++host)
      EXPECT_EQ(split.search[host] + split.held_out[host], 1);
  }
  EXPECT_NE(split_hosts(population, 1).search, split_hosts(population, 2).search);
}

TEST(Suggest, PlaceholdersAreNamesKeptForExamples) {
  for (const char* const value : {"mdm.example.com", "Example.ORG", "agent.example", "203.0.113.8",
                                  "com.example.helper", "config.corp.test"})
    EXPECT_TRUE(is_placeholder(value)) << value;
  for (const char* const value : {"", "example.com.evil.io", "myexample.com", "203.0.114.8",
                                  "counterexample", "curl", "scan.test", "/a.b/c.test"})
    EXPECT_FALSE(is_placeholder(value)) << value;
}

TEST(Suggest, StemsAreWhatValuesShare) {
  EXPECT_EQ(shared_stems({"python3.11", "ruby", "python3.12"}),
            (std::vector<SharedStem>{{.pattern = "python3*", .values = {0, 2}}}));
  EXPECT_EQ(shared_stems({"sh", "sha"}), std::vector<SharedStem>{});
  EXPECT_EQ(shared_stems({"perl5", "perl"}),
            (std::vector<SharedStem>{{.pattern = "perl*", .values = {0, 1}}}));
  EXPECT_EQ(shared_stems({"abc*1", "abc*2"}), std::vector<SharedStem>{});
}

TEST(Suggest, OtherKindsOfQueriesAreTunedAsFarAsTheyGo) {
  const event::Schema schema(event::Schema::builtin());
  const std::vector<std::string> queries = {
      "network where event.type == \"start\" and process.name : (\"curl\", \"wget\")",
      "sample by host.id [process where process.name : \"bash\"] [network where process.name : "
      "\"curl\"]",
      "sequence [process where process.name : \"bash\"] [network where process.name : \"curl\"]",
      "sequence by host.id with maxspan=30s [process where process.name : \"bash\"] "
      "![network where process.name : \"curl\"]",
      "sequence by host.id with maxspan=30s [process where length(process.name) + 1 == 5] "
      "[network where process.name : \"curl\"]"};
  for (const std::string& query : queries) {
    const rule::Rule rule = fleet::rule_of(query);
    const auto compiled = rule::compile(rule, schema);
    ASSERT_TRUE(compiled) << query << ": " << compiled.error().message;
    const DefaultRequest all = default_request(rule, *compiled, schema);
    EXPECT_EQ(all.request.maxspans.has_value(), compiled->kind == eql::QueryKind::sequence);
    const auto world = fleet::scanned(python_fleet(), query, all.request);
    const Tuning tuning = tune(world->inputs(2), all.request);
    EXPECT_TRUE(tuning.has_suggestions);
    EXPECT_FALSE(tuning.frontier.empty()) << query;
    EXPECT_FALSE(tuning.tried.empty() && tuning.notes.empty()) << query;
  }
}

TEST(Suggest, SeveralValuesOfASingleOneAreTriedTogether) {
  fleet::Fleet fleet;
  const std::vector<std::string> clients = {"curl", "ruby", "nscurl"};
  for (std::size_t host = 0; host < hosts; ++host)
    fleet::install(fleet, host, 2'000.0 + 400.0 * static_cast<double>(host), "bash",
                   clients[host % 3], Intent::malicious);
  fleet::close(fleet, hosts);
  for (const auto& [step, grown] : {std::pair<std::string, std::string>(
                                        "process.name == \"curl\"", "process.name in (\"curl\", "),
                                    {"process.name : \"curl\"", "process.name : (\"curl\", "}}) {
    for (const std::string& begin :
         {std::string("sequence by host.id with maxspan=30s [process where process.name == "
                      "\"bash\"] [network where "),
          std::string("sample by host.id [process where process.name == \"bash\"] [network where "),
          std::string("network where ")}) {
      const std::string query = begin + step + (begin == "network where " ? "" : "]");
      SCOPED_TRACE(query);
      const event::Schema schema(event::Schema::builtin());
      const rule::Rule rule = fleet::rule_of(query);
      TuningRequest request = default_request(rule, *rule::compile(rule, schema), schema).request;
      request.schedules = std::nullopt;
      const auto world = fleet::scanned(fleet, query, request);
      const Tuning tuning = tune(world->inputs(2), request);
      const auto both = std::ranges::find_if(tuning.tried, [&](const TriedFigures& tried) {
        const std::string text = with_edits(query, tried.variant.edits);
        return text.find(grown + "\"nscurl\", \"ruby\")") != std::string::npos ||
               text.find(grown + "\"ruby\", \"nscurl\")") != std::string::npos;
      });
      ASSERT_NE(both, tuning.tried.end());
      EXPECT_EQ(both->all.recall.hits, both->all.recall.total);
    }
  }
}

}  // namespace
}  // namespace eqlab::tune
