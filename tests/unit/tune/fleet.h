#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "harness/event/batch.h"
#include "harness/event/batch_rows.h"
#include "harness/match/relevant.h"
#include "harness/rule/rule.h"
#include "harness/scan/kept_rows.h"
#include "harness/scan/scanner.h"
#include "harness/truth/truth.h"
#include "harness/tune/tuning.h"

/// A fleet of hosts on which things happen, written down event by event, scanned as `tune` scans.
namespace eqlab::fleet {

inline constexpr std::int64_t day_start = 1'772'409'600'000'000'000;  // 2026-03-02T00:00:00Z

struct Happening {
  std::string id;
  double at = 0;  ///< seconds of the day
  std::map<std::string, std::string> fields;
  double delay = 1;
};

struct Fleet {
  std::vector<Happening> events;
  truth::Truth truth;
  std::size_t hosts = 0;
};

inline Happening process(const std::string& id, double at, const std::string& host,
                         const std::string& name, const std::string& executable = "/bin/tool") {
  return {.id = id,
          .at = at,
          .fields = {{"event.category", "process"},
                     {"event.type", "start"},
                     {"host.id", host},
                     {"user.id", "0"},
                     {"process.name", name},
                     {"process.executable", executable}}};
}
inline Happening network(const std::string& id, double at, const std::string& host,
                         const std::string& name, const std::string& domain = "example.com") {
  return {.id = id,
          .at = at,
          .fields = {{"event.category", "network"},
                     {"event.type", "start"},
                     {"host.id", host},
                     {"user.id", "0"},
                     {"process.name", name},
                     {"destination.domain", domain}}};
}

/// A script and its connection `gap` seconds later; an incident of that intent if there is one.
inline void install(Fleet& fleet, std::size_t host, double at, const std::string& script,
                    const std::string& client, std::optional<truth::Intent> intent, double gap = 2,
                    const std::string& domain = "example.com") {
  const std::string name = format("h{:03}", host);
  const std::string id = format("{}-{}", name, fleet.events.size());
  fleet.events.push_back(process(id + "-p", at, name, script));
  fleet.events.push_back(network(id + "-n", at + gap, name, client, domain));
  if (!intent) return;
  truth::Incident incident;
  incident.scenario = "S";
  incident.intent = *intent;
  incident.behaviour = truth::Behaviour::connects;
  incident.host_id = name;
  const auto when = [&](double seconds) {
    return EventTime(Duration(day_start + static_cast<std::int64_t>(seconds * 1e9)));
  };
  incident.first = when(at);
  incident.last = when(at + gap);
  for (const auto& [event, role] :
       {std::pair(id + "-p", truth::Role::script), std::pair(id + "-n", truth::Role::network)}) {
    truth::IncidentEvent labelled;
    labelled.id = event;
    labelled.role = role;
    incident.events.push_back(labelled);
  }
  incident.true_pairs = {{0, 1}};
  fleet.truth.incidents.push_back(std::move(incident));
}

inline void close(Fleet& fleet, std::size_t hosts) {
  fleet.hosts = hosts;
  fleet.truth.from = EventTime(Duration(day_start));
  fleet.truth.to = EventTime(Duration(day_start) + std::chrono::hours(24));
  fleet.truth.events = fleet.events.size();
  for (std::size_t host = 0; host < hosts; ++host) {
    truth::HostRecord record;
    record.id = format("h{:03}", host);
    fleet.truth.hosts.push_back(record);
  }
  std::ranges::stable_sort(fleet.truth.incidents, {}, &truth::Incident::first);
  for (std::size_t i = 0; i < fleet.truth.incidents.size(); ++i)
    fleet.truth.incidents[i].id = format("I-{:05}", i);
}

inline std::vector<event::EventBatch> batches_of(const Fleet& fleet, const scan::Plan& plan) {
  std::vector<event::EventBatch> out;
  std::uint64_t ordinal = 0;
  for (const Happening& happening : fleet.events) {
    if (out.empty() || out.back().row_count() == 100) out.emplace_back(plan.projection());
    event::EventBatch& batch = out.back();
    for (std::size_t c = 0; c < batch.columns.size(); ++c) {
      const std::string& name = plan.projection().columns[c].name;
      const auto value = happening.fields.find(name);
      std::vector<event::ValueCode> codes;
      if (name == "event.ingested") {
        const auto ingested =
            day_start + static_cast<std::int64_t>((happening.at + happening.delay) * 1e9);
        if (const auto code = event::intern(batch.columns[c].dictionary(), event::Value{ingested}))
          codes.push_back(*code);
      }
      if (value != happening.fields.end()) {
        if (const auto code =
                event::intern(batch.columns[c].dictionary(), event::Value{value->second}))
          codes.push_back(*code);
      }
      batch.columns[c].push(codes);
    }
    const Duration at(day_start + static_cast<std::int64_t>(happening.at * 1e9));
    const Duration delay(static_cast<std::int64_t>(happening.delay * 1e9));
    batch.place_row({.event_time = EventTime(at),
                     .ingest_time = IngestTime(at + delay),
                     .line = ordinal + 1,
                     .ordinal = ordinal,
                     .id = happening.id});
    ++ordinal;
  }
  return out;
}

/// What a scan of a fleet left for one request.
struct Scanned {
  rule::Rule rule;
  event::Schema schema = event::Schema(event::Schema::builtin());
  std::unique_ptr<tune::WidePlan> plan;
  std::unique_ptr<scan::KeptRows> rows;
  std::optional<scan::CandidateLog> log;
  truth::Truth truth;
  std::unique_ptr<truth::TruthIndex> index;

  [[nodiscard]] tune::TuningInputs inputs(unsigned threads = 1) const {
    return {.rule = rule,
            .schema = schema,
            .plan = *plan,
            .log = *log,
            .rows = *rows,
            .ties = scan::CandidateLog::Ties::by_input,
            .truth = truth,
            .index = *index,
            .threads = threads};
  }
};

inline rule::Rule rule_of(const std::string& query) {
  rule::Rule rule = rule::bare_query(query, "rule.eql");
  rule.schedule.interval = std::chrono::minutes{5};
  rule.schedule.look_back = std::chrono::minutes{9};
  return rule;
}

inline std::unique_ptr<Scanned> scanned(const Fleet& fleet, const std::string& query,
                                        const tune::TuningRequest& request,
                                        const std::function<void(rule::Rule&)>& change = {}) {
  auto out = std::make_unique<Scanned>();
  out->rule = rule_of(query);
  if (change) change(out->rule);
  auto plan = tune::plan_for(out->rule, out->schema, request);
  EXPECT_TRUE(plan) << plan.error().message;
  out->plan = std::move(*plan);
  out->log = out->plan->plan().new_log();
  out->rows = std::make_unique<scan::KeptRows>(out->plan->plan());
  scan::Scanner scanner(out->plan->plan());
  for (const event::EventBatch& batch : batches_of(fleet, out->plan->plan()))
    EXPECT_TRUE(out->rows->scan(scanner, batch, *out->log));
  out->log->finish();
  out->truth = fleet.truth;
  out->index = std::make_unique<truth::TruthIndex>(out->truth);
  // As the program does: only what can matter stays.
  std::vector<scan::CandidateIndex> kept;
  for (const tune::PlannedVariant* const asked : out->plan->queries()) {
    std::vector<scan::CandidateIndex> both;
    std::ranges::set_union(kept,
                           match::relevant(*out->log, asked->bound.query, asked->bound.binding,
                                           out->plan->horizon_of(*asked),
                                           [&](scan::CandidateIndex c) {
                                             return out->index->find(out->log->event_id(c)) !=
                                                    nullptr;
                                           }),
                           std::back_inserter(both));
    kept = std::move(both);
  }
  out->rows->keep(*out->log, kept);
  out->log->keep(kept);
  return out;
}

inline const std::string query =
    "sequence by host.id with maxspan=30s\n"
    "  [process where event.type == \"start\" and process.name : (\"bash\", \"sh\")]\n"
    "  [network where event.type == \"start\" and process.name : (\"curl\", \"wget\")]\n";

}  // namespace eqlab::fleet
