#include "harness/explain/one_row.h"

namespace eqlab::explain {

OneRow::OneRow(const scan::Plan& plan, const event::Projection& have, const event::EventBatch& rows,
               event::RowIndex row, std::span<const event::ChangedValue> changes)
    : batch_(plan.projection()), log_(plan.new_log()), scanner_(plan) {
  event::append_row(rows, have, row, batch_, plan.projection(), changes);
  if (auto scanned = scanner_.scan(batch_, log_); !scanned) failure_ = std::move(scanned.error());
}

std::uint32_t OneRow::distance(scan::FilterIndex filter, std::span<const std::uint32_t> weights) {
  return failure_ ? scan::Scanner::unreachable : scanner_.distance(filter, 0, weights);
}

}  // namespace eqlab::explain
