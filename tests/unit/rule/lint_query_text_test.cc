#include "harness/rule/lint_query_text.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/base/text.h"

namespace eqlab::rule {
namespace {

/// `CODE COLUMN message | hint`, one a line; `COLUMN` counts from 1 after `any where `.
std::string findings(const std::string& condition, const std::string& index = {}) {
  Rule rule = bare_query("any where " + condition, "q.eql");
  if (!index.empty()) rule.index = {index};
  const auto query = compile(rule, event::Schema::builtin());
  if (!query) return render(query.error());
  std::vector<Diagnostic> found;
  lint_query_text(rule, *query, found);
  std::string out;
  for (const Diagnostic& d : found) {
    out += format("{} {} {} {} | {}\n", d.code, to_string(d.severity), d.place->column - 10,
                  d.message, d.hint);
  }
  return out;
}

TEST(LintQueryText, WildcardsWhereThereAreNone) {
  const std::string hint =
      " | write : for wildcards that ignore case, like for those that mind it\n";
  EXPECT_EQ(findings("process.name == \"cu*\""),
            "L331 warning 17 == has no wildcards: this star stands for itself" + hint);
  EXPECT_EQ(findings("process.name != \"cu*\""),
            "L331 warning 17 != has no wildcards: this star stands for itself" + hint);
  EXPECT_EQ(findings("process.name in (\"a\", \"cu*\")"),
            "L331 warning 23 in has no wildcards: this star stands for itself" + hint);
  EXPECT_EQ(findings("process.name in~ (\"cu*\")"),
            "L331 warning 19 in~ has no wildcards: this star stands for itself" + hint);
  EXPECT_EQ(findings("process.executable in (\"?:\\\\Windows\\\\a.exe\")"),
            "L331 warning 24 in has no wildcards: this question mark stands for itself" + hint);
  EXPECT_EQ(findings("url.original == \"http://a/?b=c\" and process.name : \"cu*\""), "");
}

TEST(LintQueryText, AnchorsInNativeExpressions) {
  EXPECT_EQ(findings("process.name regex \"^cmd.exe$\""),
            "L332 warning 20 ^ is a plain character here: the expression always covers the whole "
            "value | leave it out\n");
  EXPECT_EQ(findings("process.name regex (\"a\", \"cmd.exe$\")"),
            "L332 warning 26 $ is a plain character here: the expression always covers the whole "
            "value | leave it out\n");
  EXPECT_EQ(findings("process.name regex \"\\\\^a\\\\$\""), "") << "meant as characters";
  EXPECT_EQ(findings("substring(process.name, 1) regex \"^a$\""), "") << "Java has anchors";
}

TEST(LintQueryText, PatternsOfStars) {
  EXPECT_EQ(findings("process.name : \"*\""),
            "L333 note 16 a pattern of stars alone asks for any value | the same in words: FIELD "
            "!= null\n");
  EXPECT_EQ(findings("process.name like (\"a\", \"**\")").substr(0, 12), "L333 note 25");
}

TEST(LintQueryText, TheTextNull) {
  EXPECT_EQ(findings("process.name != \"NULL\""),
            "L334 warning 17 this is the text null, not a missing value | write: != null\n");
  EXPECT_EQ(findings("process.name == null"), "");
}

TEST(LintQueryText, AlternativesThatHoldAlways) {
  EXPECT_EQ(findings("process.name != \"a\" or process.name != \"b\""),
            "L335 warning 24 every value of process.name differs from one of the two, so this "
            "holds always | join them by and, or write: not FIELD in (\"a\", \"b\")\n");
  EXPECT_EQ(findings("not process.pid == 1 or user.id == \"0\" or process.pid != 2").substr(0, 15),
            "L335 warning 43");
  EXPECT_EQ(findings("process.name != \"a\" and process.name != \"b\""), "");
  EXPECT_EQ(findings("process.name != \"a\" or process.pid != 2"), "");
  EXPECT_EQ(findings("process.name != \"a\" or process.name != \"a\""), "");
  EXPECT_EQ(findings("process.name != null or process.name != \"a\""), "");
}

TEST(LintQueryText, LiveWildcardsInPushedDownFunctions) {
  EXPECT_EQ(findings("endsWith(process.executable, \"\\\\cmd.exe\")"),
            "L336 warning 30 in endsWith of a field a backslash only shields the next character: "
            "it matches none | write FIELD : \"*…\", where a backslash stands for itself\n");
  EXPECT_EQ(findings("stringContains(process.command_line, \"a*b\")"),
            "L336 warning 38 in stringContains of a field * is a wildcard | write two backslashes "
            "before it to mean the character itself\n");
  EXPECT_EQ(findings("stringContains~(process.command_line, \"a\\\\*b\")"), "") << "shielded";
  EXPECT_EQ(findings("endsWith(process.executable, \"\\\\\\\\cmd.exe\")"), "") << "shielded";
  EXPECT_EQ(findings("startsWith(process.executable, \"a*\")"), "") << "a true prefix";
  EXPECT_EQ(findings("endsWith(string(process.pid), \"*\")"), "") << "a script";
}

TEST(LintQueryText, PatternsOfOtherLanguages) {
  EXPECT_EQ(findings("process.command_line like \"%curl%\""),
            "L337 warning 27 % stands for itself: this is no SQL pattern | wildcards are * for any "
            "text and ? for one character\n");
  EXPECT_EQ(findings("process.command_line : \".*curl\""),
            "L337 warning 24 the dot stands for itself: this is no regular expression | write * "
            "alone for any text, or regex instead\n");
  EXPECT_EQ(findings("process.command_line : (\"%TEMP%\\\\*\", \"*.*\", \"cmd.*\")"), "");
}

TEST(LintQueryText, FlagsAndWordBoundaries) {
  EXPECT_EQ(findings("process.name regex \"(?i)curl\""),
            "L332 warning 20 (? begins an ordinary group with a question mark: there are no flags "
            "or assertions here | to ignore case write regex~\n");
  EXPECT_EQ(findings("process.name regex \"\\bcurl\"").substr(0, 54),
            "L332 warning 20 \\b in a string is a backspace, and the");
  EXPECT_EQ(findings("process.name regex \"\\\\(?i\""), "");
}

TEST(LintQueryText, NumbersBesideTextAndDates) {
  EXPECT_EQ(findings("user.id >= 500"),
            "L338 warning 1 user.id is a keyword: it is ordered as text, so 10 comes before 9 | "
            "write number(FIELD) before the comparison, or list the values\n");
  EXPECT_EQ(findings("user.id > \"S-1-5\" and user.id == 500 and process.pid > 500"), "");
  EXPECT_EQ(findings("@timestamp > 2026-01-01"),
            "L339 warning 1 a number beside a date is milliseconds since 1970: this is "
            "1970-01-01T00:00:02.024Z | write the date in double quotes: "
            "\"2026-03-02T09:14:07Z\"\n");
  EXPECT_EQ(findings("@timestamp == 1767225600000 and @timestamp < \"2026-01-01\""), "");
}

TEST(LintQueryText, ConstantsBesideEachOther) {
  EXPECT_EQ(findings("\"process.name\" == \"curl\""),
            "L335 warning 1 both sides are constants, so this is the same for every event | names "
            "of fields are written without quotes\n");
}

TEST(LintQueryText, ManyOfOneKindAreCounted) {
  std::string condition = "process.name == \"0*\"";
  for (int i = 1; i < 15; ++i) condition += format(" or process.name == \"{}*\"", i);
  const std::string found = findings(condition);
  EXPECT_EQ(std::ranges::count(found, '\n'), 10);
  EXPECT_NE(found.find("this star stands for itself; 5 more like this | "), std::string::npos)
      << found;
}

TEST(LintQueryText, EveryStageAndUntilIsRead) {
  Rule rule = bare_query(
      "sequence [any where process.name == \"a*\"] [any where true] until [any where process.name "
      "== \"b*\"]",
      "q.eql");
  const auto query = compile(rule, event::Schema::builtin());
  ASSERT_TRUE(query) << render(query.error());
  std::vector<Diagnostic> found;
  lint_query_text(rule, *query, found);
  EXPECT_EQ(found.size(), 2U);
}

TEST(LintQueryText, FieldsTakenAsMapped) {
  EXPECT_EQ(findings("okta.id == \"a\""),
            "L308 warning 1 okta.id is not in the built-in schema: its type is taken from use | "
            "--schema FILE gives those of your index; taken here: okta.id keyword\n");
  EXPECT_EQ(findings("okta.id == \"a\" and okta.score > 5"),
            "L308 warning 1 okta.id and 1 other field are not in the built-in schema: their types "
            "are taken from use | --schema FILE gives those of your index; taken here: okta.id "
            "keyword, okta.score double\n");
  EXPECT_EQ(findings("process.name == \"a\" and process.verdict_xyz == 1", "own-*").substr(0, 15),
            "L308 warning 25");
  EXPECT_EQ(findings("not ?okta.id in (\"a\")"),
            "L308 note 5 ?okta.id is not in the built-in schema: it counts as mapped, as keyword "
            "from its use. Where no index maps it, it is null, and most negations with it hold for "
            "no event | --schema FILE says which fields are mapped\n");
}

}  // namespace
}  // namespace eqlab::rule
