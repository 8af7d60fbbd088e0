#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include "generators/corpus/corpus.h"
#include "generators/corpus/plan.h"
#include "generators/corpus/profile.h"
#include "generators/fault/host_clock.h"
#include "generators/fault/merging.h"
#include "generators/fault/transport.h"

namespace eqlab::generators {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr EventTime monday{seconds(1'772'409'600)};

// ---- merging

Event event_of(Kind kind, Duration at, ProcessIndex process, std::uint32_t detail = nothing) {
  Event event;
  event.time = monday + at;
  event.kind = kind;
  event.process = process;
  event.detail = detail;
  return event;
}

/// `kind@ms of process`, one a word, in order of time.
std::string shown(std::vector<Event> events) {
  std::ranges::stable_sort(events, {}, &Event::time);
  std::string text;
  for (const Event& event : events) {
    if (!text.empty()) text += ", ";
    text += std::string(to_string(event.kind)) + "@" +
            std::to_string((event.time - monday) / milliseconds(1)) + " of " +
            std::to_string(event.process);
  }
  return text;
}

struct MergeRow {
  std::string why;
  std::vector<Event> events;
  MergedTime time;
  std::string left;
  std::string absorbed;
};

TEST(Merging, PutsOneDocumentInThePlaceOfAShortLife) {
  const std::vector<Event> life = {
      event_of(Kind::fork, milliseconds(0), 7), event_of(Kind::exec, milliseconds(2), 7),
      event_of(Kind::exec, milliseconds(9), 7), event_of(Kind::end, milliseconds(700), 7, 3)};
  const std::vector<MergeRow> rows = {
      {"fork, two execs and end are one, at the last exec", life, MergedTime::exec,
       "fork+exec+end@9 of 7", "fork@0 of 7, exec@2 of 7, end@700 of 7"},
      {"the same, stamped at the end", life, MergedTime::end, "fork+exec+end@700 of 7",
       "fork@0 of 7, exec@2 of 7, end@700 of 7"},
      {"a subshell has no exec",
       {event_of(Kind::fork, milliseconds(0), 7), event_of(Kind::end, milliseconds(5), 7)},
       MergedTime::exec,
       "fork+end@0 of 7",
       "end@5 of 7"},
      {"a long life is its start and its end",
       {event_of(Kind::fork, milliseconds(0), 7), event_of(Kind::exec, milliseconds(2), 7),
        event_of(Kind::end, seconds(60), 7)},
       MergedTime::exec,
       "fork+exec@2 of 7, end@60000 of 7",
       "fork@0 of 7"},
      {"processes do not mix",
       {event_of(Kind::exec, milliseconds(0), 7), event_of(Kind::exec, milliseconds(1), 8),
        event_of(Kind::end, milliseconds(2), 7)},
       MergedTime::exec,
       "exec+end@0 of 7, exec@1 of 8",
       "end@2 of 7"},
      {"a connection that was opened and closed",
       {event_of(Kind::connect, milliseconds(0), 7, 1),
        event_of(Kind::disconnect, milliseconds(80), 7, 1),
        event_of(Kind::connect, milliseconds(90), 7, 2)},
       MergedTime::exec,
       "connect+disconnect@0 of 7, connect@90 of 7",
       "disconnect@80 of 7"},
      {"what begins after the slice waits for the next",
       {event_of(Kind::exec, seconds(20), 7), event_of(Kind::end, seconds(21), 7)},
       MergedTime::exec,
       "exec@20000 of 7, end@21000 of 7",
       ""},
  };
  for (const MergeRow& row : rows) {
    std::vector<Event> events = row.events;
    std::vector<Event> absorbed;
    merge_events(events, monday + seconds(10), row.time, absorbed);
    EXPECT_EQ(shown(events), row.left) << row.why;
    EXPECT_EQ(shown(absorbed), row.absorbed) << row.why;
    std::vector<Event> again = events;
    merge_events(again, monday + seconds(10), row.time, absorbed);
    EXPECT_EQ(shown(again), row.left) << row.why << ", merged once more";
  }
}

TEST(Merging, KeepsTheExitCodeOfTheEnd) {
  std::vector<Event> events = {event_of(Kind::exec, milliseconds(0), 7),
                               event_of(Kind::end, milliseconds(5), 7, 42)};
  std::vector<Event> absorbed;
  merge_events(events, monday + seconds(1), MergedTime::exec, absorbed);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].detail, 42U);
}

TEST(Merging, FollowsTheAgentSVersion) {
  Host host;
  host.agent = {8, 17, 9};
  EXPECT_FALSE(merges({.merging = Merging::by_version}, host));
  EXPECT_TRUE(merges({.merging = Merging::on}, host));
  host.agent = {8, 18, 0};
  EXPECT_TRUE(merges({.merging = Merging::by_version}, host));
  EXPECT_FALSE(merges({.merging = Merging::off}, host));
}

// ---- clocks

TEST(HostClocks, AreALittleWrongOnMostHostsAndByUpToTwoMinutesOnAFew) {
  const FaultOptions options{.clock_offset = 1};
  constexpr int hosts = 20'000;
  int far_off = 0;
  double sum = 0;
  double squares = 0;
  for (std::uint32_t index = 0; index < hosts; ++index) {
    const Host host = make_host(Rng(2), 0, Persona::ci);
    const Rng rng = Rng(9).split(index);
    const Delivery delivery(host, rng, monday, monday + hours(24));
    const HostClock clock(options, rng, delivery);
    const double error = std::chrono::duration<double>(clock.offset()).count();
    EXPECT_EQ(clock.shown(monday) - monday, clock.offset()) << "no step was asked for";
    EXPECT_LE(std::abs(error), 120);
    if (std::abs(error) > 0.3) {
      ++far_off;
      continue;
    }
    sum += error;
    squares += error * error;
  }
  EXPECT_NEAR(far_off / double{hosts}, 0.01, 0.003);
  EXPECT_NEAR(sum / hosts, 0, 0.002);
  EXPECT_NEAR(std::sqrt(squares / hosts), 0.05, 0.003);
}

TEST(HostClocks, StepWhenTheHostComesBack) {
  const Host host = make_host(Rng(2), 0, Persona::office);
  const Rng rng = Rng(3);
  const Delivery delivery(host, rng, monday, monday + hours(24 * 60));
  ASSERT_GE(delivery.returns().size(), 3U);
  const HostClock clock({.clock_steps = 1}, rng, delivery);
  Duration before{};
  for (const EventTime back : delivery.returns()) {
    EXPECT_EQ(clock.shown(back - seconds(1)), back - seconds(1) + before);
    const Duration after = clock.shown(back) - back;
    EXPECT_NE(after, before);
    EXPECT_LE(std::chrono::abs(after - before), seconds(5));
    before = after;
  }
}

// ---- transport

struct Sent {
  int lost = 0;
  int doubled = 0;
  int displaced = 0;
  int all = 0;
};
Sent send_many(const FaultOptions& options) {
  Sent sent;
  for (std::uint32_t index = 0; index < 20; ++index) {
    const Host host = make_host(Rng(2), index, Persona::office);
    const Rng rng = Rng(7).split(index);
    Delivery delivery(host, rng, monday, monday + hours(24 * 30));
    Transport transport(options, rng, delivery);
    for (int m = 0; m < 30 * 24 * 6; ++m) {
      const EventTime time = monday + seconds(600) * m;
      const Passage passage = transport.send(time, Kind::exec, static_cast<std::uint64_t>(m));
      EXPECT_GE(passage.ingest.time_since_epoch(), time.time_since_epoch());
      if (passage.duplicate) {
        EXPECT_GT(*passage.duplicate, passage.ingest);
      }
      EXPECT_LE(passage.displaced, seconds(2));
      ++sent.all;
      sent.lost += passage.is_lost ? 1 : 0;
      sent.doubled += passage.duplicate ? 1 : 0;
      sent.displaced += passage.displaced > Duration::zero() ? 1 : 0;
    }
  }
  return sent;
}

TEST(Transport, DoesNothingUnlessItIsAskedTo) {
  const Sent sent = send_many({});
  EXPECT_EQ(sent.lost + sent.doubled + sent.displaced, 0);
}

TEST(Transport, LosesDoublesAndDisplacesTheSharesAskedFor) {
  const Sent sent = send_many({.loss = 0.02, .duplicates = 0.05, .reordering = 0.1});
  EXPECT_NEAR(sent.lost / double(sent.all), 0.02, 0.003);
  EXPECT_NEAR(sent.doubled / double(sent.all), 0.05, 0.005);
  EXPECT_NEAR(sent.displaced / double(sent.all), 0.1, 0.006);
}

TEST(Transport, DropsTheOldestOfWhatWaitsOffline) {
  const double offline = traits_of(Persona::office).share_offline;
  const Sent sent = send_many({.offline_loss = 0.5});
  EXPECT_NEAR(sent.lost / double(sent.all), offline / 2, 0.012);
  EXPECT_EQ(send_many({.offline_loss = 0}).lost, 0);
}

TEST(Delivery, AFactorOnTheDelaysScalesThemAndZeroMakesEverythingSearchableAtOnce) {
  const Host host = make_host(Rng(2), 0, Persona::office);
  Delivery plain(host, Rng(5), monday, monday + hours(24));
  Delivery triple(host, Rng(5), monday, monday + hours(24), 3);
  Delivery none(host, Rng(5), monday, monday + hours(24), 0);
  for (int m = 0; m < 24 * 60; ++m) {
    const EventTime time = monday + seconds(60) * m;
    const auto delay = [&](Delivery& delivery) {
      return std::chrono::duration<double>(delivery.ingest(time, Kind::exec).time_since_epoch() -
                                           time.time_since_epoch())
          .count();
    };
    const double once = delay(plain);
    EXPECT_NEAR(delay(triple), 3 * once, 3);
    EXPECT_EQ(delay(none), 0);
  }
}

// ---- a whole corpus

struct Found {
  std::map<std::string, int> documents;  ///< by event id
  truth::Truth truth;
};
Found all_faults(std::uint64_t events) {
  const auto corpus = Corpus::plan({.profile = "nightmare", .seed = 4, .events = events});
  EXPECT_TRUE(corpus);
  Found found;
  for (std::size_t part = 0; part < corpus->part_count(); ++part) {
    corpus->make_batches(
        part, {},
        [&](const event::EventBatch& batch) {
          for (std::size_t row = 0; row < batch.row_count(); ++row)
            ++found.documents[std::string(batch.ids[row])];
        },
        found.truth);
  }
  finish_truth(found.truth, *corpus);
  return found;
}

TEST(Faults, ConserveEventIdsAndSayInTruthWhatBecameOfEach) {
  const Found found = all_faults(300'000);
  std::map<std::string, int> seen;
  const auto has = [](const truth::IncidentEvent& event, std::string_view fault) {
    return std::ranges::find(event.faults, fault) != event.faults.end();
  };
  for (const truth::Incident& incident : found.truth.incidents) {
    for (const truth::IncidentEvent& event : incident.events) {
      const int expected = has(event, "lost") || has(event, "merged") ? 0
                           : has(event, "duplicated")                 ? 2
                                                                      : 1;
      const auto documents = found.documents.find(event.id);
      EXPECT_EQ(documents == found.documents.end() ? 0 : documents->second, expected)
          << event.id << " " << event.what;
      for (const std::string& fault : event.faults) ++seen[fault];
    }
  }
  for (const char* fault : {"lost", "merged", "duplicated", "displaced", "offset"})
    EXPECT_GT(seen[fault], 0) << fault;
}

TEST(Faults, AreCountedSoThatNothingIsMissing) {
  const Found found = all_faults(100'000);
  const truth::FaultCounts& faults = found.truth.faults;
  std::uint64_t documents = 0;
  for (const auto& [id, count] : found.documents) documents += static_cast<std::uint64_t>(count);
  EXPECT_EQ(documents, found.truth.events);
  EXPECT_EQ(faults.happened, found.truth.events + faults.merged + faults.lost - faults.duplicated);
  EXPECT_GT(faults.merged, 1000U);
  EXPECT_GT(faults.lost, 100U);
  EXPECT_GT(faults.duplicated, 100U);
  EXPECT_GT(faults.displaced, 100U);
  EXPECT_GT(faults.truncating_hosts, 0U);
  // And they survive the file.
  const auto path = std::filesystem::temp_directory_path() / "eqlab_faults_truth.ndjson";
  std::ofstream(path, std::ios::binary) << truth::write_truth(found.truth);
  const auto read = truth::read_truth(path.string());
  std::filesystem::remove(path);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->faults, faults);
  EXPECT_EQ(truth::write_truth(*read), truth::write_truth(found.truth));
}

TEST(Faults, OfAnUnfaultedProfileAreNotMentioned) {
  const auto corpus = Corpus::plan({.events = 5'000});
  ASSERT_TRUE(corpus);
  truth::Truth truth;
  for (std::size_t part = 0; part < corpus->part_count(); ++part)
    corpus->make_batches(
        part, {}, [](const event::EventBatch&) {}, truth);
  EXPECT_EQ(truth.faults, truth::FaultCounts());
  EXPECT_EQ(truth::write_truth(truth).find("\"faults\""), std::string::npos);
}

// ---- profiles

constexpr std::string_view plain_profile = R"(name = "mine"
about = "For a test"
hosts = 300
days = 0.25
events = 60_000
[personas]
office = 1.0
[mixed]
installs_per_host_day = 0.1
benign_local = 1.0
)";

std::string complaint(const std::string& added) {
  const auto profile =
      read_profile({.file = "mine.toml", .text = std::string(plain_profile) + added});
  return profile ? "" : profile.error().code + " " + std::to_string(profile.error().place->line);
}

TEST(Profiles, SayInWhichLineAFaultOrWaveIsWrong) {
  EXPECT_EQ(complaint(""), "");
  EXPECT_EQ(complaint("[faults]\nloss = 0.1\nmerging = \"on\"\n"), "");
  EXPECT_EQ(complaint("[faults]\nlos = 0.1\n"), "E511 12");
  EXPECT_EQ(complaint("evasion = 0.5\n"), "E512 8");
  EXPECT_EQ(complaint("[faults]\nloss = 2\n"), "E512 12");
  EXPECT_EQ(complaint("[faults]\nmerging = \"sometimes\"\n"), "E512 12");
  EXPECT_EQ(complaint("[[wave]]\nscenario = \"M25\"\nbegin = \"-1h\"\n"), "E516 13");
  EXPECT_EQ(complaint("[wave]\nscenario = \"M25\"\n"), "E512 11");
}

TEST(Profiles, MayBeAFileAndAWaveReachesItsShareOfHostsInTime) {
  const auto path = std::filesystem::temp_directory_path() / "eqlab_wave.toml";
  std::ofstream(path, std::ios::binary)
      << plain_profile
      << "[[wave]]\nscenario = \"M25\"\nshare = 0.5\nbegin = \"1h\"\nwithin = \"10m\"\n";
  const auto corpus = Corpus::plan({.profile = path.string()});
  ASSERT_TRUE(corpus) << render(corpus.error());
  std::filesystem::remove(path);
  truth::Truth truth;
  for (std::size_t part = 0; part < corpus->part_count(); ++part)
    corpus->make_batches(
        part, {}, [](const event::EventBatch&) {}, truth);
  finish_truth(truth, *corpus);
  int reached = 0;
  for (const truth::Incident& incident : truth.incidents) {
    if (incident.scenario != "M25") continue;
    ++reached;
    EXPECT_GE(incident.first, corpus->from() + std::chrono::minutes(59));
    EXPECT_LE(incident.first, corpus->from() + std::chrono::minutes(72));
  }
  EXPECT_NEAR(reached, 150, 40);
  EXPECT_EQ(Corpus::plan({.profile = path.string()}).error().code, "E901");
}

TEST(Profiles, NameAWaveSScenarioThatDoesNotExist) {
  const auto path = std::filesystem::temp_directory_path() / "eqlab_wave_unknown.toml";
  std::ofstream(path, std::ios::binary) << plain_profile << "[[wave]]\nscenario = \"X99\"\n";
  EXPECT_EQ(Corpus::plan({.profile = path.string()}).error().code, "E521");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace eqlab::generators
