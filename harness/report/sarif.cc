// Tested in tests/unit/report/check_sarif_test.cc and gate_reports_test.cc.
#include "harness/report/sarif.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/base/message_codes.h"
#include "harness/base/text.h"
#include "harness/report/check_result.h"
#include "harness/report/inert_json.h"
#include "harness/rule/lint_codes.h"

namespace eqlab::report {
namespace {

using Json = nlohmann::ordered_json;

std::string_view level_of(Severity severity) {
  // The words are SARIF's, and happen to be ours.
  return to_string(severity);
}

std::uint64_t fingerprint(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a, 64 bits
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

/// `text` without line ends and with everything that moves a cursor made visible.
std::string plain(std::string_view text) { return printable(text); }

std::string uri_of(const SarifRun& run, std::string_view relative) {
  std::string whole(relative);
  if (!relative.starts_with('/') && !run.path_prefix.empty())
    whole = std::filesystem::path(run.path_prefix + whole).lexically_normal().generic_string();
  std::string_view path = whole;
  while (path.starts_with("./")) path.remove_prefix(2);
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const char folded = fold_ascii(c);
    const bool is_plain = (folded >= 'a' && folded <= 'z') || (c >= '0' && c <= '9') ||
                          std::string_view("/-._~").find(c) != std::string_view::npos;
    if (is_plain)
      out += c;
    else
      out += format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out.empty() ? "." : out;
}

/// Column `column` (in characters, from 1) of a line in UTF-16 code units, from 1. Characters
/// beyond the line's end count one each, so that a caret behind the last one stays there.
std::uint32_t utf16_column(const std::vector<std::string_view>& characters, std::uint32_t column) {
  std::uint32_t units = column;
  for (std::size_t i = 0; i + 1 < column && i < characters.size(); ++i) {
    if (characters[i].size() == 4) ++units;
  }
  return units;
}

Json location_of(const SarifRun& run, const Diagnostic& diagnostic, const std::string& file) {
  const Place place = diagnostic.place.value_or(Place{});
  Json physical = {
      {"artifactLocation", {{"uri", uri_of(run, place.file.empty() ? file : place.file)}}}};
  if (place.line > 0) {
    const auto characters = split_characters(place.source_line);
    Json region = {{"startLine", place.line},
                   {"startColumn", utf16_column(characters, place.column)},
                   {"endColumn", utf16_column(characters, place.end_column)}};
    if (!place.source_line.empty() && characters.size() <= 1000)
      region["snippet"] = {{"text", place.source_line}};
    physical["region"] = std::move(region);
  }
  return {{"physicalLocation", std::move(physical)}};
}

/// Codes by first letter and hundred; the exact sense is the code's own description.
std::string_view help_of(std::string_view code) {
  if (const rule::LintCode* const lint = rule::find_lint_code(code)) return lint->help;
  if (code.starts_with("E9"))
    return "The machine could not do it: a file that is missing, unreadable or full.";
  if (code.starts_with('E'))
    return "The rule cannot be used as it stands; the message points at the first thing in the way "
           "and says what to write instead.";
  return "A finding of lint; the message says why it matters and what mends it.";
}

Json descriptor_of(const SarifRun& run, const std::string& code, Severity severity) {
  std::string_view when = "a message of eqlab";
  if (const MessageCode* const known = find_message_code(code)) when = known->when;
  if (const rule::LintCode* const lint = rule::find_lint_code(code)) severity = lint->severity;
  std::string_view help = help_of(code);
  const auto own = std::ranges::find(run.descriptors, code, &SarifDescriptor::code);
  if (own != run.descriptors.end()) {
    when = own->title;
    help = own->help;
  }
  return {{"id", code},
          {"shortDescription", {{"text", when}}},
          {"fullDescription", {{"text", help}}},
          {"help", {{"text", help}}},
          {"defaultConfiguration", {{"level", level_of(severity)}}}};
}

}  // namespace

std::string write_sarif(const SarifRun& run) {
  std::map<std::string, Severity> codes;
  std::set<std::string> files;
  for (const std::string& file : run.files) files.insert(uri_of(run, file));
  for (const SarifFinding& finding : run.findings)
    codes.emplace(finding.diagnostic.code, finding.diagnostic.severity);
  Json rules = Json::array();
  std::map<std::string, std::size_t> rule_index;
  for (const auto& [code, severity] : codes) {
    rule_index.emplace(code, rules.size());
    rules.push_back(descriptor_of(run, code, severity));
  }
  Json artifacts = Json::array();
  for (const std::string& uri : files) artifacts.push_back({{"location", {{"uri", uri}}}});

  Json results = Json::array();
  std::map<std::string, std::size_t> alike;
  for (const auto& [diagnostic, file, name] : run.findings) {
    std::string text = plain(diagnostic.message);
    if (!diagnostic.hint.empty()) text += "\n" + plain(diagnostic.hint);
    const Json location = location_of(run, diagnostic, file);
    // Code, file and line as written, and which of equal ones: the line's number may change.
    const std::string identity =
        format("{}\n{}\n{}", diagnostic.code,
               location["physicalLocation"]["artifactLocation"]["uri"].get<std::string>(),
               diagnostic.place ? trim(diagnostic.place->source_line) : std::string_view());
    const std::size_t nth = alike[identity]++;
    Json entry = {{"ruleId", diagnostic.code},
                  {"ruleIndex", rule_index.at(diagnostic.code)},
                  {"level", level_of(diagnostic.severity)},
                  {"message", {{"text", text}}},
                  {"locations", Json::array({location})},
                  {"partialFingerprints",
                   {{"eqlabFinding/v1", format("{:016x}:{}", fingerprint(identity), nth + 1)}}}};
    if (!name.empty()) entry["properties"] = {{"rule", plain(name)}};
    results.push_back(std::move(entry));
  }
  // 3: something could not be read, so not all was checked.
  const Json invocation = {{"executionSuccessful", run.exit_status != 3},
                           {"exitCode", run.exit_status}};
  Json driver = {{"name", "eqlab"}, {"version", run.tool_version}, {"rules", rules}};
  Json out_run = {{"tool", {{"driver", std::move(driver)}}},
                  {"columnKind", "utf16CodeUnits"},
                  {"invocations", Json::array({invocation})},
                  {"artifacts", std::move(artifacts)},
                  {"results", std::move(results)}};
  const Json out = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs", Json::array({std::move(out_run)})}};
  return inert_json(out.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace eqlab::report
