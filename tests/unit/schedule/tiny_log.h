#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/eql/condition.h"
#include "harness/match/matcher.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"

/// Candidates and sequence queries written down by hand, for tests of the layers that decide over
/// them.
namespace eqlab::tiny {

/// 2026-03-02T10:00:00Z: second 0 of every timeline here.
inline constexpr std::int64_t second_zero = 1'772'445'600'000'000'000;

[[nodiscard]] inline Duration seconds(double s) { return Duration(std::llround(s * 1e9)); }
[[nodiscard]] inline EventTime at(double s) {
  return EventTime(Duration(second_zero) + seconds(s));
}
[[nodiscard]] inline WallTime wall(double s) {
  return WallTime(Duration(second_zero) + seconds(s));
}
[[nodiscard]] inline double in_seconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1e9;
}

/// An event that satisfies the filters of `stages` (from 0), `delay` seconds after which it is
/// ingested.
struct Event {
  std::string id;
  double at = 0;
  std::vector<std::uint32_t> stages = {};
  std::vector<std::string> keys = {"k"};  ///< one a slot; empty text: missing
  double delay = 0;
  /// Values of further slots, behind those of the keys: seconds, as dates; nothing: missing.
  std::vector<std::optional<double>> dates = {};
  bool dated = true;
  std::vector<std::string> more_keys = {};  ///< further values of slot 0
};

[[nodiscard]] inline scan::CandidateLog log_of(const std::vector<Event>& events,
                                               std::size_t filter_count = 2,
                                               std::size_t key_slots = 1,
                                               std::size_t date_slots = 0) {
  scan::CandidateLog log(filter_count, key_slots + date_slots, false);
  std::uint64_t ordinal = 0;
  for (const Event& event : events) {
    std::vector<std::uint64_t> words((filter_count + 63) / 64);
    for (const std::uint32_t stage : event.stages)
      words[stage / 64] |= std::uint64_t{1} << (stage % 64);
    std::vector<std::vector<event::Value>> keys(key_slots + date_slots);
    for (std::size_t slot = 0; slot < key_slots; ++slot) {
      if (slot < event.keys.size() && !event.keys[slot].empty())
        keys[slot].emplace_back(event.keys[slot]);
    }
    for (const std::string& key : event.more_keys) keys[0].emplace_back(key);
    for (std::size_t slot = 0; slot < date_slots; ++slot) {
      if (slot < event.dates.size() && event.dates[slot])
        keys[key_slots + slot].emplace_back(at(*event.dates[slot]).time_since_epoch().count());
    }
    log.add({.filter_words = words,
             .event_time = at(event.at),
             .dated = event.dated,
             .ingest_time = IngestTime((at(event.at) + seconds(event.delay)).time_since_epoch()),
             .line = ordinal + 1,
             .ordinal = ordinal,
             .id = event.id,
             .source = {}},
            keys);
    ++ordinal;
  }
  log.finish();
  return log;
}

/// `sequence by KEYS with maxspan [CATEGORY …] …` (one stage: an event query), and how it is bound:
/// stage j is filter j, key i is slot i.
using Rule = scan::BoundQuery;
[[nodiscard]] inline Rule rule_of(const std::vector<std::string>& categories,
                                  std::optional<double> maxspan,
                                  const std::vector<std::string>& keys = {"host.id"}) {
  Rule rule;
  rule.query.kind = categories.size() == 1 ? eql::QueryKind::event : eql::QueryKind::sequence;
  if (maxspan) rule.query.maxspan = seconds(*maxspan);
  for (std::size_t j = 0; j < categories.size(); ++j) {
    eql::Stage written;
    written.filter.category = categories[j];
    rule.query.syntax.stages.push_back(written);
    eql::CheckedStage stage;
    stage.written = static_cast<std::uint32_t>(j);
    scan::QueryBinding::Stage bound{
        .filter = static_cast<scan::FilterIndex>(j), .keys = {}, .optional_keys = {}};
    for (std::size_t i = 0; i < keys.size() && categories.size() > 1; ++i) {
      eql::JoinKey key;
      key.field.name = keys[i];
      stage.keys.push_back(key);
      bound.keys.emplace_back(static_cast<scan::KeySlot>(i));
      bound.optional_keys.push_back(false);
    }
    rule.query.stages.push_back(stage);
    rule.binding.stages.push_back(bound);
  }
  rule.query.syntax.kind = rule.query.kind;
  return rule;
}

}  // namespace eqlab::tiny
