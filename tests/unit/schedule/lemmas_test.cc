#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "harness/schedule/range_field.h"
#include "harness/schedule/simulation.h"
#include "tests/unit/schedule/random_world.h"

// SequenceMatcher: what the engine may rely on when it matches a window alone,
// and what it may not.
namespace eqlab::schedule {
namespace {

using scan::CandidateIndex;
using tiny::Absent;
using tiny::seconds;

using Sequences = std::vector<std::vector<CandidateIndex>>;

Sequences found(const tiny::Rule& rule, const scan::CandidateLog& log,
                const std::vector<CandidateIndex>& visible) {
  Sequences out;
  for (const match::Match& match :
       match::Matcher(rule.query, rule.binding).find(log, visible, {}).matches)
    out.push_back(match.events);
  std::ranges::sort(out);
  return out;
}

std::vector<CandidateIndex> inside(const scan::CandidateLog& log, const SearchWindow& window,
                                   const std::optional<RangeField>& range) {
  std::vector<CandidateIndex> out = log.all();
  std::erase_if(out, [&](CandidateIndex c) { return !is_inside(log, c, window, range); });
  return out;
}

/// Those all of whose members are among `visible`.
Sequences whole(Sequences all, const std::vector<CandidateIndex>& visible) {
  std::erase_if(all, [&](const std::vector<CandidateIndex>& events) {
    return !std::ranges::all_of(
        events, [&](CandidateIndex c) { return std::ranges::binary_search(visible, c); });
  });
  return all;
}

SearchWindow random_window(Rng& rng, std::int64_t last) {
  const std::int64_t from = rng.in_range(-10, last / 2);
  return {.from = tiny::at(static_cast<double>(from)),
          .to = tiny::at(static_cast<double>(rng.in_range(from, last + 10)))};
}

TEST(Lemmas, AWindowFindsWhatTheWholeHistoryHasInIt) {
  Rng rng(51);
  std::size_t sequences = 0;
  for (int round = 0; round < 20'000; ++round) {
    tiny::Shape shape = tiny::random_shape(rng, Absent::never);
    shape.until = false;
    const tiny::Rule rule = tiny::rule_of(shape);
    const scan::CandidateLog log = tiny::log_of(
        tiny::random_events(rng, shape.stages, {.seconds = 60, .repeats = false}), shape.stages);
    const std::vector<CandidateIndex> visible = inside(log, random_window(rng, 60), std::nullopt);
    const Sequences in_window = found(rule, log, visible);
    ASSERT_EQ(in_window, whole(found(rule, log, log.dated()), visible)) << "round " << round;
    sequences += in_window.size();
  }
  EXPECT_GT(sequences, 4'000U) << "the timelines must be busy enough to prove something";
}

// F9: with windows by ingest time the first lemma fails, since a window can hold an older first
// event and not the newer one that the whole history pairs.
TEST(Lemmas, AWindowByIngestTimeMakesPairsThatTheHistoryDoesNotHave) {
  const RangeField by_ingest{
      .primary = {.kind = TimeSource::Kind::carried, .slot = 1, .whole_seconds = true}};
  Rng rng(52);
  std::size_t artefacts = 0;
  constexpr int rounds = 5'000;
  for (int round = 0; round < rounds; ++round) {
    const tiny::Shape shape{.stages = 2};
    const tiny::Rule rule = tiny::rule_of(shape);
    std::vector<tiny::Event> events =
        tiny::random_events(rng, 2, {.seconds = 120, .repeats = false});
    for (tiny::Event& event : events) event.dates = {event.at + event.delay};
    const scan::CandidateLog log = tiny::log_of(events, 2, 1, 1);
    const std::vector<CandidateIndex> visible = inside(log, random_window(rng, 300), by_ingest);
    const Sequences in_window = found(rule, log, visible);
    const Sequences expected = whole(found(rule, log, log.dated()), visible);
    // Nothing is lost by it; something is made up.
    ASSERT_TRUE(std::ranges::includes(in_window, expected)) << "round " << round;
    artefacts += in_window == expected ? 0U : 1U;
  }
  EXPECT_GT(artefacts, rounds / 100U);
}

TEST(Lemmas, WhatArrivesLaterCanReplaceAMatch) {
  const tiny::Rule rule = tiny::rule_of({"process", "network"}, 30);
  const scan::CandidateLog starts = tiny::log_of({{.id = "a", .at = 1, .stages = {0}},
                                                  {.id = "a'", .at = 2, .stages = {0}},
                                                  {.id = "b", .at = 3, .stages = {1}}});
  EXPECT_EQ(found(rule, starts, {0, 2}), (Sequences{{0, 2}}));
  EXPECT_EQ(found(rule, starts, {0, 1, 2}), (Sequences{{1, 2}}));
  const scan::CandidateLog ends = tiny::log_of({{.id = "a", .at = 1, .stages = {0}},
                                                {.id = "b'", .at = 2, .stages = {1}},
                                                {.id = "b", .at = 3, .stages = {1}}});
  EXPECT_EQ(found(rule, ends, {0, 2}), (Sequences{{0, 2}}));
  EXPECT_EQ(found(rule, ends, {0, 1, 2}), (Sequences{{0, 1}}));
}

// So the runs together alert both, and more than the complete data hold.
TEST(Lemmas, LateEventsMakeAlertsThatCompleteDataDoNotHave) {
  Rng rng(53);
  std::size_t replaced = 0;
  for (int round = 0; round < 2'000; ++round) {
    const tiny::Rule rule = tiny::rule_of(tiny::Shape{});
    const scan::CandidateLog log =
        tiny::log_of(tiny::random_events(rng, 2, {.seconds = 300, .repeats = false}));
    const match::Matcher matcher(rule.query, rule.binding);
    const Sequences complete = found(rule, log, log.dated());
    for (const Alert& alert : simulate(log, matcher, {}, {.start = tiny::at(-300)}).alerts)
      replaced += std::ranges::binary_search(complete, alert.match.events) ? 0U : 1U;
  }
  EXPECT_GT(replaced, 20U);
}

}  // namespace
}  // namespace eqlab::schedule
