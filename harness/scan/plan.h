#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/eql/condition.h"
#include "harness/event/batch.h"
#include "harness/scan/candidate_log.h"

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

  /// A filter as a boolean program in postfix order.
  struct Op {
    enum class Kind : std::uint8_t { always, never, leaf, all, any, none } kind = Kind::never;
    std::uint32_t operand = 0;           ///< leaf: its index; all, any: number of operands
  };
  struct PlannedLeaf {
    eql::Leaf leaf;
    event::ColumnIndex column = 0;       ///< native leaves
    /// Script leaves: the tree and the columns of its fields.
    std::optional<eql::Query> script;
    std::vector<std::pair<std::string, event::ColumnIndex>> script_columns;
  };

  [[nodiscard]] const event::Projection& projection() const { return projection_; }
  [[nodiscard]] const std::vector<PlannedLeaf>& leaves() const { return leaves_; }
  [[nodiscard]] const std::vector<std::vector<Op>>& filters() const { return filters_; }
  [[nodiscard]] const std::vector<event::ColumnIndex>& key_columns() const { return key_columns_; }
  [[nodiscard]] std::optional<event::ColumnIndex> tiebreaker_column() const { return tiebreaker_column_; }
  /// Event times are cut to this before they are compared: 1 ms for `date`, 1 ns for `date_nanos`.
  [[nodiscard]] Duration resolution() const { return resolution_; }
  [[nodiscard]] CandidateLog new_log() const;

 private:
  FilterIndex add_filter(const eql::CheckedQuery& query, eql::ConditionId root);
  std::uint32_t add_leaf(const eql::CheckedQuery& query, const eql::Leaf& leaf);
  QueryBinding::Stage bind(const eql::CheckedQuery& query, const eql::CheckedStage& stage);

  event::Projection projection_;
  std::vector<PlannedLeaf> leaves_;
  std::vector<std::vector<Op>> filters_;
  std::vector<std::string> filter_identities_;
  std::vector<event::ColumnIndex> key_columns_;
  std::optional<event::ColumnIndex> tiebreaker_column_;
  Duration resolution_;
};

}  // namespace eqlab::scan
