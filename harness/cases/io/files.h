#pragma once

#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cases/case_block.h"

namespace eqlab::cases {

/// The files, and all `.case` files in the folders and below, in order of path, each once. E453,
/// E901.
[[nodiscard]] Result<std::vector<std::string>> find_case_files(
    const std::vector<std::string>& paths);

[[nodiscard]] Result<std::string> read_text(const std::string& path);
[[nodiscard]] Status write_text(const std::string& path, const std::string& text);

/// Parses and opens the rules that the blocks name. A rule whose query is wrong is opened all the
/// same. Errors: E450 to E452 as `parse_cases`; E454, at its `rule:`, a rule file that cannot be
/// used; E901.
[[nodiscard]] Result<std::vector<CaseBlock>> load_cases(const std::string& path);

/// The blocks that run this rule, in the files and folders; of no paths: in the `.case` files
/// beside the rule's file, of which those that cannot be used are passed over. Errors, for paths
/// that were given: those of find_case_files and load_cases.
[[nodiscard]] Result<std::vector<CaseBlock>> load_cases_of(const rule::Rule& rule,
                                                           const std::vector<std::string>& paths);

}  // namespace eqlab::cases
