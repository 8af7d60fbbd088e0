// Leaves become masks, conditions become mask arithmetic. Native leaves are evaluated for the whole
// batch once; script leaves only for the rows that the rest of the condition leaves open. Held
// equal to the row-at-a-time interpreter in tests/exhaustive.
#include "harness/scan/scanner.h"

#include <algorithm>
#include <bit>
#include <span>

#include "harness/base/text.h"

namespace eqlab::scan {
namespace {

using event::Column;
using event::RowIndex;
using event::ValueCode;

void fill_mask(const Column& column, const std::vector<std::uint8_t>& truth,
               std::vector<std::uint64_t>& mask) {
  const std::size_t rows = column.row_count();
  mask.assign((rows + 63) / 64, 0);
  if (column.has_arrays()) {
    for (RowIndex row = 0; row < rows; ++row) {
      const bool any =
          std::ranges::any_of(column.codes(row), [&](ValueCode code) { return truth[code] != 0; });
      mask[row / 64] |= std::uint64_t{any} << (row % 64);
    }
    return;
  }
  // The last entry of `truth` answers for "no value", whose code is larger than any.
  const auto none = static_cast<ValueCode>(truth.size() - 1);
  const auto codes = column.single_codes();
  for (std::size_t word = 0; word < mask.size(); ++word) {
    const std::size_t end = std::min(rows, word * 64 + 64);
    std::uint64_t bits = 0;
    for (std::size_t row = word * 64; row < end; ++row)
      bits |= std::uint64_t{truth[std::min(codes[row], none)]} << (row % 64);
    mask[word] = bits;
  }
}

std::span<const Plan::Node> not_joined(const Plan::Node& node) {
  return std::span(node.children).subspan(node.joined_children);
}

bool is_empty(const std::vector<std::uint64_t>& mask) {
  return std::ranges::all_of(mask, [](std::uint64_t word) { return word == 0; });
}

}  // namespace

Status Scanner::scan(const event::EventBatch& batch, CandidateLog& log) {
  const std::size_t rows = batch.row_count();
  if (rows == 0) return ok();
  batch_ = &batch;
  failure_.reset();
  std::ranges::fill(known_, std::uint8_t{0});
  Mask everything((rows + 63) / 64, ~std::uint64_t{0});
  if (rows % 64 != 0) everything.back() = (std::uint64_t{1} << (rows % 64)) - 1;

  std::vector<Mask> filters;
  Mask wanted(everything.size(), 0);
  for (const Plan::Node& node : plan_->filters()) {
    filters.push_back(evaluate(node, everything));
    for (std::size_t word = 0; word < wanted.size(); ++word) wanted[word] |= filters.back()[word];
  }
  if (failure_) return fail(std::move(*failure_));
  for (std::size_t word = 0; word < wanted.size(); ++word) {
    for (std::uint64_t bits = wanted[word]; bits != 0; bits &= bits - 1) {
      add_candidate(
          static_cast<RowIndex>(word * 64 + static_cast<std::size_t>(std::countr_zero(bits))),
          filters, log);
    }
  }
  return ok();
}

const Scanner::Mask& Scanner::leaf_mask(std::uint32_t leaf) {
  const Plan::PlannedLeaf& planned = plan_->leaves()[leaf];
  return mask(leaf, planned.column, planned.test);
}

const Scanner::Mask& Scanner::joined_mask(std::uint32_t joined) {
  const Plan::JoinedLeaves& leaves = plan_->joined_leaves()[joined];
  return mask(plan_->leaves().size() + joined, leaves.column, leaves.test);
}

const Scanner::Mask& Scanner::mask(std::size_t place, event::ColumnIndex column_index,
                                   const LeafTest& test) {
  if (known_[place] == 0) {
    const Column& column = batch_->columns[column_index];
    test.evaluate(column.dictionary(), truth_);
    fill_mask(column, truth_, masks_[place]);
    known_[place] = 1;
  }
  return masks_[place];
}

Scanner::Mask Scanner::evaluate(
    const Plan::Node& node,
    const Mask& active) {  // NOLINT(misc-no-recursion): depth bounded by the parser
  Mask out(active.size(), 0);
  if (is_empty(active)) return out;
  switch (node.kind) {
    case eql::ConditionKind::always:
      return active;
    case eql::ConditionKind::never:
      return out;
    case eql::ConditionKind::leaf: {
      if (const auto& script = plan_->leaves()[node.leaf].script)
        return evaluate_script(*script, active);
      const Mask& leaf = leaf_mask(node.leaf);
      for (std::size_t word = 0; word < out.size(); ++word) out[word] = active[word] & leaf[word];
      return out;
    }
    case eql::ConditionKind::all:
      out = active;
      for (const std::uint32_t joined : node.joined) {
        const Mask& leaves = joined_mask(joined);
        for (std::size_t word = 0; word < out.size(); ++word) out[word] &= ~leaves[word];
      }
      for (const Plan::Node& child : not_joined(node)) out = evaluate(child, out);
      return out;
    case eql::ConditionKind::any: {
      Mask open = active;
      for (const std::uint32_t joined : node.joined) {
        const Mask& leaves = joined_mask(joined);
        for (std::size_t word = 0; word < out.size(); ++word) {
          out[word] |= open[word] & leaves[word];
          open[word] &= ~leaves[word];
        }
      }
      for (const Plan::Node& child : not_joined(node)) {
        const Mask found = evaluate(child, open);
        for (std::size_t word = 0; word < out.size(); ++word) {
          out[word] |= found[word];
          open[word] &= ~found[word];
        }
      }
      return out;
    }
    case eql::ConditionKind::none: {
      const Mask found = evaluate(node.children[0], active);
      for (std::size_t word = 0; word < out.size(); ++word) out[word] = active[word] & ~found[word];
      return out;
    }
  }
  return out;
}

Scanner::Mask Scanner::evaluate_script(const ScriptTest& script, const Mask& active) {
  Mask out(active.size(), 0);
  for (std::size_t word = 0; word < active.size(); ++word) {
    for (std::uint64_t bits = active[word]; bits != 0; bits &= bits - 1) {
      const auto row =
          static_cast<RowIndex>(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
      auto truth = script.evaluate(*batch_, row);
      if (!truth) {
        if (!failure_) {
          failure_ = std::move(truth.error());
          failure_->message += format(" (at the event on line {})", batch_->line[row]);
        }
        return out;
      }
      if (*truth) out[word] |= bits & (0 - bits);
    }
  }
  return out;
}

std::uint32_t Scanner::distance(FilterIndex filter, RowIndex row,
                                std::span<const std::uint32_t> weights) {
  return distance(plan_->filters()[filter], true, row, weights);
}

std::uint32_t Scanner::distance(
    const Plan::Node& node, bool wanted, RowIndex row,
    std::span<const std::uint32_t> weights) {  // NOLINT(misc-no-recursion): depth bounded by the
                                               // parser
  const auto sum = [&] {
    std::uint32_t total = 0;
    for (const Plan::Node& child : node.children)
      total = std::min(unreachable, total + distance(child, wanted, row, weights));
    return total;
  };
  const auto least = [&] {
    std::uint32_t best = unreachable;
    for (const Plan::Node& child : node.children)
      best = std::min(best, distance(child, wanted, row, weights));
    return best;
  };
  switch (node.kind) {
    case eql::ConditionKind::always:
      return wanted ? 0 : unreachable;
    case eql::ConditionKind::never:
      return wanted ? unreachable : 0;
    case eql::ConditionKind::leaf: {
      if (plan_->leaves()[node.leaf].script) return 0;
      const bool truth = ((leaf_mask(node.leaf)[row / 64] >> (row % 64)) & 1U) != 0;
      return truth == wanted ? 0 : weights[node.leaf];
    }
    case eql::ConditionKind::all:
      return wanted ? sum() : least();
    case eql::ConditionKind::any:
      return wanted ? least() : sum();
    case eql::ConditionKind::none:
      return distance(node.children[0], !wanted, row, weights);
  }
  return unreachable;
}

void Scanner::add_candidate(RowIndex row, const std::vector<Mask>& filters, CandidateLog& log) {
  words_.assign((filters.size() + 63) / 64, 0);
  for (std::size_t filter = 0; filter < filters.size(); ++filter) {
    words_[filter / 64] |= ((filters[filter][row / 64] >> (row % 64)) & 1U) << (filter % 64);
  }
  keys_.resize(plan_->key_columns().size());
  for (std::size_t slot = 0; slot < keys_.size(); ++slot) {
    const Column& column = batch_->columns[plan_->key_columns()[slot]];
    keys_[slot].clear();
    for (const ValueCode code : column.codes(row))
      keys_[slot].push_back(column.dictionary().value(code));
  }
  CandidateLog::Entry entry;
  entry.filter_words = words_;
  entry.full_time = batch_->event_time[row];
  const std::int64_t unit = plan_->resolution().count();
  std::int64_t units = entry.full_time.time_since_epoch().count() / unit;
  if (units * unit > entry.full_time.time_since_epoch().count())
    --units;  // before 1970 the cut is downward too
  entry.event_time = EventTime{Duration{units * unit}};
  entry.dated = batch_->has_event_time[row] != 0;
  entry.ingest_time = batch_->ingest_time[row];
  entry.line = batch_->line[row];
  entry.ordinal = batch_->ordinal[row];
  entry.id = batch_->ids.size() == 0 ? std::string_view() : batch_->ids[row];
  entry.keep_source = batch_->sources.size() > 0;
  if (entry.keep_source) entry.source = batch_->sources[row];
  if (const auto tiebreaker = plan_->tiebreaker_column()) {
    const Column& column = batch_->columns[*tiebreaker];
    if (const auto codes = column.codes(row); !codes.empty())
      entry.tiebreaker = column.dictionary().value(codes[0]);
    if (const auto* const text = std::get_if<std::string>(&entry.tiebreaker);
        text != nullptr && plan_->tiebreaker_is_guessed()) {
      if (const auto number = parse_number<long>(*text)) entry.tiebreaker = std::int64_t{*number};
    }
  }
  log.add(entry, keys_);
}

}  // namespace eqlab::scan
