#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "harness/event/schema.h"
#include "harness/match/matcher.h"
#include "harness/rule/rule.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"
#include "harness/schedule/run_clock.h"

/// Alert suppression: matches that agree in some fields become one alert with a count. Source:
/// As in bulk_create_suppressed_alerts_in_memory.ts.
namespace eqlab::schedule {

/// A match in which a field is missing: a group of its own, or always an alert.
enum class MissingFields : std::uint8_t { are_a_value, are_not_suppressed };

struct SuppressionOptions {
  std::vector<scan::KeySlot> group_by;  ///< carried by the candidates
  MissingFields missing = MissingFields::are_a_value;
  /// How long an alert, from its start, takes in others; nothing: within its own run.
  std::optional<Duration> duration = std::nullopt;
};
/// What the rule says, if it says anything; its fields are carried from then on. After the plan's
/// queries.
[[nodiscard]] std::optional<SuppressionOptions> carry_suppression(scan::Plan& plan,
                                                                  const event::Schema& schema,
                                                                  const rule::Rule& rule);

/// For each field of `group_by` its values, rising; none: missing.
using SuppressionTerms = std::vector<std::vector<scan::KeyId>>;

/// The values that all of the match's events have, as the shell's merged fields do. Decided by the
/// values alone: fields that differ in everything, which leave an empty array in the shell, count
/// as missing. O(events × values).
[[nodiscard]] SuppressionTerms suppression_terms(const scan::CandidateLog& log,
                                                 const match::Match& match,
                                                 std::span<const scan::KeySlot> group_by);

/// What an alert has taken in.
struct SuppressedGroup {
  SuppressionTerms terms;
  std::uint64_t count = 0;  ///< matches, without the one that made the alert; repeats included
  /// Times of the first and last match: of an event its own, of a sequence when its alert would
  /// have been made.
  WallTime start{};
  WallTime end{};
  WallTime last_detected{};  ///< when the alert last changed
  friend bool operator==(const SuppressedGroup&, const SuppressedGroup&) = default;
};

/// Decides what becomes of matches, search by search. Keeps one entry for each group of values that
/// made an alert. `options` and `log` must outlive it.
class Suppressor {
 public:
  Suppressor(const SuppressionOptions& options, const scan::CandidateLog& log,
             std::uint64_t max_signals)
      : options_(options), log_(log), max_signals_(max_signals) {}

  enum class Fate : std::uint8_t {
    alert,
    counted,     ///< an earlier run has counted it
    suppressed,  ///< added to an alert
    cut,         ///< there was no room for its documents
  };
  struct Decision {
    Fate fate = Fate::cut;
    std::size_t alert = 0;         ///< alert: its own place; suppressed: that of the other
    std::uint64_t blocks_cut = 0;  ///< alert: building blocks for which there was no room
  };
  struct Search {
    std::uint64_t run = 0;
    EventTime window_from{};
    WallTime alert_time{};
    std::size_t next_alert = 0;  ///< the place that its first alert will have
  };
  /// `fresh`: what one search returned and is not known as an alert, rising by completing event.
  /// One decision each; alerts take places in that order.
  [[nodiscard]] std::vector<Decision> decide(std::span<const match::Match* const> fresh,
                                             const Search& search);

  /// Every alert that takes others in, by place.
  [[nodiscard]] const std::map<std::size_t, SuppressedGroup>& groups() const { return groups_; }

 private:
  struct Instance {
    std::size_t alert = 0;
    std::uint64_t run = 0;
    WallTime started{};
  };
  class Room;
  [[nodiscard]] std::optional<Instance> existing(const SuppressionTerms& terms,
                                                 const Search& search) const;

  const SuppressionOptions& options_;
  const scan::CandidateLog& log_;
  std::uint64_t max_signals_;
  /// The latest alert of each group; looked up only, never walked.
  boost::unordered_flat_map<SuppressionTerms, Instance> instances_;
  std::map<std::size_t, SuppressedGroup> groups_;
};

}  // namespace eqlab::schedule
