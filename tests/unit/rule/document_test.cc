#include "harness/rule/document.h"

#include <gtest/gtest.h>

#include "harness/base/limits.h"
#include "harness/base/text.h"

namespace eqlab::rule {
namespace {

/// `CODE begin message`.
std::string fault(std::string_view text) {
  const auto node = parse_json(text);
  if (node) return "none";
  return format("{} {} {}", node.error().code, node.error().span.begin, node.error().message);
}

TEST(JsonDocument, KeepsKindsOrderAndPlaces) {
  const std::string text = R"( {"a": [1, -2.5e3, "x"], "b": {"c": null, "d": true}, "a": "last"} )";
  const auto root = parse_json(text);
  ASSERT_TRUE(root);
  EXPECT_EQ(text.substr(root->span.begin, root->span.end - root->span.begin),
            trim(std::string_view(text)));
  ASSERT_EQ(root->members.size(), 3U);
  const Node& list = root->members[0].value;
  ASSERT_EQ(list.items.size(), 3U);
  EXPECT_EQ(list.items[1].text, "-2.5e3");
  EXPECT_EQ(text.substr(list.items[2].span.begin, 3), "\"x\"");
  EXPECT_EQ(text.substr(root->members[1].key_span.begin, 3), "\"b\"");
  EXPECT_EQ(root->text_at("a"), "last") << "of two the last, as in JavaScript";
  EXPECT_FALSE(root->find("b")->has("c")) << "null counts as absent";
  EXPECT_TRUE(root->find("b")->find("d")->truth);
  EXPECT_EQ(root->find("b", Node::Kind::list), nullptr);
}

TEST(JsonDocument, ConstantsKeepTheirWidth) {
  const auto list = parse_json(R"([1, -1, 18446744073709551615, 1.5, "t", true, null, [], 1e999])");
  ASSERT_TRUE(list);
  const std::vector<event::Value> expected = {std::int64_t{1},
                                              std::int64_t{-1},
                                              std::uint64_t{18446744073709551615ULL},
                                              1.5,
                                              std::string("t"),
                                              true,
                                              std::monostate{},
                                              std::monostate{}};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(value_of(list->items[i]), expected[i]) << i;
  EXPECT_EQ(count_of(list->items[0]), 1U);
  EXPECT_EQ(count_of(list->items[1]), std::nullopt);
  EXPECT_EQ(count_of(list->items[3]), std::nullopt);
  EXPECT_EQ(count_of(list->items[4]), std::nullopt);
}

TEST(JsonDocument, NamesTheFirstFault) {
  EXPECT_EQ(fault(R"({"a": })"), "E311 6 not JSON: not a JSON value: }");
  EXPECT_EQ(fault("{\"a\": \"\xE9\"}"), "E311 7 byte 0xe9 is not UTF-8");
  EXPECT_TRUE(fault("").starts_with("E311 0"));
  const auto depth = static_cast<std::size_t>(limits::rule_document_depth_max);
  EXPECT_EQ(fault(std::string(depth, '[') + std::string(depth, ']')), "none");
  EXPECT_EQ(fault(std::string(depth + 1, '[') + std::string(depth + 1, ']')),
            "E311 100 not JSON: nested deeper than 100");
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
}  // namespace eqlab::rule
