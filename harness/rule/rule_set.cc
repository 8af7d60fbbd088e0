// Which reader a text goes to, and which of its rules is meant. Tested in
// tests/unit/rule/rule_set_test.cc.
#include <algorithm>
#include <array>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/document/json_text.h"
#include "harness/rule/rule.h"
#include "harness/rule/rule_files.h"

namespace eqlab::rule {
namespace {

std::string_view extension_of(std::string_view name) {
  const std::string_view file = name.substr(name.find_last_of('/') + 1);
  const std::size_t dot = file.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view() : file.substr(dot);
}

/// Some line is `[rule]` or `[metadata]`: EQL has no such line, a rule file always has one.
bool looks_like_toml(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trim(text.substr(at, end - at));
    if (line == "[rule]" || line == "[metadata]") return true;
    at = end + 1;
  }
  return false;
}

/// Lines with something on them, up to two.
std::size_t count_lines(std::string_view text) {
  std::size_t lines = 0;
  for (std::size_t at = 0; at < text.size() && lines < 2;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (!trim(text.substr(at, end - at)).empty()) ++lines;
    at = end + 1;
  }
  return lines;
}

RuleSet read_json(std::string_view text, const std::string& name) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  std::string_view content = text;
  if (content.starts_with(byte_order_mark)) content.remove_prefix(byte_order_mark.size());
  const bool is_export = extension_of(name) == ".ndjson" || extension_of(name) == ".jsonl";
  const bool is_one_line = count_lines(content) < 2;
  const bool is_object = trim(content).starts_with('{');
  // A line of an export is a JSON text too; what several lines make one is not an export.
  const bool as_lines =
      is_export && is_object && is_one_line
          ? true
          : document::find_json_fault(content, limits::rule_document_depth_max).has_value() &&
                (is_export || !is_one_line) && is_object;
  if (as_lines) {
    // A broken text over many lines is reported where it breaks, not once for each line.
    const std::string_view first = trim(content).substr(0, trim(content).find('\n'));
    if (is_export || !document::find_json_fault(first, limits::rule_document_depth_max))
      return parse_rules_json(text, name, JsonForm::lines);
  }
  return parse_rules_json(content, name, JsonForm::document);
}

std::string shown_names(const std::vector<Rule>& rules) {
  std::vector<std::string> names;
  for (const Rule& rule : rules) {
    if (names.size() == limits::reported_problems_max) {
      names.push_back(format("and {} more", rules.size() - names.size()));
      break;
    }
    names.push_back(rule.rule_id.empty()
                        ? printable(rule.name)
                        : format("{} ({})", printable(rule.rule_id), printable(rule.name)));
  }
  return join(names, "; ");
}

}  // namespace

bool speaks_of_rules(std::string_view text, const std::string& name) {
  const std::string_view extension = extension_of(name);
  if (extension == ".toml") {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      if (trim(text.substr(at, end - at)).starts_with("[rule]")) return true;
      at = end + 1;
    }
    return false;
  }
  if (extension == ".eql") return true;
  return text.find("\"rule_id\"") != std::string_view::npos ||
         text.find("\"list_id\"") != std::string_view::npos ||
         (text.find("\"query\"") != std::string_view::npos &&
          text.find("\"language\"") != std::string_view::npos);
}

RuleSet parse_rules(std::string text, const std::string& name) {
  RuleSet set;
  if (text.size() > limits::rule_file_bytes_max) {
    set.diagnostics.push_back(
        error_in(name, "E301",
                 format("rule file is longer than {} bytes",
                        group_digits(std::int64_t{limits::rule_file_bytes_max}))));
    set.files = {name};
    return set;
  }
  const std::string_view extension = extension_of(name);
  const std::string_view content = trim(text);
  const bool is_json = extension == ".json" || extension == ".ndjson" || extension == ".jsonl" ||
                       content.starts_with('{') || content.starts_with("\xEF\xBB\xBF{");
  if (extension == ".toml" || (extension != ".eql" && looks_like_toml(text))) {
    set = parse_rules_toml(std::move(text), name);
  } else if (extension != ".eql" && is_json) {
    set = read_json(text, name);
  } else {
    Rule rule = bare_query(std::move(text), name);
    rule.name = name.substr(name.find_last_of('/') + 1);
    set.rules.push_back(std::move(rule));
  }
  set.files = {name};
  return set;
}

Result<Rule> choose_rule(RuleSet set, const std::string& path, const std::string& id) {
  const auto is_meant = [&id](const Rule& rule) {
    return id.empty() || rule.rule_id == id || rule.name == id;
  };
  const auto found = std::ranges::find_if(set.rules, is_meant);
  if (found != set.rules.end()) {
    if (std::find_if(found + 1, set.rules.end(), is_meant) == set.rules.end())
      return std::move(*found);
    if (!id.empty()) {
      return fail(error_in(path, "E312", format("more than one rule is called {}", printable(id)),
                           "name it by its rule_id"));
    }
    return fail(error_in(path, "E312", format("this file holds {} rules", set.rules.size()),
                         format("choose one with --rule-id: {}", shown_names(set.rules))));
  }
  // Of the one document that is no usable rule, say why; of several, that none is.
  for (Diagnostic& diagnostic : set.diagnostics) {
    if (diagnostic.code != "L314" && id.empty()) return fail(std::move(diagnostic));
  }
  const auto skipped = std::ranges::find_if(
      set.skipped, [&id](const Skipped& document) { return id.empty() || document.name == id; });
  if (skipped != set.skipped.end() && !skipped->type.empty()) {
    Diagnostic diagnostic =
        error_in(path, "E305", format("this is a rule of type {}, not eql", skipped->type));
    diagnostic.place->line = skipped->line;
    diagnostic.place->column = 1;
    return fail(std::move(diagnostic));
  }
  if (id.empty()) return fail(error_in(path, "E301", "there is no rule in this file"));
  return fail(error_in(
      path, "E312", format("no rule that can be used has the rule_id or name {}", printable(id)),
      set.rules.empty() ? std::string() : format("the file has {}", shown_names(set.rules))));
}

}  // namespace eqlab::rule
