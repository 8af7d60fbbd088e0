#include "harness/gate/inputs.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <system_error>
#include <utility>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/gate/glob.h"
#include "harness/gate/io/files.h"
#include "harness/gate/io/git.h"
#include "harness/rule/rule_files.h"

namespace eqlab::gate {
namespace {

namespace fs = std::filesystem;

constexpr const char* policy_name = "eqlab.toml";
constexpr std::size_t policy_bytes_max = 2U << 20;
constexpr std::size_t baseline_bytes_max = 64U << 20;
/// Folders looked at for a policy, this one first.
constexpr int policy_levels_max = 16;

/// `eqlab.toml` in this folder or the nearest above it, not above a repository's top.
std::string find_policy() {
  std::string prefix;
  for (int level = 0; level < policy_levels_max; ++level) {
    std::error_code error;
    if (fs::is_regular_file(prefix + policy_name, error)) return prefix + policy_name;
    if (fs::exists(prefix + ".git", error)) break;
    const fs::path here = fs::absolute(prefix.empty() ? "." : prefix, error).lexically_normal();
    if (error || !here.has_relative_path()) break;
    prefix += "../";
  }
  return {};
}

class Loader {
 public:
  explicit Loader(const Paths& paths) : paths_(paths) {}
  Result<Inputs> run();

 private:
  Status policy();
  Status narrow();
  Status work_tree();
  Status git_base();
  Status file_base();
  Status stored_base();
  void pair(std::vector<rule::Rule> before, std::vector<rule::Rule> after);
  void find_ruined();
  void note_idle_demands();
  void note_changed_demands(const Git& git, const std::vector<GitFile>& files,
                            const std::set<std::string>& changed);
  Status named_in_vain(const Git& git, const std::vector<GitFile>& files);
  [[nodiscard]] std::string shown(const std::string& relative) const {
    return fs::path(out_.root + relative).lexically_normal().generic_string();
  }
  /// Rules of one text; files of rule folders that hold none are passed over.
  static rule::RuleSet rules_of(std::string text, const std::string& file);

  const Paths& paths_;
  Inputs out_;
  std::vector<std::string> files_;  ///< of rules, relative to the root
  std::vector<rule::Rule> now_;
  /// Named on the command line and not there: as given, and relative to the root.
  std::vector<std::pair<std::string, std::string>> missing_;
};

rule::RuleSet Loader::rules_of(std::string text, const std::string& file) {
  if (!rule::speaks_of_rules(text, file)) {
    rule::RuleSet none;
    none.skipped.push_back({.file = file, .name = {}, .type = {}});
    return none;
  }
  return rule::parse_rules(std::move(text), file);
}

Status Loader::policy() {
  const std::string file = paths_.policy.empty() ? find_policy() : paths_.policy;
  if (file.empty()) {
    out_.policy = default_policy();
    return ok();
  }
  EQLAB_TRY(const std::string text, read_text(file, policy_bytes_max));
  EQLAB_TRY(out_.policy, parse_policy(text, file));
  const std::string folder = fs::path(file).parent_path().generic_string();
  out_.root = folder.empty() ? std::string() : folder + "/";
  return ok();
}

/// Rules named on the command line take the place of the policy's globs.
Status Loader::narrow() {
  if (paths_.rules.empty()) return ok();
  out_.policy.include.clear();
  out_.policy.exclude.clear();
  for (const std::string& path : paths_.rules) {
    std::error_code error;
    const fs::path root = fs::absolute(out_.root.empty() ? "." : out_.root, error);
    const std::string relative = fs::absolute(path, error)
                                     .lexically_normal()
                                     .lexically_relative(root.lexically_normal())
                                     .generic_string();
    if (relative.empty() || relative.starts_with("..")) {
      return fail(error_in(path, "E905", "this rule lies outside the folder of the policy",
                           format("run from above it, or give --policy; the folder is {}",
                                  out_.root.empty() ? "the current one" : out_.root)));
    }
    if (fs::is_directory(path, error)) {
      const std::string below = relative == "." ? "**/" : relative + "/**/";
      for (const std::string_view extension : {"toml", "eql", "ndjson", "json"})
        out_.policy.include.push_back(format("{}*.{}", below, extension));
      out_.policy.cases.push_back(below + "*.case");
      continue;
    }
    if (!fs::exists(path, error)) {
      if (paths_.base.empty())
        return fail(error_in(path, "E901", "there is no such file or folder"));
      missing_.emplace_back(path, relative);
    }
    out_.policy.include.push_back(relative);
    const std::string folder = fs::path(relative).parent_path().generic_string();
    out_.policy.cases.push_back(folder.empty() ? "*.case" : folder + "/*.case");
  }
  return ok();
}

Status Loader::work_tree() {
  EQLAB_TRY(ChosenFiles chosen, choose_files(out_.root.empty() ? "." : out_.root, out_.policy));
  files_ = std::move(chosen.rules);
  for (const std::string& file : chosen.cases) out_.case_files.push_back(shown(file));
  for (const std::string& link : chosen.folder_links) {
    out_.notes.push_back(format("{} is a symbolic link to a folder: nothing in it was looked at",
                                printable(shown(link))));
  }
  for (const std::string& link : chosen.links) {
    out_.broken.push_back(error_in(shown(link), "E743",
                                   "this is a symbolic link: what it means can change without it, "
                                   "so the gate judges files alone",
                                   "put the file itself here, or leave the link out with "
                                   "rules.exclude or rules.cases in eqlab.toml"));
  }
  for (const std::string& relative : files_) {
    const std::string file = shown(relative);
    out_.rule_files.push_back(file);
    auto text = read_text(file, limits::rule_file_bytes_max);
    if (!text) {
      out_.broken.push_back(std::move(text.error()));
      continue;
    }
    rule::RuleSet set = rules_of(std::move(*text), file);
    std::ranges::move(set.rules, std::back_inserter(now_));
    std::ranges::move(set.skipped, std::back_inserter(out_.skipped));
    for (Diagnostic& diagnostic : set.diagnostics) {
      if (diagnostic.severity == Severity::error) out_.broken.push_back(std::move(diagnostic));
    }
  }
  return ok();
}

void Loader::pair(std::vector<rule::Rule> before, std::vector<rule::Rule> after) {
  out_.pairs = pair_rules(std::move(before), std::move(after));
}

/// A file whose rule is gone although the file is there: what is wrong with it is no deletion.
void Loader::find_ruined() {
  std::set<std::string> still;
  for (const RulePair& pair : out_.pairs) {
    if (pair.after) still.insert(pair.after->file);
  }
  for (const Diagnostic& diagnostic : out_.broken) {
    if (diagnostic.place) still.insert(diagnostic.place->file);
  }
  for (const RulePair& pair : out_.pairs) {
    if (pair.after) continue;
    const std::string& file = pair.before->file;
    const bool is_there = std::ranges::binary_search(out_.rule_files, file);
    if (!is_there || !still.insert(file).second) continue;
    auto text = read_text(file, limits::rule_file_bytes_max);
    if (!text) continue;
    rule::RuleSet set = rule::parse_rules(std::move(*text), file);
    if (!set.diagnostics.empty()) {
      out_.broken.push_back(std::move(set.diagnostics.front()));
      continue;
    }
    const bool has_other_type = !set.skipped.empty() && !set.skipped.front().type.empty();
    out_.broken.push_back(
        error_in(file, has_other_type ? "E305" : "E301",
                 has_other_type
                     ? format("the rule is now of type {}: a rule cannot change its type in place",
                              printable(set.skipped.front().type))
                     : std::string("the file no longer holds a rule"),
                 has_other_type ? "write a new rule with an id of its own, and delete this one"
                                : "delete the file if the rule is meant to go"));
  }
}

/// A `[[rule]]` that means no rule is a slip of the pen more often than not.
void Loader::note_idle_demands() {
  if (!paths_.rules.empty()) return;  // most rules were left out on purpose
  for (const RulePolicy& demand : out_.policy.rules) {
    const auto is_meant = [&](const rule::Rule& rule) {
      const std::string path = out_.in_policy(rule.file);
      return (!demand.rule_id.empty() && demand.rule_id == rule.rule_id) ||
             std::ranges::any_of(demand.match, [&](const std::string& pattern) {
               return matches_glob(pattern, path);
             });
    };
    const bool has_any = std::ranges::any_of(
        out_.pairs, [&](const RulePair& pair) { return is_meant(pair.rule()); });
    if (!has_any && out_.broken.empty()) {
      out_.notes.push_back(format("{}:{}: this [[rule]] means no rule that is there",
                                  demand.place.file, demand.place.line));
    }
  }
}

/// The policy and the cases of the work tree count, so whoever changes a rule can change these too:
/// that must not go unseen.
void Loader::note_changed_demands(const Git& git, const std::vector<GitFile>& files,
                                  const std::set<std::string>& changed) {
  const std::string policy = fs::path(out_.policy.file).filename().string();
  const std::set<std::string> present(out_.case_files.begin(), out_.case_files.end());
  std::vector<std::string> gone;
  std::vector<std::string> other;
  for (const GitFile& file : files) {
    if (!changed.contains(file.path) || !file.path.starts_with(git.prefix())) continue;
    const std::string relative = file.path.substr(git.prefix().size());
    if (!policy.empty() && relative == policy) {
      out_.notes.push_back(format("{} differs from the base: this change is judged by the new one",
                                  printable(out_.policy.file)));
    }
    if (is_case_path(out_.policy, relative))
      (present.contains(shown(relative)) ? other : gone).push_back(printable(shown(relative)));
  }
  const auto tell = [this](const std::vector<std::string>& cases, std::string_view what) {
    if (cases.empty()) return;
    out_.notes.push_back(format("{}{}: {} since the base", cases.front(),
                                cases.size() > 1 ? format(" and {} more case {}", cases.size() - 1,
                                                          cases.size() == 2 ? "file" : "files")
                                                 : std::string(),
                                what));
  };
  tell(gone, "gone");
  tell(other, "changed");
}

/// A file that the command line names must be here or at the base.
Status Loader::named_in_vain(const Git& git, const std::vector<GitFile>& files) {
  for (const auto& [path, relative] : missing_) {
    const bool was_there =
        std::ranges::any_of(files, [&, wanted = git.prefix() + relative](const GitFile& file) {
          return file.path == wanted || file.path.starts_with(wanted + "/");
        });
    if (!was_there)
      return fail(error_in(path, "E901", "there is no such file or folder, nor was at the base"));
  }
  return ok();
}

Status Loader::git_base() {
  EQLAB_TRY(const Git git, Git::open({.folder = out_.root.empty() ? "." : out_.root,
                                      .environment = paths_.environment}));
  EQLAB_TRY(const GitBase base, git.find_base(paths_.base));
  out_.base = {.kind = BaseKind::git,
               .name = paths_.base,
               .commit = base.commit,
               .is_merge_base = base.is_merge_base};
  if (base.is_shallow && !base.is_merge_base) {
    out_.notes.push_back(
        "the clone is shallow and the merge base is not in it: compared with the base itself, so "
        "what was merged there meanwhile shows as part of this change");
  }
  // Where this folder lies in the work tree: the policy's folder may lie above it.
  std::error_code error;
  const fs::path here = fs::canonical(".", error);
  const fs::path top = fs::canonical(git.top(), error);
  const std::string prefix = here.lexically_relative(top).generic_string();
  if (!error && prefix != "." && !prefix.starts_with("..")) out_.repository_prefix = prefix + "/";

  EQLAB_TRY(const std::vector<GitFile> files, git.files(base.commit));
  EQLAB_TRY(const std::vector<std::string> changed_list, git.changed(base.commit));
  const std::set<std::string> changed(changed_list.begin(), changed_list.end());
  const std::set<std::string> present(files_.begin(), files_.end());
  note_changed_demands(git, files, changed);
  EQLAB_CHECK(named_in_vain(git, files));
  std::vector<rule::Rule> before;
  std::set<std::string> same;  // files that are as they were, by the name shown
  for (const GitFile& file : files) {
    if (!file.path.starts_with(git.prefix())) continue;
    const std::string relative = file.path.substr(git.prefix().size());
    if (!is_rule_path(out_.policy, relative)) continue;
    if (!changed.contains(file.path) && present.contains(relative)) {
      same.insert(shown(relative));
      continue;
    }
    EQLAB_TRY(std::string text, git.read(base.commit, file.path));
    rule::RuleSet set = rules_of(std::move(text), shown(relative));
    std::ranges::move(set.rules, std::back_inserter(before));
    const bool is_broken = std::ranges::any_of(
        set.diagnostics, [](const Diagnostic& d) { return d.severity == Severity::error; });
    if (is_broken) out_.base_broken.push_back(shown(relative));
  }
  // What git calls the same needs no reading: it is its own base.
  for (const rule::Rule& rule : now_) {
    if (same.contains(rule.file)) before.push_back(rule);
  }
  pair(std::move(before), std::move(now_));
  return ok();
}

Status Loader::file_base() {
  out_.base = {.kind = BaseKind::file, .name = paths_.base_file, .commit = {}};
  EQLAB_TRY(std::string text, read_text(paths_.base_file, limits::rule_file_bytes_max));
  rule::RuleSet set = rule::parse_rules(std::move(text), paths_.base_file);
  // A file is named for one change: other rules of the folder are not what it is about.
  if (now_.size() == 1 && set.rules.size() == 1) set.rules.front().file = now_.front().file;
  const bool is_broken = std::ranges::any_of(
      set.diagnostics, [](const Diagnostic& d) { return d.severity == Severity::error; });
  if (is_broken) {
    for (const rule::Rule& rule : now_) out_.base_broken.push_back(rule.file);
  }
  pair(std::move(set.rules), std::move(now_));
  return ok();
}

Status Loader::stored_base() {
  out_.base = {.kind = BaseKind::baseline, .name = paths_.baseline, .commit = {}};
  std::error_code error;
  if (!paths_.baseline_is_written || fs::exists(paths_.baseline, error)) {
    EQLAB_TRY(const std::string text, read_text(paths_.baseline, baseline_bytes_max));
    EQLAB_TRY(out_.baseline, parse_baseline(text, paths_.baseline));
  }
  pair({}, std::move(now_));
  return ok();
}

Result<Inputs> Loader::run() {
  EQLAB_CHECK(policy());
  EQLAB_CHECK(narrow());
  EQLAB_CHECK(work_tree());
  if (!paths_.base.empty()) {
    EQLAB_CHECK(git_base());
  } else if (!paths_.base_file.empty()) {
    EQLAB_CHECK(file_base());
  } else if (!paths_.baseline.empty()) {
    EQLAB_CHECK(stored_base());
  } else {
    pair({}, std::move(now_));
  }
  std::ranges::sort(out_.rule_files);
  find_ruined();
  note_idle_demands();
  if (files_.empty() && out_.pairs.empty()) {
    return fail(error_in(out_.policy.file, "E743",
                         format("there is no rule under {}: looked for {}",
                                out_.root.empty() ? "this folder" : printable(out_.root),
                                printable(join(out_.policy.include, ", "))),
                         "name rules or folders on the command line, or set rules.include in "
                         "eqlab.toml"));
  }
  return std::move(out_);
}

}  // namespace

std::string Inputs::in_policy(const std::string& path) const {
  const fs::path folder = root.empty() ? fs::path(".") : fs::path(root);
  std::error_code error;
  return fs::absolute(path, error)
      .lexically_normal()
      .lexically_relative(fs::absolute(folder, error).lexically_normal())
      .generic_string();
}

Result<Inputs> load_inputs(const Paths& paths) { return Loader(paths).run(); }

}  // namespace eqlab::gate
