#include "harness/cases/case_time.h"

#include <gtest/gtest.h>

namespace eqlab::cases {
namespace {

std::string read_back(std::string_view text) {
  const auto time = parse_case_time(text);
  return time ? case_time_text(*time) : "nothing";
}

TEST(CaseTime, OffsetsTimesOfDayAndDates) {
  EXPECT_EQ(read_back("0s"), "00:00");
  EXPECT_EQ(read_back("605m"), "10:05");
  EXPECT_EQ(read_back("10:05"), "10:05");
  EXPECT_EQ(read_back("10:05:00"), "10:05");
  EXPECT_EQ(read_back("10:05:30.250"), "10:05:30.25");
  EXPECT_EQ(read_back("10:05:00.000000001"), "10:05:00.000000001");
  EXPECT_EQ(read_back("2026-01-01T10:05:30Z"), "10:05:30");
  EXPECT_EQ(read_back("2026-01-02"), "2026-01-02T00:00:00Z");
  EXPECT_EQ(read_back("-1s"), "2025-12-31T23:59:59Z");
}

TEST(CaseTime, EverythingElseIsNone) {
  for (const std::string_view wrong : {"", "10", "1:05", "10:5", "10:05Z", "10:05+02:00", "10:99",
                                       "2026", "noon", "10:05:", "99999999999999d"}) {
    EXPECT_EQ(read_back(wrong), "nothing") << wrong;
  }
}

TEST(CaseTime, OffsetsReadBack) {
  for (const std::string_view text : {"0s", "236s", "-3s", "0.5s", "509.999s", "0.000000001s"}) {
    EXPECT_EQ(exact_seconds(*parse_offset(text)), text);
  }
  EXPECT_EQ(exact_seconds(*parse_offset("2m")), "120s");
  EXPECT_EQ(exact_seconds(Duration::min()), "-9223372036.854775808s");
}

}  // namespace
}  // namespace eqlab::cases
