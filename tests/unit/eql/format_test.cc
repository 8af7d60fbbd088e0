// The canonical layout by example, then its promises over every query of the repository.
#include "harness/eql/format.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/eql/query.h"
#include "harness/eql/token.h"

namespace eqlab::eql {
namespace {

std::string formatted(const std::string& source) {
  const auto text = format_query(source);
  return text ? *text : "error " + text.error().code + "\n";
}

struct Row {
  std::string source;
  std::string wanted;  ///< without the last line end
};

void expect_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(formatted(row.source), row.wanted + "\n") << row.source;
    EXPECT_EQ(formatted(row.wanted), row.wanted + "\n") << row.source;
  }
}

TEST(Format, ShortEventQueriesStandOnOneLine) {
  expect_rows({
      {"process   where\n\tprocess.name==\"curl\"", R"(process where process.name == "curl")"},
      {"any where process . `name` : ( \"a\",\"b\" )and not user.id in(\"0\")",
       R"(any where process.name : ("a", "b") and not user.id in ("0"))"},
      {"any where true|head  5|tail 2", "any where true | head 5 | tail 2"},
      {"any where length (process.args)>- 3 and ? a.b!=null",
       "any where length(process.args) > -3 and ?a.b != null"},
      {"\"my category\" where startsWith~ ( a , \"b\" )",
       "\"my category\" where startsWith~(a, \"b\")"},
  });
}

TEST(Format, ALongConditionHasOneOperandALine) {
  expect_rows({
      {R"(process where host.os.type == "macos" and event.type == "start" and process.parent.name : "installer" and (process.name : "curl" or process.name : "wget"))",
       R"(process where
  host.os.type == "macos"
  and event.type == "start"
  and process.parent.name : "installer"
  and (process.name : "curl" or process.name : "wget"))"},
      {R"(process where host.os.type == "macos" and event.type == "start" or process.parent.name : "installer" and process.name : "curl" | head 10)",
       R"(process where
  host.os.type == "macos" and event.type == "start"
  or process.parent.name : "installer" and process.name : "curl"
| head 10)"},
      {R"(process where event.type == "start" and not (process.parent.executable : "/Library/Application Support/*" and process.code_signature.trusted == true))",
       R"(process where
  event.type == "start"
  and not (
    process.parent.executable : "/Library/Application Support/*"
    and process.code_signature.trusted == true
  ))"},
  });
}

TEST(Format, LongListsAreFilled) {
  expect_rows(
      {{R"(process where process.name : ("one-rather-long-name", "another-rather-long-name", "a-third-rather-long-name", "four", "five"))",
        R"(process where
  process.name : (
    "one-rather-long-name", "another-rather-long-name", "a-third-rather-long-name", "four", "five"
  ))"},
       {R"(process where concat("one-rather-long-name", "another-rather-long-name", "a-third-rather-long-name", process.name, user.name) == "x")",
        R"(process where
  concat(
    "one-rather-long-name", "another-rather-long-name", "a-third-rather-long-name", process.name,
    user.name
  ) == "x")"}});
}

TEST(Format, EachStageHasItsLine) {
  expect_rows({
      {R"(sequence by host.id,user.id with maxspan = 30 s [process where a == 1]by x with runs = 3 ![network where b == 2] by y until [file where c == 3] by z | tail 3)",
       R"(sequence by host.id, user.id with maxspan=30s
  [process where a == 1] by x with runs=3
  ![network where b == 2] by y
until [file where c == 3] by z
| tail 3)"},
      {R"(sample by host.id [process where true] [network where process.executable : "/Library/Application Support/*" and destination.port == 443 and x == 1])",
       R"(sample by host.id
  [process where true]
  [network where
    process.executable : "/Library/Application Support/*"
    and destination.port == 443
    and x == 1
  ])"},
  });
}

TEST(Format, ParenthesesThatGroupNothingGo) {
  expect_rows({
      {"any where ((a == 1))", "any where a == 1"},
      {"any where (a == 1 and b == 2)", "any where a == 1 and b == 2"},
      {"any where (a == 1) and (b == 2)", "any where (a == 1) and (b == 2)"},
      {"any where not ((a == 1 or (b)))", "any where not (a == 1 or (b))"},
      {"any where a in ((1), (2 + 3) * 4) | head (5)", "any where a in (1, (2 + 3) * 4) | head 5"},
      {"sequence by (a), (b) [any where (x)] [any where (y)]",
       "sequence by a, b\n  [any where x]\n  [any where y]"},
      {"any where a : (\"x\")", "any where a : (\"x\")"},
  });
}

TEST(Format, WhatIsQuotedStaysAsWritten) {
  expect_rows({
      {R"(any where a == """C:\x""" and b == "\u{41}\"\\" and c == 1.50e3)",
       R"(any where a == """C:\x""" and b == "\u{41}\"\\" and c == 1.50e3)"},
      {"any where `a`.`b-c`.`sequence` == 1 and `d.e` == 2 and `f.g-h` == 3",
       "any where a.`b-c`.`sequence` == 1 and d.e == 2 and `f.g-h` == 3"},
      {"any where `a//b` == 1 and `a .b` == 2 and `a.` == 3 and `x``y` == 4",
       "any where `a//b` == 1 and `a .b` == 2 and `a.` == 3 and `x``y` == 4"},
  });
}

TEST(Format, CommentsStayWithWhatTheyStandAt) {
  expect_rows({
      {"// first\nprocess where true // last", "// first\nprocess where true // last"},
      {"process where true\n\n\n  // below\n", "process where true\n// below"},
      {"any where a == 1 and // about a\n  // about b\n  b == 2 and c == 3",
       R"(any where
  a == 1 // about a
  // about b
  and b == 2
  and c == 3)"},
      {"any where a : (\"x\" // about x\n  , \"y\",\n  // about z\n  \"z\" /* z */ )",
       R"(any where
  a : (
    "x", // about x
    "y",
    // about z
    "z" /* z */
  ))"},
      {"sequence // of two\n// the shell\n[any where a /* inline */ == 1] // end\n[any where /* "
       "two\n "
       "  lines */ b == 2\n// closing\n]",
       R"(sequence // of two
  // the shell
  [any where a /* inline */ == 1] // end
  [any where /* two
   lines */
    b == 2
    // closing
  ])"},
      {"any where process/* a */./*b*/name == -/*c*/1",
       "any where process /* a */ . /*b*/ name == - /*c*/ 1"},
      {"any where a and /* not root */ b", "any where a and /* not root */ b"},
      {"any where f(/* none */)", "any where f( /* none */ )"},
  });
}

TEST(Format, CarriageReturnsAndBlanksAtTheEndOfLinesGo) {
  EXPECT_EQ(formatted("any where a and // x \t\r\n b /* y\r\n z */\r\n"),
            "any where\n  a // x\n  and b /* y\n z */\n");
  EXPECT_EQ(formatted("any where a /* y\r\r\n z */"), "any where a /* y\n z */\n");
}

TEST(Format, ErrorsAreThoseOfTheParser) {
  EXPECT_EQ(formatted("process where"), "error E106\n");
  EXPECT_EQ(formatted(""), "error E107\n");
}

TEST(Format, ALayoutBeyondTheLimitIsAnError) {
  // Deep nesting makes every line long, whatever stands on it.
  std::string query = "any where ";
  for (int i = 0; i < 190; ++i) query += "not (";
  for (int i = 0; i < 20'000; ++i) query += "aa or ";
  query += "a" + std::string(190, ')');
  EXPECT_EQ(formatted(query), "error E110\n");
}

TEST(Format, TheLargestPublicQueriesAreNoTrouble) {
  std::string query = "process where process.name : (";
  for (int i = 0; i < 2'609; ++i)
    query += format("{}\"name-{}-{}\"", i > 0 ? "," : "", i, "0123456");
  const std::string text = formatted(query + ")");
  EXPECT_EQ(formatted(text), text);
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
  EXPECT_LE(longest, 100U);
  EXPECT_GT(longest, 90U);
}

std::vector<std::string> comments_of(const std::string& source) {
  std::vector<std::string> comments;
  const auto tokens = tokenize(source);
  for (const Comment& comment : tokens->comments) {
    std::string text = source.substr(comment.span.begin, comment.span.end - comment.span.begin);
    std::erase(text, '\r');
    if (text.starts_with("//")) text.erase(text.find_last_not_of(" \t") + 1);
    comments.push_back(text);
  }
  return comments;
}

TEST(Format, KeepsMeaningAndCommentsOfEveryQueryOfTheRepository) {
  const std::string root = EQLAB_SOURCE_DIR;
  std::size_t queries = 0;
  for (const std::string folder : {"/tests/cases", "/rules"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root + folder)) {
      if (entry.path().extension() != ".case" && entry.path().extension() != ".toml") continue;
      std::ifstream in(entry.path());
      std::string query;
      bool inside = false;
      const auto check = [&] {
        const auto tree = parse_query(query);
        if (!tree) return;
        ++queries;
        const auto text = format_query(query);
        ASSERT_TRUE(text) << render(text.error());
        const auto again = parse_query(*text);
        ASSERT_TRUE(again) << *text;
        EXPECT_EQ(print(*again), print(*tree));
        EXPECT_EQ(comments_of(*text), comments_of(query));
        EXPECT_EQ(formatted(*text), *text);
      };
      // A query is what is indented below `query`, or between triple quotes.
      for (std::string line; std::getline(in, line);) {
        const bool begins = line == "query" || line.starts_with("query = '''");
        const bool ends = line == "'''" || (!line.empty() && !line.starts_with(' ') &&
                                            entry.path().extension() == ".case");
        if (inside && ends) check();
        if (begins || ends) {
          inside = begins;
          query.clear();
        } else if (inside) {
          query += line + "\n";
        }
      }
    }
  }
  EXPECT_GT(queries, 300U);
}

}  // namespace
}  // namespace eqlab::eql
