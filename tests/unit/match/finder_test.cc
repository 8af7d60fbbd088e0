// The worked examples of sequence semantics (EQL section 8), as one table. Every line is decided by
// hand from the rules, so it holds the reference finder and the engine alike.
#include "tests/reference/finder.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "tests/reference/fast_engine.h"
#include "tests/reference/timeline.h"

namespace eqlab::reference {
namespace {

struct Example {
  std::string_view why;
  std::string_view query;
  std::string_view timeline;
  std::string_view matches;
};

void PrintTo(const Example& example, std::ostream* out) { *out << example.why; }

constexpr Example examples[] = {
    {"the latest start wins", "sequence [A][B]", "A@1 A@2 B@3", "2 3"},
    {"advancing consumes the start", "sequence [A][B]", "A@1 B@2 B@3", "1 2"},
    {"a new start leaves later progress alone", "sequence [A][B][C]", "A@1 B@2 A@3 C@4", "1 2 4"},
    {"a newer partial replaces an older one at its stage", "sequence [A][B][C]",
     "A@1 B@2 A@3 B@4 C@5 C@6", "3 4 5"},
    {"a second middle event without a new start is nothing", "sequence [A][B][C]",
     "A@1 B@2 B@4 C@5", "1 2 4"},
    {"runs slide", "sequence [X] with runs=3", "X@1 X@2 X@3 X@4 X@5", "1 2 3; 2 3 4; 3 4 5"},
    {"one event ends a match and starts the next", "sequence [X][X]", "X@1 X@2 X@3", "1 2; 2 3"},
    {"exactly maxspan still matches", "sequence with maxspan=10s [A][B]", "A@0 B@10.000", "1 2"},
    {"one millisecond more does not", "sequence with maxspan=10s [A][B]", "A@0 B@10.001", "none"},
    {"a part of a millisecond is cut off", "sequence with maxspan=10s [A][B]", "A@0.0009 B@10.0001",
     "1 2"},
    {"maxspan runs from the first event", "sequence with maxspan=5s [A][B][C]", "A@0 B@4 C@6",
     "none"},
    {"a later start gives later stages more time", "sequence with maxspan=5s [A][B][C]",
     "A@0 A@3 B@4 C@6", "2 3 4"},
    {"too late consumes all the same", "sequence with maxspan=5s [A][B][C]",
     "A@0 B@1 A@4 C@7 B@8 C@9", "3 5 6"},
    {"until ends what is pending", "sequence [A][B] until [U]", "A@1 U@2 B@3", "none"},
    {"until clears only the past", "sequence [A][B] until [U]", "A@1 U@2 A@3 B@4", "3 4"},
    {"until on the last event is too late", "sequence [A][B] until [U]", "A@1 BU@2", "1 2"},
    {"until on the first event ends it", "sequence [A][B] until [U]", "AU@1 B@2", "none"},
    {"until is per key", "sequence by k [A][B] until [U]", "A@1/x U@2/y B@3/x", "1 3 /x"},
    {"until without the key does nothing", "sequence by k [A][B] until [U]", "A@1/x U@2 B@3/x",
     "1 3 /x"},
    {"what until ended stays ended", "sequence [A][B][C] until [U]", "A@1 B@2 U@3 C@4 C@5", "none"},
    {"equal times fall back to the order of input", "sequence [A][B]", "A@5 B@5", "1 2"},
    {"and in the other order there is no match", "sequence [A][B]", "B@5 A@5", "none"},
    {"matches stand in the order of their last events", "sequence by k [A][B]",
     "A@1/x A@2/y B@3/y B@10/x", "2 3 /y; 1 4 /x"},
    {"head keeps the first to end", "sequence by k [A][B] | head 1", "A@1/x A@2/y B@3/y B@10/x",
     "2 3 /y"},
    {"tail keeps the last to end", "sequence by k [A][B] | tail 1", "A@1/x A@2/y B@3/y B@10/x",
     "1 4 /x"},
    {"a missing key removes the event", "sequence by k [A][B]", "A@1 B@2", "none"},
    {"a missing optional key is a key", "sequence by ?k [A][B]", "A@1 B@2", "1 2 /null"},
    {"and differs from one that is there", "sequence by ?k [A][B]", "A@1 B@2/x", "none"},
    {"an unmapped optional key is always null", "sequence by ?unknown [A][B]", "A@1/x B@2/y",
     "1 2 /null"},
    {"an array joins by each value", "sequence by k [A][B]", "A@1/x,y B@2/y B@3/x,z",
     "1 2 /y; 1 3 /x"},
    {"two shared values give two matches, in order of key", "sequence by k [A][B]",
     "A@1/y,x B@2/x,y", "1 2 /x; 1 2 /y"},
    {"a missing event in the used interval only", "sequence with maxspan=10s [A]![M][B]",
     "A@1 M@2 A@3 B@4", "3 - 4"},
    {"a rejected match is not tried again", "sequence with maxspan=10s [A]![M][B]",
     "A@1 A@2 M@3 B@4 B@5", "none"},
    {"the ends of the interval do not count", "sequence with maxspan=10s [A]![M][B]", "A@1 M@4 B@4",
     "1 - 3"},
    {"followed by nothing: each start on its own", "sequence with maxspan=5s [A]![M]",
     "A@0 A@3 M@7", "1 -"},
    {"exactly maxspan later is too near", "sequence with maxspan=5s [A]![M]", "A@0 M@5", "none"},
    {"one positive stage never replaces", "sequence with maxspan=5s [A]![M]", "A@0 A@3",
     "1 -; 2 -"},
    {"preceded by nothing is measured to the last event", "sequence with maxspan=10s ![M][A][B]",
     "M@0 A@6 B@11", "- 2 3"},
    {"and rejected when near", "sequence with maxspan=10s ![M][A][B]", "M@0 A@6 B@9", "none"},
    {"one open side is enough", "sequence with maxspan=10s ![M][A]![N]", "M@4 A@5", "- 2 -"},
    {"both sides: the distance between the two", "sequence with maxspan=10s ![M][A]![N]",
     "M@0 A@5 N@9", "none"},
    {"both sides, far enough", "sequence with maxspan=10s ![M][A]![N]", "M@0 A@5 N@12", "- 2 -"},
    {"missing runs make placeholders", "sequence with maxspan=5s [A] ![M] with runs=3", "A@0",
     "1 - - -"},
    {"a missing event is looked for under the key", "sequence by k with maxspan=5s [A]![M]",
     "A@0/x M@1/y A@9/y M@10/y", "1 - /x"},
    {"keys are positional", "sequence [A] by p [B] by q", "A@1+p=7 B@2+q=7+p=1", "1 2 /7"},
    {"shared keys come first", "sequence by k [A] by p [B] by q", "A@1/x+p=7 B@2/x+q=7",
     "1 2 /x,7"},
    {"several arrays join by every combination", "sequence by k, p [A][B]",
     "A@1/x,y+p=1,2 B@2/y+p=2 B@3/x+p=1", "1 2 /y,2; 1 3 /x,1"},
    {"head then tail", "sequence [A][B] | head 2 | tail 1", "A@1 B@2 A@3 B@4 A@5 B@6", "3 4"},
    {"tail then head", "sequence [A][B] | tail 2 | head 1", "A@1 B@2 A@3 B@4 A@5 B@6", "3 4"},
    {"a larger second limit is nothing", "sequence [A][B] | head 1 | tail 9", "A@1 B@2 A@3 B@4",
     "1 2"},
    {"head 0 is empty", "sequence [A][B] | head 0", "A@1 B@2", "none"},
    {"a limit is an expression", "sequence [A][B] | head 3-2", "A@1 B@2 A@3 B@4", "1 2"},
    {"input order is not time order", "sequence [A][B]", "B@9 A@3", "2 1"},
    {"an event query is in order of time", "any where tag == \"A\"", "A@9 B@2 A@3", "3; 1"},
    {"a sample has one distinct event per box", "sample by k [A][B]", "A@1/x B@2/x A@3/y",
     "1 2 /x"},
    {"one event cannot fill two boxes", "sample by k [A][B]", "AB@1/x A@2/y AB@3/y", "2 3 /y"},
    {"samples are in order of key, null first", "sample by ?k [A][B]",
     "A@1/b B@2/b A@3/B B@4/B A@5 B@6", "5 6 /null; 3 4 /B; 1 2 /b"},
};

class SequenceExample : public testing::TestWithParam<Example> {};

std::string text_of(const Result<std::vector<ReferenceMatch>>& matches) {
  return matches ? describe(*matches) : render(matches.error());
}

TEST_P(SequenceExample, BothEnginesGiveTheHandWorkedResult) {
  const Example& example = GetParam();
  const std::string query = expand_query(example.query);
  const std::vector<Row> rows = parse_timeline(example.timeline);
  EXPECT_EQ(text_of(run(query, timeline_schema(), {}, rows)), example.matches) << "reference";
  EXPECT_EQ(text_of(run_fast(query, timeline_schema(), {}, rows)), example.matches) << "engine";
}

INSTANTIATE_TEST_SUITE_P(Sequences, SequenceExample, testing::ValuesIn(examples));

TEST(SequenceOrder, ANullTiebreakerComesAfterEveryOther) {
  const auto rows = parse_timeline("A@5 B@5+tb=9 A@6+tb=2 B@6+tb=10");
  const Options options{.tiebreaker_field = "tb"};
  const std::string query = expand_query("sequence [A][B]");
  EXPECT_EQ(text_of(run(query, timeline_schema(), options, rows)), "3 4");
  EXPECT_EQ(text_of(run_fast(query, timeline_schema(), options, rows)), "3 4");
}

TEST(SequenceLimits, SizeCountsAsAPipeOfTheKindOfTheFirst) {
  const auto rows = parse_timeline("A@1 B@2 A@3 B@4 A@5 B@6");
  const auto expect = [&](std::string_view query, const Options& options,
                          std::string_view matches) {
    EXPECT_EQ(text_of(run(expand_query(query), timeline_schema(), options, rows)), matches)
        << "reference: " << query;
    EXPECT_EQ(text_of(run_fast(expand_query(query), timeline_schema(), options, rows)), matches)
        << "engine: " << query;
  };
  expect("sequence [A][B]", {.size = 1}, "5 6");
  expect("sequence [A][B]", {.size = 1, .result_position = Position::head}, "1 2");
  expect("sequence [A][B] | head 2", {.size = 1}, "1 2");
  expect("sequence [A][B] | tail 20", {.size = 2}, "3 4; 5 6");
  expect("sequence [A][B] | head 1", {.size = 0}, "none");
}

TEST(SampleLimits, SeveralSamplesPerKeyAreEnumeratedInOrder) {
  const auto rows = parse_timeline("A@1/x A@2/x B@3/x A@4/y B@5/y");
  const auto expect = [&](const Options& options, std::string_view matches) {
    const std::string query = expand_query("sample by k [A][B]");
    EXPECT_EQ(text_of(run(query, timeline_schema(), options, rows)), matches) << "reference";
    EXPECT_EQ(text_of(run_fast(query, timeline_schema(), options, rows)), matches) << "engine";
  };
  expect({.max_samples_per_key = 1}, "1 3 /x; 4 5 /y");
  expect({.max_samples_per_key = 5}, "1 3 /x; 2 3 /x; 4 5 /y");
  expect({.size = 1, .max_samples_per_key = 5}, "1 3 /x");
}

}  // namespace
}  // namespace eqlab::reference
