// What must stay the same when the input changes in a way that means nothing, on random timelines.
// No reference is needed: the engine is compared with itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "tests/reference/fast_engine.h"
#include "tests/reference/timeline.h"

namespace eqlab::exhaustive {
namespace {

using event::Value;
using reference::FastEngine;
using reference::ReferenceMatch;
using reference::Row;
using Matches = std::vector<ReferenceMatch>;

constexpr std::uint64_t timelines_per_query = 400;

std::string random_keyed_query(Rng& rng) {
  const bool missing = rng.chance(0.3);
  std::string text = "sequence by k";
  if (missing || rng.chance(0.6)) text += format(" with maxspan={}s", rng.in_range(2, 9));
  const std::uint64_t stages = 2 + rng.below(2);
  const std::uint64_t absent = missing ? rng.below(stages) : stages;
  for (std::uint64_t i = 0; i < stages; ++i) {
    text += i == absent ? " ![U]" : format(" [{}]", "ABC"[rng.below(3)]);
    if (i != absent && rng.chance(0.15)) text += " with runs=2";
  }
  if (rng.chance(0.3)) text += " until [U]";
  return text;
}

/// Every stage has the key `k`, so that what holds of the events of one key does not depend on
/// those of another: slots, untils and look-ups of missing events are all by key (SequenceMatcher
/// and TumblingWindow).
const std::vector<std::string>& keyed_queries() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> queries = {
        "sequence by k [A][B]",
        "sequence by k with maxspan=2s [A][B]",
        "sequence by k with maxspan=3s [A][B][C]",
        "sequence by k with maxspan=2s [A] with runs=2 [B] until [U]",
        "sequence by k [A][B][A] until [U]",
        "sequence by k with maxspan=2s [A]![U]",
        "sequence by k with maxspan=2s ![U][A][B]",
        "sequence by k with maxspan=3s [A]![C][B]",
        "sequence [A] by k [B] by k",
    };
    Rng rng(11);
    while (queries.size() < 30) queries.push_back(random_keyed_query(rng));
    return queries;
  }();
  return all;
}

struct RowOptions {
  std::vector<std::string> keys = {"x", "y", "z"};
  std::int64_t step_ms_max = 1500;
  bool distinct_times = false;
};

std::vector<Row> random_timeline(Rng& rng, std::size_t count, const RowOptions& options) {
  std::vector<Row> rows;
  std::int64_t time_ms = 0;
  for (std::size_t i = 0; i < count; ++i) {
    time_ms += options.distinct_times || rng.chance(0.7) ? rng.in_range(1, options.step_ms_max) : 0;
    Row row;
    row["@timestamp"] = {Value(time_ms * 1'000'000)};
    for (const std::string_view letter : {"A", "B", "C", "U"}) {
      if (rng.chance(letter == "U" ? 0.1 : 0.35)) row["tag"].emplace_back(std::string(letter));
    }
    row["k"] = {Value(options.keys[rng.below(options.keys.size())])};
    rows.push_back(std::move(row));
  }
  return rows;
}

Matches find(const FastEngine& engine, const std::vector<Row>& rows) {
  auto matches = engine.find(rows, {});
  EXPECT_TRUE(matches) << render(matches.error());
  return matches ? std::move(*matches) : Matches();
}

/// Runs `check` on each query and many timelines; fails if hardly anything matched.
void for_each_timeline(
    const std::vector<std::string>& queries, const RowOptions& options,
    const std::function<void(const FastEngine&, const std::vector<Row>&, Rng&, Matches)>& check) {
  for (const std::string& query : queries) {
    SCOPED_TRACE(query);
    const auto engine =
        FastEngine::make(reference::expand_query(query), reference::timeline_schema(), {});
    ASSERT_TRUE(engine) << render(engine.error());
    std::uint64_t matched = 0;
    for (std::uint64_t round = 0; round < timelines_per_query && !testing::Test::HasFailure();
         ++round) {
      SCOPED_TRACE(format("round {}", round));
      Rng rng = Rng(7).split(query).split(round);
      const std::vector<Row> rows = random_timeline(rng, 2 + rng.below(30), options);
      Matches matches = find(*engine, rows);
      if (!matches.empty()) ++matched;
      check(*engine, rows, rng, std::move(matches));
    }
    EXPECT_GT(matched, timelines_per_query / 20);
  }
}

/// Matches as if their events stood at `place[row]`.
Matches moved(Matches matches, const std::vector<int>& place) {
  for (ReferenceMatch& match : matches) {
    for (int& row : match.events) {
      if (row != reference::missing_row) row = place[static_cast<std::size_t>(row)];
    }
  }
  return matches;
}

/// Keys are only compared for equality, so any renaming that keeps different ones different will
/// do. It need not keep their order: that decides only among matches of one last event, which a
/// single-valued key does not give.
TEST(Metamorphic, RenamingKeysRenamesTheKeysOfTheMatches) {
  for_each_timeline(keyed_queries(), {},
                    [](const FastEngine& engine, std::vector<Row> rows, Rng&, Matches matches) {
                      for (Row& row : rows)
                        row["k"] = {Value("host-" + std::get<std::string>(row["k"][0]))};
                      for (ReferenceMatch& match : matches)
                        match.keys[0] = Value("host-" + std::get<std::string>(match.keys[0]));
                      EXPECT_EQ(find(engine, rows), matches);
                    });
}

/// Only order and differences of times are looked at. By whole milliseconds, because a date is cut
/// to them; a query with a date as a constant would see the shift.
TEST(Metamorphic, ShiftingAllTimesChangesNothing) {
  for_each_timeline(
      keyed_queries(), {},
      [](const FastEngine& engine, std::vector<Row> rows, Rng& rng, Matches matches) {
        const std::int64_t shift = rng.in_range(-2'000'000'000'000, 4'000'000'000'000) * 1'000'000;
        for (Row& row : rows)
          row["@timestamp"] = {Value(std::get<std::int64_t>(row["@timestamp"][0]) + shift)};
        EXPECT_EQ(find(engine, rows), matches);
      });
}

/// Only where every stage has a key, and without head, tail and size, which count all matches.
TEST(Metamorphic, AnotherHostChangesNothing) {
  const auto check = [](const FastEngine& engine, const std::vector<Row>& rows, Rng& rng,
                        const Matches& matches) {
    const std::vector<Row> others = random_timeline(rng, 20, {.keys = {"other"}});
    std::vector<Row> mixed;
    std::vector<int> place;
    std::size_t next = 0;
    for (const Row& row : rows) {
      for (; next < others.size() && rng.chance(0.5); ++next) mixed.push_back(others[next]);
      place.push_back(static_cast<int>(mixed.size()));
      mixed.push_back(row);
    }
    mixed.insert(mixed.end(), others.begin() + static_cast<std::ptrdiff_t>(next), others.end());
    Matches found = find(engine, mixed);
    std::erase_if(found, [](const ReferenceMatch& match) {
      return match.keys[0] == Value(std::string("other"));
    });
    EXPECT_EQ(found, moved(matches, place));
  };
  for_each_timeline(keyed_queries(), {}, check);
}

/// As above. The order of the whole is that of the last events, so it is not compared.
TEST(Metamorphic, KeysCanBeSearchedApart) {
  for_each_timeline(
      keyed_queries(), {},
      [](const FastEngine& engine, const std::vector<Row>& rows, Rng&, const Matches& matches) {
        Matches apart;
        for (const std::string_view key : {"x", "y", "z"}) {
          std::vector<Row> of_key;
          std::vector<int> place;
          for (std::size_t i = 0; i < rows.size(); ++i) {
            if (rows[i].at("k")[0] != Value(std::string(key))) continue;
            of_key.push_back(rows[i]);
            place.push_back(static_cast<int>(i));
          }
          const Matches found = moved(find(engine, of_key), place);
          apart.insert(apart.end(), found.begin(), found.end());
        }
        EXPECT_TRUE(std::ranges::is_permutation(apart, matches));
      });
}

/// Such an event is no candidate, and candidates keep their order without it.
TEST(Metamorphic, EventsThatPassNoFilterChangeNothing) {
  for_each_timeline(
      keyed_queries(), {},
      [](const FastEngine& engine, const std::vector<Row>& rows, Rng& rng, const Matches& matches) {
        std::vector<Row> mixed;
        std::vector<int> place;
        for (const Row& row : rows) {
          if (rng.chance(0.5)) {
            mixed.push_back(row);
            mixed.back()["tag"] = {Value(std::string("Z"))};
          }
          place.push_back(static_cast<int>(mixed.size()));
          mixed.push_back(row);
        }
        EXPECT_EQ(find(engine, mixed), moved(matches, place));
      });
}

/// Events are sorted by time, and the place in the input decides only between equal times.
TEST(Metamorphic, OrderOfInputDoesNotMatterWhenTimesDiffer) {
  for_each_timeline(
      keyed_queries(), {.distinct_times = true},
      [](const FastEngine& engine, const std::vector<Row>& rows, Rng& rng, const Matches& matches) {
        std::vector<int> place(rows.size());
        std::iota(place.begin(), place.end(), 0);
        for (std::size_t i = place.size(); i > 1; --i) std::swap(place[i - 1], place[rng.below(i)]);
        std::vector<Row> shuffled(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i)
          shuffled[static_cast<std::size_t>(place[i])] = rows[i];
        EXPECT_EQ(find(engine, shuffled), moved(matches, place));
      });
}

/// Without missing events a maxspan only selects: what it finds is what no maxspan finds and is
/// short enough. For in every slot the start is younger than in the slot after it, so that whatever
/// a rejected candidate would have replaced has itself run out. A wider maxspan therefore loses no
/// match: those at a maxspan are exactly those at any wider one that are short enough.
TEST(Metamorphic, AMaxspanSelectsAmongTheMatchesWithoutOne) {
  for (const std::string_view stages :
       {"[A][B]", "[A][A]", "[A][B][C]", "[A] with runs=3 [B]", "[A][B][A][B]", "[A][B] until [U]",
        "[A][B][C] until [U]"}) {
    for_each_timeline(
        {format("sequence by k {}", stages)}, {},
        [&](const FastEngine&, const std::vector<Row>& rows, Rng& rng, const Matches& matches) {
          const std::int64_t maxspan_ms = rng.in_range(1, 6000);
          const auto engine =
              FastEngine::make(reference::expand_query(format("sequence by k with maxspan={}ms {}",
                                                              maxspan_ms, stages)),
                               reference::timeline_schema(), {});
          ASSERT_TRUE(engine) << render(engine.error());
          const auto time = [&](int row) {
            return std::get<std::int64_t>(rows[static_cast<std::size_t>(row)].at("@timestamp")[0]);
          };
          Matches selected = matches;
          std::erase_if(selected, [&](const ReferenceMatch& match) {
            return time(match.events.back()) - time(match.events.front()) > maxspan_ms * 1'000'000;
          });
          EXPECT_EQ(find(*engine, rows), selected) << "maxspan " << maxspan_ms << " ms";
        });
  }
}

TEST(Metamorphic, WithMissingEventsAWiderMaxspanCanLoseAMatch) {
  const std::vector<Row> rows = reference::parse_timeline("A@0 M@6");
  const auto found = [&](std::string_view query) {
    const auto matches =
        reference::run_fast(reference::expand_query(query), reference::timeline_schema(), {}, rows);
    return matches ? reference::describe(*matches) : render(matches.error());
  };
  EXPECT_EQ(found("sequence with maxspan=5s [A]![M]"), "1 -");
  EXPECT_EQ(found("sequence with maxspan=7s [A]![M]"), "none");
}

/// An until only selects as well: it takes away the matches that have one of their key from the
/// first event on and before the last.
TEST(Metamorphic, AnUntilSelectsAmongTheMatchesWithoutOne) {
  for (const std::string_view stages :
       {"[A][B]", "[A][B][C]", "[A] with runs=3", "with maxspan=2s [A][B][A]"}) {
    const std::string query = format("sequence by k {}", stages);
    for_each_timeline(
        {query}, {},
        [&](const FastEngine&, const std::vector<Row>& rows, Rng&, const Matches& matches) {
          const auto engine = FastEngine::make(reference::expand_query(query + " until [U]"),
                                               reference::timeline_schema(), {});
          ASSERT_TRUE(engine) << render(engine.error());
          Matches selected = matches;
          std::erase_if(selected, [&](const ReferenceMatch& match) {
            for (int row = match.events.front(); row < match.events.back(); ++row) {
              const Row& between = rows[static_cast<std::size_t>(row)];
              const auto tags = between.find("tag");
              const bool ends =
                  tags != between.end() &&
                  std::ranges::find(tags->second, Value(std::string("U"))) != tags->second.end();
              if (ends && between.at("k")[0] == match.keys[0]) return true;
            }
            return false;
          });
          EXPECT_EQ(find(*engine, rows), selected);
        });
  }
}

}  // namespace
}  // namespace eqlab::exhaustive
