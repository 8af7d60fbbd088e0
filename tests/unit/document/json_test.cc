#include "harness/document/json.h"

#include <gtest/gtest.h>

#include "harness/base/limits.h"
#include "harness/base/text.h"

namespace eqlab::document {
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

TEST(JsonDocument, CountsAreWholeAndNotNegative) {
  const auto list = parse_json("[1, -1, 1.5, \"1\"]");
  ASSERT_TRUE(list);
  EXPECT_EQ(count_of(list->items[0]), 1U);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(count_of(list->items[i]), std::nullopt) << i;
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

}  // namespace
}  // namespace eqlab::document
