#include "harness/gate/normal_form.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/gate/rules_in_toml.h"

namespace eqlab::gate {
namespace {

using test::Compiled;

std::string logic(const std::string& query, const std::string& keys = {}) {
  const Compiled compiled(query, keys);
  return logic_digest(compiled.rule, compiled.query);
}

void expect_same(const std::string& a, const std::string& b) {
  EXPECT_EQ(logic("process where " + a), logic("process where " + b)) << a << "\n" << b;
}
void expect_other(const std::string& a, const std::string& b) {
  EXPECT_NE(logic("process where " + a), logic("process where " + b)) << a << "\n" << b;
}

TEST(NormalForm, WritingMakesNoDifference) {
  expect_same(R"(process.name == "a" and process.pid > 3)",
              R"(process.pid > 3 and process.name == "a")");
  expect_same(R"(process.name : ("a", "b*"))", R"(process.name : ("B*", "a", "A"))");
  expect_same(R"(process.name == "a" or process.name == "b")", R"(process.name in ("b", "a"))");
  expect_same(R"(process.name : "a*" or process.name : "b*")", R"(process.name : ("b*", "a*"))");
  expect_same(R"(process.name == "a" and (process.pid > 3 and process.args == "x"))",
              R"((process.args == "x") and process.pid > 3 and process.name == "a")");
  expect_same(R"(process.name == "a" and process.name == "a")", R"(process.name == "a")");
  expect_same(R"(not (process.name == "a" or process.pid > 3))",
              R"(not process.pid > 3 and not process.name == "a")");
  expect_same(R"(not (process.name == "a" and process.pid > 3))",
              R"(not process.name == "a" or not process.pid > 3)");
  expect_same(R"(not not process.name == "a")", R"(process.name == "a")");
  expect_same(R"(not process.name in ("a", "b"))",
              R"(process.name != "b" and process.name != "a")");
  expect_same(R"(process.name == "a" and true)", R"(process.name == "a")");
  EXPECT_EQ(logic("sequence by host.id, user.id [process where true] [network where true]"),
            logic("sequence by user.id, host.id\n  [process where true]\n  [network where true]"));
  EXPECT_EQ(logic("process where true", "index = [\"a-*\", \"b-*\"]\n"),
            logic("process where true", "index = [\"b-*\", \"a-*\"]\n"));
  EXPECT_EQ(logic("process where true", "interval = \"5m\"\nfrom = \"now-9m\""),
            logic("process where true", "interval = \"300s\"\nfrom = \"now-540s\""));
}

TEST(NormalForm, MeaningDoes) {
  expect_other(R"(process.name == "a")", R"(process.name : "a")");
  expect_other(R"(process.name : ("a", "b"))", R"(process.name : ("a", "c"))");
  expect_other(R"(process.name == "a" and process.pid > 3)",
               R"(process.name == "a" or process.pid > 3)");
  expect_other(R"(process.name == "a")", R"(process.name == "a" and process.pid > 3)");
  expect_other(R"(process.name == "a")", R"(not process.name == "a")");
  expect_other(R"(not (process.name == "a" and process.pid > 3))",
               R"(not process.name == "a" and not process.pid > 3)");
  expect_other(R"(process.name == "a" and process.args == "b")",
               R"(process.name == "b" and process.args == "a")");
  expect_other("true", "false");
  expect_other(R"(process.pid in (1, 2))", R"(process.pid == 1 and process.pid == 2)");
}

TEST(NormalForm, SoDoShapeAndSettings) {
  const std::string base =
      "sequence by host.id with maxspan=30s [process where process.pid == 1] "
      "[network where true]";
  for (
      const std::string other :
      {"sequence by host.id with maxspan=31s [process where process.pid == 1] [network where true]",
       "sequence by host.id [process where process.pid == 1] [network where true]",
       "sequence by user.id with maxspan=30s [process where process.pid == 1] [network where true]",
       "sequence by ?host.id with maxspan=30s [process where process.pid == 1] [network where "
       "true]",
       "sequence by host.id with maxspan=30s [network where true] [process where process.pid == 1]",
       "sequence by host.id with maxspan=30s [process where process.pid == 1] ![network where "
       "true]",
       "sequence by host.id with maxspan=30s [process where process.pid == 1] with runs=2 [network "
       "where true]",
       "sequence by host.id with maxspan=30s [process where process.pid == 1] [network where true] "
       "until [file where true]",
       "sequence by host.id with maxspan=30s [process where process.pid == 1] [network where true] "
       "| tail 5"})
    EXPECT_NE(logic(base), logic(other)) << other;
  for (const std::string keys : {"interval = \"10m\"", "from = \"now-12m\"", "max_signals = 50",
                                 "timestamp_override = \"event.ingested\"",
                                 "tiebreaker_field = \"event.sequence\"", "index = [\"other-*\"]"})
    EXPECT_NE(logic(base), logic(base, keys)) << keys;
}

TEST(NormalForm, MetadataMakesNone) {
  EXPECT_EQ(logic("process where true", "note = \"x\"\nversion = 3"), logic("process where true"));
}

TEST(NormalForm, RepeatedStagesCostNothingMore) {
  std::string query = "sequence by host.id ";
  for (int i = 0; i < 100; ++i) query += R"([process where process.name : ("a", "b", "c")] )";
  EXPECT_EQ(logic(query).size(), 64U);
  std::string deep = "process.pid == 0";
  for (int i = 1; i < 90; ++i)
    deep = "not (" + deep + " and process.pid != " + std::to_string(i) + ")";
  EXPECT_EQ(logic("process where " + deep).size(), 64U);
}

}  // namespace
}  // namespace eqlab::gate
