#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
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
  std::vector<Stage> stages;  ///< as CheckedQuery::stages
  std::optional<Stage> until;
};

/// A query of a plan, ready to be asked of the plan's log.
struct BoundQuery {
  eql::CheckedQuery query;
  QueryBinding binding;
};

/// What a scan looks for: the distinct leaves of all filters of all queries, each evaluated once.
/// Build with `add`, then share it read-only between scanners.
class Plan {
 public:
  struct Options {
    event::Field timestamp;  ///< name and type decide resolution
    std::optional<event::Field> tiebreaker = std::nullopt;
    /// No schema says the tiebreaker's type: it is read as text, and whole numbers in it count as
    /// numbers.
    bool tiebreaker_is_guessed = false;
    std::string ingest_field = "event.ingested";
  };
  /// The fields as the schema has them; `tiebreaker_field` may be empty.
  [[nodiscard]] static Options options_for(const event::Schema& schema,
                                           const std::string& timestamp_field,
                                           const std::string& tiebreaker_field);
  explicit Plan(Options options);

  /// Adds a query; filters that are the same condition share one index. The query need not outlive
  /// the plan.
  [[nodiscard]] QueryBinding add(const eql::CheckedQuery& query);
  /// The same, for who keeps the query with its binding.
  [[nodiscard]] BoundQuery bind(eql::CheckedQuery query) {
    QueryBinding binding = add(query);
    return {.query = std::move(query), .binding = std::move(binding)};
  }

  /// Rows will carry this field too, though no leaf may ask for it. After the queries: a field that
  /// one of them has already stays what it is there.
  void also_read(const event::Field& field) { (void)projection_.add(field); }
  /// Candidates will carry the distinct values of this field, as CandidateLog::keys of the slot
  /// answered, though no query need join by it. After the queries, as `also_read`.
  KeySlot carry(const event::Field& field) { return add_key_slot(field); }

  /// A plan without queries that reads what this one reads, column for column, and whose candidates
  /// carry what this one's carry: for queries asked of KeptRows. A query added to it must need no
  /// other column, which `reads_more_than` tells.
  [[nodiscard]] Plan for_variants() const;
  /// The same, but candidates carry only what the queries that are added join by, and what is asked
  /// for again: values of fields are what candidates cost most.
  [[nodiscard]] Plan for_bare_variants() const;
  [[nodiscard]] bool reads_more_than(const Plan& other) const {
    return projection_.columns.size() > other.projection_.columns.size();
  }

  struct PlannedLeaf {
    eql::Leaf leaf;
    event::ColumnIndex column = 0;     ///< native leaves
    LeafTest test;                     ///< native leaves: compiled once, shared by all scanners
    std::optional<ScriptTest> script;  ///< script leaves
  };
  /// Several leaves of one field as one test, true where any of them is: thousands of
  /// `name like~ "…" or …` cost as much as one list.
  struct JoinedLeaves {
    event::ColumnIndex column = 0;
    LeafTest test;
  };
  /// So many leaves are worth a test of their own; fewer may be shared with other filters.
  static constexpr std::size_t joined_leaves_min = 4;

  /// A filter as a boolean tree over the plan's leaves.
  struct Node {
    eql::ConditionKind kind = eql::ConditionKind::never;
    std::uint32_t leaf = 0;
    /// Joined leaves first, then other native parts: scripts run on what these leave.
    std::vector<Node> children = {};
    /// `any`: the first `joined_children` children, all leaves, are true where any of the tests
    /// `joined` (indices into `joined_leaves()`) is. `all`: those children are complements of
    /// leaves, and all true where none of the tests is.
    std::vector<std::uint32_t> joined = {};
    std::size_t joined_children = 0;
  };

  [[nodiscard]] const event::Projection& projection() const { return projection_; }
  [[nodiscard]] const std::vector<PlannedLeaf>& leaves() const { return leaves_; }
  [[nodiscard]] const std::vector<JoinedLeaves>& joined_leaves() const { return joined_leaves_; }
  [[nodiscard]] const std::vector<Node>& filters() const { return filters_; }
  [[nodiscard]] const std::vector<event::ColumnIndex>& key_columns() const { return key_columns_; }
  [[nodiscard]] std::optional<event::ColumnIndex> tiebreaker_column() const {
    return tiebreaker_column_;
  }
  [[nodiscard]] bool tiebreaker_is_guessed() const { return tiebreaker_is_guessed_; }
  /// Event times are cut to this before they are compared: 1 ms for `date`, 1 ns for `date_nanos`.
  [[nodiscard]] Duration resolution() const { return resolution_; }
  [[nodiscard]] CandidateLog new_log() const;

 private:
  Plan() = default;
  FilterIndex add_filter(const eql::CheckedQuery& query, eql::ConditionId root);
  Node plan_node(const eql::CheckedQuery& query, eql::ConditionId id);
  [[nodiscard]] bool has_script(const Node& node) const;
  void join_leaves(Node& node);
  std::uint32_t add_leaf(const eql::CheckedQuery& query, const eql::Leaf& leaf);
  QueryBinding::Stage bind(const eql::CheckedQuery& query, const eql::CheckedStage& stage);
  KeySlot add_key_slot(const event::Field& field);

  event::Projection projection_;
  std::vector<PlannedLeaf> leaves_;
  std::vector<JoinedLeaves> joined_leaves_;
  std::map<std::vector<std::uint32_t>, std::uint32_t> joined_of_leaves_;
  std::vector<Node> filters_;
  std::unordered_map<std::string, FilterIndex> filter_of_identity_;
  std::unordered_map<std::string, std::uint32_t> leaf_of_identity_;
  std::shared_ptr<const eql::Query> tree_;  // of the query being added, once a script needs it
  std::vector<event::ColumnIndex> key_columns_;
  std::unordered_map<event::ColumnIndex, KeySlot> key_slots_;  // of `key_columns_`
  std::optional<event::ColumnIndex> tiebreaker_column_;
  bool tiebreaker_is_guessed_ = false;
  Duration resolution_{};
};

}  // namespace eqlab::scan
