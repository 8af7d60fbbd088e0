// What a plan makes of a condition: which leaves share a test, and that thousands of fields, keys
// and leaves cost what their number says.
#include "harness/scan/plan.h"

#include <gtest/gtest.h>

#include <string>

#include "harness/base/text.h"
#include "harness/eql/query.h"
#include "harness/event/batch.h"

namespace eqlab::scan {
namespace {

struct Planned {
  explicit Planned(const std::string& text)
      : plan(Plan::options_for(event::Schema::open(), "@timestamp", "")),
        binding(plan.add(*eql::check_query(*eql::parse_query(text), event::Schema::open(), {}))) {}
  Plan plan;
  QueryBinding binding;
};

/// How many joined tests the plan has, of how many children, beside how many that are not.
std::string joins(const std::string& condition) {
  const Planned planned("any where " + condition);
  const Plan::Node& node = planned.plan.filters()[0];
  return format("{} of {} + {}", planned.plan.joined_leaves().size(), node.joined_children,
                node.children.size() - node.joined_children);
}

TEST(Plan, LeavesOfOneFieldShareATest) {
  EXPECT_EQ(joins(R"(f like "a*" or f like "b*" or f == "c" or startsWith(f, "d"))"), "1 of 4 + 0");
  EXPECT_EQ(joins(R"(f like "a*" or f == "b" or g == "c" or endsWith(f, "d") or f == "e")"),
            "1 of 4 + 1");
  EXPECT_EQ(joins(R"(not f : "a*" and not f : "b*" and not f : "c" and not f in~ ("d", "e"))"),
            "1 of 4 + 0");
  EXPECT_EQ(joins(R"(not f : "a*" and g : "x" and not f : "b*" and not f : "c" and not f : "d")"),
            "1 of 4 + 1");
}

TEST(Plan, LeavesThatDifferInMoreThanTheirConstantsDoNot) {
  EXPECT_EQ(joins(R"(f == "a" or f == "b" or f == "c")"), "0 of 0 + 3");  // too few
  EXPECT_EQ(joins(R"(f == "a" or f == "b" or f : "c*" or f : "d*")"), "0 of 0 + 4");
  EXPECT_EQ(joins(R"(f == "a" or f == "b" or g == "c" or g == "d")"), "0 of 0 + 4");
  EXPECT_EQ(joins(R"(f regex "a" or f regex "b" or f regex "c" or f regex "d")"), "0 of 0 + 4");
  EXPECT_EQ(joins(R"(n == 1 or n == 2 or n == 3 or n == 4)"), "0 of 0 + 4");
  EXPECT_EQ(joins(R"(f : "a*" and f : "b*" and f : "c*" and f : "d*")"), "0 of 0 + 4");
}

TEST(Plan, TheSameRowOfLeavesIsJoinedOnce) {
  const Planned planned(R"(sequence [a where f == "a" or f == "b" or f == "c" or f == "d"])"
                        R"( [b where g == 1 and (f == "d" or f == "c" or f == "b" or f == "a")])");
  EXPECT_EQ(planned.plan.joined_leaves().size(), 1U);
  // Each leaf is still there for whoever asks about it.
  EXPECT_EQ(planned.plan.leaves().size(), 7U);
}

TEST(Plan, ManyLeavesFieldsAndKeysAreEachPlannedOnce) {
  std::string row = "any where ";
  for (int i = 0; i < 20'000; ++i) row += format("{}f like~ \"*{}\"", i > 0 ? " or " : "", i);
  EXPECT_EQ(Planned(row).plan.joined_leaves().size(), 1U);

  std::string scripts = "any where ";
  for (int i = 0; i < 20'000; ++i)
    scripts += format("{}length(f{}) == {}", i > 0 ? " or " : "", i, i);
  EXPECT_EQ(Planned(scripts).plan.projection().columns.size(), 20'000U);

  std::string keys = "sequence by ";
  for (int i = 0; i < 50'000; ++i) keys += format("{}k{}", i > 0 ? ", " : "", i);
  const Planned joined(keys + " [a where true] [b where true]");
  EXPECT_EQ(joined.plan.key_columns().size(), 50'000U);
  EXPECT_EQ(joined.binding.stages[1].keys[49'999], joined.binding.stages[0].keys[49'999]);
}

TEST(Plan, CandidatesCarryWhatIsAskedFor) {
  Planned planned("sequence by k [a where f == \"x\"] [b where true]");
  const event::Field field{.name = "g", .source = "g"};
  const event::Field key = planned.plan.projection().columns[planned.plan.key_columns()[0]];
  EXPECT_EQ(planned.plan.carry(key), *planned.binding.stages[0].keys[0]);  // one slot a field
  const KeySlot slot = planned.plan.carry(field);
  EXPECT_EQ(slot, 1U);
  EXPECT_EQ(planned.plan.carry(field), slot);
  EXPECT_EQ(planned.plan.key_columns().size(), 2U);
  EXPECT_EQ(planned.plan.projection().columns[planned.plan.key_columns()[slot]].name, "g");
}

}  // namespace
}  // namespace eqlab::scan
