#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/time.h"

/// The base of a change, read out of git without a checkout. Nothing is written, no hook, filter,
/// pager or external program of the repository's configuration runs, nothing is fetched.
namespace eqlab::gate {

struct GitOptions {
  std::string folder = ".";  ///< somewhere inside the work tree
  /// The caller's environment. Variables GIT_… that point at another repository, index or program
  /// are left out: inside a hook git sets some of them.
  std::vector<std::pair<std::string, std::string>> environment = {};
  Duration time_limit = std::chrono::seconds(60);  ///< for each call
  std::size_t output_bytes_max = std::size_t{256} << 20;
};

/// One file of a commit.
struct GitFile {
  std::string path;  ///< from the top of the work tree
  std::uint64_t bytes = 0;
};

/// What a name stands for, and what it is compared with.
struct GitBase {
  std::string name;  ///< as given
  std::string
      commit;  ///< what the files are read from: the merge base with HEAD, where one is known
  bool is_merge_base = false;
  bool is_shallow = false;  ///< the clone has not all of the history
};

/// Errors of all calls: E745 git cannot be run, takes too long, says too much, or fails.
class Git {
 public:
  /// Errors: E746 no work tree here, or no git on this machine.
  [[nodiscard]] static Result<Git> open(GitOptions options);

  /// Errors: E744 no such revision; the hint tells of shallow clones.
  [[nodiscard]] Result<GitBase> find_base(const std::string& revision) const;
  /// The regular files of a commit at or below the folder, in order of path.
  [[nodiscard]] Result<std::vector<GitFile>> files(const std::string& commit) const;
  /// Tracked files at or below the folder that are not in the work tree as they are in the commit.
  [[nodiscard]] Result<std::vector<std::string>> changed(const std::string& commit) const;
  /// `path` from the top of the work tree. Errors: E745 also for a file longer than
  /// limits::rule_file_bytes_max.
  [[nodiscard]] Result<std::string> read(const std::string& commit, const std::string& path) const;

  [[nodiscard]] const std::string& top() const { return top_; }
  /// The folder from the top of the work tree, empty or ended by `/`.
  [[nodiscard]] const std::string& prefix() const { return prefix_; }

 private:
  struct Answer {
    int status = 0;
    std::string out;
    std::string err;
  };
  explicit Git(GitOptions options) : options_(std::move(options)) {}
  [[nodiscard]] Result<Answer> ask(const std::vector<std::string>& arguments) const;
  /// The same; a status other than 0 is an error.
  [[nodiscard]] Result<std::string> run(const std::vector<std::string>& arguments) const;

  GitOptions options_;
  std::string program_;
  std::string top_;
  std::string prefix_;
};

}  // namespace eqlab::gate
