#pragma once

#include <string>
#include <string_view>

#include "harness/base/result.h"

/// One HTML file from a report document: the page of `web/` with the document in its place.
namespace eqlab::report {

/// The page as it was built with the program; empty where that could not be done.
[[nodiscard]] std::string_view built_in_page();
[[nodiscard]] inline bool has_report_page() { return !built_in_page().empty(); }

/// `document` is JSON (ReportDocument::write). Nothing in it can end the element that holds it. It
/// is the page's to show texts as texts. Errors: E790 `page` is empty or has no place for data.
/// O(both).
[[nodiscard]] Result<std::string> report_page(std::string_view document,
                                              std::string_view page = built_in_page());

/// E790, to be said before a run whose page nobody could write.
[[nodiscard]] Status check_report_page(std::string_view page = built_in_page());

}  // namespace eqlab::report
