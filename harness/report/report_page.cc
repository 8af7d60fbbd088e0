// Cut at the mark, never replaced by pattern: the document may hold anything, the mark too. Tested
// in tests/unit/report/report_page_test.cc.
#include "harness/report/report_page.h"

#include "embedded/report_page.h"

namespace eqlab::report {
namespace {

constexpr std::string_view data_mark = "%EQLAB_DATA%";

/// In valid JSON `<` and the line separators stand in strings alone, where an escape means the
/// same.
std::string inert(std::string_view document) {
  constexpr std::string_view separators = "\xE2\x80";  // U+2028 and U+2029 go on with A8 and A9
  std::string out;
  out.reserve(document.size() + document.size() / 64);
  for (std::size_t i = 0; i < document.size(); ++i) {
    const std::string_view rest = document.substr(i);
    if (document[i] == '<') {
      out += "\\u003c";
    } else if (rest.starts_with(separators) && rest.size() > 2 &&
               (rest[2] == '\xA8' || rest[2] == '\xA9')) {
      out += rest[2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += document[i];
    }
  }
  return out;
}

}  // namespace

std::string_view built_in_page() { return embedded::report_page; }

Status check_report_page(std::string_view page) {
  if (page.find(data_mark) != std::string_view::npos) return ok();
  return fail(error_in({}, "E790", "this eqlab was built without the report page",
                       "install node 18 or newer and npm (Debian: nodejs, npm) and build again; "
                       "the other formats need neither"));
}

Result<std::string> report_page(std::string_view document, std::string_view page) {
  EQLAB_CHECK(check_report_page(page));
  const std::size_t at = page.find(data_mark);
  std::string out(page.substr(0, at));
  out += inert(document);
  out += page.substr(at + data_mark.size());
  return out;
}

}  // namespace eqlab::report
