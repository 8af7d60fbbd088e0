#include "harness/base/message_codes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace eqlab {
namespace {

TEST(MessageCodes, AreInOrderAndComplete) {
  ASSERT_GT(message_codes().size(), 150U);
  EXPECT_TRUE(std::ranges::is_sorted(message_codes(), {}, &MessageCode::code));
  for (const MessageCode& code : message_codes()) {
    EXPECT_EQ(code.code.size(), 4U);
    EXPECT_GT(code.when.size(), 5U) << code.code;
    EXPECT_FALSE(code.when.ends_with(' ') || code.when.ends_with('|')) << code.code;
    EXPECT_EQ(find_message_code(code.code), &code);
  }
  EXPECT_EQ(find_message_code("E000"), nullptr);
  EXPECT_EQ(find_message_code("E9"), nullptr);
  EXPECT_EQ(find_message_code(""), nullptr);
}

TEST(MessageCodes, HaveTheStatusThatCommandsEndWith) {
  // What is found by a check, and a case that fails where mutants were to be told from the rule.
  // Input, output and what a search meets in its events. All else is what the user wrote.
  std::map<int, std::string> of_errors;
  for (const MessageCode& code : message_codes()) {
    if (code.code.starts_with('L')) {
      EXPECT_EQ(code.status, 1) << code.code;
    } else {
      of_errors[code.status] += std::string(code.code) + " ";
    }
  }
  EXPECT_EQ(of_errors[1], "E700 ");
  EXPECT_EQ(of_errors[3], "E216 E403 E404 E406 E501 E502 E503 E744 E745 E746 E901 E902 ");
  EXPECT_EQ(of_errors.size(), 3U);
  EXPECT_NE(of_errors[2].find("E905 "), std::string::npos);
}

}  // namespace
}  // namespace eqlab
