#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "harness/base/result.h"
#include "harness/event/batch.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"
#include "harness/scan/scanner.h"

namespace eqlab::cli {

/// Scans events while they are read: gives event::read_events its two functions, and merges what
/// the pieces of the input yield in input order. The plan must outlive it.
class EventScan {
 public:
  struct Piece {
    std::optional<scan::CandidateLog> log = {};
    std::optional<scan::Scanner> scanner = {};
    std::optional<Diagnostic> failure = {};
  };
  explicit EventScan(const scan::Plan& plan) : plan_(&plan), log_(plan.new_log()) {}

  [[nodiscard]] std::function<void(Piece&, const event::EventBatch&)> scan_batch() const {
    return [plan = plan_](Piece& piece, const event::EventBatch& batch) {
      if (piece.failure) return;
      if (!piece.log) piece.log.emplace(plan->new_log());
      if (!piece.scanner) piece.scanner.emplace(*plan);
      if (auto done = piece.scanner->scan(batch, *piece.log); !done)
        piece.failure = std::move(done.error());
    };
  }
  /// Refers to this object.
  [[nodiscard]] std::function<void(Piece&&)> take() {
    return [this](Piece&& piece) {
      if (piece.failure && !failure_) failure_ = std::move(piece.failure);
      if (piece.log) log_.merge(std::move(*piece.log));
    };
  }
  /// After the reading: the candidates, finished. Errors: E216 of the first event in input order,
  /// without a place in the rule.
  [[nodiscard]] Result<scan::CandidateLog> finish() {
    if (failure_) return fail(std::move(*failure_));
    log_.finish();
    return std::move(log_);
  }

 private:
  const scan::Plan* plan_;
  scan::CandidateLog log_;
  std::optional<Diagnostic> failure_;
};

}  // namespace eqlab::cli
