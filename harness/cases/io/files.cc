// The only file of this folder that opens files.
#include "harness/cases/io/files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

#include "harness/base/text.h"
#include "harness/rule/rule.h"

namespace eqlab::cases {

namespace fs = std::filesystem;

Result<std::vector<std::string>> find_case_files(const std::vector<std::string>& paths) {
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (!fs::exists(path, error))
        return fail(error_in(path, "E901", "there is no such file or folder"));
      found.push_back(path);
      continue;
    }
    const std::size_t before = found.size();
    fs::recursive_directory_iterator walk(path, error);
    for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
      if (walk->path().extension() == ".case") found.push_back(walk->path().string());
    }
    if (error) return fail(error_in(path, "E901", "folder cannot be read: " + error.message()));
    if (found.size() == before)
      return fail(error_in(path, "E453", "there is no .case file in this folder"));
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Result<std::string> read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(error_in(path, "E901", "cannot be opened"));
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) return fail(error_in(path, "E901", "cannot be read"));
  return std::move(text).str();
}

Status write_text(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return fail(error_in(path, "E902", "cannot be written"));
  return ok();
}

namespace {

/// The reason at the line that a person has to look at first: the case's `rule:`.
Diagnostic unusable_rule(const CaseBlock& block, const std::string& rule_file,
                         const Diagnostic& reason) {
  const Place at = reason.place.value_or(Place{});
  const std::string where =
      at.line > 0 ? format("{}:{}:{}: ", at.file, at.line, at.column) : std::string();
  Diagnostic out = error_at({}, "E454",
                            format("rule {} cannot be used: {}{} ({})", block.rule_path, where,
                                   reason.message, reason.code),
                            reason.hint);
  if (out.hint.empty() && reason.code == "E901")
    out.hint = format("the path is relative to this file, so it was looked for as {}", rule_file);
  out.place = block.rule_place;
  return out;
}

/// `export.ndjson#RULE_ID` is that rule of the export.
Result<rule::Rule> load_named_rule(const std::string& rule_file) {
  const std::size_t mark = rule_file.rfind('#');
  std::error_code error;
  if (mark == std::string::npos || fs::exists(rule_file, error)) return rule::load_rule(rule_file);
  return rule::load_rule(rule_file.substr(0, mark), rule_file.substr(mark + 1));
}

}  // namespace

Result<std::vector<CaseBlock>> load_cases(const std::string& path) {
  EQLAB_TRY(const std::string text, read_text(path));
  EQLAB_TRY(std::vector<CaseBlock> blocks, parse_cases(text, path));
  std::map<std::string, Result<rule::Rule>> rules;  // each file is read once
  for (CaseBlock& block : blocks) {
    if (block.rule_path.empty()) continue;
    const std::string rule_file =
        (fs::path(path).parent_path() / block.rule_path).lexically_normal().string();
    const auto [rule, is_new] = rules.try_emplace(rule_file, fail(Diagnostic{}));
    if (is_new) rule->second = load_named_rule(rule_file);
    if (!rule->second) return fail(unusable_rule(block, rule_file, rule->second.error()));
    apply_rule(block, *rule->second);
  }
  return blocks;
}

Result<std::vector<CaseBlock>> load_cases_of(const rule::Rule& rule,
                                             const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  std::error_code error;
  if (paths.empty()) {
    fs::path folder = fs::path(rule.file).parent_path();
    if (folder.empty()) folder = ".";
    for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator();
         at.increment(error)) {
      if (at->path().extension() == ".case")
        files.push_back(at->path().lexically_normal().string());
    }
    std::ranges::sort(files);
  } else {
    EQLAB_TRY(files, find_case_files(paths));
  }
  std::vector<CaseBlock> out;
  for (const std::string& file : files) {
    auto blocks = load_cases(file);
    if (!blocks) {
      if (paths.empty()) continue;
      return fail(std::move(blocks.error()));
    }
    for (CaseBlock& block : *blocks) {
      if (block.rule_path.empty() || !block.rule || block.rule->rule_id != rule.rule_id) continue;
      if (fs::equivalent(block.rule->file, rule.file, error)) out.push_back(std::move(block));
    }
  }
  return out;
}

}  // namespace eqlab::cases
