#include "tests/unit/tidy/source_tree.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace eqlab::tidy {
namespace {

// Not part of the product: what building and running it leaves behind, and editors' own folders.
constexpr std::array<std::string_view, 9> skipped_folders = {
    ".git", "build", "out", ".cache", ".idea", ".vs", ".vscode", "node_modules", "dist"};

bool is_skipped(const std::filesystem::path& folder) {
  const std::string name = folder.filename().string();
  return std::ranges::find(skipped_folders, name) != skipped_folders.end() ||
         name.starts_with("cmake-build-") || std::filesystem::exists(folder / "CMakeCache.txt");
}

// Length of the literal's prefix and delimiter if a raw string begins at `at`, which holds the `"`.
bool is_raw_string(std::string_view text, std::size_t at) {
  return at > 0 && text[at - 1] == 'R' &&
         (at < 2 || std::isalnum(static_cast<unsigned char>(text[at - 2])) == 0 ||
          text[at - 2] == 'u' || text[at - 2] == 'U' || text[at - 2] == 'L' || text[at - 2] == '8');
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Violation& violation) {
  return out << violation.path << ':' << violation.line << ": " << violation.message;
}

std::vector<SourceFile> read_tree() {
  namespace fs = std::filesystem;
  const fs::path root = EQLAB_SOURCE_DIR;
  std::vector<SourceFile> files;
  for (auto entry = fs::recursive_directory_iterator(root);
       entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry->is_directory()) {
      if (is_skipped(entry->path())) entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file()) continue;
    std::ifstream in(entry->path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (text.find('\0') != std::string::npos) continue;  // not text
    files.push_back(
        {.path = entry->path().lexically_relative(root).generic_string(), .text = std::move(text)});
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::string code_only(std::string_view text) {
  std::string code(text);
  const auto blank = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < std::min(end, code.size()); ++i) {
      if (code[i] != '\n') code[i] = ' ';
    }
  };
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    std::size_t end = at + 1;
    if (c == '/' && text.substr(at, 2) == "//") {
      end = std::min(text.find('\n', at), text.size());
      blank(at, end);
    } else if (c == '/' && text.substr(at, 2) == "/*") {
      const std::size_t close = text.find("*/", at + 2);
      end = close == std::string_view::npos ? text.size() : close + 2;
      blank(at, end);
    } else if (c == '"' && is_raw_string(text, at)) {
      const std::size_t open = std::min(text.find('(', at), text.size());
      const std::string closing = ")" + std::string(text.substr(at + 1, open - at - 1)) + "\"";
      const std::size_t close = text.find(closing, open);
      end = close == std::string_view::npos ? text.size() : close + closing.size();
      blank(at + 1, end - 1);
    } else if (c == '"' ||
               (c == '\'' &&
                (at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0))) {
      // A quote after a letter or digit separates digits (1'000); it opens nothing.
      while (end < text.size() && text[end] != c && text[end] != '\n')
        end += text[end] == '\\' ? 2U : 1U;
      blank(at + 1, end);
      ++end;
    }
    at = end;
  }
  return code;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_cpp(const SourceFile& file) {
  return file.path.ends_with(".h") || file.path.ends_with(".cc");
}

bool is_in(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace eqlab::tidy
