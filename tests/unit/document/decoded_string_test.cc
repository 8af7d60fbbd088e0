#include "harness/document/decoded_string.h"

#include <gtest/gtest.h>

namespace eqlab::document {
namespace {

/// Every byte of the decoded text and the byte of `file` that it is said to come from, side by
/// side.
std::string sources_of(const DecodedString& decoded, std::string_view file) {
  std::string out;
  for (std::size_t i = 0; i < decoded.text.size(); ++i) out += file[decoded.origin[i]];
  return out;
}

TEST(TomlString, LiteralTextComesFromItsOwnBytes) {
  const std::string file = "query = 'process where true'";
  const auto decoded = decode_toml_string(file, 8);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->text, "process where true");
  EXPECT_EQ(sources_of(*decoded, file), decoded->text);
  EXPECT_EQ(decoded->origin.back(), file.size() - 1) << "the end is the closing quote";
}

TEST(TomlString, FirstLineEndOfAMultiLineStringIsNotContent) {
  for (const std::string line_end : {"\n", "\r\n"}) {
    for (const std::string quote : {"'''", "\"\"\""}) {
      const std::string file = quote + line_end + "a" + line_end + "b" + quote;
      const auto decoded = decode_toml_string(file, 0);
      ASSERT_TRUE(decoded);
      EXPECT_EQ(decoded->text, "a\nb");
      EXPECT_EQ(file[decoded->origin[0]], 'a');
      EXPECT_EQ(file[decoded->origin[2]], 'b');
    }
  }
}

TEST(TomlString, EscapesPointAtTheirBackslash) {
  const std::string file = R"("a\"b\\c\u00e9d\U0001F600e")";
  const auto decoded = decode_toml_string(file, 0);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->text,
            "a\"b\\c\xC3\xA9"
            "d\xF0\x9F\x98\x80"
            "e");
  EXPECT_EQ(sources_of(*decoded, file), "a\\b\\c\\\\d\\\\\\\\e");
}

TEST(TomlString, BackslashAtTheEndOfALineJoinsLines) {
  const std::string file = "\"\"\"one \\  \n\n   two\"\"\"";
  const auto decoded = decode_toml_string(file, 0);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->text, "one two");
  EXPECT_EQ(sources_of(*decoded, file), "one two");
}

TEST(TomlString, QuotesInsideAndRightBeforeTheEndAreContent) {
  EXPECT_EQ(decode_toml_string("\"\"\"a\"\"b\"\"\"\"\"", 0)->text, "a\"\"b\"\"");
  EXPECT_EQ(decode_toml_string("'''a'b''''", 0)->text, "a'b'");
  EXPECT_EQ(decode_toml_string("''", 0)->text, "");
  EXPECT_EQ(decode_toml_string("\"\"\"\"\"\"", 0)->text, "");
}

TEST(TomlString, WhatIsNoStringGivesNothing) {
  for (const std::string_view file :
       {"", "5", "'open", "\"open", "'''open''", "\"bad \\q\"", "\"two\nlines\"", "\"\\u12\""}) {
    EXPECT_FALSE(decode_toml_string(file, 0)) << file;
  }
}

TEST(JsonString, EveryByteKnowsWhereItCameFrom) {
  const std::string text = R"(  "a\"\\\/\n\té\u00e9\ud83d\ude00\ud800x")";
  const DecodedString decoded = decode_json_string(text, 2);
  EXPECT_EQ(decoded.text, "a\"\\/\n\t\xC3\xA9\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBDx");
  ASSERT_EQ(decoded.origin.size(), decoded.text.size() + 1);
  EXPECT_EQ(text[decoded.origin[0]], 'a');
  EXPECT_EQ(text.substr(decoded.origin[1], 2), "\\\"");
  EXPECT_EQ(text.substr(decoded.origin[4], 2), "\\n");
  EXPECT_EQ(text.substr(decoded.origin[6], 2), "\xC3\xA9") << "not escaped: byte by byte";
  EXPECT_EQ(text.substr(decoded.origin[8], 6), "\\u00e9");
  EXPECT_EQ(decoded.origin[8], decoded.origin[9]) << "the bytes of one escape share its backslash";
  EXPECT_EQ(text.substr(decoded.origin[10], 12), "\\ud83d\\ude00");
  EXPECT_EQ(text[decoded.origin[decoded.text.size() - 1]], 'x');
  EXPECT_EQ(decoded.origin.back(), text.size() - 1) << "the end is the closing quote";
}

}  // namespace
}  // namespace eqlab::document
