#include "harness/schedule/run_clock.h"

#include <gtest/gtest.h>

#include "harness/base/rng.h"
#include "tests/unit/schedule/random_world.h"

// get_next_run_at.ts. Times in minutes after second zero.
namespace eqlab::schedule {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct Moment {
  double scheduled = 0;
  double started = 0;
  friend bool operator==(const Moment&, const Moment&) = default;
};

std::vector<Moment> runs(const ClockOptions& options, std::size_t count) {
  RunClock clock(tiny::wall(0), options);
  std::vector<Moment> out;
  for (; out.size() < count && !clock.is_done(); clock.advance()) {
    EXPECT_EQ(clock.now().index, out.size());
    out.push_back({tiny::in_seconds(clock.now().scheduled_at - tiny::wall(0)) / 60,
                   tiny::in_seconds(clock.now().started_at - tiny::wall(0)) / 60});
  }
  return out;
}

using Moments = std::vector<Moment>;

TEST(RunClock, ALateRunMovesTheGrid) {
  const std::vector<Disturbance> late = {{.run = 1, .late = seconds{30}}};
  EXPECT_EQ(runs({.disturbances = late}, 4),
            (Moments{{0, 0}, {5, 5.5}, {10.5, 10.5}, {15.5, 15.5}}));
}

TEST(RunClock, BelowTheThresholdTheGridStays) {
  const std::vector<Disturbance> late = {{.run = 1, .late = seconds{30}}};
  EXPECT_EQ(runs({.drift_threshold = seconds{31}, .disturbances = late}, 4),
            (Moments{{0, 0}, {5, 5.5}, {10, 10}, {15, 15}}));
  EXPECT_EQ(runs({.drift_threshold = seconds{30}, .disturbances = late}, 3),
            (Moments{{0, 0}, {5, 5.5}, {10.5, 10.5}}))
      << "the threshold itself is too much";
}

TEST(RunClock, RunsNeverOverlap) {
  const std::vector<Disturbance> slow = {{.run = 1, .takes = minutes{12}}};
  EXPECT_EQ(runs({.disturbances = slow}, 4), (Moments{{0, 0}, {5, 5}, {17, 17}, {22, 22}}));
  EXPECT_EQ(runs({.run_duration = minutes{7}}, 3), (Moments{{0, 0}, {7, 7}, {14, 14}}));
}

TEST(RunClock, AThrownTaskIsTriedAgain) {
  const std::vector<Disturbance> thrown = {
      {.run = 1, .outcome = RunOutcome::task_throws, .retry_after = minutes{1}}};
  EXPECT_EQ(runs({.disturbances = thrown}, 4), (Moments{{0, 0}, {5, 5}, {6, 6}, {11, 11}}));
}

TEST(RunClock, APauseEndsWithARunAtOnce) {
  const std::vector<Pause> pauses = {{tiny::wall(-600), tiny::wall(-60)},
                                     {tiny::wall(7 * 60), tiny::wall(22 * 60)},
                                     {tiny::wall(23 * 60), tiny::wall(24 * 60)}};
  EXPECT_EQ(runs({.pauses = pauses}, 5), (Moments{{0, 0}, {5, 5}, {22, 22}, {24, 24}, {29, 29}}))
      << "what ended before the first run does not matter";
}

TEST(RunClock, EnabledAgainWhileTheLastRunStillGoesOn) {
  const std::vector<Disturbance> slow = {{.run = 0, .takes = minutes{12}}};
  const std::vector<Pause> pauses = {{tiny::wall(2 * 60), tiny::wall(4 * 60)}};
  EXPECT_EQ(runs({.disturbances = slow, .pauses = pauses}, 3),
            (Moments{{0, 0}, {12, 12}, {17, 17}}));
}

TEST(RunClock, DisabledWhileItWaitsToRun) {
  const std::vector<Disturbance> late = {{.run = 1, .late = minutes{4}}};
  const std::vector<Pause> pauses = {{tiny::wall(6 * 60), tiny::wall(20 * 60)}};
  EXPECT_EQ(runs({.disturbances = late, .pauses = pauses}, 3),
            (Moments{{0, 0}, {20, 20}, {25, 25}}));
}

TEST(RunClock, DisabledForGood) {
  const std::vector<Pause> pauses = {{tiny::wall(6 * 60), WallTime::max()}};
  EXPECT_EQ(runs({.pauses = pauses}, 9), (Moments{{0, 0}, {5, 5}}));
}

TEST(RunClock, AListOfTimes) {
  const std::vector<WallTime> times = {tiny::wall(60), tiny::wall(120), tiny::wall(600)};
  const std::vector<Disturbance> slow = {{.run = 0, .late = seconds{30}, .takes = minutes{3}}};
  EXPECT_EQ(runs({.times = times}, 9), (Moments{{1, 1}, {2, 2}, {10, 10}}));
  EXPECT_EQ(runs({.disturbances = slow, .times = times}, 9),
            (Moments{{1, 1.5}, {4.5, 4.5}, {10, 10}}));
}

TEST(RunClock, TheEndOfTimeIsTheEnd) {
  RunClock clock(WallTime::max() - minutes{7}, {});
  clock.advance();
  EXPECT_FALSE(clock.is_done());
  clock.advance();
  EXPECT_TRUE(clock.is_done());
}

TEST(RunClock, SkippingMeetsTheRunsThatSteppingMeets) {
  Rng rng(61);
  std::uint64_t passed_over = 0;
  for (int round = 0; round < 3'000; ++round) {
    const SimulationOptions random = tiny::random_options(rng);
    const ClockOptions options{.interval = seconds{rng.in_range(20, 400)},
                               .drift_threshold = random.drift_threshold,
                               .run_duration = random.run_duration,
                               .disturbances = random.disturbances,
                               .pauses = random.pauses};
    RunClock stepping(tiny::wall(-200), options);
    RunClock skipping(tiny::wall(-200), options);
    const WallTime target = tiny::wall(static_cast<double>(rng.in_range(-300, 9'000)));
    while (skipping.now().started_at < target && !skipping.is_done()) {
      const std::uint64_t before = skipping.now().index;
      skipping.skip_to(target);
      passed_over += skipping.now().index - before;
      while (!stepping.is_done() && stepping.now().index < skipping.now().index) {
        ASSERT_LT(stepping.now().started_at, target) << "passed over one too many";
        stepping.advance();
      }
      ASSERT_EQ(stepping.now().started_at, skipping.now().started_at) << "round " << round;
      ASSERT_EQ(stepping.now().scheduled_at, skipping.now().scheduled_at) << "round " << round;
      ASSERT_EQ(stepping.now().outcome, skipping.now().outcome) << "round " << round;
      if (skipping.now().started_at < target) skipping.advance();
      if (stepping.now().index < skipping.now().index) stepping.advance();
    }
  }
  EXPECT_GT(passed_over, 20'000U);
}

}  // namespace
}  // namespace eqlab::schedule
