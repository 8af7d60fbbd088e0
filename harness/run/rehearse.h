#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "generators/corpus/rehearsal.h"
#include "harness/base/result.h"
#include "harness/run/watcher.h"

/// Every scenario run alone, many times; every rule run on each of these runs without a schedule;
/// and what fired held against what the scenario's file promises.
namespace eqlab::run {

struct RehearsedRule {
  std::string label;  ///< its key in the scenario files, or the name of its file
  std::string file;
  std::string name;
  std::string rule_id;
};

/// What a scenario's file promises of a rule.
struct RehearsedPromise {
  std::string outcome;  ///< Y, N or D
  std::string because;
  std::string condition;
  std::optional<std::pair<double, double>> share;  ///< of the runs in which it fires
};

/// What one rule did in the runs of one scenario.
struct RehearsedCell {
  std::optional<RehearsedPromise> promise;
  std::uint32_t fired = 0;
  std::uint32_t broken = 0;  ///< runs that went the other way
  std::uint32_t first_broken = 0;
  bool share_is_kept = true;
  std::optional<std::uint32_t> fired_in_variant;
  [[nodiscard]] bool is_kept() const { return broken == 0 && share_is_kept; }
};

struct RehearsedScenario {
  std::string id;
  std::string title;
  std::string scenario_class;
  std::uint32_t connects = 0;        ///< runs whose package code connects within 60 s
  std::vector<RehearsedCell> cells;  ///< by rule
};

/// How a run may differ beside what is promised.
struct RehearsalVariant {
  std::string merging;    ///< `on` or `off`
  std::string entity_id;  ///< `pid` or `exec`
};

struct RehearsalResult {
  std::uint32_t runs = 0;  ///< of each scenario
  std::uint64_t seed = 0;
  std::optional<RehearsalVariant> variant = std::nullopt;
  std::vector<RehearsedRule> rules = {};
  std::vector<RehearsedScenario> scenarios = {};

  [[nodiscard]] std::size_t promises_kept() const;
  [[nodiscard]] std::size_t promises_broken() const;
};

struct RehearsalRequest {
  std::vector<std::string> rules;  ///< files
  std::vector<std::string> only;   ///< scenario ids; none: all
  std::string scenarios_dir;       ///< empty: the built-in catalogue
  std::string schema;              ///< as schema_from
  std::uint32_t runs = 1000;       ///< of each scenario
  std::uint64_t seed = 1;
  RehearsalVariant variant = {.merging = "off", .entity_id = "pid"};
  unsigned threads = 1;
};

/// Errors: those of rules, schema and scenarios; E216; E522 nothing is promised of any of the
/// rules; E523 two of them are one rule.
[[nodiscard]] Result<RehearsalResult> rehearse(const RehearsalRequest& request,
                                               const Watcher& watcher);

}  // namespace eqlab::run
