#include "tests/unit/docs/page.h"

#include <algorithm>

namespace eqlab::docs {
namespace {

constexpr std::string_view any = "…";

std::string without_blanks_at_end(std::string_view line) {
  const std::size_t last = line.find_last_not_of(" \t\r");
  return std::string(line.substr(0, last == std::string_view::npos ? 0 : last + 1));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out.push_back(without_blanks_at_end(text.substr(0, end)));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  while (!out.empty() && out.back().empty()) out.pop_back();
  return out;
}

bool line_agrees(std::string_view expected, std::string_view line) {
  std::size_t wild = expected.find(any);
  if (wild == std::string_view::npos) return expected == line;
  if (!line.starts_with(expected.substr(0, wild))) return false;
  line.remove_prefix(wild);
  expected.remove_prefix(wild + any.size());
  while ((wild = expected.find(any)) != std::string_view::npos) {
    const std::size_t at = line.find(expected.substr(0, wild));
    if (at == std::string_view::npos) return false;
    line.remove_prefix(at + wild);
    expected.remove_prefix(wild + any.size());
  }
  return line.ends_with(expected);
}

}  // namespace

std::vector<Command> commands_of(std::string_view page) {
  std::vector<Command> out;
  const std::vector<std::string> lines = lines_of(page);
  bool inside = false;
  std::size_t first = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (!inside) {
      inside = line == "```console";
      first = out.size();
      continue;
    }
    if (line == "```") {
      inside = false;
      if (out.size() == first) out.push_back({.text = {}, .expected = {}, .line = i + 1});
    } else if (line.starts_with("$ ")) {
      out.push_back({.text = line.substr(2) + "\n", .expected = {}, .line = i + 1});
    } else if ((line.starts_with("> ") || line == ">") && out.size() > first &&
               out.back().expected.empty()) {
      out.back().text += line.substr(std::min<std::size_t>(2, line.size())) + "\n";
    } else if (out.size() > first) {
      out.back().expected.push_back(line);
    }
  }
  return out;
}

bool agrees(const std::vector<std::string>& expected, std::string_view printed) {
  std::vector<std::string> wanted = expected;
  while (!wanted.empty() && wanted.back().empty()) wanted.pop_back();
  const std::vector<std::string> lines = lines_of(printed);
  // reached[i]: the first i lines printed agree with what was wanted so far.
  std::vector<bool> reached(lines.size() + 1, false);
  reached[0] = true;
  for (const std::string& want : wanted) {
    std::vector<bool> next(lines.size() + 1, false);
    for (std::size_t i = 0; i <= lines.size(); ++i) {
      if (want == any) {
        next[i] = reached[i] || (i > 0 && next[i - 1]);
      } else if (i > 0) {
        next[i] = reached[i - 1] && line_agrees(want, lines[i - 1]);
      }
    }
    reached = std::move(next);
  }
  return reached.back();
}

}  // namespace eqlab::docs
