#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/eql/ast.h"
#include "harness/event/schema.h"
#include "tests/reference/fast_engine.h"
#include "tests/reference/finder.h"

namespace eqlab::exhaustive {

/// One query through the engine and the reference, over many inputs; keeps count and writes down
/// the first differences as case blocks. How the input is cut into batches and logs changes from
/// input to input.
///
/// Agreement is equal matches, or an error from both. Two kinds of difference are let through, but
/// counted: a query that the engine refuses (E2xx) though the reference runs it, and a search that
/// fails in the reference alone, because the engine evaluates a script only where the rest of the
/// filter has not decided.
class Comparison {
 public:
  explicit Comparison(event::Schema schema) : schema_(std::move(schema)) {}

  /// Makes `query` the one that `compare` asks; false when it was refused. `trial`: the reference
  /// finds out about a bad constant only where an event meets it, so to agree on a refusal it needs
  /// one that does.
  bool start(std::string_view query, const reference::Options& options = {},
             const std::vector<reference::Row>& trial = {reference::Row()});
  void compare(const std::vector<reference::Row>& rows);

  [[nodiscard]] std::uint64_t queries() const { return queries_; }
  [[nodiscard]] std::uint64_t comparisons() const { return comparisons_; }
  [[nodiscard]] std::uint64_t with_matches() const { return with_matches_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] std::uint64_t failed_searches() const { return failed_searches_; }
  [[nodiscard]] std::uint64_t failed_in_reference_only() const { return failed_in_reference_only_; }
  /// By code and message, with one example each.
  [[nodiscard]] std::string refusals() const;
  [[nodiscard]] std::uint64_t differences() const { return differences_; }
  /// Case blocks of the first differences, made as small as they go, and the queries of some more;
  /// empty when there was none.
  [[nodiscard]] const std::string& report() const { return report_; }
  /// One line of the counters.
  [[nodiscard]] std::string summary() const;

 private:
  /// Nothing when the two agree on `rows`.
  [[nodiscard]] std::optional<std::string> difference(const std::vector<reference::Row>& rows,
                                                      reference::Cut cut, bool count);
  /// As few rows, fields and values as still show a difference.
  [[nodiscard]] std::vector<reference::Row> shrink(std::vector<reference::Row> rows,
                                                   reference::Cut cut);

  event::Schema schema_;
  reference::Options options_;
  std::string query_;
  std::optional<eql::Query> parsed_;
  std::optional<reference::FastEngine> engine_;
  std::string refusal_;
  std::uint64_t queries_ = 0;
  std::uint64_t comparisons_ = 0;
  std::uint64_t with_matches_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t failed_searches_ = 0;
  std::uint64_t failed_in_reference_only_ = 0;
  std::uint64_t differences_ = 0;
  std::map<std::string, std::pair<std::uint64_t, std::string>> refusals_;
  std::string report_;
};

/// How much more than the default to try: EQLAB_EXHAUSTIVE, 0 if it is not set. One more multiplies
/// the work by about ten.
[[nodiscard]] int effort();

}  // namespace eqlab::exhaustive
