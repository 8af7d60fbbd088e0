// SYNTAX.md says what the language has; every row is held against the parser and its cases.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "harness/base/text.h"
#include "harness/eql/query.h"

namespace eqlab::eql {
namespace {

const std::string root = EQLAB_SOURCE_DIR;

std::string content(const std::string& path) {
  std::ifstream file(root + "/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Row {
  std::vector<std::string> names;  ///< code in the first cell
  std::string example;
  std::string verdict;
  std::vector<std::string> cases;  ///< paths from the root
};

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
      cells.back() += line[++i];
    } else if (line[i] == '|') {
      cells.emplace_back();
    } else {
      cells.back() += line[i];
    }
  }
  cells.pop_back();
  for (std::string& cell : cells) cell = std::string(trim(cell));
  return cells;
}

std::vector<std::string> all_matches(const std::string& text, const std::string& pattern) {
  const std::regex wanted(pattern);
  std::vector<std::string> out;
  for (auto it = std::sregex_iterator(text.begin(), text.end(), wanted);
       it != std::sregex_iterator(); ++it)
    out.push_back((*it)[1]);
  return out;
}

std::vector<Row> rows() {
  std::vector<Row> out;
  std::ifstream page(root + "/harness/eql/SYNTAX.md");
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| ") || line.starts_with("| Construct")) continue;
    const std::vector<std::string> cells = cells_of(line);
    EXPECT_EQ(cells.size(), 4U) << line;
    if (cells.size() != 4) continue;
    const std::size_t ticks = cells[1].starts_with("``") ? 2 : 1;
    Row row{.names = all_matches(cells[0], "`([^`]+)`"),
            .example = cells[1].substr(ticks, cells[1].size() - 2 * ticks),
            .verdict = cells[2],
            .cases = all_matches(cells[3], R"(\]\(\.\./\.\./([^)]+)\))")};
    out.push_back(std::move(row));
  }
  return out;
}

bool is_taken(const std::string& query) {
  auto parsed = parse_query(query);
  return parsed && check_query(std::move(*parsed), event::Schema::builtin(),
                               {.unknown_fields = UnknownFields::other_families_mapped});
}

TEST(SyntaxPage, EveryExampleDoesWhatItsRowSays) {
  const std::set<std::string> verdicts = {"yes", "refused", "differs"};
  for (const Row& row : rows()) {
    EXPECT_TRUE(verdicts.contains(row.verdict)) << row.example;
    EXPECT_EQ(is_taken(row.example), row.verdict == "yes") << row.example;
  }
  EXPECT_GT(rows().size(), 50U);
}

TEST(SyntaxPage, EveryConstructStandsInItsCases) {
  for (const Row& row : rows()) {
    EXPECT_FALSE(row.cases.empty()) << row.example;
    std::string text;
    for (const std::string& path : row.cases) {
      const std::string one = content(path);
      EXPECT_FALSE(one.empty()) << path;
      text += one;
    }
    for (const std::string& name : row.names)
      EXPECT_NE(text.find(name), std::string::npos) << name << " is not in the cases of its row";
  }
}

}  // namespace
}  // namespace eqlab::eql
