#pragma once

#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/gate/policy.h"

namespace eqlab::gate {

/// Files of a folder that the policy speaks of, as paths relative to it, in order.
struct ChosenFiles {
  std::vector<std::string> rules;
  std::vector<std::string> cases;
  std::vector<std::string> links;         ///< symbolic links that have such a name, to whatever
  std::vector<std::string> folder_links;  ///< links to folders where such files would be looked for
};

/// Hidden folders are passed over, links not followed: what a
/// link means is no part of a commit, and may lie outside the repository. Errors: E901 a folder
/// that cannot be listed; E743 more than limits::rule_files_max.
[[nodiscard]] Result<ChosenFiles> choose_files(const std::string& root, const Policy& policy);

/// The whole of a file. Errors: E901; E743 longer than `bytes_max`.
[[nodiscard]] Result<std::string> read_text(const std::string& path, std::size_t bytes_max);

}  // namespace eqlab::gate
