// The guide's examples, run as a reader would run them: page by page, in a folder of their own with
// the rules and fixtures beside it, and the program that was just built.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/cli/program.h"
#include "tests/unit/docs/page.h"

namespace eqlab::docs {
namespace {

namespace fs = std::filesystem;
using test::Outcome;
using test::TemporaryFolder;

std::vector<std::string> pages() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(fs::path(EQLAB_SOURCE_DIR) / "docs")) {
    if (entry.path().extension() == ".md") out.push_back(entry.path().filename().string());
  }
  std::ranges::sort(out);
  return out;
}

/// Prints what each command printed after a line `\x01NUMBER`, and its status after `\x02`.
std::string script_of(const std::vector<Command>& commands, const std::string& folder) {
  std::string script = "status=0\n";
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const std::string name = folder + "/command" + std::to_string(i);
    script += "printf '\\001\\n'\n(exit $status)\n. '" + name + "' 2>&1 </dev/null\nstatus=$?\n" +
              "printf '\\002%d\\n' $status\n";
  }
  return script;
}

class Page : public testing::TestWithParam<std::string> {};

TEST_P(Page, ShowsWhatTheProgramPrints) {
  const std::string page =
      test::read_file((fs::path(EQLAB_SOURCE_DIR) / "docs" / GetParam()).string());
  const std::vector<Command> commands = commands_of(page);
  if (commands.empty()) return;  // a page of prose
  const TemporaryFolder folder;
  const fs::path work = folder.path("work");
  fs::create_directories(work);
  for (const char* const part : {"rules", "fixtures"})
    fs::copy(fs::path(EQLAB_SOURCE_DIR) / part, work / part, fs::copy_options::recursive);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    ASSERT_NE(commands[i].text, "")
        << GetParam() << ": a block without a command ends on line " << commands[i].line;
    (void)folder.write("command" + std::to_string(i), commands[i].text);
  }
  const std::string script =
      folder.write("script", "cd '" + work.string() + "'\n" + script_of(commands, folder.path("")));
  const fs::path program = EQLAB_BINARY;
  const char* const path = std::getenv("PATH");
  const Outcome outcome =
      test::run("bash", {script},
                {.environment = {
                     "PATH=" + program.parent_path().string() + ":" + (path == nullptr ? "" : path),
                     "NO_COLOR=1", "COLUMNS=100", "HOME=" + work.string(), "GIT_AUTHOR_NAME=Ines",
                     "GIT_AUTHOR_EMAIL=ines@example.org", "GIT_COMMITTER_NAME=Ines",
                     "GIT_COMMITTER_EMAIL=ines@example.org", "GIT_CONFIG_NOSYSTEM=1"}});
  std::size_t at = 0;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const std::size_t begin = outcome.out.find("\x01\n", at);
    const std::size_t end = outcome.out.find('\x02', begin);
    ASSERT_NE(begin, std::string::npos) << GetParam() << ":" << commands[i].line << ": never ran";
    ASSERT_NE(end, std::string::npos)
        << GetParam() << ":" << commands[i].line << ": ended the page";
    const std::string printed = outcome.out.substr(begin + 2, end - begin - 2);
    const int status = std::stoi(outcome.out.substr(end + 1, 4));
    at = end;
    EXPECT_TRUE(agrees(commands[i].expected, printed))
        << GetParam() << ":" << commands[i].line << ": $ " << commands[i].text << "prints\n"
        << printed;
    // A command that fails is followed by the question how.
    const bool is_asked = i + 1 < commands.size() && commands[i + 1].text == "echo $?\n";
    EXPECT_TRUE(status == 0 || is_asked)
        << GetParam() << ":" << commands[i].line << ": $ " << commands[i].text
        << "ends with status " << status << " and prints\n"
        << printed;
  }
}

INSTANTIATE_TEST_SUITE_P(Guide, Page, testing::ValuesIn(pages()), [](const auto& page) {
  std::string name = fs::path(page.param).stem().string();
  std::ranges::replace_if(
      name, [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Page);

TEST(PageReader, CommandsAndWhatTheyPrint) {
  const std::vector<Command> commands = commands_of(
      "# Title\n\n```console\n$ one \\\n>\n> two\nout\n\nmore\n$ three\n```\n```\n$ not run\n```\n"
      "```console\nno command\n```\n");
  ASSERT_EQ(commands.size(), 3U);
  EXPECT_EQ(commands[0].text, "one \\\n\ntwo\n");
  EXPECT_EQ(commands[0].expected, (std::vector<std::string>{"out", "", "more"}));
  EXPECT_EQ(commands[0].line, 4U);
  EXPECT_EQ(commands[1].text, "three\n");
  EXPECT_TRUE(commands[1].expected.empty());
  EXPECT_EQ(commands[2].text, "");
}

TEST(PageReader, AnEllipsisStandsForAnything) {
  EXPECT_TRUE(agrees({"a", "b"}, "a\nb  \n\n"));
  EXPECT_FALSE(agrees({"a"}, "a\nb\n"));
  EXPECT_FALSE(agrees({"a", "b"}, "a\n"));
  EXPECT_TRUE(agrees({}, ""));
  EXPECT_FALSE(agrees({}, "something\n"));
  EXPECT_TRUE(agrees({"took … s: … events"}, "took 0.5 s: 12 events\n"));
  EXPECT_FALSE(agrees({"took … s: … events"}, "took 0.5 s: 12 event\n"));
  EXPECT_FALSE(agrees({"ab…ba"}, "aba\n"));
  EXPECT_TRUE(agrees({"first", "…", "last"}, "first\nlast\n"));
  EXPECT_TRUE(agrees({"first", "…", "last"}, "first\nx\ny\nlast\n"));
  EXPECT_FALSE(agrees({"first", "…", "last"}, "first\nx\ny\n"));
}

}  // namespace
}  // namespace eqlab::docs
