#include "generators/incident/simulator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace eqlab::generators {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr EventTime ten_o_clock{seconds(1'772'445'600)};

struct Images {
  Images() { add_standing_images(table); }
  ImageTable table;
};

/// One run, with everything needed to look at it.
struct Simulated {
  Simulated(const Catalogue& catalogue, std::string_view id, std::uint64_t seed,
            Persona persona = Persona::developer)
      : tables(make_host(Rng(1), 3, persona), images.table, ten_o_clock - minutes(60)) {
    const Scenario* scenario = catalogue.find(id);
    EXPECT_NE(scenario, nullptr) << id;
    incident =
        simulate_incident(*scenario, catalogue.delays, tables, ten_o_clock, Rng(seed), 0, events)
            .record;
  }
  [[nodiscard]] const std::string& name(const Event& event) const {
    return tables.images[event.image].program->name;
  }
  [[nodiscard]] const std::string& parent(const Event& event) const {
    return tables.images[event.parent_image].program->name;
  }
  /// Events as `exec bash < package_script_service 0`.
  [[nodiscard]] std::vector<std::string> lines(Kind kind) const {
    std::vector<std::string> out;
    for (const Event& event : events) {
      if (event.kind != kind) continue;
      std::string line = name(event);
      if (kind == Kind::exec) line += "<" + parent(event);
      out.push_back(line + (event.user == User::root ? " 0" : " 501"));
    }
    return out;
  }
  [[nodiscard]] bool has(Kind kind, std::string_view line) const {
    const auto all = lines(kind);
    return std::ranges::find(all, line) != all.end();
  }
  /// The first event of that kind and line.
  [[nodiscard]] const Event& event(Kind kind, std::string_view line) const {
    for (const Event& candidate : events) {
      if (candidate.kind != kind) continue;
      std::string text = name(candidate);
      if (kind == Kind::exec) text += "<" + parent(candidate);
      if (text + (candidate.user == User::root ? " 0" : " 501") == line) return candidate;
    }
    ADD_FAILURE() << "no " << line;
    return events.front();
  }

  Images images;
  HostTables tables;
  std::vector<Event> events;
  truth::Incident incident;
};

const Catalogue& catalogue() {
  static const Catalogue loaded = [] {
    auto result = load_catalogue("");
    EXPECT_TRUE(result) << render(result.error());
    return std::move(*result);
  }();
  return loaded;
}

/// What the scenario tables promise: script, connection, the window in which the latter follows,
/// and truth.
struct Promise {
  std::string id;
  std::string script;
  std::string connection;  ///< empty: none by package code
  Duration earliest;
  Duration latest;
  truth::Behaviour behaviour;
  truth::Expectation expected;
};

TEST(IncidentSimulator, EveryScenarioBringsTheEventsAndTheTruthOfItsRow) {
  using truth::Behaviour;
  using truth::Expectation;
  const std::string pss = "<package_script_service ";
  const std::vector<Promise> promises = {
      {"M02", "bash" + pss + "0", "curl 0", milliseconds(100), milliseconds(600),
       Behaviour::connects, Expectation::fires},
      {"M05", "bash" + pss + "0", "osascript 0", milliseconds(500), seconds(4), Behaviour::connects,
       Expectation::fires},
      {"M11", "bash" + pss + "0", "curl 0", milliseconds(200), seconds(1), Behaviour::connects,
       Expectation::fires},
      {"M12", "sh" + pss + "0", "CrashReporter 0", milliseconds(500), seconds(6),
       Behaviour::connects, Expectation::silent},
      {"M17", "bash" + pss + "0", "zoom 0", seconds(1), seconds(5), Behaviour::connects,
       Expectation::silent},
      {"M21", "bash" + pss + "0", "curl 0", seconds(1), seconds(5), Behaviour::connects,
       Expectation::fires},
      {"M25", "bash" + pss + "0", "curl 0", milliseconds(200), seconds(2), Behaviour::connects,
       Expectation::fires},
      {"M28", "zsh" + pss + "0", "curl 0", Duration(1), minutes(2), Behaviour::connects,
       Expectation::fires},
      {"E01", "bash" + pss + "0", "python3.11 0", milliseconds(350), milliseconds(650),
       Behaviour::connects, Expectation::silent},
      {"E02", "bash" + pss + "0", "Python 0", Duration(1), minutes(1), Behaviour::connects,
       Expectation::fires},
      {"E07", "bash" + pss + "0", "helper-x 0", Duration(1), minutes(2), Behaviour::connects,
       Expectation::silent},
      {"E10", "bash" + pss + "0", "curl 0", seconds(1), seconds(3), Behaviour::connects,
       Expectation::fires},
      {"E12", "bash" + pss + "0", "curl 501", seconds(1), seconds(3), Behaviour::connects,
       Expectation::silent},
      {"E13", "bash" + pss + "0", "curl 501", milliseconds(350), milliseconds(800),
       Behaviour::connects, Expectation::silent},
      {"E15", "bash" + pss + "0", "bash 0", Duration(1), minutes(2), Behaviour::connects,
       Expectation::silent},
      {"E18", "osascript" + pss + "0", "osascript 0", Duration(1), minutes(2), Behaviour::connects,
       Expectation::fires},
      {"E27", "bash" + pss + "0", "", {}, {}, Behaviour::none, Expectation::fires},
      {"B01", "bash" + pss + "0", "curl 0", milliseconds(50), seconds(1), Behaviour::connects,
       Expectation::fires},
      {"B37", "sh" + pss + "0", "curl 0", milliseconds(100), seconds(2), Behaviour::connects,
       Expectation::fires},
      {"B39", "bash" + pss + "0", "curl 0", milliseconds(500), seconds(5), Behaviour::connects,
       Expectation::fires},
      {"B50", "bash" + pss + "0", "curl 0", seconds(2), seconds(16), Behaviour::local,
       Expectation::fires},
      {"B58", "bash" + pss + "501", "curl 501", milliseconds(300), seconds(3), Behaviour::connects,
       Expectation::fires},
      {"B05", "sh" + pss + "0", "", {}, {}, Behaviour::none, Expectation::silent},
      {"B07", "bash" + pss + "0", "", {}, {}, Behaviour::none, Expectation::silent},
      {"B17", "sh" + pss + "0", "", {}, {}, Behaviour::none, Expectation::silent},
      {"B31", "sh" + pss + "0", "", {}, {}, Behaviour::none, Expectation::silent},
      {"B55", "bash" + pss + "0", "", {}, {}, Behaviour::none, Expectation::silent},
      {"B57", "sh<Installer 501", "", {}, {}, Behaviour::none, Expectation::silent},
      {"B12", "bash" + pss + "0", "", {}, {}, Behaviour::none, Expectation::fires},
      {"B14", "sh" + pss + "0", "", {}, {}, Behaviour::none, Expectation::fires},
      {"B42", "bash" + pss + "501", "", {}, {}, Behaviour::none, Expectation::fires},
      {"M01", "bash<Installer 501", "curl 501", milliseconds(400), seconds(6), Behaviour::connects,
       Expectation::fires},
  };
  for (const Promise& promise : promises) {
    for (std::uint64_t seed = 0; seed < 25; ++seed) {
      const Simulated run(catalogue(), promise.id, seed);
      SCOPED_TRACE(promise.id + " seed " + std::to_string(seed));
      ASSERT_TRUE(run.has(Kind::exec, promise.script));
      if (run.incident.expected != truth::Expectation::silent ||
          promise.expected == truth::Expectation::silent) {
        EXPECT_EQ(run.incident.expected, promise.expected);
      }
      if (promise.connection.empty()) {
        EXPECT_TRUE(run.incident.true_pairs.empty());
        EXPECT_EQ(run.incident.behaviour, promise.behaviour);
        continue;
      }
      const EventTime first_script = run.event(Kind::exec, promise.script).time;
      const EventTime connected = run.event(Kind::connect, promise.connection).time;
      EXPECT_GE(connected - first_script, promise.earliest);
      EXPECT_LE(connected - first_script, promise.latest + milliseconds(10));
      ASSERT_FALSE(run.incident.true_pairs.empty());
      if (connected - first_script <= seconds(60)) {
        EXPECT_EQ(run.incident.behaviour, promise.behaviour);
      }
    }
  }
}

TEST(IncidentSimulator, NamesThePairThatIsLinkedAndGivesEachEventItsRole) {
  const Simulated run(catalogue(), "M11", 4);
  const auto& [script, network] = run.incident.true_pairs.front();
  EXPECT_EQ(run.incident.events[script].what, "exec bash < package_script_service");
  EXPECT_EQ(run.incident.events[script].role, truth::Role::script);
  EXPECT_EQ(run.incident.events[script].user, "0");
  EXPECT_TRUE(run.incident.events[network].what.starts_with("connect curl "))
      << run.incident.events[network].what;
  EXPECT_EQ(run.incident.events[network].role, truth::Role::network);
  std::map<truth::Role, int> roles;
  for (const auto& event : run.incident.events) ++roles[event.role];
  EXPECT_EQ(roles[truth::Role::script], 1);
  EXPECT_GT(roles[truth::Role::child], 3);
  EXPECT_GE(roles[truth::Role::file], 1);
  EXPECT_GT(roles[truth::Role::noise], 0) << "the installer itself is not what the package runs";
}

TEST(IncidentSimulator, ShHandsOverToBashInTheSameProcess) {
  const Simulated run(catalogue(), "B37", 1);
  const Event& sh = run.event(Kind::exec, "sh<package_script_service 0");
  const Event& bash = run.event(Kind::exec, "bash<package_script_service 0");
  EXPECT_EQ(sh.process, bash.process);
  EXPECT_GT(bash.time, sh.time);
  EXPECT_LT(bash.time - sh.time, milliseconds(30));
  EXPECT_EQ(run.tables.images[bash.image].args, run.tables.images[sh.image].args);
  EXPECT_TRUE(run.has(Kind::exec, "curl<bash 0"));
  // Both execs are a script's beginning, and both are linked with the connection.
  EXPECT_EQ(run.incident.true_pairs.size(), 2U);
}

TEST(IncidentSimulator, APackageScriptHasTheArgumentsThatPackageKitGivesIt) {
  const Simulated run(catalogue(), "B39", 1);
  const Image& image =
      run.tables.images[run.event(Kind::exec, "bash<package_script_service 0").image];
  ASSERT_EQ(image.args.size(), 6U);
  EXPECT_EQ(image.args[0], "/bin/bash");
  EXPECT_TRUE(image.args[1].starts_with("/tmp/PKInstallSandbox.") &&
              image.args[1].ends_with("/postinstall"))
      << image.args[1];
  EXPECT_NE(image.args[1].find("/Scripts/com.example.studio."), std::string::npos);
  EXPECT_TRUE(image.args[2].ends_with("/Studio.pkg"));
}

TEST(IncidentSimulator, ALaunchDaemonIsLinkedToTheStepThatLoadedIt) {
  const Simulated run(catalogue(), "E10", 2);
  EXPECT_TRUE(run.has(Kind::exec, "xpcproxy<launchd 0"));
  EXPECT_TRUE(run.has(Kind::exec, "sh<launchd 0"));
  EXPECT_TRUE(run.has(Kind::launch_daemon, "bash 0"));
  EXPECT_EQ(run.incident.true_pairs.size(), 1U);
}

TEST(IncidentSimulator, AStrangersConnectionIsNoiseHoweverNearItIs) {
  for (const std::string_view id : {"B12", "B42", "E27"}) {
    const Simulated run(catalogue(), id, 3);
    EXPECT_TRUE(run.incident.true_pairs.empty()) << id;
    int connections = 0;
    for (std::size_t e = 0; e < run.events.size(); ++e) {
      if (run.events[e].kind != Kind::connect) continue;
      ++connections;
      EXPECT_EQ(run.incident.events[e].role, truth::Role::noise) << id;
    }
    EXPECT_GT(connections, 0) << id;
  }
}

TEST(IncidentSimulator, TheStrangerOfACoincidenceComesWithinTheWindowOfTheScript) {
  for (const auto& [id, script, connection] : std::vector<std::array<std::string, 3>>{
           {"B12", "bash<package_script_service 0", "curl 0"},
           {"B42", "bash<package_script_service 501", "curl 501"},
           {"E27", "bash<package_script_service 0", "curl 0"}}) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      const Simulated run(catalogue(), id, seed);
      const EventTime at = run.event(Kind::exec, script).time;
      bool found = false;
      for (const Event& event : run.events) {
        if (event.kind == Kind::connect && event.time > at && event.time - at <= seconds(30))
          found = true;
      }
      EXPECT_TRUE(found) << id << " seed " << seed;
    }
  }
}

TEST(IncidentSimulator, ADelayedDownloadMeetsTheEdgesOfTheWindowExactly) {
  std::set<std::int64_t> gaps;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Simulated run(catalogue(), "E09", seed);
    const Duration gap = run.event(Kind::connect, "curl 0").time -
                         run.event(Kind::exec, "bash<package_script_service 0").time;
    gaps.insert(gap.count());
    EXPECT_EQ(run.incident.expected,
              gap <= seconds(30) ? truth::Expectation::fires : truth::Expectation::silent)
        << gap.count();
    EXPECT_EQ(run.incident.behaviour,
              gap <= seconds(60) ? truth::Behaviour::connects : truth::Behaviour::none)
        << gap.count();
    EXPECT_FALSE(run.incident.true_pairs.empty()) << "a late connection is linked all the same";
  }
  for (const int gap_ms : {14'900, 15'100, 29'999, 30'000, 30'001})
    EXPECT_TRUE(gaps.contains(gap_ms * std::int64_t{1'000'000})) << gap_ms;
  EXPECT_GT(*gaps.rbegin(), Duration(minutes(9)).count());
}

TEST(IncidentSimulator, InPlaceAndForkedExecsBothOccur) {
  int in_place = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Simulated run(catalogue(), "M01", seed);
    const bool replaced = run.has(Kind::exec, "curl<Installer 501");
    in_place += replaced ? 1 : 0;
    // The hourly run's curl is a child of its shell either way.
    const auto execs = run.lines(Kind::exec);
    EXPECT_EQ(std::ranges::count(execs, "curl<bash 501"), replaced ? 1 : 2);
  }
  EXPECT_NEAR(in_place, 30, 15);
}

TEST(IncidentSimulator, AnOrphanShowsLaunchdAsItsParentAndStaysLinked) {
  int orphans = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Simulated run(catalogue(), "M02", seed);
    orphans += run.has(Kind::exec, "curl<launchd 0") ? 1 : 0;
    EXPECT_FALSE(run.incident.true_pairs.empty());
  }
  EXPECT_NEAR(orphans, 70, 15);
}

TEST(IncidentSimulator, ALoopMakesAsManyRoundsAsWereDrawnOneAfterTheOther) {
  std::set<std::size_t> rounds;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Simulated run(catalogue(), "B03", seed);
    std::vector<EventTime> downloads;
    std::vector<EventTime> unpacked;
    for (const Event& event : run.events) {
      if (event.kind == Kind::connect) downloads.push_back(event.time);
      if (event.kind == Kind::exec && run.name(event) == "tar") unpacked.push_back(event.time);
    }
    ASSERT_EQ(downloads.size(), unpacked.size());
    for (std::size_t i = 0; i + 1 < downloads.size(); ++i) {
      EXPECT_LT(downloads[i], unpacked[i]);
      EXPECT_LT(unpacked[i], downloads[i + 1]) << "the next round waits for this one's end";
    }
    rounds.insert(downloads.size());
  }
  EXPECT_EQ(*rounds.begin(), 2U);
  EXPECT_EQ(*rounds.rbegin(), 6U);
}

TEST(IncidentSimulator, WhatFollowsALoopFromOutsideFollowsItsLastRound) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Simulated run(catalogue(), "B13", seed);
    EventTime last_script{};
    EventTime report{};
    for (const Event& event : run.events) {
      if (event.kind == Kind::exec && run.parent(event) == "package_script_service")
        last_script = std::max(last_script, event.time);
      if (event.kind == Kind::exec && run.name(event) == "sh" &&
          run.parent(event) == "managedsoftwareupdate")
        report = event.time;
    }
    EXPECT_GT(report, last_script) << seed;
  }
}

TEST(IncidentSimulator, OneWayIsChosenByWeightAndTheOthersAreNotSimulated) {
  std::map<std::string, int> tools;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Simulated run(catalogue(), "E20", seed);
    int scripts = 0;
    for (const Event& event : run.events) {
      if (event.kind != Kind::exec || run.parent(event) != "package_script_service") continue;
      ++tools[run.name(event)];
      ++scripts;
    }
    EXPECT_EQ(scripts, 1);
  }
  EXPECT_NEAR(tools["postinstall"], 200, 40);
  EXPECT_NEAR(tools["perl"], 67, 30);
  EXPECT_NEAR(tools["ruby"], 67, 30);
  EXPECT_NEAR(tools["python3.11"], 67, 30);
}

TEST(IncidentSimulator, ASecondPersonHasAUidAndAPackageServiceOfTheirOwn) {
  const Simulated run(catalogue(), "B52", 5);
  int scripts = 0;
  for (const Event& event : run.events) {
    if (event.kind != Kind::exec || run.parent(event) != "package_script_service") continue;
    ++scripts;
    EXPECT_EQ(event.user, User::second);
    EXPECT_EQ(run.incident.events[event.incident_event].user, "502");
  }
  EXPECT_GE(scripts, 1);
  EXPECT_TRUE(run.has(Kind::connect, "curl 501"));
}

TEST(IncidentSimulator, OneEndOfAConnectionMayBeAllThatIsSeen) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Simulated only_end(catalogue(), "B49", seed);
    EXPECT_TRUE(only_end.lines(Kind::connect).empty());
    EXPECT_EQ(only_end.lines(Kind::disconnect), std::vector<std::string>{"curl 0"});
    const Simulated only_start(catalogue(), "E25", seed);
    EXPECT_EQ(only_start.lines(Kind::connect), std::vector<std::string>{"agent-x 0"});
    EXPECT_TRUE(only_start.lines(Kind::disconnect).empty());
  }
}

TEST(IncidentSimulator, EventsFollowTheLifeOfAProcess) {
  for (const Scenario& scenario : catalogue().scenarios) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const Simulated run(catalogue(), scenario.id, seed);
      std::map<ProcessIndex, EventTime> forked;
      std::map<ProcessIndex, EventTime> execed;
      std::map<ProcessIndex, EventTime> ended;
      for (const Event& event : run.events) {
        if (event.kind == Kind::fork) forked[event.process] = event.time;
        if (event.kind == Kind::exec) execed.emplace(event.process, event.time);
        if (event.kind == Kind::end) {
          EXPECT_FALSE(ended.contains(event.process)) << scenario.id << ": one end each";
          ended[event.process] = event.time;
        }
      }
      for (const Event& event : run.events) {
        EXPECT_EQ(event.time.time_since_epoch() % std::chrono::microseconds(1), Duration::zero());
        if (event.process < standing_count) continue;
        ASSERT_TRUE(forked.contains(event.process)) << scenario.id;
        EXPECT_GE(event.time, forked[event.process]) << scenario.id;
        const bool is_birth = event.kind == Kind::fork || event.kind == Kind::exec;
        if (!is_birth && execed.contains(event.process)) {
          EXPECT_GT(event.time, execed[event.process]) << scenario.id;
        }
        // A connection may close after its process has gone; nothing else may happen then.
        if (ended.contains(event.process) && event.kind != Kind::disconnect) {
          EXPECT_LE(event.time, ended[event.process])
              << scenario.id << " " << to_string(event.kind);
        }
      }
    }
  }
}

TEST(IncidentSimulator, TheSameSeedGivesTheSameIncident) {
  for (const Scenario& scenario : catalogue().scenarios) {
    const Simulated a(catalogue(), scenario.id, 9);
    const Simulated b(catalogue(), scenario.id, 9);
    ASSERT_EQ(a.events.size(), b.events.size());
    for (std::size_t i = 0; i < a.events.size(); ++i) {
      EXPECT_EQ(a.events[i].time, b.events[i].time);
      EXPECT_EQ(a.incident.events[i].what, b.incident.events[i].what);
    }
  }
}

}  // namespace
}  // namespace eqlab::generators
