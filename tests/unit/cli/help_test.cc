// What --help prints, which is one text for all commands.
#include <gtest/gtest.h>

#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/cli/program.h"

namespace eqlab::test {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The words that lines under headings begin with: commands, options.
std::vector<std::string> listed(const std::string& help) {
  std::vector<std::string> out;
  for (const std::string& line : lines_of(help)) {
    if (line.size() > 2 && line.starts_with("  ") && line[2] != ' ')
      out.push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return out;
}

TEST(Help, CommandsStandInTheOrderInWhichWorkIsDone) {
  std::vector<std::string> words = listed(eqlab({"--help"}).out);
  std::erase_if(words,
                [](const std::string& word) { return word.starts_with('-') || word == "eqlab"; });
  EXPECT_EQ(words, (std::vector<std::string>{"init", "check", "fmt", "match", "explain", "test",
                                             "score", "tune", "mutate", "rehearse", "generate",
                                             "corpus", "gate", "report", "completions", "manual"}));
}

TEST(Help, FitsIntoAHundredColumnsButForExamples) {
  std::size_t lines = 0;
  for (const std::string& line : lines_of(eqlab({"--help-all"}).out)) {
    ++lines;
    std::size_t columns = 0;
    for (const char c : line) columns += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
    if (!line.starts_with("  eqlab ")) {
      EXPECT_LE(columns, 100U) << line;
    }
  }
  EXPECT_GT(lines, 200U);
}

TEST(Help, ValuesAreCalledWhatPeopleCallThem) {
  const std::string help = eqlab({"--help-all"}).out;
  for (const std::string& line : lines_of(help)) {
    for (const char* const type : {"TEXT", "UINT", "FLOAT", "Excludes:", "Needs:", "REQUIRED"})
      EXPECT_EQ(line.find(type), std::string::npos) << line;
  }
  const std::string mutate = eqlab({"mutate", "--help"}).out;
  for (const std::string expected :
       {"Usage: eqlab mutate [OPTIONS] RULE [CASE...]\n", "  -h, --help ", "  --corpus FOLDER ",
        "  --only SCENARIO... ", "  --format text|json ", "  --mutants NUMBER ",
        "Mutants tried at most; default: 2000\n", "1 to 256; default: ", "default: balanced"}) {
    EXPECT_TRUE(contains(mutate, expected)) << expected << "\n" << mutate;
  }
  // Either of two that exclude one another says so; one that many exclude leaves it to them.
  EXPECT_TRUE(
      std::regex_search(mutate, std::regex("Number of\\s+hosts[^-]*not\\s+with\\s+--corpus")))
      << mutate;
  EXPECT_EQ(mutate.find("--without or"), std::string::npos) << mutate;
  EXPECT_TRUE(std::regex_search(eqlab({"gate", "--help"}).out,
                                std::regex("only\\s+with\\s+--baseline")));
}

TEST(Help, OfACommandWithCommandsNamesThem) {
  const std::string corpus = eqlab({"corpus", "--help"}).out;
  EXPECT_TRUE(contains(corpus, "Usage: eqlab corpus [OPTIONS] COMMAND\n")) << corpus;
  EXPECT_TRUE(contains(corpus, "\n  verify  ")) << corpus;
  EXPECT_TRUE(contains(eqlab({"corpus", "verify", "--help"}).out,
                       "Usage: eqlab corpus verify [OPTIONS] DIR\n"));
}

TEST(Help, OfAllHasThatOfEachCommand) {
  const std::string all = eqlab({"--help-all"}).out;
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"score"}, {"gate"}, {"corpus", "verify"}, {"manual"}}) {
    std::vector<std::string> words = command;
    words.push_back("--help");
    EXPECT_TRUE(contains(all, eqlab(words).out)) << command[0];
  }
}

TEST(Help, ACommandThatThereIsNotIsAnsweredWithThoseThatThereAre) {
  const Outcome outcome = eqlab({"zzz"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(contains(outcome.err, "there is no command zzz; the commands are init, check, fmt,"))
      << outcome.err;
}

}  // namespace
}  // namespace eqlab::test
