// The only file of this folder that opens files.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/rule/rule.h"
#include "harness/rule/rule_files.h"

namespace eqlab::rule {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_file(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    return fail(error_in(path, "E901", "this is a folder, not a rule file"));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fail(error_in(path, "E901", format("cannot be opened: {}", std::strerror(errno))));
  std::string text;
  std::string block(1U << 16U, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    text.append(block, 0, static_cast<std::size_t>(in.gcount()));
    if (text.size() > limits::rule_file_bytes_max) {
      return fail(error_in(path, "E301",
                           format("rule file is longer than {} bytes",
                                  group_digits(std::int64_t{limits::rule_file_bytes_max}))));
    }
  }
  if (in.bad()) return fail(error_in(path, "E901", "cannot be read"));
  return text;
}

bool is_rule_file(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".toml" || extension == ".eql" || extension == ".ndjson" ||
         extension == ".json";
}

void append(RuleSet& to, RuleSet&& from) {
  std::ranges::move(from.rules, std::back_inserter(to.rules));
  std::ranges::move(from.skipped, std::back_inserter(to.skipped));
  std::ranges::move(from.diagnostics, std::back_inserter(to.diagnostics));
  std::ranges::move(from.files, std::back_inserter(to.files));
}

class Loader {
 public:
  RuleSet run(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      std::error_code error;
      if (fs::is_directory(path, error))
        read_folder(path);
      else
        read_named(path);
    }
    return std::move(set_);
  }

 private:
  void read_named(const std::string& path) {
    auto text = read_file(path);
    if (!text) {
      set_.files.push_back(path);
      set_.diagnostics.push_back(std::move(text.error()));
      return;
    }
    append(set_, parse_rules(std::move(*text), path));
  }

  void read_found(const fs::path& path) {
    const std::string name = path.string();
    auto text = read_file(name);
    if (text && !speaks_of_rules(*text, name)) {
      set_.files.push_back(name);
      set_.skipped.push_back({.file = name, .name = {}, .type = {}});
    } else if (text) {
      append(set_, parse_rules(std::move(*text), name));
    } else {
      set_.files.push_back(name);
      set_.diagnostics.push_back(std::move(text.error()));
    }
  }

  void read_folder(const std::string& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    fs::recursive_directory_iterator walk(folder, error);
    for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
      const fs::path& path = walk->path();
      const std::string name = path.filename().string();
      std::error_code unreadable;
      if (walk->is_directory(unreadable)) {
        if (name.starts_with('.')) walk.disable_recursion_pending();
        if (name == "_deprecated") {
          walk.disable_recursion_pending();
          deprecated_.push_back(path.string());
        }
      } else if (!name.starts_with('.') && is_rule_file(path)) {
        found.push_back(path);
        if (found.size() > limits::rule_files_max) {
          set_.diagnostics.push_back(
              error_in(folder, "E310",
                       format("more than {} files in this folder",
                              group_digits(std::int64_t{limits::rule_files_max})),
                       "name the folders of rules inside it"));
          return;
        }
      }
    }
    if (error) {
      set_.diagnostics.push_back(
          error_in(folder, "E901", "folder cannot be read: " + error.message()));
    }
    std::ranges::sort(found);
    for (const fs::path& path : found) read_found(path);
    std::ranges::sort(deprecated_);
    for (std::string& path : deprecated_)
      set_.skipped.push_back({.file = std::move(path), .name = {}, .type = "deprecated"});
    deprecated_.clear();
    if (found.empty() && !error) {
      set_.diagnostics.push_back(error_in(
          folder, "E301", "there is no .toml, .eql, .ndjson or .json file in this folder"));
    }
  }

  RuleSet set_;
  std::vector<std::string> deprecated_;
};

}  // namespace

RuleSet load_rules(const std::vector<std::string>& paths) { return Loader().run(paths); }

Result<Rule> load_rule(const std::string& path, const std::string& id) {
  EQLAB_TRY(std::string text, read_file(path));
  return choose_rule(parse_rules(std::move(text), path), path, id);
}

}  // namespace eqlab::rule
