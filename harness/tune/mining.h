#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/rule/rule.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/kept_rows.h"
#include "harness/schedule/simulation.h"
#include "harness/tune/outcome.h"
#include "harness/tune/variant.h"
#include "harness/tune/wide_plan.h"

/// Changes of a rule that are worth a trial, found by looking at what it missed and what it raised
/// on some of the hosts.
namespace eqlab::tune {

struct MiningInputs {
  const WidePlan& plan;
  const scan::CandidateLog& log;  ///< of the scan, finished
  const scan::KeptRows& rows;
  const truth::TruthIndex& index;
  const Population& population;
  const schedule::Simulation& simulation;  ///< of the rule as it is, over the log
  /// Labels, events and alerts of all other hosts are not looked at.
  const HostSet& hosts;
};

enum class Origin : std::uint8_t {
  left_out,      ///< a part of the rule taken away
  missed,        ///< from incidents that the rule missed
  seen,          ///< from events where the other steps match
  false_alarms,  ///< from what false alarms share and catches do not
  setting,       ///< another maxspan or join
};
[[nodiscard]] std::string_view to_string(Origin origin);

struct Candidate {
  Variant variant;
  Origin origin = Origin::left_out;
  std::uint64_t seen_in = 0;  ///< incidents, hosts or alarms that speak for it, by origin
  /// The list that a value is added to, by its first member, and the value; such candidates stand
  /// for one another.
  std::optional<eql::ExprId> list = std::nullopt;
  std::optional<NewMember> member = std::nullopt;
  /// A longer maxspan, or another first join key: with other changes it would need events that were
  /// not kept.
  bool stands_alone = false;
};

struct Mined {
  std::vector<Candidate> candidates;
  std::uint64_t left_out = 0;  ///< beyond the limits
};

inline constexpr std::size_t members_tried_max = 150;
inline constexpr std::size_t values_per_list_max = 12;
inline constexpr std::size_t exclusions_tried_max = 24;

/// Parts to leave out (members, terms, `until`), values to add, exclusions. Deterministic; what is
/// tried first comes first. Cost: a match of the log for each term that holds a list, and passes
/// over log and alerts.
[[nodiscard]] Mined mine(const MiningInputs& inputs);

/// A name or address that is kept for examples (RFC 2606, RFC 5737): `mdm.example.com`,
/// `config.corp.test`, `com.example.helper`, `203.0.113.8`. Only generated events have it, so a
/// rule is not made for it.
[[nodiscard]] bool is_placeholder(std::string_view value);

/// `python3.11`, `python3.12` → `python3*`: what several values begin with, for all groups of
/// values that share at least three letters. Counts are summed.
struct SharedStem {
  std::string pattern;
  std::vector<std::size_t> values;  ///< places in what was given
  friend bool operator==(const SharedStem&, const SharedStem&) = default;
};
[[nodiscard]] std::vector<SharedStem> shared_stems(const std::vector<std::string>& values);

}  // namespace eqlab::tune
