#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/schedule/simulation.h"
#include "harness/score/scorecard.h"
#include "harness/score/verdict.h"
#include "harness/tune/population.h"

/// What a rule comes to, reduced to what two variants are compared by. The same verdicts as a
/// scorecard's, without its reasons and breakdowns: hundreds of variants cost what a few scorecards
/// would. Held equal to score::evaluate in tests/unit/tune/sweep_test.cc.
namespace eqlab::tune {

struct Outcome {
  std::vector<std::uint8_t> caught;  ///< by incident, of whatever intent: has a causal alert
  std::vector<std::uint32_t> false_by_host;   ///< by host of the population
  std::vector<std::uint32_t> alerts_by_host;  ///< all, repeats included
  std::vector<std::uint32_t> repeats_by_host;
  /// As Scorecard::latency(_malicious)::from_event.
  score::LatencySummary latency = {};
  score::LatencySummary latency_right = {};
  bool reached_cap = false;  ///< some run filled max_signals
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// The figures of some hosts.
struct Figures {
  score::Proportion recall;     ///< incident-level, of malicious incidents
  score::Proportion precision;  ///< alert-level, repeats left out
  score::Rate false_alarms;     ///< per host-day
  std::uint64_t alerts = 0;
  std::uint64_t repeats = 0;
  friend bool operator==(const Figures&, const Figures&) = default;
};
[[nodiscard]] Figures figures_of(const Outcome& outcome, const Population& population,
                                 const HostSet& hosts);
[[nodiscard]] double host_days(const Population& population, const HostSet& hosts);

/// Alerts over a log, and where their hosts are told.
struct JudgedLog {
  const scan::CandidateLog& log;
  const truth::TruthIndex& index;
  std::optional<scan::KeySlot> host_slot;  ///< where the plan carried `host.id`
};

/// By the incident that the alert is about; else by the `host.id` of its first event that has one.
[[nodiscard]] HostNumber host_of(const JudgedLog& log, const Population& population,
                                 const match::Match& match, const score::JudgedAlert& alert);

/// Gives verdicts on one query's alerts under several schedules and maxspans. Each distinct match
/// is judged once; only which alert came first is told anew. Thread-safe: no.
class Judge {
 public:
  /// All must outlive it.
  Judge(const JudgedLog& log, const scan::BoundQuery& bound, const Population& population);

  /// Cost: a look-up for each alert.
  [[nodiscard]] Outcome outcome(const std::vector<schedule::Alert>& alerts);
  [[nodiscard]] Outcome outcome(const schedule::Simulation& simulation);

 private:
  struct Judged {
    score::Verdict verdict = score::Verdict::coincident_benign;  ///< were it the only alert
    std::optional<std::uint32_t> incident;                       ///< causal ones
    std::uint32_t start = 0;  ///< equal where two matches begin with the same event
    HostNumber host = 0;
    Duration event_time{};  ///< of the completing event, since 1970
  };
  const Judged& judged(const match::Match& match);

  JudgedLog log_;
  score::JudgedRule rule_;
  const Population& population_;
  /// Looked up, never walked.
  boost::unordered_flat_map<std::vector<scan::CandidateIndex>, Judged> known_;
  boost::unordered_flat_map<std::string_view, std::uint32_t> starts_;  ///< by event id
  boost::unordered_flat_map<scan::CandidateIndex, std::uint32_t> nameless_starts_;
  std::uint32_t start_count_ = 0;
};

}  // namespace eqlab::tune
