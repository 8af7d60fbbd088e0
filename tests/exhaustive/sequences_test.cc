// Every timeline of a few events, each of a few kinds a few steps apart, through every query of a
// family: the sequence machine against the definition. EQLAB_EXHAUSTIVE=1 makes the timelines one
// event longer.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "harness/base/text.h"
#include "tests/exhaustive/comparison.h"
#include "tests/reference/timeline.h"

namespace eqlab::exhaustive {
namespace {

struct Family {
  std::vector<std::string> kinds;      ///< of events, in timeline notation without the time
  std::vector<std::int64_t> steps_ms;  ///< between one event and the next
  std::size_t events_max = 0;
  std::vector<std::string> queries;
  reference::Options options = {};
};

class Enumerator {
 public:
  Enumerator(const Family& family, Comparison& comparison)
      : family_(family), comparison_(comparison) {
    for (std::string kind : family.kinds) {
      kind.insert(std::min(kind.find_first_of("/+"), kind.size()), "@0");
      prototypes_.push_back(reference::parse_timeline(kind)[0]);
    }
    events_max_ = family.events_max + static_cast<std::size_t>(effort());
  }

  void run() {
    for (const std::string& query : family_.queries) {
      ASSERT_TRUE(comparison_.start(reference::expand_query(query), family_.options)) << query;
      extend(0);
    }
  }

 private:
  // NOLINTNEXTLINE(misc-no-recursion): as deep as a timeline has events
  void extend(std::int64_t time_ms) {
    comparison_.compare(rows_);
    if (rows_.size() == events_max_ || comparison_.differences() > 20) return;
    for (const reference::Row& prototype : prototypes_) {
      for (const std::int64_t step : family_.steps_ms) {
        if (rows_.empty() && step != family_.steps_ms[0])
          continue;  // only differences of times matter
        reference::Row row = prototype;
        row["@timestamp"] = {event::Value((time_ms + step) * 1'000'000)};
        rows_.push_back(std::move(row));
        extend(time_ms + step);
        rows_.pop_back();
      }
    }
  }

  const Family& family_;
  Comparison& comparison_;
  std::size_t events_max_ = 0;
  std::vector<reference::Row> prototypes_;
  std::vector<reference::Row> rows_;
};

void expect_agreement(const Family& family) {
  Comparison comparison(reference::timeline_schema());
  Enumerator(family, comparison).run();
  std::cout << comparison.summary() << "\n";
  EXPECT_EQ(comparison.differences(), 0U) << comparison.report();
  EXPECT_GT(comparison.with_matches(), comparison.comparisons() / 50)
      << "this family hardly ever matches";
}

TEST(SmallWorlds, TwoStagesAroundTheMaxspan) {
  expect_agreement({.kinds = {"A", "B", "AB"},
                    .steps_ms = {0, 1, 999, 1000},
                    .events_max = 5,
                    .queries = {"sequence with maxspan=2s [A][B]",
                                "sequence with maxspan=2s [A] with runs=2 [B]",
                                "sequence with maxspan=1s [A][A]"}});
}

TEST(SmallWorlds, TwoStagesInLongTimelines) {
  expect_agreement({.kinds = {"A", "B", "AB"},
                    .steps_ms = {0, 1000},
                    .events_max = 6,
                    .queries = {"sequence [A][B]", "sequence [A] with runs=3",
                                "sequence [A][B] | tail 1", "sequence with maxspan=2s [A][B][A]"}});
}

TEST(SmallWorlds, ThreeStages) {
  expect_agreement({.kinds = {"A", "B", "C", "AC", "ABC"},
                    .steps_ms = {1000},
                    .events_max = 6,
                    .queries = {"sequence [A][B][C]", "sequence with maxspan=3s [A][B][C]"}});
}

TEST(SmallWorlds, Until) {
  expect_agreement(
      {.kinds = {"A", "B", "AB", "U", "AU", "BU"},
       .steps_ms = {1000},
       .events_max = 5,
       .queries = {"sequence [A][B] until [U]", "sequence with maxspan=2s [A][B] until [U]",
                   "sequence [A] with runs=2 [B] until [U]", "sequence [A][B] until [A]",
                   "sequence [A][B] until [B]"}});
}

TEST(SmallWorlds, UntilAtEqualTimes) {
  expect_agreement({.kinds = {"A", "B", "U", "ABU"},
                    .steps_ms = {0, 1},
                    .events_max = 5,
                    .queries = {"sequence [A][B] until [U]", "sequence [A][B][A] until [U]"}});
}

TEST(SmallWorlds, Keys) {
  expect_agreement(
      {.kinds = {"A/x", "B/x", "A/y", "AB/y", "A", "B", "B/x,y", "A/y,x"},
       .steps_ms = {1000},
       .events_max = 4,
       .queries = {"sequence by k [A][B]", "sequence by ?k [A][B]", "sequence [A] by k [B] by k",
                   "sequence by k with maxspan=1s [A][B]", "sequence by ?k [A][B][A]",
                   "sequence by k [A][B] | head 1", "sequence by ?unknown [A][B]",
                   "sequence by k, ?k [A][B]"}});
}

TEST(SmallWorlds, KeysWithUntil) {
  expect_agreement({.kinds = {"A/x", "B/x,y", "A/y", "U/x", "U", "BU/y", "A"},
                    .steps_ms = {1000},
                    .events_max = 4,
                    .queries = {"sequence by k [A][B] until [U]", "sequence by ?k [A][B] until [U]",
                                "sequence by ?k with maxspan=2s [A][B] until [U]"}});
}

TEST(SmallWorlds, MissingEvents) {
  expect_agreement(
      {.kinds = {"A", "B", "M", "AM"},
       .steps_ms = {0, 1000},
       .events_max = 5,
       .queries = {
           "sequence with maxspan=2s [A]![M]", "sequence with maxspan=2s ![M][A]",
           "sequence with maxspan=1s [A]![M]", "sequence with maxspan=2s [A]![M][B]",
           "sequence with maxspan=2s ![M][A][B]", "sequence with maxspan=2s [A][B]![M]",
           "sequence with maxspan=2s ![M][A]![B]", "sequence with maxspan=1s ![M][A][B]![M]",
           "sequence with maxspan=2s [A]![M] with runs=2", "sequence with maxspan=2s [A]![M][A]",
           "sequence with maxspan=2s [A]![M]![B][A] until [M]"}});
}

TEST(SmallWorlds, MissingEventsUnderKeys) {
  expect_agreement({.kinds = {"A/x", "B/x", "M/x", "A/y", "M/y", "M", "B/x,y"},
                    .steps_ms = {1000},
                    .events_max = 5,
                    .queries = {"sequence by k with maxspan=2s [A]![M]",
                                "sequence by k with maxspan=2s [A]![M][B]",
                                "sequence by k with maxspan=2s ![M][A]",
                                "sequence by k with maxspan=1s ![M][A]![B]"}});
}

TEST(SmallWorlds, OutOfOrderInput) {
  expect_agreement({.kinds = {"A", "B", "AB+tb=1", "B+tb=0"},
                    .steps_ms = {-1000, 0, 1000},
                    .events_max = 4,
                    .queries = {"sequence [A][B]", "sequence with maxspan=1s [A][B]"},
                    .options = {.tiebreaker_field = "tb"}});
}

TEST(SmallWorlds, LimitsAndPipes) {
  for (const reference::Position position :
       {reference::Position::head, reference::Position::tail}) {
    for (const std::uint64_t size : {0U, 1U, 2U}) {
      expect_agreement({.kinds = {"A", "B", "AB"},
                        .steps_ms = {1000},
                        .events_max = 6,
                        .queries = {"sequence [A][B]", "sequence [A][B] | head 2",
                                    "sequence [A][B] | tail 1 | head 1", "any where tag == \"A\""},
                        .options = {.size = size == 0 ? std::nullopt : std::optional(size),
                                    .result_position = position}});
    }
  }
}

TEST(SmallWorlds, Samples) {
  for (const std::uint64_t per_key : {1U, 2U, 4U}) {
    expect_agreement(
        {.kinds = {"A/x", "B/x", "AB/y", "A/y", "AB", "A/x,y"},
         .steps_ms = {1000},
         .events_max = 4,
         .queries = {"sample by k [A][B]", "sample by ?k [A][B]", "sample by k [A][B][A]"},
         .options = {.max_samples_per_key = per_key}});
  }
}

}  // namespace
}  // namespace eqlab::exhaustive
