// Two levels of the same greedy search with one place to go back to: parts of the path, then
// characters of a part. Tested in tests/unit/gate/glob_test.cc.
#include "harness/gate/glob.h"

#include <string>
#include <vector>

namespace eqlab::gate {
namespace {

bool matches_part(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::vector<std::string_view> parts_of(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t end = path.find('/');
    parts.push_back(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  }
  return parts;
}

std::vector<std::string_view> wanted_parts(std::string_view pattern) {
  std::vector<std::string_view> wanted = parts_of(pattern);
  if (pattern.ends_with('/')) wanted.emplace_back("**");
  return wanted;
}

}  // namespace

bool matches_glob(std::string_view pattern, std::string_view path) {
  const std::vector<std::string_view> wanted = wanted_parts(pattern);
  const std::vector<std::string_view> parts = parts_of(path);
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < parts.size()) {
    if (p < wanted.size() && wanted[p] == "**") {
      star = p++;
      resume = t;
    } else if (p < wanted.size() && matches_part(wanted[p], parts[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < wanted.size() && wanted[p] == "**") ++p;
  return p == wanted.size();
}

bool may_match_below(std::string_view pattern, std::string_view folder) {
  const std::vector<std::string_view> wanted = wanted_parts(pattern);
  const std::vector<std::string_view> parts = parts_of(folder);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i == wanted.size()) return false;
    if (wanted[i] == "**") return true;
    if (!matches_part(wanted[i], parts[i])) return false;
  }
  return wanted.size() > parts.size();
}

}  // namespace eqlab::gate
