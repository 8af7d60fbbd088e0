#include "harness/event/batch_rows.h"

#include <gtest/gtest.h>

namespace eqlab::event {
namespace {

TEST(Intern, TakesWhatTheColumnCanHold) {
  Dictionary integers(Physical::integer);
  EXPECT_TRUE(intern(integers, Value(std::uint64_t{7})));
  EXPECT_TRUE(intern(integers, Value(7.0)));
  EXPECT_EQ(integers.size(), 1U);
  EXPECT_FALSE(intern(integers, Value(7.5)));
  EXPECT_FALSE(intern(integers, Value(UINT64_MAX)));
  EXPECT_FALSE(intern(integers, Value(std::string("7"))));
  Dictionary naturals(Physical::natural);
  EXPECT_TRUE(intern(naturals, Value(UINT64_MAX)));
  EXPECT_FALSE(intern(naturals, Value(std::int64_t{-1})));
  Dictionary reals(Physical::real);
  EXPECT_TRUE(intern(reals, Value(std::int64_t{1})));
  Dictionary texts(Physical::text);
  EXPECT_FALSE(intern(texts, Value()));
  Dictionary booleans(Physical::boolean);
  EXPECT_FALSE(intern(booleans, Value(std::string("true"))));
  EXPECT_TRUE(intern(booleans, Value(true)));
}

TEST(AppendRow, FindsFieldsByNameAndTakesChanges) {
  Projection have;
  (void)have.add({.name = "a"});
  (void)have.add({.name = "n", .type = FieldType::long_});
  EventBatch from(have);
  const std::vector<ValueCode> two = {from.columns[0].dictionary().intern_text("x"),
                                      from.columns[0].dictionary().intern_text("y")};
  from.columns[0].push(two);
  from.columns[1].push(from.columns[1].dictionary().intern_integer(5));
  from.place_row({.event_time = EventTime(Duration{1}),
                  .ingest_time = IngestTime(Duration{2}),
                  .line = 3,
                  .ordinal = 2});

  Projection want;
  (void)want.add({.name = "n", .type = FieldType::long_});
  (void)want.add({.name = "other"});
  (void)want.add({.name = "a"});
  EventBatch to(want);
  append_row(from, have, 0, to, want);
  const std::vector<ChangedValue> changes = {{"n", Value(std::int64_t{6})}, {"a", Value()}};
  append_row(from, have, 0, to, want, changes);
  EXPECT_EQ(values_of(to, 0, 0, 9), std::vector<Value>{std::int64_t{5}});
  EXPECT_TRUE(values_of(to, 1, 0, 9).empty());
  EXPECT_EQ(values_of(to, 2, 0, 9), (std::vector<Value>{std::string("x"), std::string("y")}));
  EXPECT_EQ(values_of(to, 2, 0, 1), std::vector<Value>{std::string("x")});
  EXPECT_EQ(values_of(to, 0, 1, 9), std::vector<Value>{std::int64_t{6}});
  EXPECT_TRUE(values_of(to, 2, 1, 9).empty());
  EXPECT_EQ(to.line, (std::vector<std::uint64_t>{3, 3}));
  EXPECT_EQ(to.ids[1], "");
}

}  // namespace
}  // namespace eqlab::event
