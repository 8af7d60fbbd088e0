#include "harness/schedule/alert_ids.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "harness/base/rng.h"
#include "harness/base/sha256.h"
#include "tests/unit/schedule/scanned.h"

namespace eqlab::schedule {
namespace {

// The vector of build_alert_group_from_sequence.ts.
TEST(AlertIds, OfASequenceAreTheEnginesOwn) {
  const std::vector<Lineage> events = {
      {{.id = "d5e8eb51-a6a0-456d-8a15-4b79bfec3d71", .index = "myFakeSignalIndex"}},
      {{.id = "619389b2-b077-400e-b40b-abde20d675d3", .index = "myFakeSignalIndex"}}};
  EXPECT_EQ(
      group_alert_ids(events, "04128c15-0d1b-4716-a4c5-46997ac7f3bd"),
      (GroupIds{.blocks = {"f2db3574eaf8450e3f4d1cf4f416d70b110b035ae0a7a00026242df07f0a6c90",
                           "1dbc416333244efbda833832eb83f13ea5d980a33c2f981ca8d2b35d82a045da"},
                .shell = "1b7d06954e74257140f3bf73f139078483f9658fe829fd806cc307fc0388fb23"}));
}

TEST(AlertIds, AnAlertsOwnAncestorsComeFirst) {
  const DocumentAddress event{.id = "e", .index = "i"};
  const DocumentAddress alert{.id = "a", .index = "alerts"};
  const GroupIds with = group_alert_ids(std::vector<Lineage>{{event, alert}}, "r");
  EXPECT_EQ(with.blocks, (std::vector<std::string>{sha256_hex("eiaalertsr0")}));
  EXPECT_EQ(with.shell, sha256_hex("eiaalerts" + with.blocks[0] + "r"));
}

TEST(AlertIds, OfASingleEventNamesTheSpaceAndNoVersion) {
  EXPECT_EQ(single_alert_id({.id = "7", .index = "logs"}, "default", "rule"),
            sha256_hex("logs7undefineddefault:rule"));
  EXPECT_NE(single_alert_id({.id = "7", .index = "logs"}, "other", "rule"),
            single_alert_id({.id = "7", .index = "logs"}, "default", "rule"));
}

DocumentAddress address_in(const std::string& document) {
  std::optional<Addresses> addresses;
  const tiny::Scanned scanned(rule::bare_query("any where true", "q"), document, false,
                              [&](scan::Plan& plan) {
                                addresses.emplace(plan, event::Schema::builtin(), "event.category");
                              });
  EXPECT_EQ(scanned.log.size(), 1U);
  return addresses->of(scanned.log, 0);
}

TEST(AlertIds, AddressesAreThoseOfHitsWhereThereAreHits) {
  EXPECT_EQ(address_in(R"({"_index":".ds-x-000001","_id":"h1","_source":{"event":{"id":"e1"}}})"),
            (DocumentAddress{.id = "h1", .index = ".ds-x-000001"}));
}

TEST(AlertIds, AddressesOfDocumentsAreTheirEventIdAndDataStream) {
  EXPECT_EQ(address_in(R"({"event":{"id":"e1","category":["network"]}})"),
            (DocumentAddress{.id = "e1", .index = "logs-endpoint.events.network-default"}));
  EXPECT_EQ(address_in(R"({"event":{"id":"e1","category":["network","process"]}})").index,
            "logs-endpoint.events.process-default");
  EXPECT_EQ(address_in(R"({"event":{"id":"e1","category":"network"},
                          "data_stream":{"dataset":"zeek","namespace":"lab"}})")
                .index,
            "logs-zeek-lab");
  EXPECT_EQ(address_in(R"({"event":{"id":"e1","category":"iam"}})").index, "");
}

TEST(AlertIds, DocumentsWithoutAnIdHaveOneEach) {
  std::optional<Addresses> addresses;
  const tiny::Scanned scanned(rule::bare_query("any where true", "q"),
                              R"([{"message":"a"},{"message":"b"}])", false, [&](scan::Plan& plan) {
                                addresses.emplace(plan, event::Schema::builtin(), "event.category");
                              });
  ASSERT_EQ(scanned.log.size(), 2U);
  EXPECT_NE(addresses->of(scanned.log, 0).id, addresses->of(scanned.log, 1).id);
}

// Two hits with one event id, as a document that was indexed twice: to the engine they are two.
TEST(AlertIds, HitsThatDifferInTheirAddressAreToldApartWhenAsked) {
  const std::string ndjson =
      R"({"_index":"i","_id":"h1","_source":{"@timestamp":"2026-03-02T10:00:00Z","event":{"id":"e"}}})"
      "\n"
      R"({"_index":"i","_id":"h2","_source":{"@timestamp":"2026-03-02T10:00:01Z","event":{"id":"e"}}})"
      "\n";
  std::optional<Addresses> addresses;
  const tiny::Scanned scanned(rule::bare_query("any where true", "q"), ndjson, false,
                              [&](scan::Plan& plan) {
                                addresses.emplace(plan, event::Schema::builtin(), "event.category");
                              });
  EXPECT_EQ(scanned.simulate().alerts.size(), 1U);
  EXPECT_EQ(scanned.simulate({.addresses = addresses}).alerts.size(), 2U);
}

// The simulation compares event ids where the engine compares hashes. Over random worlds in which
// documents come twice: the alerts that it writes are exactly the different shells of all that its
// runs return.
TEST(AlertIds, NameTheSameAlertsThatTheSimulationTellsApart) {
  Rng rng(34);
  std::uint64_t unwritten = 0;
  for (int round = 0; round < 60; ++round) {
    std::string ndjson;
    for (int i = 0; i < 24; ++i) {
      const bool is_process = rng.chance(0.5);
      ndjson += format(
          R"({{"@timestamp":"2026-03-02T10:{:02}:{:02}Z","event":{{"category":"{}","id":"{}{}"}},"host":{{"id":"h"}}}})"
          "\n",
          rng.below(14), rng.below(60), is_process ? "process" : "network", is_process ? 'p' : 'n',
          rng.below(8));
    }
    std::optional<Addresses> addresses;
    rule::Rule rule = rule::bare_query(
        "sequence by host.id with maxspan=3m [process where true] [network where true]", "q");
    rule.schedule.look_back = std::chrono::minutes{12};
    const tiny::Scanned scanned(rule, ndjson, false, [&](scan::Plan& plan) {
      addresses.emplace(plan, event::Schema::builtin(), "event.category");
    });
    const auto shell = [&](const match::Match& match) {
      std::vector<Lineage> events;
      for (const scan::CandidateIndex event : match.events)
        events.push_back({addresses->of(scanned.log, event)});
      return group_alert_ids(events, "rule").shell;
    };
    const Simulation out = scanned.simulate();
    std::set<std::string> shells;
    for (const Alert& alert : out.alerts) {
      EXPECT_TRUE(shells.insert(shell(alert.match)).second) << "one alert, one name";
    }
    const auto all =
        match::Matcher(scanned.query, scanned.binding).find(scanned.log, scanned.log.dated(), {});
    for (const match::Match& match : all.matches) {
      // Each of these stood in some run's window: the look-back exceeds interval and maxspan.
      unwritten += shells.contains(shell(match)) ? 0U : 1U;
    }
    EXPECT_EQ(unwritten, 0U);
    EXPECT_EQ(out.counters.returned, out.alerts.size() + out.counters.duplicates);
  }
}

}  // namespace
}  // namespace eqlab::schedule
