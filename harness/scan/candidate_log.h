#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/time.h"
#include "harness/event/batch.h"
#include "harness/event/value.h"

namespace eqlab::scan {

/// One filter (a stage, an `until`, an event query) of one query in a plan.
using FilterIndex = std::uint32_t;
/// One field whose values candidates keep: some query joins by it, or Plan::carry asked for it.
using KeySlot = std::uint32_t;
/// Place in a finished log, which is also the candidate's rank in time: smaller is earlier.
using CandidateIndex = std::uint32_t;
/// An interned join-key value; equal values have equal ids. 0 is null.
using KeyId = std::uint32_t;
inline constexpr KeyId null_key = 0;

/// The events that satisfied at least one filter, reduced to what decisions need. Filled by Scanner
/// in parts, which are merged in input order, then finished once; after that it never changes and
/// may be read from any thread.
///
/// After `finish` candidates are in the order of Elasticsearch's ordinals: event time at the
/// resolution of the timestamp field's type, tiebreaker (nulls last), place in the input. Undated
/// events come last, in input order (`dated_count` tells where); they take part in event queries
/// and samples, never in sequences.
class CandidateLog {
 public:
  CandidateLog(std::size_t filter_count, std::size_t key_slot_count, bool has_tiebreaker);

  [[nodiscard]] std::size_t size() const { return event_time_.size(); }
  [[nodiscard]] std::size_t dated_count() const { return dated_count_; }

  [[nodiscard]] bool satisfies(CandidateIndex candidate, FilterIndex filter) const {
    return ((words_[candidate * words_per_candidate_ + filter / 64] >> (filter % 64)) & 1U) != 0;
  }
  /// Cut to milliseconds where the field is a `date`; as read where it is `date_nanos`.
  [[nodiscard]] EventTime event_time(CandidateIndex candidate) const {
    return event_time_[candidate];
  }
  [[nodiscard]] IngestTime ingest_time(CandidateIndex candidate) const {
    return ingest_time_[candidate];
  }
  /// Distinct values of the key field, none when it is missing.
  [[nodiscard]] std::span<const KeyId> keys(CandidateIndex candidate, KeySlot slot) const {
    const std::size_t cell = candidate * key_slots_ + slot;
    return std::span(key_ids_).subspan(key_starts_[cell],
                                       key_starts_[cell + 1] - key_starts_[cell]);
  }
  [[nodiscard]] const event::Value& key_value(KeyId key) const { return key_values_[key]; }
  /// The id of a value that some candidate has as a key; nothing when none has. Null is null_key.
  [[nodiscard]] std::optional<KeyId> key_of(const event::Value& value) const;
  /// `event.id` or the hit's `_id`; empty when the event had neither.
  [[nodiscard]] std::string_view event_id(CandidateIndex candidate) const {
    return ids_[candidate];
  }
  [[nodiscard]] std::uint64_t line(CandidateIndex candidate) const { return line_[candidate]; }
  [[nodiscard]] std::uint64_t ordinal(CandidateIndex candidate) const {
    return ordinal_[candidate];
  }
  /// The document, when the reader kept sources.
  [[nodiscard]] std::string_view source(CandidateIndex candidate) const {
    return sources_.empty() ? std::string_view() : std::string_view(sources_[candidate]);
  }
  [[nodiscard]] bool has_tiebreaker() const { return has_tiebreaker_; }
  /// All candidates, then all dated ones, as increasing lists for Matcher::find.
  [[nodiscard]] std::vector<CandidateIndex> all() const;
  [[nodiscard]] std::vector<CandidateIndex> dated() const;

  // Filling, in input order.
  struct Entry {
    std::span<const std::uint64_t> filter_words;
    EventTime event_time{};  ///< cut to the resolution
    EventTime full_time{};
    bool dated = true;
    IngestTime ingest_time{};
    std::uint64_t line = 0;
    std::uint64_t ordinal = 0;
    std::string_view id;
    std::string_view source;
    bool keep_source = false;
    event::Value tiebreaker = {};
  };
  /// `keys[slot]` are the values of that slot; repeats are dropped.
  void add(const Entry& entry, std::span<const std::vector<event::Value>> keys);
  /// Appends `later`, which came from later input, and renumbers its keys.
  void merge(CandidateLog&& later);
  /// How candidates of equal time and tiebreaker follow one another.
  enum class Ties : std::uint8_t {
    by_input,      ///< place in the input, as an index would have it
    by_full_time,  ///< generated events: by time at full precision first, as their corpus is
                   ///< written
  };
  void finish(Ties ties = Ties::by_input);
  /// Forgets all others; `kept` rises. After `finish`; the log may be merged and finished again.
  void keep(std::span<const CandidateIndex> kept);

 private:
  KeyId intern(const event::Value& value);
  void take(const std::vector<CandidateIndex>& order);

  std::size_t words_per_candidate_;
  std::size_t key_slots_;
  bool has_tiebreaker_;
  std::size_t dated_count_ = 0;
  std::vector<std::uint64_t> words_;
  std::vector<EventTime> event_time_;
  std::vector<EventTime> full_time_;
  std::vector<std::uint8_t> is_dated_;
  std::vector<IngestTime> ingest_time_;
  std::vector<std::uint64_t> line_;
  std::vector<std::uint64_t> ordinal_;
  std::vector<std::string> ids_;
  std::vector<std::string> sources_;
  std::vector<event::Value> tiebreakers_;
  std::vector<std::size_t> key_starts_ = {0};
  std::vector<KeyId> key_ids_;
  std::vector<event::Value> key_values_ = {event::Value{}};
  boost::unordered_flat_map<std::string, KeyId> key_of_encoding_;
  std::vector<std::uint8_t> seen_;  // scratch of `add`, by KeyId
};

}  // namespace eqlab::scan
