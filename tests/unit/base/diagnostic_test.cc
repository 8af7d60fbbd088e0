#include "harness/base/diagnostic.h"

#include <gtest/gtest.h>

namespace eqlab {
namespace {

Diagnostic at(std::size_t begin, std::size_t end) {
  return error_at({begin, end}, "E000", "message", "hint");
}

TEST(Diagnostics, PointIntoTheLineInCharacters) {
  const SourceText source{"f.eql", "first\n\tné == x\nlast"};
  const std::size_t equals = source.text.find("==");
  EXPECT_EQ(render(locate(at(equals, equals + 2), source)),
            "f.eql:2:5: error E000: message\n"
            "  \tné == x\n"
            "  \t   ^^\n"
            "  hint\n");
}

TEST(Diagnostics, AtTheEndStandAfterTheLastCharacter) {
  const SourceText source{"f", "process where\n\n"};
  const Diagnostic end = locate(at(source.text.size(), source.text.size()), source);
  EXPECT_EQ(end.place->line, 1U);
  EXPECT_EQ(end.place->column, 14U);
}

TEST(Diagnostics, OfAnEmptyTextHaveAPlaceToo) {
  const Diagnostic empty = locate(at(0, 0), {"f", ""});
  EXPECT_EQ(empty.place->line, 1U);
  EXPECT_EQ(empty.place->column, 1U);
}

TEST(Diagnostics, FollowATextBackIntoItsFile) {
  // The query "ab" stands in the file with a line break between its letters.
  const SourceText source{"r.toml", "ab", "x = 1\nq = 'a\nb'", {11, 13, 14}};
  const Diagnostic second = locate(at(1, 2), source);
  EXPECT_EQ(second.place->line, 3U);
  EXPECT_EQ(second.place->column, 1U);
  EXPECT_EQ(second.place->source_line, "b'");
}

TEST(Diagnostics, CountFromWhereThePieceOfTheFileBegins) {
  const SourceText lines{.file = "f", .text = "ab\ncd", .first_line = 7};
  EXPECT_EQ(locate(at(3, 4), lines).place,
            (Place{.file = "f", .line = 8, .column = 1, .end_column = 2, .source_line = "cd"}));
  const SourceText piece{.file = "f", .text = "ab\ncd", .first_line = 7, .first_column = 10};
  EXPECT_EQ(locate(at(1, 2), piece).place,
            (Place{.file = "f", .line = 7, .column = 11, .end_column = 12, .source_line = {}}))
      << "the rest of the line is not at hand";
  EXPECT_EQ(locate(at(4, 5), piece).place->column, 2U);
}

TEST(Diagnostics, CutLongLinesAroundTheCaret) {
  SourceText source{"f", std::string(100'000, 'x')};
  source.text[50'000] = '!';
  const std::string text = render(locate(at(50'000, 50'001), source));
  EXPECT_LT(text.size(), 700U);
  EXPECT_NE(text.find('!'), std::string::npos);
}

TEST(Diagnostics, NeverSendTheSourceRaw) {
  const std::string text = render(locate(at(0, 1), {"f\x1b", "\x1b[2Jx"}));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace eqlab
