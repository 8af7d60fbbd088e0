#include "generators/corpus/corpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <thread>

namespace eqlab::generators {
namespace {

Corpus planned(const CorpusOptions& options) {
  auto corpus = Corpus::plan(options);
  EXPECT_TRUE(corpus) << (corpus ? "" : render(corpus.error()));
  return std::move(*corpus);
}

struct Made {
  std::vector<std::string> documents;
  truth::Truth truth;
};

Made make(const Corpus& corpus, std::vector<std::size_t> order) {
  std::vector<std::vector<std::string>> parts(corpus.part_count());
  Made made;
  for (const std::size_t part : order) {
    corpus.make_documents(
        part, [&](const Corpus::Document& document) { parts[part].emplace_back(document.json); },
        made.truth);
  }
  for (auto& part : parts) made.documents.insert(made.documents.end(), part.begin(), part.end());
  finish_truth(made.truth, corpus);
  return made;
}

std::vector<std::size_t> forwards(const Corpus& corpus) {
  std::vector<std::size_t> order;
  for (std::size_t part = 0; part < corpus.part_count(); ++part) order.push_back(part);
  return order;
}

TEST(Corpus, PartsMadeInAnyOrderAreTheSameCorpus) {
  const CorpusOptions options{.seed = 3, .events = 150'000};
  const Corpus corpus = planned(options);
  ASSERT_GT(corpus.part_count(), 1U);
  std::vector<std::size_t> backwards = forwards(corpus);
  std::ranges::reverse(backwards);
  const Made a = make(corpus, forwards(corpus));
  const Made b = make(planned(options), backwards);
  EXPECT_EQ(a.documents, b.documents);
  EXPECT_EQ(truth::write_truth(a.truth), truth::write_truth(b.truth));
}

TEST(Corpus, PartsMadeAtOnceOnTwoThreadsAreTheSameCorpus) {
  const Corpus corpus = planned({.seed = 3, .events = 150'000});
  const Made alone = make(corpus, forwards(corpus));
  std::vector<std::vector<std::string>> parts(corpus.part_count());
  const auto work = [&](std::size_t first) {
    truth::Truth truth;
    for (std::size_t part = first; part < corpus.part_count(); part += 2) {
      corpus.make_documents(
          part, [&](const Corpus::Document& document) { parts[part].emplace_back(document.json); },
          truth);
    }
  };
  {
    const std::jthread other(work, 1);
    work(0);
  }
  std::vector<std::string> together;
  for (auto& part : parts) together.insert(together.end(), part.begin(), part.end());
  EXPECT_EQ(together, alone.documents);
}

TEST(Corpus, ARollOutReachesItsHostsInOneSpanAndTheNextWaveComesAtAnotherTime) {
  const Corpus corpus =
      planned({.seed = 4, .events = 320'000, .hosts = 100, .days = 2, .only = {"B35"}});
  truth::Truth truth;
  for (std::size_t part = 0; part < corpus.part_count(); ++part)
    corpus.make_batches(
        part, {}, [](const event::EventBatch&) {}, truth);
  std::vector<EventTime> begins;
  for (const truth::Incident& incident : truth.incidents) begins.push_back(incident.first);
  std::ranges::sort(begins);
  ASSERT_GT(begins.size(), 450U);
  // Waves may overlap, so count the hours of the two days in which anything is rolled out.
  std::set<std::int64_t> hours;
  for (const EventTime begin : begins)
    hours.insert(std::chrono::floor<std::chrono::hours>(begin.time_since_epoch()).count());
  EXPECT_GT(hours.size(), 2U) << "more than one wave";
  EXPECT_LT(hours.size(), 3 * (begins.size() / 200 + 1)) << "and each within its 45 minutes";
}

TEST(Corpus, StoriesOutOfScopeAreSimulatedWhenTheyAreAskedForAndOnlyThen) {
  const auto incidents_of = [](const CorpusOptions& options) {
    const Corpus corpus = planned(options);
    std::map<std::string, int> counts;
    truth::Truth truth;
    for (std::size_t part = 0; part < corpus.part_count(); ++part)
      corpus.make_batches(
          part, {}, [](const event::EventBatch&) {}, truth);
    for (const truth::Incident& incident : truth.incidents) ++counts[incident.scenario];
    return counts;
  };
  EXPECT_GT(incidents_of({.seed = 2, .events = 20'000, .only = {"O03"}})["O03"], 0);
  for (const std::string profile : {"balanced", "realistic", "clean"}) {
    for (const auto& [scenario, count] : incidents_of({.profile = profile, .events = 200'000}))
      EXPECT_NE(scenario.front(), 'O') << profile;
  }
}

TEST(Corpus, AnotherSeedIsAnotherCorpus) {
  const Corpus a = planned({.seed = 1, .events = 5'000});
  const Corpus b = planned({.seed = 2, .events = 5'000});
  EXPECT_NE(make(a, forwards(a)).documents, make(b, forwards(b)).documents);
}

std::uint64_t count(const Corpus& corpus) {
  truth::Truth truth;
  std::uint64_t rows = 0;
  for (std::size_t part = 0; part < corpus.part_count(); ++part) {
    corpus.make_batches(
        part, {}, [&](const event::EventBatch& batch) { rows += batch.row_count(); }, truth);
  }
  EXPECT_EQ(truth.events, rows);
  EXPECT_EQ(truth.hosts.size(), corpus.options().hosts);
  return rows;
}

TEST(Corpus, HasTheNumberOfEventsAskedForWithinTwoPercent) {
  for (const std::string profile :
       {"balanced", "realistic", "clean", "evasion", "storm", "nightmare"}) {
    for (const std::uint64_t events : {1'000U, 20'000U, 300'000U}) {
      for (const std::uint64_t seed : {1U, 2U, 3U}) {
        const Corpus corpus = planned({.profile = profile, .seed = seed, .events = events});
        EXPECT_NEAR(static_cast<double>(count(corpus)) / static_cast<double>(events), 1, 0.02)
            << profile << " " << events << " " << seed;
      }
    }
  }
  EXPECT_NEAR(
      static_cast<double>(count(planned({.events = 60'000, .hosts = 5, .days = 3}))) / 60'000, 1,
      0.02);
}

TEST(Corpus, WithoutANumberOfEventsHostsAndDaysGiveIt) {
  const Corpus corpus = planned({.hosts = 20, .days = 1});
  EXPECT_NEAR(static_cast<double>(corpus.options().events), 20 * 2500.0, 1);
  EXPECT_EQ((corpus.to() - corpus.from()), std::chrono::hours(24));
}

TEST(Corpus, EveryIncidentEventOccursExactlyOnceAmongTheEvents) {
  const Corpus corpus = planned({.seed = 8, .events = 200'000});
  std::map<std::string, int> times;
  std::map<std::string, EventTime> when;
  truth::Truth truth;
  EventTime latest{};
  for (std::size_t part = 0; part < corpus.part_count(); ++part) {
    corpus.make_batches(
        part, {},
        [&](const event::EventBatch& batch) {
          for (std::size_t row = 0; row < batch.row_count(); ++row) {
            ++times[std::string(batch.ids[row])];
            when[std::string(batch.ids[row])] = batch.event_time[row];
            latest = std::max(latest, batch.event_time[row]);
            EXPECT_GT(batch.ingest_time[row].time_since_epoch(),
                      batch.event_time[row].time_since_epoch());
          }
        },
        truth);
  }
  finish_truth(truth, corpus);
  EXPECT_LT(latest, corpus.to());
  std::set<std::string> labelled;
  ASSERT_FALSE(truth.incidents.empty());
  for (const truth::Incident& incident : truth.incidents) {
    EventTime before = incident.first;
    for (const truth::IncidentEvent& event : incident.events) {
      EXPECT_EQ(times[event.id], 1) << event.id;
      EXPECT_EQ(when[event.id], event.time);
      EXPECT_GE(event.time, before);
      before = event.time;
      EXPECT_TRUE(labelled.insert(event.id).second) << "one incident each";
    }
    EXPECT_EQ(incident.last, before);
    for (const auto& [script, network] : incident.true_pairs) {
      EXPECT_EQ(incident.events[script].role, truth::Role::script);
      EXPECT_EQ(incident.events[network].role, truth::Role::network);
      EXPECT_LE(incident.events[script].time, incident.events[network].time);
    }
  }
}

TEST(Corpus, IncidentsAreNumberedInOrderOfTime) {
  const Corpus corpus = planned({.events = 200'000});
  const Made made = make(corpus, forwards(corpus));
  ASSERT_GT(made.truth.incidents.size(), 300U);
  for (std::size_t i = 0; i < made.truth.incidents.size(); ++i) {
    EXPECT_EQ(made.truth.incidents[i].id,
              "I-" + std::string(6 - std::to_string(i + 1).size(), '0') + std::to_string(i + 1));
    if (i > 0) {
      EXPECT_LE(made.truth.incidents[i - 1].first, made.truth.incidents[i].first);
    }
  }
}

std::map<std::string, int> scenarios_of(const CorpusOptions& options) {
  const Corpus corpus = planned(options);
  truth::Truth truth;
  for (std::size_t part = 0; part < corpus.part_count(); ++part) {
    corpus.make_batches(
        part, {}, [](const event::EventBatch&) {}, truth);
  }
  std::map<std::string, int> counts;
  for (const truth::Incident& incident : truth.incidents) ++counts[incident.scenario];
  return counts;
}

TEST(Corpus, TheBalancedMixIsFiveTenTwentyFiveAndSixtyPercent) {
  const auto rows = list_scenarios({});
  ASSERT_TRUE(rows);
  std::map<std::string, std::string> group;
  for (const ScenarioSummary& row : *rows) {
    const bool is_malicious = row.intent == "malicious";
    const bool connects = row.behaviour == "connects within 60 s";
    group[row.id] = is_malicious
                        ? (connects && row.expected.starts_with("Y") ? "firing" : "evasion")
                    : connects ? "G1"
                               : "G0";
  }
  std::map<std::string, double> shares;
  double all = 0;
  for (const auto& [scenario, count] : scenarios_of({.events = 400'000})) {
    shares[group[scenario]] += count;
    all += count;
  }
  EXPECT_NEAR(shares["firing"] / all, 0.05, 0.005);
  EXPECT_NEAR(shares["evasion"] / all, 0.10, 0.005);
  EXPECT_NEAR(shares["G1"] / all, 0.25, 0.005);
  EXPECT_NEAR(shares["G0"] / all, 0.60, 0.005);
}

TEST(Corpus, TwoMillionBalancedEventsHoldEnoughAttacksToMeasure) {
  const Corpus corpus = planned({.events = 2'000'000});
  EXPECT_EQ(corpus.options().hosts, 400U);
  EXPECT_DOUBLE_EQ(corpus.options().days, 2);
  // 400 hosts, two days, five installs a host and day, of which 15 % are attacks.
  const auto counts = scenarios_of({.events = 200'000});
  int attacks = 0;
  for (const auto& [scenario, count] : counts)
    attacks += scenario.front() == 'M' || scenario.front() == 'E' ? count : 0;
  EXPECT_GE(attacks * 10, 500);
}

TEST(Corpus, TheCleanProfileHoldsNoAttack) {
  for (const auto& [scenario, count] : scenarios_of({.profile = "clean", .events = 100'000}))
    EXPECT_EQ(scenario.front(), 'B');
}

TEST(Corpus, OnlyAndWithoutChooseScenarios) {
  const auto only = scenarios_of({.events = 30'000, .only = {"M11"}});
  EXPECT_EQ(only.size(), 1U);
  EXPECT_GT(only.at("M11"), 10);
  EXPECT_FALSE(scenarios_of({.events = 100'000, .without = {"B05", "B07"}}).contains("B05"));
}

TEST(Corpus, ARollOutReachesItsHostsWithinTenMinutes) {
  const Corpus corpus = planned({.events = 200'000, .only = {"M25"}});
  truth::Truth truth;
  for (std::size_t part = 0; part < corpus.part_count(); ++part) {
    corpus.make_batches(
        part, {}, [](const event::EventBatch&) {}, truth);
  }
  finish_truth(truth, corpus);
  ASSERT_GT(truth.incidents.size(), 100U);
  EXPECT_LT(truth.incidents.back().first - truth.incidents.front().first, std::chrono::minutes(11));
}

TEST(Corpus, WishesThatCannotBeMetAreRefused) {
  EXPECT_EQ(Corpus::plan({.profile = "balnced"}).error().code, "E520");
  EXPECT_EQ(Corpus::plan({.only = {"M11", "M111"}}).error().code, "E521");
  EXPECT_EQ(Corpus::plan({.only = {"M11"}, .without = {"M11"}}).error().code, "E521");
  EXPECT_EQ(Corpus::plan({.events = 1'000, .hosts = 400, .days = 2}).error().code, "E504");
  EXPECT_EQ(Corpus::plan({.days = -1}).error().code, "E504");
}

TEST(Corpus, ScenariosCanBeListed) {
  const auto rows = list_scenarios({});
  ASSERT_TRUE(rows);
  const auto m11 = std::ranges::find(*rows, "M11", &ScenarioSummary::id);
  ASSERT_NE(m11, rows->end());
  EXPECT_EQ(m11->intent, "malicious");
  EXPECT_EQ(m11->behaviour, "connects within 60 s");
  EXPECT_TRUE(m11->expected.starts_with("Y: ")) << m11->expected;
  EXPECT_EQ(profile_names(), (std::vector<std::string>{"balanced", "clean", "evasion", "nightmare",
                                                       "realistic", "storm"}));
}

}  // namespace
}  // namespace eqlab::generators
