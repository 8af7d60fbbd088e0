#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/batch.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"

namespace eqlab::scan {

/// Runs a plan over batches and keeps the rows that satisfy at least one filter. Owns scratch
/// memory: one scanner per thread; the plan must outlive it. Cost: O(distinct values × leaves +
/// rows × leaves).
class Scanner {
 public:
  explicit Scanner(const Plan& plan)
      : plan_(&plan),
        masks_(plan.leaves().size() + plan.joined_leaves().size()),
        known_(masks_.size()) {}

  /// Adds the batch's candidates to `log`. Errors: E216 with the line of the event on which a
  /// script fails, as Elasticsearch's search would.
  [[nodiscard]] Status scan(const event::EventBatch& batch, CandidateLog& log);

  /// How far a row of the batch that was scanned last (and still lives) is from satisfying a
  /// filter: the least sum of `weights` (one a leaf of the plan) of leaves that would have to
  /// answer otherwise. 0: it satisfies it, as far as native leaves tell; script leaves are taken as
  /// willing. `unreachable` where no answer helps.
  [[nodiscard]] std::uint32_t distance(FilterIndex filter, event::RowIndex row,
                                       std::span<const std::uint32_t> weights);
  static constexpr std::uint32_t unreachable = 1'000'000;

 private:
  /// One bit a row; bits past the last row are 0.
  using Mask = std::vector<std::uint64_t>;

  const Mask& leaf_mask(std::uint32_t leaf);
  const Mask& joined_mask(std::uint32_t joined);
  const Mask& mask(std::size_t place, event::ColumnIndex column, const LeafTest& test);
  /// The rows of `active` that satisfy `node`.
  Mask evaluate(const Plan::Node& node, const Mask& active);
  Mask evaluate_script(const ScriptTest& script, const Mask& active);
  /// The same, to make `node` answer as `wanted`.
  std::uint32_t distance(const Plan::Node& node, bool wanted, event::RowIndex row,
                         std::span<const std::uint32_t> weights);
  void add_candidate(event::RowIndex row, const std::vector<Mask>& filters, CandidateLog& log);

  const Plan* plan_;
  const event::EventBatch* batch_ = nullptr;
  std::vector<Mask> masks_;          // of the leaves, then of the joined ones
  std::vector<std::uint8_t> known_;  // for the batch at hand
  std::vector<std::uint8_t> truth_;
  std::vector<std::vector<event::Value>> keys_;
  std::vector<std::uint64_t> words_;
  std::optional<Diagnostic> failure_;
};

}  // namespace eqlab::scan
