#include "harness/report/inert_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/base/text.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::json;

TEST(InertJson, IsTheSameJsonAndMovesNothing) {
  std::string every;
  for (char32_t c = 1; c < 0x30000; c += c < 0x3000 ? 1 : 97) {
    if (c < 0xD800 || c > 0xDFFF) append_utf8(every, c);
  }
  for (char32_t c = 0xE0000; c < 0xE0100; ++c) append_utf8(every, c);
  const Json document = {{every, every}, {"plain", "é日本 \"quoted\" \\ \n"}, {"n", 1.5}};
  for (const int indent : {-1, 2}) {
    const std::string text = inert_json(document.dump(indent));
    EXPECT_EQ(Json::parse(text), document);
    for (const std::string_view character : split_characters(text)) {
      if (character == "\n") continue;
      EXPECT_EQ(printable(character), character);
    }
    EXPECT_NE(text.find("é日本"), std::string::npos);
  }
}

TEST(InertJson, EscapesBidirectionalMarksAndControls) {
  EXPECT_EQ(inert_json("[\"a\xE2\x80\xAE\xC2\x9B\x7F\"]"), "[\"a\\u202e\\u009b\\u007f\"]");
  EXPECT_EQ(inert_json("{\n  \"a\": \"\\u001b\"\n}\n"), "{\n  \"a\": \"\\u001b\"\n}\n");
}

}  // namespace
}  // namespace eqlab::report
