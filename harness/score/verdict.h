#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/eql/condition.h"
#include "harness/match/matcher.h"
#include "harness/scan/candidate_log.h"
#include "harness/scan/plan.h"
#include "harness/schedule/simulation.h"
#include "harness/truth/truth.h"

/// What each alert was really about.
namespace eqlab::score {

/// Every alert has exactly one. Causality comes from the labels alone, never from names or times.
enum class Verdict : std::uint8_t {
  causal_malicious,  ///< its events are one malicious incident's, one the cause of the other
  causal_benign,     ///< the same of a benign incident: right about behaviour, wrong about intent
  causal_out_of_scope,       ///< the same of a story that is no part of what is scored
  coincident_with_incident,  ///< unrelated events, one of them a malicious incident's
  coincident_benign,         ///< unrelated events
  duplicate,                 ///< one more about what was alerted before; see JudgedAlert::original
  impossible,                ///< breaks the rule that raised it: a fault of the matcher
  unlabelled,                ///< nobody says what happened, so nothing is right or wrong
};
inline constexpr std::size_t verdict_count = 8;
[[nodiscard]] std::string_view to_string(Verdict verdict);

struct JudgedAlert {
  Verdict verdict = Verdict::coincident_benign;
  /// Causal: the incident. Coincident: an incident that one of the events belongs to, malicious
  /// ones first.
  std::optional<std::uint32_t> incident;
  bool causal = false;                    ///< duplicates keep it
  std::optional<std::uint32_t> original;  ///< duplicates: the alert that they repeat
  friend bool operator==(const JudgedAlert&, const JudgedAlert&) = default;
};

/// The rule that is judged by.
struct JudgedRule {
  const scan::BoundQuery& bound;
  std::optional<Duration> maxspan;  ///< in force, the query's own or another
};

/// The incident whose doing the match is, if it is one incident's doing: a pair of its events is a
/// true pair; or, where the match joins no script with a connection, all its events are the
/// incident's own, noise excepted.
[[nodiscard]] std::optional<std::uint32_t> causal_incident(const scan::CandidateLog& log,
                                                           const match::Match& match,
                                                           const truth::Truth& truth,
                                                           const truth::TruthIndex& index);

/// May these two events of one incident stand in one causal match, `earlier` first? No, if a script
/// and a connection that it did not cause, or noise.
[[nodiscard]] bool may_be_linked(const truth::Incident& incident, std::uint32_t earlier,
                                 std::uint32_t later);

/// Filters, order, join keys and maxspan, checked without the matcher.
[[nodiscard]] bool satisfies_rule(const scan::CandidateLog& log, const match::Match& match,
                                  const JudgedRule& rule);

/// One verdict an alert, in the alerts' order.
[[nodiscard]] std::vector<JudgedAlert> judge(const scan::CandidateLog& log,
                                             const std::vector<schedule::Alert>& alerts,
                                             const JudgedRule& rule, const truth::Truth& truth,
                                             const truth::TruthIndex& index);
/// Without labels: each is unlabelled, unless it breaks the rule.
[[nodiscard]] std::vector<JudgedAlert> judge_unlabelled(const scan::CandidateLog& log,
                                                        const std::vector<schedule::Alert>& alerts,
                                                        const JudgedRule& rule);

}  // namespace eqlab::score
