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

TEST(LogicDigest, WritingMakesNoDifference) {
  EXPECT_EQ(logic("process where process.pid == 1 and true"),
            logic("process where process.pid in (1)"));
  EXPECT_EQ(logic("process where true", "index = [\"a-*\", \"b-*\"]\n"),
            logic("process where true", "index = [\"b-*\", \"a-*\"]\n"));
  EXPECT_EQ(logic("process where true", "interval = \"5m\"\nfrom = \"now-9m\""),
            logic("process where true", "interval = \"300s\"\nfrom = \"now-540s\""));
}

TEST(LogicDigest, MeaningAndSettingsDo) {
  const std::string base =
      "sequence by host.id with maxspan=30s [process where process.pid == 1] "
      "[network where true]";
  EXPECT_NE(logic(base), logic("process where true"));
  for (const std::string keys : {"interval = \"10m\"", "from = \"now-12m\"", "max_signals = 50",
                                 "timestamp_override = \"event.ingested\"",
                                 "tiebreaker_field = \"event.sequence\"", "index = [\"other-*\"]"})
    EXPECT_NE(logic(base), logic(base, keys)) << keys;
}

TEST(LogicDigest, MetadataMakesNone) {
  EXPECT_EQ(logic("process where true", "note = \"x\"\nversion = 3"), logic("process where true"));
}

TEST(LogicDigest, SuppressionForAnotherTimeIsAnotherRule) {
  Compiled rule("process where true");
  const auto digest = [&rule](std::optional<Duration> duration, const std::string& strategy) {
    rule.rule.suppression = rule::Suppression{
        .group_by = {"host.id"}, .missing_fields_strategy = strategy, .duration = duration};
    return logic_digest(rule.rule, rule.query);
  };
  const std::string minute = digest(std::chrono::minutes(1), "");
  EXPECT_NE(minute, digest(std::chrono::hours(100), ""));
  EXPECT_NE(minute, digest(std::nullopt, ""));
  EXPECT_NE(minute, digest(std::chrono::minutes(1), "doNotSuppress"));
  EXPECT_EQ(minute, digest(std::chrono::minutes(1), "suppress")) << "the default";
}

TEST(LogicDigest, StaysTheSameFromVersionToVersion) {
  // Baselines hold it; a change of it is a change of every stored one.
  EXPECT_EQ(logic("sequence by host.id, user.id with maxspan=1m [process where process.name : "
                  "(\"a\", \"b*\") and not process.pid == 1] [network where true] | tail 5"),
            "f1403fb32c514608754ef6f520b72b002ecd176f157578b646a6e82322a57a85");
}

}  // namespace
}  // namespace eqlab::gate
