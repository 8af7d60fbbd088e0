// Lucene's and Java's regular expressions. The tables say what a rule writer meets; the answers in
// them, odd ones included, are those that Lucene 9 and 10 and Java 25 give.
#include "harness/eql/regex.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "harness/eql/automaton.h"
#include "harness/eql/lucene_regex.h"

namespace eqlab::eql {
namespace {

using Texts = std::vector<std::string>;

struct Row {
  std::string pattern;
  Texts matching;
  Texts other;
};

constexpr Span span = {3, 9};

/// Both engines: the one that compile() chooses, and the automaton whatever the pattern.
void expect_lucene(const Row& row, bool fold_case) {
  const auto regex = LuceneRegex::compile(row.pattern, fold_case, span);
  ASSERT_TRUE(regex) << row.pattern << ": " << regex.error().message;
  const auto tree = parse_lucene_regex(row.pattern, fold_case, span);
  ASSERT_TRUE(tree);
  const auto automaton = Automaton::build(*tree, span);
  ASSERT_TRUE(automaton) << row.pattern;
  const auto expect = [&](const std::string& text, bool matches) {
    EXPECT_EQ(regex->matches(text), matches) << row.pattern << " on " << printable(text);
    EXPECT_EQ(automaton->matches(text), matches)
        << row.pattern << " on " << printable(text) << " (automaton)";
  };
  for (const std::string& text : row.matching) expect(text, true);
  for (const std::string& text : row.other) expect(text, false);
}

void expect_java(const Row& row, bool fold_case) {
  const auto regex = JavaRegex::compile(row.pattern, fold_case, span);
  ASSERT_TRUE(regex) << row.pattern << ": " << regex.error().message;
  for (const std::string& text : row.matching)
    EXPECT_TRUE(regex->matches(text)) << row.pattern << " on " << printable(text);
  for (const std::string& text : row.other)
    EXPECT_FALSE(regex->matches(text)) << row.pattern << " on " << printable(text);
}

std::string lucene_error(const std::string& pattern) {
  const auto regex = LuceneRegex::compile(pattern, false, span);
  if (regex) return "compiles";
  EXPECT_EQ(regex.error().code, "E218") << pattern;
  EXPECT_EQ(regex.error().span, span) << pattern;
  return regex.error().message;
}

std::string java_error(const std::string& pattern) {
  const auto regex = JavaRegex::compile(pattern, false, span);
  if (regex) return "compiles";
  EXPECT_EQ(regex.error().code, "E218") << pattern;
  EXPECT_EQ(regex.error().span, span) << pattern;
  return regex.error().message;
}

std::string repeat(const std::string& text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

TEST(LuceneRegex, EachConstructMeansWhatLuceneSays) {
  const std::vector<Row> rows = {
      {"net.exe",
       {"net.exe", "net1exe", "net\nexe", "net😀exe"},
       {"anet.exe", "net.exe1", "netexe", "NET.exe"}},
      {R"(net\.exe)", {"net.exe"}, {"net1exe"}},
      {"", {""}, {"a"}},
      {"ab*c+d?", {"acd", "abbccd", "ac"}, {"abd", "acdd"}},
      {"a{2}", {"aa"}, {"a", "aaa"}},
      {"a{2,}", {"aa", "aaaaa"}, {"a"}},
      {"a{1,3}b", {"ab", "aaab"}, {"b", "aaaab"}},
      {"a{0}", {""}, {"a"}},
      {"a{2}{3}", {"aaaaaa"}, {"aaaaa", "aa"}},
      {".*?net1.*?", {"net1", "x net1 y"}, {"net 1"}},
      {"a??b+?", {"", "a", "b", "ab", "bbb"}, {"ba"}},  // `b+?` is an optional `b+`
      {"a|bc|d", {"a", "bc", "d"}, {"ac", "bd", ""}},
      {"a(b|c)d", {"abd", "acd"}, {"ab", "cd", "abcd"}},
      {"ab|cd&c.|e", {"ab", "cd", "e"}, {"c.", "ce"}},
      {"[a-z]+&[^m]+", {"abc", "z"}, {"am", "mmm", ""}},
      {"~abc", {"bc", "xbc", "aabc"}, {"abc"}},
      {"~(abc)", {"", "ab", "abcd", "x"}, {"abc"}},
      {"~a*", {"", "b", "ab", "aa"}, {"a"}},
      {"~~a", {"a"}, {"", "b"}},
      {"a.*&~(.*\\.tmp)", {"a", "a.tmp.exe"}, {"a.tmp", "b"}},
      {"[abc-e]", {"a", "c", "d", "e"}, {"f", "-", "ab"}},
      {"[^a-c]", {"d", "\n", "é", "-"}, {"a", "b", ""}},
      {R"([\w-]+)", {"a-b_9"}, {"a b"}},
      {R"([^\s\d]+)", {"ab"}, {"a b", "a1"}},
      {"[]a]", {"]", "a"}, {"b"}},
      {R"([a\]^\-])", {"a", "]", "^", "-"}, {"b"}},
      {"[.*(|&~]+", {".*(|&~"}, {"a"}},
      {R"(\d+)", {"0123456789"}, {"", "a", "٣"}},
      {R"(\D)", {"a", " ", "٣"}, {"1"}},
      {R"(\w+)", {"aZ_09"}, {"é", "-"}},
      {R"(\W)", {"é", "-", " "}, {"_"}},
      {R"(\s+)", {" \t\r\n"}, {"\v", "\f", "\xC2\xA0"}},
      {R"(\S)", {"a", "\v"}, {" "}},
      {R"(\"\/\-\.\_\$\\)", {R"("/-._$\)"}, {}},
      {R"("a.b*"c)", {"a.b*c"}, {"aXbbc", "\"a.b*\"c"}},
      {R"(a\"b)", {"a\"b"}, {"ab"}},
      {"#", {}, {"", "#"}},
      {"a|#", {"a"}, {"#", ""}},
      {"@", {"", "anything\nat all", "é"}, {}},
      {"a@b", {"ab", "a...b"}, {"a", "abc"}},
      {"()", {""}, {"()"}},
      {"a()b", {"ab"}, {"a()b"}},
      {"^a$", {"^a$"}, {"a"}},
      {R"(\#\@\&\<\>\~)", {"#@&<>~"}, {}},
      {R"(\é)", {"é"}, {"É"}},
      {"日.{2}", {"日本語"}, {"日本", "日本語x"}},
      {"(?:a)", {"?:a"}, {"a"}},
  };
  for (const Row& row : rows) expect_lucene(row, false);
}

TEST(LuceneRegex, WhereAnItemMustBeginNothingIsReserved) {
  const std::vector<Row> rows = {
      {"|a", {"|a"}, {"a", ""}}, {"*a", {"*a"}, {"a"}}, {"(|a)", {"|a"}, {"a"}},
      {"a]}", {"a]}"}, {}},      {")", {")"}, {}},      {"a|+", {"a", "+"}, {""}},
      {"{2}", {"{2}"}, {""}},
  };
  // A brace that opens nothing is itself and may be repeated like any other character.
  expect_lucene({"{{2}", {"{{"}, {"{"}}, false);
  for (const Row& row : rows) expect_lucene(row, false);
}

TEST(LuceneRegex, AnIntervalCountsInDecimal) {
  const std::vector<Row> rows = {
      {"<1-10>", {"1", "7", "07", "007", "10"}, {"0", "11", "", "1a", "-1"}},
      {"<01-10>", {"01", "07", "10"}, {"1", "7", "007", "11", "00"}},
      {"<3-5>", {"3", "4", "5"}, {"03", "2", "6"}},
      {"<10-3>", {"3", "03", "10"}, {"2", "11"}},
      {"<7-7>", {"7"}, {"07", "8"}},
      {"<95-1203>",
       {"95", "99", "100", "999", "1000", "1203", "0095"},
       {"94", "1204", "9500", "0", "1300"}},
      {"<0-100>", {"0", "000", "55", "100"}, {"101", ""}},
      {"<0000000000001-0000000000012>", {"0000000000007", "0000000000012"}, {"7", "0000000000013"}},
      {"<0-2147483647>", {"2147483647", "0", "999999999"}, {"2147483648", "3000000000"}},
      {R"(port <1-1023>)", {"port 443", "port 1023"}, {"port 1024", "port 0"}},
      {R"(\<1-3\>)", {"<1-3>"}, {"2"}},
  };
  for (const Row& row : rows) expect_lucene(row, false);
}

TEST(LuceneRegex, AnIntervalHoldsExactlyItsNumbers) {
  Rng rng(4);
  for (int round = 0; round < 40; ++round) {
    const std::int64_t low = rng.in_range(0, 1'500);
    const std::int64_t high = rng.in_range(low, 1'500);
    const std::string pattern = format("<{}-{}>", low, high);
    const auto regex = LuceneRegex::compile(pattern, false, span);
    ASSERT_TRUE(regex);
    const bool same_width = format("{}", low).size() == format("{}", high).size();
    for (std::int64_t number = 0; number <= 1'600; ++number) {
      const bool inside = number >= low && number <= high;
      ASSERT_EQ(regex->matches(format("{}", number)), inside) << pattern << " on " << number;
      ASSERT_EQ(regex->matches(format("0{}", number)), !same_width && inside)
          << pattern << " on 0" << number;
    }
  }
}

TEST(LuceneRegex, FoldingReachesAsciiLettersThatStandForThemselves) {
  const std::vector<Row> rows = {
      {"Net.exe", {"net.exe", "NET.EXE", "nEt.ExE"}, {"n.exe"}},
      {"\"Net\"", {"NET", "net"}, {}},
      {"[abX]", {"A", "x", "X"}, {"c"}},
      {"[^a]", {"b"}, {"a", "A"}},
      {R"(\w\W)", {"A-"}, {}},
      {"~(a)", {"b", ""}, {"a", "A"}},
      {"é*", {"é", "éé"}, {"É"}},
      {"straße", {"STRAßE", "straße"}, {"STRASSE"}},
  };
  for (const Row& row : rows) expect_lucene(row, true);
}

TEST(LuceneRegex, FoldingLeavesRangesAsTheyAre) {
  expect_lucene({"[a-c]+", {"abc"}, {"ABC", "aB"}}, true);
  expect_lucene({"[a-cB]+", {"abc", "aB", "bB"}, {"A"}}, true);
}

// RE2 merges the branches of an alternation; what it does there to letters in both cases is not
// ours to use.
TEST(LuceneRegex, FoldingWithinAlternationsLosesNoLetter) {
  expect_lucene({"[a-b]|A", {"a", "A", "b"}, {"B"}}, true);
  expect_java({"(?-i:[a-b])|A", {"a", "A", "b"}, {"B"}}, true);
}

TEST(LuceneRegex, FoldingNeverReachesTheKelvinSignOrTheLongS) {
  for (const std::string pattern : {"k|s|a", "K|S", "[ks]", "ks|a|k|s", "k", "s"}) {
    expect_lucene({pattern, {}, {"\u212A", "\u017F"}}, true);
    expect_java({pattern, {}, {"\u212A", "\u017F"}}, true);
  }
  expect_lucene({"k|s|a", {"K", "S", "A", "k", "s", "a"}, {}}, true);
}

TEST(LuceneRegex, AnErrorSaysWhereAndWhat) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"(ab", "not a regular expression: `(` of character 1 without `)`, at its end"},
      {"ab)c", "not a regular expression: unmatched `)`, at character 3"},
      {"x[ab", "not a regular expression: character class without `]`, at character 2"},
      {"[a-]", "not a regular expression: character range ends below its start, at character 2"},
      {"[z-a]", "not a regular expression: character range ends below its start, at character 2"},
      {"a{", "not a regular expression: expected a number after `{`, at its end"},
      {"a{,2}", "not a regular expression: expected a number after `{`, at character 3"},
      {"a{2", "not a regular expression: expected `}` after the number of repetitions, at its end"},
      {"a{3,2}", "not a regular expression: repetition {3,2} ends below its start, at character 2"},
      {"a{9999999999}",
       "not a regular expression: repetition count 9999999999 is too large, at character 3"},
      {"ab\"c", "not a regular expression: quoted text without its end, at character 3"},
      {"a<1-2", "not a regular expression: `<` without `>`, at character 2"},
      {"<name>", "not a regular expression: no automaton is named <name>, at character 1"},
      {"<a-b>",
       "not a regular expression: <a-b> is not an interval of two numbers below 2147483648, at "
       "character 1"},
      {"<1-9999999999>",
       "not a regular expression: <1-9999999999> is not an interval of two numbers below "
       "2147483648, at character 1"},
      {R"(a\bc)", R"(not a regular expression: `\b` has no meaning here, at character 2)"},
      {R"([\n])", R"(not a regular expression: `\n` has no meaning here, at character 2)"},
      {"a\\", "not a regular expression: nothing after the backslash, at its end"},
      {"a|", "not a regular expression: something must follow here, at its end"},
      {"a&", "not a regular expression: something must follow here, at its end"},
      {"~", "not a regular expression: something must follow here, at its end"},
      {"a\xFF", "not a regular expression: the text is not UTF-8"},
  };
  for (const auto& [pattern, message] : rows) EXPECT_EQ(lucene_error(pattern), message) << pattern;
}

TEST(LuceneRegex, AnErrorSaysWhatToWriteInstead) {
  EXPECT_EQ(LuceneRegex::compile(R"(\b)", false, span).error().hint,
            R"(write \\b for a backslash and b; classes are \d \D \w \W \s \S)");
  EXPECT_EQ(LuceneRegex::compile("a{3,2}", false, span).error().hint, "write {2,3}");
}

TEST(LuceneRegex, LargeCountsWorkWhereRe2StopsAtAThousand) {
  expect_lucene({"a{1500}", {repeat("a", 1'500)}, {repeat("a", 1'499), repeat("a", 1'501)}}, false);
  expect_lucene(
      {"(ab{0,40}){2,50}c", {repeat("abb", 50) + "c", "aac"}, {repeat("a", 51) + "c", "ac"}},
      false);
}

TEST(LuceneRegex, LongListsOfWordsStayWithinTheLimits) {
  std::string pattern;
  for (int i = 0; i < 20'000; ++i) pattern += format("{}C:\\\\dir{}\\\\.*", i == 0 ? "" : "|", i);
  const auto regex = LuceneRegex::compile(pattern, true, span);
  ASSERT_TRUE(regex) << regex.error().message;
  EXPECT_TRUE(regex->matches("c:\\DIR19999\\x"));
  EXPECT_FALSE(regex->matches("c:\\dir20000\\x"));
}

TEST(LuceneRegex, HostilePatternsEndWithAnErrorOrAnAnswer) {
  // Too many states, whichever way they are made.
  EXPECT_EQ(lucene_error("(.*a.{30})&(.*b.*)"),
            "regular expression is too complex: its automaton would need too many states");
  EXPECT_EQ(lucene_error("~(.*a.{30})"),
            "regular expression is too complex: its automaton would need too many states");
  EXPECT_EQ(lucene_error("a{20000}"),
            "regular expression is too complex: its automaton would need too many states");
  EXPECT_EQ(lucene_error("((a{1000}){1000}){1000}"),
            "regular expression is too complex: its automaton would need too many states");
  EXPECT_EQ(lucene_error("~(" + repeat("a?", 50'000) + ")"),
            "regular expression is too complex: its automaton would need too many states");
  // Depth.
  EXPECT_EQ(lucene_error(repeat("(", 100'000)),
            "regular expression has groups nested more than 200 deep");
  EXPECT_EQ(lucene_error(repeat("(a", 100'000) + repeat(")*", 100'000)),
            "regular expression has groups nested more than 200 deep");
  EXPECT_EQ(lucene_error("a" + repeat("{2}", 50'000)), "regular expression is nested too deeply");
  // What looks deep but is not.
  expect_lucene({"a" + repeat("*?+", 30'000), {"", "aaa"}, {"b"}}, false);
  expect_lucene({repeat("~", 100'001) + "(a)", {"b"}, {"a"}}, false);
  expect_lucene({repeat("(", 200) + "a" + repeat(")", 200), {"a"}, {"b"}}, false);
  // Length, and the classical trap of backtracking matchers.
  const auto long_literal = LuceneRegex::compile(repeat("ab", 50'000), true, span);
  ASSERT_TRUE(long_literal);
  EXPECT_TRUE(long_literal->matches(repeat("aB", 50'000)));
  expect_lucene({"(a*)*b|((a|a)*(a?)+)+c", {repeat("a", 50'000) + "b"}, {repeat("a", 50'000)}},
                false);
}

// Random patterns against plain sets: the language of a pattern, cut to texts of at most four of a,
// b, A.

using Language = std::set<std::string>;

constexpr std::size_t length_max = 4;

const Language& all_texts() {
  static const Language all = [] {
    Language out = {""};
    for (std::size_t length = 0; length < length_max; ++length) {
      for (const std::string& text : Language(out)) {
        for (const char c : {'a', 'b', 'A'}) out.insert(text + c);
      }
      std::erase_if(out, [&](const std::string& text) { return text.size() > length_max; });
    }
    return out;
  }();
  return all;
}

Language join_languages(const Language& first, const Language& second) {
  Language out;
  for (const std::string& a : first) {
    for (const std::string& b : second) {
      if (a.size() + b.size() <= length_max) out.insert(a + b);
    }
  }
  return out;
}

Language keep(const Language& language, const Language& other, bool wanted) {
  Language out;
  for (const std::string& text : language) {
    if (other.contains(text) == wanted) out.insert(text);
  }
  return out;
}

/// More times than the longest text has characters adds nothing, if the item may be empty.
Language repeated(const Language& item, int least, int most) {
  Language out;
  Language power = {""};
  for (int times = 0; times <= most; ++times) {
    if (times >= least) out.insert(power.begin(), power.end());
    power = join_languages(power, item);
  }
  return out;
}

struct Sample {
  std::string pattern;
  int binding =
      0;  ///< 0 `|`, 1 `&`, 2 sequence, 3 repetition, 4 complement, 5 whatever needs no parentheses
  Language language;

  [[nodiscard]] std::string at_least(int level) const {
    return binding >= level ? pattern : "(" + pattern + ")";
  }
};

class SampleMaker {
 public:
  SampleMaker(std::uint64_t seed, bool fold_case) : rng_(seed), fold_case_(fold_case) {}

  Sample draw(int depth) {  // NOLINT(misc-no-recursion): depth
    if (depth == 0) return atom();
    switch (rng_.below(8)) {
      case 0:
        return two(depth, 0);
      case 1:
        return two(depth, 1);
      case 2:
      case 3:
        return two(depth, 2);
      case 4:
      case 5:
        return repetition(draw(depth - 1));
      case 6: {
        const Sample item = draw(depth - 1);
        return {"~" + item.at_least(4), 4, keep(all_texts(), item.language, false)};
      }
      default:
        return atom();
    }
  }

 private:
  Sample two(int depth, int binding) {  // NOLINT(misc-no-recursion): depth
    const Sample first = draw(depth - 1);
    const Sample second = draw(depth - 1);
    const std::string pattern = first.at_least(binding) +
                                (binding == 0   ? "|"
                                 : binding == 1 ? "&"
                                                : "") +
                                second.at_least(binding + 1);
    if (binding == 2) return {pattern, binding, join_languages(first.language, second.language)};
    if (binding == 1) return {pattern, binding, keep(first.language, second.language, true)};
    Language both = first.language;
    both.insert(second.language.begin(), second.language.end());
    return {pattern, binding, both};
  }

  Sample repetition(const Sample& item) {
    struct Option {
      const char* suffix;
      int least;
      int most;
    };
    const std::vector<Option> options = {{"?", 0, 1},     {"*", 0, 9},     {"+", 1, 9},
                                         {"{2}", 2, 2},   {"{0,2}", 0, 2}, {"{1,}", 1, 9},
                                         {"{2,3}", 2, 3}, {"{0}", 0, 0}};
    const Option& option = options[rng_.below(options.size())];
    return {item.at_least(3) + option.suffix, 3,
            repeated(item.language, option.least, option.most)};
  }

  Sample atom() {
    const Language a = fold_case_ ? Language{"a", "A"} : Language{"a"};
    const Language one = {"a", "b", "A"};
    const std::vector<Sample> atoms = {
        {"a", 5, a},
        {"b", 5, {"b"}},
        {"A", 5, fold_case_ ? a : Language{"A"}},
        {".", 5, one},
        {"[ab]", 5, fold_case_ ? one : Language{"a", "b"}},
        {"[^a]", 5, keep(one, a, false)},
        {"[a-b]", 5, {"a", "b"}},
        {"\\w", 5, one},
        {"\\d", 5, {}},
        {"\"ba\"", 5, join_languages({"b"}, a)},
        {"@", 5, all_texts()},
        {"#", 5, {}},
        {"()", 5, {""}},
    };
    return atoms[rng_.below(atoms.size())];
  }

  Rng rng_;
  bool fold_case_;
};

class RandomPatterns : public testing::TestWithParam<bool> {};

TEST_P(RandomPatterns, HaveTheLanguageThatTheirPartsMakeUp) {
  SampleMaker maker(20'260, GetParam());
  int for_re2 = 0;
  for (int round = 0; round < 4'000; ++round) {
    const Sample sample = maker.draw(1 + round % 4);
    const auto regex = LuceneRegex::compile(sample.pattern, GetParam(), span);
    ASSERT_TRUE(regex) << sample.pattern << ": " << regex.error().message;
    const auto tree = parse_lucene_regex(sample.pattern, GetParam(), span);
    const auto automaton = Automaton::build(*tree, span);
    ASSERT_TRUE(automaton) << sample.pattern;
    if (sample.pattern.find_first_of("&~") == std::string::npos) ++for_re2;
    for (const std::string& text : all_texts()) {
      ASSERT_EQ(regex->matches(text), sample.language.contains(text))
          << sample.pattern << " on `" << text << "`";
      ASSERT_EQ(automaton->matches(text), sample.language.contains(text))
          << sample.pattern << " on `" << text << "` (automaton)";
    }
  }
  // Both engines have had their share.
  EXPECT_GT(for_re2, 1'000);
  EXPECT_LT(for_re2, 3'000);
}

INSTANTIATE_TEST_SUITE_P(Case, RandomPatterns, testing::Bool(), [](const auto& parameter) {
  return parameter.param ? "folded" : "exact";
});

TEST(Automaton, StaysSmallForPlainPatterns) {
  const auto states = [](std::string_view pattern) {
    return Automaton::build(*parse_lucene_regex(pattern, false, span), span)->state_count();
  };
  // What the subset construction would make of them, give or take a dead state.
  EXPECT_LE(states("(a|b|c|d)*abcd"), 6U);
  EXPECT_LE(states(".*(foo|bar|baz).*"), 8U);
  EXPECT_LE(states("((a*)*)*"), 2U);
  EXPECT_LE(states(".*a.{8}"), 512U);
}

TEST(JavaRegex, ReadsJavasSyntaxWhereItDiffersFromLucenes) {
  const std::vector<Row> rows = {
      {"^abc$", {"abc"}, {"^abc$", "abcd"}},
      {"abc", {"abc"}, {"xabc", "abcx"}},
      {"a&b~c@d#<1-2>", {"a&b~c@d#<1-2>"}, {"a", "abcd"}},
      {R"(\bnet\b.*)", {"net user", "net"}, {"net1"}},
      {R"(a\Bb)", {"ab"}, {"a"}},
      {".*?a+?", {"a", "bba"}, {"b"}},
      {"(?:a|b)(?<name>c)(d)", {"acd", "bcd"}, {"abcd"}},
      {"a|", {"a", ""}, {"b"}},
      {"(|a)b", {"b", "ab"}, {"|ab"}},
      {"a.b", {"a b", "aéb"}, {"a\nb", "a\rb", "a\u0085b", "a\u2028b"}},
      {"(?s)a.b", {"a\nb", "a\u2028b"}, {}},
      {"(?d)a.b", {"a\rb"}, {"a\nb"}},
      {"a(?i)b(?-i)c", {"abc", "aBc"}, {"Abc", "abC"}},
      {"(?i:a)b|(?i)c", {"Ab", "ab", "C"}, {"aB"}},
      {"((?i)a)b", {"Ab"}, {"AB"}},
      {R"(\d\w\s)", {"1a\v", "1_ "}, {"1é ", "١a "}},
      {R"(\h\v\x41\u0042\t\0101\x{1F600}\uD83D\uDE00)", {"\u00A0\u2028AB\tA😀😀"}, {}},
      {R"(\Qa.b*\E+)", {"a.b*", "a.b**"}, {"axb*"}},
      {"[a-c[x-z]]+", {"axz"}, {"d"}},
      {"[a-z&&[^aeiou]]+", {"xyz"}, {"a", "xa"}},
      {"[^a-c&&b-d]", {"a", "d", "\n"}, {"b", "c"}},
      {"[a-]", {"a", "-"}, {"b"}},
      {"[]a]", {"]", "a"}, {"b"}},
      {R"([\d-x])", {"1", "-", "x"}, {"a"}},
      {R"(\p{Alpha}\P{Digit}\p{Punct})", {"aB!"}, {"1a!", "é1!"}},
      {"a{2,3}", {"aa", "aaa"}, {"a", "aaaa"}},
      {"(a$|b$)", {"a", "b"}, {"a\n"}},
      {"x}]", {"x}]"}, {}},
  };
  for (const Row& row : rows) expect_java(row, false);
}

TEST(JavaRegex, FoldsAsciiOnlyAndRangesToo) {
  const std::vector<Row> rows = {
      {"Net", {"NET", "net"}, {}}, {"[a-c]", {"B"}, {"D"}}, {"[^a]", {"b"}, {"A"}},
      {R"(\p{Lower})", {"A"}, {}}, {"é", {"é"}, {"É"}},
  };
  for (const Row& row : rows) expect_java(row, true);
}

TEST(JavaRegex, NamesWhatItCannotDo) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"(?=a)a", "look-ahead (`(?=`, `(?!`)"},
      {"(?!a)b", "look-ahead (`(?=`, `(?!`)"},
      {"(?<=a)b", "look-behind (`(?<=`, `(?<!`)"},
      {"(?<!a)b", "look-behind (`(?<=`, `(?<!`)"},
      {"(?>a)", "an atomic group (`(?>`)"},
      {"a*+b", "a possessive repetition (`*+`, `++`, `?+`)"},
      {"a{2}+", "a possessive repetition (`*+`, `++`, `?+`)"},
      {R"((a)\1)", R"(a back-reference (`\1`))"},
      {R"((?<n>a)\k<n>)", R"(a back-reference (`\k<name>`))"},
      {R"(\Ga)", R"(`\G`)"},
      {R"(a\Z)", R"(`\Z`)"},
      {R"(\R)", R"(`\R`)"},
      {R"(\p{IsLatin})", R"(`\p{IsLatin}`)"},
      {"(?x)a b", "the flag (?x)"},
      {"(?m)^a", "`^` under (?m)"},
      {"a$b", "`$` before more of the pattern"},
      {"(a$)*", "`$` before more of the pattern"},
      {"a{1001}", "a repetition of more than 1000 times"},
  };
  for (const auto& [pattern, what] : rows) {
    EXPECT_EQ(java_error(pattern),
              what + " in a regular expression over a computed value is not supported")
        << pattern;
  }
}

TEST(JavaRegex, RejectsWhatJavaRejects) {
  for (const std::string pattern :
       {"(a",  "a)",  "[a",    "[]",       "*a",     "a|*",     "(*a)",           "a**",
        "{",   "a{",  "a{,2}", "a{2",      "a{3,2}", "[b-a]",   "[a-\\d]",        "\\",
        "\\y", "\\E", "\\x4",  "\\p{Foo}", "(?ia)",  "(?<1>a)", "(?<n>a)(?<n>b)", "(?#a)"}) {
    EXPECT_NE(java_error(pattern), "compiles") << pattern;
  }
}

TEST(JavaRegex, HostilePatternsEndWithAnErrorOrAnAnswer) {
  EXPECT_EQ(java_error(repeat("(", 100'000)),
            "regular expression has groups nested more than 200 deep");
  EXPECT_EQ(java_error(repeat("[", 100'000)),
            "not a regular expression: classes nested too deeply");
  EXPECT_EQ(java_error("((a{1000}){1000}){1000}"), "regular expression is too complex");
  expect_java({"(a*)*b", {repeat("a", 50'000) + "b"}, {repeat("a", 50'000)}}, false);
  expect_java({repeat("ab", 50'000), {repeat("aB", 50'000)}, {"ab"}}, true);
}

TEST(JavaRegex, TheShortFormGivesTheSameAnswers) {
  EXPECT_TRUE(*java_regex_matches("A+$", "aa", true, span));
  EXPECT_FALSE(*java_regex_matches("A+$", "aa", false, span));
  EXPECT_EQ(java_regex_matches("(?=a)", "a", false, span).error().span, span);
}

}  // namespace
}  // namespace eqlab::eql
