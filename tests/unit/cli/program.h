#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace eqlab::test {

/// A folder that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }
  /// Writes a file into it, below folders that are made, and answers its path.
  std::string write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path folder_;
};

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};

struct Running {
  std::string input = {};                     ///< standard input
  std::vector<std::string> environment = {};  ///< `NAME=value`, on top of the test's own
  /// Asked while the program runs, for at most a minute; when true, the program gets SIGINT.
  std::function<bool()> interrupt_when = {};
  std::string output_to = {};  ///< standard output goes to this file, unread
  std::string folder = ".";    ///< where it runs
};

/// Runs the eqlab that was built with these tests.
[[nodiscard]] Outcome eqlab(const std::vector<std::string>& arguments, const Running& how = {});
/// Runs another program, searched in PATH; status 127 where there is none.
[[nodiscard]] Outcome run(const std::string& program, const std::vector<std::string>& arguments,
                          const Running& how = {});

[[nodiscard]] std::string read_file(const std::string& path);

}  // namespace eqlab::test
