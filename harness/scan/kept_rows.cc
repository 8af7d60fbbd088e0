#include "harness/scan/kept_rows.h"

#include <algorithm>
#include <utility>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/event/batch_rows.h"

namespace eqlab::scan {

void KeptRows::append(const event::EventBatch& batch, event::RowIndex row) {
  if (batches_.empty() || batches_.back().row_count() == limits::batch_rows_max)
    batches_.emplace_back(plan_->projection());
  event::append_row(batch, plan_->projection(), row, batches_.back(), plan_->projection());
}

Status KeptRows::scan(Scanner& scanner, const event::EventBatch& batch, CandidateLog& log) {
  auto next = static_cast<CandidateIndex>(log.size());
  EQLAB_CHECK(scanner.scan(batch, log));
  // Candidates were added in the order of the rows.
  for (event::RowIndex row = 0; row < batch.row_count() && next < log.size(); ++row) {
    if (log.ordinal(next) != batch.ordinal[row]) continue;
    append(batch, row);
    ++next;
  }
  return check_size();
}

Status KeptRows::merge(KeptRows&& later) {
  for (event::EventBatch& batch : later.batches_) {
    // Small pieces are joined: a batch costs its dictionaries, however few its rows.
    if (!batches_.empty() &&
        batches_.back().row_count() + batch.row_count() <= limits::batch_rows_max) {
      for (event::RowIndex row = 0; row < batch.row_count(); ++row) append(batch, row);
    } else {
      batches_.push_back(std::move(batch));
    }
  }
  later.batches_.clear();
  return check_size();
}

Status KeptRows::check_size() const {
  if (row_count() <= rows_max_) return ok();
  return fail(error_in(
      {}, "E530",
      format("more than {} events come near the rule: too many to keep for trying its variants",
             rows_max_),
      "use fewer events, or give the rule a maxspan and a join key"));
}

void KeptRows::keep(const CandidateLog& log, std::span<const CandidateIndex> kept) {
  std::vector<std::uint64_t> ordinals;
  ordinals.reserve(kept.size());
  for (const CandidateIndex candidate : kept) ordinals.push_back(log.ordinal(candidate));
  std::ranges::sort(ordinals);
  const std::vector<event::EventBatch> all = std::exchange(batches_, {});
  for (const event::EventBatch& batch : all) {
    for (event::RowIndex row = 0; row < batch.row_count(); ++row) {
      if (std::ranges::binary_search(ordinals, batch.ordinal[row])) append(batch, row);
    }
  }
}

std::size_t KeptRows::row_count() const {
  std::size_t rows = 0;
  for (const event::EventBatch& batch : batches_) rows += batch.row_count();
  return rows;
}

Result<CandidateLog> KeptRows::candidates(const Plan& variants, CandidateLog::Ties ties) const {
  CandidateLog log = variants.new_log();
  Scanner scanner(variants);
  for (const event::EventBatch& batch : batches_) EQLAB_CHECK(scanner.scan(batch, log));
  log.finish(ties);
  return log;
}

}  // namespace eqlab::scan
