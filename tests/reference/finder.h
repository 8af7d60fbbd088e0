#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/eql/ast.h"
#include "harness/event/schema.h"
#include "tests/reference/interpreter.h"

/// Finds matches by the definitions of the EQL search API, not by its single
/// pass: whole stages are joined one after another over plain lists. Cost: up to O(stages ×
/// events³).
namespace eqlab::reference {

/// Stands for the event of a `![…]` stage.
inline constexpr int missing_row = -1;

struct ReferenceMatch {
  std::vector<int> events;         ///< places in the rows given, in order of stages, or missing_row
  std::vector<event::Value> keys;  ///< join keys in written order; null for an absent optional one
  friend bool operator==(const ReferenceMatch&, const ReferenceMatch&) = default;
};

enum class Position { head, tail };

struct Options {
  std::string timestamp_field = "@timestamp";
  std::string event_category_field = "event.category";
  std::string tiebreaker_field = {};
  std::optional<std::uint64_t> size = std::nullopt;  ///< nothing: all
  Position result_position = Position::tail;
  std::uint64_t max_samples_per_key = 1;
};

/// Rows stand in input order, which is also the last tiebreaker. A row without a timestamp takes
/// part in event queries and samples, never in a sequence. The query must be one that the checker
/// accepts; errors as Interpreter, or of the parser.
[[nodiscard]] Result<std::vector<ReferenceMatch>> run(std::string_view query,
                                                      const event::Schema& schema,
                                                      const Options& options,
                                                      const std::vector<Row>& rows);
/// The same for a query that is parsed already.
[[nodiscard]] Result<std::vector<ReferenceMatch>> run(const eql::Query& query,
                                                      const event::Schema& schema,
                                                      const Options& options,
                                                      const std::vector<Row>& rows);

}  // namespace eqlab::reference
