#include "harness/report/junit.h"

#include <cstdint>
#include <pugixml.hpp>
#include <sstream>

#include "harness/base/text.h"

namespace eqlab::report {
namespace {

struct Totals {
  unsigned tests = 0;
  unsigned failures = 0;
  unsigned skipped = 0;
  double seconds = 0;
};

Totals totals_of(const JunitSuite& suite) {
  Totals totals;
  for (const JunitCase& test : suite.cases) {
    ++totals.tests;
    totals.failures += test.failures.empty() ? 0U : 1U;
    totals.skipped += test.skipped ? 1U : 0U;
    totals.seconds += test.seconds.value_or(0);
  }
  return totals;
}

void set(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(value.c_str());
}

enum class CountsSkipped : std::uint8_t { no, yes };

void write_totals(pugi::xml_node node, const Totals& totals, CountsSkipped counts_skipped) {
  node.append_attribute("tests").set_value(totals.tests);
  node.append_attribute("failures").set_value(totals.failures);
  node.append_attribute("errors").set_value(0U);
  // The root of the common schema (junit-10.xsd) has no such count.
  if (counts_skipped == CountsSkipped::yes)
    node.append_attribute("skipped").set_value(totals.skipped);
  set(node, "time", format("{:.3f}", totals.seconds));
}

}  // namespace

std::string xml_text(std::string_view text) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::string out;
  for (const std::string_view character : split_characters(text)) {
    const auto first = static_cast<unsigned char>(character[0]);
    const bool is_stray_byte = character.size() == 1 && first >= 0x80;
    const bool is_control = first < 0x20 && first != '\t' && first != '\n' && first != '\r';
    const bool is_noncharacter = character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
    out += is_stray_byte || is_control || is_noncharacter ? replacement : character;
  }
  return out;
}

std::string write_junit(const std::vector<JunitSuite>& suites) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  set(declaration, "version", "1.0");
  set(declaration, "encoding", "UTF-8");
  pugi::xml_node root = document.append_child("testsuites");
  Totals all;
  for (const JunitSuite& suite : suites) {
    const Totals totals = totals_of(suite);
    all.tests += totals.tests;
    all.failures += totals.failures;
    all.skipped += totals.skipped;
    all.seconds += totals.seconds;
  }
  write_totals(root, all, CountsSkipped::no);
  for (const JunitSuite& suite : suites) {
    pugi::xml_node suite_node = root.append_child("testsuite");
    set(suite_node, "name", xml_text(suite.name));
    write_totals(suite_node, totals_of(suite), CountsSkipped::yes);
    for (const JunitCase& test : suite.cases) {
      pugi::xml_node node = suite_node.append_child("testcase");
      set(node, "classname", xml_text(suite.name));
      set(node, "name", xml_text(test.name));
      if (test.seconds) set(node, "time", format("{:.3f}", *test.seconds));
      for (const JunitFailure& failure : test.failures) {
        pugi::xml_node failure_node = node.append_child("failure");
        set(failure_node, "message", xml_text(failure.message));
        failure_node.append_child(pugi::node_pcdata).set_value(xml_text(failure.text).c_str());
      }
      if (test.skipped) set(node.append_child("skipped"), "message", xml_text(*test.skipped));
    }
  }
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return out.str();
}

}  // namespace eqlab::report
