#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/batch.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"
#include "harness/scan/scanner.h"

namespace eqlab::scan {

/// The candidates of a scan as rows, so that variants of a query can be asked about them without
/// reading the events again. What a variant finds among them is what it would have found among all
/// events, if each of its filters implies one of the plan's, and each of its fields is one of the
/// plan's: `Plan::for_variants` and whoever chooses the plan's filters see to that.
class KeptRows {
 public:
  static constexpr std::size_t rows_max_default = 8'000'000;

  /// `plan` must outlive it and be complete.
  explicit KeptRows(const Plan& plan, std::size_t rows_max = rows_max_default)
      : plan_(&plan), rows_max_(rows_max) {}

  /// Scanner::scan, and the rows of the candidates that it adds to `log`. Errors: E216 as there;
  /// E530 more rows than `rows_max`.
  [[nodiscard]] Status scan(Scanner& scanner, const event::EventBatch& batch, CandidateLog& log);
  /// Appends `later`, which came from later input. Errors: E530.
  [[nodiscard]] Status merge(KeptRows&& later);
  /// Forgets the rows of all but these candidates of `log`, which is the log of this scan.
  void keep(const CandidateLog& log, std::span<const CandidateIndex> kept);

  [[nodiscard]] std::size_t row_count() const;
  /// The rows in input order.
  [[nodiscard]] const std::vector<event::EventBatch>& batches() const { return batches_; }

  /// The candidates of `variants`, a plan made by Plan::for_variants. Thread-safe. Errors: E216.
  [[nodiscard]] Result<CandidateLog> candidates(const Plan& variants,
                                                CandidateLog::Ties ties) const;

 private:
  class Appender;

  [[nodiscard]] Status check_size() const;

  const Plan* plan_;
  std::size_t rows_max_;
  std::vector<event::EventBatch> batches_;
};

}  // namespace eqlab::scan
