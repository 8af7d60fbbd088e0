#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/text.h"
#include "harness/rule/rule.h"

/// Rules as text, what lint says about them, and its advice taken by the letter.
namespace eqlab::rule::linting {

/// A sequence rule of a repository that lint has nothing against.
inline std::string good_sequence() {
  return R"([metadata]
creation_date = "2024/01/10"
integration = ["endpoint"]
maturity = "production"
updated_date = "2024/03/11"

[rule]
author = ["Example"]
description = "A shell that calls out."
from = "now-13m"
index = ["logs-endpoint.events.process-*", "logs-endpoint.events.network-*"]
interval = "5m"
language = "eql"
license = "none"
name = "Shell Calls Out"
note = """## Triage and analysis

### Investigating Shell Calls Out
"""
risk_score = 47
rule_id = "0f1e2d3c-4b5a-4987-8a6b-1c2d3e4f5a6b"
severity = "medium"
tags = ["OS: Linux", "Tactic: Execution"]
type = "eql"
query = '''
sequence by host.id, process.entity_id with maxspan=30s
  [process where host.os.type == "linux" and process.name == "sh"]
  [network where host.os.type == "linux" and destination.port == 443]
'''

[[rule.threat]]
framework = "MITRE ATT&CK"
[rule.threat.tactic]
id = "TA0002"
name = "Execution"
reference = "https://attack.mitre.org/tactics/TA0002/"
[[rule.threat.technique]]
id = "T1059"
name = "Command and Scripting Interpreter"
reference = "https://attack.mitre.org/techniques/T1059/"
[[rule.threat.technique.subtechnique]]
id = "T1059.004"
name = "Unix Shell"
reference = "https://attack.mitre.org/techniques/T1059/004/"
)";
}

/// Where a key's line begins; npos when the text has none.
inline std::size_t line_of(const std::string& text, const std::string& key) {
  const std::size_t at = text.find("\n" + key + " = ");
  return at == std::string::npos ? at : at + 1;
}

/// The text with `from` replaced, which it must have.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// The text with `KEY = VALUE` in the place of that key's line, or at the head of its table.
inline std::string set(std::string text, const std::string& line) {
  const std::string key = line.substr(0, line.find(" = "));
  const std::size_t at = line_of(text, key);
  if (at != std::string::npos) return text.replace(at, text.find('\n', at) - at, line);
  constexpr std::array<std::string_view, 9> of_metadata = {
      "bypass_bbr_timing", "creation_date", "deprecated_reason",
      "deprecation_date",  "maturity",      "min_stack_comments",
      "min_stack_version", "os_type_list",  "updated_date"};
  std::string table = "[rule]";
  if (std::ranges::find(of_metadata, key) != of_metadata.end()) table = "[metadata]";
  if (key == "missing_fields_strategy" || key == "group_by") table = "[rule.alert_suppression]";
  return with(std::move(text), table + "\n", table + "\n" + line + "\n");
}

inline std::string without(std::string text, const std::string& key) {
  const std::size_t at = line_of(text, key);
  EXPECT_NE(at, std::string::npos) << key;
  return at == std::string::npos ? text : text.erase(at, text.find('\n', at) + 1 - at);
}

inline LintOptions with_fields() {
  LintOptions options;
  options.schema = &event::Schema::builtin();
  return options;
}

inline std::vector<Diagnostic> lint_text(const std::string& text,
                                         const LintOptions& options = with_fields(),
                                         const std::string& file = "r.toml") {
  const auto rule = parse_rule_toml(text, file);
  EXPECT_TRUE(rule) << render(rule.error());
  if (!rule) return {};
  const auto query = compile(*rule, event::Schema::builtin());
  EXPECT_TRUE(query) << render(query.error());
  return query ? lint(*rule, *query, options) : std::vector<Diagnostic>{};
}

/// `CODE severity line:column message | hint`, one a line.
inline std::string shown(const std::vector<Diagnostic>& found) {
  std::string out;
  for (const Diagnostic& d : found) {
    out += format("{} {} {}:{} {} | {}\n", d.code, to_string(d.severity), d.place->line,
                  d.place->column, d.message, d.hint);
  }
  return out;
}

/// The first finding of this code whose message has `says`.
inline const Diagnostic* find(const std::vector<Diagnostic>& found, std::string_view code,
                              std::string_view says) {
  const auto at = std::ranges::find_if(found, [&](const Diagnostic& d) {
    return d.code == code && d.message.find(says) != std::string::npos;
  });
  return at == found.end() ? nullptr : &*at;
}

/// Does what a hint says: `KEY = VALUE` or `remove KEY`, up to a `, or` of another way.
inline std::string follow(const std::string& text, const std::string& hint) {
  if (hint.starts_with("remove ")) return without(text, hint.substr(7));
  const std::size_t end = std::min(hint.find(", or "), hint.size());
  const std::string line = hint.substr(0, end);
  EXPECT_NE(line.find(" = "), std::string::npos) << "no literal change: " << hint;
  return set(text, line);
}

/// A change of a good rule that lint must see, and the change that mends it.
struct Slip {
  std::string why;
  std::string text;
  std::string code;
  Severity severity;
  std::string says;         ///< in the message
  std::string mended = {};  ///< empty: what the hint says, done to `text`
  std::string file = "r.toml";
  std::string mended_file = {};  ///< empty: `file`
  LintOptions options = with_fields();
};

inline void expect_seen_and_mended(const Slip& slip) {
  SCOPED_TRACE(slip.why);
  const auto found = lint_text(slip.text, slip.options, slip.file);
  const Diagnostic* const seen = find(found, slip.code, slip.says);
  ASSERT_NE(seen, nullptr) << shown(found);
  EXPECT_EQ(seen->severity, slip.severity) << shown(found);
  EXPECT_GT(seen->place->line, 0U);
  EXPECT_FALSE(seen->hint.empty());
  const std::string mended = slip.mended.empty() ? follow(slip.text, seen->hint) : slip.mended;
  const std::string& file = slip.mended_file.empty() ? slip.file : slip.mended_file;
  const auto after = lint_text(mended, slip.options, file);
  const bool gone = std::ranges::none_of(after, [&](const Diagnostic& d) {
    return d.code == slip.code && d.severity <= slip.severity;
  });
  EXPECT_TRUE(gone) << seen->hint << "\n" << shown(after);
}

}  // namespace eqlab::rule::linting
