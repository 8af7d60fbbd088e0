#include "harness/cli/starter_files.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

#include "embedded/example_github.h"
#include "embedded/example_gitlab.h"
#include "embedded/example_pre_commit.h"
#include "harness/base/text.h"

namespace eqlab::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t folders_named_max = 20;
constexpr std::size_t levels_max = 100;
constexpr std::size_t config_bytes_max = 1U << 16;

/// UTF-8 without control characters and marks that turn text round.
bool can_be_shown(std::string_view text) { return printable(text) == text; }

/// A TOML string; the text can be shown.
std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string toml_list(const std::set<std::string>& items) {
  std::vector<std::string> out;
  out.reserve(items.size());
  for (const std::string& item : items) out.push_back(toml_text(item));
  return "[" + join(out, ", ") + "]";
}

/// The folders right below the top that hold rules, `""` for the top itself; nothing where the
/// names are too many or such that no policy can hold them.
std::optional<std::set<std::string>> rule_folders(const std::string& folder,
                                                  const rule::RuleSet& rules) {
  std::set<std::string> out;
  for (const rule::Rule& rule : rules.rules) {
    const fs::path relative = fs::path(rule.file).lexically_relative(folder);
    const std::string first =
        relative.has_parent_path() ? relative.begin()->string() : std::string();
    if (!can_be_shown(first) || first == "..") return std::nullopt;
    out.insert(first);
    if (out.size() > folders_named_max) return std::nullopt;
  }
  return out;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

/// The remotes of `.git/config`, read as text: only a hint is wanted.
std::string git_config(const fs::path& top) {
  std::ifstream in(top / ".git" / "config", std::ios::binary);
  std::string text(config_bytes_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return text;
}

}  // namespace

std::optional<Pipeline> pipeline_named(std::string_view name) {
  if (name == "none") return Pipeline::none;
  if (name == "github") return Pipeline::github;
  if (name == "gitlab") return Pipeline::gitlab;
  if (name == "pre-commit") return Pipeline::pre_commit;
  return std::nullopt;
}

std::string starter_policy(const std::string& folder, const rule::RuleSet& rules) {
  std::set<std::string> include;
  std::set<std::string> cases;
  std::set<std::string> extensions;
  for (const rule::Rule& rule : rules.rules)
    extensions.insert(fs::path(rule.file).extension().string());
  const auto folders = rule_folders(folder, rules).value_or(std::set<std::string>{"**"});
  for (const std::string& name : folders) {
    const std::string below = name.empty() ? "" : name == "**" ? std::string("**/") : name + "/**/";
    for (const std::string& extension : extensions)
      include.insert(format("{}*{}", below, extension));
    cases.insert(below + "*.case");
  }
  std::set<std::string> exclude = {"**/_deprecated/**", "eqlab.toml"};
  // What lies beside rules and is none.
  for (const rule::Skipped& skipped : rules.skipped) {
    const std::string path = fs::path(skipped.file).lexically_relative(folder).generic_string();
    if (skipped.name.empty() && skipped.type.empty() && can_be_shown(path) &&
        exclude.size() < folders_named_max) {
      exclude.insert(path);
    }
  }
  return format(
      R"(# What a rule change must keep, as `eqlab gate` judges it. Paths are relative to this file.

[rules]
include = {}
exclude = {}
cases = {}

# The events that rules are judged on: generated, the same bytes each time. More hosts and days make
# narrower intervals and take longer.
[corpus]
profile = "balanced"
seed = 1
hosts = 200
days = 2

[thresholds]
# Malicious incidents caught, from 0 to 1: a change may cost a point at most. `certain` lets chance
# pass: the gate fails only where the whole interval lies beyond the value.
recall_drop_max = {{ value = 0.01, certain = true }}
# No malicious scenario that was caught before may be lost altogether.
scenarios_lost_max = 0
# False alarms may grow by a tenth of what they were.
false_alarms_growth_max = {{ value = 0.1, certain = true }}

# Bounds that hold for each rule, whatever its base was. Look at `eqlab score RULE` before you set one.
# recall_min = 0.25
# false_alarms_max = 400              # per 1,000 hosts a day
# latency_p95_max = "10m"             # from the last event to the alert
# cap_hits_max = 0                    # runs that found as much as max_signals lets through
# mutation_score_min = 0.9            # of small changes to the rule, how many its cases notice

[lint]
fail_on = "error"                     # or "warning", "note", "never"
only_new = true                       # what the base has too does not fail
# ignore = ["L316"]

# Other demands on some rules; what is not named stays as above, and `false` takes a bound away.
# [[rule]]
# match = "{}*noisy*.toml"
# thresholds.false_alarms_growth_max = false
)",
      toml_list(include), toml_list(exclude), toml_list(cases),
      folders.size() == 1 && !folders.begin()->empty() && *folders.begin() != "**"
          ? *folders.begin() + "/**/"
          : "");
}

Repository find_repository(const std::string& folder) {
  std::error_code error;
  fs::path top = fs::weakly_canonical(fs::absolute(folder, error), error);
  if (error) return {};
  for (std::size_t level = 0; level < levels_max; ++level, top = top.parent_path()) {
    if (!fs::exists(top / ".git", error)) {
      if (top == top.root_path()) return {};
      continue;
    }
    Repository out{.top = top.string(), .suggested = Pipeline::pre_commit};
    const std::string config = git_config(top);
    const bool has_github = fs::is_directory(top / ".github", error);
    const bool has_gitlab =
        fs::exists(top / ".gitlab-ci.yml", error) || fs::exists(top / ".gitlab", error);
    // What lies there says more than where it was cloned from.
    if (has_github || (!has_gitlab && config.find("github.com") != std::string::npos)) {
      out.suggested = Pipeline::github;
    } else if (has_gitlab || config.find("gitlab") != std::string::npos) {
      out.suggested = Pipeline::gitlab;
    }
    return out;
  }
  return {};
}

std::string pipeline_path(Pipeline pipeline) {
  switch (pipeline) {
    case Pipeline::none:
      break;
    case Pipeline::github:
      return ".github/workflows/eqlab.yml";
    case Pipeline::gitlab:
      return ".gitlab-ci.yml";
    case Pipeline::pre_commit:
      return ".pre-commit-config.yaml";
  }
  return {};
}

Result<Source> parse_source(const std::string& text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  const std::size_t at = text.find('@');
  const std::size_t slash = text.find('/');
  const auto wrong = [&] {
    return fail(error_in({}, "E774",
                         format("--source {} is no OWNER/NAME@REVISION", printable(text)),
                         "for example: --source my-team/eqlab@v0.1.0"));
  };
  if (at == std::string::npos || slash == std::string::npos || slash > at) return wrong();
  const auto is_plain = [&](std::string_view part) {
    return !part.empty() && part.front() != '-' &&
           part.find_first_not_of(plain) == std::string_view::npos;
  };
  const std::string_view all = text;
  std::string_view revision = all.substr(at + 1);
  if (!is_plain(all.substr(0, slash)) || !is_plain(all.substr(slash + 1, at - slash - 1)))
    return wrong();
  Source source{.repository = text.substr(0, at), .revision = text.substr(at + 1)};
  for (;;) {
    const std::size_t end = std::min(revision.find('/'), revision.size());
    if (!is_plain(revision.substr(0, end))) return wrong();
    if (end == revision.size()) return source;
    revision.remove_prefix(end + 1);
  }
}

Result<std::string> pipeline_file(Pipeline pipeline, const std::string& policy,
                                  const Source& source) {
  // `$` begins an expression of GitHub's and a variable of GitLab's, quoted or not.
  if (!can_be_shown(policy) || policy.find('$') != std::string::npos || policy.starts_with('-')) {
    return fail(error_in(policy, "E773", "a pipeline's file cannot name this path",
                         "rename its folder, or leave the pipeline out with --ci none"));
  }
  std::string text;
  switch (pipeline) {
    case Pipeline::none:
      return text;
    case Pipeline::github:
      text = embedded::example_github;
      break;
    case Pipeline::gitlab:
      text = embedded::example_gitlab;
      break;
    case Pipeline::pre_commit:
      text = embedded::example_pre_commit;
      break;
  }
  text = replaced(std::move(text), "OWNER/eqlab", source.repository);
  text = replaced(std::move(text), "RELEASE", source.revision);
  return replaced(std::move(text), "'eqlab.toml'", "'" + replaced(policy, "'", "''") + "'");
}

}  // namespace eqlab::cli
