#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/eql/condition.h"
#include "harness/eql/query.h"
#include "harness/event/batch.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/leaf_test.h"
#include "harness/scan/script_test.h"

namespace eqlab::scan {

/// How one query finds itself in a plan.
struct QueryBinding {
  struct Stage {
    FilterIndex filter = 0;
    /// One per join key; nothing for a key that is unmapped (always null).
    std::vector<std::optional<KeySlot>> keys;
    std::vector<bool> optional_keys;
  };
  std::vector<Stage> stages;             ///< as CheckedQuery::stages
  std::optional<Stage> until;
};

/// What a scan looks for: the distinct leaves of all filters of all queries, each evaluated once.
/// Build with `add`, then share it read-only between scanners.
class Plan {
 public:
  struct Options {
    event::Field timestamp;                         ///< name and type decide resolution
    std::optional<event::Field> tiebreaker = std::nullopt;
    std::string ingest_field = "event.ingested";
  };
  explicit Plan(Options options);

  /// Adds a query; filters that are the same condition share one index. The query need not outlive the plan.
  [[nodiscard]] QueryBinding add(const eql::CheckedQuery& query);

  struct PlannedLeaf {
    eql::Leaf leaf;
    event::ColumnIndex column = 0;       ///< native leaves
    LeafTest test;                       ///< native leaves: compiled once, shared by all scanners
    std::optional<ScriptTest> script;    ///< script leaves
  };
  /// A filter as a boolean tree over the plan's leaves.
  struct Node {
    eql::ConditionKind kind = eql::ConditionKind::never;
    std::uint32_t leaf = 0;
    std::vector<Node> children = {};     ///< native parts first: scripts run on what these leave
  };

  [[nodiscard]] const event::Projection& projection() const { return projection_; }
  [[nodiscard]] const std::vector<PlannedLeaf>& leaves() const { return leaves_; }
  [[nodiscard]] const std::vector<Node>& filters() const { return filters_; }
  [[nodiscard]] const std::vector<event::ColumnIndex>& key_columns() const { return key_columns_; }
  [[nodiscard]] std::optional<event::ColumnIndex> tiebreaker_column() const { return tiebreaker_column_; }
  /// Event times are cut to this before they are compared: 1 ms for `date`, 1 ns for `date_nanos`.
  [[nodiscard]] Duration resolution() const { return resolution_; }
  [[nodiscard]] CandidateLog new_log() const;

 private:
  FilterIndex add_filter(const eql::CheckedQuery& query, eql::ConditionId root);
  Node plan_node(const eql::CheckedQuery& query, eql::ConditionId id);
  [[nodiscard]] bool has_script(const Node& node) const;
  std::uint32_t add_leaf(const eql::CheckedQuery& query, const eql::Leaf& leaf);
  QueryBinding::Stage bind(const eql::CheckedQuery& query, const eql::CheckedStage& stage);

  event::Projection projection_;
  std::vector<PlannedLeaf> leaves_;
  std::vector<Node> filters_;
  std::vector<std::string> filter_identities_;
  std::vector<event::ColumnIndex> key_columns_;
  std::optional<event::ColumnIndex> tiebreaker_column_;
  Duration resolution_;
};

}  // namespace eqlab::scan
