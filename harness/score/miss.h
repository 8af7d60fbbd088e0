#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/explain/chain.h"
#include "harness/explain/reason.h"
#include "harness/match/matcher.h"
#include "harness/rule/rule.h"
#include "harness/schedule/simulation.h"
#include "harness/score/verdict.h"
#include "harness/truth/truth.h"

/// Why an incident raised no alert of its own: decided from the candidates alone, by asking how far
/// the incident's own events get through the query, one demand after another. Works for any query;
/// stages and keys are named as the query names them.
namespace eqlab::score {

using explain::Reason;

/// How far an incident gets: what is left of it in each denominator of recall.
enum class Reach : std::uint8_t { none, behaviour, reachable, visible };
[[nodiscard]] Reach reach_of(Reason reason);

/// What has to change for the incident to be caught.
enum class Cause : std::uint8_t {
  no_behaviour,  ///< there was nothing to see
  design,        ///< the rule asks for something else, be it by evasion; also stolen partners
  telemetry,     ///< a document was lost, merged into another, or stamped out of order
  delay,         ///< events arrived too late
  schedule,      ///< runs were late or failed, or look back too little
  suppression,   ///< another alert took its match in
  cap,           ///< max_signals
  fault,         ///< unexplained
};
inline constexpr std::size_t cause_count = 8;
[[nodiscard]] std::string_view to_string(Cause cause);

struct Miss {
  Reason reason = Reason::unexplained;
  std::uint32_t stage = 0;      ///< stage_unmatched and document_missing: which, from 0
  std::string keys;             ///< keys_differ: their names
  std::string example;          ///< what to show and count within the reason; may be empty
  std::optional<Duration> gap;  ///< over_maxspan: the nearest span
  /// The events that speak for the incident, one for each stage that asks for one: places in
  /// Incident::events. Empty where no such choice was made.
  std::vector<std::uint32_t> events = {};
  /// document_missing: `lost` or `merged`. out_of_order: `stamped` where the labels say that one
  /// event caused the other, so that the order can only be that of clocks and documents.
  std::string fault = {};
  friend bool operator==(const Miss&, const Miss&) = default;
};

[[nodiscard]] Cause cause_of(const Miss& miss);

/// The reason in words, without the example: `no network event satisfies step 2`.
[[nodiscard]] std::string describe(const Miss& miss, const eql::CheckedQuery& query,
                                   std::optional<Duration> maxspan);

/// Everything that the question needs; all must outlive the explainer.
struct MissInputs {
  const scan::CandidateLog& log;
  const match::Matches& matches;  ///< over all data, without cap
  const schedule::Simulation& simulation;
  const truth::Truth& truth;
  const truth::TruthIndex& index;
  JudgedRule rule;
  rule::Schedule schedule;
};

/// Answers for one incident after another. Building it costs one pass over the log. An event that
/// occurs in no stage of the query, or was lost on the way, counts the same: it satisfied nothing.
class MissExplainer {
 public:
  explicit MissExplainer(const MissInputs& inputs);
  ~MissExplainer();
  MissExplainer(const MissExplainer&) = delete;
  MissExplainer& operator=(const MissExplainer&) = delete;

  /// `incident` (place in Truth::incidents) must have no causal alert.
  [[nodiscard]] Miss explain(std::uint32_t incident) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `connect python3.11 203.0.113.8:443` → `python3.11`; `exec dash < package_script_service` →
/// `dash < package_script_service`: the text of a truth event without its verb and address.
[[nodiscard]] std::string subject_of(std::string_view what);

}  // namespace eqlab::score
