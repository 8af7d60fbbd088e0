#include "harness/explain/explained.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace eqlab::explain {
namespace {

TEST(Reason, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < reason_count; ++i) names.insert(to_string(static_cast<Reason>(i)));
  EXPECT_EQ(names.size(), reason_count);
  EXPECT_FALSE(names.contains(""));
  EXPECT_EQ(to_string(static_cast<Reason>(reason_count)), "");
}

TEST(Explained, ALineBelongsToTheLastFileThatStartsBeforeIt) {
  ExplainedRun run;
  run.file_starts = {{.file = "a", .lines_before = 0}, {.file = "b", .lines_before = 10}};
  EXPECT_EQ(run.file_of(1).file, "a");
  EXPECT_EQ(run.file_of(10).file, "a");
  EXPECT_EQ(run.file_of(11).file, "b");
  EXPECT_EQ(run.file_of(99).file, "b");
}

}  // namespace
}  // namespace eqlab::explain
