#include <gtest/gtest.h>

#include "harness/base/text.h"
#include "harness/cases/case_block.h"

namespace eqlab::cases {
namespace {

std::vector<CaseBlock> blocks_of(const std::string& text) {
  auto blocks = parse_cases(text, "t.case");
  EXPECT_TRUE(blocks) << render(blocks.error());
  return blocks ? std::move(*blocks) : std::vector<CaseBlock>{};
}

/// `CODE line:column message / hint`.
std::string problem(const std::string& text) {
  const auto blocks = parse_cases(text, "t.case");
  if (blocks) return "none";
  const Place place = blocks.error().place.value_or(Place{});
  return format("{} {}:{} {} / {}", blocks.error().code, place.line, place.column,
                blocks.error().message, blocks.error().hint);
}

TEST(CaseFile, OneBlockForEachWhy) {
  const auto blocks = blocks_of(
      "why: first\nquery\n  any where true\ntree\n  any where true\n\nwhy: second\nquery\n  any "
      "where false\ntree\n  any where false\n");
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].why, "first");
  EXPECT_EQ(blocks[1].line, 7U);
  EXPECT_EQ(blocks[1].rule->query.text, "any where false");
}

TEST(CaseFile, WhatStandsBeforeTheFirstWhyHoldsForAllBlocksUntilOneHasItsOwn) {
  const auto blocks = blocks_of(
      "# a comment\nschema\n  x long\nevents\n  1  @0s  -  x=1\nquery\n  any where x == 1\n\n"
      "why: given\nids\n  1\n\nwhy: own events\nevents\n  2  @0s  -  x=2\nids\n  none\n\nwhy: own "
      "rule\nrule: r.toml\nids\n  1\n");
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks[0].events.at(0).id, "1");
  EXPECT_EQ(blocks[1].events.at(0).id, "2");
  EXPECT_EQ(blocks[1].rule->query.text, "any where x == 1");
  EXPECT_EQ(blocks[2].rule_path, "r.toml");
  EXPECT_FALSE(blocks[2].rule);
}

TEST(CaseFile, QueryPlacesAreThoseOfTheCaseFile) {
  const auto blocks = blocks_of("why: w\nquery\n    sequence\n\n      [any where $]\ntree\n  x\n");
  const SourceText& query = blocks.at(0).rule->query;
  EXPECT_EQ(query.text, "sequence\n\n  [any where $]");
  const std::size_t at = query.text.find('$');
  const Diagnostic located = locate(error_at({at, at + 1}, "E101", "x"), query);
  EXPECT_EQ(located.place->line, 5U);
  EXPECT_EQ(located.place->column, 18U);
  EXPECT_EQ(located.place->source_line, "      [any where $]");
}

TEST(CaseFile, WindowsLineEndsAreRead) {
  const auto blocks =
      blocks_of("why: w\r\nquery\r\n  any where true\r\n  // end\r\ntree\r\n  any where true\r\n");
  EXPECT_EQ(blocks.at(0).rule->query.text, "any where true\n// end");
  EXPECT_EQ(blocks.at(0).expectation.lines, std::vector<std::string>{"any where true"});
}

TEST(CaseFile, ExpectationsHaveOneSpelling) {
  const std::string events = "events\n  1 @0s -\n  2 @1s -\n";
  EXPECT_EQ(blocks_of("why: w\n" + events + "query\n  any where true\nids\n  1   2\n")[0]
                .expectation.lines,
            std::vector<std::string>{"1 2"});
  EXPECT_EQ(blocks_of("why: w\n" + events +
                      "query\n  any where true\nmatches\n  1  -   2   /  a b,  c\n  none\n")[0]
                .expectation.lines,
            (std::vector<std::string>{"1 - 2 / a b,  c", "none"}));
}

TEST(CaseFile, ErrorsKeepTheirCaretsAndMessages) {
  const Expectation expected =
      blocks_of(
          "why: w\nquery\n  a\n  b\nerror E101 on line 1\n  ^^\n  the message\n  the hint\n")[0]
          .expectation;
  EXPECT_EQ(expected.code, "E101");
  EXPECT_EQ(expected.query_line, 1U);
  EXPECT_EQ(expected.carets, (std::pair(3U, 5U)));
  EXPECT_EQ(expected.lines, (std::vector<std::string>{"the message", "the hint"}));
  EXPECT_EQ(expectation_text(expected), (std::vector<std::string>{"error E101 on line 1", "  ^^",
                                                                  "  the message", "  the hint"}));
}

TEST(CaseFile, OptionsOverrideTheRule) {
  const auto blocks = blocks_of(
      "why: w\noptions\n  size 3\n  result-position head\n  tiebreaker-field t\n  "
      "event-category-field c\nevents\n  1  @0s  process\nquery\n  any where true\nids\n  none\n");
  EXPECT_EQ(blocks[0].match_options.size, 3U);
  EXPECT_EQ(blocks[0].match_options.result_position, match::ResultPosition::head);
  EXPECT_EQ(blocks[0].rule->tiebreaker_field, "t");
  EXPECT_EQ(blocks[0].events[0].fields[0].name, "c")
      << "the category goes into the field that the query reads it from";
}

TEST(CaseFile, DocumentsCarryIdAndTime) {
  const auto blocks = blocks_of(
      "why: w\nschema\n  k keyword\n  n long\noptions\n  timestamp-field t\nevents\n  1  @1ms  "
      "process  k=7 n=7 event.id=own\n  2  @none  -  k=[a,null]\nquery\n  any where true\nids\n  "
      "none\n");
  EXPECT_EQ(to_ndjson(blocks.at(0)),
            "{\"t\":\"2026-01-01T00:00:00.001000000Z\",\"event.id\":\"own\",\"event.category\":"
            "\"process\",\"k\":\"7\",\"n\":7}\n"
            "{\"event.id\":\"2\",\"k\":[\"a\",null]}\n");
}

TEST(CaseFile, AFileWithoutACaseIsAMistake) {
  for (const std::string text :
       {"", "\n\n", "# only a comment\n", "schema\n  x long\nquery\n  any where true\n"}) {
    const auto blocks = parse_cases(text, "t.case");
    ASSERT_FALSE(blocks) << text;
    EXPECT_EQ(render(blocks.error()).substr(0, 40), "t.case: error E450: no case in this file")
        << text;
  }
}

TEST(CaseFile, EventsAreCheckedAgainstTheSchemaOfTheirBlock) {
  const std::string events =
      "events\n  1  @0s  process  process.nme=a\nquery\n  any where true\nids\n  none\n";
  EXPECT_EQ(problem("why: w\n" + events),
            "E451 3:20 the block's schema has no field process.nme / did you mean process.name?");
  EXPECT_EQ(problem("why: w\nschema\n  process.nme keyword\n" + events), "none");
}

TEST(CaseFile, MistakesSayWhatToDo) {
  EXPECT_EQ(
      problem("  stray\n"),
      "E450 1:3 an indented line belongs under a keyword / a block begins with why: and a reason");
  EXPECT_EQ(problem("why: w\nevnts\n"), "E450 2:1 evnts cannot stand here / did you mean events?");
  EXPECT_EQ(problem("why:\n"),
            "E450 1:1 why: has no reason / say in one line which behaviour the block shows");
  EXPECT_EQ(
      problem("why: w\nquery\n  any where true\n"),
      "E452 1:1 the block expects nothing / end it with matches, ids, error CODE, tree or normal");
  EXPECT_EQ(problem("why: w\nids\n  none\n"),
            "E450 1:1 the block has neither a query nor a rule / add query with the EQL below it, "
            "or rule: FILE.toml");
  EXPECT_EQ(problem("why: w\nquery\n  a\nids\n  7\n"),
            "E452 5:3 there is no event 7 / ids are the first words of the lines under events");
  EXPECT_EQ(problem("why: w\nquery\n  a\nids\n"),
            "E452 4:1 ids has no lines / write none where nothing must come out");
  EXPECT_EQ(problem("why: w\nquery\n  a\nquery\n  b\n"),
            "E450 4:1 a second query in one block / begin a new block with why:");
  EXPECT_EQ(problem("why: w\nquery\n  a\nids\n  none\ntree\n  a\n"),
            "E452 6:1 a second expectation in one block / begin a new block with why:");
  EXPECT_EQ(
      problem("why: w\nskip whole\nquery\n  a\ntree\n  a\n"),
      "E450 2:1 a skip needs a configuration and a reason / write: skip CONFIGURATION: reason");
  EXPECT_TRUE(problem("why: w\nevents\n  1 @0s -\n  1 @1s -\nquery\n  a\ntree\n  a\n")
                  .starts_with("E451 4:3 a second event named 1"));
  EXPECT_TRUE(problem("why: w\noptions\n  size many\nquery\n  a\ntree\n  a\n")
                  .starts_with("E450 3:3 'size many' is not an option"));
  EXPECT_TRUE(problem("why: w\nschema\n  x\nquery\n  a\ntree\n  a\n")
                  .starts_with("E450 3:3 a field needs a type"));
  EXPECT_TRUE(problem("ids\n  none\n")
                  .starts_with("E450 1:1 ids cannot stand here / before the first why:"));
}

}  // namespace
}  // namespace eqlab::cases
