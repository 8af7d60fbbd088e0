// A slice is told (installs, listed clients, then ballast up to the quota), sorted, and handed over
// as far as it lies before the slice's end; the rest waits. The last slice's ballast makes up for
// what is still missing, so the host ends with exactly its quota, unless its listed clients alone
// went beyond it.
#include "generators/corpus/host_stream.h"

#include <algorithm>
#include <cmath>

#include "generators/incident/teller.h"
#include "harness/base/check.h"

namespace eqlab::generators {
namespace {

constexpr Duration look_ahead = std::chrono::seconds(10);
constexpr std::size_t compact_above = 4'096;  ///< rows in a table of the host

double activity_of(const CorpusPlan& plan, const Host& host, std::size_t slice) {
  const EventTime begin = plan.slice_begin(slice);
  const EventTime end = plan.slice_begin(slice + 1);
  // A little for the hours of sleep, when a laptop wakes now and then.
  return (host.activity(begin + (end - begin) / 2) + 0.01) *
         std::chrono::duration<double>(end - begin).count();
}

}  // namespace

HostStream::HostStream(const CorpusPlan& plan, std::uint32_t index)
    : plan_(plan),
      rng_(plan.events_rng(index)),
      tables_(plan.host(index), plan.images, plan.from),
      background_(plan.stories, rng_, tables_, plan.from),
      delivery_(tables_.host, rng_, plan.from, plan.to),
      next_install_(plan.host_installs[index]) {
  for (std::size_t slice = 0; slice < plan.slice_count; ++slice)
    activity_total_ += activity_of(plan, tables_.host, slice);
}

void HostStream::advance(const std::function<void(const EventView&)>& take) {
  EQLAB_ASSERT(next_slice_ < plan_.slice_count);
  const EventTime from = plan_.slice_begin(next_slice_);
  const EventTime to = plan_.slice_begin(next_slice_ + 1);
  activity_so_far_ += activity_of(plan_, tables_.host, next_slice_);
  ++next_slice_;
  tell_installs(to);
  tell_background(from, to, next_slice_ == plan_.slice_count);
  hand_over(to, take);
}

void HostStream::tell_installs(EventTime to) {
  const std::uint32_t index = tables_.host.index;
  // A job's fork lies some milliseconds before the time of its install, so look a little ahead.
  const EventTime until = to + look_ahead;
  for (;
       next_install_ < plan_.host_installs[index + 1] && plan_.installs[next_install_].time < until;
       ++next_install_) {
    const PlannedInstall& install = plan_.installs[next_install_];
    Rng rng = rng_.split("install").split(next_install_ - plan_.host_installs[index]);
    const auto number = static_cast<std::uint32_t>(incidents_.size());
    ToldIncident told =
        tell_incident(plan_.catalogue.scenarios[install.scenario], plan_.catalogue.delays, tables_,
                      install.time, rng, number, pending_);
    incidents_.push_back(std::move(told.record));
    Rng after = rng.split("after install");
    if (told.installed) background_.tell_after_install(*told.installed, after, pending_);
  }
}

void HostStream::tell_background(EventTime from, EventTime to, bool is_last) {
  background_.tell_listed(to, pending_);
  const std::uint64_t quota = plan_.quotas[tables_.host.index];
  if (!is_last) {
    // Ballast follows the host's activity; how much there will be of it is known better with every
    // slice.
    const std::uint64_t told = handed_over_ + pending_.size();
    const auto others = static_cast<double>(told - ballast_told_);
    const double ballast =
        static_cast<double>(quota) - std::max(others, plan_.floors[tables_.host.index]);
    const double goal = ballast * activity_so_far_ / activity_total_;
    if (goal <= static_cast<double>(ballast_told_)) return;
    const std::uint64_t wanted = static_cast<std::uint64_t>(goal) - ballast_told_;
    background_.tell_ballast(from, to, wanted, pending_);
    ballast_told_ += wanted;
    return;
  }
  // What lies beyond the corpus is never written, so only what lies before its end counts; stories
  // told now may in turn run past it, and single events fill the last few places.
  const auto written = [&] {
    return handed_over_ + static_cast<std::uint64_t>(std::ranges::count_if(
                              pending_, [&](const Event& event) { return event.time < to; }));
  };
  std::uint64_t reached = written();
  if (reached < quota) background_.tell_ballast(from, to, quota - reached, pending_);
  Rng rng = rng_.split("last events");
  for (reached = written(); reached < quota; ++reached) {
    background_.tell_single(from + Duration(rng.in_range(0, (to - from).count() - 1)), pending_);
  }
}

void HostStream::hand_over(EventTime to, const std::function<void(const EventView&)>& take) {
  order_.clear();
  for (std::uint32_t i = 0; i < pending_.size(); ++i) {
    if (pending_[i].time < to) order_.emplace_back(pending_[i].time.time_since_epoch().count(), i);
  }
  std::ranges::sort(order_);
  for (const auto& [time, place] : order_) {
    const Event& event = pending_[place];
    const std::uint64_t number = handed_over_++;
    if (event.incident != nothing) {
      truth::IncidentEvent& record = incidents_[event.incident].events[event.incident_event];
      record.id.resize(event_id_size);
      write_event_id(tables_.host, number, record.id.data());
    }
    take({.tables = tables_,
          .event = event,
          .number = number,
          .ingest = delivery_.ingest(event.time, event.kind)});
  }
  std::erase_if(pending_, [to](const Event& event) { return event.time < to; });
  if (tables_.processes.size() > compact_above || tables_.flows.size() > compact_above)
    tables_.compact(pending_);
}

void HostStream::finish(truth::Truth& truth) {
  EQLAB_ASSERT(next_slice_ == plan_.slice_count);
  const Host& host = tables_.host;
  truth.hosts.push_back({.id = host.id,
                         .name = host.name,
                         .persona = std::string(to_string(host.persona)),
                         .agent_version = host.agent.to_string()});
  truth.events += handed_over_;
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
