#include "harness/tune/mutants.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "harness/cases/case_block.h"
#include "harness/cases/engine.h"
#include "harness/cases/runner.h"
#include "harness/eql/normal_form.h"
#include "harness/tune/coverage.h"
#include "harness/tune/killing_case.h"
#include "harness/tune/mutation.h"
#include "harness/tune/variant.h"

namespace eqlab::tune {
namespace {

MutantSet mutants_of(const std::string& query, const MutantOptions& options = {}) {
  auto made = make_mutants(rule::bare_query(query, "r.eql"), event::Schema::builtin(), options);
  EXPECT_TRUE(made) << query << "\n" << (made ? "" : made.error().message);
  return made ? *made : MutantSet{};
}

/// The queries that mutants come to, canonical.
std::set<std::string> queries_of(const std::string& query) {
  std::set<std::string> out;
  for (const Mutant& mutant : mutants_of(query).mutants)
    out.insert(eql::print(*eql::parse_query(with_edits(query, mutant.edits))));
  return out;
}

struct Expected {
  std::string query;
  std::vector<std::string> mutants;
};

TEST(Mutants, EveryOperatorPutsInItsFault) {
  const std::vector<Expected> table = {
      {R"(process where process.name == "curl")",
       {R"(process where process.name != "curl")", R"(process where process.name : "curl")",
        R"(process where process.name == "durl")", R"(process where process.name == "")",
        R"(process where true)", R"(any where process.name == "curl")",
        R"(network where process.name == "curl")"}},
      {R"(process where process.name : "curl")",
       {R"(process where process.name like "curl")", R"(process where process.name : "curl*")",
        R"(process where process.name : "*curl")", R"(process where not process.name : "curl")"}},
      {R"(process where process.name : ("cu*l", "b?"))",
       {R"(process where process.name in~ ("cu*l", "b?"))",
        R"(process where process.name : ("cul", "b?"))",
        R"(process where process.name : ("cu*l", "b"))", R"(process where process.name : "b?")"}},
      {R"(process where process.name in ("a", "b"))",
       {R"(process where process.name in~ ("a", "b"))", R"(process where process.name in ("a"))",
        R"(process where process.name in ("a", "c"))"}},
      {R"(process where process.name not in ("a", "b") and not user.id == "0")",
       {R"(process where process.name in ("a", "b") and not user.id == "0")",
        R"(process where process.name not in ("a", "b") and user.id == "0")",
        R"(process where process.name not in ("a", "b") or not user.id == "0")",
        R"(process where process.name not in ("a", "b"))", R"(process where not user.id == "0")"}},
      {R"(process where process.pid < 5 or process.pid >= 10)",
       {R"(process where process.pid <= 5 or process.pid >= 10)",
        R"(process where process.pid >= 5 or process.pid >= 10)",
        R"(process where process.pid < 6 or process.pid >= 10)",
        R"(process where process.pid < 4 or process.pid >= 10)",
        R"(process where process.pid < 5 or process.pid > 10)",
        R"(process where process.pid < 5 and process.pid >= 10)",
        R"(process where process.pid >= 10)",
        R"(process where not (process.pid < 5 or process.pid >= 10))"}},
      {R"(process where startsWith~(process.name, "a") and process.pid + 1 == 2)",
       {R"(process where startsWith(process.name, "a") and process.pid + 1 == 2)",
        R"(process where endsWith~(process.name, "a") and process.pid + 1 == 2)",
        R"(process where startsWith~(process.name, "a") and process.pid - 1 == 2)",
        R"(process where startsWith~(process.name, "b") and process.pid + 1 == 2)",
        R"(process where not startsWith~(process.name, "a") and process.pid + 1 == 2)"}},
      {R"(process where process.code_signature.trusted == true)",
       {R"(process where process.code_signature.trusted == false)"}},
      {R"(process where process.name regex "a.*")",
       {R"(process where process.name regex~ "a.*")", R"(process where process.name regex "b.*")"}},
      {R"(process where cidrMatch(source.ip, "10.0.0.0/8", "192.168.0.0/16"))",
       {R"(process where cidrMatch(source.ip, "10.0.0.0/8"))",
        R"(process where not cidrMatch(source.ip, "10.0.0.0/8", "192.168.0.0/16"))"}},
      {R"(sequence by host.id, ?user.id with maxspan=30s [process where true] [network where true] until [file where true])",
       {R"(sequence by ?user.id with maxspan=30s [process where true] [network where true] until [file where true])",
        R"(sequence by host.id with maxspan=30s [process where true] [network where true] until [file where true])",
        R"(sequence by host.id, user.id with maxspan=30s [process where true] [network where true] until [file where true])",
        R"(sequence by ?host.id, ?user.id with maxspan=30s [process where true] [network where true] until [file where true])",
        R"(sequence by host.id, ?user.id with maxspan=29999ms [process where true] [network where true] until [file where true])",
        R"(sequence by host.id, ?user.id with maxspan=30001ms [process where true] [network where true] until [file where true])",
        R"(sequence by host.id, ?user.id with maxspan=15s [process where true] [network where true] until [file where true])",
        R"(sequence by host.id, ?user.id with maxspan=1m [process where true] [network where true] until [file where true])",
        R"(sequence by host.id, ?user.id [process where true] [network where true] until [file where true])",
        R"(sequence by host.id, ?user.id with maxspan=30s [process where true] [network where true])",
        R"(sequence by host.id, ?user.id with maxspan=30s [network where true] [process where true] until [file where true])",
        R"(sequence by host.id, ?user.id with maxspan=30s [any where true] [network where true] until [file where true])",
        R"(sequence by host.id, ?user.id with maxspan=30s [process where true] ![network where true] until [file where true])"}},
      {R"(sequence [process where true] by process.entity_id [file where true] by process.entity_id with runs=3 | head 5)",
       {R"(sequence [process where true] [file where true] with runs=3 | head 5)",
        R"(sequence [process where true] by process.entity_id [file where true] by process.entity_id with runs=2 | head 5)",
        R"(sequence [process where true] by process.entity_id [file where true] by process.entity_id with runs=4 | head 5)",
        R"(sequence [process where true] by process.entity_id [file where true] by process.entity_id | head 5)",
        R"(sequence [process where true] by process.entity_id [file where true] by process.entity_id with runs=3 | tail 5)",
        R"(sequence [process where true] by process.entity_id [file where true] by process.entity_id with runs=3 | head 6)",
        R"(sequence [process where true] by process.entity_id [file where true] by process.entity_id with runs=3)"}},
      {R"(sequence [process where true] [file where true] [network where true])",
       {R"(sequence [process where true] [network where true])",
        R"(sequence [process where true] [network where true] [file where true])"}},
  };
  for (const Expected& row : table) {
    const std::set<std::string> got = queries_of(row.query);
    for (const std::string& wanted : row.mutants)
      EXPECT_TRUE(got.contains(wanted)) << row.query << "\nhas no mutant\n" << wanted;
  }
}

TEST(Mutants, WhatMeansTheSameIsNoMutant) {
  // Digits have no case, `in` with one member is `==`, and a field that exists may be optional.
  const MutantSet set = mutants_of(R"(process where user.id : "0")");
  for (const Mutant& mutant : set.mutants) {
    const std::string query = with_edits(R"(process where user.id : "0")", mutant.edits);
    EXPECT_NE(query, R"(process where user.id == "0")");
    EXPECT_NE(query, R"(process where user.id like "0")");
    EXPECT_NE(query, R"(process where ?user.id : "0")");
  }
  EXPECT_EQ(set.equivalent, 3U);
}

TEST(Mutants, WhatDoesNotCompileIsCounted) {
  // A sample without keys, one step alone.
  const MutantSet set = mutants_of("sample by host.id [process where true] [file where true]");
  EXPECT_GE(set.stillborn, 3U);
  for (const Mutant& mutant : set.mutants) EXPECT_NE(mutant.kind, MutationKind::key);
}

std::vector<cases::CaseBlock> blocks_of(const std::string& text, const rule::Rule& rule) {
  auto blocks = cases::parse_cases(text, "x.case");
  EXPECT_TRUE(blocks) << (blocks ? "" : render(blocks.error()));
  for (cases::CaseBlock& block : *blocks) cases::apply_rule(block, rule);
  return *blocks;
}

TEST(Mutants, OfEveryPublicRulesQueryEachMeansSomethingOfItsOwn) {
  std::size_t queries = 0;
  for (const std::string name : {"events", "sequences"}) {
    std::ostringstream text;
    text << std::ifstream(std::string(EQLAB_SOURCE_DIR) + "/tests/cases/public_rules/" + name +
                          ".case")
                .rdbuf();
    const auto blocks = cases::parse_cases(text.str(), name);
    ASSERT_TRUE(blocks);
    for (const cases::CaseBlock& block : *blocks) {
      if (block.own_schema) continue;
      const auto original = rule::compile(*block.rule, event::Schema::builtin());
      if (!original) continue;
      ++queries;
      const auto set = make_mutants(*block.rule, event::Schema::builtin());
      ASSERT_TRUE(set);
      EXPECT_GT(set->mutants.size(), 3U) << block.rule->query.text;
      std::set<std::string> meanings = {eql::normal_form(*original)};
      for (const Mutant& mutant : set->mutants) {
        EXPECT_TRUE(meanings.insert(eql::normal_form(mutant.query)).second) << mutant.what;
        const auto again =
            rule::compile(variant_rule(*block.rule, mutant.edits), event::Schema::builtin());
        ASSERT_TRUE(again) << mutant.what;
        EXPECT_EQ(eql::normal_form(*again), eql::normal_form(mutant.query));
        EXPECT_LT(mutant.place.begin, mutant.place.end) << mutant.what;
        EXPECT_LE(mutant.place.end, block.rule->query.text.size());
      }
    }
  }
  EXPECT_GT(queries, 30U);
}

TEST(Mutants, BeyondTheLimitTheyAreSpreadOverTheQueryAndCounted) {
  std::string query = "process where process.name in (\"a0\"";
  for (int i = 1; i < 300; ++i) query += ", \"a" + std::to_string(i) + "\"";
  query += ")";
  const MutantSet set = mutants_of(query, {.mutants_max = 40});
  const MutantSet whole = mutants_of(query);
  EXPECT_LE(set.mutants.size(), 40U);
  EXPECT_EQ(set.mutants.size() + set.equivalent + set.duplicates + set.stillborn, 40U);
  EXPECT_EQ(40U + set.left_out, whole.mutants.size() + whole.equivalent + whole.duplicates +
                                    whole.stillborn + whole.left_out);
  EXPECT_LT(set.mutants.front().place.begin, 60U);
  EXPECT_GT(set.mutants.back().place.begin, query.size() - 200);
}

// --- noticed by cases ---

const char* const small_query = R"(sequence by host.id with maxspan=10s
  [process where process.name : ("bash", "sh")]
  [network where process.name == "curl"])";

const char* const small_case = R"(rule: r

why: a shell and its curl
events
  1  @0s  process  host.id=a process.name=bash
  2  @1s  network  host.id=a process.name=curl
matches
  1 2

why: another host
events
  1  @0s  process  host.id=a process.name=bash
  2  @1s  network  host.id=b process.name=curl
matches
  none
)";

TEST(Mutation, AMutantIsNoticedByTheFirstCaseThatComesOutOtherwise) {
  const rule::Rule rule = rule::bare_query(small_query, "r.eql");
  const event::Schema& schema = event::Schema::builtin();
  const auto mutants = make_mutants(rule, schema);
  ASSERT_TRUE(mutants);
  const auto blocks = blocks_of(small_case, rule);
  const auto kills = kill_by_cases(rule, *mutants, schema, blocks);
  ASSERT_TRUE(kills);
  EXPECT_EQ(kills->blocks, 2U);
  std::size_t noticed = 0;
  for (std::size_t m = 0; m < mutants->mutants.size(); ++m) {
    const std::string& what = mutants->mutants[m].what;
    if (kills->noticed_by[m]) ++noticed;
    if (what == "without \"bash\" in step 1") {
      EXPECT_EQ(kills->noticed_by[m], 0U);
    }
    if (what == "without the key host.id") {
      EXPECT_EQ(kills->noticed_by[m], 1U);
    }
    if (what == "without \"sh\" in step 1" || what == "maxspan=9999ms") {
      EXPECT_FALSE(kills->noticed_by[m]) << what;
    }
  }
  EXPECT_EQ(noticed, kills->noticed());
  // The same question put to the runner, engine by engine.
  for (std::size_t m = 0; m < mutants->mutants.size(); ++m) {
    bool fails = false;
    for (cases::CaseBlock block : blocks) {
      block.rule = variant_rule(rule, mutants->mutants[m].edits);
      fails = fails || !cases::run_block(block, {}).passed();
    }
    EXPECT_EQ(fails, kills->noticed_by[m].has_value()) << mutants->mutants[m].what;
  }
}

TEST(Mutation, CasesThatFailWithTheRuleItselfAreAnError) {
  const rule::Rule rule = rule::bare_query(small_query, "r.eql");
  const auto mutants = make_mutants(rule, event::Schema::builtin());
  std::string text = small_case;
  text.replace(text.find("  none"), 6, "  1 2");
  const auto kills = kill_by_cases(rule, *mutants, event::Schema::builtin(), blocks_of(text, rule));
  ASSERT_FALSE(kills);
  EXPECT_EQ(kills.error().code, "E700");
  EXPECT_EQ(kills.error().place->line, 10U);
}

TEST(Mutation, CasesWithASchemaOfTheirOwnCompileMutantsByIt) {
  // In this schema the name keeps lower case: `:` and `==` are one.
  const rule::Rule rule = rule::bare_query("any where process.name : \"curl\"", "r.eql");
  const std::string text = R"(rule: r

why: in lower case
schema
  process.name keyword lowercase
events
  1  @0s  process  process.name=CURL
ids
  1
)";
  const auto mutants = make_mutants(rule, event::Schema::builtin());
  const auto kills = kill_by_cases(rule, *mutants, event::Schema::builtin(), blocks_of(text, rule));
  ASSERT_TRUE(kills);
  for (std::size_t m = 0; m < mutants->mutants.size(); ++m) {
    if (mutants->mutants[m].what == "process.name : → ==") {
      EXPECT_FALSE(kills->noticed_by[m]);
    }
  }
}

TEST(Mutation, TheSummaryCountsWhatTheReportCounts) {
  const rule::Rule rule = rule::bare_query(small_query, "r.eql");
  const auto blocks = blocks_of(small_case, rule);
  const auto summary = summarize_cases(rule, blocks);
  ASSERT_TRUE(summary);
  const auto mutants = make_mutants(rule, event::Schema::builtin());
  EXPECT_EQ(summary->noticed.total, mutants->mutants.size());
  EXPECT_GT(summary->noticed.hits, 5U);
  EXPECT_LT(summary->noticed.hits, summary->noticed.total);
  EXPECT_EQ(summary->alternatives, (score::Proportion{1, 2}));
}

// --- cases that would notice ---

TEST(KillingCase, EachPassesWithTheRuleAndFailsWithItsMutant) {
  const rule::Rule rule = rule::bare_query(small_query, "r.eql");
  const event::Schema& schema = event::Schema::builtin();
  const auto mutants = make_mutants(rule, schema);
  const auto blocks = blocks_of(small_case, rule);
  const auto kills = kill_by_cases(rule, *mutants, schema, blocks);
  std::vector<std::size_t> survivors;
  for (std::size_t m = 0; m < mutants->mutants.size(); ++m) {
    if (!kills->noticed_by[m]) survivors.push_back(m);
  }
  const auto found = find_killing_cases(rule, *mutants, survivors, blocks);
  std::set<std::size_t> solved;
  std::string all = std::string(small_case);
  for (const KillingCase& one : found) {
    solved.insert(one.mutant);
    all += "\n" + one.text;
    auto read = blocks_of("rule: r\n" + one.text, rule);
    ASSERT_EQ(read.size(), 1U) << one.text;
    EXPECT_TRUE(cases::run_block(read[0], {}).passed()) << one.text;
    read[0].rule = variant_rule(rule, mutants->mutants[one.mutant].edits);
    EXPECT_FALSE(cases::run_block(read[0], {}).passed()) << one.text;
  }
  // One event changed is enough for every mutant of this rule.
  EXPECT_EQ(solved.size(), survivors.size());
  EXPECT_GE(survivors.size(), 8U);
  const auto after = kill_by_cases(rule, *mutants, schema, blocks_of(all, rule));
  ASSERT_TRUE(after);
  EXPECT_EQ(after->noticed(), mutants->mutants.size());
  // Nothing of it is chance.
  const auto again = find_killing_cases(rule, *mutants, survivors, blocks);
  ASSERT_EQ(again.size(), found.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(again[i].text, found[i].text);
}

TEST(KillingCase, AnEventBetweenTellsOfUntilAndOfMissingSteps) {
  const rule::Rule rule = rule::bare_query(
      R"(sequence by host.id with maxspan=1m
  [process where length(process.name) > 3]
  ![file where event.type == "deletion" and startsWith(file.path, "/tmp/")]
  [network where destination.port >= 443]
until [process where event.type == "end" and process.exit_code != 0])",
      "r.eql");
  const auto blocks = blocks_of(R"(rule: r

why: plain
events
  1  @0s  process  host.id=a process.name=bash event.type=start
  2  @2s  network  host.id=a destination.port=443
matches
  1 - 2
)",
                                rule);
  const event::Schema& schema = event::Schema::builtin();
  const auto mutants = make_mutants(rule, schema);
  const auto kills = kill_by_cases(rule, *mutants, schema, blocks);
  ASSERT_TRUE(kills);
  std::vector<std::size_t> survivors;
  for (std::size_t m = 0; m < mutants->mutants.size(); ++m) {
    if (!kills->noticed_by[m]) survivors.push_back(m);
  }
  const auto found = find_killing_cases(rule, *mutants, survivors, blocks);
  for (const std::size_t m : survivors) {
    EXPECT_TRUE(std::ranges::any_of(found, [m](const KillingCase& one) { return one.mutant == m; }))
        << mutants->mutants[m].what;
  }
}

TEST(KillingCase, WithoutATimelineNothingIsFound) {
  const rule::Rule rule = rule::bare_query(small_query, "r.eql");
  const auto mutants = make_mutants(rule, event::Schema::builtin());
  EXPECT_TRUE(find_killing_cases(rule, *mutants, {0, 1}, {}).empty());
}

// --- coverage ---

std::vector<std::string> exercised(const std::string& query, const std::string& text) {
  const rule::Rule rule = rule::bare_query(query, "r.eql");
  const auto alternatives = alternatives_of(rule);
  EXPECT_TRUE(alternatives);
  const auto coverage = cover_by_cases(*alternatives, blocks_of(text, rule));
  EXPECT_TRUE(coverage) << coverage.error().message;
  std::vector<std::string> out;
  for (std::size_t a = 0; a < alternatives->all.size(); ++a) {
    out.push_back((coverage->by_alternative[a] > 0 ? "+ " : "- ") + alternatives->all[a].what);
  }
  out.push_back(std::to_string(coverage->by_pair.size()) + " of " +
                std::to_string(coverage->pairs));
  return out;
}

TEST(Coverage, AnAlternativeCountsWhereAMatchsEventGoesThroughIt) {
  const std::string query = R"(sequence by host.id
  [process where process.name : ("bash", "sh", "b*") and not process.args in ("x", "y")]
  [network where process.name in ("curl", "wget")])";
  const std::string text = R"(rule: r

why: bash is three ways in one; sh alone is no match
events
  1  @0s  process  host.id=a process.name=bash
  2  @1s  network  host.id=a process.name=wget
  3  @2s  process  host.id=b process.name=sh
matches
  1 2
)";
  EXPECT_EQ(
      exercised(query, text),
      (std::vector<std::string>{"+ \"bash\" in step 1", "- \"sh\" in step 1", "+ \"b*\" in step 1",
                                "- \"curl\" in step 2", "+ \"wget\" in step 2", "2 of 6"}));
}

TEST(Coverage, AListInsideABranchIsReachedThroughItsBranch) {
  const std::string query =
      R"(process where user.id == "0" and (process.name in ("a", "b") or process.pid == 1 and process.args : ("c", "d")))";
  const std::string text = R"(rule: r

why: the second branch
events
  1  @0s  process  user.id=0 process.name=z process.pid=1 process.args=d
  2  @1s  process  user.id=1 process.name=a
ids
  1
)";
  EXPECT_EQ(exercised(query, text),
            (std::vector<std::string>{"- process.name in (\"a\", \"b\")", "- \"a\"", "- \"b\"",
                                      "+ process.pid == 1 and process.args : (\"c\", \"d\")",
                                      "- \"c\"", "+ \"d\"", "0 of 0"}));
}

TEST(Coverage, AnOptionalKeyIsTwoWaysAndRunsAreOneStep) {
  const std::string query =
      "sequence by host.id, ?user.id [process where process.name in (\"a\", \"b\")] with runs=2";
  const std::string text = R"(rule: r

why: without a user, one of each name
events
  1  @0s  process  host.id=a process.name=a
  2  @1s  process  host.id=a process.name=b
matches
  1 2
)";
  EXPECT_EQ(exercised(query, text),
            (std::vector<std::string>{"+ user.id missing in step 1", "+ \"a\" in step 1",
                                      "+ \"b\" in step 1", "0 of 0"}));
}

}  // namespace
}  // namespace eqlab::tune
