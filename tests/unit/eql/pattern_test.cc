// Wildcards, one and many. The slow twin in this file is a table over pattern × text; everything
// else is held to it.
#include "harness/eql/pattern.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "harness/eql/literal_finder.h"
#include "harness/eql/pattern_set.h"

namespace eqlab::eql {
namespace {

using Texts = std::vector<std::string>;
using Escapes = Wildcard::Escapes;

/// reach[j]: the pattern so far can end after j characters of the text.
bool plainly_matches(std::string_view pattern, std::string_view text, Escapes escapes) {
  const auto p = split_characters(pattern);
  const auto t = split_characters(text);
  std::vector<bool> reach(t.size() + 1, false);
  reach[0] = true;
  for (std::size_t i = 0; i < p.size(); ++i) {
    std::vector<bool> after(t.size() + 1, false);
    const bool escaped = escapes == Escapes::backslash && p[i] == "\\" && i + 1 < p.size();
    if (escaped) ++i;
    for (std::size_t j = 0; j <= t.size(); ++j) {
      if (!escaped && p[i] == "*") {
        after[j] = reach[j] || (j > 0 && after[j - 1]);
      } else if (j > 0) {
        after[j] = reach[j - 1] && ((!escaped && p[i] == "?") || p[i] == t[j - 1]);
      }
    }
    reach = std::move(after);
  }
  return reach[t.size()];
}

Texts all_texts(const Texts& alphabet, std::size_t length_max) {
  Texts all = {""};
  std::size_t begin = 0;
  for (std::size_t length = 1; length <= length_max; ++length) {
    const std::size_t end = all.size();
    for (std::size_t i = begin; i < end; ++i) {
      for (const std::string& c : alphabet) all.push_back(all[i] + c);
    }
    begin = end;
  }
  return all;
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

void expect_same(const std::string& pattern, const Texts& texts, Escapes escapes) {
  const Wildcard wildcard(pattern, escapes);
  for (const std::string& text : texts) {
    ASSERT_EQ(wildcard.matches(text), plainly_matches(pattern, text, escapes))
        << printable(pattern) << " on " << printable(text);
  }
}

TEST(Wildcard, EverySmallPatternOnEverySmallText) {
  const Texts texts = all_texts({"a", "b", "é", "😀"}, 4);
  for (const std::string& pattern : all_texts({"a", "é", "*", "?"}, 5))
    expect_same(pattern, texts, Escapes::none);
}

TEST(Wildcard, ABackslashTakesTheNextCharacterLiterally) {
  const Texts texts = all_texts({"a", "*", "?", "\\"}, 3);
  for (const std::string& pattern : all_texts({"a", "*", "?", "\\"}, 5))
    expect_same(pattern, texts, Escapes::backslash);
}

/// Long rows of few characters make the searches of runs with `?` give up comparing and go on
/// bit-parallel; texts of more than 256 bytes are searched by another library function than short
/// ones.
TEST(Wildcard, LongRunsAreFoundWhicheverWayTheyAreLookedFor) {
  const Rng base(5);
  for (std::uint64_t round = 0; round < 2'000; ++round) {
    Rng rng = base.split(round);
    const auto piece = [&](const Texts& alphabet, std::size_t length_max) {
      std::string out;
      for (std::size_t i = rng.below(length_max + 1); i > 0; --i) {
        const std::string& c = alphabet[rng.below(alphabet.size())];
        out += rng.chance(0.1) ? repeat(c, 1 + rng.below(70)) : c;
      }
      return out;
    };
    std::string text = piece({"a", "a", "a", "b", "é"}, 150);
    std::string pattern = rng.chance(0.7) ? "*" : "";
    for (std::uint64_t run = 1 + rng.below(3); run > 0; --run) {
      // Half of the runs are cut from the text, with some characters hidden, so that they occur.
      std::string run_text = piece({"a", "a", "?", "?", "b", "é"}, 12);
      const auto characters = split_characters(text);
      if (rng.chance(0.5) && !characters.empty()) {
        run_text.clear();
        const std::size_t first = rng.below(characters.size());
        const std::size_t count = 1 + rng.below(characters.size() - first);
        for (std::size_t i = 0; i < count; ++i)
          run_text += rng.chance(0.2) ? "?" : std::string(characters[first + i]);
      }
      pattern += run_text;
      if (run > 1 || rng.chance(0.7)) pattern += '*';
    }
    expect_same(pattern, {text, text + text, "b" + text}, Escapes::none);
  }
}

/// At one comparison a character these take 10¹¹ steps and more, that is, minutes.
TEST(Wildcard, HostilePatternsStayLinear) {
  const std::string many = repeat("a", 1'000'000);
  const auto matches = [&](const std::string& pattern) { return Wildcard(pattern).matches(many); };
  EXPECT_FALSE(matches("*" + repeat("a", 400'000) + "b*"));
  EXPECT_FALSE(matches("*b" + repeat("a", 400'000) + "*"));
  EXPECT_FALSE(matches("*" + repeat("a*", 50'000) + "b*"));
  EXPECT_TRUE(matches("*" + repeat("a*", 500'000)));
  EXPECT_FALSE(matches("*a" + repeat("?", 5'000) + "b*"));
  EXPECT_FALSE(matches("*" + repeat("?a", 2'000) + "?b*"));
  EXPECT_FALSE(matches("*" + repeat("aa?", 1'000) + "b?a*"));
  EXPECT_TRUE(matches("*" + repeat("*???", 200'000)));
  EXPECT_FALSE(matches(repeat("?", 500'000) + "*b" + repeat("?", 400'000)));
  EXPECT_TRUE(matches(repeat("?", 1'000'000)));
  EXPECT_FALSE(matches(repeat("?", 999'999)));
  std::string runs_apart;
  for (int i = 0; i < 1'000; ++i) runs_apart += "*aa?aa" + repeat("?", 60);
  EXPECT_FALSE(matches(runs_apart + "b*"));
}

TEST(Wildcard, APrefixHasNothingSpecial) {
  const Wildcard prefix = Wildcard::beginning_with("a*?\\");
  EXPECT_TRUE(prefix.matches("a*?\\"));
  EXPECT_TRUE(prefix.matches("a*?\\b"));
  EXPECT_FALSE(prefix.matches("a*?"));
  EXPECT_FALSE(prefix.matches("abc\\"));
  EXPECT_TRUE(Wildcard::beginning_with("").matches(""));
}

TEST(LiteralFinder, EveryLiteralIsMetOnceAndAllThatAreThere) {
  const Texts literals = {"b", "aab", "ab", "aaba", "ba", "é", "caab", "dé", "aa"};
  const LiteralFinder finder(literals);
  LiteralFinder::Marks marks;
  for (const std::string& text : all_texts({"a", "b", "c", "é"}, 6)) {
    std::vector<int> met(literals.size(), 0);
    EXPECT_FALSE(finder.find(text, marks, [&](LiteralFinder::LiteralId id) {
      ++met[id];
      return false;
    }));
    for (std::size_t i = 0; i < literals.size(); ++i) {
      ASSERT_EQ(met[i], text.find(literals[i]) == std::string::npos ? 0 : 1)
          << literals[i] << " in " << text;
    }
  }
}

TEST(LiteralFinder, ANodeWithManyChildrenIsSearched) {
  Texts literals;
  for (int byte = 1; byte < 256; ++byte)
    literals.push_back("x" + std::string(1, static_cast<char>(byte)));
  const LiteralFinder finder(literals);
  LiteralFinder::Marks marks;
  for (std::size_t i = 0; i < literals.size(); ++i) {
    std::size_t met = literals.size();
    EXPECT_TRUE(finder.find("-" + literals[i], marks, [&](LiteralFinder::LiteralId id) {
      met = id;
      return true;
    }));
    EXPECT_EQ(met, i);
  }
}

TEST(LiteralFinder, WithoutLiteralsNothingIsFound) {
  LiteralFinder::Marks marks;
  EXPECT_FALSE(LiteralFinder().find("abc", marks, [](LiteralFinder::LiteralId) { return true; }));
}

PatternSet set_of(const Texts& patterns, Escapes escapes = Escapes::none) {
  std::vector<Wildcard> wildcards;
  for (const std::string& pattern : patterns) wildcards.emplace_back(pattern, escapes);
  return PatternSet(std::move(wildcards), 0);
}

TEST(PatternSet, EveryPairOfSmallPatternsOnEverySmallText) {
  const Texts texts = all_texts({"a", "b", "é"}, 3);
  const Texts patterns = all_texts({"a", "é", "*", "?"}, 3);
  PatternSet::Scratch scratch;
  for (const std::string& first : patterns) {
    for (const std::string& second : patterns) {
      const PatternSet set = set_of({first, second});
      for (const std::string& text : texts) {
        ASSERT_EQ(set.matches(text, scratch), plainly_matches(first, text, Escapes::none) ||
                                                  plainly_matches(second, text, Escapes::none))
            << first << " or " << second << " on " << text;
      }
    }
  }
}

TEST(PatternSet, RandomListsAsOneByOne) {
  const Texts alphabet = {"a", "b", "c", "A", "\\", ".", "é", "😀", "*", "?"};
  const Rng base(7);
  for (std::uint64_t round = 0; round < 400; ++round) {
    Rng rng = base.split(round);
    const Escapes escapes = rng.chance(0.3) ? Escapes::backslash : Escapes::none;
    const auto text_of = [&](std::size_t letters, std::size_t length_max) {
      std::string out;
      for (std::size_t i = rng.below(length_max + 1); i > 0; --i)
        out += alphabet[rng.below(letters)];
      return out;
    };
    Texts patterns;
    const std::string shared = text_of(8, 6);  // many patterns of a real list begin alike
    for (std::uint64_t i = 1 + rng.below(60); i > 0; --i)
      patterns.push_back((rng.chance(0.5) ? shared + "*" : "") + text_of(alphabet.size(), 9));
    const PatternSet set = set_of(patterns, escapes);
    PatternSet::Scratch scratch;
    for (int i = 0; i < 60; ++i) {
      const std::string text = (rng.chance(0.3) ? shared : "") + text_of(8, 12);
      bool any = false;
      for (const std::string& pattern : patterns)
        any = any || plainly_matches(pattern, text, escapes);
      ASSERT_EQ(set.matches(text, scratch), any) << "round " << round << ": " << printable(text);
      ASSERT_EQ(set.matches_one_by_one(text), any) << "round " << round << ": " << printable(text);
    }
  }
}

TEST(PatternSet, PatternsWithoutLiteralsCountCharacters) {
  const PatternSet set = set_of({"??", "*????*", "é?x*"});
  PatternSet::Scratch scratch;
  EXPECT_FALSE(set.matches("", scratch));
  EXPECT_FALSE(set.matches("é", scratch));
  EXPECT_TRUE(set.matches("éa", scratch));
  EXPECT_FALSE(set.matches("aéb", scratch));
  EXPECT_TRUE(set.matches("éax", scratch));
  EXPECT_TRUE(set.matches("éé😀é", scratch));
  const PatternSet exact = set_of({"????", "?"});
  EXPECT_TRUE(exact.matches("😀", scratch));
  EXPECT_FALSE(exact.matches("ab", scratch));
  EXPECT_TRUE(exact.matches("abcd", scratch));
  EXPECT_FALSE(exact.matches("abcde", scratch));
}

TEST(PatternSet, OneScratchServesManySets) {
  PatternSet::Scratch scratch;
  const PatternSet few = set_of({"*a*", "*b*"});
  const PatternSet more = set_of({"*c*", "*d*", "*e*"});
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(few.matches("xbx", scratch));
    EXPECT_FALSE(few.matches("xex", scratch));
    EXPECT_TRUE(more.matches("xex", scratch));
    EXPECT_FALSE(more.matches("xbx", scratch));
  }
}

/// One by one this is 20,000 searches of a megabyte; the values have none of the literals.
TEST(PatternSet, ManyPatternsCostAPassOverTheText) {
  std::vector<Wildcard> wildcards;
  for (int i = 0; i < 20'000; ++i) wildcards.emplace_back(format("*aaaa{:05}*b?c", i));
  const PatternSet set(std::move(wildcards));
  PatternSet::Scratch scratch;
  const std::string many = repeat("a", 1'000'000);
  EXPECT_FALSE(set.matches(many, scratch));
  EXPECT_TRUE(set.matches(many + "19999bxc", scratch));
}

}  // namespace
}  // namespace eqlab::eql
