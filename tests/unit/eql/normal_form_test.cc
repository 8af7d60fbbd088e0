#include "harness/eql/normal_form.h"

#include <gtest/gtest.h>

#include <string>

#include "harness/eql/query.h"

namespace eqlab::eql {
namespace {

std::string form(const std::string& text) {
  auto query = parse_query(text);
  EXPECT_TRUE(query) << text;
  const auto checked = check_query(std::move(*query), event::Schema::builtin(), {});
  EXPECT_TRUE(checked) << text;
  return normal_form(*checked);
}

void expect_same(const std::string& a, const std::string& b) {
  EXPECT_EQ(form("process where " + a), form("process where " + b)) << a << "\n" << b;
}
void expect_other(const std::string& a, const std::string& b) {
  EXPECT_NE(form("process where " + a), form("process where " + b)) << a << "\n" << b;
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
  expect_same(R"(process.pid > 3 and ((process.name == "a" and process.args == "x") or
                  (process.args == "x" and process.name == "a")))",
              R"(process.pid > 3 and process.name == "a" and process.args == "x")");
  expect_same(R"(process.name == "a" and true)", R"(process.name == "a")");
}

TEST(NormalForm, TextWithoutLettersHasNoCase) {
  expect_same(R"(user.id : "0")", R"(user.id == "0")");
  expect_same(R"(user.id in~ ("0", "a"))", R"(user.id == "0" or user.id in~ ("A"))");
  expect_other(R"(user.id : "a")", R"(user.id == "a")");
  expect_other(R"(process.name regex~ "[0-9]")", R"(process.name regex "[0-9]")");
}

TEST(NormalForm, AFieldThatIsMappedMayBeOptional) {
  expect_same("?process.pid > 3", "process.pid > 3");
  expect_same("length(?process.name) > 20", "length(process.name) > 20");
  expect_other("length(?process.name) > 20", "length(?unknown.name) > 20");
}

TEST(NormalForm, OneStageThatAsksForTheKeyMakesItAPlainOne) {
  const std::string plain =
      form("sequence [process where true] by user.id [file where true] by user.id");
  EXPECT_EQ(form("sequence [process where true] by ?user.id [file where true] by user.id"), plain);
  EXPECT_NE(form("sequence [process where true] by ?user.id [file where true] by ?user.id"), plain);
  // A missing event asks for nothing.
  EXPECT_NE(form("sequence with maxspan=1s [process where true] by ?user.id ![file where true] "
                 "by user.id"),
            form("sequence with maxspan=1s [process where true] by user.id ![file where true] "
                 "by user.id"));
}

TEST(NormalForm, KeysHaveNoOrderInSequencesAndOneInSamples) {
  EXPECT_EQ(form("sequence by host.id, user.id [process where true] [network where true]"),
            form("sequence by user.id, host.id\n  [process where true]\n  [network where true]"));
  // Samples come in the order of their keys, and alerts end at a cap.
  EXPECT_NE(form("sample by host.id, user.id [process where true] [network where true]"),
            form("sample by user.id, host.id [process where true] [network where true]"));
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

TEST(NormalForm, SoDoesShape) {
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
    EXPECT_NE(form(base), form(other)) << other;
}

TEST(NormalForm, RepeatedStagesCostNothingMore) {
  std::string query = "sequence by host.id ";
  for (int i = 0; i < 100; ++i) query += R"([process where process.name : ("a", "b", "c")] )";
  EXPECT_LT(form(query).size(), 100U * 70U);
  std::string deep = "process.pid == 0";
  for (int i = 1; i < 90; ++i)
    deep = "not (" + deep + " and process.pid != " + std::to_string(i) + ")";
  EXPECT_LT(form("process where " + deep).size(), 200U);
}

TEST(NormalForm, AFilterAloneHasADigest) {
  auto query = parse_query(
      "sequence [process where true] [network where process.pid == 1] "
      "[network where process.pid == 1 and true]");
  const auto checked = check_query(std::move(*query), event::Schema::builtin(), {});
  ASSERT_TRUE(checked);
  const auto digest = [&](std::size_t stage) {
    return filter_digest(*checked, checked->stages[stage].filter);
  };
  EXPECT_EQ(digest(0).size(), 64U);
  EXPECT_EQ(digest(1), digest(2));
  EXPECT_NE(digest(0), digest(1));
}

}  // namespace
}  // namespace eqlab::eql
