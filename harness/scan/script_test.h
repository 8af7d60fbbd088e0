#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "harness/base/result.h"
#include "harness/eql/condition.h"
#include "harness/eql/script.h"
#include "harness/event/batch.h"

namespace eqlab::scan {

/// A script leaf: true for a row when some choice of one value for each field occurrence makes the
/// expression true (or null, for `E == null`); a missing field contributes one null
/// (QueryTranslator). Immutable and thread-safe.
class ScriptTest {
 public:
  /// `projection` gains the columns of the script's fields.
  /// `tree` is the query's syntax, shared by all its scripts.
  ScriptTest(std::shared_ptr<const eql::Query> tree, const eql::CheckedQuery& query,
             const eql::Leaf& leaf, event::Projection& projection);

  /// Errors: E216, what Elasticsearch's search would fail with on this row.
  /// More than limits::key_combinations_max choices are an error too.
  [[nodiscard]] Result<bool> evaluate(const event::EventBatch& batch, event::RowIndex row) const;

 private:
  struct Occurrence {
    event::ColumnIndex column = 0;
    bool is_date = false;
  };
  std::shared_ptr<const eql::Query> query_;
  eql::ScriptRegexes regexes_;
  eql::ExprId root_ = 0;
  bool wants_null_ = false;
  std::vector<Occurrence> occurrences_;  ///< in order of writing
  std::unordered_map<eql::ExprId, std::size_t> occurrence_of_;
};

}  // namespace eqlab::scan
