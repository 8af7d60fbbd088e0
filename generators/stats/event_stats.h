#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "harness/base/histogram.h"
#include "harness/event/io/read_report.h"
#include "harness/truth/truth.h"

namespace eqlab::generators {

/// Events in bulk. Durations are nanoseconds. Figures that need a field say by a count of 0 that no
/// event had it.
struct EventStats {
  event::ReadReport read;
  EventTime from{};  ///< of the dated events
  EventTime to{};
  std::uint64_t hosts = 0;       ///< distinct `host.id`, else `agent.id`, else `host.name`
  std::uint64_t host_hours = 0;  ///< hours in which a host has an event

  std::map<std::string, std::uint64_t> categories;  ///< by `event.category`; "" without
  std::map<std::string, std::uint64_t> actions;     ///< by `event.action`, values joined by "+"
  std::array<std::uint64_t, 24> by_hour = {};       ///< events by hour of the day, UTC
  std::array<std::uint64_t, 7> by_weekday = {};     ///< from Monday

  Histogram per_host_hour;          ///< events in each hour in which the host has any
  Histogram delay;                  ///< `event.ingested` − time
  std::uint64_t early_ingest = 0;   ///< ingested before it happened, by the host's clock
  Histogram children;               ///< starts under one parent entity id
  Histogram start_to_connection;    ///< a process's start to its first connection
  Histogram script_to_connection;   ///< of incidents, from truth: first causal pair
  std::uint64_t processes = 0;      ///< distinct entity ids of starts, estimated if thinned
  std::uint64_t process_names = 0;  ///< distinct `process.name`
  bool names_are_more = false;      ///< more than are counted
  std::vector<std::pair<std::string, std::uint64_t>> common_names;  ///< most first, at most 10

  /// Burstiness of each host's events, (σ − μ) / (σ + μ) of the gaps between them: −1 a clock,
  /// 0 Poisson, towards 1 in bursts. Over hosts with at least 100 events.
  std::uint64_t hosts_for_bursts = 0;
  double burstiness_median = 0;
  /// Variance over mean of the events of a host in a minute: 1 for Poisson.
  double fano_median = 0;

  /// From truth, if there is one.
  std::uint64_t incidents = 0;
  std::map<std::string, std::uint64_t> incidents_by_intent;
};

/// One pass over the inputs (files, folders, `-`). `truth` may be null. Errors: those of
/// event::read_events; E406 no usable event at all. Memory is bounded by the number of hosts and by
/// fixed tables. The result does not depend on `threads`.
[[nodiscard]] Result<EventStats> measure_events(const event::ReadOptions& options,
                                                const truth::Truth* truth,
                                                const std::stop_token& stop);

}  // namespace eqlab::generators
