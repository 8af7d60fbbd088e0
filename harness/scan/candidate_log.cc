#include "harness/scan/candidate_log.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/base/check.h"
#include "harness/base/text.h"
#include "harness/scan/leaf_test.h"

namespace eqlab::scan {
namespace {

/// Equal encodings are equal keys.
std::string encode(const event::Value& value) {
  struct Encoder {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(bool b) const { return b ? "b1" : "b0"; }
    std::string operator()(std::int64_t n) const { return format("i{}", n); }
    std::string operator()(std::uint64_t n) const { return format("i{}", n); }
    // A whole double joins the integer of the same size (Verifier).
    std::string operator()(double n) const {
      constexpr double limit = 0x1p63;
      if (n == std::floor(n) && n >= -limit && n < limit)
        return format("i{}", static_cast<std::int64_t>(n));
      return format("d{}", n);
    }
    std::string operator()(const std::string& s) const { return "s" + s; }
  };
  return std::visit(Encoder{}, value);
}

/// Nulls last (Ordinal).
int compare_tiebreakers(const event::Value& a, const event::Value& b) {
  if (event::is_null(a) || event::is_null(b))
    return static_cast<int>(event::is_null(a)) - static_cast<int>(event::is_null(b));
  if (const int order = compare_numbers(a, b); order != 2) return order;
  return a < b ? -1 : b < a ? 1 : 0;
}

template <class T>
void reorder(std::vector<T>& values, const std::vector<CandidateIndex>& order) {
  if (values.empty()) return;
  std::vector<T> out;
  out.reserve(values.size());
  for (const CandidateIndex from : order) out.push_back(std::move(values[from]));
  values = std::move(out);
}

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

CandidateLog::CandidateLog(std::size_t filter_count, std::size_t key_slot_count,
                           bool has_tiebreaker)
    : words_per_candidate_((filter_count + 63) / 64),
      key_slots_(key_slot_count),
      has_tiebreaker_(has_tiebreaker) {}

KeyId CandidateLog::intern(const event::Value& value) {
  if (event::is_null(value)) return null_key;
  const auto [entry, added] =
      key_of_encoding_.try_emplace(encode(value), static_cast<KeyId>(key_values_.size()));
  if (added) key_values_.push_back(value);
  return entry->second;
}

std::optional<KeyId> CandidateLog::key_of(const event::Value& value) const {
  if (event::is_null(value)) return null_key;
  const auto found = key_of_encoding_.find(encode(value));
  if (found == key_of_encoding_.end()) return std::nullopt;
  return found->second;
}

void CandidateLog::add(const Entry& entry, std::span<const std::vector<event::Value>> keys) {
  EQLAB_ASSERT(entry.filter_words.size() == words_per_candidate_ && keys.size() == key_slots_);
  words_.insert(words_.end(), entry.filter_words.begin(), entry.filter_words.end());
  event_time_.push_back(entry.event_time);
  full_time_.push_back(entry.full_time);
  is_dated_.push_back(entry.dated ? 1 : 0);
  ingest_time_.push_back(entry.ingest_time);
  line_.push_back(entry.line);
  ordinal_.push_back(entry.ordinal);
  ids_.emplace_back(entry.id);
  if (entry.keep_source) sources_.emplace_back(entry.source);
  if (has_tiebreaker_) tiebreakers_.push_back(entry.tiebreaker);
  for (const std::vector<event::Value>& slot : keys) {
    const std::size_t begin = key_ids_.size();
    for (const event::Value& value : slot) {
      const KeyId id = intern(value);
      if (id == null_key) continue;
      // One stamp for each value: repeats are seen at once, however many values there are.
      if (seen_.size() <= id) seen_.resize(key_values_.size(), 0);
      if (seen_[id] == 1) continue;
      seen_[id] = 1;
      key_ids_.push_back(id);
    }
    for (std::size_t i = begin; i < key_ids_.size(); ++i) seen_[key_ids_[i]] = 0;
    key_starts_.push_back(key_ids_.size());
  }
}

void CandidateLog::merge(CandidateLog&& later) {
  EQLAB_ASSERT(later.words_per_candidate_ == words_per_candidate_ &&
               later.key_slots_ == key_slots_);
  std::vector<KeyId> renumbered(later.key_values_.size(), null_key);
  for (KeyId id = 1; id < later.key_values_.size(); ++id)
    renumbered[id] = intern(later.key_values_[id]);
  const std::size_t key_base = key_ids_.size();
  for (const KeyId id : later.key_ids_) key_ids_.push_back(renumbered[id]);
  for (std::size_t i = 1; i < later.key_starts_.size(); ++i)
    key_starts_.push_back(key_base + later.key_starts_[i]);
  append(words_, std::move(later.words_));
  append(event_time_, std::move(later.event_time_));
  append(full_time_, std::move(later.full_time_));
  append(is_dated_, std::move(later.is_dated_));
  append(ingest_time_, std::move(later.ingest_time_));
  append(line_, std::move(later.line_));
  append(ordinal_, std::move(later.ordinal_));
  append(ids_, std::move(later.ids_));
  append(sources_, std::move(later.sources_));
  append(tiebreakers_, std::move(later.tiebreakers_));
}

void CandidateLog::finish(Ties ties) {
  EQLAB_ASSERT(size() < UINT32_MAX);
  std::vector<CandidateIndex> order(size());
  std::iota(order.begin(), order.end(), CandidateIndex{0});
  std::ranges::sort(order, [&](CandidateIndex a, CandidateIndex b) {
    if (is_dated_[a] != is_dated_[b]) return is_dated_[a] > is_dated_[b];
    if (is_dated_[a] != 0) {
      if (event_time_[a] != event_time_[b]) return event_time_[a] < event_time_[b];
      if (has_tiebreaker_) {
        if (const int tie = compare_tiebreakers(tiebreakers_[a], tiebreakers_[b]); tie != 0)
          return tie < 0;
      }
      if (ties == Ties::by_full_time && full_time_[a] != full_time_[b])
        return full_time_[a] < full_time_[b];
    }
    return std::pair(ordinal_[a], a) < std::pair(ordinal_[b], b);
  });
  take(order);
}

void CandidateLog::keep(std::span<const CandidateIndex> kept) {
  if (kept.size() != size()) take({kept.begin(), kept.end()});
}

/// The candidates named, in that order, become the log.
void CandidateLog::take(const std::vector<CandidateIndex>& order) {
  std::vector<std::uint64_t> words;
  words.reserve(order.size() * words_per_candidate_);
  std::vector<std::size_t> key_starts = {0};
  key_starts.reserve(order.size() * key_slots_ + 1);
  std::vector<KeyId> key_ids;
  key_ids.reserve(key_ids_.size());
  for (const CandidateIndex from : order) {
    for (std::size_t word = 0; word < words_per_candidate_; ++word)
      words.push_back(words_[from * words_per_candidate_ + word]);
    for (KeySlot slot = 0; slot < key_slots_; ++slot) {
      const auto values = keys(from, slot);
      key_ids.insert(key_ids.end(), values.begin(), values.end());
      key_starts.push_back(key_ids.size());
    }
  }
  words_ = std::move(words);
  key_starts_ = std::move(key_starts);
  key_ids_ = std::move(key_ids);
  reorder(event_time_, order);
  reorder(full_time_, order);
  reorder(is_dated_, order);
  reorder(ingest_time_, order);
  reorder(line_, order);
  reorder(ordinal_, order);
  reorder(ids_, order);
  reorder(sources_, order);
  reorder(tiebreakers_, order);
  dated_count_ = static_cast<std::size_t>(std::ranges::count(is_dated_, std::uint8_t{1}));
}

std::vector<CandidateIndex> CandidateLog::all() const {
  std::vector<CandidateIndex> out(size());
  std::iota(out.begin(), out.end(), CandidateIndex{0});
  return out;
}

std::vector<CandidateIndex> CandidateLog::dated() const {
  std::vector<CandidateIndex> out(dated_count_);
  std::iota(out.begin(), out.end(), CandidateIndex{0});
  return out;
}

}  // namespace eqlab::scan
