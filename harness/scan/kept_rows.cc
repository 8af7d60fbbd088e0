#include "harness/scan/kept_rows.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/base/limits.h"
#include "harness/base/text.h"
#include "harness/event/batch_rows.h"

namespace eqlab::scan {

/// Appends rows of one batch, wherever there is room.
class KeptRows::Appender {
 public:
  Appender(KeptRows& rows, const event::EventBatch& from) : rows_(rows), from_(from) {}
  void append(event::RowIndex row) {
    std::vector<event::EventBatch>& batches = rows_.batches_;
    if (batches.empty() || batches.back().row_count() == limits::batch_rows_max) {
      batches.emplace_back(rows_.plan_->projection());
      copier_.reset();
    }
    if (!copier_) copier_.emplace(from_, batches.back());
    copier_->append(row);
  }

 private:
  KeptRows& rows_;
  const event::EventBatch& from_;
  std::optional<event::RowCopier> copier_;
};

Status KeptRows::scan(Scanner& scanner, const event::EventBatch& batch, CandidateLog& log) {
  auto next = static_cast<CandidateIndex>(log.size());
  EQLAB_CHECK(scanner.scan(batch, log));
  Appender appender(*this, batch);
  // Candidates were added in the order of the rows.
  for (event::RowIndex row = 0; row < batch.row_count() && next < log.size(); ++row) {
    if (log.ordinal(next) != batch.ordinal[row]) continue;
    appender.append(row);
    ++next;
  }
  return check_size();
}

Status KeptRows::merge(KeptRows&& later) {
  for (event::EventBatch& batch : later.batches_) {
    // Small pieces are joined: a batch costs its dictionaries, however few its rows.
    if (!batches_.empty() &&
        batches_.back().row_count() + batch.row_count() <= limits::batch_rows_max) {
      Appender appender(*this, batch);
      for (event::RowIndex row = 0; row < batch.row_count(); ++row) appender.append(row);
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
    Appender appender(*this, batch);
    for (event::RowIndex row = 0; row < batch.row_count(); ++row) {
      if (std::ranges::binary_search(ordinals, batch.ordinal[row])) appender.append(row);
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
