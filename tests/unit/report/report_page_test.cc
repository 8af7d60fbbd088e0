// The document gets into the page whole, and nothing in it ends the element that holds it.
#include "harness/report/report_page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/report/cards.h"
#include "tests/unit/report/page_schema.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::json;

const std::string page =
    "<!doctype html><p>before</p>" + std::string(test::page_opening) + "%EQLAB_DATA%</script>after";

TEST(ReportPage, HoldsTheDocumentAndNothingThatEndsIt) {
  const std::vector<std::string> evil = {"</script><script>alert(1)</script>",
                                         "<!--<script>",
                                         "<!--",
                                         "]]>",
                                         "%EQLAB_DATA%",
                                         "$& $1 $`",
                                         "a\xE2\x80\xA8"
                                         "b\xE2\x80\xA9",
                                         tiny::hostile,
                                         "\xE2\x80",
                                         "\\u003c \\",
                                         std::string(1'000'000, 'A') + "</ScRiPt >"};
  Json document = Json::object();
  for (std::size_t i = 0; i < evil.size(); ++i) {
    document["text " + std::to_string(i)] = evil[i];
    document[evil[i]] = i;
  }
  const std::string text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
  const auto made = report_page(text, page);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->starts_with("<!doctype html><p>before</p>"));
  EXPECT_TRUE(made->ends_with("</script>after"));
  const std::string held = test::document_of(*made);
  EXPECT_EQ(Json::parse(held), Json::parse(text));
  EXPECT_EQ(held.find('<'), std::string::npos);
  EXPECT_EQ(held.find("\xE2\x80\xA8"), std::string::npos);
  EXPECT_EQ(held.find("\xE2\x80\xA9"), std::string::npos);
}

TEST(ReportPage, WithoutThePageSaysWhatToInstall) {
  for (const char* const without : {"", "<html>no place</html>"}) {
    const auto made = report_page("{}", without);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, "E790");
    EXPECT_NE(made.error().hint.find("npm"), std::string::npos);
    EXPECT_FALSE(check_report_page(without));
  }
}

TEST(ReportPage, TheBuiltInPageHasItsPlaceOnce) {
  if (!has_report_page()) {
    EXPECT_FALSE(check_report_page());
    return;
  }
  const std::string_view built = built_in_page();
  const std::size_t at = built.find("%EQLAB_DATA%");
  ASSERT_NE(at, std::string_view::npos);
  EXPECT_EQ(built.find("%EQLAB_DATA%", at + 1), std::string_view::npos);
  EXPECT_EQ(built.substr(at - test::page_opening.size(), test::page_opening.size()),
            test::page_opening);
}

}  // namespace
}  // namespace eqlab::report
