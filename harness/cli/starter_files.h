#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/rule/rule.h"

namespace eqlab::cli {

/// What runs the gate on each change.
enum class Pipeline : std::uint8_t { none, github, gitlab, pre_commit };
[[nodiscard]] std::optional<Pipeline> pipeline_named(std::string_view name);

/// A policy for the rules of a folder: globs relative to `folder` for what was found there, and
/// every threshold, with the reason to change it.
[[nodiscard]] std::string starter_policy(const std::string& folder, const rule::RuleSet& rules);

/// Where a pipeline's file lies in a repository, which of them are there already, and what others
/// say about who runs it.
struct Repository {
  std::string top;  ///< absolute; empty: the folder lies in none
  Pipeline suggested = Pipeline::none;
};
/// Looks for `.git` from the folder upwards, and at what lies beside it. Nothing is run.
[[nodiscard]] Repository find_repository(const std::string& folder);

/// Relative to the top of the repository. Of GitLab, whose one file may be in use: `taken`.
[[nodiscard]] std::string pipeline_path(Pipeline pipeline);

/// Where eqlab itself comes from: `OWNER/NAME@REVISION`.
struct Source {
  std::string repository;
  std::string revision;
};
/// Errors: E774.
[[nodiscard]] Result<Source> parse_source(const std::string& text);

/// The file of a pipeline, made from the examples in `ci/`. `policy`: the policy's path, relative
/// to the top of the repository. Errors: E773 a path that such a file would not take literally.
[[nodiscard]] Result<std::string> pipeline_file(Pipeline pipeline, const std::string& policy,
                                                const Source& source);

}  // namespace eqlab::cli
