#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/gate/change_set.h"
#include "harness/gate/result.h"

/// What `gate` compares: the policy, the rules of the work tree and those of the base.
namespace eqlab::gate {

struct Paths {
  std::vector<std::string> rules;  ///< as named on the command line; empty: as the policy says
  std::string policy;              ///< empty: eqlab.toml here or in a folder above, or the defaults
  std::string base;                ///< git revision
  std::string base_file;
  std::string baseline;
  bool baseline_is_written = false;                              ///< it need not be there yet
  std::vector<std::pair<std::string, std::string>> environment;  ///< for git
};

struct Inputs {
  Policy policy;
  std::string root;  ///< the policy's folder, as a prefix of paths: empty or ended by `/`
  BaseInfo base;
  std::vector<RulePair> pairs;  ///< unchanged ones too; without a base all are added
  std::optional<Baseline> baseline;
  std::vector<std::string> rule_files;  ///< of the work tree
  std::vector<std::string> case_files;
  std::vector<Diagnostic> broken;  ///< rules of the work tree that cannot be read
  std::vector<rule::Skipped> skipped;
  std::vector<std::string> base_broken;  ///< files whose base version cannot be read
  std::vector<std::string> notes;
  std::string repository_prefix;  ///< of this folder from the top of the work tree

  /// A path as the policy names it.
  [[nodiscard]] std::string in_policy(const std::string& path) const;
};

/// Errors: those of policy, git and baseline; E743 no rule file; E901, E905.
[[nodiscard]] Result<Inputs> load_inputs(const Paths& paths);

}  // namespace eqlab::gate
