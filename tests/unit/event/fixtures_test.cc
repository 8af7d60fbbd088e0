// The fixtures are what their README says.
#include <gtest/gtest.h>

#include "reading.h"

namespace eqlab::event::testing {
namespace {

Reading read_fixture(const std::string& name) {
  Projection projection;
  for (const char* field : {"event.category", "event.type", "host.id", "process.name",
                            "process.parent.name", "process.pid", "destination.ip"}) {
    projection.add(*Schema::builtin().find(field));
  }
  return read({.paths = {EQLAB_SOURCE_DIR "/fixtures/events/" + name}}, projection);
}

std::vector<std::uint64_t> lines_of(const Reading& reading) {
  std::vector<std::uint64_t> lines;
  for (const Row& row : reading.rows) lines.push_back(row.line);
  return lines;
}

TEST(EventFixtures, FourFormsHoldTheSameEvents) {
  const Reading plain = read_fixture("plain.ndjson");
  EXPECT_EQ(lines_of(plain), (std::vector<std::uint64_t>{1, 2, 3, 5, 6}));
  for (const char* name : {"dotted.json", "hits.json", "response.json"}) {
    Reading other = read_fixture(name);
    EXPECT_EQ(other.report.malformed, 0U) << name;
    ASSERT_EQ(other.rows.size(), 5U) << name;
    for (std::size_t i = 0; i < 5; ++i) {
      other.rows[i].line = plain.rows[i].line;
      EXPECT_EQ(other.rows[i], plain.rows[i]) << name;
    }
  }
}

TEST(EventFixtures, BrokenLinesAreNamed) {
  const Reading reading = read_fixture("broken.ndjson");
  EXPECT_EQ(lines_of(reading), (std::vector<std::uint64_t>{1, 7, 8}));
  EXPECT_EQ(reading.report.undated, 1U);
  std::vector<std::uint64_t> lines;
  for (const InputProblem& problem : reading.report.problems) lines.push_back(problem.line);
  EXPECT_EQ(lines, (std::vector<std::uint64_t>{2, 3, 4, 5, 6}));
}

}  // namespace
}  // namespace eqlab::event::testing
