#include "harness/rule/clause.h"

#include <gtest/gtest.h>

#include "harness/document/json.h"

namespace eqlab::rule {
namespace {

TEST(Clause, ConstantsKeepTheirWidth) {
  const auto list =
      document::parse_json(R"([1, -1, 18446744073709551615, 1.5, "t", true, null, [], 1e999])");
  ASSERT_TRUE(list);
  const std::vector<event::Value> expected = {std::int64_t{1},
                                              std::int64_t{-1},
                                              std::uint64_t{18446744073709551615ULL},
                                              1.5,
                                              std::string("t"),
                                              true,
                                              std::monostate{},
                                              std::monostate{}};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(value_of(list->items[i]), expected[i]) << i;
}

}  // namespace
}  // namespace eqlab::rule
