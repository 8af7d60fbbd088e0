#include "harness/base/text.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/base/rng.h"

namespace eqlab {
namespace {

TEST(Printable, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(printable("plain é 😀"), "plain é 😀");
  EXPECT_EQ(printable("\x1b[2J"), "\\x1b[2J");
  EXPECT_EQ(printable("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(printable("\xE2\x80\xAEgpj.exe"), "\\u202egpj.exe");  // right-to-left override
  EXPECT_EQ(printable("\xC2\x9B"), "\\x9b");                      // C1 control
  EXPECT_EQ(printable("\xFF\xC3"), "\\xff\\xc3");                 // not UTF-8
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Utf8, IsCheckedAsTheStandardSays) {
  EXPECT_TRUE(is_utf8("aé€😀"));
  for (const char* const text :
       {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"})
    EXPECT_FALSE(is_utf8(text));
  std::string out;
  for (const char32_t c : {U'a', U'é', U'€', U'😀'}) append_utf8(out, c);
  EXPECT_EQ(out, "aé€😀");
}

TEST(Nearest, FindsTheUsualSlips) {
  const std::vector<std::string_view> names = {"length", "process.name", "process.parent.name",
                                               "head",   "tail",         "user.id"};
  EXPECT_EQ(nearest("lenght", names, 1), std::vector<std::string>{"length"});  // swapped
  EXPECT_EQ(nearest("proces.name", names, 1),
            std::vector<std::string>{"process.name"});  // left out
  EXPECT_EQ(nearest("HEAD", names, 1), std::vector<std::string>{"head"});
  EXPECT_EQ(nearest("hedd", names, 1), std::vector<std::string>{"head"});
  EXPECT_TRUE(nearest("completely.else", names, 3).empty());
}

/// Slips of the pen between two words, by trying each; nothing is left out for speed.
std::size_t plain_distance(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.size() + b.size();
  std::size_t least = plain_distance(a.substr(1), b.substr(1)) + (a[0] == b[0] ? 0U : 1U);
  least = std::min(least, plain_distance(a.substr(1), b) + 1);
  least = std::min(least, plain_distance(a, b.substr(1)) + 1);
  if (a.size() > 1 && b.size() > 1 && a[0] == b[1] && a[1] == b[0])
    least = std::min(least, plain_distance(a.substr(2), b.substr(2)) + 1);
  return least;
}

TEST(Nearest, TakesExactlyTheWordsThatAreNearEnough) {
  Rng rng(7);
  const auto word = [&rng](std::uint64_t most) {
    std::string text;
    for (std::uint64_t left = 1 + rng.below(most); left > 0; --left)
      text += static_cast<char>('a' + rng.below(2));
    return text;
  };
  for (int round = 0; round < 2'000; ++round) {
    const std::string wanted = word(8);
    const std::string other = word(8);
    const std::size_t allowed = wanted.size() == 8 ? 2 : 1;
    EXPECT_EQ(nearest(wanted, {other}, 1).size(),
              plain_distance(wanted, other) <= allowed ? 1U : 0U)
        << wanted << " " << other;
  }
}

TEST(Numbers, AreReadWholeOrNotAtAll) {
  EXPECT_EQ(parse_number<int>("-12"), -12);
  EXPECT_EQ(parse_number<int>("12x"), std::nullopt);
  EXPECT_EQ(parse_number<int>(" 12"), std::nullopt);
  EXPECT_EQ(parse_number<unsigned long>("18446744073709551615"), 18'446'744'073'709'551'615UL);
  EXPECT_EQ(parse_number<long>("9223372036854775808"), std::nullopt);
  EXPECT_EQ(group_digits(-1'234'567), "-1,234,567");
  EXPECT_EQ(group_digits(123), "123");
  EXPECT_EQ(shortest(2), "2.0");
  EXPECT_EQ(shortest(0.1), "0.1");
}

}  // namespace
}  // namespace eqlab
