// Every case file of the repository, on every built-in configuration.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "harness/base/text.h"
#include "harness/cases/io/files.h"
#include "harness/cases/runner.h"

namespace eqlab::cases {
namespace {

const std::string root = EQLAB_SOURCE_DIR;

class CaseFiles : public testing::TestWithParam<std::string> {};

TEST_P(CaseFiles, Pass) {
  const auto report = run_cases({root + "/" + GetParam()}, {});
  ASSERT_TRUE(report) << render(report.error());
  for (const Diagnostic& problem : report->unusable) ADD_FAILURE() << render(problem);
  EXPECT_GT(report->results.size(), 0U);
  EXPECT_EQ(report->failed(), 0U) << describe_failures(*report);
}

std::vector<std::string> all_files() {
  const auto found = find_case_files({root + "/rules", root + "/tests/cases"});
  std::vector<std::string> names;
  for (const std::string& file : found ? *found : std::vector<std::string>{})
    names.push_back(file.substr(root.size() + 1));
  return names;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Repository, CaseFiles, testing::ValuesIn(all_files()), test_name);

TEST(CaseFileSet, EverySyntaxErrorIsShownByACase) {
  // E110 and E111 need a query that no readable case file can hold; tests/unit/rule has them.
  const std::set<std::string> elsewhere = {"E110", "E111"};
  std::set<std::string> shown;
  const auto found = find_case_files({root + "/tests/cases"});
  ASSERT_TRUE(found);
  for (const std::string& file : *found) {
    const auto blocks = load_cases(file);
    ASSERT_TRUE(blocks) << render(blocks.error());
    for (const CaseBlock& block : *blocks) {
      if (block.expectation.kind == ExpectationKind::error) shown.insert(block.expectation.code);
    }
  }
  for (const std::filesystem::directory_entry& source :
       std::filesystem::directory_iterator(root + "/harness/eql")) {
    std::ostringstream text;
    text << std::ifstream(source.path()).rdbuf();
    const std::string code = text.str();
    for (std::size_t at = code.find("\"E"); at != std::string::npos;
         at = code.find("\"E", at + 1)) {
      if (at + 5 >= code.size() || code[at + 5] != '"' ||
          code.find_first_not_of("0123456789", at + 2) != at + 5)
        continue;
      const std::string name = code.substr(at + 1, 4);
      EXPECT_TRUE(shown.contains(name) || elsewhere.contains(name))
          << name << " of " << source.path().filename() << " has no case";
    }
  }
}

}  // namespace
}  // namespace eqlab::cases
