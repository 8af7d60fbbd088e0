#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "harness/event/batch_rows.h"
#include "harness/scan/plan.h"
#include "harness/scan/scanner.h"

namespace eqlab::explain {

/// One event by itself, perhaps with values changed, evaluated as a search for the plan's filters
/// would evaluate it. The plan must outlive it.
class OneRow {
 public:
  /// `rows` are of the projection `have`.
  OneRow(const scan::Plan& plan, const event::Projection& have, const event::EventBatch& rows,
         event::RowIndex row, std::span<const event::ChangedValue> changes = {});
  OneRow(const OneRow&) = delete;
  OneRow& operator=(const OneRow&) = delete;

  /// Why the search would fail on it: E216.
  [[nodiscard]] const std::optional<Diagnostic>& failure() const { return failure_; }
  [[nodiscard]] bool satisfies_any() const { return !failure_ && log_.size() > 0; }
  [[nodiscard]] bool satisfies(scan::FilterIndex filter) const {
    return satisfies_any() && log_.satisfies(0, filter);
  }
  /// As Scanner::distance; unreachable where the search fails.
  [[nodiscard]] std::uint32_t distance(scan::FilterIndex filter,
                                       std::span<const std::uint32_t> weights);

 private:
  event::EventBatch batch_;
  scan::CandidateLog log_;
  scan::Scanner scanner_;
  std::optional<Diagnostic> failure_;
};

}  // namespace eqlab::explain
