#include "harness/base/time.h"

#include <gtest/gtest.h>

namespace eqlab {
namespace {

TEST(ParseIso8601, TakesEveryFractionAndOffset) {
  const struct {
    const char* text;
    std::int64_t nanoseconds;
  } cases[] = {
      {"1970-01-01", 0},
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01T01:00:00+01:00", 0},
      {"1969-12-31T18:30:00-0530", 0},
      {"1970-01-01T02+02", 0},
      {"1970-01-01 00:01", 60'000'000'000},
      {"1970-01-01T00:00:00.1Z", 100'000'000},
      {"1970-01-01T00:00:00,25", 250'000'000},
      {"1970-01-01T00:00:00.123456789Z", 123'456'789},
      {"1970-01-01T00:00:00.1234567899Z", 123'456'789},
      {"2026-03-02T09:14:07.483012Z", 1'772'442'847'483'012'000},
      {"2024-02-29T00:00:00Z", 1'709'164'800'000'000'000},
      {"1969-12-31T23:59:59.999999999Z", -1},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_iso8601(c.text), c.nanoseconds) << c.text;
}

TEST(ParseIso8601, RefusesWhatIsNoDate) {
  for (const char* const text :
       {"", "2026", "2026-13-01", "2025-02-29", "2026-03-02T", "2026-03-02T25:00",
        "2026-03-02T09:60", "2026-03-02T09:14:60", "2026-03-02T09:14:07.", "2026-03-02T09:14:07Zx",
        "2026-03-02T09:14:07+1", "2026-03-02x", "1492-01-01", "9999-01-01", "now"}) {
    EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
  }
}

TEST(FormatIso8601, IsReadBackTheSame) {
  for (const std::int64_t time :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'772'442'847'483'012'345},
        std::int64_t{-9'000'000'000'000'000'000}}) {
    EXPECT_EQ(parse_iso8601(format_iso8601(time, 9)), time);
  }
  EXPECT_EQ(format_iso8601(1'772'442'847'483'912'345),
            "2026-03-02T09:14:07.483Z");  // cut, not rounded
  EXPECT_EQ(format_iso8601(-1, 0), "1969-12-31T23:59:59Z");
}

TEST(Durations, AreReadAsPeopleWriteThem) {
  EXPECT_EQ(parse_duration("90s"), std::chrono::seconds{90});
  EXPECT_EQ(parse_duration("1.5h"), std::chrono::minutes{90});
  EXPECT_EQ(parse_duration("250ms"), std::chrono::milliseconds{250});
  EXPECT_EQ(parse_duration("7d"), std::chrono::hours{168});
  for (const char* const text : {"", "s", "5", "5 s", "5w", "1e9h", "999999999999d"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Durations, AreShownInTwoParts) {
  EXPECT_EQ(human_duration(std::chrono::seconds{0}), "0 s");
  EXPECT_EQ(human_duration(std::chrono::milliseconds{15}), "15 ms");
  EXPECT_EQ(human_duration(std::chrono::milliseconds{2'340}), "2.34 s");
  EXPECT_EQ(human_duration(std::chrono::milliseconds{59'990}), "1m");
  EXPECT_EQ(human_duration(std::chrono::seconds{292}), "4m 52s");
  EXPECT_EQ(human_duration(std::chrono::minutes{185}), "3h 5m");
  EXPECT_EQ(human_duration(std::chrono::hours{10}), "10h");
  EXPECT_EQ(human_duration(std::chrono::hours{48}), "2d");
  EXPECT_EQ(human_duration(-std::chrono::hours{30}), "-1d 6h");
}

TEST(Durations, ShortOnesAreToTheMillisecond) {
  EXPECT_EQ(precise_duration(std::chrono::milliseconds{30'001}), "30.001 s");
  EXPECT_EQ(precise_duration(-std::chrono::milliseconds{1}), "-0.001 s");
  EXPECT_EQ(precise_duration(std::chrono::minutes{2}), "2m");
}

TEST(Durations, InColumnsAreInOneUnitWhereItSaysAll) {
  EXPECT_EQ(short_duration(std::chrono::hours{48}), "48 h");
  EXPECT_EQ(short_duration(std::chrono::minutes{90}), "90 min");
  EXPECT_EQ(short_duration(std::chrono::seconds{61}), "61 s");
  EXPECT_EQ(short_duration(Duration::zero()), "0 s");
  EXPECT_EQ(short_duration(std::chrono::milliseconds{90'500}), "1m 31s");
}

TEST(Durations, ExactOnesReadBack) {
  using namespace std::chrono_literals;
  EXPECT_EQ(exact_duration(48h), "2d");
  EXPECT_EQ(exact_duration(48h, 1h), "48h");
  EXPECT_EQ(exact_duration(48h, 1min), "2880m");
  EXPECT_EQ(exact_duration(-9min), "-9m");
  EXPECT_EQ(exact_duration(0s), "0s");
  EXPECT_EQ(exact_duration(0s, 1h), "0s");
  EXPECT_EQ(exact_duration(1500ms), "1500ms");
  EXPECT_EQ(exact_duration(1500us), "1500000ns");
  for (const Duration duration : {Duration{1}, Duration{999ms}, Duration{61s}, Duration{25h}})
    EXPECT_EQ(parse_duration(exact_duration(duration)), duration);
  EXPECT_EQ(exact_seconds(2min), "120s");
  EXPECT_EQ(exact_seconds(-1500ms), "-1.5s");
  EXPECT_EQ(exact_seconds(Duration::min()), "-9223372036.854775808s");
}

TEST(Durations, HaveUnits) {
  EXPECT_EQ(unit_of_time("m"), std::chrono::minutes{1});
  EXPECT_EQ(unit_of_time("us"), std::chrono::microseconds{1});
  for (const char* const text : {"", "M", "min", "S"}) EXPECT_EQ(unit_of_time(text), std::nullopt);
}

}  // namespace
}  // namespace eqlab
