#include "harness/run/explain_rule.h"

#include "harness/explain/subjects.h"
#include "harness/schedule/prepared_rule.h"

namespace eqlab::run {

using explain::Explained;

Result<std::unique_ptr<RuleExplanation>> RuleExplanation::prepare(
    const ExplainedRule& rule, ExplainRequest request, const std::vector<std::string>& paths) {
  EQLAB_TRY(std::optional<ChosenIncidents> chosen, choose_incidents(request.incidents, paths));
  explain::read_named_fields(rule.rule, rule.schema, rule.bound.query, rule.plan);
  schedule::SimulationOptions simulation;
  if (chosen) {
    EQLAB_TRY(const schedule::CarriedFields fields,
              schedule::carry_fields(rule.rule, rule.schema, rule.plan));
    simulation = fields.in();
  }
  return std::unique_ptr<RuleExplanation>(
      new RuleExplanation(rule, std::move(request), std::move(chosen), std::move(simulation)));
}

RuleExplanation::RuleExplanation(const ExplainedRule& rule, ExplainRequest request,
                                 std::optional<ChosenIncidents> chosen,
                                 schedule::SimulationOptions simulation)
    : rule_(rule),
      request_(std::move(request)),
      chosen_(std::move(chosen)),
      simulation_(std::move(simulation)),
      watch_(rule.bound.query, rule.plan, rule.bound.binding, rule.rule.event_category_field,
             wanted()),
      sightings_(watch_) {}

explain::Wanted RuleExplanation::wanted() const {
  if (chosen_) return wanted_events(*chosen_);
  return request_.event.empty() ? explain::Wanted() : explain::wanted_event(request_.event);
}

std::function<void(RuleExplanation::Piece&, const event::EventBatch&)> RuleExplanation::scan_batch()
    const {
  return [watch = &watch_](Piece& piece, const event::EventBatch& batch) {
    if (piece.failure) return;
    if (!piece.seen) piece.seen.emplace(*watch);
    if (auto done = piece.seen->scan(batch); !done) piece.failure = std::move(done.error());
  };
}

std::function<void(RuleExplanation::Piece&&)> RuleExplanation::take() {
  return [this](Piece&& piece) {
    if (piece.failure && !failure_) failure_ = std::move(piece.failure);
    if (piece.seen) sightings_.take(std::move(*piece.seen));
  };
}

Status RuleExplanation::finish() {
  if (failure_) return fail(locate(std::move(*failure_), rule_.rule.query));
  sightings_.finish();
  explainer_.emplace(inputs());
  return ok();
}

explain::ExplainInputs RuleExplanation::inputs() const {
  return {.rule = rule_.rule,
          .schema = rule_.schema,
          .query = rule_.bound.query,
          .plan = rule_.plan,
          .binding = rule_.bound.binding,
          .watch = watch_,
          .sightings = sightings_,
          .detail = request_.detail};
}

Result<explain::ExplainedRun> RuleExplanation::explain(const event::ReadReport& read) {
  EQLAB_TRY(std::vector<Explained> found, items(read.read));
  return explain::ExplainedRun{.items = std::move(found),
                               .rule_name = rule_.rule.name,
                               .events_read = read.read,
                               .malformed = read.malformed,
                               .matches_found = matches().matches.size(),
                               .file_starts = read.file_starts};
}

Result<std::vector<Explained>> RuleExplanation::items(std::uint64_t events_read) {
  if (!request_.event.empty()) {
    EQLAB_TRY(Explained found, explain::explain_event(*explainer_, sightings_, request_.event));
    return std::vector<Explained>{std::move(found)};
  }
  if (chosen_) {
    IncidentExplainer incidents(inputs(), rule_.bound, *explainer_, chosen_->truth, simulation_);
    return explain_incidents(incidents, *chosen_, request_.incidents);
  }
  const std::uint64_t misses_max = request_.incidents.misses_max;
  return misses_max > 0 ? explain::explain_near_misses(*explainer_, misses_max, events_read)
                        : explain::explain_first(*explainer_, events_read);
}

}  // namespace eqlab::run
