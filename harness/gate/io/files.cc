#include "harness/gate/io/files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/gate/glob.h"

namespace eqlab::gate {

namespace fs = std::filesystem;

Result<ChosenFiles> choose_files(const std::string& root, const Policy& policy) {
  ChosenFiles out;
  std::error_code error;
  fs::recursive_directory_iterator walk(root, error);
  for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
    const fs::path& path = walk->path();
    const std::string relative = path.lexically_relative(root).generic_string();
    std::error_code unreadable;
    const bool is_link = fs::is_symlink(walk->symlink_status(unreadable));
    if (walk->is_directory(unreadable)) {
      // Repositories of rules may be a corner of larger ones.
      const auto leads_there = [&](const std::string& pattern) {
        return may_match_below(pattern, relative);
      };
      if (path.filename().string().starts_with('.') ||
          (std::ranges::none_of(policy.include, leads_there) &&
           std::ranges::none_of(policy.cases, leads_there)))
        walk.disable_recursion_pending();
      else if (is_link)
        out.folder_links.push_back(relative);
      continue;
    }
    if (is_link) {
      if (is_rule_path(policy, relative) || is_case_path(policy, relative))
        out.links.push_back(relative);
      continue;
    }
    if (!walk->is_regular_file(unreadable)) continue;
    if (is_rule_path(policy, relative)) out.rules.push_back(relative);
    if (is_case_path(policy, relative)) out.cases.push_back(relative);
    if (out.rules.size() + out.cases.size() + out.links.size() > limits::rule_files_max) {
      return fail(error_in(root, "E743",
                           format("more than {} rule and case files",
                                  group_digits(std::int64_t{limits::rule_files_max})),
                           "narrow rules.include in the policy"));
    }
  }
  if (error) return fail(error_in(root, "E901", format("cannot be listed: {}", error.message())));
  std::ranges::sort(out.rules);
  std::ranges::sort(out.cases);
  std::ranges::sort(out.links);
  std::ranges::sort(out.folder_links);
  return out;
}

Result<std::string> read_text(const std::string& path, std::size_t bytes_max) {
  std::error_code error;
  if (fs::is_directory(path, error)) return fail(error_in(path, "E901", "this is a folder"));
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fail(error_in(path, "E901", format("cannot be opened: {}", std::strerror(errno))));
  std::string text;
  std::string block(1U << 16U, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    text.append(block, 0, static_cast<std::size_t>(in.gcount()));
    if (text.size() > bytes_max) {
      return fail(error_in(path, "E743",
                           format("the file is longer than {} bytes",
                                  group_digits(static_cast<std::int64_t>(bytes_max)))));
    }
  }
  if (in.bad()) return fail(error_in(path, "E901", "cannot be read"));
  return text;
}

}  // namespace eqlab::gate
