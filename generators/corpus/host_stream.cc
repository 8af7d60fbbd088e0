// A slice is simulated (installs, listed clients, then ballast up to the quota), sent, which is
// where the faults act, and handed over as far as it lies before the slice's end; the rest waits.
// The last slice's ballast makes up for what is still missing, so the host ends with exactly its
// quota, unless its listed clients alone went beyond it.
#include "generators/corpus/host_stream.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "generators/fault/merging.h"
#include "generators/incident/simulator.h"
#include "harness/base/check.h"
#include "harness/base/text.h"

namespace eqlab::generators {
namespace {

constexpr Duration look_ahead = std::chrono::seconds(10);
constexpr std::size_t compact_above = 4'096;  ///< rows in a table of the host
constexpr std::size_t truncated_bytes = 128;
constexpr Duration visible_offset = std::chrono::seconds(1);
constexpr std::uint64_t enough_to_judge = 200;  ///< events, before a share of them means anything

double activity_of(const CorpusPlan& plan, const Host& host, std::size_t slice) {
  const EventTime begin = plan.slice_begin(slice);
  const EventTime end = plan.slice_begin(slice + 1);
  // A little for the hours of sleep, when a laptop wakes now and then.
  return (host.activity(begin + (end - begin) / 2) + 0.01) *
         std::chrono::duration<double>(end - begin).count();
}

}  // namespace

std::string incident_id(std::uint32_t number) { return format("I-{:06}", number); }

std::string HostStream::provisional_id(std::uint32_t host, std::uint32_t number) {
  return format("{:07}.{:07}", host, number);
}

HostStream::HostStream(const CorpusPlan& plan, std::uint32_t index)
    : plan_(plan),
      rng_(plan.events_rng(index)),
      tables_(plan.host(index), plan.images, plan.from),
      background_(plan.stories, rng_, tables_, plan.from),
      delivery_(tables_.host, rng_, plan.from, plan.to, plan.profile.faults.ingest_delay),
      clock_(plan.profile.faults, rng_, delivery_),
      transport_(plan.profile.faults, rng_, delivery_),
      next_install_(plan.host_installs[index]) {
  if (rng_.split("truncation").uniform() < plan.profile.faults.truncation) {
    tables_.host.text_bytes_max = truncated_bytes;
    faults_.truncating_hosts = 1;
  }
  tables_.host.has_id_per_exec = gives_id_per_exec(plan.profile.entity_id, tables_.host.agent);
  tables_.host.has_labels = plan.options.labels;
  for (std::size_t slice = 0; slice < plan.slice_count; ++slice)
    activity_total_ += activity_of(plan, tables_.host, slice);
}

void HostStream::advance(const std::function<void(const EventView&)>& take) {
  EQLAB_ASSERT(next_slice_ < plan_.slice_count);
  const EventTime from = plan_.slice_begin(next_slice_);
  const EventTime to = plan_.slice_begin(next_slice_ + 1);
  activity_so_far_ += activity_of(plan_, tables_.host, next_slice_);
  ++next_slice_;
  const bool is_last = next_slice_ == plan_.slice_count;
  simulate_installs(to);
  simulate_background(from, to, is_last);
  send(from, to);
  if (is_last) fill(from, to);
  hand_over(to, is_last, take);
}

void HostStream::simulate_installs(EventTime to) {
  const std::uint32_t index = tables_.host.index;
  // A job's fork lies some milliseconds before the time of its install, so look a little ahead.
  const EventTime until = to + look_ahead;
  for (;
       next_install_ < plan_.host_installs[index + 1] && plan_.installs[next_install_].time < until;
       ++next_install_) {
    const PlannedInstall& install = plan_.installs[next_install_];
    Rng rng = rng_.split("install").split(next_install_ - plan_.host_installs[index]);
    const auto number = static_cast<std::uint32_t>(incidents_.size());
    SimulatedIncident incident =
        simulate_incident(plan_.catalogue.scenarios[install.scenario], plan_.catalogue.delays,
                          tables_, install.time, rng, number, pending_);
    incident.record.id = plan_.incident_numbers.empty()
                             ? provisional_id(index, number)
                             : incident_id(plan_.incident_numbers[index][number]);
    incidents_.push_back(std::move(incident.record));
    Rng after = rng.split("after install");
    if (incident.installed) background_.add_after_install(*incident.installed, after, pending_);
  }
}

void HostStream::simulate_background(EventTime from, EventTime to, bool is_last) {
  background_.add_listed(to, pending_);
  const std::uint64_t quota = plan_.quotas[tables_.host.index];
  // The quota counts documents. Where faults make less or more than one of an event, what became of
  // the events so far says how many are needed.
  const double documents_per_event =
      numbered_ < enough_to_judge ? 1
                                  : std::clamp(static_cast<double>(handed_over_ + sent_.size()) /
                                                   static_cast<double>(numbered_),
                                               0.1, 2.0);
  if (!is_last) {
    // Ballast follows the host's activity; how much there will be of it is known better with every
    // slice.
    const std::uint64_t made = numbered_ + pending_.size();
    const auto others = static_cast<double>(made - ballast_made_);
    const double ballast = static_cast<double>(quota) / documents_per_event -
                           std::max(others, plan_.floors[tables_.host.index]);
    const double goal = ballast * activity_so_far_ / activity_total_;
    if (goal <= static_cast<double>(ballast_made_)) return;
    const std::uint64_t wanted = static_cast<std::uint64_t>(goal) - ballast_made_;
    background_.add_ballast(from, to, wanted, pending_);
    ballast_made_ += wanted;
    return;
  }
  // What lies beyond the corpus is never written, so only what lies before its end counts; stories
  // made now may in turn run past it, and single events fill the last few places.
  const auto written = [&] {
    return handed_over_ + sent_.size() +
           static_cast<std::uint64_t>(
               static_cast<double>(std::ranges::count_if(
                   pending_, [&](const Event& event) { return event.time < to; })) *
               documents_per_event);
  };
  std::uint64_t reached = written();
  if (reached < quota) {
    background_.add_ballast(
        from, to,
        static_cast<std::uint64_t>(static_cast<double>(quota - reached) / documents_per_event),
        pending_);
  }
  Rng rng = rng_.split("last events");
  for (reached = written(); reached < quota; ++reached)
    background_.add_single(from + Duration(rng.in_range(0, (to - from).count() - 1)), pending_);
}

/// Single events for what faults made less of than was to be expected. They may cost these too, so
/// there is an end to trying.
void HostStream::fill(EventTime from, EventTime to) {
  const std::uint64_t quota = plan_.quotas[tables_.host.index];
  Rng rng = rng_.split("events to fill up");
  for (int round = 0; round < 20 && handed_over_ + sent_.size() < quota; ++round) {
    for (std::uint64_t n = handed_over_ + sent_.size(); n < quota; ++n)
      background_.add_single(from + Duration(rng.in_range(0, (to - from).count() - 1)), pending_);
    send(from, to);
  }
}

void HostStream::label(const Event& event, std::string_view fault) {
  if (event.incident == nothing) return;
  incidents_[event.incident].events[event.incident_event].faults.emplace_back(fault);
}

/// The next number, and with it the id, of an event that happened.
std::uint64_t HostStream::number_and_name(const Event& event) {
  const std::uint64_t number = numbered_++;
  if (event.incident != nothing) {
    truth::IncidentEvent& record = incidents_[event.incident].events[event.incident_event];
    record.id.resize(event_id_size);
    write_event_id(tables_.host, number, record.id.data());
  }
  return number;
}

void HostStream::send(EventTime from, EventTime to) {
  if (merges(plan_.profile.faults, tables_.host)) {
    absorbed_.clear();
    merge_events(pending_, to, plan_.profile.faults.merged_time, absorbed_);
    for (const Event& event : absorbed_) {
      (void)number_and_name(event);
      label(event, "merged");
    }
    faults_.merged += absorbed_.size();
  }
  order_.clear();
  for (std::uint32_t i = 0; i < pending_.size(); ++i) {
    if (pending_[i].time < to) order_.emplace_back(pending_[i].time.time_since_epoch().count(), i);
  }
  std::ranges::sort(order_);
  for (const auto& [time, place] : order_) send_one(pending_[place], from);
  std::erase_if(pending_, [to](const Event& event) { return event.time < to; });
}

void HostStream::send_one(const Event& event, EventTime slice_begin) {
  Document document{.event = event};
  document.number = number_and_name(event);
  const Passage passage = transport_.send(event.time, event.kind, document.number);
  if (passage.is_lost) {
    ++faults_.lost;
    return label(event, "lost");
  }
  document.event.time = clock_.shown(event.time);
  if (std::chrono::abs(document.event.time - event.time) > visible_offset) label(event, "offset");
  // Slices are written one after the other: a clock that is behind does not reach back into the
  // last.
  document.position = std::max(document.event.time, slice_begin) + passage.displaced;
  document.ingest = passage.ingest;
  if (passage.displaced > Duration::zero()) {
    ++faults_.displaced;
    label(event, "displaced");
  }
  sent_.push_back(document);
  if (!passage.duplicate) return;
  ++faults_.duplicated;
  label(event, "duplicated");
  document.is_copy = true;
  document.ingest = *passage.duplicate;
  sent_.push_back(document);
}

void HostStream::hand_over(EventTime to, bool is_last,
                           const std::function<void(const EventView&)>& take) {
  std::ranges::sort(sent_, {}, [](const Document& document) {
    return std::tuple(document.position, document.number, document.is_copy);
  });
  const auto end =
      is_last ? sent_.end() : std::ranges::lower_bound(sent_, to, {}, &Document::position);
  for (auto it = sent_.begin(); it != end; ++it) {
    Labels labels;
    const bool has_labels = tables_.host.has_labels && it->event.incident != nothing;
    if (has_labels) {
      const truth::Incident& incident = incidents_[it->event.incident];
      labels = {.incident = incident.id,
                .scenario = incident.scenario,
                .role = to_string(incident.events[it->event.incident_event].role)};
    }
    take({.tables = tables_,
          .event = it->event,
          .number = it->number,
          .place = handed_over_++,
          .position = it->position,
          .ingest = it->ingest,
          .labels = has_labels ? &labels : nullptr});
  }
  sent_.erase(sent_.begin(), end);
  if (tables_.processes.size() <= compact_above && tables_.flows.size() <= compact_above &&
      tables_.files.size() <= compact_above)
    return;
  std::vector<Event*> in_use;
  for (Event& event : pending_) in_use.push_back(&event);
  for (Document& document : sent_) in_use.push_back(&document.event);
  tables_.compact(in_use);
}

void HostStream::finish(truth::Truth& truth) {
  EQLAB_ASSERT(next_slice_ == plan_.slice_count);
  const Host& host = tables_.host;
  truth.hosts.push_back({.id = host.id,
                         .name = host.name,
                         .persona = std::string(to_string(host.persona)),
                         .agent_version = host.agent.to_string()});
  truth.events += handed_over_;
  if (plan_.profile.faults != FaultOptions{.ingest_delay = plan_.profile.faults.ingest_delay}) {
    truth.faults.happened += numbered_;
    truth.faults.merged += faults_.merged;
    truth.faults.lost += faults_.lost;
    truth.faults.duplicated += faults_.duplicated;
    truth.faults.displaced += faults_.displaced;
    truth.faults.truncating_hosts += faults_.truncating_hosts;
  }
  for (truth::Incident& incident : incidents_) {
    // In order of event id, which is the order of events; those beyond the corpus have none and go.
    std::vector<std::uint32_t> order;
    for (std::uint32_t e = 0; e < incident.events.size(); ++e) {
      if (!incident.events[e].id.empty()) order.push_back(e);
    }
    std::ranges::sort(order, {},
                      [&](std::uint32_t e) { return std::string_view(incident.events[e].id); });
    std::vector<std::uint32_t> place(incident.events.size(), nothing);
    std::vector<truth::IncidentEvent> events;
    for (const std::uint32_t e : order) {
      place[e] = static_cast<std::uint32_t>(events.size());
      events.push_back(std::move(incident.events[e]));
    }
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (const auto& [script, network] : incident.true_pairs) {
      if (place[script] != nothing && place[network] != nothing)
        pairs.emplace_back(place[script], place[network]);
    }
    // Earliest connection first, and of its scripts the earliest.
    std::ranges::sort(pairs, {},
                      [](const auto& pair) { return std::pair(pair.second, pair.first); });
    incident.events = std::move(events);
    incident.true_pairs = std::move(pairs);
    if (incident.events.empty()) continue;
    incident.first = incident.events.front().time;
    incident.last = incident.events.back().time;
    truth.incidents.push_back(std::move(incident));
  }
  incidents_.clear();
}

}  // namespace eqlab::generators
