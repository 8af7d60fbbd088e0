#include "harness/score/load.h"

#include <gtest/gtest.h>

#include "tests/unit/schedule/tiny_log.h"

namespace eqlab::score {
namespace {

// Second 0 of the timeline is 10:00 UTC.
TEST(Load, CountsHoursDaysAndHoursOfTheDay) {
  std::vector<WallTime> times;
  for (const double at : {0.0, 10.0, 3'599.0, 3'600.0, 86'400.0, 50'400.0})
    times.push_back(tiny::wall(at));
  const Load load = load_of(times, tiny::at(0), tiny::at(2 * 86'400));
  EXPECT_EQ(load.hours, 48U);
  EXPECT_DOUBLE_EQ(load.per_hour_mean, 6.0 / 48);
  EXPECT_EQ(load.per_hour_max, 3U);
  EXPECT_EQ(load.busiest_hour, tiny::wall(0));
  EXPECT_EQ(load.by_hour, (std::vector<LoadCell>{{tiny::wall(0), 3},
                                                 {tiny::wall(3'600), 1},
                                                 {tiny::wall(50'400), 1},
                                                 {tiny::wall(86'400), 1}}));
  EXPECT_EQ(load.by_day, (std::vector<LoadCell>{{tiny::wall(-36'000), 4}, {tiny::wall(50'400), 2}}))
      << "days of UTC: midnight comes 14 hours after 10:00";
  EXPECT_EQ(load.by_hour_of_day[10], 4U);
  EXPECT_EQ(load.by_hour_of_day[11], 1U);
  EXPECT_EQ(load.by_hour_of_day[0], 1U);
  // Of 48 hours 46 have at most one alert.
  EXPECT_EQ(load.per_hour_p95, 1U);
}

TEST(Load, AFewHoursHaveNoNinetyFifthPercentile) {
  EXPECT_EQ(load_of({tiny::wall(0)}, tiny::at(0), tiny::at(19 * 3'600)).per_hour_p95, std::nullopt);
  EXPECT_EQ(load_of({tiny::wall(0)}, tiny::at(0), tiny::at(20 * 3'600)).per_hour_p95, 0U);
}

TEST(Load, AlertsAfterTheEndAddTheirHours) {
  const Load load = load_of({tiny::wall(3'700)}, tiny::at(0), tiny::at(3'600));
  EXPECT_EQ(load.hours, 2U);
  EXPECT_EQ(load_of({}, tiny::at(0), tiny::at(3'600)).hours, 1U);
  EXPECT_EQ(load_of({}, tiny::at(0), tiny::at(0)).hours, 0U);
  EXPECT_EQ(load_of({}, tiny::at(0), tiny::at(3'600)).busiest_hour, std::nullopt);
  EXPECT_EQ(load_of({tiny::wall(50), tiny::wall(3'700)}, {}, {}).hours, 2U)
      << "no exposure: from the first alert";
}

}  // namespace
}  // namespace eqlab::score
