#include "harness/document/json_text.h"

#include <gtest/gtest.h>

namespace eqlab::document {
namespace {

TEST(JsonText, WhatKeepsTheGrammarHasNoFault) {
  for (const char* const text :
       {"{}", "[]", "null", "-0.5e+3", R"({"a": [1, {"b": "\u00e4\\"}], "c": true})"})
    EXPECT_FALSE(find_json_fault(text, 10)) << text;
}

TEST(JsonText, TheFirstFaultIsNamedWithTheByteOfItsTokenOrBracket) {
  struct Row {
    const char* text;
    std::size_t at;
  };
  for (const Row& row : {Row{R"({"a": })", 6}, Row{R"({"a" 1})", 5}, Row{"[1, 2", 0},
                         Row{"{} x", 3}, Row{"01", 0}}) {
    const auto fault = find_json_fault(row.text, 10);
    ASSERT_TRUE(fault) << row.text;
    EXPECT_EQ(fault->at, row.at) << row.text << ": " << fault->message;
    EXPECT_FALSE(fault->message.empty());
  }
}

TEST(JsonText, NestingBeyondTheLimitIsAFault) {
  EXPECT_FALSE(find_json_fault("[[[1]]]", 3));
  EXPECT_TRUE(find_json_fault("[[[[1]]]]", 3));
}

TEST(JsonText, AMemberIsGivenAsItIsSpelled) {
  EXPECT_EQ(member_text(R"({"a": {"_source": 1}, "_source": {"n": 1.50 }})", "_source"),
            R"({"n": 1.50 })");
  EXPECT_EQ(member_text(R"({"a": 1})", "_source"), "");
}

TEST(JsonText, BlanksOutsideStringsGo) {
  EXPECT_EQ(without_blanks("{ \"a b\" :\n [ 1 ,\t\" x \" ] }"), R"({"a b":[1," x "]})");
}

}  // namespace
}  // namespace eqlab::document
