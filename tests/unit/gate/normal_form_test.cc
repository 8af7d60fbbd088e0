#include "harness/gate/normal_form.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>
#include <utility>

#include "harness/base/rng.h"
#include "harness/scan/scanner.h"
#include "tests/unit/gate/rows.h"
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

/// A random condition over two fields, and the same written otherwise.
class Conditions {
 public:
  explicit Conditions(std::uint64_t seed) : rng_(seed) {}

  std::pair<std::string, std::string> draw(int depth) {
    if (depth == 0 || rng_.below(4) == 0) return leaf();
    const std::uint64_t kind = rng_.below(3);
    if (kind == 2) {
      const auto [a, b] = draw(depth - 1);
      return {"not (" + a + ")",
              rng_.chance(0.5) ? "not (" + b + ")" : "not (not (not (" + b + ")))"};
    }
    const std::string word = kind == 0 ? " and " : " or ";
    const auto [a, b] = draw(depth - 1);
    const auto [c, d] = draw(depth - 1);
    const std::string plain = "(" + a + ")" + word + "(" + c + ")";
    switch (rng_.below(3)) {
      case 0:
        return {plain, "(" + d + ")" + word + "(" + b + ")"};
      case 1:
        return {plain, "(" + b + ")" + word + "(" + d + ")" + word + "(" + b + ")"};
      default:
        return {plain,
                "not (not (" + b + ")" + (kind == 0 ? " or " : " and ") + "not (" + d + "))"};
    }
  }

 private:
  std::pair<std::string, std::string> leaf() {
    constexpr std::array<std::pair<const char*, const char*>, 7> leaves = {{
        {R"(process.name == "a")", R"(process.name in ("a", "a"))"},
        {R"(process.name in ("a", "b"))", R"((process.name == "b" or process.name == "a"))"},
        {R"(process.name : ("A", "c*"))", R"((process.name : "C*" or process.name : "a"))"},
        {R"(process.name != "b")", R"(not process.name == "b")"},
        {"process.pid == 1", "process.pid in (1)"},
        {"process.pid in (1, 2)", "(process.pid == 2 or process.pid == 1)"},
        {"process.pid > 1", "process.pid > 1"},
    }};
    return leaves[rng_.below(leaves.size())];
  }
  Rng rng_;
};

/// Which of all small events a condition is true for.
std::string answers(const Compiled& rule) {
  const event::Schema& schema = event::Schema::builtin();
  scan::Plan plan(scan::Plan::options_for(schema, "@timestamp", ""));
  const scan::QueryBinding binding = plan.add(rule.query);
  std::vector<test::Row> rows;
  for (const std::string name : {"a", "A", "b", "cc", ""}) {
    for (const std::int64_t pid : {0, 1, 2}) {
      test::Row row{name + std::to_string(pid), 1, {{"event.category", "process"}}};
      if (!name.empty()) row.fields.emplace("process.name", name);
      if (pid > 0) row.fields.emplace("process.pid", pid);
      rows.push_back(row);
    }
  }
  scan::CandidateLog log = plan.new_log();
  scan::Scanner scanner(plan);
  EXPECT_TRUE(scanner.scan(test::batch_of(plan, rows), log));
  log.finish();
  std::string out;
  for (scan::CandidateIndex c = 0; c < log.size(); ++c) {
    if (log.satisfies(c, binding.stages[0].filter)) out += std::string(log.event_id(c)) + " ";
  }
  return out;
}

TEST(NormalForm, EqualDigestsMeanEqualAnswers) {
  std::map<std::string, std::string> answers_of;
  std::size_t repeated = 0;
  for (std::uint64_t seed = 0; seed < 1'500; ++seed) {
    const auto [one, other] = Conditions(seed).draw(3);
    const Compiled a("process where " + one);
    const Compiled b("process where " + other);
    const std::string digest = logic_digest(a.rule, a.query);
    EXPECT_EQ(digest, logic_digest(b.rule, b.query)) << one << "\n" << other;
    const std::string found = answers(a);
    const auto [known, is_new] = answers_of.try_emplace(digest, found);
    repeated += is_new ? 0U : 1U;
    EXPECT_EQ(known->second, found) << one;
  }
  EXPECT_GT(repeated, 200U) << "digests that never meet prove nothing";
}

TEST(NormalForm, SuppressionForAnotherTimeIsAnotherRule) {
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
