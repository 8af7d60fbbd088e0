// What pages of documentation owe their reader: links that lead somewhere, and a page per folder.

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tests/unit/tidy/rules.h"

namespace eqlab::tidy {
namespace {

// Lines inside ``` fences are examples, not text.
std::vector<std::string> text_lines(const SourceFile& page) {
  std::vector<std::string> lines = lines_of(page.text);
  bool fenced = false;
  for (std::string& line : lines) {
    const bool fence = line.starts_with("```");
    if (fence || fenced) line.clear();
    if (fence) fenced = !fenced;
  }
  return lines;
}

// The anchor that forges give a heading: lower case, punctuation gone, blanks to hyphens.
std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80) {
      anchor += static_cast<char>(std::tolower(byte));
    } else if (c == ' ') {
      anchor += '-';
    }
  }
  return anchor;
}

bool has_anchor(const SourceFile& page, std::string_view anchor) {
  static const std::regex heading(R"(^#{1,6}\s+(.*?)\s*#*$)");
  return std::ranges::any_of(text_lines(page), [&](const std::string& line) {
    std::smatch found;
    return std::regex_match(line, found, heading) && anchor_of(found[1].str()) == anchor;
  });
}

class Paths {
 public:
  explicit Paths(const std::vector<SourceFile>& files) : files_(files) {
    for (const SourceFile& file : files) {
      for (std::filesystem::path path = file.path; !path.empty(); path = path.parent_path()) {
        known_.insert(path.generic_string());
      }
    }
    known_.insert(".");
  }
  [[nodiscard]] bool exists(std::string path) const {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return known_.contains(path);
  }
  [[nodiscard]] const SourceFile* file(const std::string& path) const {
    const auto found = std::ranges::find(files_, path, &SourceFile::path);
    return found == files_.end() ? nullptr : &*found;
  }

 private:
  const std::vector<SourceFile>& files_;
  std::set<std::string> known_;
};

std::string why_broken(const SourceFile& page, const std::string& target, const Paths& paths) {
  const std::size_t hash = std::min(target.find('#'), target.size());
  const std::filesystem::path folder = std::filesystem::path(page.path).parent_path();
  const std::string path =
      hash == 0 ? page.path : (folder / target.substr(0, hash)).lexically_normal().generic_string();
  if (!paths.exists(path)) return "link to nothing: " + target;
  if (hash == target.size()) return {};
  const SourceFile* linked = paths.file(path);
  if (linked == nullptr || !has_anchor(*linked, target.substr(hash + 1)))
    return "no such heading: " + target;
  return {};
}

// `harness/x/y.h` in running text: a path from the root, unless it is a pattern (NAME, *, <…>) or
// made by a run (build/, out/).
bool is_path(const std::string& word) {
  static const std::regex pattern(R"((harness|generators|ci|tests|rules|fixtures)/[a-z0-9_./+-]*)");
  return std::regex_match(word, pattern);
}

}  // namespace

std::vector<Violation> check_links(const std::vector<SourceFile>& files) {
  static const std::regex link(R"(\]\(([^)\s]+)(\s+"[^"]*")?\))");
  static const std::regex code(R"(`([^`]+)`)");
  const Paths paths(files);
  std::vector<Violation> violations;
  for (const SourceFile& page : files) {
    if (!page.path.ends_with(".md")) continue;
    const std::vector<std::string> lines = text_lines(page);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::string& line = lines[i];
      for (auto it = std::sregex_iterator(line.begin(), line.end(), link);
           it != std::sregex_iterator(); ++it) {
        const std::string target = (*it)[1];
        if (target.find("://") != std::string::npos || target.starts_with("mailto:")) continue;
        if (const std::string why = why_broken(page, target, paths); !why.empty()) {
          violations.push_back({page.path, i + 1, why});
        }
      }
      for (auto it = std::sregex_iterator(line.begin(), line.end(), code);
           it != std::sregex_iterator(); ++it) {
        const std::string word = (*it)[1];
        if (is_path(word) && !paths.exists(word))
          violations.push_back({page.path, i + 1, "no such path: " + word});
      }
    }
  }
  return violations;
}

std::vector<Violation> check_readmes(const std::vector<SourceFile>& files) {
  const Paths paths(files);
  std::set<std::string> folders;
  for (const SourceFile& file : files) {
    const std::size_t first = file.path.find('/');
    if (first == std::string::npos || file.path.starts_with('.')) continue;
    const std::string top = file.path.substr(0, first);
    if (top == "harness") {
      const std::size_t second = file.path.find('/', first + 1);
      if (second != std::string::npos) folders.insert(file.path.substr(0, second));
    } else if (top == "generators" || top == "ci" || top == "rules" || top == "fixtures" ||
               top == "tests") {
      folders.insert(top);
    }
  }
  std::vector<Violation> violations;
  for (const std::string& folder : folders) {
    const std::string readme = folder + "/README.md";
    if (!paths.exists(readme))
      violations.push_back({readme, 0, "this folder does not say what it is for"});
  }
  if (!paths.exists("README.md")) violations.push_back({"README.md", 0, "missing"});
  return violations;
}

std::vector<Violation> check_codes(const std::vector<SourceFile>& files) {
  const std::string table_path = "harness/base/ERRORS.md";
  const std::regex quoted("\"([EL][0-9]{3})\"");
  const std::regex bare("\\b([EL][0-9]{3})\\b");
  const std::regex row("^\\| ([EL][0-9]{3}) \\|");
  std::map<std::string, Violation> used;  // where first
  std::map<std::string, std::size_t> listed;
  std::set<std::string> tested;
  std::vector<Violation> violations;
  for (const SourceFile& file : files) {
    const bool is_product =
        file.path.starts_with("harness/") || file.path.starts_with("generators/");
    const bool is_test = file.path.starts_with("tests/") || file.path.ends_with(".case");
    std::istringstream lines(file.text);
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      std::smatch found;
      if (file.path == table_path && std::regex_search(line, found, row) &&
          !listed.try_emplace(found[1], number).second)
        violations.push_back({table_path, number, std::string(found[1]) + " is listed twice"});
      const bool is_source =
          is_product && (file.path.ends_with(".cc") || file.path.ends_with(".h"));
      if (!is_source && !is_test) continue;
      const std::regex& pattern = is_source ? quoted : bare;
      for (std::sregex_iterator it(line.begin(), line.end(), pattern), end; it != end; ++it) {
        if (is_test)
          tested.insert((*it)[1]);
        else
          used.try_emplace((*it)[1], Violation{file.path, number, ""});
      }
    }
  }
  for (auto& [code, place] : used) {
    if (!listed.contains(code))
      violations.push_back({place.path, place.line, code + " is not in " + table_path});
    if (!tested.contains(code))
      violations.push_back({place.path, place.line, code + " is produced by no test"});
  }
  for (const auto& [code, number] : listed) {
    if (!used.contains(code)) violations.push_back({table_path, number, code + " is used nowhere"});
  }
  return violations;
}

}  // namespace eqlab::tidy
