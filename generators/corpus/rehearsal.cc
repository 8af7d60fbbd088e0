// Tested in tests/unit/generators/rehearsal_test.cc.
#include "generators/corpus/rehearsal.h"

#include <algorithm>

#include "generators/corpus/summary.h"
#include "generators/document/batch_rows.h"
#include "generators/fault/merging.h"
#include "generators/incident/simulator.h"
#include "harness/base/limits.h"
#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

/// A Tuesday at ten: everybody works.
constexpr EventTime begin{std::chrono::seconds(1'772'532'000)};

}  // namespace

Rehearsal::Rehearsal() : catalogue_(std::make_unique<Catalogue>()) {}
Rehearsal::Rehearsal(Rehearsal&&) noexcept = default;
Rehearsal& Rehearsal::operator=(Rehearsal&&) noexcept = default;
Rehearsal::~Rehearsal() = default;

Result<Rehearsal> Rehearsal::open(const std::string& scenarios_dir,
                                  const std::vector<std::string>& only) {
  Rehearsal made;
  EQLAB_TRY(*made.catalogue_, load_catalogue(scenarios_dir));
  for (const std::string& id : only) EQLAB_CHECK(require_scenario(*made.catalogue_, id));
  for (std::uint32_t i = 0; i < made.catalogue_->scenarios.size(); ++i) {
    if (only.empty() || std::ranges::find(only, made.catalogue_->scenarios[i].id) != only.end())
      made.selected_.push_back(i);
  }
  for (const PromisedRule& rule : made.catalogue_->rules)
    made.rules_.push_back({.key = rule.key, .rule_id = rule.rule_id, .title = rule.title});
  return made;
}

ScenarioSummary Rehearsal::scenario(std::size_t index) const {
  return summary_of(catalogue_->scenarios[selected_[index]], *catalogue_);
}

std::vector<PromiseSummary> Rehearsal::promises(std::size_t index) const {
  std::vector<PromiseSummary> out;
  for (const Promise& promise : catalogue_->scenarios[selected_[index]].expected) {
    PromiseSummary& row = out.emplace_back();
    row.outcome = to_string(promise.outcome);
    row.because = promise.because;
    row.condition = promise.condition_text;
    if (row.condition.empty() && promise.window && promise.outcome == Outcome::depends)
      row.condition = format("a linked pair at most {} apart", human_duration(*promise.window));
    row.share = promise.share;
    row.is_stated = promise.is_stated;
  }
  return out;
}

std::vector<ScenarioRun> Rehearsal::run(
    std::size_t index, std::uint32_t runs, std::uint64_t seed, const event::Projection& projection,
    const std::function<void(const event::EventBatch&)>& on_batch, const AgentOptions& how) const {
  const Scenario& scenario = catalogue_->scenarios[selected_[index]];
  std::vector<Persona> personas = scenario.personas;
  if (personas.empty()) personas.assign(all_personas.begin(), all_personas.end());
  ImageTable shared;
  add_standing_images(shared);
  const Rng corpus(seed);
  const Rng stories = corpus.split("rehearsal").split(scenario.id);
  BatchRows rows(projection);
  rows.start_batch();
  std::vector<ScenarioRun> out;
  std::vector<Event> events;
  for (std::uint32_t run = 0; run < runs; ++run) {
    HostTables tables(make_host(corpus, run, personas[run % personas.size()]), shared, begin);
    tables.host.has_id_per_exec = how.id_per_exec;
    events.clear();
    SimulatedIncident incident = simulate_incident(scenario, catalogue_->delays, tables, begin,
                                                   stories.split(run), 0, events);
    if (how.merging) {
      std::vector<Event> absorbed;
      merge_events(events, EventTime::max(), MergedTime::exec, absorbed);
    }
    std::ranges::stable_sort(events, {}, &Event::time);
    rows.start_host(tables.host);
    for (std::uint64_t number = 0; number < events.size(); ++number) {
      const Event& event = events[number];
      const IngestTime arrival{
          std::chrono::ceil<std::chrono::seconds>(event.time.time_since_epoch())};
      rows.append({.tables = tables,
                   .event = event,
                   .number = number,
                   .place = number,
                   .position = event.time,
                   .ingest = arrival});
      if (rows.batch().row_count() == limits::batch_rows_max) {
        on_batch(rows.batch());
        rows.start_batch();
      }
    }
    out.push_back({.host = run,
                   .connects = incident.record.behaviour != truth::Behaviour::none,
                   .promised = std::move(incident.promised)});
  }
  if (rows.batch().row_count() > 0) on_batch(rows.batch());
  return out;
}

}  // namespace eqlab::generators
