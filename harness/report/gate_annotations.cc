// Workflow commands as GitHub documents them: properties and message are percent-encoded, so that
// no text can end a command or begin another. Tested in tests/unit/report/gate_reports_test.cc.
#include <algorithm>
#include <array>
#include <filesystem>

#include "harness/base/text.h"
#include "harness/report/cells.h"
#include "harness/report/gate_pieces.h"
#include "harness/report/gate_report.h"

namespace eqlab::report {
namespace {

constexpr std::size_t shown_max = 10;
constexpr std::size_t text_columns_max = 1'000;

enum class Where : std::uint8_t { property, message };

std::string shown(std::string_view text) {
  return cut(printable(text.substr(0, 8 * text_columns_max)), text_columns_max);
}

std::string escaped(std::string_view text, Where where) {
  std::string out;
  for (const char c : text) {
    if (c == '%')
      out += "%25";
    else if (c == '\r')
      out += "%0D";
    else if (c == '\n')
      out += "%0A";
    else if (c == ':' && where == Where::property)
      out += "%3A";
    else if (c == ',' && where == Where::property)
      out += "%2C";
    else
      out += c;
  }
  return out;
}

Place place_in(const std::string& file, std::uint32_t line) {
  Place place;
  place.file = file;
  place.line = line;
  return place;
}

class Annotations {
 public:
  explicit Annotations(std::string prefix) : prefix_(std::move(prefix)) {}

  void add(Severity severity, const Place& place, std::string_view title, std::string_view text) {
    const auto kind = static_cast<std::size_t>(severity);
    if (++counts_[kind] > shown_max) return;
    std::vector<std::string> properties;
    if (!place.file.empty()) {
      std::string file = place.file;
      if (!file.starts_with('/'))
        file = std::filesystem::path(prefix_ + file).lexically_normal().generic_string();
      properties.push_back("file=" + escaped(shown(file), Where::property));
      if (place.line > 0) {
        properties.push_back(format("line={}", place.line));
        if (place.column > 0) properties.push_back(format("col={}", place.column));
        if (place.end_column > place.column)
          properties.push_back(format("endColumn={}", place.end_column));
      }
    }
    properties.push_back("title=" + escaped(shown(title), Where::property));
    constexpr std::array<std::string_view, 3> commands = {"error", "warning", "notice"};
    out_ += format("::{} {}::{}\n", commands[kind], join(properties, ","),
                   escaped(shown(text), Where::message));
  }
  std::string finish() {
    for (const std::size_t kind : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
      if (counts_[kind] > shown_max)
        out_ += format("::notice title=eqlab gate::{} more of this kind are in the log\n",
                       counts_[kind] - shown_max);
    }
    return std::move(out_);
  }

 private:
  std::string prefix_;
  std::string out_;
  std::array<std::size_t, 3> counts_{};
};

}  // namespace

std::string gate_annotations(const gate::GateResult& result) {
  Annotations out(result.repository_prefix);
  const auto add = [&](const Diagnostic& diagnostic, const std::string& file) {
    std::string text = diagnostic.message;
    if (!diagnostic.hint.empty()) text += "; " + diagnostic.hint;
    out.add(diagnostic.severity, diagnostic.place.value_or(place_in(file, 0)), diagnostic.code,
            text);
  };
  for (const gate::RuleResult& rule : result.rules) {
    for (const gate::Check& check : rule.checks) {
      if (check.outcome == gate::Outcome::failed && check.id != "lint" && check.id != "usable")
        out.add(Severity::error, place_of(rule, check), format("eqlab gate: {}", check.id),
                check.text);
    }
    for (const Diagnostic& diagnostic : rule.diagnostics) add(diagnostic, rule.file);
  }
  for (const Diagnostic& diagnostic : result.diagnostics) add(diagnostic, {});
  for (const gate::CaseOutcome& outcome : result.other_cases) {
    if (!outcome.passed)
      out.add(Severity::error, place_in(outcome.file, outcome.line), "eqlab gate: a case fails",
              outcome.why);
  }
  out.add(Severity::info, Place{}, format("eqlab gate: {}", to_string(result.verdict)),
          result.reason);
  return out.finish();
}

std::string inert_in_workflows(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line(text.substr(at, end - at));
    // The runner looks past leading white space, which Unicode has more of, for `::`, and anywhere
    // for `##[`.
    const auto first = std::ranges::find_if(line, [](char c) { return c > ' ' && c < 0x7f; });
    const auto place = static_cast<std::size_t>(first - line.begin());
    if (line.compare(place, 2, "::") == 0) line.insert(place + 1, " ");
    for (std::size_t found = line.find("##["); found != std::string::npos;
         found = line.find("##[", found))
      line.insert(found + 1, " ");
    out += line;
    if (end < text.size()) out += '\n';
    at = end + 1;
  }
  return out;
}

}  // namespace eqlab::report
