#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace eqlab::tidy {

/// One text file of the checkout; `path` is relative to its root, with `/`.
struct SourceFile {
  std::string path;
  std::string text;
};

/// A place that breaks a rule of the house; printed as `file:line: message`, so that editors can
/// jump.
struct Violation {
  std::string path;
  std::size_t line = 0;
  std::string message;
  friend bool operator==(const Violation&, const Violation&) = default;
};
std::ostream& operator<<(std::ostream& out, const Violation& violation);

/// Every text file of the checkout, by path; build results, outputs and version control left out.
[[nodiscard]] std::vector<SourceFile> read_tree();

/// C++ with the inside of comments, strings and character literals blanked; lines stay where they
/// are.
[[nodiscard]] std::string code_only(std::string_view text);

[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);
[[nodiscard]] bool is_cpp(const SourceFile& file);
/// Whether `path` is the folder `folder` or lies in it.
[[nodiscard]] bool is_in(std::string_view path, std::string_view folder);

}  // namespace eqlab::tidy
