// Tested in tests/unit/generators/corpus_test.cc.
#include "generators/corpus/corpus.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "generators/corpus/host_stream.h"
#include "generators/corpus/summary.h"
#include "generators/document/batch_rows.h"
#include "generators/document/json_document.h"
#include "generators/incident/scenario.h"
#include "harness/base/limits.h"
#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

struct HostRange {
  std::uint32_t begin;
  std::uint32_t end;
};
HostRange hosts_of(const CorpusPlan& plan, std::size_t part) {
  const auto begin = static_cast<std::uint32_t>(part * plan.hosts_per_part);
  return {begin, std::min(begin + plan.hosts_per_part, plan.options.hosts)};
}

void put_in_order(std::vector<truth::Incident>& incidents) {
  std::ranges::sort(incidents, [](const truth::Incident& a, const truth::Incident& b) {
    return std::tie(a.first, a.host_id, a.scenario, a.id) <
           std::tie(b.first, b.host_id, b.scenario, b.id);
  });
}

/// Simulates everything without writing it down.
std::vector<std::vector<std::uint32_t>> number_incidents(const CorpusPlan& plan) {
  struct Place {
    std::uint32_t host;
    std::uint32_t incident;
  };
  truth::Truth truth;
  std::unordered_map<std::string, Place> places;  // by the id that the host gave
  std::vector<std::vector<std::uint32_t>> numbers(plan.options.hosts);
  for (std::uint32_t host = 0; host < plan.options.hosts; ++host) {
    HostStream stream(plan, host);
    for (std::size_t slice = 0; slice < plan.slice_count; ++slice)
      stream.advance([](const EventView&) {});
    stream.finish(truth);
    const std::size_t count = plan.host_installs[host + 1] - plan.host_installs[host];
    numbers[host].resize(count);
    for (std::uint32_t n = 0; n < count; ++n)
      places.emplace(HostStream::provisional_id(host, n), Place{host, n});
  }
  put_in_order(truth.incidents);
  std::uint32_t number = 0;
  for (const truth::Incident& incident : truth.incidents) {
    const Place place = places.at(incident.id);
    numbers[place.host][place.incident] = ++number;
  }
  return numbers;
}

}  // namespace

Corpus::Corpus(std::unique_ptr<const CorpusPlan> plan) : plan_(std::move(plan)) {}
Corpus::Corpus(Corpus&&) noexcept = default;
Corpus& Corpus::operator=(Corpus&&) noexcept = default;
Corpus::~Corpus() = default;

Result<Corpus> Corpus::plan(const CorpusOptions& options) {
  EQLAB_TRY(std::unique_ptr<CorpusPlan> plan, make_plan(options));
  if (options.labels) plan->incident_numbers = number_incidents(*plan);
  return Corpus(std::move(plan));
}

std::size_t Corpus::part_count() const {
  return (plan_->options.hosts + plan_->hosts_per_part - 1) / plan_->hosts_per_part;
}

void Corpus::make_batches(std::size_t part, const event::Projection& projection,
                          const std::function<void(const event::EventBatch&)>& on_batch,
                          truth::Truth& truth) const {
  BatchRows rows(projection);
  rows.start_batch();
  const HostRange range = hosts_of(*plan_, part);
  for (std::uint32_t h = range.begin; h < range.end; ++h) {
    HostStream stream(*plan_, h);
    rows.start_host(stream.host());
    for (std::size_t slice = 0; slice < plan_->slice_count; ++slice) {
      stream.advance([&](const EventView& view) {
        rows.append(view);
        if (rows.batch().row_count() == limits::batch_rows_max) {
          on_batch(rows.batch());
          rows.start_batch();
        }
      });
    }
    stream.finish(truth);
  }
  if (rows.batch().row_count() > 0) on_batch(rows.batch());
}

void Corpus::make_documents(std::size_t part,
                            const std::function<void(const Document&)>& on_document,
                            truth::Truth& truth) const {
  std::string json;
  JsonDocument document;
  const HostRange range = hosts_of(*plan_, part);
  for (std::uint32_t h = range.begin; h < range.end; ++h) {
    HostStream stream(*plan_, h);
    document.start_host(stream.host());
    for (std::size_t slice = 0; slice < plan_->slice_count; ++slice) {
      stream.advance([&](const EventView& view) {
        json.clear();
        document.append(view, json);
        on_document({.event_time = view.event.time, .ingest_time = view.ingest, .json = json});
      });
    }
    stream.finish(truth);
  }
}

const CorpusOptions& Corpus::options() const { return plan_->options; }
EventTime Corpus::from() const { return plan_->from; }
EventTime Corpus::to() const { return plan_->to; }

bool identifies_host(std::string_view field) {
  return field == "host.id" || field == "agent.id" || field == "host.name";
}

void finish_truth(truth::Truth& truth, const Corpus& corpus) {
  truth.from = corpus.from();
  truth.to = corpus.to();
  truth.expected_rule = corpus.plan_of().catalogue.rules.front().rule_id;
  std::ranges::sort(truth.hosts, {}, &truth::HostRecord::id);
  put_in_order(truth.incidents);
  std::uint32_t number = 0;
  for (truth::Incident& incident : truth.incidents) incident.id = incident_id(++number);
}

Result<std::vector<ScenarioSummary>> list_scenarios(const CorpusOptions& options) {
  EQLAB_TRY(const Catalogue catalogue, load_catalogue(options.scenarios_dir));
  std::vector<ScenarioSummary> rows;
  for (const auto* ids : {&options.only, &options.without}) {
    for (const std::string& id : *ids) EQLAB_CHECK(require_scenario(catalogue, id));
  }
  const auto holds = [](const std::vector<std::string>& ids, const std::string& id) {
    return std::ranges::find(ids, id) != ids.end();
  };
  for (const Scenario& scenario : catalogue.scenarios) {
    if ((options.only.empty() || holds(options.only, scenario.id)) &&
        !holds(options.without, scenario.id))
      rows.push_back(summary_of(scenario, catalogue));
  }
  return rows;
}

}  // namespace eqlab::generators
