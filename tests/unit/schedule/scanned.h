#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>

#include "harness/base/text.h"
#include "harness/event/io/reader.h"
#include "harness/match/matcher.h"
#include "harness/rule/rule.h"
#include "harness/scan/scanner.h"
#include "harness/schedule/simulation.h"

/// Documents as text, scanned as the program does, for tests of what alerts are made of.
namespace eqlab::tiny {

/// A rule over NDJSON. `carry` may ask the plan for more before the scan. Neither moves nor copies:
/// its parts point to one another.
struct Scanned {
  Scanned(rule::Rule written, const std::string& ndjson, bool keep_sources = true,
          const std::function<void(scan::Plan&)>& carry = {})
      : rule(std::move(written)),
        query(*rule::compile(rule, event::Schema::builtin())),
        plan(scan::Plan::options_for(event::Schema::builtin(), rule.timestamp_field,
                                     rule.tiebreaker_field)),
        binding(plan.add(query)),
        log(plan.new_log()) {
    if (carry) carry(plan);
    log = plan.new_log();
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    const std::string path =
        testing::TempDir() + format("eqlab_{}_{}.ndjson", test->test_suite_name(), test->name());
    std::ofstream(path) << ndjson;
    struct Piece {
      std::optional<scan::CandidateLog> log;
    };
    const auto read = event::read_events<Piece>(
        {.paths = {path}, .keep_sources = keep_sources}, plan.projection(),
        [&](Piece& piece, const event::EventBatch& batch) {
          if (!piece.log) piece.log.emplace(plan.new_log());
          EXPECT_TRUE(scan::Scanner(plan).scan(batch, *piece.log));
        },
        [&](Piece&& piece) {
          if (piece.log) log.merge(std::move(*piece.log));
        },
        {});
    EXPECT_TRUE(read);
    log.finish();
    std::filesystem::remove(path);
  }
  Scanned(const Scanned&) = delete;
  Scanned& operator=(const Scanned&) = delete;

  [[nodiscard]] schedule::Simulation simulate(schedule::SimulationOptions options = {}) const {
    return schedule::simulate(log, match::Matcher(query, binding), rule.schedule, options);
  }

  rule::Rule rule;
  eql::CheckedQuery query;
  scan::Plan plan;
  scan::QueryBinding binding;
  scan::CandidateLog log;
};

}  // namespace eqlab::tiny
