#include "harness/report/junit.h"

#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "tests/unit/report/cards.h"

namespace eqlab::report {
namespace {

TEST(Junit, CountsCasesFailuresAndSkips) {
  const std::string out = write_junit(
      {{.name = "sequence.case",
        .cases = {{.name = "newest start wins", .seconds = 0.25},
                  {.name = "by user", .failures = {{"expected 2 3", "expected 2 3\ngot 1 3"}}},
                  {.name = "later", .skipped = "needs samples"}}},
       {.name = "empty.case", .cases = {}}});
  EXPECT_EQ(out, R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" errors="0" time="0.250">
  <testsuite name="sequence.case" tests="3" failures="1" errors="0" skipped="1" time="0.250">
    <testcase classname="sequence.case" name="newest start wins" time="0.250" />
    <testcase classname="sequence.case" name="by user">
      <failure message="expected 2 3">expected 2 3
got 1 3</failure>
    </testcase>
    <testcase classname="sequence.case" name="later">
      <skipped message="needs samples" />
    </testcase>
  </testsuite>
  <testsuite name="empty.case" tests="0" failures="0" errors="0" skipped="0" time="0.000" />
</testsuites>
)");
}

TEST(Junit, AnyTextGivesXmlThatReadsBack) {
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
  all += tiny::hostile;
  all += "\xEF\xBF\xBE";
  const std::string out =
      write_junit({{.name = all, .cases = {{.name = all, .failures = {{all, all}}}}}});
  for (const char c : out) {
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t' || c == '\r')
        << static_cast<int>(c);
  }
  EXPECT_EQ(out.find("&#1;"), std::string::npos)
      << "a reference to a forbidden character is forbidden too";
  EXPECT_EQ(out.find("&#27;"), std::string::npos);
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(
      out.c_str(), pugi::parse_default & ~pugi::parse_eol & ~pugi::parse_wconv_attribute));
  const pugi::xml_node test = document.child("testsuites").child("testsuite").child("testcase");
  EXPECT_EQ(test.attribute("name").value(), xml_text(all));
  EXPECT_EQ(test.child("failure").attribute("message").value(), xml_text(all));
}

TEST(Junit, LegalTextIsKept) { EXPECT_EQ(xml_text("tab\tline\n émoji 🍏"), "tab\tline\n émoji 🍏"); }

}  // namespace
}  // namespace eqlab::report
