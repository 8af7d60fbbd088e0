#include "harness/report/cells.h"

#include <gtest/gtest.h>

namespace eqlab::report {
namespace {

TEST(Cells, NoFigureIsWrittenInPowersOfTen) {
  EXPECT_EQ(figure(0), "0");
  EXPECT_EQ(figure(4.07e-6), "< 0.001");
  EXPECT_EQ(figure(0.0123), "0.0123");
  EXPECT_EQ(figure(99.96), "100");
  EXPECT_EQ(figure(12'345), "12,345");
  EXPECT_EQ(small_percent(0), "0 %");
  EXPECT_EQ(small_percent(1e-7), "< 0.001 %");
  EXPECT_EQ(small_percent(0.00012), "0.012 %");
  EXPECT_EQ(small_percent(0.034), "3.4 %");
  EXPECT_EQ(small_percent(0.9996), "100.0 %");
  EXPECT_EQ(small_percent(1), "100.0 %");
}

TEST(Cells, OneIsOne) {
  EXPECT_EQ(figure_of(1, "alert", "alerts"), "1 alert");
  EXPECT_EQ(figure_of(1.0001, "alert", "alerts"), "1 alert");
  EXPECT_EQ(figure_of(1.1, "alert", "alerts"), "1.1 alerts");
  EXPECT_EQ(figure_of(0, "alert", "alerts"), "0 alerts");
}

TEST(Cells, DaysAreShownAsLengthsThatPeopleRead) {
  EXPECT_EQ(days_text(1), "1 day");
  EXPECT_EQ(days_text(0.5), "0.5 days");
  EXPECT_EQ(days_text(7), "7 days");
  EXPECT_EQ(days_text(20'454.2), "20,454 days");
  EXPECT_EQ(days_text(90.0 / 86'400), "1m 30s");
}

}  // namespace
}  // namespace eqlab::report
