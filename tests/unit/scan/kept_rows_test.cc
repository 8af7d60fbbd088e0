// Variants of a query asked of the rows that a scan kept: what they find there is what they find
// among all events.
#include "harness/scan/kept_rows.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "harness/eql/query.h"
#include "harness/event/batch_rows.h"

namespace eqlab::scan {
namespace {

eql::CheckedQuery checked(const std::string& text) {
  return *eql::check_query(*eql::parse_query(text), event::Schema::open(), {});
}

/// Events with the fields k and n of a few values each, or none, in batches of odd sizes.
std::vector<event::EventBatch> random_events(const Plan& plan, std::uint64_t seed,
                                             std::size_t count) {
  Rng rng = Rng(7).split(seed);
  std::vector<event::EventBatch> out;
  for (std::size_t i = 0; i < count; ++i) {
    if (out.empty() || rng.below(9) == 0) out.emplace_back(plan.projection());
    event::EventBatch& batch = out.back();
    for (event::Column& column : batch.columns) {
      std::vector<event::ValueCode> codes;
      for (std::uint64_t v = rng.below(3); v > 0; --v) {
        const auto code =
            event::intern(column.dictionary(), event::Value{format("v{}", rng.below(4))});
        if (code) codes.push_back(*code);
      }
      column.push(codes);
    }
    const std::string id = format("e{}", i);
    event::RowPlace place{.ingest_time = IngestTime{std::chrono::milliseconds{i}},
                          .line = i + 1,
                          .ordinal = i,
                          .id = id};
    if (rng.below(20) != 0) place.event_time = EventTime{std::chrono::milliseconds{i / 3}};
    batch.place_row(place);
  }
  return out;
}

std::string describe(const CandidateLog& log, const QueryBinding& binding, KeySlot carried) {
  std::string out;
  for (CandidateIndex c = 0; c < log.size(); ++c) {
    out += format("{} {} ", log.event_id(c), log.line(c));
    for (const auto& stage : binding.stages) {
      out += log.satisfies(c, stage.filter) ? "x" : "-";
      for (const auto& slot : stage.keys) {
        for (const KeyId key : log.keys(c, *slot))
          out += format("{},", event::to_text(log.key_value(key)));
      }
    }
    for (const KeyId key : log.keys(c, carried))
      out += format(" {}", event::to_text(log.key_value(key)));
    out += c < log.dated_count() ? "\n" : " undated\n";
  }
  return out;
}

struct Wide {
  explicit Wide(const std::string& text)
      : plan(Plan::options_for(event::Schema::open(), "@timestamp", "")) {
    (void)plan.add(checked(text));
    carried = plan.carry({.name = "c", .source = "c"});
  }
  Plan plan;
  KeySlot carried = 0;
};

TEST(KeptRows, AVariantFindsWhatItFindsAmongAllEvents) {
  const std::vector<std::string> variants = {
      R"(sequence by j [any where k == "v1" and n == "v2"] [any where n == "v3"])",
      R"(sequence by j [any where k == "v1" and n : "V*"] [any where n in ("v3", "v0") and k != "v1"])",
      R"(sequence by j [any where k == "v1"] [any where n == "v3" and not k == "v2"])"};
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    // Every filter of every variant implies one of these.
    Wide wide(R"(sequence by j [any where k == "v1"] [any where n in ("v0", "v3")])");
    const std::vector<event::EventBatch> events = random_events(wide.plan, seed, 200);
    KeptRows kept(wide.plan);
    KeptRows part(wide.plan);
    CandidateLog log = wide.plan.new_log();
    CandidateLog part_log = wide.plan.new_log();
    for (std::size_t b = 0; b < events.size(); ++b) {
      // A scan in two parts, as two threads would do it.
      Scanner scanner(wide.plan);
      const bool first = b < events.size() / 2;
      ASSERT_TRUE((first ? kept : part).scan(scanner, events[b], first ? log : part_log));
    }
    ASSERT_TRUE(kept.merge(std::move(part)));
    log.merge(std::move(part_log));
    ASSERT_EQ(kept.row_count(), log.size());
    ASSERT_GT(log.size(), 20U);
    ASSERT_LT(log.size(), 200U);

    for (const std::string& text : variants) {
      Plan plan = wide.plan.for_variants();
      const QueryBinding binding = plan.add(checked(text));
      ASSERT_FALSE(plan.reads_more_than(wide.plan));
      const auto found = kept.candidates(plan, CandidateLog::Ties::by_input);
      ASSERT_TRUE(found);
      CandidateLog all = plan.new_log();
      Scanner scanner(plan);
      for (const event::EventBatch& batch : events) ASSERT_TRUE(scanner.scan(batch, all));
      all.finish();
      EXPECT_EQ(describe(*found, binding, wide.carried), describe(all, binding, wide.carried));
    }
  }
}

TEST(KeptRows, WhatIsForgottenIsForgottenInBoth) {
  Wide wide("sequence by j [any where k == \"v1\"] [any where true]");
  const std::vector<event::EventBatch> events = random_events(wide.plan, 1, 100);
  KeptRows kept(wide.plan);
  CandidateLog log = wide.plan.new_log();
  Scanner scanner(wide.plan);
  for (const event::EventBatch& batch : events) ASSERT_TRUE(kept.scan(scanner, batch, log));
  log.finish();
  ASSERT_EQ(log.size(), 100U);
  const std::vector<CandidateIndex> some = {3, 4, 17, 60};
  kept.keep(log, some);
  log.keep(some);
  ASSERT_EQ(kept.row_count(), 4U);
  Plan plan = wide.plan.for_variants();
  const QueryBinding binding =
      plan.add(checked("sequence by j [any where k == \"v1\"] [any where true]"));
  const auto found = kept.candidates(plan, CandidateLog::Ties::by_input);
  ASSERT_TRUE(found);
  EXPECT_EQ(describe(*found, binding, wide.carried), describe(log, binding, wide.carried));
}

TEST(KeptRows, AQueryWithAnotherFieldIsNoticed) {
  const Wide wide("any where k == \"v1\"");
  Plan plan = wide.plan.for_variants();
  (void)plan.add(checked("any where k == \"v1\" and other == \"x\""));
  EXPECT_TRUE(plan.reads_more_than(wide.plan));
}

TEST(KeptRows, MoreThanCanBeKeptIsAnError) {
  Wide wide("any where true");
  KeptRows kept(wide.plan, 50);
  CandidateLog log = wide.plan.new_log();
  Scanner scanner(wide.plan);
  Status last = ok();
  for (const event::EventBatch& batch : random_events(wide.plan, 2, 100)) {
    last = kept.scan(scanner, batch, log);
    if (!last) break;
  }
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, "E530");
}

}  // namespace
}  // namespace eqlab::scan
