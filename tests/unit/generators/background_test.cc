#include "generators/background/background.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace eqlab::generators {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr EventTime monday{std::chrono::seconds(1'772'409'600)};
const std::set<std::string_view> listed_names = {"curl", "osascript", "wget", "python", "Python",
                                                 "java", "ruby",      "node", "nscurl"};
const std::set<std::string_view> package_parents = {
    "installer", "Installer", "package_script_service", "system_installd", "installd"};

struct Shared {
  Shared() { add_standing_images(images); }
  ImageTable images;
};
struct World : Shared {
  BackgroundStories stories{images};
};

std::vector<EventTime> arrivals_of(double per_hour, Duration span, std::uint64_t seed) {
  BurstyArrivals arrivals(Rng(seed), per_hour, monday);
  std::vector<EventTime> times;
  arrivals.advance(monday + span, times);
  return times;
}

TEST(BurstyArrivals, KeepsItsMeanRateOverALongTime) {
  for (const double rate : {0.5, 6.0, 40.0}) {
    const Duration span = hours(24 * 2000);
    const double count = static_cast<double>(arrivals_of(rate, span, 5).size());
    EXPECT_NEAR(count / (rate * 24 * 2000), 1, 0.03) << rate;
  }
}

TEST(BurstyArrivals, ClustersFarMoreThanAPoissonProcess) {
  // Counts in windows of six minutes: variance over mean is 1 for Poisson.
  std::map<std::int64_t, double> counts;
  const Duration span = hours(24 * 500);
  for (const EventTime time : arrivals_of(60, span, 9)) counts[(time - monday) / minutes(6)] += 1;
  const double windows = 500.0 * 240;
  double sum = 0;
  double squares = 0;
  for (const auto& [window, n] : counts) {
    sum += n;
    squares += n * n;
  }
  const double mean = sum / windows;
  EXPECT_NEAR(mean, 6, 0.3);
  EXPECT_GT((squares / windows - mean * mean) / mean, 8);
  // A fifth of the time is on, and short lulls within count as on.
  EXPECT_NEAR(static_cast<double>(counts.size()) / windows, 0.3, 0.06);
}

TEST(BurstyArrivals, DoNotDependOnHowTimeIsDivided) {
  BurstyArrivals arrivals(Rng(3), 40, monday);
  std::vector<EventTime> pieces;
  for (int i = 1; i <= 480; ++i) arrivals.advance(monday + minutes(3) * i, pieces);
  EXPECT_EQ(pieces, arrivals_of(40, hours(24), 3));
}

TEST(Background, ListedClientsKeepTheRatesOfTheirPersona) {
  const World world;
  for (const Persona persona : all_personas) {
    // Many hosts for a week; rates hold per hour awake (root) and per working hour (console).
    double root_hours = 0;
    double console_hours = 0;
    double root = 0;
    double console = 0;
    for (std::uint32_t index = 0; index < 60; ++index) {
      Host host = make_host(Rng(4), index, persona);
      host.root_runner = false;
      for (int m = 0; m < 7 * 24 * 60; m += 5) {
        const EventTime at = monday + minutes(m);
        root_hours += host.is_awake(at) ? 1.0 / 12 : 0;
        console_hours += host.is_working(at) ? 1.0 / 12 : 0;
      }
      HostTables tables(host, world.images, monday);
      Background background(world.stories, Rng(100 + index), tables, monday);
      std::vector<Event> events;
      background.add_listed(monday + hours(24 * 7), events);
      for (const Event& event : events) {
        if (event.kind != Kind::connect) continue;
        EXPECT_TRUE(listed_names.contains(tables.images[event.image].program->name));
        (event.user == User::root ? root : console) += 1;
      }
    }
    const PersonaTraits& traits = traits_of(persona);
    EXPECT_NEAR(root / root_hours / traits.listed_per_hour_root, 1, 0.12) << to_string(persona);
    if (traits.listed_per_hour_console > 0) {
      EXPECT_NEAR(console / console_hours / traits.listed_per_hour_console, 1, 0.12)
          << to_string(persona);
    } else {
      EXPECT_EQ(console, 0) << to_string(persona);
    }
  }
}

TEST(Background, CountsAheadExactlyWhatItWillAdd) {
  const World world;
  const Host host = make_host(Rng(4), 1, Persona::developer);
  HostTables tables(host, world.images, monday);
  Background background(world.stories, Rng(8), tables, monday);
  std::vector<Event> events;
  for (int hour = 1; hour <= 48; ++hour) background.add_listed(monday + hours(hour), events);
  std::uint64_t connections = 0;
  for (const Event& event : events) connections += event.kind == Kind::connect ? 1U : 0U;
  const ListedCounts counts = count_listed(host, Rng(8), monday, monday + hours(48));
  EXPECT_EQ(counts.root + counts.console, connections);
}

TEST(Background, BallastComesInTheNumberAskedForAndNeverFromListedClients) {
  const World world;
  for (const Persona persona : all_personas) {
    HostTables tables(make_host(Rng(4), 2, persona), world.images, monday);
    Background background(world.stories, Rng(8), tables, monday);
    std::vector<Event> events;
    background.add_ballast(monday, monday + hours(1), 20'011, events);
    ASSERT_EQ(events.size(), 20'011U);
    std::map<Kind, int> kinds;
    for (const Event& event : events) {
      ++kinds[event.kind];
      if (event.kind == Kind::connect) {
        EXPECT_FALSE(listed_names.contains(tables.images[event.image].program->name));
      }
    }
    for (const Kind kind : {Kind::fork, Kind::exec, Kind::end, Kind::connect, Kind::disconnect})
      EXPECT_GT(kinds[kind], 100);
  }
}

TEST(Background, RunsShellsUnderLaunchdButNeverUnderAPackageService) {
  const World world;
  HostTables tables(make_host(Rng(4), 2, Persona::managed), world.images, monday);
  Background background(world.stories, Rng(8), tables, monday);
  std::vector<Event> events;
  background.add_ballast(monday, monday + hours(1), 30'000, events);
  background.add_listed(monday + hours(24), events);
  int shells_of_launchd = 0;
  for (const Event& event : events) {
    const std::string& parent = tables.images[event.parent_image].program->name;
    EXPECT_FALSE(package_parents.contains(parent));
    if (event.kind == Kind::exec && tables.images[event.image].program->name == "sh" &&
        parent == "launchd")
      ++shells_of_launchd;
  }
  EXPECT_GT(shells_of_launchd, 20);
}

TEST(Background, AProcessForksBeforeItExecsAndKeepsItsPid) {
  const World world;
  HostTables tables(make_host(Rng(4), 2, Persona::ci), world.images, monday);
  Background background(world.stories, Rng(8), tables, monday);
  std::vector<Event> events;
  background.add_ballast(monday, monday + hours(1), 10'000, events);
  std::map<ProcessIndex, EventTime> forked;
  for (const Event& event : events) {
    if (event.kind == Kind::fork) {
      EXPECT_EQ(event.image, event.parent_image) << "a fork still shows its parent's image";
      EXPECT_EQ(tables.processes[event.process].start, event.time);
      forked[event.process] = event.time;
    } else if (event.kind == Kind::exec) {
      ASSERT_TRUE(forked.contains(event.process));
      EXPECT_GE(event.time, forked[event.process]);
    }
  }
}

TEST(ExternalAddress, StaysInTheRangesReservedForDocumentation) {
  Rng rng(1);
  int v6 = 0;
  for (int i = 0; i < 2000; ++i) {
    const Address address = external_address(rng.next());
    std::array<char, 48> out{};
    const std::string text(out.data(), format_address(out.data(), address));
    v6 += address.is_v6 ? 1 : 0;
    EXPECT_TRUE(text.starts_with("198.51.100.") || text.starts_with("203.0.113.") ||
                text.starts_with("2001:db8::"))
        << text;
  }
  EXPECT_NEAR(v6, 250, 70);
}

}  // namespace
}  // namespace eqlab::generators
