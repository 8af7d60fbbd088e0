#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/event/io/read_report.h"
#include "harness/explain/explain.h"
#include "harness/explain/explained.h"
#include "harness/run/explain_incidents.h"

namespace eqlab::run {

/// What is asked: one event, or incidents; neither: the first match, or what comes nearest.
struct ExplainRequest {
  std::string event = {};  ///< its line in the input, or its id
  IncidentRequest incidents = {};
  explain::Detail detail = explain::Detail::essential;
};

/// A rule and how its query lies in a plan. All must outlive what is made of it.
struct ExplainedRule {
  const rule::Rule& rule;
  const event::Schema& schema;
  const scan::BoundQuery& bound;
  scan::Plan& plan;  ///< complete but for what explaining reads besides
};

/// One rule explained over events that are read once: prepare, let the events pass, then explain.
class RuleExplanation {
 public:
  /// Reads the labels that the request needs, and has the plan read and carry what explaining
  /// shows. `paths`: where the events are. Errors: those of choose_incidents; E660.
  [[nodiscard]] static Result<std::unique_ptr<RuleExplanation>> prepare(
      const ExplainedRule& rule, ExplainRequest request, const std::vector<std::string>& paths);

  // The pass: the two functions of event::read_events.
  struct Piece {
    std::optional<explain::WatchedPiece> seen = {};
    std::optional<Diagnostic> failure = {};
  };
  [[nodiscard]] std::function<void(Piece&, const event::EventBatch&)> scan_batch() const;
  [[nodiscard]] std::function<void(Piece&&)> take();
  /// After the pass. Errors: E216 of the first event in input order.
  [[nodiscard]] Status finish();

  /// Finished: over all events, before the query's pipes.
  [[nodiscard]] const match::Matches& matches() const { return explainer_->matches(); }
  /// Errors: E408, E409.
  [[nodiscard]] Result<explain::ExplainedRun> explain(const event::ReadReport& read);

 private:
  RuleExplanation(const ExplainedRule& rule, ExplainRequest request,
                  std::optional<ChosenIncidents> chosen, schedule::SimulationOptions simulation);
  [[nodiscard]] explain::Wanted wanted() const;
  [[nodiscard]] explain::ExplainInputs inputs() const;
  [[nodiscard]] Result<std::vector<explain::Explained>> items(std::uint64_t events_read);

  ExplainedRule rule_;
  ExplainRequest request_;
  std::optional<ChosenIncidents> chosen_;
  schedule::SimulationOptions simulation_;
  explain::Watch watch_;
  explain::Sightings sightings_;
  std::optional<Diagnostic> failure_;
  std::optional<explain::Explainer> explainer_;
};

}  // namespace eqlab::run
