#pragma once

#include <unistd.h>

#include <boost/process.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

/// A git repository in a folder that goes with the object.
namespace eqlab::test {

class Repository {
 public:
  explicit Repository(bool with_git = true) {
    static int number = 0;
    folder_ = std::filesystem::temp_directory_path() /
              ("eqlab_gate_" + std::to_string(::getpid()) + "_" + std::to_string(number++));
    std::filesystem::create_directories(folder_);
    if (with_git) git({"init", "--quiet", "--initial-branch=main"});
  }
  ~Repository() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Repository(const Repository&) = delete;
  Repository& operator=(const Repository&) = delete;

  [[nodiscard]] std::string path(const std::string& name = {}) const {
    return name.empty() ? folder_.string() : (folder_ / name).string();
  }
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return path(name);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  /// Replaces the first occurrence; the text must have one.
  [[nodiscard]] bool replace(const std::string& name, const std::string& from,
                             const std::string& to) const {
    std::string text = read(name);
    const std::size_t at = text.find(from);
    if (at == std::string::npos) return false;
    write(name, text.replace(at, from.size(), to));
    return true;
  }
  int git(const std::vector<std::string>& arguments) const {
    namespace process = boost::process;
    process::environment environment;
    for (const auto& [name, value] : variables()) environment[name] = value;
    process::child child(process::search_path("git"), process::args = arguments,
                         process::start_dir = folder_.string(), environment,
                         process::std_out > process::null, process::std_err > process::null);
    child.wait();
    return child.exit_code();
  }
  void commit(const std::string& message) const {
    git({"add", "--all"});
    git({"commit", "--quiet", "--no-verify", "--allow-empty", "--message", message});
  }
  /// No configuration but its own, and always the same people and times.
  [[nodiscard]] static std::vector<std::pair<std::string, std::string>> variables() {
    const char* const path = std::getenv("PATH");
    return {{"PATH", path == nullptr ? "/usr/bin:/bin" : path},
            {"HOME", "/nonexistent"},
            {"GIT_CONFIG_GLOBAL", "/dev/null"},
            {"GIT_CONFIG_NOSYSTEM", "1"},
            {"GIT_AUTHOR_NAME", "A"},
            {"GIT_AUTHOR_EMAIL", "a@example.org"},
            {"GIT_COMMITTER_NAME", "A"},
            {"GIT_COMMITTER_EMAIL", "a@example.org"}};
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace eqlab::test
